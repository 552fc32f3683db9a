/** `bridge fdb get`: the one entry of a MAC address in a bridge's table. @see iproute2 bridge/fdb.c: fdb_get; Linux rtnetlink.c: rtnl_fdb_get */
import { parseMac } from '../../base/ip.ts';
import type { FdbEntry } from '../kernel/netadmin.ts';
import { IpError, matches, Words } from './ip/args.ts';
import type { Context } from './spec.ts';

/** What is asked for; a flag of the table (self, master) only says whose it is. */
interface Asked {
  readonly mac: number;
  readonly br: string | undefined;
  readonly dev: string | undefined;
}

/** @throws IpError */
function read(words: readonly string[]): Asked {
  const w = new Words(words);
  let br: string | undefined;
  let dev: string | undefined;
  let mac: string | undefined;
  for (let word = w.take(); word !== undefined; word = w.take()) {
    if (word === 'br') br = w.need();
    else if (word === 'dev' || word === 'brport') dev = w.need();
    else if (matches(word, 'master')) continue;
    else if (['self', 'vlan', 'vni', 'src_vni', 'dynamic'].includes(word))
      throw new IpError(`bridge fdb get: ${word} is not carried out here`, 255);
    else {
      const text = word === 'to' ? w.need() : word;
      if (mac !== undefined) throw new IpError(`Error: either "to" is duplicate, or "${text}" is a garbage.`, 255);
      mac = text;
    }
  }
  if ((br === undefined && dev === undefined) || mac === undefined)
    throw new IpError('Device or master and address are required arguments.', 255);
  const parsed = parseMac(mac);
  if (parsed === undefined) throw new IpError(`Invalid mac address ${mac}`, 255);
  return { mac: parsed, br, dev };
}

function find(ctx: Context, a: Asked): FdbEntry {
  const { net } = ctx.sys;
  const device = a.dev === undefined ? undefined : net.link(a.dev);
  if (a.dev !== undefined && !device) throw new IpError(`Cannot find device "${a.dev}"`, 255);
  const bridge = a.br === undefined ? device?.master : net.link(a.br)?.ifindex;
  if (a.br !== undefined && bridge === undefined) throw new IpError(`Cannot find bridge device "${a.br}"`, 255);
  if (a.br === undefined && bridge === undefined) {
    if (device?.kind === 'vxlan') throw new IpError('bridge fdb get: a table of VXLAN is not carried out here', 255);
    throw new IpError('Error: Device is not a bridge port.', 254);
  }
  // a port is asked through its bridge, whose table answers for all ports
  const entry = net.fdb().find((e) => e.mac === a.mac && e.master !== undefined && e.master === bridge);
  if (!entry) throw new IpError('Error: Fdb entry not found.', 254);
  return entry;
}

/** @param text of an entry on the device of that name */
export async function getFdb(
  ctx: Context,
  words: readonly string[],
  text: (e: FdbEntry, device: string) => string,
): Promise<number> {
  try {
    const entry = find(ctx, read(words));
    await ctx.out(text(entry, ctx.sys.net.link(entry.ifindex)?.name ?? `if${entry.ifindex}`));
    return 0;
  } catch (e) {
    if (!(e instanceof IpError)) throw e;
    await ctx.err(`${e.message}\n`);
    return e.code;
  }
}
