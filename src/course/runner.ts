/**
 * The course of a lesson: which steps are open, which are done, what to say of the state, what became of answers. A
 * reducer over observations of the lab; the page feeds it a few times a second, the prover after each part of the
 * solution.
 */
import type { Journey, ViewCall, ViewFrame } from '../lab/view.ts';
import { type AnswerState, mark } from './answers.ts';
import { baselineOf, each, isOfFrames, judge, type Latch } from './checks/judge.ts';
import { type Check, within } from './checks/tree.ts';
import { type Evidence, NO_TRAFFIC, type Traffic } from './evidence.ts';
import type { LessonPlan, Question, StepPlan } from './schema.ts';
import { goalsOf, needsOf } from './steps.ts';

export type StepState = 'locked' | 'open' | 'done';

export interface StepProgress {
  readonly id: string;
  readonly state: StepState;
  /** One for each goal. */
  readonly goals: readonly boolean[];
  /** Ids of the hints that fit the state now. */
  readonly hints: readonly string[];
  /** Ids of what is broken now. */
  readonly fails: readonly string[];
  /** By question. */
  readonly answers: Readonly<Record<string, AnswerState>>;
  /** It was done for the learner. */
  readonly given: boolean;
}

/** Frames of an open step that are kept to be looked at; older ones have been judged already. */
const KEEP = 4096;

/** Everything that is judged of a step, by the head of its place. */
const judged = (step: StepPlan): readonly (readonly [string, Check])[] => [
  ...goalsOf(step).map((c, n) => [`.${n}`, c] as const),
  ...step.hint.map((h) => [`hint ${h.id}`, h.when] as const),
  ...step.fail.map((f) => [`fail ${f.id}`, f.when] as const),
];

/** A check of a step that counts from when another one opened. */
interface Counted {
  readonly step: string;
  readonly from: string;
  readonly check: Check;
  readonly place: string;
}

const countedOf = (step: StepPlan): Counted[] =>
  judged(step).flatMap(([head, c]) =>
    [...within(c, head)].flatMap(({ check, place }) =>
      'since' in check ? [{ step: step.id, from: check.since.step, check: check.since.check, place: `${place}@` }] : [],
    ),
  );

const looksAtFrames = (check: Check): boolean => [...within(check)].some((c) => isOfFrames(c.check));
const isAboutFrames = (q: Question): boolean =>
  q.type !== 'choice' && [q, ...q.wrong].some(({ is }) => typeof is === 'object' && 'frame' in is);

/** What is remembered of the time since a step opened. */
class Memory {
  readonly #frames: ViewFrame[] = [];
  readonly #journeys = new Map<number, Journey>();
  readonly #calls = new Map<number, ViewCall>();

  /**
   * @param baselines packet counters at its beginning, by the step whose checks look at them
   * @param newest number of the last packet that was made before
   */
  constructor(
    readonly baselines: ReadonlyMap<string, Record<string, number>>,
    readonly newest: number,
  ) {}

  /** @param step whose checks are to be judged */
  traffic(step: string): Traffic {
    return {
      frames: this.#frames,
      journeys: [...this.#journeys.values()],
      calls: [...this.#calls.values()],
      baseline: this.baselines.get(step) ?? {},
    };
  }

  add(news: Traffic): void {
    this.#frames.push(...news.frames);
    if (this.#frames.length > KEEP) this.#frames.splice(0, this.#frames.length - KEEP);
    // A packet under way is shown again and again, also to a step that opened after it was made.
    for (const j of news.journeys) if (j.packet > this.newest) this.#journeys.set(j.packet, j);
    for (const old of this.#journeys.keys()) if (this.#journeys.size > KEEP) this.#journeys.delete(old);
    for (const call of news.calls) this.#calls.set(call.seq, call);
  }
}

export class LessonRunner {
  /** Ids of steps that are done for the learner, who takes the lesson up at a later one. */
  readonly given = new Set<string>();
  readonly #done = new Set<string>();
  readonly #goals = new Map<string, boolean[]>();
  readonly #hints = new Map<string, string[]>();
  readonly #fails = new Map<string, string[]>();
  readonly #answers = new Map<string, Record<string, AnswerState>>();
  /** Answers that have not been looked at. */
  readonly #fresh = new Set<string>();
  /** Of open steps, and of those that a `since` counts from. */
  readonly #memory = new Map<string, Memory>();
  /** Number of the newest packet that was shown. */
  #newest = -1;
  /** What was seen, by step. */
  readonly #latches = new Map<string, Latch>();
  readonly #counted: readonly Counted[];

  /** @param done steps that are done already, when a lesson is taken up again */
  constructor(
    readonly plan: LessonPlan,
    done: readonly string[] = [],
  ) {
    for (const id of done) if (plan.steps.some((s) => s.id === id)) this.#done.add(id);
    for (const step of plan.steps) this.#latches.set(step.id, new Set());
    this.#counted = plan.steps.flatMap(countedOf);
  }

  get progress(): StepProgress[] {
    return this.plan.steps.map((s) => ({
      id: s.id,
      state: this.#stateOf(s.id),
      goals: this.#goals.get(s.id) ?? goalsOf(s).map(() => this.#done.has(s.id)),
      hints: this.#hints.get(s.id) ?? [],
      fails: this.#fails.get(s.id) ?? [],
      answers: this.#answers.get(s.id) ?? {},
      given: this.given.has(s.id),
    }));
  }

  get finished(): boolean {
    return this.#done.size === this.plan.steps.length;
  }

  /** Whether anything that is judged now looks at frames: nobody else needs to have them decoded. */
  get wantsFrames(): boolean {
    const open = this.plan.steps.filter((s) => this.#memory.has(s.id));
    return (
      open.some((s) => judged(s).some(([, c]) => looksAtFrames(c)) || s.answer.some(isAboutFrames)) ||
      this.#counted.some((c) => this.#memory.has(c.from) && looksAtFrames(c.check))
    );
  }

  #stateOf(id: string): StepState {
    if (this.#done.has(id)) return 'done';
    return this.#memory.has(id) ? 'open' : 'locked';
  }

  /** Takes an answer. It is judged at the next observation. @throws Error when there is no such question */
  answer(step: string, question: string, given: string): void {
    const q = this.plan.steps.find((s) => s.id === step)?.answer.find((a) => a.id === question);
    if (!q) throw new Error(`${step} has no question ${question}`);
    this.#answers.set(step, { ...this.#answers.get(step), [question]: { given, verdict: 'waiting' } });
    this.#fresh.add(`${step} ${question}`);
  }

  /**
   * Opens what may open and judges what is open, once, on evidence whose traffic is that since the last time.
   * @returns whether anything changed
   */
  async observe(news: Evidence): Promise<boolean> {
    const before = JSON.stringify(this.progress);
    for (const memory of this.#memory.values()) memory.add(news);
    for (const { packet } of news.journeys) this.#newest = Math.max(this.#newest, packet);
    await this.#watch(news);
    for (const step of this.plan.steps) if (this.#stateOf(step.id) === 'open') await this.#judge(step, news);
    this.#unlock(news);
    return JSON.stringify(this.progress) !== before;
  }

  /** Evidence as a step sees it. @param news of now */
  evidence(step: string, news: Evidence): Evidence {
    const from = (start: string): Evidence => ({
      ...news,
      ...(this.#memory.get(start)?.traffic(step) ?? NO_TRAFFIC),
      answered: (question) => this.#isAnswered(step, question),
      since: from,
    });
    return from(step);
  }

  #isAnswered(step: string, question: string): boolean {
    const given = this.#answers.get(step)?.[question];
    return given?.verdict === 'right' || (given !== undefined && this.#question(step, question)?.predict === true);
  }

  #question(step: string, question: string): Question | undefined {
    return this.plan.steps.find((s) => s.id === step)?.answer.find((q) => q.id === question);
  }

  async #judge(step: StepPlan, news: Evidence): Promise<void> {
    const latch = this.#latchOf(step.id);
    const evidence = this.evidence(step.id, news);
    await this.#mark(step, evidence, (q) => !q.predict);
    const goals = await each(goalsOf(step), evidence, latch, '');
    this.#goals.set(step.id, goals);
    // A prediction is judged once what it was about has happened.
    const happened = goalsOf(step).every((c, n) => goals[n] || 'answer' in c);
    if (happened) await this.#mark(step, evidence, (q) => q.predict);
    const all = goals.every(Boolean);
    this.#hints.set(step.id, all ? [] : await this.#say('hint', step.hint, evidence, latch));
    this.#fails.set(step.id, all ? [] : await this.#say('fail', step.fail, evidence, latch));
    if (!all) return;
    this.#done.add(step.id);
    if (!this.#counted.some((c) => c.from === step.id)) this.#memory.delete(step.id);
  }

  readonly #latchOf = (step: string): Latch => this.#latches.get(step) as Latch;

  /** What counts from an earlier step is looked at from then on, before its own step opens. */
  async #watch(news: Evidence): Promise<void> {
    for (const { step, from, check, place } of this.#counted)
      if (this.#memory.has(from) && this.#stateOf(step) === 'locked')
        await judge(check, this.evidence(step, news).since(from), this.#latchOf(step), place);
  }

  /** Judges the answers that are new. */
  async #mark(step: StepPlan, evidence: Evidence, now: (q: Question) => boolean): Promise<void> {
    for (const q of step.answer) {
      const key = `${step.id} ${q.id}`;
      const asked = this.#answers.get(step.id)?.[q.id];
      if (asked === undefined || !now(q) || !this.#fresh.delete(key)) continue;
      const state = await mark(q, asked.given, evidence);
      // Another answer may have come meanwhile: it is judged next.
      if (this.#answers.get(step.id)?.[q.id] !== asked) continue;
      this.#answers.set(step.id, { ...this.#answers.get(step.id), [q.id]: state });
    }
  }

  /** Ids of those whose check is true. */
  async #say(
    name: 'hint' | 'fail',
    list: readonly { id: string; when: Check }[],
    evidence: Evidence,
    latch: Latch,
  ): Promise<string[]> {
    const ids: string[] = [];
    for (const { id, when } of list) if (await judge(when, evidence, latch, `${name} ${id}`)) ids.push(id);
    return ids;
  }

  #unlock(news: Evidence): void {
    this.plan.steps.forEach((step, i) => {
      if (this.#stateOf(step.id) !== 'locked') return;
      if (!needsOf(this.plan, i).every((id) => this.#done.has(id))) return;
      const own = judged(step).map(([place, c]) => baselineOf(c, news, place));
      const baselines = new Map([[step.id, Object.assign({}, ...own)]]);
      for (const c of this.#counted)
        if (c.from === step.id)
          baselines.set(c.step, { ...baselines.get(c.step), ...baselineOf(c.check, news, c.place) });
      this.#memory.set(step.id, new Memory(baselines, this.#newest));
    });
  }
}
