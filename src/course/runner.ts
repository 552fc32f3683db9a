/**
 * The course of a lesson: which steps are open, which are done. A pure reducer over observations of the lab; the page
 * feeds it a few times a second, the prover after each part of the solution.
 */
import type { Lab } from '../lab/lab.ts';
import type { ViewCall, ViewFrame } from '../lab/view.ts';
import { baselineOf, each, judge, type Latch } from './checks.ts';
import { type Evidence, evidenceOf } from './evidence.ts';
import type { LessonPlan, StepPlan } from './schema.ts';

export type StepState = 'locked' | 'open' | 'done';

export interface StepProgress {
  readonly id: string;
  readonly state: StepState;
  /** One for each goal. */
  readonly goals: readonly boolean[];
}

/** Frames of an open step that are kept to be looked at; older ones have been judged already. */
const KEEP = 4096;

interface Open {
  latch: Latch;
  frames: ViewFrame[];
  calls: Map<number, ViewCall>;
  baseline: Record<string, number>;
}

/** Steps that must be done before this one. */
export function needsOf(plan: LessonPlan, index: number): readonly string[] {
  const step = plan.steps[index] as StepPlan;
  return step.needs ?? (index === 0 ? [] : [(plan.steps[index - 1] as StepPlan).id]);
}

export class LessonRunner {
  #done = new Set<string>();
  #goals = new Map<string, boolean[]>();
  #open = new Map<string, Open>();

  constructor(readonly plan: LessonPlan) {}

  get progress(): StepProgress[] {
    return this.plan.steps.map((s) => ({
      id: s.id,
      state: this.#done.has(s.id) ? 'done' : this.#open.has(s.id) ? 'open' : 'locked',
      goals: this.#goals.get(s.id) ?? goalsOf(s).map(() => this.#done.has(s.id)),
    }));
  }

  get finished(): boolean {
    return this.#done.size === this.plan.steps.length;
  }

  /**
   * Opens what may open and judges what is open, once, on evidence whose frames and calls are those since the last
   * time. @returns whether anything changed
   */
  async observe(news: Evidence): Promise<boolean> {
    const before = JSON.stringify(this.progress);
    for (const step of this.plan.steps) {
      const open = this.#open.get(step.id);
      if (open) await this.#judge(step, open, news);
    }
    this.#unlock(news);
    return JSON.stringify(this.progress) !== before;
  }

  async #judge(step: StepPlan, open: Open, news: Evidence): Promise<void> {
    open.frames.push(...news.frames);
    if (open.frames.length > KEEP) open.frames.splice(0, open.frames.length - KEEP);
    for (const call of news.calls) open.calls.set(call.seq, call);
    const evidence: Evidence = {
      ...news,
      frames: open.frames,
      calls: [...open.calls.values()],
      baseline: open.baseline,
    };
    const goals = await each(goalsOf(step), evidence, open.latch, '');
    this.#goals.set(step.id, goals);
    if (!goals.every(Boolean)) return;
    this.#done.add(step.id);
    this.#open.delete(step.id);
  }

  #unlock(news: Evidence): void {
    this.plan.steps.forEach((step, i) => {
      if (this.#done.has(step.id) || this.#open.has(step.id)) return;
      if (!needsOf(this.plan, i).every((id) => this.#done.has(id))) return;
      const baseline = Object.assign({}, ...goalsOf(step).map((c, n) => baselineOf(c, news, `.${n}`)));
      this.#open.set(step.id, { latch: new Set(), frames: [], calls: new Map(), baseline });
    });
  }
}

/** The checks that a step's goals stand for. */
export const goalsOf = (step: StepPlan) => ('all' in step.check ? step.check.all : [step.check]);

/** Feeds a runner from a lab, remembering what it has shown it. */
export class Observer {
  #frame = -1;
  #call = 0;

  constructor(
    readonly lab: Lab,
    readonly runner: LessonRunner,
  ) {}

  /** One look at the lab. @returns whether the lesson's progress changed */
  async look(): Promise<boolean> {
    const { lab } = this;
    const frames = lab.frames(Math.max(0, this.#frame)).frames.filter((f) => f.seq > this.#frame);
    this.#frame = frames.at(-1)?.seq ?? this.#frame;
    // Calls that still flow are shown again until they have ended.
    const calls = lab.calls(this.#call);
    const open = calls.find((c) => c.open);
    this.#call = open ? open.seq : (calls.at(-1)?.seq ?? this.#call - 1) + 1;
    return this.runner.observe(evidenceOf(lab, frames, calls));
  }
}

/** Judges a step's check alone, on a lab as it is. */
export async function holds(lab: Lab, step: StepPlan): Promise<boolean> {
  return judge(step.check, evidenceOf(lab, [], []), new Set());
}
