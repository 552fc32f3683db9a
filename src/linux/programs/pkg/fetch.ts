/** GET over HTTP/1.1 with kept connections, for package managers. @see apt methods/http.cc, methods/connect.cc */
import { join } from '../../../base/bytes.ts';
import { utf8 } from '../../../base/http.ts';
import { formatIp } from '../../../base/ip.ts';
import { isErr } from '../../kernel/errno.ts';
import type { Sys } from '../../kernel/sys.ts';
import { keepsAlive, readBody, readHead } from '../httpclient.ts';
import { getaddrinfo } from '../resolve.ts';
import { connectBy, Wire } from '../wire.ts';

/** What came, or why nothing did. */
export type Fetched = { readonly bytes: Uint8Array } | { readonly error: string; readonly temporary: boolean };

/** Seconds that a connection may take, in ns. */
const PATIENCE = 30e9;

export class Fetcher {
  readonly #open = new Map<string, Wire>();
  /** Bytes of bodies so far. */
  received = 0;

  constructor(
    readonly sys: Sys,
    readonly agent: string,
  ) {}

  /** @param onPart told after each piece how much of it has come, and of how much */
  async get(url: string, onPart?: (got: number, total: number | undefined) => Promise<void>): Promise<Fetched> {
    const m = /^http:\/\/([^/:]+)(?::(\d+))?(\/.*)$/.exec(url);
    if (!m) return { error: `The method driver for '${url}' could not be found.`, temporary: false };
    const [, host = '', port = '80', path = '/'] = m;
    for (let turn = 0; ; turn++) {
      const kept = this.#open.get(`${host}:${port}`);
      const wire = kept ?? (await this.#connect(host, Number(port)));
      if (!(wire instanceof Wire)) return wire;
      const got = await this.#exchange(wire, `${host}:${port}`, host, path, onPart);
      if (got || !kept || turn > 0)
        return got ?? { error: 'Error reading from server. Remote end closed connection', temporary: true };
    }
  }

  async #exchange(
    wire: Wire,
    key: string,
    host: string,
    path: string,
    onPart?: (got: number, total: number | undefined) => Promise<void>,
  ): Promise<Fetched | undefined> {
    this.#open.delete(key);
    wire.deadline = this.sys.now() + PATIENCE;
    await wire.write(utf8(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: ${this.agent}\r\n\r\n`));
    const head = await readHead(wire);
    if (head === 'empty' || head === 'bad' || isErr(head)) {
      wire.close();
      return undefined;
    }
    const parts: Uint8Array[] = [];
    const length = head.headers.find(([n]) => n.toLowerCase() === 'content-length')?.[1];
    const total = length === undefined ? undefined : Number(length);
    let got = 0;
    const end = await readBody(wire, head, true, async (b) => {
      parts.push(b);
      got += b.length;
      await onPart?.(got, total);
    });
    if (end === 'complete' && keepsAlive(head)) this.#open.set(key, wire);
    else wire.close();
    if (end !== 'complete') return { error: 'Connection failed', temporary: true };
    if (head.status !== 200)
      return { error: `${head.status}  ${head.statusLine.replace(/^\S+ \d+ /, '')} [IP: ${host}]`, temporary: false };
    this.received += got;
    return { bytes: join(parts) };
  }

  async #connect(host: string, port: number): Promise<Wire | Exclude<Fetched, { bytes: Uint8Array }>> {
    const { sys } = this;
    const found = await getaddrinfo(sys, host);
    if (found === 'EAI_AGAIN') return { error: `Temporary failure resolving '${host}'`, temporary: true };
    if (typeof found === 'string') return { error: `Could not resolve '${host}'`, temporary: false };
    const said: string[] = [];
    for (const ip of found.addrs) {
      const fd = sys.socket(ip.v === 4 ? 'inet' : 'inet6', 'stream');
      if (isErr(fd)) continue;
      const e = await connectBy(sys, fd, { ip, port }, sys.now() + PATIENCE);
      if (!isErr(e)) return new Wire(sys, fd);
      sys.close(fd);
      const where = `${host}:${port} (${formatIp(ip)})`;
      if (e.name === 'ETIMEDOUT') said.push(`Could not connect to ${where}, connection timed out`);
      else if (e.name === 'ENETUNREACH')
        said.push(`Cannot initiate the connection to ${where}. - connect (${e.code}: ${e.text})`);
      else said.push(`Could not connect to ${where}. - connect (${e.code}: ${e.text})`);
    }
    return { error: said.join(' ') || `Unable to connect to ${host}:${port}:`, temporary: true };
  }

  close(): void {
    for (const wire of this.#open.values()) wire.close();
    this.#open.clear();
  }
}
