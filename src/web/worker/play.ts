/** A lab at play: the loop that drives a sitting, by the wall clock or as fast as it can, and tells the page. */
import { Observer } from '../../course/observer.ts';
import type { LessonRunner } from '../../course/runner.ts';
import type { Lab } from '../../lab/lab.ts';
import type { Act, Log } from '../../lab/log/entry.ts';
import { Sitting } from '../../lab/log/sitting.ts';
import type { Batch, Replay, Speed, Timeline } from './api.ts';
import { Feed } from './feed.ts';
import { fail, now, turn } from './host.ts';
import { type Note, noteOf, noteText } from './notes.ts';
import { Pace } from './pace.ts';
import { Terminals } from './terminals.ts';
import { Visits } from './visits.ts';

/** Host milliseconds in one slice of work, between which the page's messages are read. */
const SLICE = 6;
/** Time between two batches, ms: one frame of a 60 Hz screen. */
const BATCH_EVERY = 16;
/** Time between two looks of the lesson at the lab, ms. */
const LOOK_EVERY = 150;
/** Longest sleep of an idle lab, ms. */
const IDLE = 8;

/** A log to be played: at once, but for what is to be looked at. */
export interface Playback {
  readonly log: Log;
  /** Virtual ns between which it goes by the wall clock. */
  readonly shown?: { readonly from: number; readonly until: number };
}

export class Play {
  readonly sitting: Sitting;
  readonly terminals = new Terminals();
  readonly visits: Visits;
  /** What the tools of time offer; asked when commands have changed. */
  timeline: (() => Timeline) | undefined;
  readonly #feed = new Feed();
  readonly #pace: Pace;
  readonly #observer: Observer;
  #opened: { terminal: number; machine: string; title: string }[] = [];
  #anew: boolean;
  #changed = true;
  #progress: LessonRunner['progress'] | undefined;
  #replay: Replay | null | undefined;
  #batchAt = 0;
  #lookAt = Number.NEGATIVE_INFINITY;
  #looking = false;
  #wake: (() => void) | undefined;
  #playback: Playback | undefined;
  #over: (() => void) | undefined;
  #done = 0;
  #commands = 0;
  readonly #jobs: (() => Promise<void>)[] = [];
  #stopped: (() => void) | undefined;

  constructor(
    readonly lab: Lab,
    readonly runner: LessonRunner,
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
    this.#observer = new Observer(lab, runner);
    this.#progress = runner.progress;
  }

  /** Drives the lab until it is stopped. */
  async run(): Promise<void> {
    while (!this.#stopped) {
      const job = this.#jobs.shift();
      if (job) await job();
      const goal = this.#goal();
      const end = now() + SLICE;
      const behind = this.terminals.behind;
      const done = behind || (await this.sitting.step(goal, () => now() < end && !this.terminals.behind));
      if (done && !behind && this.#playback) this.#advance(goal);
      this.#look();
      this.#send();
      if (done && !this.#playback) await this.#rest();
      else await turn();
    }
    this.#stopped();
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
    this.#wake?.();
  }

  /** The timeline is another one. */
  retell(): void {
    this.#changed = true;
  }

  /** How far the lab may go now. */
  #goal(): number {
    const paced = this.#pace.tick(now(), this.sitting.now);
    if (!this.#playback) return paced;
    const { shown, log } = this.#playback;
    if (!shown || this.sitting.now >= shown.until) return log.end;
    return this.#shown ? Math.min(paced, shown.until) : shown.from;
  }

  get #shown(): boolean {
    const shown = this.#playback?.shown;
    return shown !== undefined && this.sitting.now >= shown.from && this.sitting.now < shown.until;
  }

  /** All that was due up to `goal` is done. */
  #advance(goal: number): void {
    const { log } = this.#playback as Playback;
    this.#replay = { done: this.#done, all: log.entries.length, commands: this.#commands, fast: !this.#shown };
    if (goal < log.end || this.sitting.playing) return;
    this.#playback = undefined;
    this.#replay = null;
    this.#changed = true;
    this.#lookAt = Number.NEGATIVE_INFINITY;
    this.#over?.();
  }

  #did(act: Act): void {
    this.#changed = true;
    if (act.kind === 'note') this.#noted(noteOf(act.text));
    if (!this.#playback) return;
    this.#done++;
    if (act.kind === 'open') {
      const { terminal, machine, title } = act;
      this.#opened.push({ terminal, machine, title });
    }
    if (act.kind === 'open' || act.kind === 'resize') this.terminals.size(act);
  }

  #noted(note: Note | undefined): void {
    if (!note) return;
    if ('look' in note && this.#playback) this.#look(true);
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

  /** Not waited for: a question to the engine may take virtual time, which only passes while the loop goes on. */
  #look(now_ = false): void {
    if (this.#looking || (!now_ && !this.#playback && now() - this.#lookAt < LOOK_EVERY)) return;
    this.#lookAt = now();
    this.#looking = true;
    this.#observer.look().then((changed) => {
      if (changed) {
        this.#progress = this.runner.progress;
        if (!this.#playback) this.sitting.do({ kind: 'note', text: noteText({ look: true }) });
      }
      this.#looking = false;
    }, fail);
  }

  #send(): void {
    const wall = now();
    if (wall - this.#batchAt < BATCH_EVERY) return;
    const { output, ended } = this.terminals.take();
    const view = this.#feed.view(wall, () => this.lab.view());
    const { frames, lost } = this.#feed.frames(wall, (since) => this.lab.frames(since));
    const timeline = this.#changed ? this.timeline?.() : undefined;
    const news = output.length + ended.length + frames.length + lost + this.#opened.length > 0;
    if (!news && !view && !this.#progress && !timeline && this.#replay === undefined) return;
    const fast = this.#playback !== undefined && !this.#shown;
    this.#batchAt = wall;
    this.sink({
      anew: this.#anew || undefined,
      opened: this.#opened,
      output,
      ended,
      view,
      frames: fast ? [] : frames,
      lost: fast ? 0 : lost,
      progress: this.#progress,
      timeline,
      replay: this.#replay,
      time: this.sitting.now,
    });
    this.#anew = false;
    this.#opened = [];
    this.#changed = false;
    this.#progress = undefined;
    this.#replay = undefined;
  }
}
