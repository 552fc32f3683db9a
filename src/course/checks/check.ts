/**
 * A check: a predicate on the lab's state and traffic, never on what was typed or printed. One key names its kind; the
 * kinds stand in files of their own beside this one.
 */
import * as v from 'valibot';
import { answer } from './answer.ts';
import { type CallCheck, call } from './call.ts';
import { type ConntrackCheck, conntrack } from './conntrack.ts';
import { type ContainerCheck, container } from './container.ts';
import { type DnsCheck, dns } from './dns.ts';
import { type DropCheck, drop } from './drop.ts';
import { type EndpointCheck, endpoint } from './endpoint.ts';
import { id } from './fields.ts';
import { type FileCheck, file } from './file.ts';
import { type FrameCheck, frame } from './frame.ts';
import { type InspectCheck, inspect } from './inspect.ts';
import { type LinkCheck, link } from './link.ts';
import { type ListeningCheck, listening } from './listening.ts';
import { type NetworkCheck, network } from './network.ts';
import { type ReachCheck, reach } from './reach.ts';
import { type RequestCheck, request } from './request.ts';
import { type RouteCheck, route } from './route.ts';
import { type RuleCheck, rule } from './rule.ts';
import { type VolumeCheck, volume } from './volume.ts';

/** The predicates by name. */
export const PREDICATES = {
  container,
  network,
  endpoint,
  volume,
  inspect,
  file,
  listening,
  link,
  route,
  rule,
  conntrack,
  reach,
  request,
  frame,
  dns,
  drop,
  call,
  answer,
} as const;

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

// biome-ignore lint/suspicious/noExplicitAny: a recursive schema cannot name its own input type
type CheckSchema = v.GenericSchema<any, Check>;

/** One member of a union for each predicate. */
const predicates = Object.entries(PREDICATES).map(([name, schema]) => v.strictObject({ [name]: schema }));

/** The check under its key, and no other key. */
export const check: CheckSchema = v.lazy((input) => {
  const keys = typeof input === 'object' && input !== null ? Object.keys(input) : [];
  const key = keys.length === 1 ? (keys[0] as string) : '';
  return (FORMS[key] ?? NONE) as CheckSchema;
});

const list = v.pipe(v.array(check), v.minLength(1));

/** Every form a check may have, by its key. */
export const FORMS: Readonly<Record<string, v.GenericSchema>> = {
  all: v.strictObject({ all: list }),
  any: v.strictObject({ any: list }),
  not: v.strictObject({ not: check }),
  /** Traffic counts from when that step began. */
  since: v.strictObject({ since: v.strictObject({ step: id, check }) }),
  ...Object.fromEntries(Object.keys(PREDICATES).map((name, i) => [name, predicates[i] as v.GenericSchema])),
};
const NONE = v.pipe(
  v.unknown(),
  v.check(() => false, `a check is one of ${Object.keys(FORMS).join(', ')}`),
);

/** The key that names what a check is. */
export const kindOf = (check: Check): string => Object.keys(check)[0] as string;

/** A check and all within it, with the place of each: `.1!.0`. */
export function* within(check: Check, place = ''): Generator<{ check: Check; place: string }> {
  yield { check, place };
  if ('all' in check) for (const [i, c] of check.all.entries()) yield* within(c, `${place}.${i}`);
  else if ('any' in check) for (const [i, c] of check.any.entries()) yield* within(c, `${place}.${i}`);
  else if ('not' in check) yield* within(check.not, `${place}!`);
  else if ('since' in check) yield* within(check.since.check, `${place}@`);
}
