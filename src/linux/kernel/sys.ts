/**
 * System calls: all that a program sees of the kernel. One `Sys` belongs to one process.
 *
 * A call that can block gives a promise and is a cancellation point: a signal with a handler makes it give EINTR; a
 * signal that terminates leaves the promise pending for ever, so that nothing of the program runs any more. `exit`
 * throws {@link ProcessExit}, which unwinds the program (never catch it; `finally` is fine), as does any call of a
 * process that is over. A process that computes without blocking must `await sys.cpu(ns)` now and then: that is
 * where virtual time passes for it and where ^C arrives.
 */

import type { HttpService } from '../../base/http.ts';
import type { IpAddr } from '../../base/ip.ts';
import type { Rng } from '../../base/rng.ts';
import type { Errno } from './errno.ts';
import type { CtEvent, NetAdmin, NetnsKey } from './netadmin.ts';

/** Unwinds a process: thrown by `exit` and by a terminating signal. @see exit(2) */
export class ProcessExit extends Error {
  constructor(
    /** Exit code, 0–255. */
    readonly code: number,
    /** The signal that ended it, or 0. */
    readonly signal: number,
  ) {
    super(`process exit ${code} signal ${signal}`);
  }
}

/** A file descriptor: a small non-negative integer. */
export type Fd = number;

export interface OpenFlags {
  readonly read?: boolean;
  readonly write?: boolean;
  readonly append?: boolean;
  readonly create?: boolean;
  readonly exclusive?: boolean;
  readonly truncate?: boolean;
  readonly directory?: boolean;
  /** Permission bits of a file that is made; 0o644 when absent. The umask is applied. */
  readonly mode?: number;
}

export type FileKind = 'file' | 'dir' | 'symlink' | 'char' | 'block' | 'fifo' | 'socket';

export interface Stat {
  readonly kind: FileKind;
  readonly ino: number;
  /** Permission bits, 0–0o7777. */
  readonly mode: number;
  readonly nlink: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes. */
  readonly size: number;
  /** Virtual nanoseconds since the lab was made (negative: before). */
  readonly mtime: number;
  /** The device's major and minor number, for char and block. */
  readonly rdev: readonly [number, number];
  /** Name of the program behind an executable file that stands for a binary. */
  readonly program?: string;
}

export interface DirEntry {
  readonly name: string;
  readonly kind: FileKind;
  readonly ino: number;
}

/** What `spawn` starts: fork and execve in one. */
export interface SpawnOptions {
  /** argv[0] included. */
  readonly argv: readonly string[];
  /** The caller's own environment when absent. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** fd in the child → fd of the caller. Absent: 0, 1 and 2 are inherited. Nothing else ever is. */
  readonly fds?: Readonly<Record<number, Fd>>;
  /** Process group: 0 makes a new one led by the child; absent: the caller's. */
  readonly pgid?: number;
  /** With pgid: makes it the terminal's foreground group before the program starts. */
  readonly foreground?: boolean;
  /** A new session (setsid): the child has no controlling terminal until it opens one. */
  readonly session?: boolean;
  /** Ignored signals stay ignored in the child; handlers never pass on. These are set to ignored. */
  readonly ignore?: readonly number[];
  /** Network namespace to enter first, by a path such as /proc/123/ns/net or /run/netns/NAME (setns). */
  readonly netns?: string;
  /** Further namespaces taken from a process, as nsenter -m -u -p -i do. */
  readonly namespacesOf?: {
    readonly pid: number;
    readonly mount?: boolean;
    readonly uts?: boolean;
    readonly pidns?: boolean;
  };
}

/** How a child ended or changed. @see waitpid(2) */
export interface WaitStatus {
  readonly pid: number;
  readonly state: 'exited' | 'signaled' | 'stopped' | 'continued';
  /** Exit code when exited. */
  readonly code: number;
  /** Signal when signaled or stopped. */
  readonly signal: number;
}

/** `ignore`, `default`, or a function called when the signal is delivered (never inside another call). */
export type SignalAction = 'ignore' | 'default' | ((signal: number) => void);

export type SocketFamily = 'inet' | 'inet6' | 'unix' | 'packet';
export type SocketType = 'stream' | 'dgram' | 'raw';

/** inet and inet6 addresses, or the path of a unix socket, or the interface of a packet socket (0 is all). */
export interface SockAddr {
  readonly ip?: IpAddr;
  readonly port?: number;
  readonly path?: string;
  readonly ifindex?: number;
}

export interface Datagram {
  readonly data: Uint8Array;
  readonly from: SockAddr;
  /** raw IP sockets: TTL (hop limit) of the datagram that came; `data` begins with its IP header. */
  readonly ttl?: number;
  /** Virtual time at which it came, ns. */
  readonly time: number;
  /**
   * An error that an ICMP message reported (IP_RECVERR), or this machine (`local`); `data` is then the offending
   * datagram's head. `mtu`: of EMSGSIZE, what the way takes.
   */
  readonly icmpError?: {
    readonly type: number;
    readonly code: number;
    readonly errno: Errno;
    readonly from: IpAddr;
    readonly mtu: number;
    readonly local: boolean;
  };
}

export type SockOption =
  | 'reuseaddr'
  | 'reuseport'
  | 'v6only'
  | 'nodelay'
  | 'keepalive'
  | 'broadcast'
  | 'ttl'
  | 'tos'
  | 'mark'
  | 'sndbuf'
  | 'rcvbuf'
  | 'recverr'
  | 'mtu_discover'
  | 'linger'
  | 'cork'
  | 'quickack'
  | 'keepidle'
  | 'keepintvl'
  | 'keepcnt'
  | 'syncnt'
  | 'user_timeout'
  | 'linger2'
  | 'maxseg'
  /** An index of {@link CONGESTION_CONTROLS}. */
  | 'congestion'
  | 'freebind';

/** What TCP_CONGESTION may be, by number. */
export const CONGESTION_CONTROLS = ['reno', 'cubic'] as const;

/** What `poll` waits for, and what it found. */
export interface PollFd {
  readonly fd: Fd;
  readonly in?: boolean;
  readonly out?: boolean;
}
export interface PollResult {
  readonly fd: Fd;
  readonly in: boolean;
  readonly out: boolean;
  readonly hup: boolean;
  readonly err: boolean;
}

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

/** One line of the process table. @see proc(5) */
export interface ProcInfo {
  readonly pid: number;
  readonly ppid: number;
  readonly pgid: number;
  readonly sid: number;
  readonly uid: number;
  /** comm: at most 15 characters. */
  readonly comm: string;
  readonly argv: readonly string[];
  readonly state: 'R' | 'S' | 'D' | 'T' | 'Z';
  /** Controlling terminal, `pts/0`, or undefined. */
  readonly tty?: string;
  /** Virtual time at which it started, ns. */
  readonly start: number;
  /** Virtual CPU time used, ns, in whole clock ticks (10 ms). */
  readonly cpu: number;
  /** Resident and virtual sizes, KiB. */
  readonly rss: number;
  readonly vsz: number;
  /** Is the terminal's foreground group. */
  readonly foreground: boolean;
}

/** A frame as a packet socket sees it. */
export interface CapturedFrame {
  /** Virtual time, ns since the lab was made. */
  readonly time: number;
  readonly ifindex: number;
  readonly ifname: string;
  /** As sll_pkttype: to us, broadcast, multicast, to another host (seen in promiscuous mode), or outgoing. */
  readonly direction: 'In' | 'B' | 'M' | 'P' | 'Out';
  /** Ethernet (1) or loopback (772) hardware. */
  readonly arphrd: number;
  /** Length on the wire, before the snapshot length cut it. */
  readonly length: number;
  /** From the Ethernet header on. */
  readonly bytes: Uint8Array;
}

export interface Capture {
  /** The next frame; EINTR on a signal. */
  read(): Promise<CapturedFrame | Errno>;
  /** Frames that the ring had no room for. */
  dropped(): number;
  close(): void;
}

/** What happens to the connections of a namespace, from when it was opened on. */
export interface CtEvents {
  /** The next event; EINTR on a signal. */
  read(): Promise<CtEvent | Errno>;
  close(): void;
}

export interface Sys {
  // --- the process itself
  readonly pid: number;
  readonly ppid: number;
  readonly argv: readonly string[];
  /** The process's own copy; change it freely. */
  readonly env: Record<string, string>;
  getuid(): number;
  getpgid(pid?: number): number | Errno;
  setpgid(pid: number, pgid: number): Errno | 0;
  setsid(): number | Errno;
  cwd(): string;
  chdir(path: string): Errno | 0;
  umask(mask?: number): number;
  exit(code: number): never;
  /** Name shown by ps (prctl PR_SET_NAME and argv rewriting). */
  setTitle(argv: readonly string[]): void;

  // --- time and chance
  /** Virtual ns since the lab was made (CLOCK_MONOTONIC). */
  now(): number;
  /** Virtual ns since 1970 (CLOCK_REALTIME). */
  realtime(): bigint;
  /** Sleeps; EINTR when a handler ran. */
  sleep(ns: number): Promise<0 | Errno>;
  /** Uses CPU: virtual time passes, others run, signals arrive. */
  cpu(ns: number): Promise<void>;
  readonly rng: Rng;

  // --- processes and signals
  /** fork + execve. ENOENT, EACCES, ENOEXEC as execve gives them. `argv0Path` is a path, not looked up in $PATH. */
  spawn(path: string, options: SpawnOptions): number | Errno;
  /**
   * fork without execve: runs `body` in a child process that shares nothing but a copy of the descriptors named in
   * options (subshells). `body` gets the child's own Sys.
   */
  fork(options: Omit<SpawnOptions, 'argv'>, body: (sys: Sys) => Promise<number>): number | Errno;
  /** Replaces this process's program; never returns on success. With `spaces`, enters them first (setns). */
  exec(
    path: string,
    argv: readonly string[],
    env?: Readonly<Record<string, string>>,
    spaces?: Pick<SpawnOptions, 'netns' | 'namespacesOf'>,
  ): Promise<Errno>;
  /**
   * Runs the program that a file stands for inside this process, which stays what it is (pid, name, arguments,
   * descriptors): what an interpreter does with a script. ENOEXEC when the file names no program.
   * @returns the program's exit code
   */
  interpret(path: string): Promise<number | Errno>;
  /** pid > 0 that child, -1 any child, < -1 that process group. With noHang gives 0 when none has changed. */
  wait(pid: number, options?: { noHang?: boolean; untraced?: boolean }): Promise<WaitStatus | 0 | Errno>;
  /** pid > 0 one process, 0 own group, -1 all, < -1 that group. Signal 0 asks whether it exists. */
  kill(pid: number, signal: number): Errno | 0;
  sigaction(signal: number, action: SignalAction): SignalAction;
  /** All processes of this PID namespace, by pid. */
  processes(): ProcInfo[];

  // --- descriptors
  /** The calling process waits while a pipe or terminal is full. Zero bytes read is end of file. */
  read(fd: Fd, max?: number): Promise<Uint8Array | Errno>;
  /** Writes all of it. EPIPE also raises SIGPIPE, which by default ends the process. */
  write(fd: Fd, bytes: Uint8Array): Promise<number | Errno>;
  close(fd: Fd): Errno | 0;
  dup(fd: Fd): Fd | Errno;
  dup2(from: Fd, to: Fd): Fd | Errno;
  pipe(): readonly [Fd, Fd];
  lseek(fd: Fd, offset: number, whence: 'set' | 'cur' | 'end'): number | Errno;
  ftruncate(fd: Fd, size: number): Errno | 0;
  fstat(fd: Fd): Stat | Errno;
  setNonBlocking(fd: Fd, on: boolean): Errno | 0;
  /** Waits until one is ready, or timeoutNs passed (Infinity: for ever). Only ready ones are listed. */
  poll(fds: readonly PollFd[], timeoutNs: number): Promise<PollResult[] | Errno>;
  /** `/proc/self/fd/N`'s target: a path, `pipe:[123]`, `socket:[456]`, `/dev/pts/0`. */
  fdPath(fd: Fd): string | Errno;
  /** Open descriptors of a process (of this process when absent). */
  fds(pid?: number): Fd[];

  // --- files (paths relative to cwd unless absolute)
  open(path: string, flags: OpenFlags): Fd | Errno;
  stat(path: string): Stat | Errno;
  lstat(path: string): Stat | Errno;
  readdir(path: string): DirEntry[] | Errno;
  readlink(path: string): string | Errno;
  realpath(path: string): string | Errno;
  access(path: string, mode: { read?: boolean; write?: boolean; exec?: boolean }): Errno | 0;
  mkdir(path: string, mode?: number): Errno | 0;
  rmdir(path: string): Errno | 0;
  unlink(path: string): Errno | 0;
  rename(from: string, to: string): Errno | 0;
  link(from: string, to: string): Errno | 0;
  symlink(target: string, path: string): Errno | 0;
  chmod(path: string, mode: number): Errno | 0;
  chown(path: string, uid: number, gid: number): Errno | 0;
  utimes(path: string, mtime: number): Errno | 0;
  mkfifo(path: string, mode?: number): Errno | 0;
  /** Whole file at once; for /proc, /etc and other small ones. */
  readFile(path: string): Uint8Array | Errno;
  writeFile(path: string, bytes: Uint8Array, mode?: number): Errno | 0;
  mounts(): readonly {
    readonly source: string;
    readonly target: string;
    readonly type: string;
    readonly options: string;
  }[];

  // --- sockets
  socket(family: SocketFamily, type: SocketType, protocol?: number): Fd | Errno;
  bind(fd: Fd, addr: SockAddr): Errno | 0;
  listen(fd: Fd, backlog: number): Errno | 0;
  accept(fd: Fd): Promise<{ readonly fd: Fd; readonly peer: SockAddr } | Errno>;
  connect(fd: Fd, addr: SockAddr): Promise<0 | Errno>;
  sendto(fd: Fd, bytes: Uint8Array, to?: SockAddr): Promise<number | Errno>;
  recvfrom(fd: Fd): Promise<Datagram | Errno>;
  shutdown(fd: Fd, how: 'read' | 'write' | 'both'): Errno | 0;
  getsockname(fd: Fd): SockAddr | Errno;
  getpeername(fd: Fd): SockAddr | Errno;
  setsockopt(fd: Fd, option: SockOption, value: number): Errno | 0;
  getsockopt(fd: Fd, option: SockOption | 'error' | 'acceptconn'): number | Errno;
  /** Binds a socket to one interface (SO_BINDTODEVICE). */
  bindToDevice(fd: Fd, ifname: string): Errno | 0;
  /** A packet socket on one interface, or on all (undefined), in promiscuous mode when asked. */
  capture(ifname: string | undefined, snaplen: number, promisc: boolean): Capture | Errno;
  /** Listens to connection tracking, as a netlink socket of its groups does. */
  conntrackEvents(): CtEvents | Errno;
  /**
   * The HTTP service that listens on a unix socket, for a client of the same machine that talks messages rather than
   * bytes (the docker command). ENOENT no such path, ECONNREFUSED nobody listens.
   */
  service(path: string): HttpService | Errno;

  // --- network administration: netlink, ioctl and nfnetlink of the process's network namespace
  readonly net: NetAdmin;

  /** The network namespace behind a path such as /proc/PID/ns/net or /run/netns/NAME. EINVAL when it is none. */
  netnsOf?(path: string): NetnsKey | Errno;
  /** Equivalent: `ip netns add`: a new namespace (lo down) kept by this path. EEXIST when it is taken. */
  netnsAdd?(path: string): Errno | 0;
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

  // --- terminals
  isatty(fd: Fd): boolean;
  tcgetattr(fd: Fd): Termios | Errno;
  tcsetattr(fd: Fd, t: Termios): Errno | 0;
  tcgetpgrp(fd: Fd): number | Errno;
  tcsetpgrp(fd: Fd, pgid: number): Errno | 0;
  winsize(fd: Fd): WinSize | Errno;

  /** Completes when a library that is loaded on first use has arrived; virtual time stands still meanwhile. */
  load<T>(module: () => Promise<T>): Promise<T>;
}
