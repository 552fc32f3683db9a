/** What size costs: containers on a bridge, idle connections, bytes of a download, bytes of the core itself. */
import { brotliCompressSync } from 'node:zlib';
import { type Core, SockType } from '../../linux/core/core.ts';
import { type CoreModule, compileCore, openCore } from '../../linux/core/load.ts';
import { cost, type Effort } from './core.ts';
import { address } from './frame.ts';
import { Subject } from './subject.ts';
import { type Box, World } from './world.ts';

const round = (x: number): number => Math.round(x * 100) / 100;
const least = (xs: readonly number[]): number => Math.min(...xs);

/** Unicast between two containers of many, by turns, and what a container costs to have and to make. */
export function containerRows(module: CoreModule, e: Effort): object[] {
  const bridges = [10, 100, 1000, 10_000].map((containers) => {
    const subject = new Subject(module, 2);
    const { world } = subject;
    const before = subject.inUse();
    const began = cpuMs();
    for (let i = 2; i < containers; i++) world.add();
    const made = containers - 2;
    const msPerContainer = round((cpuMs() - began) / made);
    const bytesPerContainer = Math.round((subject.inUse() - before) / made);
    const flow = subject.flow(world.between(world.boxes[0] as Box, world.boxes.at(-1) as Box), 64, 1000);
    const right = flow.check(50);
    flow.send(50_000);
    return { containers, subject, flow, right, bytesPerContainer, msPerContainer, ns: [] as number[] };
  });
  for (let i = 0; i < e.runs; i++) for (const b of bridges) b.ns.push(cost(b.flow, e.packets) ?? Number.NaN);
  return bridges.map(({ containers, subject, right, bytesPerContainer, msPerContainer, ns }) => {
    ns.sort((x, y) => x - y);
    return {
      containers,
      nsPerPacket: round(ns[ns.length >> 1] as number),
      min: round(ns[0] as number),
      checked: right && subject.drops() === 0,
      bytesPerContainer,
      msPerContainer,
    };
  });
}

/** A thousand active flows with none, and with a million idle connections beside them. */
export function idleRows(module: CoreModule, e: Effort): object[] {
  const worlds = [0, 1_000_000].map((idle) => {
    const subject = new Subject(module);
    subject.core.nfSet(subject.world.host, 'max', 0);
    const path = subject.world.paths()[0] as ReturnType<World['paths']>[0];
    const filled = idle === 0 || subject.flow(path, 64, idle).send(idle) === idle;
    // The idle ones hold the ports from 5000 on.
    const flow = subject.flow({ ...path, dport: 6000 }, 64, 1000);
    flow.send(50_000);
    return { idle, filled, flow, ns: [] as number[] };
  });
  for (let i = 0; i < e.runs; i++) for (const w of worlds) w.ns.push(cost(w.flow, e.packets) ?? Number.NaN);
  return worlds.map(({ idle, filled, ns }) => {
    ns.sort((a, b) => a - b);
    return {
      idleConnections: idle,
      nsPerPacket: round(ns[ns.length >> 1] as number),
      min: round(ns[0] as number),
      checked: filled,
    };
  });
}

/** A download from one container to another: simulated payload per second of this computer's time. */
export function tcpRow(module: CoreModule, megabytes: number): object {
  const core = openCore(module, { seed: 1 }).core;
  const world = new World(core, 2);
  const [a, b] = world.boxes as [Box, Box];
  const listener = core.sockOpen(b.ns, SockType.TCP, 4, 6);
  core.sockBind(listener, address('0.0.0.0'), 5001);
  core.sockListen(listener, 5);
  const from = core.sockOpen(a.ns, SockType.TCP, 4, 6);
  core.sockConnect(from, address(b.ip), 5001);
  core.run(core.now() + 1e8);
  const to = core.sockAccept(listener);
  const chunk = Uint8Array.from({ length: 65536 }, (_, i) => (i * 31 + 7) & 255);
  const total = megabytes * 1_000_000;
  let sent = 0;
  let got = 0;
  let right = true;
  const began = process.cpuUsage();
  const t0 = core.now();
  while (got < total) {
    if (sent < total) sent += pushed(core, from, chunk, sent);
    const before = got;
    for (;;) {
      const data = core.sockRecv(to, 65536);
      if (typeof data === 'number' || data.length === 0) break;
      if (data[0] !== chunk[got % chunk.length]) right = false;
      got += data.length;
    }
    core.events(() => {});
    if (got === before) {
      const next = core.next();
      if (!Number.isFinite(next)) break;
      core.run(next);
    }
  }
  const { user, system } = process.cpuUsage(began);
  const seconds = (user + system) / 1e6;
  return {
    what: 'bulk TCP, one bridge',
    megabytes,
    gbitPerSecond: round((got * 8) / 1e9 / seconds),
    simulatedGbitPerSecond: round((got * 8) / (core.now() - t0)),
    checked: right && got >= total,
  };
}

/** CPU time of the process so far, ms. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function pushed(core: Core, sock: number, chunk: Uint8Array, sent: number): number {
  const n = core.sockSend(sock, chunk.subarray(sent % chunk.length));
  return Math.max(n, 0);
}

/** Size of the core, and how much CPU time it takes to start. @param open makes a lab of three machines */
export async function sizeRow(wasm: Uint8Array<ArrayBuffer>, open: () => Promise<unknown>): Promise<object> {
  const times = { compile: [] as number[], instantiate: [] as number[], lab: [] as number[] };
  for (let i = 0; i < 7; i++) {
    const t0 = cpuMs();
    const module = await compileCore(wasm);
    const t1 = cpuMs();
    openCore(module, { seed: 1 });
    const t2 = cpuMs();
    await open();
    times.compile.push(t1 - t0);
    times.instantiate.push(t2 - t1);
    times.lab.push(cpuMs() - t2);
  }
  return {
    bytes: wasm.length,
    brotli: brotliCompressSync(wasm).length,
    compileMs: round(least(times.compile)),
    instantiateMs: round(least(times.instantiate)),
    labMs: round(least(times.lab)),
  };
}
