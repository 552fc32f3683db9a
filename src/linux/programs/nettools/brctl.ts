/** `brctl`: bridges. @see bridge-utils brctl/brctl_cmd.c */
import { formatMac } from '../../../base/ip.ts';
import { isErr } from '../../kernel/errno.ts';
import type { Link } from '../../kernel/netadmin.ts';
import { type Context, defineProgram } from '../spec.ts';

async function brctl(ctx: Context): Promise<number> {
  const { net } = ctx.sys;
  const [verb, br, port] = ctx.operands;
  const bridges = net
    .links()
    .filter((l) => l.kind === 'bridge')
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const ports = (b: Link): Link[] =>
    net
      .links()
      .filter((l) => l.master === b.ifindex)
      .sort((x, y) => (x.name < y.name ? -1 : 1));
  if (verb === 'show') {
    let out = 'bridge name\tbridge id\t\tSTP enabled\tinterfaces\n';
    for (const b of bridges) {
      if (br !== undefined && b.name !== br) continue;
      const list = ports(b);
      out += `${b.name}\t\t8000.${formatMac(b.bridge?.id ?? b.mac).replaceAll(':', '')}\tno\t\t${list[0]?.name ?? ''}\n`;
      for (const p of list.slice(1)) out += `\t\t\t\t\t\t\t${p.name}\n`;
    }
    await ctx.out(out);
    return 0;
  }
  const bridge = net.link(br ?? '');
  if (verb === 'showmacs' && bridge) {
    const numbered = net.links().filter((l) => l.master === bridge.ifindex);
    const rows = net
      .fdb(bridge.name)
      .filter((e) => e.ifindex !== bridge.ifindex)
      .sort((a, b) => a.mac - b.mac)
      .map(
        (e) =>
          `${String(numbered.findIndex((l) => l.ifindex === e.ifindex) + 1).padStart(3)}\t${formatMac(e.mac)}\t${e.local ? 'yes' : 'no'}\t\t${(e.local ? 0 : e.age).toFixed(2).padStart(7)}\n`,
      );
    await ctx.out(`port no\tmac addr\t\tis local?\tageing timer\n${rows.join('')}`);
    return 0;
  }
  if (verb === 'addbr' && br !== undefined) return check(ctx, net.addBridge(br), `add bridge failed`);
  if (verb === 'delbr' && br !== undefined)
    return check(ctx, net.delLink(br), `bridge ${br} doesn't exist; can't delete it`);
  if ((verb === 'addif' || verb === 'delif') && br !== undefined && port !== undefined)
    return check(ctx, net.setLink(port, { master: verb === 'addif' ? br : null }), `can't ${verb} ${port}`);
  const more = changeBridge(ctx, verb ?? '', br, port);
  if (more) return more;
  await ctx.err(
    'Usage: brctl [commands]\ncommands:\n\taddbr     \t<bridge>\t\tadd bridge\n\tdelbr     \t<bridge>\t\tdelete bridge\n\taddif     \t<bridge> <device>\tadd interface to bridge\n\tdelif     \t<bridge> <device>\tdelete interface from bridge\n\thairpin   \t<bridge> <port> {on|off}\tturn hairpin on/off\n\tsetageing \t<bridge> <time>\t\tset ageing time\n\tshow      \t[ <bridge> ]\t\tshow a list of bridges\n\tshowmacs  \t<bridge>\t\tshow a list of mac addrs\n',
  );
  return 1;
}

/** `setageing`, `hairpin`. @returns undefined: neither */
function changeBridge(
  ctx: Context,
  verb: string,
  br: string | undefined,
  arg: string | undefined,
): Promise<number> | undefined {
  const { net } = ctx.sys;
  if (br === undefined || arg === undefined) return undefined;
  if (verb === 'setageing') {
    const seconds = Number(arg);
    if (Number.isNaN(seconds) || seconds < 0) return ctx.fail('bad ageing time value', 1);
    return check(ctx, net.setLink(br, { bridge: { ageingTime: Math.round(seconds * 100) } }), 'set ageing time failed');
  }
  const flag = ctx.operands[3];
  if (verb !== 'hairpin' || (flag !== 'on' && flag !== 'off')) return undefined;
  return check(
    ctx,
    net.setLink(arg, { port: { hairpin: flag === 'on' } }),
    `can't set ${arg} to hairpin on bridge ${br}`,
  );
}

async function check(ctx: Context, e: unknown, message: string): Promise<number> {
  if (!isErr(e)) return 0;
  await ctx.err(`${message}: ${e.text}\n`);
  return 1;
}

/** The `brctl` command. */
export const spec = defineProgram({
  name: 'brctl',
  path: '/usr/sbin/brctl',
  summary: 'Ethernet bridge administration',
  synopsis: ['show [BRIDGE]', 'showmacs BRIDGE', '{addbr|delbr} BRIDGE', '{addif|delif} BRIDGE DEVICE'],
  options: [],
  run: brctl,
});
