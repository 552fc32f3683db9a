/**
 * Plays recorded HTTP connections of the docker command to a lab's engine and holds answer against answer: status, the
 * headers that clients read, and the shape of JSON bodies.
 */
import { type Duplex, duplexPair } from '../../src/base/http.ts';
import { serveConnection } from '../../src/base/http1/server.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { type Answer, parseAnswers } from './answers.ts';
import { shapeFaults } from './shape.ts';

/** A line of cli-http.jsonl. */
export interface HttpRecord {
  readonly id: string;
  readonly host: string;
  readonly cmd: string;
  readonly http: readonly { readonly conn: number; readonly dir: '>' | '<'; readonly data: string }[];
}

/** One recorded request and how this lab's answer differs; none when it agrees. */
export interface Verdict {
  readonly id: string;
  readonly request: string;
  readonly faults: readonly string[];
}

interface Connection {
  readonly client: Duplex;
  readonly requests: string[];
  /** Nothing more of it is recorded after this index. */
  readonly last: number;
  ended: boolean;
  /** What was recorded. */
  want: Buffer;
  got: Buffer;
}

const SECOND = 1e9;

/** Plays records in order; ids that the engine made are replaced in later requests by those that this lab made. */
export class HttpPlayer {
  readonly #ids = new Map<string, string>();
  /** Recorded time at the lab's time 0, ns. */
  #origin: number | undefined;
  constructor(readonly lab: Lab) {}

  async play(record: HttpRecord): Promise<Verdict[]> {
    const service = this.lab.machine(record.host)?.docker;
    if (!service) throw new Error(`no machine ${record.host}`);
    const connections = new Map<number, Connection>();
    const lastOf = new Map(record.http.map((h, i) => [h.conn, i]));
    const date = /\r\nDate: ([^\r]*)/.exec(record.http.find((h) => h.dir === '<')?.data ?? '')?.[1] ?? '';
    await this.#until(date);
    for (const [i, { conn, dir, data }] of record.http.entries()) {
      let c = connections.get(conn);
      if (!c) {
        const [client, server] = duplexPair(1 << 24);
        const last = lastOf.get(conn) ?? 0;
        c = { client, requests: [], last, ended: false, want: Buffer.alloc(0), got: Buffer.alloc(0) };
        connections.set(conn, c);
        void serveConnection(server, service);
        void this.#listen(c);
      }
      if (dir === '>') {
        const line = /^[A-Z]+ \S+ HTTP\/1\.1/.exec(data)?.[0];
        if (line) c.requests.push(line);
        const over = [...connections.values()].filter((o) => o.last < i && taken(o.want));
        await this.#pass(() => over.every((o) => o.ended), 2 * SECOND);
        await c.client.write(Buffer.from(this.#translate(data, date), 'latin1'));
      } else {
        c.want = Buffer.concat([c.want, Buffer.from(data, 'latin1')]);
        const { want } = c;
        await this.#pass(() => heads(c.got) >= heads(want) && c.got.length * 2 >= want.length);
        this.#learn(c);
        if (taken(c.want) && c.requests.at(-1)?.includes('stdin=1')) c.client.closeWrite();
      }
    }
    await this.#pass(() => false, SECOND / 5);
    for (const c of connections.values()) c.client.closeWrite();
    await this.#pass(() => false, SECOND / 5);
    for (const c of connections.values()) c.client.close();
    return [...connections.values()].flatMap((c) => this.#judge(record, c));
  }

  async #listen(c: Connection): Promise<void> {
    for (let bytes = await c.client.read(); bytes; bytes = await c.client.read()) c.got = Buffer.concat([c.got, bytes]);
    c.ended = true;
  }

  /** Lets as much time pass since the first record as did when it was recorded. */
  async #until(date: string): Promise<void> {
    const { clock } = this.lab.world;
    const at = Date.parse(date) * 1e6;
    this.#origin ??= at - clock.now;
    await this.#pass(() => false, at - this.#origin - clock.now);
  }

  /** Drives the lab until something holds, at most some virtual seconds. */
  async #pass(done: () => boolean, limit = 15 * SECOND): Promise<void> {
    const end = this.lab.world.clock.now + limit;
    while (!done() && this.lab.world.clock.now < end)
      await this.lab.step(Math.min(end, this.lab.world.clock.now + SECOND / 20), () => !done());
  }

  /** Ids, and moments of virtual time in queries, which are counted from the recorded present. */
  #translate(data: string, date: string): string {
    let out = data;
    for (const [theirs, ours] of this.#ids) out = out.replaceAll(theirs, ours);
    const now = Number(this.lab.world.clock.epochAt() / 1_000_000_000n);
    const shift = now - Math.floor(Date.parse(date) / 1000);
    return out.replace(/\b(since|until)=(\d{10})\b/g, (_, name, t) => `${name}=${Number(t) + shift}`);
  }

  #learn(c: Connection): void {
    const [theirs, ours] = [parseAnswers(c.want, c.requests), parseAnswers(c.got, c.requests)];
    for (const [i, a] of theirs.entries()) {
      const [x, y] = [idOf(a), idOf(ours[i])];
      if (x && y) this.#ids.set(x, y);
    }
  }

  #judge(record: HttpRecord, c: Connection): Verdict[] {
    const [theirs, ours] = [parseAnswers(c.want, c.requests), parseAnswers(c.got, c.requests)];
    return theirs.map((want, i) => ({
      id: record.id,
      request: (c.requests[i] ?? '').replace(' HTTP/1.1', '').replace(/[0-9a-f]{52}(?=[/ ?]|$)/, '…'),
      faults: compare(want, ours[i], c.requests[i]?.includes('/events') ?? false),
    }));
  }
}

/** The connection was taken over. */
const taken = (bytes: Buffer): boolean => bytes.toString('latin1').includes('HTTP/1.1 101 ');

const heads = (bytes: Buffer): number => bytes.toString('latin1').split('HTTP/1.1 ').length;

/** What was made: `Id` or `ID` of the answer, or the answer itself. */
function idOf(a: Answer | undefined): string | undefined {
  const value = a?.json?.[0] as { Id?: unknown; ID?: unknown } | string | undefined;
  if (typeof value === 'string') return value;
  const id = a?.status === 201 ? (value?.Id ?? value?.ID) : undefined;
  return typeof id === 'string' ? id : undefined;
}

function compare(want: Answer, got: Answer | undefined, events: boolean): string[] {
  if (!got) return ['no answer'];
  const faults: string[] = [];
  if (want.line !== got.line) faults.push(`status: ${want.line}, here ${got.line} ${got.body.slice(0, 200)}`);
  const names = (a: Answer): string => [...a.headers.keys()].join(', ');
  if (names(want) !== names(got)) faults.push(`headers: ${names(want)}; here ${names(got)}`);
  for (const [name, value] of want.headers) {
    if (name === 'Date' || name === 'Content-Length' || !got.headers.has(name)) continue;
    if (got.headers.get(name) !== value) faults.push(`${name}: ${value}, here ${got.headers.get(name)}`);
  }
  if (want.json && !got.json) faults.push(`no JSON: ${got.body.slice(0, 80)}`);
  else if (want.json && got.json && events) faults.push(...eventFaults(want.json, got.json));
  else if (want.json && got.json) faults.push(...shapeFaults(want.json, got.json));
  return faults;
}

/** Events of other moments stand between, so kinds are held against kinds: those recorded must be there, and alike. */
function eventFaults(want: readonly unknown[], got: readonly unknown[]): string[] {
  const kinds = (list: readonly unknown[]): Map<string, unknown> =>
    new Map(list.map((e) => [eventKind(e as { Type: string; Action: string }), e]));
  const [w, g] = [kinds(want), kinds(got)];
  return [...w].flatMap(([k, e]) => (g.has(k) ? shapeFaults(e, g.get(k), k) : [`no event ${k}`]));
}

const eventKind = (e: { Type: string; Action: string }): string => `${e.Type} ${e.Action.split(':')[0]}`;
