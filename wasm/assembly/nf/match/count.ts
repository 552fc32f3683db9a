/**
 * Matches that count: statistic, quota, hashlimit, connbytes.
 * Limits: hashlimit's buckets of all rules share one table of HASHLIMIT_CAP; when it is full the longest idle one goes.
 * @see Linux net/netfilter/xt_statistic.c, xt_quota.c, xt_hashlimit.c, xt_connbytes.c
 */
import {
  MATCH_X_A,
  MATCH_X_C,
  MATCH_X_D,
  MATCH_X_E,
  MATCH_X_I,
  MATCH_X_P,
  MATCH_X_Q,
  MATCH_X_STATE,
  MX_CONNBYTES,
  MX_HASHLIMIT,
  MX_NTH,
  MX_QUOTA,
  MX_RANDOM,
} from '../../../abi';
import { HASHLIMIT_BASE, HASHLIMIT_CAP, HASHLIMIT_REC } from '../../mem';
import { now } from '../../sim/clock';
import { Pkt } from '../../sim/packet';
import { rng32 } from '../../sim/rng';
import { mask4, rd16 } from '../../wire/bytes';
import { ETH_IPV4 } from '../../wire/ether';
import { ip4Dst, ip4Len, ip4Proto, ip4Src, PROTO_TCP, PROTO_UDP } from '../../wire/ipv4';
import { Conn } from '../conn';

/** A key's credit: key, when it was counted last, credit in ns, table (0: free). */
@unmanaged
class Bucket {
  key: u64;
  last: u64;
  credit: u64;
  table: u32;
  spare: u32;

  @inline static at(i: u32): Bucket {
    return changetype<Bucket>(HASHLIMIT_BASE + (i as usize) * HASHLIMIT_REC);
  }
}

const WAYS: u32 = 8;

function mix(h: u64, v: u32): u64 {
  h = (h ^ (v as u64)) * 0x9e3779b97f4a7c15;
  return h ^ (h >> 29);
}

function keyOf(m: usize, p: Pkt): u64 {
  const by = load<u8>(m, MATCH_X_P) as u32;
  const ip = p.nh as usize;
  let h: u64 = load<u32>(m, MATCH_X_D) as u64;
  if (by & 1) h = mix(h, ip4Src(ip) & mask4(load<u16>(m, MATCH_X_I) as u32));
  if (by & 2) h = mix(h, ip4Dst(ip) & mask4(load<u16>(m, MATCH_X_I + 2) as u32));
  const proto = ip4Proto(ip);
  const ports = proto == PROTO_TCP || proto == PROTO_UDP;
  if (by & 4 && ports) h = mix(h, rd16(p.th as usize));
  if (by & 8 && ports) h = mix(h, rd16((p.th as usize) + 2));
  return h;
}

/** The bucket of a key: its own, a free one, or that which was idle longest. */
function bucketOf(table: u32, key: u64, idle: u64, full: u64): u32 {
  const base = ((key >> 20) as u32) % (HASHLIMIT_CAP - WAYS);
  let best = base;
  for (let k = base; k < base + WAYS; k++) {
    const b = Bucket.at(k);
    if (b.table == table && b.key == key && now() - b.last < idle) return k;
    if (b.table == 0 || (Bucket.at(best).table != 0 && b.last < Bucket.at(best).last)) best = k;
  }
  const b = Bucket.at(best);
  b.table = table;
  b.key = key;
  b.last = now();
  b.credit = full;
  return best;
}

function hashlimit(m: usize, p: Pkt): bool {
  if (p.proto != ETH_IPV4) return false;
  const cost = load<u64>(m, MATCH_X_A);
  const cap = cost * (load<u32>(m, MATCH_X_C) as u64);
  const idle = (load<u32>(m, MATCH_X_E) as u64) * 1_000_000;
  const b = Bucket.at(bucketOf(load<u32>(m, MATCH_X_D), keyOf(m, p), idle, cap));
  b.credit = min(b.credit + (now() - b.last), cap);
  b.last = now();
  const above = load<u8>(m, MATCH_X_Q) != 0;
  if (b.credit < cost) return above;
  b.credit -= cost;
  return !above;
}

function quota(m: usize, p: Pkt): bool {
  const left = load<u64>(m, MATCH_X_STATE);
  const bytes: u64 = p.proto == ETH_IPV4 ? (ip4Len(p.nh as usize) as u64) : (p.len as u64);
  if (left < bytes) {
    store<u64>(m, 0, MATCH_X_STATE);
    return false;
  }
  store<u64>(m, left - bytes, MATCH_X_STATE);
  return true;
}

function connbytes(m: usize, p: Pkt): bool {
  if (p.ct == 0) return false;
  const c = Conn.at(p.ct);
  const dir = load<u8>(m, MATCH_X_Q) as u32;
  let packets: u64 = 0;
  let bytes: u64 = 0;
  if (dir != 1) {
    packets += c.packets0;
    bytes += c.bytes0;
  }
  if (dir != 0) {
    packets += c.packets1;
    bytes += c.bytes1;
  }
  const what = load<u8>(m, MATCH_X_P) as u32;
  const n = what == 0 ? packets : what == 1 ? bytes : packets == 0 ? 0 : bytes / packets;
  return n >= load<u64>(m, MATCH_X_A) && n <= load<u64>(m, MATCH_X_C);
}

/** Whether a packet's turn has come. @param kind MX_* @param m the record */
export function countFits(kind: u32, m: usize, p: Pkt): bool {
  switch (kind) {
    case MX_RANDOM:
      return (rng32() & 0x7fffffff) < load<u32>(m, MATCH_X_A);
    case MX_NTH: {
      const was = load<u64>(m, MATCH_X_STATE);
      const is: u64 = was == ((load<u32>(m, MATCH_X_A) - 1) as u64) ? 0 : was + 1;
      store<u64>(m, is, MATCH_X_STATE);
      return is == 0;
    }
    case MX_QUOTA:
      return quota(m, p);
    case MX_HASHLIMIT:
      return hashlimit(m, p);
    case MX_CONNBYTES:
      return connbytes(m, p);
  }
  return false;
}
