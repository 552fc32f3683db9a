/**
 * The lesson's runner beside a lab. Its code arrives once the first prompt has been reached: until then nobody can have
 * done anything, and frames and calls wait in the lab.
 */
import type { Observer } from '../../course/observer.ts';
import type { LessonRunner, StepProgress } from '../../course/runner.ts';
import type { LessonPlan } from '../../course/schema.ts';
import type { Lab } from '../../lab/lab.ts';
import { fail, now } from './host.ts';

/** Time between two looks of the lesson at the lab, ms. */
const LOOK_EVERY = 150;

export class Lesson {
  /** Present when it has changed, until it is taken. */
  #progress: readonly StepProgress[] | undefined;
  #runner: LessonRunner | undefined;
  #observer: Observer | undefined;
  #loading: Promise<LessonRunner> | undefined;
  #lookAt = Number.NEGATIVE_INFINITY;
  #looking = false;

  /** @param saw told when a look has seen something new */
  constructor(
    readonly lab: Lab,
    readonly plan: LessonPlan,
    readonly saw: () => void,
  ) {}

  /** Brings the runner; from then on looks are taken. */
  load(): Promise<LessonRunner> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  async #load(): Promise<LessonRunner> {
    const [{ LessonRunner }, { Observer }] = await Promise.all([
      import('../../course/runner.ts'),
      import('../../course/observer.ts'),
    ]);
    this.#runner = new LessonRunner(this.plan);
    this.#observer = new Observer(this.lab, this.#runner);
    this.#progress = this.#runner.progress;
    return this.#runner;
  }

  answer(step: string, question: string, given: string): void {
    if (!this.#runner) return;
    this.#runner.answer(step, question, given);
    this.#progress = this.#runner.progress;
    this.#lookAt = Number.NEGATIVE_INFINITY;
  }

  /** The next look is taken at once. */
  hurry(): void {
    this.#lookAt = Number.NEGATIVE_INFINITY;
  }

  /**
   * Looks, if it is time. Not waited for: a question to the engine may take virtual time, which only passes while the
   * loop goes on.
   */
  look(at_once = false): void {
    if (!this.#observer || this.#looking || (!at_once && now() - this.#lookAt < LOOK_EVERY)) return;
    this.#lookAt = now();
    this.#looking = true;
    this.#observer.look().then((changed) => {
      if (changed) {
        this.#progress = this.#runner?.progress;
        this.saw();
      }
      this.#looking = false;
    }, fail);
  }

  /** What has changed since it was last taken. */
  take(): readonly StepProgress[] | undefined {
    const progress = this.#progress;
    this.#progress = undefined;
    return progress;
  }

  get news(): boolean {
    return this.#progress !== undefined;
  }
}
