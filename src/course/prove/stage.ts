/** A lab with a lesson's runner in it: what the page is to a learner, a stage is to the proof. */
import type { Capture, Lab } from '../../lab/lab.ts';
import { truths } from '../answers.ts';
import { evidenceOf } from '../evidence.ts';
import { Observer } from '../observer.ts';
import { LessonRunner, type StepProgress } from '../runner.ts';
import type { Commands, LessonPlan, Question, StepPlan, Truth } from '../schema.ts';

/** Makes a fresh lab. */
export type MakeLab = (options: { seed: number; hosts: number }) => Promise<Lab>;

/** Virtual time given to a step after its commands have ended: answers and timers still under way. */
export const SETTLE_NS = 2e9;

export class Stage {
  /** What was typed and printed. */
  #printed = '';

  /** @param capture of all frames, for the hash */
  constructor(
    readonly lab: Lab,
    readonly runner: LessonRunner,
    readonly capture?: Capture,
    readonly observer = new Observer(lab, runner),
  ) {}

  /** Opens a lab, runs the lesson's setup, and looks at it for the first time. */
  static async open(plan: LessonPlan, makeLab: MakeLab): Promise<Stage> {
    const lab = await makeLab({ seed: plan.seed, hosts: plan.machines });
    const stage = new Stage(lab, new LessonRunner(plan), await lab.capture());
    for (const { machine, run } of plan.setup) stage.#printed += await perform(lab, machine, run);
    await stage.pass();
    return stage;
  }

  /** Runs commands one after the other, looking at the lab after each. @returns what they printed */
  async play(commands: Commands): Promise<string> {
    let printed = '';
    for (const { machine, run } of commands) {
      printed += await perform(this.lab, machine, run);
      await this.look();
    }
    this.#printed += printed;
    return printed;
  }

  /** Does a step as its solution says, answers included. @returns what was printed */
  async solve(step: StepPlan): Promise<string> {
    await this.pass();
    this.foretell(step);
    const printed = await this.play(step.run);
    await this.pass();
    for (const q of step.answer) await this.reply(step, q);
    await this.look();
    return printed;
  }

  /** Gives the predictions that are right. */
  foretell(step: StepPlan): void {
    for (const q of step.answer) if (q.type === 'choice' && q.predict) this.runner.answer(step.id, q.id, q.is);
  }

  /** Answers a question rightly, if it is not. @returns the answer, undefined when the lab has none */
  async reply(step: StepPlan, q: Question): Promise<string | undefined> {
    if (q.type === 'choice' && q.predict) return q.is;
    const right = q.type === 'choice' ? q.is : (await this.truths(step, q.is))[0];
    if (right !== undefined) this.runner.answer(step.id, q.id, right);
    return right;
  }

  /** What a question's truth is now. */
  truths(step: StepPlan, is: Truth): Promise<readonly string[]> {
    return settled(this.lab, truths(is, this.runner.evidence(step.id, evidenceOf(this.lab))));
  }

  /** Lets time pass, then looks. */
  async pass(ns = SETTLE_NS): Promise<void> {
    await this.lab.pass(ns);
    await this.look();
  }

  async look(): Promise<void> {
    await settled(this.lab, this.observer.look());
  }

  progress(step: string): StepProgress {
    return this.runner.progress.find((p) => p.id === step) as StepProgress;
  }

  /** Of all frames and all output so far: the same for two runs that were the same. */
  hash(): string {
    return `${digest(this.capture?.bytes() ?? new Uint8Array(0))}${digest(new TextEncoder().encode(this.#printed))}`;
  }
}

/** Lets virtual time pass until the lab's own work is done: a question to the engine may take some. */
export async function settled<T>(lab: Lab, work: Promise<T>): Promise<T> {
  let done = false;
  const end = work.finally(() => {
    done = true;
  });
  for (let i = 0; !done && i < 1000; i++) await lab.pass(1e6);
  return end;
}

async function perform(lab: Lab, machine: string, run: string): Promise<string> {
  const { stdout, stderr, exit } = await lab.run(machine, run);
  return `${machine}$ ${run.trim()}\n${stdout}${stderr}[${exit}]\n`;
}

/** FNV-1a. @see draft-eastlake-fnv §2 */
function digest(bytes: Uint8Array): string {
  let h = 0x811c9dc5;
  for (const b of bytes) h = Math.imul(h ^ b, 0x01000193);
  return (h >>> 0).toString(16).padStart(8, '0');
}
