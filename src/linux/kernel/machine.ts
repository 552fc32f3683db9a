/**
 * What the layers above the kernel hold of it: `World` (shared by all machines of a lab: one clock, one core, one
 * generator) and `Kernel` (one machine). Programs never see these; they have `Sys`. dockerd does, because it is the
 * container runtime too.
 */
import type { Clock } from '../../base/clock.ts';
import type { HttpService } from '../../base/http.ts';
import type { Rng } from '../../base/rng.ts';
import type { Core } from '../core/core.ts';
import type { Errno } from './errno.ts';
import type { NetAdmin, NetnsKey } from './netadmin.ts';
import type {
  DirEntry,
  Limits,
  OpenFlags,
  ProcInfo,
  ShellMark,
  Stat,
  Sys,
  Termios,
  WaitStatus,
  WinSize,
} from './sys.ts';

export interface World {
  readonly clock: Clock;
  readonly core: Core;
  readonly rng: Rng;
  /** Runs until `done` or for ever; see lab/drive.ts. Host work that virtual time waits for: */
  hold<T>(work: Promise<T>): Promise<T>;
  /** The program registry: name → loader. One for all machines. */
  readonly programs: Map<string, Program | (() => Promise<Program>)>;
  /** Namespaces of all machines live in one core: makes one that belongs to no machine (the switch, the router). */
  bareNetns(): NetAdmin;
  /** Called when a shell on a terminal waits for a command or begins one. */
  marked?: ((tty: TtyDevice, mark: ShellMark) => void) | undefined;
}

/** An executable: its `main` is called with the process's own system calls and gives the exit code. */
export interface Program {
  readonly name: string;
  main(sys: Sys): Promise<number>;
}

/** A file system tree: directories, inodes, one writable layer over read-only ones. */
export interface FileSystem {
  readonly type: string;
  open(path: string, flags: OpenFlags): OpenFile | Errno;
  stat(path: string, follow: boolean): Stat | Errno;
  readdir(path: string): DirEntry[] | Errno;
  readFile(path: string): Uint8Array | Errno;
  /** Makes parent directories as needed when `parents`. */
  /** With `program`, the bytes are a script's and that program gives its behaviour. */
  writeFile(
    path: string,
    bytes: Uint8Array,
    options?: { mode?: number; parents?: boolean; program?: string },
  ): Errno | 0;
  mkdir(path: string, mode?: number, parents?: boolean): Errno | 0;
  unlink(path: string): Errno | 0;
  rmdir(path: string): Errno | 0;
  symlink(target: string, path: string): Errno | 0;
  /** Another name for a file. */
  link(from: string, to: string): Errno | 0;
  /** Where a symlink points, as it was written. */
  readlink(path: string): string | Errno;
  /** Absolute path without symlinks, `.` and `..`. @param follow whether a symlink in the last place is followed */
  resolve(path: string, follow: boolean): string | Errno;
  /** Modification time of a file or symlink, virtual ns. */
  utimes(path: string, mtime: number): Errno | 0;
  rename(from: string, to: string): Errno | 0;
  chmod(path: string, mode: number): Errno | 0;
  chown(path: string, uid: number, gid: number): Errno | 0;
}

/** The changes between an image layer (or layers) and what is written over it. `docker diff` and `commit` read it. */
export interface Change {
  readonly kind: 'C' | 'A' | 'D';
  readonly path: string;
}

/** A read-only set of files. Made from an image's data, or by `freeze` from what a container wrote. */
export interface Layer {
  /** Bytes of all its files. */
  readonly size: number;
}

/** overlay: an upper layer over lower ones, copied on write. */
export interface OverlayFs extends FileSystem {
  /** Read-only copy of the upper layer as it is now. */
  freeze(): Layer;
  changes(): Change[];
  /** Bytes written in the upper layer. */
  readonly upperSize: number;
}

/** What a layer is made from: path → file. Directories come from the paths; an executable names its program. */
export type LayerSpec = Readonly<Record<string, LayerFile>>;
export type LayerFile =
  | string
  /** With `program` too: a script whose behaviour that program gives (`cat` shows the text). */
  | {
      readonly text: string;
      readonly program?: string;
      readonly mode?: number;
      readonly uid?: number;
      readonly gid?: number;
    }
  | { readonly program: string; readonly size?: number; readonly mode?: number }
  | { readonly link: string }
  | { readonly dir: true; readonly mode?: number; readonly uid?: number; readonly gid?: number };

/** A file descriptor's other side: regular files, pipes, sockets, terminals, and what other layers add. */
export interface OpenFile {
  readonly kind: 'file' | 'dir' | 'char' | 'fifo' | 'socket';
  /** What /proc/PID/fd/N points to. */
  readonly path: string;
  /** `signal` aborts a wait: the kernel calls `cancel` when the waiting process takes a signal. */
  read(max: number, wait: Waiter): Promise<Uint8Array | Errno>;
  write(bytes: Uint8Array, wait: Waiter): Promise<number | Errno>;
  /** Readiness now. */
  ready(): { in: boolean; out: boolean; hup: boolean; err: boolean };
  /** Calls back whenever readiness may have changed; gives an unsubscribe. */
  onReady(callback: () => void): () => void;
  stat(): Stat;
  /** Called when the last descriptor that refers to it is closed. */
  release(): void;
  /** Terminals only. */
  readonly tty?: TtyDevice;
  /** Positions of seekable files. */
  seek?(offset: number, whence: 'set' | 'cur' | 'end'): number | Errno;
  truncate?(size: number): Errno | 0;
}

/** Lets a blocking file operation be interrupted: `onInterrupt` is called at most once, with EINTR or because the process ends. */
export interface Waiter {
  onInterrupt(callback: () => void): () => void;
  readonly nonBlocking: boolean;
}

/** A terminal as the kernel knows it (the line discipline is tty/'s). */
export interface TtyDevice {
  /** `pts/0` */
  readonly name: string;
  termios: Termios;
  winsize: WinSize;
  /** Foreground process group, 0 when none. */
  foreground: number;
  /** Session that has it as its controlling terminal, 0 when none. */
  session: number;
}

/** What else holds a process and all that come from it; /proc tells. */
export interface Confinement {
  readonly oomScoreAdj: number;
  readonly noNewPrivs: boolean;
  readonly seccomp: boolean;
}

export interface SpawnRequest {
  /** argv[0] is a path in `root` unless `path` is given; looked up in $PATH of `env` when it has no slash and `search` is set. */
  readonly argv: readonly string[];
  /** The executable, when argv[0] is something else (`-bash`). */
  readonly path?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
  /** Supplementary groups. */
  readonly groups?: readonly number[];
  /** In place of those of the process that starts it. */
  readonly limits?: Partial<Limits>;
  /** `CAP_NET_RAW` and so on; all when absent. */
  readonly caps?: ReadonlySet<string>;
  readonly confinement?: Confinement;
  /** Absent: the machine's own root, namespaces, and /dev/null as fds. */
  readonly root?: Mounts;
  readonly netns?: NetnsKey;
  readonly uts?: UtsNs;
  /** PID namespace to be in; `new` makes one in which the process is pid 1. */
  readonly pidns?: PidNs | 'new';
  /** Where 0, 1 or 2 is missing it is /dev/null. */
  readonly fds?: readonly (OpenFile | undefined)[];
  readonly search?: boolean;
  /** Its controlling terminal, when fd 0 is one; the process leads a new session. */
  readonly tty?: TtyDevice;
  readonly parent?: number;
  readonly onExit?: (status: WaitStatus) => void;
}

export interface UtsNs {
  hostname: string;
}

/** A PID namespace; killing its pid 1 kills all in it. */
export interface PidNs {
  readonly id: number;
}

/** A mount table: file systems by mount point. */
export interface Mounts {
  mount(target: string, fs: FileSystem, info: { source: string; options?: string; readOnly?: boolean }): void;
  /** A single file or directory of another file system (bind mount): /etc/hosts, volumes. */
  bind(
    target: string,
    fs: FileSystem,
    path: string,
    info: { source: string; options?: string; readOnly?: boolean },
  ): void;
  unmount(target: string): Errno | 0;
  /** The tree as programs see it. */
  readonly fs: FileSystem;
}

/** A process as the kernel's owner sees it. */
export interface Process {
  /** In the machine's own PID namespace. */
  readonly pid: number;
  /** In its innermost PID namespace (1 for a container's first process). */
  readonly nsPid: number;
  readonly info: ProcInfo;
  readonly netns: NetnsKey;
  readonly pidns: PidNs;
  readonly exited: Promise<WaitStatus>;
  readonly alive: boolean;
}

/** Whose file systems a mount table shows. */
export interface MountsOf {
  readonly pidns: PidNs;
  readonly netns: NetnsKey;
  /** The root file system is read-only. */
  readonly readOnly?: boolean;
  /** /sys and /proc/sys are, too, as for containers without privileges. */
  readonly readOnlySys?: boolean;
  /** The first process has a terminal: /dev/console. */
  readonly console?: boolean;
}

export interface Kernel {
  readonly world: World;
  /** The machine's root mounts, with /proc, /sys, /dev and /etc. */
  readonly root: Mounts;
  readonly hostNetns: NetnsKey;
  readonly uts: UtsNs;
  readonly pidns: PidNs;
  readonly bootTime: number;

  // --- namespaces
  /** A new network namespace with lo (down). */
  netnsAdd(): NetnsKey;
  /** Destroys it once no process and no name holds it. */
  netnsDel(ns: NetnsKey): void;
  /** Makes it reachable as a path: /run/docker/netns/ID, /run/netns/NAME. */
  netnsName(ns: NetnsKey, path: string): void;
  netnsUnname(path: string): void;
  net(ns: NetnsKey): NetAdmin;
  sysctl(ns: NetnsKey, name: string): string | Errno;
  setSysctl(ns: NetnsKey, name: string, value: string): Errno | 0;

  // --- file systems
  layer(spec: LayerSpec): Layer;
  /** @param lowers bottom first, as an image lists its layers */
  overlay(lowers: readonly Layer[]): OverlayFs;
  /** @param size bytes that its files may take; without a limit when absent */
  tmpfs(size?: number): FileSystem;
  /** A mount table over `rootfs`, with /proc of a PID namespace, /dev, /dev/pts, /sys as containers have them. */
  mounts(rootfs: FileSystem, of: MountsOf): Mounts;

  // --- processes
  /** ENOENT, EACCES, ENOTDIR, ENOEXEC as execve; then nothing was started. */
  spawn(request: SpawnRequest): Process | Errno;
  process(pid: number): Process | undefined;
  processes(pidns?: PidNs): Process[];
  /** A PID namespace for a process to be put into before it exists. */
  pidnsAdd(): PidNs;
  kill(pid: number, signal: number): Errno | 0;
  /** To every process of a PID namespace. */
  killAll(ns: PidNs, signal: number): void;
  /** freezer cgroup: frozen processes do not run until thawed. */
  freeze(ns: PidNs, on: boolean): void;
  /** System calls of a process that is the kernel's owner's own code (dockerd): a row in ps, sockets, files. */
  daemon(argv: readonly string[], options?: { netns?: NetnsKey; parent?: number }): DaemonSys;

  // --- pipes, sockets, terminals
  pipe(): readonly [OpenFile, OpenFile];
  /** A listening unix socket that answers HTTP; removed by calling the result. */
  serve(path: string, service: HttpService): () => void;
  /** Registers a terminal as /dev/pts/N, of a container's devpts when `elsewhere`; the result takes it away again. */
  addTty(file: OpenFile & { readonly tty: TtyDevice }, elsewhere?: boolean): () => void;
  /** A free N for /dev/pts/N. */
  ptsNumber(): number;
  /** Signal to a process group (what the line discipline does on ^C). */
  killGroup(pgid: number, signal: number): void;
  /** A line of the kernel's log (dmesg). */
  log(line: string): void;
}

/** A daemon's system calls with a way to end it. */
export interface DaemonSys {
  readonly sys: Sys;
  readonly pid: number;
  /** Sockets of another network namespace (setns around socket(2)). */
  inNetns(ns: NetnsKey): Sys;
  end(code: number): void;
  /** Tells when it has ended, by itself or by a signal. */
  onExit(told: (status: WaitStatus) => void): void;
}
