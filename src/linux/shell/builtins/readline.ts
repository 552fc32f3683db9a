/** Reading one line from a descriptor, byte by byte, so that nothing after it is lost for the next reader. */
import { isErr } from '../../kernel/errno.ts';
import type { Shell } from '../shell.ts';

/** Where reading stops and what is asked of it. */
export interface ReadRequest {
  readonly delimiter?: string;
  /** At most so many characters. */
  readonly count?: number;
  /** With count: the delimiter is an ordinary character. */
  readonly exact?: boolean;
  /** Virtual ns to wait. */
  readonly timeout?: number;
}

export interface ReadAnswer {
  readonly text: string;
  readonly end: 'delimiter' | 'count' | 'eof' | 'timeout' | 'interrupt';
}

/** Number of bytes of the UTF-8 sequence that starts with `b`. */
const sequence = (b: number): number => (b < 0x80 ? 1 : b < 0xe0 ? 2 : b < 0xf0 ? 3 : 4);

/** Reads up to the delimiter. */
export async function readUntil(sh: Shell, fd: number, request: ReadRequest): Promise<ReadAnswer> {
  const { sys } = sh;
  const stop = (request.delimiter ?? '\n').charCodeAt(0) || 0;
  const deadline = request.timeout === undefined ? Number.POSITIVE_INFINITY : sys.now() + request.timeout;
  const bytes: number[] = [];
  const done = (end: ReadAnswer['end']): ReadAnswer => ({
    text: new TextDecoder().decode(Uint8Array.from(bytes)),
    end,
  });
  let chars = 0;
  let left = 0;
  for (;;) {
    if (request.count !== undefined && chars >= request.count && left === 0) return done('count');
    if (deadline !== Number.POSITIVE_INFINITY) {
      const ready = await sys.poll([{ fd, in: true }], Math.max(0, deadline - sys.now()));
      if (!isErr(ready) && ready.length === 0) return done('timeout');
    }
    const r = await sys.read(fd, 1);
    if (isErr(r)) {
      if (r.name !== 'EINTR') return done('eof');
      if (sh.interrupted || sh.pending.length > 0) return done('interrupt');
      continue;
    }
    if (r.length === 0) return done('eof');
    const b = r[0] as number;
    if (b === stop && left === 0 && !request.exact) return done('delimiter');
    if (left === 0) {
      chars++;
      left = sequence(b) - 1;
    } else left--;
    bytes.push(b);
  }
}

/** One line; undefined at the end of the input. */
export async function readLine(sh: Shell, n: number): Promise<string | undefined> {
  const fd = sh.io.get(n);
  if (fd === undefined) return undefined;
  const r = await readUntil(sh, fd, {});
  if (r.end === 'interrupt') sh.checkInterrupt();
  return r.end === 'eof' && r.text === '' ? undefined : r.text;
}
