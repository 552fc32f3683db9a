/** Processes: what starts, ends and signals them. */
import type { Rng } from '../../../base/rng.ts';
import type { Errno } from '../errno.ts';
import type { Sys } from '../sys.ts';
import type { Fd } from './file.ts';

/** Unwinds a process: thrown by `exit` and by a terminating signal; no error, so no stack is taken. @see exit(2) */
export class ProcessExit {
  constructor(
    /** Exit code, 0–255. */
    readonly code: number,
    /** The signal that ended it, or 0. */
    readonly signal: number,
  ) {}
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
  /** Whose process it is (setuid, setgid); the caller's own when absent. */
  readonly uid?: number;
  readonly gid?: number;
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

/** What a process may use only so much of. @see getrlimit(2) */
export type Resource =
  | 'cpu'
  | 'fsize'
  | 'data'
  | 'stack'
  | 'core'
  | 'rss'
  | 'nproc'
  | 'nofile'
  | 'memlock'
  | 'as'
  | 'locks'
  | 'sigpending'
  | 'msgqueue'
  | 'nice'
  | 'rtprio'
  | 'rttime';

/** In bytes, seconds or pieces, as the kernel counts; Infinity: no limit. */
export interface Limit {
  readonly soft: number;
  readonly hard: number;
}
export type Limits = Readonly<Record<Resource, Limit>>;

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

/** Calls about the process itself, its children, and time as it passes for it. */
export interface ProcessCalls {
  readonly pid: number;
  readonly ppid: number;
  readonly argv: readonly string[];
  /** The process's own copy; change it freely. */
  readonly env: Record<string, string>;
  getuid(): number;
  getgid(): number;
  /** EPERM unless the caller is root. @see setuid(2) */
  setuid(uid: number): Errno | 0;
  setgid(gid: number): Errno | 0;
  /** Supplementary groups. @see getgroups(2) */
  getgroups(): readonly number[];
  getpgid(pid?: number): number | Errno;
  setpgid(pid: number, pgid: number): Errno | 0;
  setsid(): number | Errno;
  cwd(): string;
  chdir(path: string): Errno | 0;
  umask(mask?: number): number;
  getrlimit(resource: Resource): Limit;
  /** EINVAL when soft is more than hard, EPERM when hard grows and the caller may not. */
  setrlimit(resource: Resource, limit: Limit): Errno | 0;
  exit(code: number): never;
  /** Name shown by ps (prctl PR_SET_NAME and argv rewriting). */
  setTitle(argv: readonly string[]): void;

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

  /** Virtual ns since the lab was made (CLOCK_MONOTONIC). */
  now(): number;
  /** Virtual ns since 1970 (CLOCK_REALTIME). */
  realtime(): bigint;
  /** Sleeps; EINTR when a handler ran. */
  sleep(ns: number): Promise<0 | Errno>;
  /** Uses CPU: virtual time passes, others run, signals arrive. */
  cpu(ns: number): Promise<void>;
  readonly rng: Rng;
}
