/** Queueing disciplines of the core. */
import * as abi from '../../../wasm/abi.ts';
import type { Core, CoreQdisc, CoreQdiscState } from './core.ts';
import type { Memory } from './memory.ts';
import type { Wasm } from './wasm.ts';

type QdiscFace = 'qdiscSet' | 'qdiscDel' | 'qdiscs' | 'netemDist';

/** Probabilities with their correlations, by their places in the record. */
const CHANCES = [
  ['loss', abi.QDISC_X_LOSS],
  ['duplicate', abi.QDISC_X_DUP],
  ['reorder', abi.QDISC_X_REORDER],
  ['corrupt', abi.QDISC_X_CORRUPT],
] as const;
const CHAIN = 5;

function put(m: Memory, q: CoreQdisc): number {
  const at = m.data;
  const v = m.view;
  m.bytes.fill(0, at, at + abi.QDISC_X_SIZE);
  v.setUint32(at + abi.QDISC_X_KIND, q.kind, true);
  v.setUint32(at + abi.QDISC_X_HANDLE, q.handle, true);
  v.setUint32(at + abi.QDISC_X_PARENT, q.parent, true);
  v.setUint32(at + abi.QDISC_X_LIMIT, q.limit, true);
  v.setUint32(at + abi.QDISC_X_BURST, q.burst ?? 0, true);
  v.setUint32(at + abi.QDISC_X_MTU, q.mtu ?? 0, true);
  v.setFloat64(at + abi.QDISC_X_RATE, q.rate ?? 0, true);
  v.setFloat64(at + abi.QDISC_X_PEAK, q.peak ?? 0, true);
  v.setFloat64(at + abi.QDISC_X_DELAY, q.delayNs ?? 0, true);
  v.setFloat64(at + abi.QDISC_X_JITTER, q.jitterNs ?? 0, true);
  v.setUint32(at + abi.QDISC_X_DELAY_CORR, q.delayCorr ?? 0, true);
  for (const [key, offset] of CHANCES) {
    const [probability, correlation] = q[key] ?? [0, 0];
    v.setUint32(at + offset, probability, true);
    v.setUint32(at + offset + 4, correlation, true);
  }
  v.setUint32(at + abi.QDISC_X_GAP, q.gap ?? 0, true);
  v.setInt32(at + abi.QDISC_X_OVERHEAD, q.overhead ?? 0, true);
  v.setUint32(at + abi.QDISC_X_CELL, q.cell ?? 0, true);
  v.setInt32(at + abi.QDISC_X_CELL_OVERHEAD, q.cellOverhead ?? 0, true);
  v.setUint32(at + abi.QDISC_X_DIST, q.dist ?? 0, true);
  v.setUint32(at + abi.QDISC_X_MODEL, q.model ?? 0, true);
  for (let i = 0; i < CHAIN; i++) v.setUint32(at + abi.QDISC_X_CHAIN + 4 * i, q.chain?.[i] ?? 0, true);
  v.setBigUint64(at + abi.QDISC_X_SEED, q.seed ?? 0n, true);
  return at;
}

function read(m: Memory, at: number): CoreQdiscState {
  const u = (offset: number): number => m.view.getUint32(at + offset, true);
  const f = (offset: number): number => m.view.getFloat64(at + offset, true);
  const stat = (i: number): number => f(abi.QDISC_X_STATS + 8 * i);
  const chance = (offset: number): readonly [number, number] => [u(offset), u(offset + 4)];
  return {
    kind: u(abi.QDISC_X_KIND),
    handle: u(abi.QDISC_X_HANDLE),
    parent: u(abi.QDISC_X_PARENT),
    limit: u(abi.QDISC_X_LIMIT),
    burst: u(abi.QDISC_X_BURST),
    mtu: u(abi.QDISC_X_MTU),
    rate: f(abi.QDISC_X_RATE),
    peak: f(abi.QDISC_X_PEAK),
    delayNs: f(abi.QDISC_X_DELAY),
    jitterNs: f(abi.QDISC_X_JITTER),
    delayCorr: u(abi.QDISC_X_DELAY_CORR),
    loss: chance(abi.QDISC_X_LOSS),
    duplicate: chance(abi.QDISC_X_DUP),
    reorder: chance(abi.QDISC_X_REORDER),
    corrupt: chance(abi.QDISC_X_CORRUPT),
    gap: u(abi.QDISC_X_GAP),
    overhead: m.view.getInt32(at + abi.QDISC_X_OVERHEAD, true),
    cell: u(abi.QDISC_X_CELL),
    cellOverhead: m.view.getInt32(at + abi.QDISC_X_CELL_OVERHEAD, true),
    dist: u(abi.QDISC_X_DIST),
    model: u(abi.QDISC_X_MODEL),
    chain: Array.from({ length: CHAIN }, (_, i) => u(abi.QDISC_X_CHAIN + 4 * i)),
    seed: m.view.getBigUint64(at + abi.QDISC_X_SEED, true),
    bytes: stat(0),
    packets: stat(1),
    drops: stat(2),
    overlimits: stat(3),
    requeues: stat(4),
    backlog: stat(5),
    qlen: stat(6),
  };
}

export function qdiscFace(w: Wasm, m: Memory): Pick<Core, QdiscFace> {
  return {
    qdiscSet: (dev, settings, fresh) => w.qdiscSet(dev, put(m, settings), fresh ? 1 : 0),
    qdiscDel: (dev, parent, handle) => w.qdiscDel(dev, parent, handle),
    qdiscs(dev) {
      const n = w.qdiscDump(dev, m.data);
      return Array.from({ length: n }, (_, i) => read(m, m.data + i * abi.QDISC_X_SIZE));
    },
    netemDist(slot, table) {
      for (let i = 0; i < table.length; i++) m.view.setInt16(m.data + 2 * i, table[i] as number, true);
      w.netemDist(slot, m.data);
    },
  };
}
