/** A TCP under test: calls on its sockets, frames that come to it, and what it sends. */
import type { Frame } from './segment.ts';

/** What a script may do to the machine 192.0.2.1, whose wire ends at 192.0.2.2. Results are those of the calls, or -errno. */
export interface Stack {
  socket(): Promise<number>;
  bind(fd: number, port: number): Promise<number>;
  listen(fd: number, backlog: number): Promise<number>;
  accept(fd: number): Promise<number>;
  connect(fd: number, port: number): Promise<number>;
  write(fd: number, bytes: number): Promise<number>;
  read(fd: number, most: number): Promise<number>;
  shutdown(fd: number, how: 'read' | 'write'): Promise<number>;
  close(fd: number): Promise<number>;
  option(fd: number, name: OptionName, value: number): Promise<number>;
  /** net.ipv4.NAME */
  setting(name: string, value: number): Promise<number>;
  inject(frame: Uint8Array): Promise<void>;
  /** Lets time pass. @returns frames sent since the last call, times in ms of a clock of its own */
  pass(ms: number): Promise<Frame[]>;
  end(): void;
}

export type OptionName = 'nodelay' | 'keepalive' | 'keepidle' | 'keepintvl' | 'keepcnt' | 'linger' | 'cork';
