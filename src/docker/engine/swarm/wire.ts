/** A connection between a node and a manager: messages as lines of JSON over a TCP socket of dockerd's. */
import { text, utf8 } from '../../../base/http.ts';
import { isErr } from '../../../linux/kernel/errno.ts';
import type { Fd, Sys } from '../../../linux/kernel/sys.ts';
import { whileAlive } from '../../libnetwork/task.ts';

export class Wire<In, Out> {
  #closed = false;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(
    readonly sys: Sys,
    readonly fd: Fd,
  ) {}

  get closed(): boolean {
    return this.#closed;
  }

  /** In the order of the calls. */
  send(message: Out): void {
    if (this.#closed) return;
    const bytes = utf8(`${JSON.stringify(message)}\n`);
    this.#queue = this.#queue.then(() => (this.#closed ? undefined : this.sys.write(this.fd, bytes)));
    this.#queue.catch(() => undefined);
  }

  /** Hands on messages until the other side ends. */
  async read(take: (message: In) => void): Promise<void> {
    let rest = '';
    while (!this.#closed) {
      const got = await this.sys.read(this.fd, 65536);
      if (this.#closed || isErr(got) || got.length === 0) break;
      rest += text(got);
      for (let at = rest.indexOf('\n'); at >= 0; at = rest.indexOf('\n')) {
        const line = rest.slice(0, at);
        rest = rest.slice(at + 1);
        take(JSON.parse(line) as In);
      }
    }
    this.close();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    whileAlive(() => this.sys.close(this.fd));
  }

  /** The process that had it is over, and the socket with it. */
  lost(): void {
    this.#closed = true;
  }
}
