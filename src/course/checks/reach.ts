/**
 * `reach`: what becomes of an attempt to reach a port or a host. Without `tried` the lab finds out by itself, on a
 * copy that the learner never sees; with it, an attempt of the learner must have ended so since the step began.
 */
import * as v from 'valibot';
import { formatIp } from '../../base/ip.ts';
import type { Outcome } from '../../lab/probe/probe.ts';
import type { LabView, ViewFrame } from '../../lab/view.ts';
import { parseHosts } from '../../linux/programs/resolve.ts';
import type { Evidence } from '../evidence.ts';
import { about, machine, port, text } from './fields.ts';
import { icmpName } from './frame.ts';
import { containerOf } from './look.ts';

/** A machine by its name, or a container. */
export const source = v.union([text, v.strictObject({ machine, container: text })]);

export const OUTCOMES = [
  'open',
  'refused',
  'silent',
  'unreachable',
  'unknown-name',
] as const satisfies readonly Outcome[];

export const reach = v.strictObject({
  from: source,
  to: about(
    v.union([text, v.strictObject({ machine, container: text, network: v.optional(text) })]),
    "An address, a name as the place that asks would look it up, or a container's address on a network.",
  ),
  proto: v.optional(v.picklist(['tcp', 'udp', 'icmp']), 'tcp'),
  port: about(v.optional(port), 'Not with icmp.'),
  expect: about(
    v.optional(v.picklist(OUTCOMES), 'open'),
    "`open`: connected, or answered by an echo; `refused`: a reset or a closed port's ICMP; `silent`: nothing for three seconds; `unreachable`: no route, no neighbour, or an ICMP that says so; `unknown-name`: the name has no address.",
  ),
  tried: v.optional(v.boolean(), false),
});
export type ReachCheck = v.InferOutput<typeof reach>;

/** Where the check's attempt begins. */
export const sourceOf = ({ from }: ReachCheck): { machine: string; container?: string } =>
  typeof from === 'string' ? { machine: from } : from;

/** The address or name that it is for; undefined: there is no such container. */
export function targetOf({ to }: ReachCheck, view: LabView): string | undefined {
  if (typeof to === 'string') return to;
  const { networks = [] } = containerOf(view, to.machine, to.container) ?? {};
  return networks.find((n) => to.network === undefined || n.name === to.network)?.ip || undefined;
}

/** What would become of an attempt, found out without disturbing the lab. */
export async function judgeProbe(want: ReachCheck, evidence: Evidence): Promise<boolean> {
  const to = targetOf(want, evidence.view);
  if (to === undefined) return false;
  const { proto, port } = want;
  return (await evidence.probe({ ...sourceOf(want), to, proto, ...(port && { port }) })) === want.expect;
}

/** Virtual time without an answer after which an attempt counts as silent: longer than two SYN repeats. */
const SILENCE_NS = 3e9;

/** Whether an attempt of the learner has ended so, by the packets at its source. */
export function judgeTried(want: ReachCheck, evidence: Evidence): boolean {
  const { machine, container } = sourceOf(want);
  const to = targetOf(want, evidence.view);
  if (to === undefined) return false;
  const own = evidence.frames.filter((f) => f.machine === machine && f.container === container);
  if (want.expect === 'unknown-name') return own.some((f) => f.dns?.rcode === NXDOMAIN && isName(f.dns.name, to));
  const listed = parseHosts(evidence.file(machine, container, '/etc/hosts') ?? '').filter((h) => h.names.includes(to));
  const answered = own.flatMap((f) => (f.dns && isName(f.dns.name, to) ? (f.dns.answers ?? []) : []));
  const addresses = new Set([to, ...listed.map((h) => formatIp(h.ip)), ...answered]);
  return own.some(
    (f) => addresses.has(f.dst) && begins(f, want) && outcome(f, own, evidence.view.time) === want.expect,
  );
}

const NXDOMAIN = 3;
const isName = (asked: string, name: string): boolean => `${asked.toLowerCase()}.`.startsWith(`${name.toLowerCase()}.`);

/** Whether a frame is the first of an attempt. */
function begins(f: ViewFrame, { proto, port }: ReachCheck): boolean {
  if (proto === 'icmp') return icmpName(f) === 'echo-request';
  if (f.dport !== port || f.sport === undefined) return false;
  return proto === 'tcp' ? f.flags === 'S' : f.flags === undefined;
}

/** How it ended, as far as it has. */
function outcome(first: ViewFrame, own: readonly ViewFrame[], now: number): Outcome | undefined {
  const later = own.filter((f) => f.seq > first.seq);
  const back = later.filter((f) => f.src === first.dst && f.dst === first.src && answers(f, first));
  if (back.some((f) => f.flags === undefined || f.flags === 'S.')) return 'open';
  if (back.some((f) => f.flags?.startsWith('R'))) return 'refused';
  const error = later.find((f) => isError(f) && f.dst === first.src);
  if (error) return error.icmp?.code === portCode(error) && first.proto !== 'ICMP' ? 'refused' : 'unreachable';
  const asked = later.filter((f) => f.arp === 'request' && f.dst === first.dst).length;
  if (asked >= 3 && !later.some((f) => f.arp === 'reply' && f.src === first.dst)) return 'unreachable';
  return now - first.time >= SILENCE_NS ? 'silent' : undefined;
}

const answers = (f: ViewFrame, first: ViewFrame): boolean =>
  first.icmp ? icmpName(f) === 'echo-reply' : f.sport === first.dport && f.dport === first.sport;

const isError = (f: ViewFrame): boolean => ['unreachable', 'prohibited', 'time-exceeded'].includes(icmpName(f) ?? '');

/** Code of a closed port. @see RFC 792, RFC 4443 §3.1 */
const portCode = (f: ViewFrame): number => (f.proto === 'ICMPv6' ? 4 : 3);
