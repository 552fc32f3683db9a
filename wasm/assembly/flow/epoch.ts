/**
 * How long memos are good for, and the counters that paths owe. A path adds packets up by itself; devices, rules and
 * chains see them when somebody looks, or when anything changes.
 */
import { ASK_BASE, ASK_PAGES, FLOW_END, MEMO_BASE, MEMO_HASH, MEMO_REC, PATH_BASE, PATH_HASH, PATH_REC, REC_PATH, Sim } from '../mem';
import { PATH_LIST, Path } from './memo';

/** End of the list of paths that owe. */
const NONE: u32 = 0xffffffff;

/** Something changed on which memos may depend: none is good any more. */
export function flowStale(): void {
  Sim.at().flowEpoch++;
  flowSettle();
}

/** Adds to all counters what paths owe them. Call it before counters are read or set. */
export function flowSettle(): void {
  const s = Sim.at();
  let at = s.pathsOwing;
  s.pathsOwing = 0;
  while (at != 0 && at != NONE) {
    const r = changetype<Path>(at as usize);
    at = r.owing;
    settle(r);
  }
}

function settle(r: Path): void {
  let c = changetype<usize>(r) + PATH_LIST;
  for (let k: u32 = 0; k < r.counters; k++) {
    const to = load<u32>(c) as usize;
    store<u64>(to, load<u64>(to) + r.packets);
    store<u64>(to, load<u64>(to, 8) + r.bytes + r.packets * (load<i32>(c, 4) as i64 as u64), 8);
    c += 8;
  }
  Sim.at().flowHits += r.packets;
  r.packets = 0;
  r.bytes = 0;
  r.owing = 0;
}

/** A path has counters to add to. */
export function flowOwe(r: Path): void {
  const s = Sim.at();
  r.owing = s.pathsOwing != 0 ? s.pathsOwing : NONE;
  s.pathsOwing = changetype<usize>(r) as u32;
}

/** Forgets all flows, so that none of their memory holds anything. Epoch and numbers stay. */
export function flowForget(): void {
  const s = Sim.at();
  flowSettle();
  memory.fill(MEMO_BASE, 0, (s.memos as usize) * MEMO_REC);
  if (s.memos != 0) memory.fill(MEMO_HASH, 0, 4 * ((s.memoMask + 1) as usize));
  if (s.paths != 0) memory.fill(PATH_HASH, 0, REC_PATH - PATH_HASH);
  memory.fill(REC_PATH, 0, ASK_BASE - REC_PATH);
  memory.fill(PATH_BASE, 0, (s.paths as usize) * PATH_REC);
  s.memos = 0;
  s.memoMask = 0;
  s.paths = 0;
  s.pathEpoch = 0;
  for (let at = ASK_PAGES; at < FLOW_END; at++) {
    if (load<u8>(at) == 0) continue;
    store<u8>(at, 0);
    memory.fill(ASK_BASE + ((at - ASK_PAGES) << 12), 0, 4096);
  }
}

/** Turns the memory of flows on or off: nothing that can be seen depends on it but the time it takes. */
export function flowSet(on: u32): void {
  Sim.at().flowOff = on != 0 ? 0 : 1;
  flowStale();
}

/** @param k 0: segments replayed, 1: recorded, 2: times that all were forgotten for want of room, 3: paths that are kept */
export function flowCount(k: u32): f64 {
  const s = Sim.at();
  flowSettle();
  return (k == 0 ? s.flowHits : k == 1 ? s.flowMade : k == 2 ? s.flowGone : (s.paths as u64)) as f64;
}
