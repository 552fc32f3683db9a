/** Feeds a runner from a lab, remembering what it has shown it. */
import type { Lab } from '../lab/lab.ts';
import type { Attempt, Outcome } from '../lab/probe/probe.ts';
import { within } from './checks/tree.ts';
import { evidenceOf } from './evidence.ts';
import type { LessonRunner } from './runner.ts';
import type { LessonPlan } from './schema.ts';

/** Virtual ns after which a packet has met its end. */
const LONGEST_WAY = 5e9;

/** Virtual ns between two probes of the same attempt. */
const PROBE_EVERY = 1.5e9;

export class Observer {
  /** Packets are traced, if the lesson looks at their drops. */
  readonly #ready: Promise<void>;
  /** Number of the first frame that it has not seen. */
  #frame = 0;
  #call = 0;
  /** Where the journeys began that may still go on, by virtual time. */
  #journeys: { readonly time: number; readonly next: number }[] = [];

  readonly #probes = new Map<string, { readonly time: number; readonly outcome: Outcome }>();

  constructor(
    readonly lab: Lab,
    readonly runner: LessonRunner,
  ) {
    this.#ready = wantsTrace(runner.plan) ? lab.world.hold(lab.trace(true)) : Promise.resolve();
  }

  /** One look at the lab. @returns whether the lesson's progress changed */
  async look(): Promise<boolean> {
    const { lab } = this;
    await this.#ready;
    const frames = this.runner.wantsFrames ? lab.frames(this.#frame).frames : [];
    this.#frame = lab.tap.next;
    // Calls that still flow are shown again until they have ended.
    const calls = lab.calls(this.#call);
    const open = calls.find((c) => c.open);
    this.#call = open ? open.seq : (calls.at(-1)?.seq ?? this.#call - 1) + 1;
    const { journeys, next } = lab.journeys(this.#journeys[0]?.next ?? 0);
    const time = lab.view().time;
    this.#journeys = [...this.#journeys, { time, next }].filter((_, i, all) => {
      const after = all[i + 1];
      return !after || after.time > time - LONGEST_WAY;
    });
    return this.runner.observe({ ...evidenceOf(lab, { frames, calls, journeys }), probe: (a) => this.#probe(a, time) });
  }

  /** An attempt costs a copy of the core: it is made again only after a while. */
  async #probe(attempt: Attempt, now: number): Promise<Outcome> {
    const key = JSON.stringify(attempt);
    const known = this.#probes.get(key);
    if (known && now - known.time < PROBE_EVERY) return known.outcome;
    const outcome = await this.lab.probe(attempt);
    this.#probes.set(key, { time: now, outcome });
    return outcome;
  }
}

/** Whether a lesson looks at drops. */
const wantsTrace = (plan: LessonPlan): boolean =>
  plan.steps
    .flatMap((s) => [s.check, ...s.hint.map((h) => h.when), ...s.fail.map((f) => f.when)])
    .some((c) => [...within(c)].some(({ check }) => 'drop' in check));
