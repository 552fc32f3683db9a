/**
 * The shape of lesson.yaml: steps, checks, questions as data. Words are in en.md and zh.md, joined by ids.
 * lessons/writing.md tells it for authors, lessons/lesson.schema.json for editors.
 */
import * as v from 'valibot';
import { check } from './checks/check.ts';
import { container } from './checks/container.ts';
import { about, id, text } from './checks/fields.ts';
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
  try: about(
    v.optional(commands),
    'Commands that bring it about at the start of the step, for the proof, where the solution does not.',
  ),
});

/** Something that went wrong: while `when` is true, `> [!fail id]` shows and offers a way back. */
const fail = v.strictObject({
  id,
  when: check,
  back: about(
    v.union([v.literal('restart'), commands]),
    'Commands that mend it, or `restart`: a fresh lab, played up to the start of this step.',
  ),
  break: about(v.optional(commands), 'Commands that bring it about at the start of the step, for the proof.'),
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

const PREDICT =
  "Asked before the commands are run: any answer will do, and the verdict waits for the step's other goals.";

/** A question: its words stand under `> [!ask id]`. */
const question: v.GenericSchema<unknown, Question> = v.variant('type', [
  v.strictObject({
    id,
    type: v.literal('choice'),
    predict: about(v.optional(v.boolean(), false), PREDICT),
    choices: about(v.pipe(v.array(id), v.minLength(2)), "Ids of the answers, in the order of the words' list."),
    is: about(id, 'Id of the right one.'),
  }),
  v.strictObject({
    id,
    type: about(
      v.picklist(['text', 'number', 'address']),
      'How answers are compared: as written (case aside), as numbers with or without a unit, as addresses with or without prefix length or port.',
    ),
    predict: about(v.optional(v.boolean(), false), PREDICT),
    is: about(truth, 'What is right: text, a number, or a value that is read from the lab when the answer comes.'),
    wrong: about(
      v.optional(v.array(v.strictObject({ id, is: truth })), []),
      'Wrong answers that deserve words of their own: `> [!wrong question-id id]`.',
    ),
  }),
]);

const containers = v.array(v.pipe(v.string(), v.regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/)));

const step = v.strictObject({
  id,
  needs: about(v.optional(v.array(id)), 'Steps that must be done first; the one before when absent.'),
  uses: about(
    v.optional(containers, []),
    'Containers on node1 that the step cannot do without. While one has been removed or stopped, a fresh lab is offered, with words of its own.',
  ),
  stops: about(v.optional(containers, []), 'Those of them that may be stopped, since the step is about that.'),
  run: about(v.optional(commands, []), 'Solves the step: what the proof plays and the page shows as the solution.'),
  check: about(
    check,
    'When the step is done. The members of `all` are its goals, in the order of the `- [ ]` of the words.',
  ),
  hint: about(
    v.optional(v.array(hint), []),
    'Words that come with the ladder of hints while `when` is true: `> [!when id]`.',
  ),
  fail: about(v.optional(v.array(fail), []), 'What went wrong while `when` is true, and the way back: `> [!fail id]`.'),
  answer: about(v.optional(v.array(question), []), 'Questions: `> [!ask id]`. Each stands in `check` as `answer: id`.'),
  points: about(
    v.optional(v.pipe(v.number(), v.integer(), v.minValue(0)), 1),
    'What the step counts for in the summary.',
  ),
});

/** A value of the lab that the words may show: `{{name}}` in the text. The newest container that matches gives it. */
const live = v.strictObject({
  container,
  show: about(v.picklist(['name', 'ip', 'port']), '`name`, `ip`, or `port` (host port of the first published one).'),
  until: about(text, 'Stands there until the lab has one.'),
});

/** lesson.yaml. */
export const lessonSchema = v.strictObject({
  id: about(id, 'Never changes: progress and links are kept by it. The folder is called NN-id.'),
  title: both,
  version: about(
    v.pipe(v.number(), v.integer(), v.minValue(1)),
    'Of the lesson itself; a change of steps or checks raises it.',
  ),
  minutes: about(v.pipe(v.number(), v.integer(), v.minValue(1)), 'How long a learner takes, in minutes.'),
  objectives: about(v.pipe(v.array(both), v.minLength(1)), 'What the learner can do afterwards.'),
  prerequisites: about(v.optional(v.array(id), []), 'Ids of lessons that should come before.'),
  engine: about(text, 'Version of the Docker Engine that the words describe: 28.5.2.'),
  seed: about(v.optional(v.pipe(v.number(), v.integer()), 1), 'The same seed gives the same names, ports and bytes.'),
  machines: about(
    v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(8)), 3),
    'How many: node1 … nodeN, at 192.168.56.11 and up.',
  ),
  terminals: about(
    v.pipe(v.array(v.strictObject({ machine: id, title: both })), v.minLength(1)),
    'Tabs of the terminal region: machine and what it is to the learner.',
  ),
  setup: about(v.optional(commands, []), 'Commands that are run before the first step.'),
  live: about(v.optional(v.record(v.string(), live), {}), 'Values of the lab that the words may show, as `{{name}}`.'),
  steps: about(v.pipe(v.array(step), v.minLength(1)), 'In order; each has a section `## Title {#id}` of the words.'),
});

/** What lesson.yaml says, with defaults filled in. */
export type LessonPlan = v.InferOutput<typeof lessonSchema>;
export type StepPlan = LessonPlan['steps'][number];
