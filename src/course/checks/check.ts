/** The schema of a check: one key names its kind, whose file has its own schema. */
import * as v from 'valibot';
import { answer } from './answer.ts';
import { call } from './call.ts';
import { conntrack } from './conntrack.ts';
import { container } from './container.ts';
import { dns } from './dns.ts';
import { drop } from './drop.ts';
import { endpoint } from './endpoint.ts';
import { about, id } from './fields.ts';
import { file } from './file.ts';
import { frame } from './frame.ts';
import { inspect } from './inspect.ts';
import { link } from './link.ts';
import { listening } from './listening.ts';
import { network } from './network.ts';
import { reach } from './reach.ts';
import { request } from './request.ts';
import { route } from './route.ts';
import { rule } from './rule.ts';
import type { Check } from './tree.ts';
import { volume } from './volume.ts';

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

// biome-ignore lint/suspicious/noExplicitAny: a recursive schema cannot name its own input type
type CheckSchema = v.GenericSchema<any, Check>;

/** What each is true of, for authors. */
const ABOUT: Readonly<Record<keyof typeof PREDICATES, string>> = {
  container: 'Containers that have all of this.',
  network: 'Networks of the engine.',
  endpoint: 'A running container on a network: its address, alias or link there.',
  volume: 'Volumes.',
  inspect: 'A value of the Engine API.',
  file: 'A file of a machine or of a running container.',
  listening: 'A socket that listens.',
  link: 'Network devices.',
  route: 'Routes; with `get`, the one that an address takes.',
  rule: 'Rules of netfilter; with `moved`, rules that have counted a packet since the step began.',
  conntrack: 'Connections that the kernel remembers.',
  reach: 'What would become of an attempt, found out on a copy of the lab; with `tried`, how one of the learner ended.',
  request: 'Data went both ways on a connection since the step began.',
  frame: 'Such a frame has crossed since the step began; with `unseen`, none has.',
  dns: 'A name was asked for and answered so since the step began.',
  drop: 'A packet met its end here since the step began.',
  call: 'Such a request has reached dockerd since the step began: what leaves no frame.',
  answer: 'The question of this id is answered, rightly unless it is a prediction.',
};

/** One member of a union for each predicate. */
const predicates = Object.entries(PREDICATES).map(([name, schema]) =>
  about(v.strictObject({ [name]: schema }), ABOUT[name as keyof typeof PREDICATES]),
);

/** The check under its key, and no other key. */
export const check: CheckSchema = v.lazy((input) => {
  const keys = typeof input === 'object' && input !== null ? Object.keys(input) : [];
  const key = keys.length === 1 ? (keys[0] as string) : '';
  return (FORMS[key] ?? NONE) as CheckSchema;
});

const list = v.pipe(v.array(check), v.minLength(1));

/** Every form a check may have, by its key. */
export const FORMS: Readonly<Record<string, v.GenericSchema>> = {
  all: about(v.strictObject({ all: list }), 'Each of them is true.'),
  any: about(v.strictObject({ any: list }), 'One of them is true, or more.'),
  not: about(v.strictObject({ not: check }), 'It is not true.'),
  since: about(
    v.strictObject({ since: v.strictObject({ step: id, check }) }),
    'The same, with traffic counted from when that step began.',
  ),
  ...Object.fromEntries(Object.keys(PREDICATES).map((name, i) => [name, predicates[i] as v.GenericSchema])),
};
const NONE = v.pipe(
  v.unknown(),
  v.check(
    () => false,
    ({ input }) => complaint(input),
  ),
);

/** What is wrong with something that is no check. */
function complaint(input: unknown): string {
  const all = `a check is one of ${Object.keys(FORMS).join(', ')}`;
  if (Array.isArray(input)) return 'several checks are a list under all: or any:';
  if (typeof input !== 'object' || input === null) return all;
  const keys = Object.keys(input);
  if (keys.length > 1 && keys.every((k) => k in FORMS))
    return 'several checks in one: make them a list under all: or any:';
  const strange = keys.find((k) => !(k in FORMS));
  return strange === undefined ? all : `there is no check ${strange}: ${all}`;
}
