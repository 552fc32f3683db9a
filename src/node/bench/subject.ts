/** dist/core-bench.wasm at work: the core with its source and sink of datagrams. */
import type { Core } from '../../linux/core/core.ts';
import { type CoreModule, openCore } from '../../linux/core/load.ts';
import { datagram, sumsRight } from './frame.ts';
import { type Path, World } from './world.ts';

/** What the bench build exports besides the core. */
interface Traffic {
  readonly memory: { readonly buffer: ArrayBuffer };
  scratch(): number;
  memSpans(out: number): number;
  benchFrame(): number;
  flowSet(on: number): void;
  benchRun(dev: number, len: number, first: number, flows: number, packets: number, dport: number, n: number): number;
}

/** Flows that share a destination port. */
export const SPAN = 55_000;
const SPORT = 10_000;

/** A world in an instance of its own. */
export class Subject {
  readonly core: Core;
  readonly world: World;
  readonly #traffic: Traffic;
  #before = 0;

  constructor(module: CoreModule, containers = 2) {
    const { core, exports } = openCore(module, { seed: 1 });
    this.#traffic = exports as unknown as Traffic;
    this.core = core;
    this.world = new World(this.core, containers);
  }

  /** Packets dropped since the last flow was prepared. */
  drops(): number {
    return this.core.drops().reduce((a, b) => a + b, 0) - this.#before;
  }

  /** Has packets of known flows replayed, or all of them walk. */
  remember(on: boolean): void {
    this.#traffic.flowSet(on ? 1 : 0);
  }

  /** Bytes of memory that hold state. */
  inUse(): number {
    const t = this.#traffic;
    const at = t.scratch() + 65536;
    const pairs = t.memSpans(at);
    const view = new Uint32Array(t.memory.buffer, at, pairs * 2);
    let sum = 0;
    for (let i = 0; i < pairs * 2; i += 2) sum += (view[i + 1] as number) - (view[i] as number);
    return sum;
  }

  /** Prepares a path: sockets at its end, the frame to repeat. */
  flow(path: Path, bytes: number, flows: number): Flow {
    this.#before = 0;
    this.#before = this.drops();
    const socks = this.world.receivers(path, Math.ceil(flows / SPAN));
    return new Flow(this.core, this.#traffic, path, bytes, flows, socks);
  }
}

/** Traffic of some flows over one path. */
export class Flow {
  readonly #core: Core;
  readonly #traffic: Traffic;
  readonly #path: Path;
  readonly #bytes: number;
  readonly #flows: number;
  readonly #socks: readonly number[];
  #next = 0;

  constructor(core: Core, t: Traffic, path: Path, bytes: number, flows: number, socks: readonly number[]) {
    this.#core = core;
    this.#traffic = t;
    this.#path = path;
    this.#bytes = bytes;
    this.#flows = flows;
    this.#socks = socks;
  }

  /** Sends datagrams. @returns how many came */
  send(packets: number): number {
    const { from, to, dport, dev } = this.#path;
    const t = this.#traffic;
    const at = t.benchFrame();
    new Uint8Array(t.memory.buffer, at).set(datagram(from, to, SPORT, dport, this.#bytes));
    new Uint32Array(t.memory.buffer, at - 1024, 256).set(this.#socks);
    const first = this.#next;
    this.#next = (first + packets) % this.#flows;
    return t.benchRun(dev, this.#bytes, first, this.#flows, packets, dport, this.#socks.length);
  }

  /** Sends `packets` one by one and looks at each frame that reaches the receiver. @returns whether all are right */
  check(packets: number): boolean {
    const core = this.#core;
    const capture = core.captureAdd(this.#path.ns, this.#path.rxDev, 0);
    let right = 0;
    for (let i = 0; i < packets; i++) {
      const came = this.send(1);
      for (let f = core.captureRead(capture); f; f = core.captureRead(capture))
        if (f.bytes[23] === 17 && f.bytes.length === this.#bytes && came === 1 && sumsRight(f.bytes)) right++;
    }
    core.captureDel(capture);
    return right === packets;
  }

  close(): void {
    for (const s of this.#socks) this.#core.sockClose(s);
    this.#core.events(() => {});
  }
}
