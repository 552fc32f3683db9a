/**
 * `bridge monitor`: ports and forwarding entries as they change.
 * Limits: no groups and VLANs: the words are taken and nothing is told; forwarding tables of VXLANs are not watched.
 * @see iproute2 bridge/monitor.c
 */
import { fdbText, portText } from './bridge-text.ts';
import { matches } from './ip/args.ts';
import { monitor, Names, type Stamps, stamp } from './netmonitor.ts';
import type { Context } from './spec.ts';

const OBJECTS = ['link', 'fdb', 'mdb', 'vlan'] as const;

export async function bridgeMonitor(ctx: Context, words: readonly string[], stamps: Stamps): Promise<number> {
  const asked = new Set<string>();
  let labels = false;
  for (const w of words) {
    const object = OBJECTS.find((o) => matches(w, o));
    if (object) asked.add(object);
    else if (w === 'all') labels = true;
    else if (w === 'help') {
      await ctx.err('Usage: bridge monitor [file | link | fdb | mdb | vlan | all]\n');
      return 255;
    } else {
      await ctx.err(`Argument "${w}" is unknown, try "bridge monitor help".\n`);
      return 255;
    }
  }
  const wants = (what: string): boolean => asked.size === 0 || asked.has(what);
  const { sys } = ctx;
  const names = new Names(sys.net);
  const began = sys.realtime() - BigInt(Math.floor(sys.now()));
  const e = await monitor(ctx, names, async (event) => {
    let text: string;
    if (event.group === 'fdb' && wants('fdb'))
      text = fdbText(names.net, event.fdb, names.net.link(event.fdb.ifindex)?.name, false);
    else if (event.group === 'link' && event.link.master !== undefined && wants('link'))
      text = portText(names.net, event.link);
    else return;
    const label = labels ? `[${event.group.toUpperCase()}]` : '';
    await ctx.out(`${stamp(stamps, event.time, began)}${label}${event.gone ? 'Deleted ' : ''}${text}`);
  });
  return ctx.fail(`Cannot open netlink socket: ${e.text}`);
}
