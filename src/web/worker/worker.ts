/** The worker: a lab, the clock that paces it, its terminals and the lesson's runner. */

import { plans } from 'drydock:plans';
import * as Comlink from 'comlink';
import coreUrl from '../../../dist/core.wasm?url';
import { LessonRunner, Observer } from '../../course/runner.ts';
import { createLab } from '../../lab/create.ts';
import type { Lab, Terminal } from '../../lab/lab.ts';
import type { Batch, LabWorker, Speed } from './api.ts';
import { Feed } from './feed.ts';
import { lazily } from './lazily.ts';
import { Outlet } from './outlet.ts';
import { Pace } from './pace.ts';
import type { Watch } from './watch.ts';

/** Host milliseconds in one slice of work, between which the page's messages are read. */
const SLICE = 6;
/** Time between two batches, ms: one frame of a 60 Hz screen. */
const BATCH_EVERY = 16;
/** Time between two looks of the lesson at the lab, ms. */
const LOOK_EVERY = 150;
/** Longest sleep of an idle lab, ms. */
const IDLE = 8;

interface OpenTerminal {
  readonly shell: Terminal;
  readonly outlet: Outlet;
}

const now = () => performance.now();

/** A macrotask without a timer's minimum delay. */
const channel = new MessageChannel();
const turns: (() => void)[] = [];
channel.port1.onmessage = () => turns.shift()?.();
const turn = (): Promise<void> =>
  new Promise((resolve) => {
    turns.push(resolve);
    channel.port2.postMessage(0);
  });

/** A bug of the lab: thrown where the page's error handler for the worker sees it. */
const fail = (error: unknown): void => {
  setTimeout(() => {
    throw error;
  });
};

class Session {
  readonly #terminals: OpenTerminal[] = [];
  readonly #feed = new Feed();
  readonly #pace: Pace;
  readonly #observer: Observer;
  #ended: { terminal: number; status: number }[] = [];
  #progress: LessonRunner['progress'] | undefined;
  #batchAt = 0;
  #lookAt = 0;
  #looking = false;
  #wake: (() => void) | undefined;
  #watch: Watch | undefined;

  constructor(
    readonly lab: Lab,
    readonly runner: LessonRunner,
    readonly sink: (batch: Batch) => void,
  ) {
    this.#pace = new Pace(lab.world.clock.now, now());
    this.#observer = new Observer(lab, runner);
  }

  async run(): Promise<never> {
    this.#look();
    this.#progress = this.runner.progress;
    for (;;) {
      const goal = this.#pace.tick(now(), this.lab.world.clock.now);
      const end = now() + SLICE;
      const done = await this.lab.step(goal, () => now() < end);
      this.#look();
      this.#send();
      if (done) await this.#rest();
      else await turn();
    }
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
  #look(): void {
    if (this.#looking || now() - this.#lookAt < LOOK_EVERY) return;
    this.#lookAt = now();
    this.#looking = true;
    this.#observer.look().then((changed) => {
      if (changed) this.#progress = this.runner.progress;
      this.#looking = false;
    }, fail);
  }

  #send(): void {
    const wall = now();
    if (wall - this.#batchAt < BATCH_EVERY) return;
    const output = this.#terminals.flatMap(({ outlet }, terminal) => {
      const bytes = outlet.next();
      return bytes.length > 0 ? [{ terminal, bytes }] : [];
    });
    const view = this.#feed.view(wall, () => this.lab.view());
    const { frames, lost } = this.#feed.frames(wall, (since, most) => this.lab.frames(since, most));
    const drops = this.#watch?.drops() ?? [];
    const progress = this.#progress;
    const ended = this.#ended;
    if (output.length + ended.length + frames.length + lost + drops.length === 0 && !view && !progress) return;
    this.#batchAt = wall;
    this.#progress = undefined;
    this.#ended = [];
    this.sink({ output, ended, view, frames, lost, drops, progress, time: this.lab.world.clock.now });
  }

  open(machine: string, cols: number, rows: number): number {
    const shell = this.lab.terminal(machine, { cols, rows });
    const terminal = this.#terminals.push({ shell, outlet: new Outlet(shell.pty) }) - 1;
    shell.exited.then((status) => {
      this.#ended.push({ terminal, status });
    });
    this.#wake?.();
    return terminal;
  }

  input(terminal: number, bytes: Uint8Array): void {
    this.#terminals[terminal]?.shell.pty.input(bytes);
    this.#wake?.();
  }

  resize(terminal: number, cols: number, rows: number): void {
    this.#terminals[terminal]?.shell.pty.resize({ cols, rows });
    this.#wake?.();
  }

  drawn(terminal: number, bytes: number): void {
    this.#terminals[terminal]?.outlet.drawn(bytes);
    this.#wake?.();
  }

  async watch(): Promise<void> {
    const { Watch } = await import('./watch.ts');
    this.#watch ??= new Watch(this.lab);
  }

  get tracing(): boolean {
    return this.#watch?.tracing ?? false;
  }

  set speed(speed: Speed) {
    this.#pace.speed = speed;
  }
}

let session: Session | undefined;

function running(): Session {
  if (!session) throw new Error('not started');
  return session;
}

const api: LabWorker = {
  async start(lesson, sink) {
    const plan = plans.find((p) => p.id === lesson);
    if (!plan) throw new Error(`no lesson ${lesson}`);
    const wasm = await (await fetch(coreUrl)).arrayBuffer();
    const lab = await createLab({ wasm, turn }, { seed: plan.seed, hosts: plan.machines });
    for (const { machine, run } of plan.setup) await lab.run(machine, run);
    session = new Session(lab, new LessonRunner(plan), sink);
    session.run().catch(fail);
  },
  async open(machine, cols, rows) {
    return running().open(machine, cols, rows);
  },
  watch: () => running().watch(),
  packets: lazily(async () => {
    const { Packets } = await import('./packets.ts');
    const { lab } = running();
    return new Packets(lab, () => running().tracing);
  }),
  input: (terminal, bytes) => session?.input(terminal, bytes),
  resize: (terminal, cols, rows) => session?.resize(terminal, cols, rows),
  drawn: (terminal, bytes) => session?.drawn(terminal, bytes),
  pace: (speed) => {
    if (session) session.speed = speed;
  },
};

Comlink.expose(api);
