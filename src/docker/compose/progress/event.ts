/** What happens to one thing of a project. @see docker/compose pkg/progress/event.go */
export type Status = 'working' | 'done' | 'warning' | 'error';

/** One step of one thing. */
export interface ProgressEvent {
  /** `Container shop-web-1` */
  readonly id: string;
  /** The event that this one is a part of. */
  readonly parent?: string;
  readonly text?: string;
  readonly status: Status;
  readonly statusText?: string;
  readonly current?: number;
  readonly total?: number;
  readonly percent?: number;
}

/** Shows events. */
export interface ProgressWriter {
  event(e: ProgressEvent): void;
  /** A line for the end. */
  tail(line: string): void;
  /** Everything has been shown. */
  stop(): Promise<void>;
}

/** Nobody looks. */
export const QUIET: ProgressWriter = { event: () => {}, tail: () => {}, stop: async () => {} };
