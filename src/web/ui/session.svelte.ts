/** The page's side of one lab: a worker, what it has told, and the terminals that show its shells. */
import * as Comlink from 'comlink';
import type { LessonPlan } from '../../course/schema.ts';
import { takeSpare } from '../boot.ts';
import type {
  Batch,
  Catalogue,
  DropText,
  LabView,
  LabWorker,
  Replay,
  Speed,
  Started,
  StepProgress,
  Timeline,
  ViewFrame,
} from '../worker/api.ts';
import type { Screen } from './terminal/screen.ts';
import { type Tab, type TabPlan, Tabs } from './terminal/tabs.svelte.ts';

/** Performance entry of the first output of a terminal: from then on the prompt can be used. */
const PROMPT = 'drydock:prompt';
/** From the first prompt to what is loaded after it, ms. */
const MOMENT = 200;
/** From the first output to its being on the screen, ms. */
const PAINT = 50;

/** Time between two looks at the clock, ms. */
const CLOCK = 90;

/** The worker's faces, as comlink gives them. */
export type RemoteLab = {
  readonly [K in keyof LabWorker]: LabWorker[K] extends (...args: never[]) => unknown
    ? Comlink.Remote<Pick<LabWorker, K>>[K]
    : Comlink.Remote<LabWorker[K]>;
};

export class Session {
  status = $state<'starting' | 'ready' | 'failed'>('starting');
  /** The first prompt is on the screen. */
  prompted = $state(false);
  /** The first prompt has been there for a moment: what it did not need may be loaded. */
  settled = $state(false);
  view = $state.raw<LabView | undefined>(undefined);
  progress = $state.raw<readonly StepProgress[]>([]);
  speed = $state<Speed>(1);
  /** How fast time goes when it does not stand still. */
  flow = $state<Speed>(1);
  /** Virtual ns, and what o'clock it was in the lab at 0: ms since 1970. */
  time = $state(0);
  labEpoch = $state(0);
  timeline = $state.raw<Timeline>({ commands: [], undo: false, redo: false });
  /** A log is being played. */
  replay = $state.raw<Replay | undefined>(undefined);
  /** The log that it was begun with is being played. */
  restoring = $state(false);
  /** The lab that a log was played in is not the one of which it was. */
  differs = $state(false);
  /** Counts the labs that this session has had: one more with each undo. */
  epoch = $state(0);
  readonly tabs: Tabs;
  /** The pane in front below the terminals. */
  pane = $state('map');
  /** How often something has brought a pane to the front: where one part is in sight, it is to be this one. */
  fronts = $state(0);
  /** What the list of packets shall show next: a packet, or what crosses a place. */
  wanted = $state.raw<{ readonly packet?: number; readonly place?: string } | undefined>(undefined);
  /** Called with each batch of frames and drops, for what moves, and how many frames were left out. */
  readonly onTraffic = new Set<(frames: readonly ViewFrame[], drops: readonly DropText[], lost: number) => void>();
  /** An address that the browser's pane is to open; taken by it. */
  wantedUrl = $state<string | undefined>(undefined);
  readonly remote: RemoteLab;
  #worker: Worker;
  #started: Promise<Started>;
  #settled: Promise<void>;
  #settle: () => void = () => {};
  /** Typed before there was a shell: it will read it. */
  #early: (readonly [Tab, Uint8Array])[] = [];
  /** Terminals that the log which is played has opened. */
  #opened = new Set<number>();
  #prompting = false;
  #told = Number.NEGATIVE_INFINITY;
  #over = false;

  /** Id of the lesson. */
  readonly lesson: string;

  /** @param packed a log to begin with */
  constructor(plan: LessonPlan, terminals: readonly TabPlan[], packed?: Uint8Array) {
    this.lesson = plan.id;
    this.tabs = new Tabs(terminals);
    this.restoring = packed !== undefined;
    const { worker, core } = takeSpare();
    this.#worker = worker;
    this.#worker.onerror = (event) => {
      console.error(event.message);
      this.status = 'failed';
    };
    this.remote = Comlink.wrap<LabWorker>(this.#worker) as unknown as RemoteLab;
    this.#settled = packed ? this.#unsettled() : Promise.resolve();
    // Plain data: what a worker can be sent.
    const lesson = $state.snapshot(plan) as LessonPlan;
    const sink = Comlink.proxy((batch: Batch) => this.#take(batch));
    this.#started = core.then((bytes) => this.remote.start(lesson, sink, Comlink.transfer(bytes, [bytes]), packed));
    this.#started.then(
      ({ epoch }) => {
        this.labEpoch = epoch;
        this.status = 'ready';
      },
      (error: unknown) => {
        console.error(error);
        this.status = 'failed';
      },
    );
  }

  #unsettled(): Promise<void> {
    return new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  #take(batch: Batch): void {
    if (this.#over) return;
    if (batch.anew) this.#anew();
    for (const { terminal, machine, title } of batch.opened ?? []) {
      this.tabs.forNumber(terminal, machine, title);
      this.#opened.add(terminal);
    }
    if (batch.output.length > 0 && !this.#prompting) {
      this.#prompting = true;
      performance.mark(PROMPT);
      setTimeout(() => {
        this.prompted = true;
      }, PAINT);
      setTimeout(() => {
        this.settled = true;
        void this.remote.watch();
      }, MOMENT);
    }
    for (const { terminal, bytes } of batch.output)
      this.tabs.byNumber(terminal)?.write(bytes, () => void this.remote.terminals.drawn(terminal, bytes.length));
    for (const { terminal, status } of batch.ended) this.tabs.byNumber(terminal)?.end(status);
    this.#tell(batch.time);
    if (batch.view) this.view = batch.view;
    if (batch.progress) this.progress = batch.progress;
    if (batch.timeline) this.timeline = batch.timeline;
    if (batch.frames.length + batch.drops.length + batch.lost > 0)
      for (const tell of this.onTraffic) tell(batch.frames, batch.drops, batch.lost);
    if (batch.differs) this.differs = true;
    if (batch.replay) this.replay = batch.replay;
    else if (batch.replay === null) this.#replayed();
  }

  /** What o'clock it is: shown some ten times a second while it goes, since each change is laid out and painted. */
  #tell(time: number): void {
    const wall = performance.now();
    if (this.speed > 0 && time > this.time && wall - this.#told < CLOCK) return;
    this.#told = wall;
    this.time = time;
  }

  /** Another lab has taken the place of the one before: a log will be played in it. */
  #anew(): void {
    this.epoch++;
    this.#opened.clear();
    for (const tab of this.tabs.all) tab.reset();
    this.#settled = this.#unsettled();
  }

  #replayed(): void {
    this.replay = undefined;
    this.restoring = false;
    this.#settle();
    for (const tab of this.tabs.all) {
      if (tab.number === undefined) continue;
      if (!this.#opened.has(tab.number)) {
        tab.number = undefined;
        if (tab.stays) void this.open(tab);
        else this.tabs.remove(tab);
      } else tab.screen?.fit();
    }
  }

  /** Opens a shell for a tab that has a screen, unless a log has done so. */
  async open(tab: Tab): Promise<void> {
    await this.#started;
    await this.#settled;
    const { screen } = tab;
    if (!screen) return;
    if (tab.number !== undefined && tab.ended === undefined) return;
    tab.ended = undefined;
    const { machine, title, stays } = tab;
    tab.number = await this.remote.terminals.open(machine, stays ? '' : title, screen.cols, screen.rows, tab.number);
    const early = this.#early.filter(([t]) => t === tab);
    this.#early = this.#early.filter(([t]) => t !== tab);
    for (const [, bytes] of early) this.input(tab, bytes);
  }

  input(tab: Tab, bytes: Uint8Array): void {
    if (tab.number !== undefined) void this.remote.terminals.input(tab.number, bytes);
    else this.#early.push([tab, bytes]);
  }

  resize(tab: Tab, cols: number, rows: number): void {
    if (tab.number !== undefined && !this.replay) void this.remote.terminals.resize(tab.number, cols, rows);
  }

  close(tab: Tab): void {
    if (tab.number !== undefined) void this.remote.terminals.close(tab.number);
    this.tabs.remove(tab);
  }

  /** Another shell on a machine. */
  openTerminal(machine: string, title = machine): Tab {
    const tab = this.tabs.add({ machine, title, stays: false });
    this.tabs.active = tab.key;
    return tab;
  }

  /** A shell in a running container: `docker exec` in a terminal of its machine, typed where it can be seen. */
  async openShell(machine: string, container: string): Promise<void> {
    const shell = await this.remote.terminals.shellOf(machine, container);
    this.openTerminal(machine, container).command = `docker exec -it ${container} ${shell}`;
  }

  /** Opens an address in the simulated browser. */
  openBrowser(url: string): void {
    this.wantedUrl = url;
    this.#front('browser');
  }

  screen(machine: string): Screen | undefined {
    return this.tabs.of(machine)?.screen;
  }

  pace(speed: Speed): void {
    this.speed = speed;
    if (speed > 0) this.flow = speed;
    void this.remote.time.pace(speed);
  }

  answer(step: string, question: string, given: string): void {
    void this.remote.lesson.answer(step, question, given);
  }

  /** Goes on in a fresh lab, played up to the start of a step. */
  async restart(step?: string): Promise<void> {
    await this.#started;
    await this.remote.lesson.restart(step);
  }

  async catalogue(): Promise<Catalogue> {
    await this.#started;
    return this.remote.lesson.catalogue();
  }

  /** Brings the list of packets to the front, at a packet or with those of a place. */
  showPackets(wanted: { packet?: number; place?: string }): void {
    this.wanted = wanted;
    this.#front('packets');
  }

  #front(pane: string): void {
    this.pane = pane;
    this.fronts++;
  }

  end(): void {
    this.#over = true;
    this.#worker.terminate();
  }
}
