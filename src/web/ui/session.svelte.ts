/** The page's side of one lab: a worker, what it has told, and the terminals that show its shells. */
import * as Comlink from 'comlink';
import type {
  Batch,
  DropText,
  LabView,
  LabWorker,
  PacketsFace,
  Speed,
  StepProgress,
  ViewFrame,
} from '../worker/api.ts';

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
  speed = $state<Speed>(1);
  /** The pane in front below the terminals. */
  pane = $state('map');
  /** A prompt is there: what is not needed for it may be loaded. */
  prompted = $state(false);
  /** What the list of packets shall show next: a packet's number, or an expression of its filter. */
  wanted = $state.raw<{ readonly packet?: number; readonly place?: string } | undefined>(undefined);
  /** Called with each batch of frames and drops, for what moves, and how many frames were left out. */
  readonly onTraffic = new Set<(frames: readonly ViewFrame[], drops: readonly DropText[], lost: number) => void>();
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
    if (batch.output.length > 0 && !this.prompted) this.#prompt();
    for (const { terminal, bytes } of batch.output)
      this.#byNumber.get(terminal)?.write(bytes, () => void this.#remote.drawn(terminal, bytes.length));
    for (const { terminal, status } of batch.ended) this.#byNumber.get(terminal)?.ended(status);
    if (batch.view) this.view = batch.view;
    if (batch.progress) this.progress = batch.progress;
    if (batch.frames.length + batch.drops.length + batch.lost > 0)
      for (const tell of this.onTraffic) tell(batch.frames, batch.drops, batch.lost);
  }

  #prompt(): void {
    this.prompted = true;
    if (performance.getEntriesByName(PROMPT).length === 0) performance.mark(PROMPT);
    void this.#remote.watch();
  }

  /** The captured frames. */
  get packets(): PacketsFace {
    return this.#remote.packets as unknown as PacketsFace;
  }

  /** Brings the list of packets to the front, at a packet or with those of a place. */
  showPackets(wanted: { packet?: number; place?: string }): void {
    this.wanted = wanted;
    this.pane = 'packets';
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

  end(): void {
    this.#over = true;
    this.#worker.terminate();
  }
}
