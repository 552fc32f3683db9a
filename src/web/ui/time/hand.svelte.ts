/** What a person does with time: the tools' doings, by button and by key. */
import type { Happening, Speed } from '../../worker/api.ts';
import type { Session } from '../session.svelte.ts';

/** One event that was stepped to. */
export interface Stepped {
  readonly id: number;
  /** Virtual ns. */
  readonly time: number;
  readonly happened: readonly Happening[];
}

/** Events that are kept to be read. */
const KEEP = 200;

export class Hand {
  events = $state.raw<readonly Stepped[]>([]);
  /** The command that is played again. */
  shown = $state('');
  /** Something of it is under way. */
  busy = $state(false);
  #steps = 0;
  #stepping = false;

  constructor(readonly session: Session) {}

  /** Listens for keys on the whole page, before a terminal gets them. @returns ends it */
  listen(): () => void {
    const keys = (event: KeyboardEvent): void => {
      const act = this.#keyed(event);
      if (!act) return;
      event.preventDefault();
      event.stopPropagation();
      act();
    };
    addEventListener('keydown', keys, true);
    return () => removeEventListener('keydown', keys, true);
  }

  #keyed({ key, code, ctrlKey, altKey, shiftKey }: KeyboardEvent): (() => void) | undefined {
    if (ctrlKey && altKey && code === 'KeyZ') return shiftKey ? () => this.redo() : () => this.undo();
    if (ctrlKey && altKey && code === 'KeyY') return () => this.redo();
    if (ctrlKey || altKey || shiftKey) return undefined;
    if (key === 'F8') return () => this.toggle();
    return key === 'F10' ? () => this.step() : undefined;
  }

  toggle(): void {
    this.session.pace(this.session.speed === 0 ? this.session.flow : 0);
    this.events = [];
  }

  undo(): void {
    if (this.session.timeline.undo) void this.#alone(() => this.session.remote.time.undo());
  }

  redo(): void {
    if (this.session.timeline.redo) void this.#alone(() => this.session.remote.time.redo());
  }

  /** One at a time: until it is over the others wait for another press. */
  async #alone(work: () => Promise<void>): Promise<void> {
    if (this.busy || this.session.replay) return;
    this.events = [];
    this.busy = true;
    try {
      await work();
    } finally {
      this.busy = false;
    }
  }

  /** Stops time and lets one event happen. */
  step(): void {
    if (this.#stepping || this.busy || this.session.replay) return;
    this.#stepping = true;
    this.session.pace(0);
    void this.session.remote.time.step().then(({ time, happened }) => {
      this.#stepping = false;
      this.events = [...this.events, { id: this.#steps++, time, happened }].slice(-KEEP);
    });
  }

  dismiss(): void {
    this.events = [];
  }

  /** Shows a command of the timeline again, slow enough for the eyes, and then goes on as fast as before. */
  async again(index: number): Promise<void> {
    const { session } = this;
    const { speed, flow } = session;
    const command = session.timeline.commands[index];
    if (!command) return;
    this.shown = command.text;
    await this.#alone(async () => {
      session.pace(slowFor((command.end ?? session.time) - command.begin));
      await session.remote.time.again(index);
      session.pace(flow);
      session.pace(speed);
    });
  }
}

/** The speed at which so many virtual ns take some seconds. */
function slowFor(ns: number): Speed {
  if (ns > 2e9) return 1;
  if (ns > 2e8) return 0.1;
  return ns > 2e7 ? 0.01 : 0.001;
}
