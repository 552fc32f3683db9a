/**
 * What the page and its worker say to each other (over comlink). One worker holds one lab; to begin again the page
 * ends the worker and starts another. Everything that flows to the page comes in batches, one per frame and one more for each key.
 */
import type { Fault, LessonFiles } from '../../course/compile/fault.ts';
import type { Finding } from '../../course/prove/finding.ts';
import type { StepProgress } from '../../course/runner.ts';
import type { LessonPlan } from '../../course/schema.ts';
import type { Lesson } from '../../course/text.ts';
import type { Visit, Visited } from '../../lab/browser/browser.ts';
import type { Happening } from '../../lab/log/happen.ts';
import type { LabView, Layer, ViewFrame } from '../../lab/view.ts';
import type { Catalogue } from './catalogue.ts';

export type { Fault, LessonFiles } from '../../course/compile/fault.ts';
export type { Finding } from '../../course/prove/finding.ts';
export type { StepProgress } from '../../course/runner.ts';
export type { NetError, Visit, Visited } from '../../lab/browser/browser.ts';
export type { Happening } from '../../lab/log/happen.ts';
export type {
  Field,
  FieldKey,
  LabView,
  Layer,
  ViewContainer,
  ViewFrame,
  ViewLink,
  ViewMachine,
  ViewNetwork,
  ViewPort,
} from '../../lab/view.ts';
export type { Catalogue } from './catalogue.ts';

/** How virtual time goes against the wall clock: 1, slower, or 0 for a stop. */
export type Speed = 0 | 0.001 | 0.01 | 0.1 | 1;

/** A command that a shell began. */
export interface CommandLine {
  readonly terminal: number;
  readonly machine: string;
  readonly text: string;
  /** Virtual ns. */
  readonly begin: number;
  /** Absent while it runs. */
  readonly end?: number;
  /** What it left in `$?`. */
  readonly status?: number;
}

/** What the time's tools can do now. */
export interface Timeline {
  readonly commands: readonly CommandLine[];
  /** Whether there is something to undo, and to do again. */
  readonly undo: boolean;
  readonly redo: boolean;
}

/** A log that is being played. */
export interface Replay {
  /** Commands in it: Enter was pressed so often. */
  readonly commands: number;
  /** Virtual ns at which it is over. */
  readonly end: number;
  /** As fast as it can, or to be looked at. */
  readonly fast: boolean;
}

/** What has happened since the last batch. */
export interface Batch {
  /** The lab is another one now: screens and frames of the old one are to be forgotten. */
  readonly anew?: boolean;
  /** Terminals that were opened by a log. */
  readonly opened?: readonly { readonly terminal: number; readonly machine: string; readonly title: string }[];
  /** Terminal output, oldest first. */
  readonly output: readonly { readonly terminal: number; readonly bytes: Uint8Array }[];
  /** Terminals whose shell has ended, with its status. */
  readonly ended: readonly { readonly terminal: number; readonly status: number }[];
  /** Present when it has changed. */
  readonly view?: LabView;
  readonly frames: readonly ViewFrame[];
  /** Frames that crossed but were not sent: too many at a time, or overwritten in the lab's ring. */
  readonly lost: number;
  /** Packets that were dropped, once the page watches. */
  readonly drops: readonly DropText[];
  /** Present when it has changed. */
  readonly progress?: readonly StepProgress[];
  /** Present when it has changed. */
  readonly timeline?: Timeline;
  /** Present while a log is played; `null`: that is over. */
  readonly replay?: Replay | null;
  /** With the end of a replay: the lab is not what it was when the log was packed. */
  readonly differs?: boolean;
  /** Virtual nanoseconds. */
  readonly time: number;
}

/** A packet that was dropped: where, and why in words. */
export interface DropText {
  readonly seq: number;
  readonly time: number;
  readonly packet: number;
  readonly machine: string;
  readonly container?: string;
  /** Interface it is about, when there is one. */
  readonly ifname?: string;
  /** `TCP 172.18.0.2.41712 > 172.17.0.2.80 [S]` */
  readonly title: string;
  /** Table and chain whose rule or policy did it: `filter DOCKER-USER`. */
  readonly chain?: string;
  readonly text: { readonly en: string; readonly zh: string };
}

/** Which frames the list shows. */
export interface PacketQuery {
  /** As tcpdump takes it; empty: every frame. */
  readonly text: string;
  /** `ARP`, `ICMP`, `TCP`, `UDP`, `DNS`, `VXLAN`; none: all. */
  readonly protos: readonly string[];
  /** `node1` or `node1/web`; empty: everywhere. */
  readonly place: string;
  /** Nothing that comes is added. */
  readonly stopped: boolean;
}

/** A part of the list. Rows have numbers that they keep. */
export interface PacketWindow {
  /** Number of the first of `rows`. */
  readonly first: number;
  /** Number of the oldest row that is kept, and one more than that of the newest. */
  readonly gone: number;
  readonly end: number;
  readonly rows: readonly ViewFrame[];
  /** Frames that were overwritten before they could be listed. */
  readonly lost: number;
  /** Whether packets are traced now: in a flood they are not. */
  readonly tracing: boolean;
  /** What is wrong with the filter: the list is still that of the last good one. */
  readonly error?: string;
}

/** A journey in words. */
export interface JourneyText {
  readonly packet: number;
  readonly title: string;
  readonly steps: readonly {
    readonly time: number;
    readonly kind: string;
    /** `node1/web eth0` */
    readonly place: string;
    readonly text: string;
  }[];
}

/** All about one frame. */
export interface FrameDetail {
  readonly frame: ViewFrame;
  readonly bytes: Uint8Array;
  readonly layers: readonly Layer[];
  /** The same packet on every interface that it crossed, as far as they are kept. */
  readonly crossings: readonly ViewFrame[];
  /** What led to it first, itself last; none when it was not traced. */
  readonly journeys: readonly JourneyText[];
}

/** The captured frames. @see packets.ts */
export interface PacketsFace {
  /** @param from number of a row, negative: the newest rows */
  window(query: PacketQuery, from: number, count: number): Promise<PacketWindow>;
  detail(seq: number, lang: 'en' | 'zh'): Promise<FrameDetail | undefined>;
  /** The first frame that is kept of a packet. */
  find(packet: number): Promise<number | undefined>;
  /** The frames of the list as a pcapng file. */
  file(): Promise<Uint8Array>;
}

/** @see terminals.ts */
export interface TerminalsFace {
  /** Opens a login shell; its number names it from then on. @param again the number of one whose shell has ended */
  open(machine: string, title: string, cols: number, rows: number, again?: number): Promise<number>;
  /** The shell that a running container has: `bash` or `sh`. */
  shellOf(machine: string, container: string): Promise<string>;
  /** Keys. */
  input(terminal: number, bytes: Uint8Array): void;
  resize(terminal: number, cols: number, rows: number): void;
  /** Hangs up. */
  close(terminal: number): void;
  /** The page has drawn this many bytes of a terminal's output. */
  drawn(terminal: number, bytes: number): void;
}

/** @see time.ts */
export interface TimeFace {
  pace(speed: Speed): void;
  /** Stops time and lets the next event happen. */
  step(): Promise<{ readonly time: number; readonly happened: readonly Happening[] }>;
  /** Takes back the last command. */
  undo(): Promise<void>;
  redo(): Promise<void>;
  /** Goes back before a command (its place in the timeline) and shows it by the wall clock, then the rest at once. */
  again(command: number): Promise<void>;
  /** Ends a replay that is shown: what is left of it is played at once. */
  skip(): void;
}

/** The lesson, and what there is without one. */
export interface LessonFace {
  /** Answers a question of a step. */
  answer(step: string, question: string, given: string): void;
  /** Goes on in a fresh lab, played up to the start of a step; without one from the beginning. */
  restart(step?: string): Promise<void>;
  catalogue(): Promise<Catalogue>;
}

/** @see visits.ts */
export interface VisitsFace {
  /** Fetches a page, or a part of one, with a browser on a machine; a second page ends the fetching of the first. */
  visit(machine: string, visit: Visit): Promise<Visited>;
  stop(machine: string): void;
}

/** @see log.ts */
export interface LogFace {
  /** Seed, lesson and log of this sitting, packed. */
  pack(): Promise<Uint8Array>;
}

/** For who writes a lesson; needs no lab that has been started. @see writing.ts */
export interface WritingFace {
  /** A lesson's files as a lesson, or their faults. */
  compile(files: LessonFiles): Promise<Lesson | Fault[]>;
  /** Plays a lesson in labs of its own. @see src/course/prove */
  prove(files: LessonFiles): Promise<readonly Finding[]>;
}

export type TableKind = 'conntrack' | 'rules' | 'routes' | 'neighbours' | 'fdb' | 'sockets';

/** What a column holds. Whoever shows it has a word for each. */
export type ColumnKey =
  | 'proto'
  | 'state'
  | 'original'
  | 'reply'
  | 'nat'
  | 'packets'
  | 'bytes'
  | 'timeout'
  | 'number'
  | 'rule'
  | 'destination'
  | 'via'
  | 'device'
  | 'source'
  | 'scope'
  | 'metric'
  | 'address'
  | 'mac'
  | 'bridge'
  | 'kind'
  | 'age'
  | 'local'
  | 'peer'
  | 'process';

export interface TableRow {
  /** Of this row alone for as long as it is there. */
  readonly key: string;
  readonly cells: readonly string[];
}

export interface TableGroup {
  /** `iptables nat DOCKER`, or empty. */
  readonly title: string;
  readonly rows: readonly TableRow[];
}

export interface KernelTable {
  readonly columns: readonly ColumnKey[];
  readonly groups: readonly TableGroup[];
  /** Rows that were left out. */
  readonly more: number;
}

/** What the kernels hold. @see tables.ts */
export interface TablesFace {
  read(machine: string, container: string | undefined, kind: TableKind): Promise<KernelTable | undefined>;
  processes(machine: string, id: string): Promise<readonly ProcessRow[]>;
}

/** A process as `docker top` lists it. */
export interface ProcessRow {
  readonly pid: string;
  readonly user: string;
  readonly command: string;
}

/** A lab that has been made. */
export interface Started {
  /** Milliseconds since 1970 at virtual time 0. */
  readonly epoch: number;
}

export interface LabWorker {
  /** From now on frames are kept whole and packets are traced. */
  watch(): Promise<void>;
  readonly packets: PacketsFace;
  readonly tables: TablesFace;
  readonly terminals: TerminalsFace;
  readonly time: TimeFace;
  readonly lesson: LessonFace;
  readonly visits: VisitsFace;
  readonly log: LogFace;
  readonly writing: WritingFace;
  /**
   * Makes the lab. Batches go to `sink` until the worker ends.
   * @param core the bytes of dist/core.wasm
   * @param packed a log to be played first
   */
  start(plan: LessonPlan, sink: (batch: Batch) => void, core: ArrayBuffer, packed?: Uint8Array): Promise<Started>;
}
