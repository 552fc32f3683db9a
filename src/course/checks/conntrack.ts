/** `conntrack`: connections that a namespace remembers now. */
import * as v from 'valibot';
import { formatIp } from '../../base/ip.ts';
import type { CtEntry, CtTuple } from '../../linux/kernel/netadmin.ts';
import type { Evidence } from '../evidence.ts';
import { about, machine, range, text } from './fields.ts';
import { inRange, within } from './look.ts';

/** One direction. */
const tuple = {
  src: v.optional(text),
  dst: v.optional(text),
  sport: v.optional(range),
  dport: v.optional(range),
};
const tupleSchema = v.strictObject(tuple);

export const conntrack = v.strictObject({
  machine,
  container: about(v.optional(text), "In this container's namespace; without it, in the machine's own."),
  proto: v.optional(v.picklist(['tcp', 'udp', 'icmp'])),
  /** As the connection began … */
  ...tuple,
  reply: about(v.optional(tupleSchema), '… and how the answers to it come.'),
  state: about(v.optional(text), '`ESTABLISHED`, `SYN_SENT`, `TIME_WAIT`, …, of TCP only.'),
  nat: about(v.optional(v.picklist(['dnat', 'snat', 'none'])), 'Where it is rewritten: its destination, its source.'),
  count: about(v.optional(range), 'How many such; one or more when absent.'),
});
export type ConntrackCheck = v.InferOutput<typeof conntrack>;

const PROTO = { tcp: 6, udp: 17, icmp: 1 } as const;

export function judgeConntrack(want: ConntrackCheck, evidence: Evidence): boolean {
  const entries = evidence.net(want.machine, want.container)?.conntrack() ?? [];
  return inRange(entries.filter((e) => has(e, want)).length, want.count);
}

function has(e: CtEntry, want: ConntrackCheck): boolean {
  return (
    (want.proto === undefined || e.original.proto === PROTO[want.proto]) &&
    (want.state === undefined || e.tcpState === want.state) &&
    (want.nat === undefined || natOf(e).includes(want.nat)) &&
    fits(e.original, want) &&
    fits(e.reply, want.reply ?? {})
  );
}

function fits(t: CtTuple, want: v.InferOutput<typeof tupleSchema>): boolean {
  return (
    (want.src === undefined || formatIp(t.src) === want.src) &&
    (want.dst === undefined || formatIp(t.dst) === want.dst) &&
    within(t.sport, want.sport) &&
    within(t.dport, want.dport)
  );
}

/** What the answers' ends tell of rewriting. */
function natOf({ original, reply }: CtEntry): readonly ('dnat' | 'snat' | 'none')[] {
  const dnat = formatIp(original.dst) !== formatIp(reply.src) || original.dport !== reply.sport;
  const snat = formatIp(original.src) !== formatIp(reply.dst) || original.sport !== reply.dport;
  if (!dnat && !snat) return ['none'];
  return [...(dnat ? (['dnat'] as const) : []), ...(snat ? (['snat'] as const) : [])];
}
