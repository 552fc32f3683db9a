/** Time as a person has it in hand: its speed, one event after another, what was done taken back and done again. */
import { before, lastOf } from '../../lab/log/cut.ts';
import type { Log } from '../../lab/log/entry.ts';
import type { Speed, TimeFace, Timeline } from './api.ts';
import { noteText } from './notes.ts';
import type { Play, Playback } from './play.ts';

/** What it needs of the worker. */
export interface Stage {
  readonly play: Play;
  /** Puts a fresh lab in the place of this one and plays a log in it. */
  replace(playback: Playback): Promise<void>;
}

export class Time implements TimeFace {
  #redo: Log[] = [];
  #busy = false;

  constructor(readonly stage: Stage) {}

  /** What can be done now. */
  timeline(): Timeline {
    const { sitting, playing } = this.stage.play;
    const machines = new Map(sitting.log.entries.flatMap((e) => (e.kind === 'open' ? [[e.terminal, e.machine]] : [])));
    return {
      commands: sitting.commands.map(({ terminal, text, begin, end, status }) => {
        return { terminal, machine: machines.get(terminal) ?? '', text, begin, end, status };
      }),
      undo: !playing && sitting.commands.length > 0,
      redo: !playing && this.#redo.length > 0,
    };
  }

  /** Something new was typed: what was taken back cannot be done again. */
  typed(): void {
    if (this.#redo.length === 0 || this.stage.play.playing) return;
    this.#redo = [];
    this.stage.play.retell();
  }

  pace(speed: Speed): void {
    this.stage.play.speed = speed;
  }

  async step(): ReturnType<TimeFace['step']> {
    const { stepOnce } = await import('./step.ts');
    return stepOnce(this.stage.play);
  }

  undo(): Promise<void> {
    return this.#alone(async () => {
      const { sitting } = this.stage.play;
      const command = lastOf(sitting.commands);
      if (!command) return;
      const { log } = sitting;
      this.#redo.push(log);
      await this.stage.replace({ log: before(log, command) });
    });
  }

  redo(): Promise<void> {
    return this.#alone(async () => {
      const log = this.#redo.pop();
      if (log) await this.stage.replace({ log });
    });
  }

  again(index: number): Promise<void> {
    return this.#alone(async () => {
      const { sitting } = this.stage.play;
      const command = sitting.commands[index];
      if (!command) return;
      const { log } = sitting;
      const from = log.entries[command.entry]?.at ?? command.begin;
      await this.stage.replace({ log, shown: { from, until: command.end ?? log.end } });
    });
  }

  /** Begins again, at a step of the lesson. */
  restart(step?: string): Promise<void> {
    return this.#alone(async () => {
      this.#redo = [];
      const text = step === undefined ? noteText({ look: true }) : noteText({ from: step });
      await this.stage.replace({ log: { entries: [{ kind: 'note', text, at: 0 }], end: 0 } });
    });
  }

  skip(): void {
    this.stage.play.skip();
  }

  async #alone(work: () => Promise<void>): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      await work();
    } finally {
      this.#busy = false;
      this.stage.play.retell();
    }
  }
}
