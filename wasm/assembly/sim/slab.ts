/**
 * Slabs: fixed tables of equal records with a free list, the only allocator of the core.
 * Limits: capacities are compile-time constants; a full slab is an error the caller counts.
 */
import { flowStale } from '../flow/epoch';
import {
  SLAB_ADDR, SLAB_BUF, SLAB_CHAIN, SLAB_DEV, SLAB_FIBRULE, SLAB_MATCH, SLAB_MCAST, SLAB_NS, SLAB_PKT, SLAB_PNEIGH,
  SLAB_QDISC, SLAB_ROUTE, SLAB_RULE, SLAB_UPPER, SLAB_VFDB, SLAB_VS_DEST, SLAB_VS_SVC, SLAB_VXLAN, SLABS_BASE, Sim,
} from '../mem';

/** Tables whose records decide where packets go: with one more or less, no remembered flow is good. */
const SETTINGS: u64 =
  ((1 as u64) << SLAB_NS) | ((1 as u64) << SLAB_DEV) | ((1 as u64) << SLAB_ADDR) | ((1 as u64) << SLAB_ROUTE) |
  ((1 as u64) << SLAB_CHAIN) | ((1 as u64) << SLAB_RULE) |
  (((1 as u64) << SLAB_MATCH) | ((1 as u64) << SLAB_VS_SVC) | ((1 as u64) << SLAB_VS_DEST)) |
  (((1 as u64) << SLAB_FIBRULE) | ((1 as u64) << SLAB_MCAST) | ((1 as u64) << SLAB_PNEIGH)) |
  (((1 as u64) << SLAB_QDISC) | ((1 as u64) << SLAB_VXLAN) | ((1 as u64) << SLAB_VFDB) | ((1 as u64) << SLAB_UPPER));

/** Descriptor of a slab. `bump` is the first record never used; `free` heads the list of returned ones. */
@unmanaged
export class Slab {
  base: u32;
  size: u32;
  cap: u32;
  free: u32;
  bump: u32;
  used: u32;
  peak: u32;
  failed: u32;

  @inline static at(id: u32): Slab {
    return changetype<Slab>(SLABS_BASE + (id as usize) * 32);
  }
}

/** Describes a slab; no record is touched. */
export function slabInit(id: u32, base: usize, size: usize, cap: u32): void {
  const s = Slab.at(id);
  s.base = base as u32;
  s.size = size as u32;
  s.cap = cap;
  s.free = 0;
  s.bump = 1;
  s.used = 0;
  s.peak = 0;
  s.failed = 0;
}

/** A record whose content is whatever it was. @returns its index, 0 when the slab is full */
export function slabTake(id: u32): u32 {
  const s = Slab.at(id);
  let i = s.free;
  if (i != 0) {
    s.free = load<u32>((s.base as usize) + (i as usize) * (s.size as usize));
  } else if (s.bump < s.cap) {
    i = s.bump++;
  } else {
    s.failed++;
    return 0;
  }
  s.used++;
  if (s.used > s.peak) s.peak = s.used;
  return i;
}

/** A zeroed record. @returns its index, 0 when the slab is full */
export function slabAlloc(id: u32): u32 {
  Sim.at().rec = 0;
  if ((SETTINGS >> (id as u64)) & 1) flowStale();
  const i = slabTake(id);
  if (i != 0) {
    const s = Slab.at(id);
    memory.fill((s.base as usize) + (i as usize) * (s.size as usize), 0, s.size as usize);
  }
  return i;
}

/** Gives a record back; its first word becomes the link. */
export function slabFree(id: u32, i: u32): void {
  if ((SETTINGS >> (id as u64)) & 1) flowStale();
  const s = Slab.at(id);
  store<u32>((s.base as usize) + (i as usize) * (s.size as usize), s.free);
  s.free = i;
  s.used--;
}

/** Records in use; packets and buffers that lie ready are not. */
export function slabUsed(id: u32): u32 {
  const ready = id == SLAB_PKT || id == SLAB_BUF ? Sim.at().hotCount : 0;
  return Slab.at(id).used - ready;
}

/** The first index that was never used: records from 1 below it may be in use. */
export function slabTop(id: u32): u32 {
  return Slab.at(id).bump;
}
