/** Flows that share what is remembered of a link, and differ in what is looked at behind it. */
import { expect, it } from 'vitest';
import { compileCore, openCore } from '../../src/linux/core/load.ts';
import { datagram } from '../../src/node/bench/frame.ts';
import { World } from '../../src/node/bench/world.ts';
import { coreBytes } from '../core.ts';

interface Raw {
  readonly memory: { readonly buffer: ArrayBuffer };
  scratch(): number;
  frameSend(dev: number, at: number, len: number): number;
  flowCount(k: number): number;
}

it('a frame to the same station with an address that is not its own is not taken for one of the flow before', async () => {
  const { core, exports } = openCore(await compileCore(coreBytes), { seed: 1 });
  const raw = exports as unknown as Raw;
  const world = new World(core, 2);
  const [a, b] = world.boxes as [World['boxes'][0], World['boxes'][0]];
  const path = world.between(a, b);
  const [sock] = world.receivers(path, 1) as [number];
  const came = (ip: string): boolean => {
    const frame = datagram(path.from, { ...path.to, ip }, 4000, path.dport, 64);
    const at = raw.scratch() + 65536;
    new Uint8Array(raw.memory.buffer).set(frame, at);
    raw.frameSend(path.dev, at, frame.length);
    return typeof core.sockRecvFrom(sock) !== 'number';
  };
  for (let i = 0; i < 8; i++) expect(came(b.ip)).toBe(true);
  expect(raw.flowCount(0)).toBeGreaterThan(4);
  expect(came('172.17.0.9')).toBe(false);
  expect(came(b.ip)).toBe(true);
  for (let i = 0; i < 4; i++) expect(came('172.17.0.9')).toBe(false);
});

it('flows that take turns are all remembered, however many share a place to wait in', async () => {
  const { core, exports } = openCore(await compileCore(coreBytes), { seed: 1 });
  const raw = exports as unknown as Raw;
  const world = new World(core, 2);
  const path = world.paths().find((p) => p.name === 'masquerade out') as ReturnType<World['paths']>[0];
  world.receivers(path, 1);
  const flows = 30_000;
  const at = raw.scratch() + 65536;
  const turn = (): void => {
    for (let k = 0; k < flows; k++) {
      const frame = datagram(path.from, path.to, 10_000 + k, path.dport, 64);
      new Uint8Array(raw.memory.buffer).set(frame, at);
      raw.frameSend(path.dev, at, frame.length);
    }
  };
  turn();
  turn();
  // One memo for each flow up to the machine's eth0, and those that they share beyond it.
  expect(raw.flowCount(1)).toBeGreaterThanOrEqual(flows);
  const before = raw.flowCount(0);
  turn();
  expect(raw.flowCount(0) - before).toBe(2 * flows);
});
