/** Terminals. */
import type { Errno } from '../errno.ts';
import type { Fd } from './file.ts';

/** Terminal modes a program may change. @see termios(3) */
export interface Termios {
  /** Line at a time with editing of the line by the kernel. */
  readonly icanon: boolean;
  readonly echo: boolean;
  /** ^C ^Z ^\ make signals. */
  readonly isig: boolean;
  /** Output \n becomes \r\n. */
  readonly opost: boolean;
  /** Input \r becomes \n. */
  readonly icrnl: boolean;
  /** ^S and ^Q stop and start output. */
  readonly ixon: boolean;
}
export const COOKED: Termios = { icanon: true, echo: true, isig: true, opost: true, icrnl: true, ixon: true };
export const RAW: Termios = { icanon: false, echo: false, isig: false, opost: false, icrnl: false, ixon: false };

export interface WinSize {
  readonly cols: number;
  readonly rows: number;
}

/**
 * What an interactive shell does on its terminal: it waits for a command at its first prompt (`status`: what the last one
 * left in `$?`), or it begins one. What OSC 133 tells a terminal's program, told to the lab without a byte of output.
 */
export type ShellMark =
  | { readonly kind: 'prompt'; readonly status: number }
  | { readonly kind: 'command'; readonly text: string };

/** Calls on terminals. */
export interface TerminalCalls {
  isatty(fd: Fd): boolean;
  tcgetattr(fd: Fd): Termios | Errno;
  tcsetattr(fd: Fd, t: Termios): Errno | 0;
  tcgetpgrp(fd: Fd): number | Errno;
  tcsetpgrp(fd: Fd, pgid: number): Errno | 0;
  winsize(fd: Fd): WinSize | Errno;
  /** Tells those who look after the lab where the shell of this terminal is. Nothing happens when `fd` is none. */
  mark(fd: Fd, mark: ShellMark): void;
}
