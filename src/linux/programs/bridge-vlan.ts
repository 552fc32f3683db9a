/** `bridge vlan`: bridges here do not filter VLANs, so that each port and each bridge is in the default one. @see iproute2 bridge/vlan.c */
import type { Context } from './spec.ts';

/** Filtering is off: what would change the table is refused. */
const REFUSED = 'RTNETLINK answers: Operation not supported\n';

/** @param words behind the verb */
export async function bridgeVlan(ctx: Context, verb: string, words: readonly string[], json: boolean): Promise<number> {
  const { net } = ctx.sys;
  const at = words.indexOf('dev');
  const dev = at < 0 ? undefined : words[at + 1];
  if (dev !== undefined && !net.link(dev)) {
    await ctx.err(`Cannot find device "${dev}"\n`);
    return 1;
  }
  if (['add', 'delete', 'del', 'set'].includes(verb)) {
    await ctx.err(REFUSED);
    return 2;
  }
  const bridges = new Set(net.links().flatMap((l) => (l.kind === 'bridge' ? [l.ifindex] : [])));
  const shown = net
    .links()
    .filter((l) => l.kind === 'bridge' || (l.master !== undefined && bridges.has(l.master)))
    .filter((l) => dev === undefined || l.name === dev);
  if (json) {
    const vlans = [{ vlan: 1, flags: ['PVID', 'Egress Untagged'] }];
    await ctx.out(`${JSON.stringify(shown.map((l) => ({ ifname: l.name, vlans })))}\n`);
    return 0;
  }
  const rows = shown.map((l) => `${l.name.padEnd(16)}  1 PVID Egress Untagged\n`);
  await ctx.out(`${'port'.padEnd(16)}  ${'vlan-id'.padEnd(9)}\n${rows.join('')}`);
  return 0;
}
