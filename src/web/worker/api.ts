/**
 * What the page and its worker say to each other (over comlink). One worker holds one lab; to begin again the page
 * ends the worker and starts another. Everything that flows to the page comes in batches, at most one per frame.
 */
import type { StepProgress } from '../../course/runner.ts';
import type { Visit, Visited } from '../../lab/browser/browser.ts';
import type { LabView, ViewFrame } from '../../lab/view.ts';

export type { StepProgress } from '../../course/runner.ts';
export type { NetError, Visit, Visited } from '../../lab/browser/browser.ts';
export type { LabView, ViewContainer, ViewFrame, ViewLink, ViewMachine, ViewPort } from '../../lab/view.ts';

/** How virtual time goes against the wall clock: 1, slower, or 0 for a stop. */
export type Speed = 0 | 0.1 | 1;

/** What has happened since the last batch. */
export interface Batch {
  /** Terminal output, oldest first. */
  readonly output: readonly { readonly terminal: number; readonly bytes: Uint8Array }[];
  /** Terminals whose shell has ended, with its status. */
  readonly ended: readonly { readonly terminal: number; readonly status: number }[];
  /** Present when it has changed. */
  readonly view?: LabView;
  readonly frames: readonly ViewFrame[];
  /** Frames that crossed but were not sent: too many at a time, or overwritten in the lab's ring. */
  readonly lost: number;
  /** Present when it has changed. */
  readonly progress?: readonly StepProgress[];
  /** Virtual nanoseconds. */
  readonly time: number;
}

export interface LabWorker {
  /** Makes the lab. Batches go to `sink` until the worker ends. */
  start(lesson: string, sink: (batch: Batch) => void): Promise<void>;
  /** Opens a login shell; its number names it from then on. */
  open(machine: string, cols: number, rows: number): Promise<number>;
  /** Keys. */
  input(terminal: number, bytes: Uint8Array): void;
  resize(terminal: number, cols: number, rows: number): void;
  /** The page has drawn this many bytes of a terminal's output. */
  drawn(terminal: number, bytes: number): void;
  pace(speed: Speed): void;
  /** Fetches a page, or a part of one, with a browser on a machine; a second page ends the fetching of the first. */
  visit(machine: string, visit: Visit): Promise<Visited>;
  stopVisit(machine: string): void;
}
