/** Tables at their capacity: what does not fit is counted, and all comes back. */
import { describe, expect, it } from 'vitest';
import { compileCore, openCore } from '../../src/linux/core/load.ts';
import { datagram } from '../../src/node/bench/frame.ts';
import { World } from '../../src/node/bench/world.ts';
import { DROP_CT_FULL, DROP_FDB_FULL } from '../../wasm/abi.ts';
import { coreBytes } from '../core.ts';
import { SLAB_IDS } from './slabs.ts';

interface Raw {
  readonly memory: { readonly buffer: ArrayBuffer };
  slabUsed(id: number): number;
  scratch(): number;
  frameSend(dev: number, at: number, len: number): number;
}

const compiled = compileCore(coreBytes);

async function world(containers = 2) {
  const { core, exports } = openCore(await compiled, { seed: 1 });
  const raw = exports as unknown as Raw;
  return { core, raw, frame: sender(raw), world: new World(core, containers) };
}

/** Puts frames on a device. */
function sender(raw: Raw): (dev: number, frame: Uint8Array) => void {
  return (dev, frame) => {
    const at = raw.scratch() + 65536;
    new Uint8Array(raw.memory.buffer).set(frame, at);
    raw.frameSend(dev, at, frame.length);
  };
}

const used = (raw: Raw): Record<string, number> =>
  Object.fromEntries(Object.entries(SLAB_IDS).map(([name, id]) => [name, raw.slabUsed(id)]));

describe('tables at their capacity', () => {
  it('a namespace holds as many connections as it may; one more is refused and counted; all end by themselves', async () => {
    const { core, raw, frame, world: w } = await world();
    const [path] = w.paths();
    core.nfSet(w.host, 'max', 64);
    const [sock] = w.receivers(path!, 1);
    const send = (sport: number): void => {
      frame(path!.dev, datagram(path!.from, path!.to, sport, path!.dport, 64));
    };
    for (let k = 0; k < 64; k++) send(1000 + k);
    expect(raw.slabUsed(SLAB_IDS.connection)).toBe(64);
    // None of them was answered: some give way to new ones, and where none is near, the new one is refused.
    for (let k = 0; k < 640; k++) send(2000 + k);
    expect(raw.slabUsed(SLAB_IDS.connection)).toBeLessThanOrEqual(64);
    expect(core.drops()[DROP_CT_FULL]).toBeGreaterThan(0);
    core.run(core.now() + 100e9);
    expect(raw.slabUsed(SLAB_IDS.connection)).toBe(0);
    expect(core.conns(w.host)).toEqual([]);
    core.sockClose(sock!);
  });

  it('a bridge that has learned too many MACs counts the rest, and floods for them', async () => {
    const { core, raw, frame, world: w } = await world();
    const [a, b] = w.boxes;
    const room = 49152;
    for (let k = 0; k < room + 100; k++)
      frame(a!.dev, datagram({ mac: 0x020000000000 + (k + 1) * 256 + 5, ip: a!.ip }, b!, 1, 9, 64));
    expect(raw.slabUsed(SLAB_IDS.fdb)).toBe(room - 1);
    expect(core.drops()[DROP_FDB_FULL]).toBeGreaterThan(0);
    core.devSet(a!.dev, 'up', 0);
    core.nsDel(a!.ns);
    expect(raw.slabUsed(SLAB_IDS.fdb)).toBeLessThan(10);
  });

  it('ten thousand containers come and go, and leave nothing', async () => {
    const { core, raw, frame, world: w } = await world();
    const empty = used(raw);
    const first = w.boxes.length;
    for (let k = 0; k < 10_000; k++) w.add();
    core.events(() => {});
    expect(raw.slabUsed(SLAB_IDS.namespace)).toBe((empty.namespace as number) + 10_000);
    const way = w.between(w.boxes[0]!, w.boxes.at(-1)!);
    const [sock] = w.receivers(way, 1);
    frame(way.dev, datagram(way.from, way.to, 1, way.dport, 64));
    expect(typeof core.sockRecvFrom(sock!)).toBe('object');
    for (const box of w.boxes.slice(first)) core.nsDel(box.ns);
    core.run(core.now() + 120e9);
    const left = used(raw);
    expect({ ...left, neighbour: 0, timer: 0, fdb: 0 }).toEqual({ ...empty, neighbour: 0, timer: 0, fdb: 0 });
    expect(left.neighbour).toBeLessThanOrEqual((empty.neighbour as number) + 1);
  });

  it('packets for hosts that are not there wait, take all buffers, are counted, and come back', async () => {
    const { core, raw, frame, world: w } = await world();
    const before = used(raw);
    for (let k = 0; k < 5000; k++) {
      const to = { mac: 0x525400380011, ip: `172.17.${1 + (k >> 8)}.${k & 255}` };
      frame(w.outside.dev, datagram(w.outside, to, 1000, 80, 64));
    }
    // Rules drop what is not published: such packets never wait.
    for (let k = 0; k < 5000; k++) {
      const to = { mac: 0x0242ac110001, ip: `192.0.2.${10 + (k % 200)}` };
      frame(w.boxes[0]!.dev, datagram(w.boxes[0]!, to, 1000 + k, 80, 64));
    }
    expect(raw.slabUsed(SLAB_IDS.buffer)).toBeGreaterThan(1000);
    const counted = core.drops().reduce((sum, n) => sum + n, 0);
    expect(counted).toBeGreaterThan(5000);
    core.run(core.now() + 200e9);
    expect({ ...used(raw), neighbour: 0, timer: 0, fdb: 0 }).toEqual({ ...before, neighbour: 0, timer: 0, fdb: 0 });
  });
});

describe('the bytes in use', () => {
  it('copied into a fresh core, they go on as the first does', async () => {
    const { core, frame, world: w } = await world(5);
    const way = w.between(w.boxes[0]!, w.boxes[4]!);
    const [sock] = w.receivers(way, 1);
    const play = (c: typeof core, send: typeof frame): string => {
      for (let k = 0; k < 20; k++) send(way.dev, datagram(way.from, way.to, 100 + k, way.dport, 200));
      const got = c.sockRecvFrom(sock!);
      return `${c.now()} ${c.next()} ${typeof got === 'number' ? got : got.data.length}`;
    };
    const copy = openCore(await compiled, { seed: 9 });
    const state = core.state();
    let bytes = 0;
    for (let i = 0; i < state.spans.length; i += 2) {
      const [from, end] = [state.spans[i]!, state.spans[i + 1]!];
      expect(end).toBeGreaterThan(from);
      bytes += end - from;
    }
    expect(bytes).toBeLessThan(state.memory.length / 40);
    copy.core.double(state);
    const other = copy.exports as unknown as Raw;
    expect(play(copy.core, sender(other))).toBe(play(core, frame));
  });
});
