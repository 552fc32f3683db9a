/** A lab at play: the loop that drives a sitting, by the wall clock or as fast as it can, and tells the page. */

import type { LessonPlan } from '../../course/schema.ts';
import type { Lab } from '../../lab/lab.ts';
import type { Act, Log } from '../../lab/log/entry.ts';
import { printOf } from '../../lab/log/print.ts';
import { Sitting } from '../../lab/log/sitting.ts';
import type { Batch, Replay, Speed, Timeline } from './api.ts';
import { Feed } from './feed.ts';
import { now, turn } from './host.ts';
import { Lesson } from './lesson.ts';
import { type Note, noteOf, noteText } from './notes.ts';
import { Pace } from './pace.ts';
import { Terminals } from './terminals.ts';
import { Visits } from './visits.ts';
import type { Watch } from './watch.ts';

/** Host milliseconds in one slice of work, between which the page's messages are read. */
const SLICE = 6;
/** Time between two batches, ms: one frame of a 60 Hz screen. */
const BATCH_EVERY = 16;
/** Time between two batches when nothing happens but that time passes, ms. */
const TICK = 200;
/** Longest sleep of an idle lab, ms. */
const IDLE = 8;
/** How long the end of what is shown can be looked at, ms. */
const HOLD = 1500;

/** A log to be played: at once, but for what is to be looked at. */
export interface Playback {
  readonly log: Log;
  /** Virtual ns between which it goes by the wall clock. */
  readonly shown?: { readonly from: number; readonly until: number };
  /** What the lab looked like at the end (lab/log/print.ts). */
  readonly print?: number;
}

export class Play {
  readonly sitting: Sitting;
  readonly terminals = new Terminals();
  readonly visits: Visits;
  /** What the tools of time offer; asked when commands have changed. */
  timeline: (() => Timeline) | undefined;
  readonly #feed = new Feed();
  readonly #pace: Pace;
  #opened: { terminal: number; machine: string; title: string }[] = [];
  #anew: boolean;
  #changed = true;
  readonly lesson: Lesson;
  #replay: Replay | null | undefined;
  #differs = false;
  /** Until then what was shown stays, ms of the wall clock. */
  #held: number | undefined;
  #batchAt = 0;
  /** The terminal in which a key was struck, while none of its output has been sent since. */
  #typed: number | undefined;
  #wake: (() => void) | undefined;
  #playback: Playback | undefined;
  #over: (() => void) | undefined;
  #commands = 0;
  readonly #jobs: (() => Promise<void>)[] = [];
  #stopped: (() => void) | undefined;
  #watch: Watch | undefined;

  constructor(
    readonly lab: Lab,
    plan: LessonPlan,
    readonly sink: (batch: Batch) => void,
    anew = false,
  ) {
    this.#anew = anew;
    this.visits = new Visits(lab);
    this.sitting = new Sitting(lab, {
      output: (terminal, bytes) => this.terminals.put(terminal, bytes),
      ended: (terminal, status) => this.terminals.end(terminal, status),
      did: (act) => this.#did(act),
      commands: () => {
        this.#changed = true;
      },
    });
    this.#pace = new Pace(this.sitting.now, now());
    this.lesson = new Lesson(lab, plan, () => {
      if (!this.#playback) this.note({ look: true });
    });
  }

  /** Drives the lab until it is stopped. */
  async run(): Promise<void> {
    while (!this.#stopped) {
      const job = this.#jobs.shift();
      if (job) await job();
      const goal = this.#goal();
      const end = now() + SLICE;
      const behind = this.terminals.behind;
      // What answers a key ends the slice in which it comes.
      const goesOn = (): boolean => now() < end && !this.terminals.behind && !this.#answered;
      const done = behind || (await this.sitting.step(goal, goesOn));
      if (done && !behind && this.#playback) this.#advance(goal);
      this.lesson.look(this.playing);
      this.#send();
      if (done && !this.#playback) await this.#rest();
      else await turn();
    }
    this.#watch?.end();
    this.#stopped();
  }

  /** From now on frames are kept whole, packets are traced, and drops are told. */
  async watch(): Promise<void> {
    const { Watch } = await import('./watch.ts');
    this.#watch ??= new Watch(this.lab);
  }

  /** Whether packets are traced now. */
  get tracing(): boolean {
    return this.#watch?.tracing ?? false;
  }

  /** Ends the loop, once the slice at work is over. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#stopped = resolve;
      this.#wake?.();
    });
  }

  /** Has work done between two slices. */
  between<T>(work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#jobs.push(() => work().then(resolve, reject));
      this.#wake?.();
    });
  }

  /** Does what a note says, now and whenever the log is played. */
  note(note: Note): void {
    this.do({ kind: 'note', text: noteText(note) });
  }

  do(act: Act): void {
    if (this.#playback) return;
    if (act.kind === 'input') this.#typed = act.terminal;
    this.sitting.do(act);
    this.#wake?.();
  }

  /** Plays a log. @returns when it is over */
  play(playback: Playback): Promise<void> {
    this.#playback = playback;
    this.#commands = playback.log.entries.filter((e) => e.kind === 'input' && e.bytes.includes(13)).length;
    this.sitting.play(playback.log);
    return new Promise((resolve) => {
      this.#over = resolve;
    });
  }

  /** What is shown of a log is played at once, too. */
  skip(): void {
    if (this.#playback) this.#playback = { log: this.#playback.log };
  }

  get playing(): boolean {
    return this.#playback !== undefined;
  }

  get speed(): Speed {
    return this.#pace.speed as Speed;
  }
  set speed(speed: Speed) {
    this.#pace.speed = speed;
    this.#wake?.();
  }

  /** The page has drawn; a lab that waited for it goes on. */
  drawn(terminal: number, bytes: number): void {
    this.terminals.drawn(terminal, bytes);
    // The lesson's runner does not keep the prompt waiting.
    void this.lesson.load();
    this.#wake?.();
  }

  /** The timeline is another one. */
  retell(): void {
    this.#changed = true;
  }

  /** What answers a key waits to be sent. */
  get #answered(): boolean {
    return this.#typed !== undefined && this.terminals.waits(this.#typed);
  }

  /** How far the lab may go now. */
  #goal(): number {
    const paced = this.#pace.tick(now(), this.sitting.now);
    if (!this.#playback) return paced;
    const { shown, log } = this.#playback;
    if (!shown) return log.end;
    if (this.sitting.now >= shown.until) {
      this.#held ??= now() + HOLD;
      return now() < this.#held ? shown.until : log.end;
    }
    return this.#shown ? Math.min(paced, shown.until) : shown.from;
  }

  get #shown(): boolean {
    const shown = this.#playback?.shown;
    if (shown === undefined || this.sitting.now < shown.from) return false;
    return this.sitting.now < shown.until || (this.#held !== undefined && now() < this.#held);
  }

  /** All that was due up to `goal` is done. */
  #advance(goal: number): void {
    const { log } = this.#playback as Playback;
    if (goal < log.end || this.sitting.playing) return;
    this.#differs = this.#playback?.print !== undefined && this.#playback.print !== printOf(this.lab.view());
    this.#playback = undefined;
    this.#replay = null;
    this.#changed = true;
    this.lesson.hurry();
    this.#over?.();
  }

  #did(act: Act): void {
    if (act.kind === 'note') this.#noted(noteOf(act.text));
    if (!this.#playback) return;
    if (act.kind === 'open') {
      const { terminal, machine, title } = act;
      this.#opened.push({ terminal, machine, title });
    }
    if (act.kind === 'open' || act.kind === 'resize') this.terminals.size(act);
  }

  #noted(note: Note | undefined): void {
    if (!note) return;
    if ('look' in note && this.#playback) this.lesson.look(true);
    if ('answer' in note) this.lesson.answer(note.answer.step, note.answer.question, note.answer.given);
    if ('visit' in note) this.visits.begin(note.visit.machine, note.visit.visit);
    if ('stopVisit' in note) this.visits.stop(note.stopVisit.machine);
  }

  /** Sleeps a little, or until something is typed. */
  #rest(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, IDLE);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #send(): void {
    const wall = now();
    // What answers a key waits neither for the next frame's batch nor for a look at the lab.
    const look = !this.#answered;
    if (wall - this.#batchAt < BATCH_EVERY && look) return;
    const { output, ended } = this.terminals.take();
    if (output.some((o) => o.terminal === this.#typed)) this.#typed = undefined;
    const view = look ? this.#feed.view(wall, () => this.lab.view()) : undefined;
    const { frames, lost } = look ? this.#feed.frames(wall, this.lab.tap) : { frames: [], lost: 0 };
    const drops = (look && this.#watch?.drops()) || [];
    const timeline = look && this.#changed ? this.timeline?.() : undefined;
    const news = output.length + ended.length + frames.length + lost + drops.length + this.#opened.length > 0;
    const idle = !news && !view && !this.lesson.news && !timeline && this.#replay === undefined;
    if (idle && wall - this.#batchAt < TICK) return;
    const fast = this.#playback !== undefined && !this.#shown;
    if (this.#playback && this.#replay === undefined)
      this.#replay = { commands: this.#commands, end: this.#playback.log.end, fast };
    if (look) this.#batchAt = wall;
    this.sink({
      anew: this.#anew || undefined,
      opened: this.#opened,
      output,
      ended,
      view,
      frames: fast ? [] : frames,
      lost: fast ? 0 : lost,
      drops: fast ? [] : drops,
      progress: this.lesson.take(),
      timeline,
      replay: this.#replay,
      differs: this.#differs || undefined,
      time: this.sitting.now,
    });
    this.#anew = false;
    this.#opened = [];
    if (look) this.#changed = false;
    this.#replay = undefined;
    this.#differs = false;
  }
}
