/**
 * A pseudo-terminal pair. The master side is a person's terminal (xterm in the page, the attached client of
 * `docker run -t`); the slave is what a process has as fd 0, 1, 2.
 */
import type { OpenFile, TtyDevice } from '../kernel/machine.ts';
import type { WinSize } from '../kernel/sys.ts';

export interface PtyPair {
  /** For the process. */
  readonly slave: OpenFile & { readonly tty: TtyDevice };
  /** Keys: goes through the line discipline (echo, ^C to the foreground group, line editing when cooked). */
  input(bytes: Uint8Array): void;
  /**
   * The next output of the slave, `\n` already `\r\n`; null when every slave descriptor is closed. The slave's
   * writers wait while more than `highWater` bytes are unread: this is the back-pressure of a terminal.
   */
  output(): Promise<Uint8Array | null>;
  /** Output that is ready now, at most `max` bytes, without waiting; empty when none. */
  take(max: number): Uint8Array;
  /** Called when output has become available or the slave closed. */
  onOutput(callback: () => void): void;
  /** New size: SIGWINCH to the foreground group. */
  resize(size: WinSize): void;
  /** Hang-up: SIGHUP to the session, reads give end of file. */
  close(): void;
  /** Bytes of output waiting. */
  readonly pending: number;
}
