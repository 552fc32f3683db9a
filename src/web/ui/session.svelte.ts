/** The page's side of one lab: a worker, what it has told, and the terminals that show its shells. */
import * as Comlink from 'comlink';
import type { Batch, LabView, LabWorker, Speed, StepProgress, ViewFrame, Visit, Visited } from '../worker/api.ts';

/** Frames kept for the list. */
const KEEP = 300;
/** Performance entry of the first output of a terminal: from then on the prompt can be used. */
const PROMPT = 'drydock:prompt';

/** A terminal as the session sees it: somewhere to write, and a way to type. */
export interface Screen {
  write(bytes: Uint8Array, drawn: () => void): void;
  ended(status: number): void;
  /** Types a text and Enter, as if pasted. */
  type(text: string): void;
  /** Sends a key such as `^C`. */
  press(key: string): void;
  focus(): void;
}

export class Session {
  status = $state<'starting' | 'ready' | 'failed'>('starting');
  view = $state.raw<LabView | undefined>(undefined);
  progress = $state.raw<readonly StepProgress[]>([]);
  frames = $state.raw<readonly ViewFrame[]>([]);
  lost = $state(0);
  speed = $state<Speed>(1);
  /** Called with each batch of frames, for what moves. */
  readonly onFrames = new Set<(frames: readonly ViewFrame[]) => void>();
  #worker: Worker;
  #remote: Comlink.Remote<LabWorker>;
  #byNumber = new Map<number, Screen>();
  #byMachine = new Map<string, Screen>();
  #started: Promise<void>;
  #over = false;

  constructor(lesson: string) {
    this.#worker = new Worker(new URL('../worker/worker.ts', import.meta.url), { type: 'module', name: 'lab' });
    this.#worker.onerror = (event) => {
      console.error(event.message);
      this.status = 'failed';
    };
    this.#remote = Comlink.wrap<LabWorker>(this.#worker);
    this.#started = this.#remote.start(
      lesson,
      Comlink.proxy((batch: Batch) => this.#take(batch)),
    );
    this.#started.then(
      () => {
        this.status = 'ready';
      },
      (error: unknown) => {
        console.error(error);
        this.status = 'failed';
      },
    );
  }

  #take(batch: Batch): void {
    if (this.#over) return;
    if (batch.output.length > 0 && performance.getEntriesByName(PROMPT).length === 0) performance.mark(PROMPT);
    for (const { terminal, bytes } of batch.output)
      this.#byNumber.get(terminal)?.write(bytes, () => void this.#remote.drawn(terminal, bytes.length));
    for (const { terminal, status } of batch.ended) this.#byNumber.get(terminal)?.ended(status);
    if (batch.view) this.view = batch.view;
    if (batch.progress) this.progress = batch.progress;
    if (batch.lost > 0) this.lost += batch.lost;
    if (batch.frames.length > 0) {
      this.frames = [...this.frames, ...batch.frames].slice(-KEEP);
      for (const tell of this.onFrames) tell(batch.frames);
    }
  }

  /** Opens a shell on a machine. @returns how to type into it and to resize it */
  async open(machine: string, cols: number, rows: number, screen: Screen) {
    this.#byMachine.set(machine, screen);
    await this.#started;
    const number = await this.#remote.open(machine, cols, rows);
    this.#byNumber.set(number, screen);
    return {
      input: (bytes: Uint8Array) => void this.#remote.input(number, bytes),
      resize: (c: number, r: number) => void this.#remote.resize(number, c, r),
    };
  }

  screen(machine: string): Screen | undefined {
    return this.#byMachine.get(machine);
  }

  pace(speed: Speed): void {
    this.speed = speed;
    void this.#remote.pace(speed);
  }

  /** Fetches with a browser on a machine. */
  async visit(machine: string, visit: Visit): Promise<Visited> {
    await this.#started;
    return this.#remote.visit(machine, visit);
  }

  stopVisit(machine: string): void {
    void this.#remote.stopVisit(machine);
  }

  clearFrames(): void {
    this.frames = [];
    this.lost = 0;
  }

  end(): void {
    this.#over = true;
    this.#worker.terminate();
  }
}
