/**
 * The shape of lesson.yaml: steps and checks as data. Words are in en.md and zh.md, joined by step id.
 * A check is a predicate on the lab's state and traffic, never on what was typed or printed.
 */
import * as v from 'valibot';

const name = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]*$/));
const port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65535));
const range = v.union([v.number(), v.strictObject({ min: v.optional(v.number()), max: v.optional(v.number()) })]);
const machine = v.optional(name, 'node1');

/** A number, or bounds that include their ends. */
export type Range = v.InferOutput<typeof range>;

const published = v.strictObject({
  /** Address on the machine: `0.0.0.0`, `127.0.0.1`, `::`. */
  hostIp: v.optional(v.string()),
  hostPort: v.optional(range),
  /** Port in the container. */
  port,
  proto: v.optional(v.picklist(['tcp', 'udp']), 'tcp'),
});

/** Containers of a machine that have all of these; `count` of them (one or more when absent). */
const container = v.strictObject({
  machine,
  /** Image reference; `!ref` means any other. */
  image: v.optional(v.string()),
  name: v.optional(v.string()),
  state: v.optional(v.picklist(['created', 'running', 'exited', 'paused', 'restarting', 'dead'])),
  published: v.optional(v.array(published)),
  /** Ports that something listens on inside. */
  listening: v.optional(v.array(port)),
  count: v.optional(range),
});

/**
 * A value of the Engine API. `get` is a path; `*` in it stands for each container in turn. `path` walks the answer:
 * `State.Error`, `Mounts[].Name`, `NetworkSettings.Networks.*.IPAddress`. True when any value found compares true.
 */
const inspect = v.strictObject({
  machine,
  get: v.pipe(v.string(), v.startsWith('/')),
  path: v.string(),
  equals: v.optional(v.union([v.string(), v.number(), v.boolean(), v.null()])),
  contains: v.optional(v.string()),
  min: v.optional(v.number()),
  max: v.optional(v.number()),
});

/** A request with an answer: data of a connection in both directions, seen on an interface since the step began. */
const request = v.strictObject({
  machine,
  /** Image of the container on whose side it was seen; absent: on the machine's own interfaces. */
  image: v.optional(v.string()),
  container: v.optional(v.string()),
  proto: v.optional(v.picklist(['tcp', 'udp']), 'tcp'),
  port,
  /** Who the server sees. */
  from: v.optional(v.string()),
});

/** One frame seen since the step began. */
const frame = v.strictObject({
  machine,
  container: v.optional(v.string()),
  ifname: v.optional(v.string()),
  proto: v.optional(v.string()),
  src: v.optional(v.string()),
  dst: v.optional(v.string()),
  sport: v.optional(range),
  dport: v.optional(range),
  /** TCP flags as tcpdump writes them; `R` also matches `R.`. */
  flags: v.optional(v.string()),
});

/** What became of an attempt to connect, by its own packets since the step began. */
const connect = v.strictObject({
  /** Machine that tries. */
  from: name,
  to: v.string(),
  port: range,
  expect: v.picklist(['open', 'refused', 'silent']),
});

/** Something listens on a port of a machine. */
const listening = v.strictObject({
  machine,
  proto: v.optional(v.picklist(['tcp', 'udp']), 'tcp'),
  ip: v.optional(v.string()),
  port,
});

/** Netfilter rules of a machine that match. */
const rule = v.strictObject({
  machine,
  family: v.optional(v.picklist([4, 6]), 4),
  table: v.picklist(['raw', 'nat', 'filter']),
  chain: v.string(),
  target: v.optional(v.string()),
  proto: v.optional(v.picklist(['tcp', 'udp'])),
  dport: v.optional(port),
  /** How many rules; one or more when absent. */
  count: v.optional(range),
  /** Their packet counters have grown since the step began. */
  moved: v.optional(v.boolean()),
});

/** A request that reached dockerd by its socket since the step began. */
const call = v.strictObject({
  machine,
  method: v.optional(v.string(), 'GET'),
  /** `*` stands for one segment. */
  path: v.pipe(v.string(), v.startsWith('/')),
  /** `name=value` that the query must hold. */
  query: v.optional(v.string()),
  status: v.optional(range),
  /** The answer has ended (or still flows, when false). */
  ended: v.optional(v.boolean()),
});

export type ContainerCheck = v.InferOutput<typeof container>;
export type InspectCheck = v.InferOutput<typeof inspect>;
export type RequestCheck = v.InferOutput<typeof request>;
export type FrameCheck = v.InferOutput<typeof frame>;
export type ConnectCheck = v.InferOutput<typeof connect>;
export type ListeningCheck = v.InferOutput<typeof listening>;
export type RuleCheck = v.InferOutput<typeof rule>;
export type CallCheck = v.InferOutput<typeof call>;

/** One predicate, by the name of its only key. */
export type Check =
  | { all: Check[] }
  | { any: Check[] }
  | { not: Check }
  | { container: ContainerCheck }
  | { inspect: InspectCheck }
  | { request: RequestCheck }
  | { frame: FrameCheck }
  | { connect: ConnectCheck }
  | { listening: ListeningCheck }
  | { rule: RuleCheck }
  | { call: CallCheck };

// biome-ignore lint/suspicious/noExplicitAny: a recursive schema cannot name its own input type
const check: v.GenericSchema<any, Check> = v.lazy(() =>
  v.union([
    v.strictObject({ all: v.pipe(v.array(check), v.minLength(1)) }),
    v.strictObject({ any: v.pipe(v.array(check), v.minLength(1)) }),
    v.strictObject({ not: check }),
    v.strictObject({ container }),
    v.strictObject({ inspect }),
    v.strictObject({ request }),
    v.strictObject({ frame }),
    v.strictObject({ connect }),
    v.strictObject({ listening }),
    v.strictObject({ rule }),
    v.strictObject({ call }),
  ]),
);

const step = v.strictObject({
  id: name,
  /** Steps that must be done first; the one before when absent. */
  needs: v.optional(v.array(name)),
  check,
  points: v.optional(v.number(), 1),
});

/** A value of the lab that the words may show: `{{name}}` in the text. The newest container that matches gives it. */
const live = v.strictObject({
  container,
  /** `name`, `ip`, or `port` (host port of the first published one). */
  show: v.picklist(['name', 'ip', 'port']),
  /** Stands there until the lab has one. */
  until: v.string(),
});

const both = v.strictObject({ en: v.string(), zh: v.string() });

/** lesson.yaml. */
export const lessonSchema = v.strictObject({
  id: name,
  title: both,
  /** Of the lesson itself; a change of checks raises it. */
  version: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** How long a learner takes. */
  minutes: v.number(),
  objectives: v.array(both),
  prerequisites: v.optional(v.array(name), []),
  /** Docker Engine the words describe. */
  engine: v.string(),
  seed: v.optional(v.number(), 1),
  machines: v.optional(v.number(), 3),
  /** Tabs of the terminal region: machine and what it is to the learner. */
  terminals: v.array(v.strictObject({ machine: name, title: both })),
  /** Commands run on a machine before the first step. */
  setup: v.optional(v.array(v.strictObject({ machine, run: v.string() })), []),
  live: v.optional(v.record(v.string(), live), {}),
  steps: v.pipe(v.array(step), v.minLength(1)),
});

/** What lesson.yaml says, with defaults filled in. */
export type LessonPlan = v.InferOutput<typeof lessonSchema>;
export type StepPlan = LessonPlan['steps'][number];
export type Language = 'en' | 'zh';
export const LANGUAGES = ['en', 'zh'] as const;

/** Checks the data of a lesson.yaml. @throws Error that lists every fault, with its place */
export function parsePlan(data: unknown): LessonPlan {
  const result = v.safeParse(lessonSchema, data);
  if (!result.success)
    throw new Error(result.issues.map((i) => `${v.getDotPath(i) ?? 'lesson'}: ${i.message}`).join('\n'));
  return result.output;
}
