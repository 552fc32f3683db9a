/**
 * The prover: a lesson is worth shipping when its files agree, nothing passes in a fresh lab, and its own solution,
 * played part by part, passes each step in order and no step early.
 */
import type { Lab } from '../lab/lab.ts';
import { type LessonFiles, loadLesson } from './loader.ts';
import { holds, LessonRunner, Observer } from './runner.ts';

/** One finding of the prover; `ok` false is a fault. */
export interface Finding {
  readonly ok: boolean;
  readonly what: string;
  /** What a part of the solution printed, when its step did not pass. */
  readonly detail?: string;
}

/** Virtual time given to a step after its commands have ended: answers and timers still under way. */
const SETTLE_NS = 2e9;

/** Lets virtual time pass until the lab's own work is done: a question to the engine may take some. */
async function settled<T>(lab: Lab, work: Promise<T>): Promise<T> {
  let done = false;
  const end = work.finally(() => {
    done = true;
  });
  for (let i = 0; !done && i < 1000; i++) await lab.pass(1e6);
  return end;
}

/** Proves one lesson. @param makeLab a fresh lab of this seed and number of machines */
export async function proveLesson(
  files: LessonFiles,
  makeLab: (options: { seed: number; hosts: number }) => Promise<Lab>,
): Promise<Finding[]> {
  let lesson: ReturnType<typeof loadLesson>;
  try {
    lesson = loadLesson(files);
  } catch (error) {
    return [{ ok: false, what: 'files agree', detail: (error as Error).message }];
  }
  const { plan, solution } = lesson;
  const findings: Finding[] = [{ ok: true, what: `${plan.id}: schema and both languages agree` }];
  const lab = await makeLab({ seed: plan.seed, hosts: plan.machines });
  for (const { machine, run } of plan.setup) await lab.run(machine, run);
  await lab.pass(SETTLE_NS);
  for (const step of plan.steps)
    findings.push({ ok: !(await settled(lab, holds(lab, step))), what: `${step.id}: does not pass in a fresh lab` });

  const runner = new LessonRunner(plan);
  const observer = new Observer(lab, runner);
  await settled(lab, observer.look());
  for (const step of plan.steps) {
    await lab.pass(SETTLE_NS);
    await settled(lab, observer.look());
    const early = stateOf(runner, step.id) === 'done';
    findings.push({ ok: !early, what: `${step.id}: does not pass before its own part is played` });
    const result = await play(lab, solution[step.id] ?? '');
    await lab.pass(SETTLE_NS);
    await settled(lab, observer.look());
    const ok = stateOf(runner, step.id) === 'done';
    const goals = runner.progress.find((p) => p.id === step.id)?.goals.map((g) => (g ? 'yes' : 'no'));
    findings.push({
      ok,
      what: `${step.id}: the solution passes`,
      detail: ok ? undefined : `goals ${goals?.join(', ')}\n${result}`,
    });
    if (!ok) break;
  }
  findings.push({ ok: runner.finished, what: `${plan.id}: finished` });
  return findings;
}

const stateOf = (runner: LessonRunner, id: string) => runner.progress.find((p) => p.id === id)?.state;

/** Plays a script: a line `#@ node3` sends the lines after it to that machine, each run of lines as one script. */
async function play(lab: Lab, script: string): Promise<string> {
  let printed = '';
  for (const { machine, text } of scenes(script)) {
    const result = await lab.run(machine, text);
    printed += `${machine}$ ${text.trim()}\n${result.stdout}${result.stderr}[${result.exit}]\n`;
  }
  return printed;
}

/** Cuts a script by machine. */
export function scenes(script: string): { machine: string; text: string }[] {
  const out: { machine: string; text: string }[] = [];
  let machine = 'node1';
  let lines: string[] = [];
  const flush = () => {
    if (lines.some((l) => l.trim() && !l.startsWith('#'))) out.push({ machine, text: lines.join('\n') });
    lines = [];
  };
  for (const line of script.split('\n')) {
    const mark = /^#@\s*(\S+)/.exec(line);
    if (mark) {
      flush();
      machine = mark[1] as string;
    } else lines.push(line);
  }
  flush();
  return out;
}
