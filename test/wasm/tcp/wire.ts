/**
 * Two machines joined by a wire that the test holds: what leaves one's network card is lost, delayed, doubled or
 * overtaken by a seeded generator before it reaches the other. Frames are real; nothing of the core is stepped over.
 */
import { type Core, SockType } from '../../../src/linux/core/core.ts';
import { a4, address, gateway, machine } from '../world.ts';

/** What a direction of the wire does. Probabilities from 0 to 1, times in milliseconds. */
export interface Weather {
  readonly loss?: number;
  readonly reorder?: number;
  readonly duplicate?: number;
  readonly delay?: number;
  readonly jitter?: number;
  /** Frames longer than this are lost without a word. */
  readonly mtu?: number;
  /** Bytes a second; frames queue behind each other, and those that find more than `queue` bytes are lost. */
  readonly rate?: number;
  readonly queue?: number;
}

/** Mulberry32: numbers in [0, 1). */
export function generator(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export interface Side {
  readonly ns: number;
  readonly dev: number;
  readonly ip: Uint8Array;
  readonly capture: number;
}

interface Flight {
  readonly at: number;
  readonly to: number;
  readonly frame: Uint8Array;
}

const MS = 1e6;
const OUTGOING = 4;

export class Wire {
  readonly a: Side;
  readonly b: Side;
  weather: [Weather, Weather] = [{}, {}];
  /** Frames that were lost, and that crossed, by direction (0: from a). */
  readonly lost: [number, number] = [0, 0];
  readonly sent: [number, number] = [0, 0];
  /** Sees every frame before its fate; true: lost. */
  fate: (dir: 0 | 1, frame: Uint8Array) => boolean = () => false;
  readonly #busy: [number, number] = [0, 0];
  #air: Flight[] = [];

  constructor(
    readonly core: Core,
    readonly random: () => number,
    mtu = 1500,
  ) {
    const side = (n: number): Side => {
      const ns = machine(core);
      const dev = core.nicAdd(ns, 'eth0', 0x020000000000 + n);
      core.devSet(dev, 'up', 1);
      core.devSet(dev, 'mtu', mtu);
      const ip = `192.0.2.${n}`;
      address(core, ns, dev, ip, 24);
      gateway(core, ns, dev, '192.0.2.254');
      return { ns, dev, ip: a4(ip), capture: core.captureAdd(ns, dev, 0) };
    };
    this.a = side(1);
    this.b = side(2);
    core.neighSet(this.a.dev, this.b.ip, 0x020000000002, true);
    core.neighSet(this.b.dev, this.a.ip, 0x020000000001, true);
    core.neighSet(this.a.dev, a4('192.0.2.254'), 0x0200000000fe, true);
    core.neighSet(this.b.dev, a4('192.0.2.254'), 0x0200000000fe, true);
  }

  /** Takes what the cards have sent. */
  #collect(): void {
    for (const dir of [0, 1] as const) {
      const from = dir === 0 ? this.a : this.b;
      const to = dir === 0 ? this.b.dev : this.a.dev;
      for (let f = this.core.captureRead(from.capture); f; f = this.core.captureRead(from.capture))
        if (f.pkttype === OUTGOING) this.#cross(dir, to, f.bytes, f.time);
    }
  }

  #cross(dir: 0 | 1, to: number, frame: Uint8Array, time: number): void {
    const w = this.weather[dir];
    this.sent[dir]++;
    const backlog = Math.max(0, this.#busy[dir] - time);
    const full = w.rate !== undefined && w.queue !== undefined && (backlog * w.rate) / 1e9 > w.queue;
    if (this.fate(dir, frame) || this.random() < (w.loss ?? 0) || full || frame.length > (w.mtu ?? 1e9)) {
      this.lost[dir]++;
      return;
    }
    let at = time + ((w.delay ?? 0.05) + (w.jitter ?? 0) * this.random()) * MS;
    if (w.rate !== undefined) {
      this.#busy[dir] = Math.max(this.#busy[dir], time) + (frame.length / w.rate) * 1e9;
      at += this.#busy[dir] - time;
    }
    // one that goes another way comes after some that follow it
    if (this.random() < (w.reorder ?? 0)) at += (0.2 + 3 * this.random()) * MS;
    for (let n = this.random() < (w.duplicate ?? 0) ? 2 : 1; n > 0; n--) {
      let i = this.#air.length;
      while (i > 0 && (this.#air[i - 1] as Flight).at > at) i--;
      this.#air.splice(i, 0, { at, to, frame });
    }
  }

  /** Lets time pass up to `until` ns, frames crossing. */
  run(until: number): void {
    const { core } = this;
    for (;;) {
      this.#collect();
      const next = this.#air[0];
      const timer = core.next();
      if (next && next.at <= until && next.at <= timer) {
        this.#air.shift();
        core.run(Math.max(next.at, core.now()));
        core.frameReceive(next.to, next.frame);
        core.run(core.now());
      } else if (timer <= until) core.run(timer);
      else break;
    }
    core.run(Math.max(until, core.now()));
    this.#collect();
  }

  pass(ms: number): void {
    this.run(this.core.now() + ms * MS);
  }

  tcp(side: Side): number {
    return this.core.sockOpen(side.ns, SockType.TCP, 4, 0);
  }

  listen(side: Side, port: number, backlog = 16): number {
    const s = this.tcp(side);
    const err = this.core.sockBind(s, a4('0.0.0.0'), port) || this.core.sockListen(s, backlog);
    if (err < 0) throw new Error(`listen: errno ${-err}`);
    return s;
  }

  /** A connection from a to b; tries for `seconds`. @returns both ends */
  connect(port = 5000, seconds = 300, setUp: (client: number, server: number) => void = () => {}): [number, number] {
    const server = this.listen(this.b, port);
    const client = this.tcp(this.a);
    setUp(client, server);
    this.core.sockConnect(client, this.b.ip, port);
    for (let i = 0; i < seconds * 20; i++) {
      this.pass(50);
      const child = this.core.sockAccept(server);
      if (child > 0) return [client, child];
    }
    throw new Error('no connection');
  }
}

/** Bytes that tell where they belong. */
export function pattern(n: number, salt = 0): Uint8Array {
  const out = new Uint8Array(n);
  for (let i = 0; i < n; i++) out[i] = (i * 31 + (i >>> 8) * 7 + (i >>> 16) + salt) & 255;
  return out;
}

/** One direction of a stream: what is to be sent, what has come. */
export class Stream {
  sent = 0;
  have = 0;
  eof = false;

  constructor(
    readonly core: Core,
    readonly from: number,
    readonly to: number,
    readonly data: Uint8Array,
    /** Bytes read at a time at most. */
    readonly gulp = 1 << 20,
  ) {}

  /** Writes what fits, reads what is there. @throws Error when a byte is wrong or a call fails */
  turn(read = true): void {
    while (this.sent < this.data.length) {
      const n = this.core.sockSend(this.from, this.data.subarray(this.sent));
      if (n === -11) break;
      if (n < 0) throw new Error(`send: errno ${-n} at ${this.sent}`);
      this.sent += n;
      if (this.sent === this.data.length) this.core.sockShutdown(this.from, 2);
    }
    if (read) this.read();
  }

  read(): void {
    for (let left = this.gulp; left > 0 && !this.eof; ) {
      const got = this.core.sockRecv(this.to, left);
      if (typeof got === 'number') {
        if (got !== -11) throw new Error(`recv: errno ${-got} at ${this.have}`);
        return;
      }
      if (got.length === 0) this.eof = true;
      if (Buffer.compare(got, this.data.subarray(this.have, this.have + got.length)) !== 0)
        throw new Error(`one of the bytes from ${this.have} is wrong`);
      this.have += got.length;
      left -= got.length;
    }
  }

  get done(): boolean {
    return this.eof && this.have === this.data.length;
  }
}

/** Lets streams run until all are done. @returns virtual seconds it took @throws Error after `limit` seconds */
export function pump(wire: Wire, streams: readonly Stream[], limit = 3600, step = 5): number {
  const start = wire.core.now();
  while (!streams.every((s) => s.done)) {
    for (const s of streams) s.turn();
    wire.pass(step);
    if (wire.core.now() - start > limit * 1e9)
      throw new Error(`stuck: ${streams.map((s) => `${s.have} of ${s.data.length}, sent ${s.sent}`).join('; ')}`);
  }
  return (wire.core.now() - start) / 1e9;
}
