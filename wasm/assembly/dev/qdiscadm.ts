/**
 * Settings of queueing disciplines as they cross the border: QDISC_X_* records.
 * What may replace what, and with which message, is decided by the caller (kernel/net/qdiscs.ts).
 */
import {
  EINVAL,
  ENOENT,
  QDISC_BFIFO,
  QDISC_NETEM,
  QDISC_ROOT,
  QDISC_TBF,
  QDISC_X_BURST,
  QDISC_X_CELL,
  QDISC_X_CELL_OVERHEAD,
  QDISC_X_CHAIN,
  QDISC_X_CORRUPT,
  QDISC_X_CORRUPT_CORR,
  QDISC_X_DELAY,
  QDISC_X_DELAY_CORR,
  QDISC_X_DIST,
  QDISC_X_DUP,
  QDISC_X_DUP_CORR,
  QDISC_X_GAP,
  QDISC_X_HANDLE,
  QDISC_X_JITTER,
  QDISC_X_KIND,
  QDISC_X_LIMIT,
  QDISC_X_LOSS,
  QDISC_X_LOSS_CORR,
  QDISC_X_MODEL,
  QDISC_X_MTU,
  QDISC_X_OVERHEAD,
  QDISC_X_PARENT,
  QDISC_X_PEAK,
  QDISC_X_RATE,
  QDISC_X_REORDER,
  QDISC_X_REORDER_CORR,
  QDISC_X_SEED,
  QDISC_X_SIZE,
  QDISC_X_STATS,
} from '../../abi';
import { drain } from '../sim/loop';
import { rng64 } from '../sim/rng';
import { Dev } from './dev';
import { Qdisc, qdiscFree, qdiscNew, qdiscRun } from './qdisc';
import { tbfReset } from './tbf';

/** Of a rate, bytes a second, as it crosses. */
function rateAt(p: usize): u64 {
  const r = load<f64>(p);
  return r >= 1 ? (r as u64) : 0;
}

function readNetem(q: Qdisc, r: usize): void {
  q.delay = load<f64>(r + QDISC_X_DELAY) as i64;
  q.jitter = load<f64>(r + QDISC_X_JITTER) as i64;
  q.delayCorr = load<u32>(r + QDISC_X_DELAY_CORR);
  q.loss = load<u32>(r + QDISC_X_LOSS);
  q.lossCorr = load<u32>(r + QDISC_X_LOSS_CORR);
  q.dup = load<u32>(r + QDISC_X_DUP);
  q.dupCorr = load<u32>(r + QDISC_X_DUP_CORR);
  q.reorder = load<u32>(r + QDISC_X_REORDER);
  q.reorderCorr = load<u32>(r + QDISC_X_REORDER_CORR);
  q.corrupt = load<u32>(r + QDISC_X_CORRUPT);
  q.corruptCorr = load<u32>(r + QDISC_X_CORRUPT_CORR);
  q.gap = load<u32>(r + QDISC_X_GAP);
  q.overhead = load<i32>(r + QDISC_X_OVERHEAD);
  q.cell = load<u32>(r + QDISC_X_CELL);
  q.cellOverhead = load<i32>(r + QDISC_X_CELL_OVERHEAD);
  q.dist = load<u32>(r + QDISC_X_DIST);
  q.model = load<u32>(r + QDISC_X_MODEL);
  q.chain0 = load<u32>(r + QDISC_X_CHAIN);
  q.chain1 = load<u32>(r + QDISC_X_CHAIN + 4);
  q.chain2 = load<u32>(r + QDISC_X_CHAIN + 8);
  q.chain3 = load<u32>(r + QDISC_X_CHAIN + 12);
  q.chain4 = load<u32>(r + QDISC_X_CHAIN + 16);
  q.chainState = 0;
  const seed = load<u64>(r + QDISC_X_SEED);
  if (seed != 0) q.seed = seed;
  else if (q.seed == 0) q.seed = rng64() >> 1;
  q.prng = q.seed;
  q.delayLast = 0x80000000;
  q.lossLast = 0x80000000;
  q.dupLast = 0x80000000;
  q.reorderLast = 0x80000000;
  q.corruptLast = 0x80000000;
}

/** The discipline with a handle on a device, or 0. */
function byHandle(dev: u32, handle: u32): u32 {
  const root = Dev.at(dev).qdisc;
  if (root == 0) return 0;
  if (Qdisc.at(root).handle == handle) return root;
  const child = Qdisc.at(root).child;
  return child != 0 && Qdisc.at(child).handle == handle ? child : 0;
}

/** What hangs at a parent (QDISC_ROOT, or a class major:1), or 0. */
function at(dev: u32, parent: u32): u32 {
  if (parent == QDISC_ROOT) return Dev.at(dev).qdisc;
  const outer = byHandle(dev, parent & 0xffff0000);
  return outer != 0 ? Qdisc.at(outer).child : 0;
}

/**
 * Adds, changes or replaces a discipline. @param rec QDISC_X_* record @param fresh 1: a new one in place of what is there
 * @returns 0, -EINVAL (settings), -ENOENT (no such parent, or nothing to change), -ENOSPC
 */
export function qdiscSet(dev: u32, rec: usize, fresh: u32): i32 {
  const parent = load<u32>(rec + QDISC_X_PARENT);
  const kind = load<u32>(rec + QDISC_X_KIND);
  if (kind < (QDISC_NETEM as u32) || kind > (QDISC_BFIFO as u32)) return -EINVAL;
  if (kind == QDISC_TBF && (rateAt(rec + QDISC_X_RATE) == 0 || load<u32>(rec + QDISC_X_BURST) == 0)) return -EINVAL;
  let i = at(dev, parent);
  if (fresh) {
    let outer: u32 = 0;
    if (parent != QDISC_ROOT) {
      outer = byHandle(dev, parent & 0xffff0000);
      if (outer == 0 || (parent & 0xffff) != 1) return -ENOENT;
    }
    const made = qdiscNew(dev, kind, outer);
    if (made < 0) return made;
    i = made as u32;
    Qdisc.at(i).parent = parent;
    Qdisc.at(i).handle = load<u32>(rec + QDISC_X_HANDLE);
  } else if (i == 0 || Qdisc.at(i).kind != kind) return -ENOENT;
  const q = Qdisc.at(i);
  q.limit = load<u32>(rec + QDISC_X_LIMIT);
  q.rate = rateAt(rec + QDISC_X_RATE);
  q.peak = rateAt(rec + QDISC_X_PEAK);
  q.burst = load<u32>(rec + QDISC_X_BURST);
  q.mtu = load<u32>(rec + QDISC_X_MTU);
  if (kind == QDISC_NETEM) readNetem(q, rec);
  else if (kind == QDISC_TBF) tbfReset(i);
  qdiscRun(Dev.at(dev).qdisc);
  drain();
  return 0;
}

/** Removes what hangs at a parent. @param handle 0: whatever its handle @returns 0, -ENOENT: nothing there, -EINVAL: another handle */
export function qdiscDel(dev: u32, parent: u32, handle: u32): i32 {
  const i = at(dev, parent);
  if (i == 0) return -ENOENT;
  if (handle != 0 && Qdisc.at(i).handle != handle) return -EINVAL;
  qdiscFree(i);
  return 0;
}

function dump(i: u32, r: usize): void {
  const q = Qdisc.at(i);
  memory.fill(r, 0, QDISC_X_SIZE);
  store<u32>(r + QDISC_X_KIND, q.kind);
  store<u32>(r + QDISC_X_HANDLE, q.handle);
  store<u32>(r + QDISC_X_PARENT, q.parent);
  store<u32>(r + QDISC_X_LIMIT, q.limit);
  store<f64>(r + QDISC_X_STATS, q.bytes as f64);
  store<f64>(r + QDISC_X_STATS + 8, q.packets as f64);
  store<f64>(r + QDISC_X_STATS + 16, q.drops as f64);
  store<f64>(r + QDISC_X_STATS + 24, q.overlimits as f64);
  store<f64>(r + QDISC_X_STATS + 32, q.requeues as f64);
  store<f64>(r + QDISC_X_STATS + 40, q.backlog as f64);
  store<f64>(r + QDISC_X_STATS + 48, q.qlen as f64);
  store<u32>(r + QDISC_X_BURST, q.burst);
  store<u32>(r + QDISC_X_MTU, q.mtu);
  store<f64>(r + QDISC_X_RATE, q.rate as f64);
  store<f64>(r + QDISC_X_PEAK, q.peak as f64);
  store<f64>(r + QDISC_X_DELAY, q.delay as f64);
  store<f64>(r + QDISC_X_JITTER, q.jitter as f64);
  store<u32>(r + QDISC_X_DELAY_CORR, q.delayCorr);
  store<u32>(r + QDISC_X_LOSS, q.loss);
  store<u32>(r + QDISC_X_LOSS_CORR, q.lossCorr);
  store<u32>(r + QDISC_X_DUP, q.dup);
  store<u32>(r + QDISC_X_DUP_CORR, q.dupCorr);
  store<u32>(r + QDISC_X_REORDER, q.reorder);
  store<u32>(r + QDISC_X_REORDER_CORR, q.reorderCorr);
  store<u32>(r + QDISC_X_CORRUPT, q.corrupt);
  store<u32>(r + QDISC_X_CORRUPT_CORR, q.corruptCorr);
  store<u32>(r + QDISC_X_GAP, q.gap);
  store<i32>(r + QDISC_X_OVERHEAD, q.overhead);
  store<u32>(r + QDISC_X_CELL, q.cell);
  store<i32>(r + QDISC_X_CELL_OVERHEAD, q.cellOverhead);
  store<u32>(r + QDISC_X_DIST, q.dist);
  store<u32>(r + QDISC_X_MODEL, q.model);
  store<u32>(r + QDISC_X_CHAIN, q.chain0);
  store<u32>(r + QDISC_X_CHAIN + 4, q.chain1);
  store<u32>(r + QDISC_X_CHAIN + 8, q.chain2);
  store<u32>(r + QDISC_X_CHAIN + 12, q.chain3);
  store<u32>(r + QDISC_X_CHAIN + 16, q.chain4);
  store<u64>(r + QDISC_X_SEED, q.seed);
}

/** Writes the disciplines of a device, root first. @returns how many: 0 to 2 */
export function qdiscDump(dev: u32, out: usize): u32 {
  const root = Dev.at(dev).qdisc;
  if (root == 0) return 0;
  dump(root, out);
  const child = Qdisc.at(root).child;
  if (child == 0) return 1;
  dump(child, out + QDISC_X_SIZE);
  return 2;
}
