/** A connected socket as a byte stream. */
import type { Duplex } from '../../base/http.ts';
import { isErr } from './errno.ts';
import type { Fd, Sys } from './sys.ts';

export class SocketStream implements Duplex {
  closed = false;

  constructor(
    readonly sys: Sys,
    readonly fd: Fd,
  ) {}

  /** @returns null where the other side has ended, or the connection is broken */
  async read(): Promise<Uint8Array | null> {
    for (;;) {
      if (this.closed) return null;
      const got = await this.sys.read(this.fd);
      if (!isErr(got)) return got.length > 0 ? got : null;
      if (got.name !== 'EINTR') return null;
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.closed) return;
    const sent = await this.sys.write(this.fd, bytes);
    if (isErr(sent)) this.close();
  }

  closeWrite(): void {
    if (!this.closed) this.sys.shutdown(this.fd, 'write');
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.sys.close(this.fd);
  }
}
