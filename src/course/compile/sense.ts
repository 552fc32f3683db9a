/** Whether what lesson.yaml names exists: steps, machines, questions. The schema cannot tell. */
import { type Check, within } from '../checks/tree.ts';
import { isLiveName } from '../live.ts';
import type { Commands, LessonPlan, StepPlan } from '../schema.ts';
import type { Data, Path } from './data.ts';
import type { Fault } from './fault.ts';
import { USES } from './uses.ts';

type Say = (path: Path, message: string) => void;

export function makesSense({ value: plan, line }: Data<LessonPlan>): Fault[] {
  const faults: Fault[] = [];
  const say: Say = (path, message) => faults.push({ file: 'lesson.yaml', line: line(path), message });
  const machines = Array.from({ length: plan.machines }, (_, i) => `node${i + 1}`);
  const exists = (name: string, path: Path) => {
    if (!machines.includes(name)) say(path, `there is no machine ${name}: machines is ${plan.machines}`);
  };
  const run = (commands: Commands, path: Path) => {
    for (const c of commands) exists(c.machine, path);
  };
  run(plan.setup, ['setup']);
  for (const name of Object.keys(plan.live))
    if (!isLiveName(name)) say(['live', name], `{{${name}}} is a word of Go's templates`);
  for (const [i, t] of plan.terminals.entries()) exists(t.machine, ['terminals', i]);
  for (const [i, step] of plan.steps.entries()) {
    const path = ['steps', i] as const;
    const before = plan.steps.slice(0, i).map((s) => s.id);
    if (before.includes(step.id)) say(path, `a second step ${step.id}`);
    if (step.id === 'end') say(path, 'a step cannot be called end');
    for (const need of step.needs ?? [])
      if (!before.includes(need)) say([...path, 'needs'], `${need} is no step before this one`);
    for (const name of step.stops)
      if (!step.uses.includes(name)) say([...path, 'stops'], `${name} is not among what the step uses`);
    run(step.run, [...path, 'run']);
    questions(step, path, say);
    for (const [n, h] of step.hint.entries()) run(h.try ?? [], [...path, 'hint', n, 'try']);
    for (const [n, f] of step.fail.entries()) {
      if (f.id === USES) say([...path, 'fail', n], `a fail cannot be called ${USES}: that is what uses is made into`);
      if (f.back !== 'restart') run(f.back, [...path, 'fail', n, 'back']);
      run(f.break ?? [], [...path, 'fail', n, 'break']);
    }
    for (const { check, path: at } of checksOf(step, path)) {
      for (const { check: c } of within(check)) one(c, at, { step, before, exists, say });
    }
  }
  return faults;
}

/** All checks of a step. */
function checksOf(step: StepPlan, path: Path): { check: Check; path: Path }[] {
  return [
    { check: step.check, path: [...path, 'check'] },
    ...step.hint.map((h, n) => ({ check: h.when, path: [...path, 'hint', n] })),
    ...step.fail.map((f, n) => ({ check: f.when, path: [...path, 'fail', n] })),
  ];
}

interface Around {
  readonly step: StepPlan;
  readonly before: readonly string[];
  readonly exists: (machine: string, path: Path) => void;
  readonly say: Say;
}

function one(c: Check, at: Path, { step, before, exists, say }: Around): void {
  if ('since' in c && ![...before, step.id].includes(c.since.step)) say(at, `since: ${c.since.step} is no step before`);
  if ('answer' in c && !step.answer.some((q) => q.id === c.answer)) say(at, `the step has no question ${c.answer}`);
  if ('reach' in c) {
    const { from, to, proto, port } = c.reach;
    exists(typeof from === 'string' ? from : from.machine, at);
    if (typeof to !== 'string') exists(to.machine, at);
    if ((proto === 'icmp') !== (port === undefined)) say(at, 'reach: tcp and udp have a port, icmp has none');
  }
  for (const inner of Object.values(c) as unknown[])
    if (typeof inner === 'object' && inner !== null && 'machine' in inner) exists(String(inner.machine), at);
}

function questions(step: StepPlan, path: Path, say: Say): void {
  const asked = [...within(step.check)].flatMap(({ check }) => ('answer' in check ? [check.answer] : []));
  for (const [n, q] of step.answer.entries()) {
    const at = [...path, 'answer', n];
    if (step.answer.findIndex((o) => o.id === q.id) !== n) say(at, `a second question ${q.id}`);
    if (q.type === 'choice' && !q.choices.includes(q.is)) say(at, `${q.is} is none of the choices`);
    if (!asked.includes(q.id)) say(at, `nothing asks for it: put { answer: ${q.id} } into the step's check`);
  }
}
