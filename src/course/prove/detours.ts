/** The ways off a lesson's path: each hint and failure can come true, and each way back leads back. */
import type { Compiled } from '../compile/compile.ts';
import type { LessonPlan, StepPlan } from '../schema.ts';
import type { Finding } from './finding.ts';
import { type MakeLab, Stage } from './stage.ts';

/** @param seen what came true while the solution was played: `step hint id`, `step fail id` */
export async function proveDetours(
  { lesson: { plan }, line }: Compiled,
  makeLab: MakeLab,
  seen: ReadonlySet<string>,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const [i, step] of plan.steps.entries()) {
    for (const [n, hint] of step.hint.entries()) {
      const at = { file: 'lesson.yaml', line: line(['steps', i, 'hint', n]) };
      const what = `${step.id}: hint ${hint.id} can come up`;
      if (!hint.try) {
        const ok = seen.has(`${step.id} hint ${hint.id}`);
        findings.push({ ok, what, ...at, ...(!ok && { detail: 'the solution does not bring it up; give `try`' }) });
        continue;
      }
      const stage = await upTo(plan, i, makeLab);
      const detail = await stage.play(hint.try);
      await stage.pass();
      const ok = stage.progress(step.id).hints.includes(hint.id);
      findings.push({ ok, what, ...at, ...(!ok && { detail }) });
    }
    for (const n of step.fail.keys())
      findings.push(...(await proveFail(plan, i, n, line(['steps', i, 'fail', n]), makeLab)));
  }
  return findings;
}

async function proveFail(plan: LessonPlan, i: number, n: number, line: number, makeLab: MakeLab): Promise<Finding[]> {
  const step = plan.steps[i] as StepPlan;
  const fail = step.fail[n] as StepPlan['fail'][number];
  if (!fail.break) return [];
  const at = { file: 'lesson.yaml', line };
  const stage = await upTo(plan, i, makeLab);
  const whole = !stage.progress(step.id).fails.includes(fail.id);
  const findings: Finding[] = [{ ok: whole, what: `${step.id}: nothing is broken (${fail.id}) at its start`, ...at }];
  let detail = await stage.play(fail.break);
  await stage.pass();
  const broken = stage.progress(step.id).fails.includes(fail.id);
  findings.push({ ok: broken, what: `${step.id}: ${fail.id} is noticed`, ...at, ...(!broken && { detail }) });
  if (!broken || fail.back === 'restart') return findings;
  detail += await stage.play(fail.back);
  await stage.pass();
  const mended = !stage.progress(step.id).fails.includes(fail.id);
  findings.push({ ok: mended, what: `${step.id}: the way back from ${fail.id}`, ...at, ...(!mended && { detail }) });
  if (!mended) return findings;
  detail += await stage.solve(step);
  const ok = stage.progress(step.id).state === 'done';
  findings.push({ ok, what: `${step.id}: passes after ${fail.id}`, ...at, ...(!ok && { detail }) });
  return findings;
}

/** A lab in which every step before the `i`th is done. */
async function upTo(plan: LessonPlan, i: number, makeLab: MakeLab): Promise<Stage> {
  const stage = await Stage.open(plan, makeLab);
  for (const step of plan.steps.slice(0, i)) await stage.solve(step);
  await stage.pass();
  return stage;
}
