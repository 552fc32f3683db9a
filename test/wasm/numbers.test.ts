/** Numbers that several files hand out, each to be used once: two branches that took the same one meet here. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as abi from '../../wasm/abi.ts';

/** Names that share a value. */
function shared(all: readonly (readonly [string, number])[]): string[] {
  const names = new Map<number, string[]>();
  for (const [name, n] of all) names.set(n, [...(names.get(n) ?? []), name]);
  return [...names.values()].filter((s) => s.length > 1).map((s) => s.join(' = '));
}

/** Constants of the border whose names begin so, but for some. */
const ofAbi = (prefix: string, but: readonly string[] = []): [string, number][] =>
  Object.entries<number>(abi).filter(([name]) => name.startsWith(prefix) && !but.includes(name));

/** Constants of a source of the core: numbers, or `1 << n`. */
function ofSource(file: string, prefix: string): [string, number][] {
  const text = readFileSync(new URL(`../../wasm/assembly/${file}`, import.meta.url), 'utf8');
  return [...text.matchAll(new RegExp(`^export const (${prefix}\\w+): u32 = (?:(\\w+)|1 << (\\d+));`, 'gm'))].map(
    (m) => [m[1] as string, m[2] === undefined ? 2 ** Number(m[3]) : Number(m[2])],
  );
}

test('no reason to drop, timer or kind of record has a number twice', () => {
  const modes = ['TRACE_OFF', 'TRACE_ALL', 'TRACE_SOME', 'TRACE_FILTERS'];
  const kinds = [ofAbi('DROP_'), ofAbi('TIMER_'), ofAbi('TRACE_', modes), ofAbi('EVENT_'), ofAbi('IP6KEY_')];
  for (const all of kinds) {
    expect(all.length).toBeGreaterThan(1);
    expect(shared(all)).toEqual([]);
  }
  for (const [name, n] of ofAbi('DROP_')) expect(n, name).toBeLessThanOrEqual(abi.DROP_MAX);
});

test('no bit of a packet and no slab is used twice', () => {
  const bits = ofSource('sim/packet.ts', 'PF_');
  const slabs = ofSource('layout.ts', 'SLAB_');
  expect(bits.length).toBeGreaterThan(15);
  expect(slabs.length).toBeGreaterThan(30);
  expect([...shared(bits), ...shared(slabs)]).toEqual([]);
  for (const [name, bit] of bits) expect(Math.log2(bit) % 1, name).toBe(0);
});
