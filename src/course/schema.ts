/**
 * The shape of lesson.yaml: steps, checks, questions as data. Words are in en.md and zh.md, joined by ids.
 * lessons/writing.md tells it for authors, lessons/lesson.schema.json for editors.
 */
import * as v from 'valibot';
import { check } from './checks/check.ts';
import { container } from './checks/container.ts';
import { id, text } from './checks/fields.ts';
import { type Value, value } from './values.ts';

export type { Check } from './checks/tree.ts';

export type Language = 'en' | 'zh';
export const LANGUAGES = ['en', 'zh'] as const;
export const both = v.strictObject({ en: text, zh: text });

/** Commands, each a script of its own, run by root's bash on a machine. */
export type Commands = readonly { readonly machine: string; readonly run: string }[];

/** Only text: on node1. One command may stand without a list. */
const command = v.union([text, v.strictObject({ machine: id, run: text })]);
export const commands: v.GenericSchema<unknown, Commands> = v.pipe(
  v.union(
    [command, v.array(command)],
    'a command is text or { machine: …, run: … }, or a list of these; quotes go around text with ": " or " #" in it',
  ),
  v.transform((given) =>
    (Array.isArray(given) ? given : [given]).map((c) => (typeof c === 'string' ? { machine: 'node1', run: c } : c)),
  ),
);

/** Words that come by themselves, on request for a hint, while a check is true: `> [!when id]`. */
const hint = v.strictObject({
  id,
  when: check,
  /** Commands that bring it about at the start of the step, for the proof, where the solution does not. */
  try: v.optional(commands),
});

/** Something that went wrong: while `when` is true, `> [!fail id]` shows and offers a way back. */
const fail = v.strictObject({
  id,
  when: check,
  /** Commands that mend it, or `restart`: a fresh lab, played up to the start of this step. */
  back: v.union([v.literal('restart'), commands]),
  /** Commands that bring it about at the start of the step, for the proof. */
  break: v.optional(commands),
});

const literal = v.union([v.string(), v.number()]);
/** What is right: a text or number, or a value of the lab at the time of the answer. */
const truth: v.GenericSchema<unknown, Truth> = v.union([literal, value]);
export type Truth = string | number | Value;

export type Question =
  | {
      readonly id: string;
      readonly type: 'choice';
      readonly predict: boolean;
      readonly choices: readonly string[];
      readonly is: string;
    }
  | {
      readonly id: string;
      readonly type: 'text' | 'number' | 'address';
      readonly predict: boolean;
      readonly is: Truth;
      readonly wrong: readonly { readonly id: string; readonly is: Truth }[];
    };

/** A question: its words stand under `> [!ask id]`. */
const question: v.GenericSchema<unknown, Question> = v.variant('type', [
  v.strictObject({
    id,
    type: v.literal('choice'),
    /** Asked before the commands are run: any answer will do, and the verdict waits for the step's other goals. */
    predict: v.optional(v.boolean(), false),
    /** Ids of the answers, in the order of the words' list. */
    choices: v.pipe(v.array(id), v.minLength(2)),
    is: id,
  }),
  v.strictObject({
    id,
    /** How answers are compared: as written (case and outer blanks aside), as numbers, as addresses. */
    type: v.picklist(['text', 'number', 'address']),
    predict: v.optional(v.boolean(), false),
    is: truth,
    /** Wrong answers that deserve words of their own: `> [!wrong question-id id]`. */
    wrong: v.optional(v.array(v.strictObject({ id, is: truth })), []),
  }),
]);

const step = v.strictObject({
  id,
  /** Steps that must be done first; the one before when absent. */
  needs: v.optional(v.array(id)),
  /** Solves the step: what the proof plays and the page shows as the solution. */
  run: v.optional(commands, []),
  check,
  hint: v.optional(v.array(hint), []),
  fail: v.optional(v.array(fail), []),
  answer: v.optional(v.array(question), []),
  /** What the step counts for in the summary. */
  points: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 1),
});

/** A value of the lab that the words may show: `{{name}}` in the text. The newest container that matches gives it. */
const live = v.strictObject({
  container,
  /** `name`, `ip`, or `port` (host port of the first published one). */
  show: v.picklist(['name', 'ip', 'port']),
  /** Stands there until the lab has one. */
  until: text,
});

/** lesson.yaml. */
export const lessonSchema = v.strictObject({
  /** Never changes: progress and links are kept by it. The folder is called NN-id. */
  id,
  title: both,
  /** Of the lesson itself; a change of steps or checks raises it. */
  version: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** How long a learner takes. */
  minutes: v.pipe(v.number(), v.integer(), v.minValue(1)),
  /** What the learner can do afterwards. */
  objectives: v.pipe(v.array(both), v.minLength(1)),
  /** Ids of lessons that should come before. */
  prerequisites: v.optional(v.array(id), []),
  /** Docker Engine that the words describe. */
  engine: text,
  seed: v.optional(v.pipe(v.number(), v.integer()), 1),
  /** node1 … nodeN. */
  machines: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(8)), 3),
  /** Tabs of the terminal region: machine and what it is to the learner. */
  terminals: v.pipe(v.array(v.strictObject({ machine: id, title: both })), v.minLength(1)),
  /** Commands run before the first step. */
  setup: v.optional(commands, []),
  live: v.optional(v.record(v.string(), live), {}),
  steps: v.pipe(v.array(step), v.minLength(1)),
});

/** What lesson.yaml says, with defaults filled in. */
export type LessonPlan = v.InferOutput<typeof lessonSchema>;
export type StepPlan = LessonPlan['steps'][number];
