/** `drop`: a packet met its end since the step began, at this place and for this reason. */
import * as v from 'valibot';
import type { Journey, Step } from '../../lab/view.ts';
import type { Evidence } from '../evidence.ts';
import { about, machine, range, text } from './fields.ts';
import { inRange, within } from './look.ts';

/** Reasons by name: those of wasm/abi/drop.ts that a learner can bring about. */
export const REASONS = {
  rule: 20,
  policy: 21,
  reject: 22,
  'no-route': 12,
  'no-forwarding': 13,
  ttl: 14,
  mtu: 15,
  'neighbour-failed': 17,
  'no-socket': 27,
  isolated: 30,
  blackhole: 32,
  'rp-filter': 45,
  'martian-source': 10,
  'martian-destination': 11,
  'other-host': 7,
  'device-down': 2,
  'no-carrier': 3,
  conntrack: 25,
  loss: 70,
  'queue-full': 71,
} as const;
type Reason = keyof typeof REASONS;

export const drop = v.strictObject({
  machine,
  container: about(v.optional(text), "In this container's namespace; without it, in the machine's own."),
  reason: about(
    v.optional(v.picklist(Object.keys(REASONS) as Reason[])),
    "`rule`, `policy` and `reject` are netfilter's; absent: any.",
  ),
  table: about(
    v.optional(v.picklist(['raw', 'nat', 'filter', 'mangle'])),
    'Table and chain of the rule or policy that did it.',
  ),
  chain: v.optional(text),
  src: about(v.optional(text), 'The packet, as it was when it was made.'),
  dst: v.optional(text),
  proto: v.optional(v.picklist(['tcp', 'udp', 'icmp', 'icmpv6'])),
  dport: v.optional(range),
  count: v.optional(range),
});
export type DropCheck = v.InferOutput<typeof drop>;

export function judgeDrop(want: DropCheck, { journeys }: Evidence): boolean {
  const dropped = journeys.filter((j) => isOf(j, want) && j.steps.some((s) => dropsHere(s, want)));
  return inRange(dropped.length, want.count);
}

function dropsHere(s: Step, want: DropCheck): boolean {
  if (s.kind !== 'dropped' || s.machine !== want.machine || s.container !== want.container) return false;
  const by = s.rule ?? s.policy;
  return (
    (want.reason === undefined || s.reason === REASONS[want.reason]) &&
    (want.table === undefined || by?.table === want.table) &&
    (want.chain === undefined || by?.chain === want.chain)
  );
}

/** Whether the packet is one that the check is about. */
function isOf(j: Journey, want: DropCheck): boolean {
  const { src, dst, proto, dport } = want;
  if (src === undefined && dst === undefined && proto === undefined && dport === undefined) return true;
  return j.steps.some(
    (s) =>
      (s.kind === 'made' || s.kind === 'picked') &&
      (src === undefined || s.src === src) &&
      (dst === undefined || s.dst === dst) &&
      (proto === undefined || s.proto.toLowerCase() === proto) &&
      within(s.dport, dport),
  );
}
