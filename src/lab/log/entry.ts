/**
 * The log of a sitting: all that came to a lab from outside, and when. With the lab's seed it is the whole sitting: a lab
 * made from the same seed to which the same is done at the same times is the same lab, to the byte.
 */

/** Something that is done to a lab from outside. Terminals are numbered as they are opened. */
export type Act =
  | {
      readonly kind: 'open';
      readonly terminal: number;
      readonly machine: string;
      readonly cols: number;
      readonly rows: number;
      /** What it is called; empty: as its machine. */
      readonly title: string;
    }
  | { readonly kind: 'close'; readonly terminal: number }
  | { readonly kind: 'input'; readonly terminal: number; readonly bytes: Uint8Array }
  | { readonly kind: 'resize'; readonly terminal: number; readonly cols: number; readonly rows: number }
  /** A command that no terminal shows. */
  | { readonly kind: 'exec'; readonly machine: string; readonly command: string }
  /** Of others than the lab (a lesson's answer, a look at the lab): it comes back at its place, and the lab is as it was. */
  | { readonly kind: 'note'; readonly text: string };

/** An act and when it was done: virtual ns, a whole number of microseconds: at the first turn at which it was as late as that. */
export type Entry = Act & { readonly at: number };

export interface Log {
  readonly entries: readonly Entry[];
  /** Virtual ns up to which the lab had gone. */
  readonly end: number;
}

/** A command that an interactive shell began. */
export interface Command {
  /** Of whose keys it was made. */
  readonly terminal: number;
  readonly text: string;
  /** Virtual ns. */
  readonly begin: number;
  /** When the shell waited for the next one; absent while it runs. */
  readonly end?: number;
  /** What it left in `$?`. */
  readonly status?: number;
  /** Entry of the log that was its Enter. */
  readonly entry: number;
  /** Entries there were when the shell began to wait for it. */
  readonly prompt: number;
}
