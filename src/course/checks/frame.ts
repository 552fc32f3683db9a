/** `frame`: a frame of this kind crossed an interface since the step began, or, with `unseen`, none did. */
import * as v from 'valibot';
import type { FrameContent, ViewFrame } from '../../lab/view.ts';
import type { Evidence } from '../evidence.ts';
import { about, machine, range, text } from './fields.ts';
import { inRange, within } from './look.ts';

/** What a frame must have. */
export const filter = {
  machine,
  container: about(v.optional(text), 'Inside this container; without it, anywhere on the machine.'),
  host: about(v.optional(v.boolean()), 'On the machine itself, in none of its containers.'),
  ifname: v.optional(text),
  direction: about(v.optional(v.picklist(['in', 'out'])), '`in`: it came in by the interface; `out`: it left by it.'),
  proto: v.optional(v.picklist(['ARP', 'ICMP', 'ICMPv6', 'TCP', 'UDP', 'DNS', 'HTTP', 'VXLAN'])),
  src: about(v.optional(text), "Addresses as text; of ARP the sender's and the one that is looked for."),
  dst: v.optional(text),
  sport: v.optional(range),
  dport: v.optional(range),
  flags: about(v.optional(text), 'TCP flags as tcpdump writes them; `R` also matches `R.`.'),
  arp: v.optional(v.picklist(['request', 'reply'])),
  icmp: about(
    v.optional(
      v.picklist(['echo-request', 'echo-reply', 'unreachable', 'time-exceeded', 'redirect', 'too-big', 'prohibited']),
    ),
    'ICMP of either family.',
  ),
  dns: about(v.optional(text), 'Name that a DNS message asks for, without the dot at its end.'),
  vlan: about(v.optional(v.number()), '802.1Q tag.'),
  vni: about(
    v.optional(v.number()),
    'VXLAN network that the frame travels in; the other fields then are about the frame inside.',
  ),
};
const filterSchema = v.strictObject(filter);
export type FrameFilter = v.InferOutput<typeof filterSchema>;

export const frame = v.strictObject({
  ...filter,
  count: about(v.optional(range), 'How many crossings; one or more when absent.'),
  unseen: about(v.optional(v.literal(true)), 'None may have crossed.'),
});
export type FrameCheck = v.InferOutput<typeof frame>;

export function judgeFrame(want: FrameCheck, { frames }: Evidence): boolean {
  const seen = frames.filter((f) => frameMatches(f, want)).length;
  return want.unseen ? seen === 0 : inRange(seen, want.count);
}

export function frameMatches(f: ViewFrame, want: FrameFilter): boolean {
  return (
    f.machine === want.machine &&
    (want.container === undefined || f.container === want.container) &&
    (!want.host || f.container === undefined) &&
    (want.ifname === undefined || f.ifname === want.ifname) &&
    (want.direction === undefined || (f.direction === 'Out') === (want.direction === 'out')) &&
    holds(f, want)
  );
}

/** What the frame carries: within VXLAN, what travels in the network that is asked for. */
function holds(f: FrameContent, want: FrameFilter): boolean {
  if (want.vni !== undefined) {
    const { vni, ...inside } = want;
    return f.vni === vni && f.inner !== undefined && holds(f.inner, inside);
  }
  return (
    (want.proto === undefined || f.proto === want.proto) &&
    (want.src === undefined || f.src === want.src) &&
    (want.dst === undefined || f.dst === want.dst) &&
    within(f.sport, want.sport) &&
    within(f.dport, want.dport) &&
    (want.flags === undefined || f.flags === want.flags || f.flags === `${want.flags}.`) &&
    (want.arp === undefined || f.arp === want.arp) &&
    (want.icmp === undefined || icmpName(f) === want.icmp) &&
    (want.dns === undefined || f.dns?.name.toLowerCase() === want.dns.toLowerCase()) &&
    (want.vlan === undefined || f.vlan === want.vlan)
  );
}

type IcmpName = NonNullable<FrameFilter['icmp']>;

/** @see RFC 792; RFC 1122 §3.2.2.1 and RFC 1812 §5.2.7.1 (codes of administration) */
const ICMP4: Readonly<Record<number, IcmpName>> = {
  0: 'echo-reply',
  3: 'unreachable',
  5: 'redirect',
  8: 'echo-request',
  11: 'time-exceeded',
};
/** @see RFC 4443 */
const ICMP6: Readonly<Record<number, IcmpName>> = {
  1: 'unreachable',
  2: 'too-big',
  3: 'time-exceeded',
  128: 'echo-request',
  129: 'echo-reply',
  137: 'redirect',
};

/** `too-big` and `prohibited` are what an unreachable destination's code says. */
export function icmpName({ icmp, proto }: FrameContent): IcmpName | undefined {
  if (!icmp) return undefined;
  const { type, code } = icmp;
  if (proto === 'ICMPv6') return type === 1 && code === 1 ? 'prohibited' : ICMP6[type];
  if (type === 3 && code === 4) return 'too-big';
  return type === 3 && [9, 10, 13].includes(code) ? 'prohibited' : ICMP4[type];
}
