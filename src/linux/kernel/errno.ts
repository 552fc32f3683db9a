/**
 * Linux error numbers as values. A system call gives its result or one of these frozen objects; nothing is thrown.
 * @see Linux include/uapi/asm-generic/errno-base.h and errno.h; texts are those of glibc's strerror
 */
export class Errno {
  constructor(
    /** Name, `ENOENT`. */
    readonly name: string,
    /** Number on Linux x86-64, positive. */
    readonly code: number,
    /** glibc's text, `No such file or directory`. */
    readonly text: string,
    /** What netlink adds (NLMSGERR_ATTR_MSG): iproute2 prints it in place of the text. */
    readonly extack?: string,
  ) {
    Object.freeze(this);
  }

  /** The same error with netlink's words. */
  says(extack: string): Errno {
    return new Errno(this.name, this.code, this.text, extack);
  }
}

/** Narrows a system call's answer. */
export function isErr(x: unknown): x is Errno {
  return x instanceof Errno;
}

const e = (name: string, code: number, text: string): Errno => new Errno(name, code, text);

export const EPERM = e('EPERM', 1, 'Operation not permitted');
export const ENOENT = e('ENOENT', 2, 'No such file or directory');
export const ESRCH = e('ESRCH', 3, 'No such process');
export const EINTR = e('EINTR', 4, 'Interrupted system call');
export const EIO = e('EIO', 5, 'Input/output error');
export const ENXIO = e('ENXIO', 6, 'No such device or address');
export const E2BIG = e('E2BIG', 7, 'Argument list too long');
export const ENOEXEC = e('ENOEXEC', 8, 'Exec format error');
export const EBADF = e('EBADF', 9, 'Bad file descriptor');
export const ECHILD = e('ECHILD', 10, 'No child processes');
export const EAGAIN = e('EAGAIN', 11, 'Resource temporarily unavailable');
export const ENOMEM = e('ENOMEM', 12, 'Cannot allocate memory');
export const EACCES = e('EACCES', 13, 'Permission denied');
export const EBUSY = e('EBUSY', 16, 'Device or resource busy');
export const EEXIST = e('EEXIST', 17, 'File exists');
export const EXDEV = e('EXDEV', 18, 'Invalid cross-device link');
export const ENODEV = e('ENODEV', 19, 'No such device');
export const ENOTDIR = e('ENOTDIR', 20, 'Not a directory');
export const EISDIR = e('EISDIR', 21, 'Is a directory');
export const EINVAL = e('EINVAL', 22, 'Invalid argument');
export const ENFILE = e('ENFILE', 23, 'Too many open files in system');
export const EMFILE = e('EMFILE', 24, 'Too many open files');
export const ENOTTY = e('ENOTTY', 25, 'Inappropriate ioctl for device');
export const EFBIG = e('EFBIG', 27, 'File too large');
export const ENOSPC = e('ENOSPC', 28, 'No space left on device');
export const ESPIPE = e('ESPIPE', 29, 'Illegal seek');
export const EROFS = e('EROFS', 30, 'Read-only file system');
export const EPIPE = e('EPIPE', 32, 'Broken pipe');
export const ERANGE = e('ERANGE', 34, 'Numerical result out of range');
export const ENAMETOOLONG = e('ENAMETOOLONG', 36, 'File name too long');
export const ENOSYS = e('ENOSYS', 38, 'Function not implemented');
export const ENOTEMPTY = e('ENOTEMPTY', 39, 'Directory not empty');
export const ELOOP = e('ELOOP', 40, 'Too many levels of symbolic links');
export const ENOTSOCK = e('ENOTSOCK', 88, 'Socket operation on non-socket');
export const EDESTADDRREQ = e('EDESTADDRREQ', 89, 'Destination address required');
export const EMSGSIZE = e('EMSGSIZE', 90, 'Message too long');
export const EPROTONOSUPPORT = e('EPROTONOSUPPORT', 93, 'Protocol not supported');
export const EOPNOTSUPP = e('EOPNOTSUPP', 95, 'Operation not supported');
export const EAFNOSUPPORT = e('EAFNOSUPPORT', 97, 'Address family not supported by protocol');
export const EADDRINUSE = e('EADDRINUSE', 98, 'Address already in use');
export const EADDRNOTAVAIL = e('EADDRNOTAVAIL', 99, 'Cannot assign requested address');
export const ENETDOWN = e('ENETDOWN', 100, 'Network is down');
export const ENETUNREACH = e('ENETUNREACH', 101, 'Network is unreachable');
export const ECONNABORTED = e('ECONNABORTED', 103, 'Software caused connection abort');
export const ECONNRESET = e('ECONNRESET', 104, 'Connection reset by peer');
export const ENOBUFS = e('ENOBUFS', 105, 'No buffer space available');
export const EISCONN = e('EISCONN', 106, 'Transport endpoint is already connected');
export const ENOTCONN = e('ENOTCONN', 107, 'Transport endpoint is not connected');
export const ETIMEDOUT = e('ETIMEDOUT', 110, 'Connection timed out');
export const ECONNREFUSED = e('ECONNREFUSED', 111, 'Connection refused');
export const EHOSTDOWN = e('EHOSTDOWN', 112, 'Host is down');
export const EHOSTUNREACH = e('EHOSTUNREACH', 113, 'No route to host');
export const EALREADY = e('EALREADY', 114, 'Operation already in progress');
export const EINPROGRESS = e('EINPROGRESS', 115, 'Operation now in progress');

const ALL: readonly Errno[] = [
  EPERM,
  ENOENT,
  ESRCH,
  EINTR,
  EIO,
  ENXIO,
  E2BIG,
  ENOEXEC,
  EBADF,
  ECHILD,
  EAGAIN,
  ENOMEM,
  EACCES,
  EBUSY,
  EEXIST,
  EXDEV,
  ENODEV,
  ENOTDIR,
  EISDIR,
  EINVAL,
  ENFILE,
  EMFILE,
  ENOTTY,
  EFBIG,
  ENOSPC,
  ESPIPE,
  EROFS,
  EPIPE,
  ERANGE,
  ENAMETOOLONG,
  ENOSYS,
  ENOTEMPTY,
  ELOOP,
  ENOTSOCK,
  EDESTADDRREQ,
  EMSGSIZE,
  EPROTONOSUPPORT,
  EOPNOTSUPP,
  EAFNOSUPPORT,
  EADDRINUSE,
  EADDRNOTAVAIL,
  ENETDOWN,
  ENETUNREACH,
  ECONNABORTED,
  ECONNRESET,
  ENOBUFS,
  EISCONN,
  ENOTCONN,
  ETIMEDOUT,
  ECONNREFUSED,
  EHOSTDOWN,
  EHOSTUNREACH,
  EALREADY,
  EINPROGRESS,
];
const BY_CODE = new Map(ALL.map((x) => [x.code, x]));

/** The errno of a positive or negative number as the packet core gives it; EINVAL when unknown. */
export function errnoOf(code: number): Errno {
  return BY_CODE.get(Math.abs(code)) ?? EINVAL;
}
