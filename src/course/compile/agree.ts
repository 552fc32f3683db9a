/** Whether the words of a lesson fit its data, and each other. */
import { liveNames } from '../live.ts';
import type { LessonPlan, Question, StepPlan } from '../schema.ts';
import { goalsOf } from '../steps.ts';
import { type Block, RUNGS, type StepText } from '../text.ts';
import type { Fault } from './fault.ts';
import type { Words } from './words.ts';

/** Faults of one language's words. */
export function fits(plan: LessonPlan, words: Words): Fault[] {
  const { file, text } = words;
  const faults: Fault[] = [];
  const say = (place: string, message: string) => faults.push({ file, line: words.line(place), message });
  const ids = plan.steps.map((s) => s.id);
  const have = Object.keys(text.steps);
  if (have.join(' ') !== ids.join(' ')) say('', `sections [${have.join(' ')}] are not the steps [${ids.join(' ')}]`);
  if (text.outro.length === 0) say('end', 'no closing words {#end}');
  for (const step of plan.steps) {
    const told = text.steps[step.id];
    if (told) fitsStep(step, told, (place, message) => say([step.id, ...place].join(' '), `#${step.id}: ${message}`));
  }
  for (const name of liveNames(JSON.stringify(text)))
    if (!Object.hasOwn(plan.live, name)) say('', `{{${name}}} is not declared under live`);
  return faults;
}

type Say = (place: readonly string[], message: string) => void;

function fitsStep(step: StepPlan, told: StepText, say: Say): void {
  const goals = told.blocks.reduce((n, b) => n + (b.kind === 'goals' ? b.items.length : 0), 0);
  const checks = goalsOf(step).length;
  if (goals !== checks)
    say([], `${counted(goals, 'goal')} for ${counted(checks, 'check')}: a "- [ ]" for each member of the step's all`);
  for (const rung of RUNGS)
    if (!told.hints[rung]) say([], `no hint [!${rung}]: each step has ${RUNGS.map((r) => `[!${r}]`).join(', ')}`);
  sameIds('when', step.hint, told.when, say);
  sameIds('fail', step.fail, told.fail, say);
  for (const q of step.answer) fitsQuestion(q, told, say);
  for (const id of Object.keys(told.questions))
    if (!step.answer.some((q) => q.id === id)) say([], `lesson.yaml has no question "${id}"`);
}

const counted = (n: number, of: string): string => `${n} ${of}${n === 1 ? '' : 's'}`;

function sameIds(
  name: 'when' | 'fail',
  wanted: readonly { id: string }[],
  told: Readonly<Record<string, unknown>>,
  say: Say,
): void {
  for (const { id } of wanted) if (!told[id]) say([], `no words [!${name} ${id}]`);
  for (const id of Object.keys(told))
    if (!wanted.some((w) => w.id === id)) say([name, id], `lesson.yaml has no "${id}" for [!${name} ${id}]`);
}

function fitsQuestion(q: Question, told: StepText, say: Say): void {
  const words = told.questions[q.id];
  if (!words || !told.blocks.some((b) => b.kind === 'ask' && b.question === q.id)) {
    say([], `no words [!ask ${q.id}]`);
    return;
  }
  const choices = q.type === 'choice' ? q.choices.length : 0;
  if (words.choices.length !== choices)
    say(['ask', q.id], `[!ask ${q.id}] lists ${words.choices.length} choices, lesson.yaml has ${choices}`);
  const wrong = q.type === 'choice' ? q.choices.filter((c) => c !== q.is) : q.wrong.map((w) => w.id);
  for (const id of wrong)
    if (!words.wrong[id] && !words.wrong['']) say(['ask', q.id], `no words [!wrong ${q.id} ${id}]`);
  if (q.type !== 'choice' && !words.wrong['']) say(['ask', q.id], `no words [!wrong ${q.id}] for all other answers`);
  for (const id of Object.keys(words.wrong))
    if (id !== '' && !wrong.includes(id)) say(['wrong', q.id, id], `lesson.yaml has no wrong answer "${id}"`);
}

/** Faults of two languages held against each other: what can be clicked, reached or shown must be the same. */
export function agree(plan: LessonPlan, a: Words, b: Words): Fault[] {
  const faults: Fault[] = [];
  const compare = (place: string, left: readonly string[], right: readonly string[]): void => {
    const at = left.findIndex((l, i) => l !== right[i]);
    const first = at >= 0 ? at : left.length;
    if (left.length === right.length && at < 0) return;
    const message = `differs from ${a.file}: "${right[first] ?? 'nothing'}" where that has "${left[first] ?? 'nothing'}"`;
    faults.push({ file: b.file, line: b.line(place), message: place ? `#${place}: ${message}` : message });
  };
  compare('', shape(a.text.intro), shape(b.text.intro));
  for (const { id } of plan.steps) compare(id, shapeOf(a.text.steps[id]), shapeOf(b.text.steps[id]));
  compare('end', shape(a.text.outro), shape(b.text.outro));
  return faults;
}

function shapeOf(step: StepText | undefined): string[] {
  if (!step) return [];
  const named = (name: string, all: Readonly<Record<string, readonly Block[] | undefined>>): string[] =>
    Object.keys(all)
      .sort()
      .flatMap((id) => [`[!${name} ${id}]`, ...shape(all[id] ?? [])]);
  return [
    ...shape(step.blocks),
    ...RUNGS.flatMap((r) => [`[!${r}]`, ...shape(step.hints[r] ?? [])]),
    ...named('when', step.when),
    ...named('fail', step.fail),
    ...Object.entries(step.questions)
      .sort(([x], [y]) => (x < y ? -1 : 1))
      .flatMap(([id, q]) => [
        `[!ask ${id}] with ${q.choices.length} choices`,
        ...shape(q.blocks),
        ...named(`right ${id}`, q.right ? { '': q.right } : {}),
        ...named(`wrong ${id}`, q.wrong),
      ]),
  ];
}

/** Everything but prose. */
const shape = (blocks: readonly Block[]): string[] =>
  blocks.flatMap((b) => {
    if (b.kind === 'html') return [];
    if (b.kind === 'run') return [`${b.machine}$ ${b.text}`];
    if (b.kind === 'key') return [`${b.machine} ${b.key}`];
    if (b.kind === 'output') return [b.text];
    if (b.kind === 'callout') return [`[!${b.tone}]`, ...shape(b.blocks)];
    return [b.kind === 'goals' ? `${b.items.length} goals` : `[!ask ${b.question}]`];
  });
