/** Descriptors and files. */
import type { Errno } from '../errno.ts';

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

/** The room of a file system. @see statfs(2) */
export interface StatFs {
  readonly type: string;
  /** Bytes of a block. */
  readonly bsize: number;
  readonly blocks: number;
  readonly bfree: number;
}

export interface DirEntry {
  readonly name: string;
  readonly kind: FileKind;
  readonly ino: number;
}

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

/** Calls on descriptors, and on paths: relative to the working directory unless absolute. */
export interface FileCalls {
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
  /** The file system that a path lies on. */
  statfs(path: string): StatFs | Errno;
  mounts(): readonly {
    readonly source: string;
    readonly target: string;
    readonly type: string;
    readonly options: string;
  }[];
}
