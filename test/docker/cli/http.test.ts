/** The requests of each command, and what it makes of the answers, against recorded connections. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { HttpRequest, HttpResponse, HttpService } from '../../../src/base/http.ts';
import { docker } from './fake.ts';

interface Rec {
  id: string;
  cmd: string;
  stdout: string;
  stderr: string;
  exit: number;
  http: { conn: number; dir: '<' | '>'; data: string }[];
}
interface Exchange {
  readonly line: string;
  readonly body: string;
  answer: string;
}
const latin = (s: string): Uint8Array => Uint8Array.from(Buffer.from(s, 'latin1'));

/** Requests in the order in which they were sent, each with the bytes that came back on its connection before the next. */
function exchanges(rec: Rec): Exchange[] {
  const out: Exchange[] = [];
  const current = new Map<number, Exchange>();
  for (const { conn, dir, data } of rec.http) {
    if (dir === '<') {
      const e = current.get(conn);
      if (e) e.answer += data;
      continue;
    }
    const [head = '', ...rest] = data.split('\r\n\r\n');
    const line = /^(\w+ \S+) HTTP/.exec(head)?.[1];
    if (!line) continue;
    const e: Exchange = { line, body: rest.join('\r\n\r\n'), answer: '' };
    out.push(e);
    current.set(conn, e);
  }
  return out;
}

function dechunk(s: string): string {
  let out = '';
  let rest = s;
  for (;;) {
    const end = rest.indexOf('\r\n');
    const size = Number.parseInt(rest.slice(0, end), 16);
    if (end < 0 || !(size > 0)) return out;
    out += rest.slice(end + 2, end + 2 + size);
    rest = rest.slice(end + 2 + size + 2);
  }
}

class Recorded implements HttpService {
  readonly seen: { line: string; body: string }[] = [];
  readonly #left: Exchange[];
  constructor(list: readonly Exchange[]) {
    this.#left = [...list];
  }
  async handle(request: HttpRequest): Promise<HttpResponse> {
    const query = request.query.toString();
    const line = `${request.method} ${request.path}${query ? `?${query}` : ''}`;
    this.seen.push({ line, body: Buffer.from(request.body as Uint8Array).toString('utf8') });
    const at = this.#left.findIndex((e) => decodeURIComponent(e.line) === decodeURIComponent(line));
    if (at < 0) return { status: 404, headers: {}, body: latin('{"message":"not recorded"}') };
    const [e] = this.#left.splice(at, 1) as [Exchange];
    const cut = e.answer.indexOf('\r\n\r\n');
    const [status = '', ...fields] = e.answer.slice(0, cut).split('\r\n');
    const headers = Object.fromEntries(
      fields.map((f) => [f.slice(0, f.indexOf(':')).toLowerCase(), f.slice(f.indexOf(':') + 1).trim()]),
    );
    const rest = e.answer.slice(cut + 4);
    const code = Number(status.split(' ')[1]);
    const payload = latin(headers['transfer-encoding'] === 'chunked' ? dechunk(rest) : rest);
    if (code === 101 && request.duplex) {
      const duplex = request.duplex;
      void (async () => {
        await duplex.write(payload);
        duplex.close();
      })();
      return { status: code, headers, body: new Uint8Array(), hijacked: true };
    }
    return { status: code, headers, body: request.method === 'HEAD' ? new Uint8Array() : payload };
  }
}

const file = new URL('../../golden/recorded/http/cli-http.jsonl', import.meta.url);
const recs = readFileSync(file, 'utf8')
  .split('\n')
  .filter(Boolean)
  .map((l) => JSON.parse(l) as Rec);
/** Plain docker commands that are built. */
const usable = recs.filter(
  (r) =>
    /^docker /.test(r.cmd) &&
    !/[;&]|swarm|service|node ls|stats|nosuchimg|events|docker info/.test(r.cmd.replace(/'[^']*'/g, '')),
);
const words = (cmd: string): string[] =>
  [...cmd.matchAll(/(?:[^\s']+|'[^']*')+/g)].map((m) => m[0].replace(/'([^']*)'/g, '$1')).slice(1);
const plain = (s: string): string =>
  s
    .replace(/\b(\d+ \w+|About an? \w+|Less than a second) ago/g, 'AGO')
    .replace(/Up [\w ]+?(?= {2}|$)/gm, 'UP')
    .replace(/ {2,}/g, '  ');

describe('requests and output against recorded connections', () => {
  it('sees records', () => expect(usable.length).toBeGreaterThan(35));
  for (const r of usable)
    it(`${r.id} ${r.cmd}`, async () => {
      const want = exchanges(r);
      const daemon = new Recorded(want);
      const got = await docker(words(r.cmd), { daemon, now: 1795474000 });
      const order = (list: { line: string }[]): string[] => list.map((e) => decodeURIComponent(e.line));
      expect(order(daemon.seen)).toEqual(order(want));
      expect(daemon.seen.map((e) => e.body)).toEqual(want.map((e) => e.body));
      expect({ ...got, stdout: plain(got.stdout) }).toEqual({
        stdout: plain(r.stdout),
        stderr: r.stderr,
        exit: r.exit,
      });
    });
});
