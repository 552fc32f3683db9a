/**
 * A sitting: a lab with people at its terminals. All that they do goes through here, because it is done at the first turn
 * at which the clock has reached the deed's time: then that says all about its place, and the log can be played again.
 * What a lab is busy with is not waited for: while containers talk, something is always due.
 */
import type { TtyDevice } from '../../linux/kernel/machine.ts';
import type { ShellMark } from '../../linux/kernel/sys.ts';
import type { CommandResult, Lab, Terminal } from '../lab.ts';
import type { Act, Command, Entry, Log } from './entry.ts';

/** What a sitting tells while it is driven. */
export interface Listener {
  output(terminal: number, bytes: Uint8Array): void;
  ended(terminal: number, status: number): void;
  /** An act was done: now, or again. */
  did?(act: Act): void;
  /** A command began or ended. */
  commands?(): void;
  /** The answer to an `exec`. */
  answered?(result: CommandResult): void;
}

const MICRO = 1000;
const RETURN = 13;
const NEWLINE = 10;

const ends = (act: Act): boolean => act.kind === 'input' && (act.bytes.includes(RETURN) || act.bytes.includes(NEWLINE));

type Changing<T> = { -readonly [K in keyof T]: T[K] };

export class Sitting {
  readonly #terminals = new Map<number, Terminal>();
  readonly #numbers = new Map<TtyDevice, number>();
  /** Where the log stood when the shell of a terminal began to wait. */
  readonly #prompts = new Map<TtyDevice, number>();
  readonly #log: Entry[] = [];
  readonly #commands: Changing<Command>[] = [];
  readonly #running = new Map<TtyDevice, Changing<Command>>();
  #script: readonly Entry[] = [];
  #next = 0;
  #queue: Act[] = [];
  #lastTyped = 0;

  constructor(
    readonly lab: Lab,
    readonly listener: Listener,
  ) {
    lab.world.marked = (tty, mark) => this.#marked(tty, mark);
  }

  /** Virtual ns. */
  get now(): number {
    return this.lab.world.clock.now;
  }

  get log(): Log {
    return { entries: [...this.#log], end: this.#soon() };
  }

  /** Commands that shells have begun, in that order. */
  get commands(): readonly Command[] {
    return this.#commands;
  }

  /** Whether acts of a script are still to come. */
  get playing(): boolean {
    return this.#next < this.#script.length;
  }

  /** Whether something is to be done before anything else. */
  get #asked(): boolean {
    return this.#queue.length > 0 && !this.playing;
  }

  /** Terminals that are open, or whose shell has ended. */
  get terminals(): readonly number[] {
    return [...this.#terminals.keys()];
  }

  /** Will be done at the next microsecond, when nothing of the script is left. */
  do(act: Act): void {
    this.#queue.push(act);
  }

  /** Has the acts of a log done at their times, while the sitting is driven. */
  play(log: Log): void {
    this.#script = log.entries;
    this.#next = 0;
  }

  /** Does what is to be done and all that is due up to `until`. @returns true when nothing more is due by then */
  async step(until: number, budget: () => boolean): Promise<boolean> {
    for (let entry = this.#script[this.#next]; entry && entry.at <= until; entry = this.#script[this.#next]) {
      if (!(await this.lab.reach(entry.at, budget))) return false;
      this.#next++;
      this.#do(entry, entry.at);
    }
    for (;;) {
      while (this.#asked) {
        // Later than now: at none of the turns so far was it time.
        const at = (Math.floor(this.now / MICRO) + 1) * MICRO;
        if (!(await this.lab.reach(at, budget))) return false;
        this.#do(this.#queue.shift() as Act, at);
      }
      if (await this.lab.step(until, () => budget() && !this.#asked)) return true;
      if (!this.#asked || !budget()) return false;
    }
  }

  /** Does what is due by now. @returns the log up to here */
  async rest(): Promise<Log> {
    while (!(await this.step(this.#soon(), () => true)));
    return this.log;
  }

  #soon(): number {
    return Math.ceil(this.now / MICRO) * MICRO;
  }

  #do(act: Act, at: number): void {
    if (act.kind === 'resize' && this.#isSize(act)) return;
    this.#log.push({ ...act, at });
    switch (act.kind) {
      case 'open':
        this.#open(act);
        break;
      case 'close':
        this.#terminals.get(act.terminal)?.close();
        this.#terminals.delete(act.terminal);
        break;
      case 'input':
        this.#lastTyped = act.terminal;
        this.#terminals.get(act.terminal)?.pty.input(act.bytes);
        break;
      case 'resize':
        this.#terminals.get(act.terminal)?.pty.resize({ cols: act.cols, rows: act.rows });
        break;
      case 'exec':
        void this.lab.exec(act.machine, act.command).then((result) => this.listener.answered?.(result));
        break;
      case 'note':
        break;
    }
    this.listener.did?.(act);
  }

  #isSize({ terminal, cols, rows }: Extract<Act, { kind: 'resize' }>): boolean {
    const now = this.#terminals.get(terminal)?.pty.slave.tty.winsize;
    return now === undefined || (now.cols === cols && now.rows === rows);
  }

  #open({ terminal, machine, cols, rows }: Extract<Act, { kind: 'open' }>): void {
    this.#terminals.get(terminal)?.close();
    const opened = this.lab.terminal(machine, { cols, rows }, (bytes) => this.listener.output(terminal, bytes));
    this.#terminals.set(terminal, opened);
    this.#numbers.set(opened.pty.slave.tty, terminal);
    void opened.exited.then((status) => {
      if (this.#terminals.get(terminal) === opened) this.listener.ended(terminal, status);
    });
  }

  /** A shell in a container has a terminal of its own; who typed last is at it. */
  #marked(tty: TtyDevice, mark: ShellMark): void {
    const running = this.#running.get(tty);
    if (mark.kind === 'prompt') {
      this.#prompts.set(tty, this.#log.length);
      this.#running.delete(tty);
      if (running) {
        running.end = this.now;
        running.status = mark.status;
        this.listener.commands?.();
      }
      return;
    }
    const terminal = this.#numbers.get(tty) ?? this.#lastTyped;
    const entry = this.#log.findLastIndex((e) => e.kind === 'input' && e.terminal === terminal && ends(e));
    if (entry < 0) return;
    const command = { terminal, text: mark.text, begin: this.now, entry, prompt: this.#prompts.get(tty) ?? entry };
    this.#running.set(tty, command);
    this.#commands.push(command);
    this.listener.commands?.();
  }
}
