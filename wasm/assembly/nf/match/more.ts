/**
 * Matches that stand behind a rule: records in a slab, linked in the order of the command line. All must hold; those
 * that remember (nth, quota, hashlimit, recent, connlimit) are asked only when those before them held.
 * Limits: asked after the matches that are fields of the rule.
 * @see Linux net/netfilter/x_tables.c; each kind names its file
 */
import {
  ENOSPC,
  MATCH_X_A,
  MATCH_X_B,
  MATCH_X_KIND,
  MATCH_X_NEXT,
  MATCH_X_NOT,
  MATCH_X_P,
  MATCH_X_SIZE,
  MATCH_X_STATE,
  MX_ADDRTYPE,
  MX_BYTES,
  MX_CONNLIMIT,
  MX_CONNMARK,
  MX_CTADDR,
  MX_CTDIR,
  MX_CTEXPIRE,
  MX_CTPORT,
  MX_CTPROTO,
  MX_CTSTATUS,
  MX_FIXED,
  MX_FRAGMENT,
  MX_HASHLIMIT,
  MX_IPRANGE,
  MX_MAC,
  MX_NTH,
  MX_PHYSDEV,
  MX_PKTTYPE,
  MX_QUOTA,
  MX_RANDOM,
  MX_RECENT,
  MX_STRING,
  MX_TIME,
  MX_TOS,
  MX_TTL,
} from '../../../abi';
import { recAbort } from '../../flow/record';
import { MATCH_BASE, MATCH_REC, SLAB_MATCH, Sim } from '../../mem';
import { Pkt } from '../../sim/packet';
import { slabAlloc, slabFree } from '../../sim/slab';
import { connlimitFits, connlimitRelease } from './connlimit';
import { countFits } from './count';
import { ctFits } from './ct';
import { deepFits } from './deep';
import { packetFits } from './packet';
import { recentFits, recentHold, recentRelease } from './recent';
import { stringFits } from './string';

/** Address of a match's record. */
export function matchAt(i: u32): usize {
  return MATCH_BASE + (i as usize) * MATCH_REC;
}

/** Whether a match is about a packet's connection: without one it does not fit, nor does its contrary. */
function ofConnection(kind: u32): bool {
  return kind >= (MX_CTADDR as u32) && kind <= (MX_CONNMARK as u32);
}

/** Kinds whose answer is the same for every packet of a flow, until a setting or the connection's status changes. */
const STEADY: u64 =
  ((1 as u64) << MX_CTADDR) | ((1 as u64) << MX_CTPORT) | ((1 as u64) << MX_CTPROTO) | ((1 as u64) << MX_CTSTATUS) |
  ((1 as u64) << MX_CTDIR) | ((1 as u64) << MX_ADDRTYPE) | ((1 as u64) << MX_IPRANGE) | ((1 as u64) << MX_MAC) |
  ((1 as u64) << MX_PKTTYPE) | ((1 as u64) << MX_TTL) | ((1 as u64) << MX_TOS) | ((1 as u64) << MX_PHYSDEV) |
  ((1 as u64) << MX_FRAGMENT) | ((1 as u64) << MX_FIXED);

/** What a match says that may have had no room: then the packet is dropped, whatever else the rule asks. */
function remembered(fits: i32, m: usize): bool {
  if (fits >= 0) return fits != 0;
  Sim.at().hotdrop = 1;
  return load<u8>(m, MATCH_X_NOT) != 0;
}

function dispatch(kind: u32, m: usize, p: Pkt, indev: u32, outdev: u32): bool {
  if (((STEADY >> (kind as u64)) & 1) == 0) recAbort();
  if (ofConnection(kind)) return ctFits(kind, m, p);
  if (kind == MX_RECENT) return remembered(recentFits(m, p, outdev), m);
  if (kind == MX_CONNLIMIT) return remembered(connlimitFits(m, p), m);
  if (kind == MX_STRING) return stringFits(m, p);
  if (kind == MX_BYTES) return true;
  if (kind >= (MX_TIME as u32)) return deepFits(kind, m, p);
  if (kind == MX_RANDOM || kind == MX_NTH || kind >= (MX_HASHLIMIT as u32)) return countFits(kind, m, p);
  return packetFits(kind, m, p, indev, outdev);
}

/** Whether a packet fits all matches from record `i` on. */
export function moreFits(i: u32, p: Pkt, indev: u32, outdev: u32): bool {
  while (i != 0) {
    const m = matchAt(i);
    const not = load<u8>(m, MATCH_X_NOT) != 0;
    const kind = load<u8>(m, MATCH_X_KIND) as u32;
    if (ofConnection(kind) && p.ct == 0) return false;
    if (dispatch(kind, m, p, indev, outdev) == not) return false;
    i = load<u32>(m, MATCH_X_NEXT);
  }
  return true;
}

/** Copies `n` records at `x` into the slab. @returns the first's index, 0 for none, -ENOSPC, -EINVAL */
export function moreAdd(ns: u32, x: usize, n: u32): i32 {
  let first: u32 = 0;
  for (let k = n; k != 0; k--) {
    const i = slabAlloc(SLAB_MATCH);
    if (i == 0) {
      moreDel(first);
      return -ENOSPC;
    }
    const m = matchAt(i);
    memory.copy(m, x + ((k - 1) as usize) * MATCH_X_SIZE, MATCH_X_SIZE);
    store<u32>(m, first, MATCH_X_NEXT);
    store<u64>(m, 0, MATCH_X_STATE);
    store<u64>(m, 0, MATCH_X_STATE + 8);
    const bad = begin(ns, m);
    if (bad != 0) {
      slabFree(SLAB_MATCH, i);
      moreDel(first);
      return bad;
    }
    first = i;
  }
  return first as i32;
}

/** What a match remembers at first. @returns 0 or -errno */
function begin(ns: u32, m: usize): i32 {
  const kind = load<u8>(m, MATCH_X_KIND) as u32;
  if (kind == MX_NTH) store<u64>(m, (load<u32>(m, MATCH_X_A) - 1 - load<u32>(m, MATCH_X_B)) as u64, MATCH_X_STATE);
  if (kind == MX_QUOTA) store<u64>(m, load<u64>(m, MATCH_X_A), MATCH_X_STATE);
  return kind == MX_RECENT ? recentHold(ns, m) : 0;
}

/** What a match remembers goes. */
function end(m: usize): void {
  const kind = load<u8>(m, MATCH_X_KIND) as u32;
  if (kind == MX_RECENT) recentRelease(m);
  if (kind == MX_CONNLIMIT) connlimitRelease(m);
}

/** Gives the records from `i` on back. */
export function moreDel(i: u32): void {
  while (i != 0) {
    const next = load<u32>(matchAt(i), MATCH_X_NEXT);
    end(matchAt(i));
    slabFree(SLAB_MATCH, i);
    i = next;
  }
}

/** Whether one of the matches from `i` on needs connections. */
export function moreNeedsCt(i: u32): bool {
  while (i != 0) {
    const m = matchAt(i);
    const kind = load<u8>(m, MATCH_X_KIND) as u32;
    if (kind == MX_FIXED && load<u8>(m, MATCH_X_P) != 0) return true;
    if ((kind >= (MX_CTADDR as u32) && kind <= (MX_CTEXPIRE as u32)) || kind == MX_CONNMARK || kind == MX_CONNLIMIT) return true;
    i = load<u32>(m, MATCH_X_NEXT);
  }
  return false;
}
