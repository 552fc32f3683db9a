/** Pages of memory, for those who copy it: which hold anything. What is remembered of flows is no state: it goes first. */
import { flowForget } from '../flow/epoch';
import { FLOW_END, MEMO_BASE } from '../mem';

/** Bytes of a page; wasm's own are 16 times as big. */
const PAGE: usize = 4096;

/** Whether a page holds nothing but zeros. */
function isZero(at: usize): bool {
  const end = at + PAGE;
  while (at < end) {
    const some =
      load<u64>(at) | load<u64>(at, 8) | load<u64>(at, 16) | load<u64>(at, 24) |
      load<u64>(at, 32) | load<u64>(at, 40) | load<u64>(at, 48) | load<u64>(at, 56);
    if (some != 0) return false;
    at += 64;
  }
  return true;
}

/** The first page from `from` on that holds something. @param zero 1: that holds nothing @returns the end when there is none */
export function pageNext(from: u32, zero: u32): u32 {
  const end = (memory.size() as u32) << 4;
  if (from == 0 && zero == 0) flowForget();
  let i = from;
  // There is nothing where flows are remembered: flowForget has seen to it.
  const gap = ((MEMO_BASE + PAGE - 1) / PAGE) as u32;
  while (i < end && (isZero((i as usize) * PAGE) ? 1 : 0) != zero) i = i == gap && zero == 0 ? ((FLOW_END / PAGE) as u32) : i + 1;
  return i;
}
