/**
 * `reach`: what becomes of an attempt to reach a port or a host. Without `tried` the lab finds out by itself, on a
 * copy that the learner never sees; with it, an attempt of the learner must have ended so since the step began.
 */
import * as v from 'valibot';
import type { Evidence } from '../evidence.ts';
import { machine, port, text } from './fields.ts';

/** A machine by its name, or a container. */
export const source = v.union([text, v.strictObject({ machine, container: text })]);

export const OUTCOMES = ['open', 'refused', 'silent', 'unreachable', 'unknown-name'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const reach = v.strictObject({
  from: source,
  /** An address, a name as the place that asks would look it up, or a container's address on a network. */
  to: v.union([text, v.strictObject({ machine, container: text, network: v.optional(text) })]),
  proto: v.optional(v.picklist(['tcp', 'udp', 'icmp']), 'tcp'),
  /** Not with icmp. */
  port: v.optional(port),
  /**
   * `open`: connected, or answered by an echo; `refused`: a reset or a closed port's ICMP; `silent`: nothing for three
   * seconds; `unreachable`: no route, no neighbour, or an ICMP that says so; `unknown-name`: the name has no address.
   */
  expect: v.optional(v.picklist(OUTCOMES), 'open'),
  tried: v.optional(v.boolean(), false),
});
export type ReachCheck = v.InferOutput<typeof reach>;

/** Virtual time without an answer after which an attempt counts as silent: longer than two SYN repeats. */
const SILENCE_NS = 3e9;

/** What became of attempts of the learner, by the packets at their source. */
export function judgeTried(want: ReachCheck, { frames, view }: Evidence): boolean {
  const from = typeof want.from === 'string' ? { machine: want.from } : want.from;
  const container = 'container' in from ? from.container : undefined;
  const own = frames.filter((f) => f.machine === from.machine && f.container === container);
  return own.some((syn) => {
    if (syn.flags !== 'S' || syn.dst !== want.to || syn.dport !== want.port) return false;
    const back = own.filter((f) => f.src === syn.dst && f.sport === syn.dport && f.dport === syn.sport);
    if (want.expect === 'open') return back.some((f) => f.flags === 'S.');
    if (want.expect === 'refused')
      return back.some((f) => f.flags?.startsWith('R')) && !back.some((f) => f.flags === 'S.');
    return back.length === 0 && view.time - syn.time >= SILENCE_NS;
  });
}

/** What would become of an attempt, found out without disturbing the lab. */
export async function judgeProbe(want: ReachCheck, evidence: Evidence): Promise<boolean> {
  return (await evidence.probe(want)) === want.expect;
}
