/**
 * A check: a predicate on the lab's state and traffic, never on what was typed or printed, or several joined. One key
 * names its kind; the kinds stand in files of their own beside this one.
 */
import type { CallCheck } from './call.ts';
import type { ConntrackCheck } from './conntrack.ts';
import type { ContainerCheck } from './container.ts';
import type { DnsCheck } from './dns.ts';
import type { DropCheck } from './drop.ts';
import type { EndpointCheck } from './endpoint.ts';
import type { FileCheck } from './file.ts';
import type { FrameCheck } from './frame.ts';
import type { InspectCheck } from './inspect.ts';
import type { LinkCheck } from './link.ts';
import type { ListeningCheck } from './listening.ts';
import type { NetworkCheck } from './network.ts';
import type { ReachCheck } from './reach.ts';
import type { RequestCheck } from './request.ts';
import type { RouteCheck } from './route.ts';
import type { RuleCheck } from './rule.ts';
import type { VolumeCheck } from './volume.ts';

/** What each takes. */
export interface Predicates {
  container: ContainerCheck;
  network: NetworkCheck;
  endpoint: EndpointCheck;
  volume: VolumeCheck;
  inspect: InspectCheck;
  file: FileCheck;
  listening: ListeningCheck;
  link: LinkCheck;
  route: RouteCheck;
  rule: RuleCheck;
  conntrack: ConntrackCheck;
  reach: ReachCheck;
  request: RequestCheck;
  frame: FrameCheck;
  dns: DnsCheck;
  drop: DropCheck;
  call: CallCheck;
  answer: string;
}
export type PredicateName = keyof Predicates;

/** `{ container: … }`, `{ frame: … }`, … */
export type Predicate = { [K in PredicateName]: { readonly [P in K]: Predicates[K] } }[PredicateName];

export type Check =
  | { readonly all: readonly Check[] }
  | { readonly any: readonly Check[] }
  | { readonly not: Check }
  | { readonly since: { readonly step: string; readonly check: Check } }
  | Predicate;

/** A check and all within it, with the place of each: `.1!.0`. */
export function* within(check: Check, place = ''): Generator<{ check: Check; place: string }> {
  yield { check, place };
  if ('all' in check) for (const [i, c] of check.all.entries()) yield* within(c, `${place}.${i}`);
  else if ('any' in check) for (const [i, c] of check.any.entries()) yield* within(c, `${place}.${i}`);
  else if ('not' in check) yield* within(check.not, `${place}!`);
  else if ('since' in check) yield* within(check.since.check, `${place}@`);
}
