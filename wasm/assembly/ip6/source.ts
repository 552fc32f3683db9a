/**
 * Which own address speaks to a destination.
 * Limits: no home and no temporary addresses, and the policy table is the default one.
 * @see RFC 6724 §5, Linux net/ipv6/addrconf.c: ipv6_dev_get_saddr; addrlabel.c
 */
import { IFA_F_DEPRECATED } from '../../abi';
import { Dev } from '../dev/dev';
import { Ns } from '../dev/ns';
import { prefix16, same16 } from '../wire/bytes';
import { in6IsAny, in6IsLinkLocal, in6IsLoopback, in6IsMulticast, in6Scope } from '../wire/ipv6';
import { Addr6, addr6Bytes, addr6Good } from './addr';
import { Idev } from './idev';

/** Label of an address in the default policy table. */
function labelOf(p: usize): u32 {
  const first = bswap<u32>(load<u32>(p));
  if (in6IsLoopback(p)) return 0;
  if (load<u64>(p) == 0) {
    if (load<u32>(p, 8) == 0xffff0000) return 4;
    if (load<u32>(p, 8) == 0) return 3;
  }
  if (first >> 16 == 0x2002) return 2;
  if (first == 0x20010000) return 6;
  if (first >> 4 == 0x2001001) return 7;
  if (first >> 25 == 0x7e) return 5;
  if (first >> 22 == 0x3fb) return 11;
  if (first >> 16 == 0x3ffe) return 12;
  return 1;
}

/** How well a scope fits: the smallest that reaches, else the widest. @see rule 2 */
function scopeScore(own: u32, wanted: u32): i32 {
  return own >= wanted ? 256 - (own as i32) : (own as i32);
}

function common(a: usize, b: usize, most: u32): u32 {
  let n = most;
  while (n != 0 && !prefix16(a, b, n)) n--;
  return n;
}

/** Whether candidate `a` is to be preferred to `b`. */
function better(a: u32, b: u32, dev: u32, dst: usize): bool {
  const x = Addr6.at(a);
  const y = Addr6.at(b);
  const p = addr6Bytes(a);
  const q = addr6Bytes(b);
  const sameX = same16(p, dst);
  if (sameX != same16(q, dst)) return sameX;
  const wanted = in6Scope(dst);
  const sx = scopeScore(x.scope, wanted);
  const sy = scopeScore(y.scope, wanted);
  if (sx != sy) return sx > sy;
  const freshX = (x.flags & IFA_F_DEPRECATED) == 0;
  if (freshX != ((y.flags & IFA_F_DEPRECATED) == 0)) return freshX;
  if ((x.dev == dev) != (y.dev == dev)) return x.dev == dev;
  const label = labelOf(dst);
  const labelX = labelOf(p) == label;
  if (labelX != (labelOf(q) == label)) return labelX;
  return common(p, dst, x.bits) > common(q, dst, y.bits);
}

/** The best address of device `on` for `dst` out of device `dev`; of equals the newest, 0: none is good. */
function bestOf(on: u32, dev: u32, dst: usize): u32 {
  let best: u32 = 0;
  for (let k = Idev.at(on).addrs; k != 0; k = Addr6.at(k).nextOnDev) {
    if (addr6Good(k) && (best == 0 || better(k, best, dev, dst))) best = k;
  }
  return best;
}

/**
 * Chooses the source for `dst` out of device `dev`; its 16 bytes go to `out`. Of equals that of the oldest device wins.
 * @returns false when there is none
 */
export function src6Select(ns: u32, dev: u32, dst: usize, out: usize): bool {
  let best: u32 = 0;
  if (in6IsMulticast(dst) || in6IsLinkLocal(dst)) best = bestOf(dev, dev, dst);
  else {
    for (let d = Ns.at(ns).devs; d != 0; d = Dev.at(d).nextInNs) {
      const k = bestOf(d, dev, dst);
      if (k != 0 && (best == 0 || !better(best, k, dev, dst))) best = k;
    }
  }
  if (best == 0 || in6IsAny(addr6Bytes(best))) return false;
  memory.copy(out, addr6Bytes(best), 16);
  return true;
}
