/** Files and commands that an awk program reads from and writes to. */
import { utf8 } from '../../../../base/http.ts';
import { isErr } from '../../../kernel/errno.ts';
import type { Context } from '../../spec.ts';
import { LineReader } from '../../stdio.ts';

interface Stream {
  readonly fd: number;
  readonly pid: number;
  readonly reader?: LineReader;
}

/** Open streams by name, and standard output gathered in blocks. */
export class Streams {
  #streams = new Map<string, Stream>();
  #out: string[] = [];
  #size = 0;

  constructor(readonly ctx: Context) {}

  async print(s: string): Promise<void> {
    this.#out.push(s);
    this.#size += s.length;
    if (this.#size > 16384) await this.flush();
  }

  async flush(): Promise<void> {
    if (this.#size === 0) return;
    const all = this.#out.join('');
    this.#out = [];
    this.#size = 0;
    await this.ctx.out(all);
  }

  /** Writes to a file or to a command's standard input. @returns a message when it cannot be opened */
  async write(kind: '>' | '>>' | '|', name: string, s: string): Promise<string | undefined> {
    if (kind !== '|' && (name === '/dev/stdout' || name === '-')) {
      await this.print(s);
      return undefined;
    }
    if (kind !== '|' && name === '/dev/stderr') {
      await this.ctx.err(s);
      return undefined;
    }
    const key = kind === '|' ? `|${name}` : name;
    let stream = this.#streams.get(key);
    if (!stream) {
      await this.flush();
      const opened = kind === '|' ? this.#command(name, 'write') : this.#file(name, kind);
      if (typeof opened === 'string') return opened;
      stream = opened;
      this.#streams.set(key, stream);
    }
    await this.ctx.sys.write(stream.fd, utf8(s));
    return undefined;
  }

  /** A line of a file or of a command's output; undefined at the end, a message when it cannot be opened. */
  async readLine(kind: 'file' | 'pipe', name: string): Promise<{ line?: string | undefined; failed: boolean }> {
    const key = kind === 'pipe' ? `${name}|` : `<${name}`;
    let stream = this.#streams.get(key);
    if (!stream) {
      await this.flush();
      const opened = kind === 'pipe' ? this.#command(name, 'read') : this.#file(name, '<');
      if (typeof opened === 'string') return { failed: true };
      stream = { ...opened, reader: new LineReader(this.ctx.sys, opened.fd) };
      this.#streams.set(key, stream);
    }
    return { line: (await stream.reader?.next())?.text, failed: false };
  }

  #file(name: string, kind: '>' | '>>' | '<'): Stream | string {
    const fd = this.ctx.sys.open(
      name,
      kind === '<' ? { read: true } : { write: true, create: true, append: kind === '>>', truncate: kind === '>' },
    );
    return isErr(fd) ? `can't open file ${name}` : { fd, pid: 0 };
  }

  #command(command: string, way: 'read' | 'write'): Stream | string {
    const { sys } = this.ctx;
    const [r, w] = sys.pipe();
    const fds: Record<number, number> = way === 'read' ? { 0: 0, 1: w, 2: 2 } : { 0: r, 1: 1, 2: 2 };
    const pid = sys.spawn('/bin/sh', { argv: ['sh', '-c', command], fds });
    sys.close(way === 'read' ? w : r);
    return isErr(pid) ? pid.text : { fd: way === 'read' ? r : w, pid };
  }

  /** @returns the exit status, -1 when nothing of that name is open */
  async close(name: string): Promise<number> {
    let status = -1;
    for (const key of [name, `|${name}`, `${name}|`, `<${name}`]) {
      const stream = this.#streams.get(key);
      if (!stream) continue;
      this.#streams.delete(key);
      this.ctx.sys.close(stream.fd);
      status = 0;
      if (stream.pid > 0) {
        const ended = await this.ctx.sys.wait(stream.pid);
        if (!isErr(ended) && ended !== 0) status = ended.code;
      }
    }
    return status;
  }

  async closeAll(): Promise<void> {
    await this.flush();
    for (const key of [...this.#streams.keys()]) await this.close(key);
  }

  /** system(): runs a command with the program's own streams. */
  async system(command: string): Promise<number> {
    await this.flush();
    const pid = this.ctx.sys.spawn('/bin/sh', { argv: ['sh', '-c', command] });
    if (isErr(pid)) return 127;
    const ended = await this.ctx.sys.wait(pid);
    if (isErr(ended) || ended === 0) return -1;
    return ended.state === 'signaled' ? 256 + ended.signal : ended.code;
  }
}
