/**
 * System calls: all that a program sees of the kernel. One `Sys` belongs to one process.
 *
 * A call that can block gives a promise and is a cancellation point: a signal with a handler makes it give EINTR; a
 * signal that terminates leaves the promise pending for ever, so that nothing of the program runs any more. `exit`
 * throws {@link ProcessExit}, which unwinds the program (never catch it; `finally` is fine), as does any call of a
 * process that is over. A process that computes without blocking must `await sys.cpu(ns)` now and then: that is
 * where virtual time passes for it and where ^C arrives.
 */

import type { Errno } from './errno.ts';
import type { NetAdmin, NetnsKey } from './netadmin.ts';
import type { FileCalls } from './sys/file.ts';
import type { ProcessCalls } from './sys/process.ts';
import type { SocketCalls } from './sys/socket.ts';
import type { TerminalCalls } from './sys/terminal.ts';

export * from './sys/file.ts';
export * from './sys/process.ts';
export * from './sys/socket.ts';
export * from './sys/terminal.ts';

export interface Sys extends ProcessCalls, FileCalls, SocketCalls, TerminalCalls {
  // --- network administration: netlink, ioctl and nfnetlink of the process's network namespace
  readonly net: NetAdmin;

  /** The network namespace behind a path such as /proc/PID/ns/net or /run/netns/NAME. EINVAL when it is none. */
  netnsOf?(path: string): NetnsKey | Errno;
  /** Equivalent: `ip netns add`: a new namespace (lo down) kept by this path. EEXIST when it is taken. */
  netnsAdd?(path: string, of?: NetnsKey): Errno | 0;
  /** Equivalent: `ip netns delete`. */
  netnsDel?(path: string): Errno | 0;

  // --- names of the machine
  gethostname(): string;
  sethostname(name: string): Errno | 0;
  uname(): {
    readonly sysname: string;
    readonly nodename: string;
    readonly release: string;
    readonly version: string;
    readonly machine: string;
  };
  sysctl(name: string): string | Errno;
  setSysctl(name: string, value: string): Errno | 0;

  /** Completes when a library that is loaded on first use has arrived; virtual time stands still meanwhile. */
  load<T>(module: () => Promise<T>): Promise<T>;
}
