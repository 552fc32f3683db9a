/**
 * What a pager shows: lines that come from files or a pipe, read no further than somebody wants to see.
 *
 * Limits: bytes are taken for UTF-8; a tab is shown as spaces up to the next eighth column.
 */
import { isErr } from '../../kernel/errno.ts';
import type { Fd, Sys } from '../../kernel/sys.ts';
import { LineReader } from '../stdio.ts';

/** Lines on their way in. */
export class PagedText {
  readonly lines: string[] = [];
  /** Everything has been read. */
  complete = false;
  readonly #reader: LineReader;

  constructor(
    readonly sys: Sys,
    fd: Fd,
  ) {
    this.#reader = new LineReader(sys, fd);
  }

  /** Reads until there are that many lines, or no more. @param stop asked between lines: ^C has come */
  async want(count: number, stop: () => boolean = () => false): Promise<void> {
    while (!this.complete && this.lines.length < count && !stop()) {
      const line = await this.#reader.next();
      if (line) this.lines.push(expandTabs(line.text));
      else this.complete = true;
    }
  }
}

function expandTabs(line: string): string {
  let out = '';
  for (const c of line) out += c === '\t' ? ' '.repeat(8 - (out.length % 8)) : c;
  return out;
}

/** The keyboard of a pager: the terminal, whatever standard input is; undefined when there is none. */
export function openKeyboard(sys: Sys): Fd | undefined {
  const fd = sys.open('/dev/tty', { read: true, write: true });
  if (!isErr(fd)) return fd;
  return sys.isatty(2) ? 2 : undefined;
}

/** One key, escape sequences whole; undefined when a signal came, '' at the end. */
export async function readKey(sys: Sys, fd: Fd): Promise<string | undefined> {
  const first = await sys.read(fd, 1);
  if (isErr(first)) return first.name === 'EINTR' ? undefined : '';
  if (first.length === 0) return '';
  let key = String.fromCharCode(first[0] as number);
  if (key !== '\x1b') return key;
  const more = async (): Promise<string> => {
    const b = await sys.read(fd, 1);
    return isErr(b) || b.length === 0 ? '' : String.fromCharCode(b[0] as number);
  };
  key += await more();
  if (key[1] !== '[' && key[1] !== 'O') return key;
  for (;;) {
    const c = await more();
    key += c;
    if (c === '' || (c >= '@' && c <= '~')) return key;
  }
}
