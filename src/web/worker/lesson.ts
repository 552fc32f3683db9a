/**
 * The lesson's runner beside a lab. Its code arrives once the first prompt has been reached: until then nobody can have
 * done anything, and frames and calls wait in the lab.
 */
import type { Observer } from '../../course/observer.ts';
import type { StepProgress } from '../../course/runner.ts';
import type { LessonPlan } from '../../course/schema.ts';
import type { Lab } from '../../lab/lab.ts';
import { fail, now } from './host.ts';

/** Time between two looks of the lesson at the lab, ms. */
const LOOK_EVERY = 150;

export class Lesson {
  /** Present when it has changed, until it is taken. */
  #progress: readonly StepProgress[] | undefined;
  #observer: Observer | undefined;
  #loading: Promise<Observer> | undefined;
  #lookAt = Number.NEGATIVE_INFINITY;
  #looking = false;

  /** @param saw told when a look has seen something new */
  constructor(
    readonly lab: Lab,
    readonly plan: LessonPlan,
    readonly saw: () => void,
  ) {}

  /** Brings the runner; from then on looks are taken. */
  load(): Promise<Observer> {
    this.#loading ??= this.#load();
    return this.#loading;
  }

  async #load(): Promise<Observer> {
    const [{ LessonRunner }, { Observer }] = await Promise.all([
      import('../../course/runner.ts'),
      import('../../course/observer.ts'),
    ]);
    this.#observer = new Observer(this.lab, new LessonRunner(this.plan));
    this.tell();
    return this.#observer;
  }

  answer(step: string, question: string, given: string): void {
    this.#observer?.runner.answer(step, question, given);
    this.tell();
    this.hurry();
  }

  /** The page is to hear how far the lesson is. */
  tell(): void {
    this.#progress = this.#observer?.runner.progress;
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
        this.tell();
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
