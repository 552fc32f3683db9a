/** Counters of protocols, as /proc/net/snmp and snmp6 have them: which are compared, and as which lines. */
import type { Topology } from './topology.ts';

/** What each of them is, or the beginning of its name. Others move by the clock (neighbours, groups), or are of TCP (tcp/). */
const COMPARED: readonly RegExp[] = [
  /^Ip(In(HdrErrors|AddrErrors|Unknown|Discards|Delivers)|Forw|Out(Requests|Discards|NoRoutes)|Reasm[OF]|Frag[OF])/,
  /^IpExt(InNoRoutes|In[MB]cast|Out[MB]cast)/,
  /^Icmp(?!6|OutRateLimit)/,
  /^Udp6?(?!Lite)[A-Z]/,
  /^Ip6(In(HdrErrors|TooBig|NoRoutes|AddrErrors|Unknown|Truncated|Discards)|Out(Forw|Discards|NoRoutes)|Reasm[ROF]|Frag)/,
  /^Icmp6(OutErrors|InCsum|(In|Out)(Dest|Pkt|Time|Parm|Echo))/,
];

/** What a device that refuses a packet moves, which no device of the lab does: only routes wider than their link show it. */
const REFUSED = /^Ip(OutDiscards|Frag)|^Udp(Out|Sndbuf)/;

/** Group and name → value. */
export type Snmp = ReadonlyMap<string, number>;

/** Lines for what a host counted since `before`: setting up has its own pace. @param t of which it is a host */
export function counterLines(t: Topology, host: number | string, before: Snmp, after: Snmp): string[] {
  const wide = t.hosts[Number(host)]?.routes.some((r) => r.mtu !== undefined);
  return [...after].flatMap(([name, n]) => {
    const counted = n - (before.get(name) ?? 0);
    if (wide && REFUSED.test(name)) return [];
    return counted !== 0 && COMPARED.some((c) => c.test(name)) ? [`${host} ${name} ${counted}`] : [];
  });
}

/** What /proc/net/snmp, netstat and snmp6 say, one after the other. */
export function parseSnmp(text: string): Snmp {
  const lines = text.split('\n');
  const out = new Map<string, number>();
  for (let i = 0; i < lines.length; i++) {
    const [head, ...names] = (lines[i] as string).trim().split(/\s+/);
    if (!head) continue;
    if (!head.endsWith(':')) out.set(head, Number(names[0]));
    else {
      const values = (lines[++i] as string).split(' ').slice(1);
      for (const [k, name] of names.entries()) out.set(head.slice(0, -1) + name, Number(values[k]));
    }
  }
  return out;
}
