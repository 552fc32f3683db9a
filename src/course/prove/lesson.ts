/**
 * The prover: a lesson is worth shipping when its files agree, nothing passes while nobody does anything, its own
 * solution, played part by part, passes each step in order and no check early, questions can be answered, what it says
 * of the state can come true, a way back leads back, and two runs are the same to the last byte.
 */
import { type Compiled, compile, type LessonFiles } from '../compile/compile.ts';
import { USES } from '../compile/uses.ts';
import type { Question, StepPlan } from '../schema.ts';
import { goalsOf, isGuard } from '../steps.ts';
import { proveDetours } from './detours.ts';
import type { Finding } from './finding.ts';
import { type MakeLab, Stage } from './stage.ts';

export type { Finding } from './finding.ts';
export type { MakeLab } from './stage.ts';

/** Virtual time in which nobody does anything. */
const IDLE_NS = 60e9;

/** Proves one lesson's files. */
export async function proveLesson(files: LessonFiles, makeLab: MakeLab): Promise<Finding[]> {
  const compiled = compile(files);
  if (Array.isArray(compiled))
    return compiled.map(({ file, line, message }) => ({ ok: false, file, line, what: message }));
  return proveCompiled(compiled, makeLab);
}

/** Proves a lesson whose files agree. */
export async function proveCompiled(compiled: Compiled, makeLab: MakeLab): Promise<Finding[]> {
  const findings: Finding[] = [{ ok: true, what: 'data and words of both languages agree' }];
  findings.push(...(await proveIdle(compiled, makeLab)));
  const first = await proveSolution(compiled, makeLab);
  findings.push(...first.findings);
  if (!first.stage.runner.finished) return findings;
  const again = await proveSolution(compiled, makeLab);
  const hashes = [...new Set([first.stage.hash(), again.stage.hash()])];
  findings.push({ ok: hashes.length === 1, what: `two runs are the same: ${hashes.join(' and ')}` });
  findings.push(...(await proveDetours(compiled, makeLab, first.seen)));
  return findings;
}

/** The whole solution, in a lab of its own. */
async function proveSolution(
  compiled: Compiled,
  makeLab: MakeLab,
): Promise<{ findings: Finding[]; stage: Stage; seen: Set<string> }> {
  const { plan } = compiled.lesson;
  const stage = await Stage.open(plan, makeLab);
  const seen = new Set<string>();
  const findings: Finding[] = [];
  for (const [i, step] of plan.steps.entries()) {
    findings.push(...(await proveStep(compiled, stage, i, seen)));
    if (stage.progress(step.id).state !== 'done') break;
  }
  return { findings, stage, seen };
}

/** Nothing passes by itself, not even if every step were open from the beginning. */
async function proveIdle({ lesson: { plan }, line }: Compiled, makeLab: MakeLab): Promise<Finding[]> {
  const stage = await Stage.open({ ...plan, steps: plan.steps.map((s) => ({ ...s, needs: [] })) }, makeLab);
  await stage.pass(IDLE_NS);
  return plan.steps.map(({ id }, i) => ({
    ok: stage.progress(id).state !== 'done',
    what: `${id}: does not pass while nothing is done`,
    file: 'lesson.yaml',
    line: line(['steps', i, 'check']),
  }));
}

/** One step of the solution. @param seen ids of hints and failures that came true, added to */
async function proveStep({ lesson, line }: Compiled, stage: Stage, i: number, seen: Set<string>): Promise<Finding[]> {
  const step = lesson.plan.steps[i] as StepPlan;
  const at = { file: 'lesson.yaml', line: line(['steps', i, 'check']) };
  await stage.pass();
  const before = stage.progress(step.id);
  noteSeen(before, seen);
  const findings: Finding[] = [
    { ok: before.state !== 'done', what: `${step.id}: does not pass before its own part is played`, ...at },
  ];
  for (const [n, check] of goalsOf(step).entries())
    if (before.goals[n] && !isGuard(check))
      findings.push({
        ok: false,
        what: `${step.id}: goal ${n + 1} holds before anything is done`,
        file: 'lesson.yaml',
        line: line('all' in step.check ? ['steps', i, 'check', 'all', n] : ['steps', i, 'check']),
      });
  stage.foretell(step);
  let printed = '';
  for (const command of step.run) {
    printed += await stage.play([command]);
    noteSeen(stage.progress(step.id), seen);
  }
  await stage.pass();
  for (const q of step.answer) findings.push(await proveQuestion(stage, step, q, at));
  if (seen.has(`${step.id} fail ${USES}`))
    findings.push({
      ok: false,
      what: `${step.id}: the solution stops or removes what the step uses: name it under stops`,
      ...at,
    });
  await stage.look();
  const after = stage.progress(step.id);
  const ok = after.state === 'done';
  findings.push({
    ok,
    what: `${step.id}: the solution passes`,
    ...at,
    ...(!ok && { detail: `${missed(step, after.goals)}\n${printed}` }),
  });
  return findings;
}

/** Goals that were not reached. */
const missed = (step: StepPlan, goals: readonly boolean[]): string =>
  goalsOf(step)
    .flatMap((c, n) => (goals[n] ? [] : [`goal ${n + 1} is not reached: ${JSON.stringify(c)}`]))
    .join('\n');

function noteSeen(p: ReturnType<Stage['progress']>, seen: Set<string>): void {
  for (const id of p.hints) seen.add(`${p.id} hint ${id}`);
  for (const id of p.fails) seen.add(`${p.id} fail ${id}`);
}

/** A question has an answer in the lab, and wrong ones are told apart from it. */
async function proveQuestion(
  stage: Stage,
  step: StepPlan,
  q: Question,
  at: Pick<Finding, 'file' | 'line'>,
): Promise<Finding> {
  const what = `${step.id}: question ${q.id} can be answered`;
  const right = await stage.reply(step, q);
  if (right === undefined) return { ok: false, what, ...at, detail: 'the lab has no such value' };
  for (const w of q.type === 'choice' ? [] : q.wrong)
    if ((await stage.truths(step, w.is)).includes(right))
      return { ok: false, what, ...at, detail: `the wrong answer ${w.id} is right: ${right}` };
  return { ok: true, what };
}
