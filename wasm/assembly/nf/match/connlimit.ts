/**
 * `connlimit`: how many connections a network has, among those that this rule has seen. Each rule keeps a list of them;
 * those that ended leave it when the rule is asked next.
 * Limits: COUNTED_CAP connections for all rules; a packet whose connection finds no room is dropped, and the slab counts it.
 * @see Linux net/netfilter/xt_connlimit.c, nf_conncount.c
 */
import { IPS_DYING, MATCH_X_A, MATCH_X_E, MATCH_X_P, MATCH_X_STATE } from '../../../abi';
import { COUNTED_BASE, COUNTED_REC, SLAB_COUNTED } from '../../mem';
import { Pkt } from '../../sim/packet';
import { slabAlloc, slabFree } from '../../sim/slab';
import { ETH_IPV4 } from '../../wire/ether';
import { PROTO_TCP } from '../../wire/ipv4';
import { Conn, T_NS, T_PROTO, tupleOf } from '../conn';

@unmanaged
class Counted {
  next: u32;
  ct: u32;
  /** Of the connection: its record may have become another's. */
  serial: u32;
  /** Of conntrack. */
  zone: u32;
  key0: u64;
  key1: u64;

  @inline static at(i: u32): Counted {
    return changetype<Counted>(COUNTED_BASE + (i as usize) * COUNTED_REC);
  }
}

const TCP_TIME_WAIT: u32 = 7;
const TCP_CLOSE: u32 = 8;

function over(e: Counted): bool {
  const c = Conn.at(e.ct);
  if (c.ns == 0 || c.serial != e.serial || c.status & IPS_DYING) return true;
  if (load<u8>(tupleOf(e.ct, 0) + T_PROTO) != PROTO_TCP) return false;
  return c.tcpState == TCP_TIME_WAIT || c.tcpState == TCP_CLOSE;
}

/** There was no room for a connection: its packet is dropped. */
export const CONNLIMIT_FULL: i32 = -1;

/** @param m the match's record @returns 1: there are more than it allows; 0; CONNLIMIT_FULL */
export function connlimitFits(m: usize, p: Pkt): i32 {
  const limit = load<u32>(m, MATCH_X_A);
  if (p.ct == 0) return limit < 1 ? 1 : 0;
  const source = load<u8>(m, MATCH_X_P) == 1;
  const v4 = p.proto == ETH_IPV4;
  const at = (p.nh as usize) + (v4 ? (source ? 12 : 16) : source ? 8 : 24);
  const key0 = (v4 ? 0 : load<u64>(at)) & load<u64>(m, MATCH_X_E);
  const key1 = (v4 ? 0xffff0000 | ((load<u32>(at) as u64) << 32) : load<u64>(at, 8)) & load<u64>(m, MATCH_X_E + 8);
  const zone = load<u16>(tupleOf(p.ct, 0) + T_NS) as u32;
  let n: u32 = 0;
  let known = false;
  let link = m + MATCH_X_STATE;
  let i = load<u32>(link);
  while (i != 0) {
    const e = Counted.at(i);
    if (e.ct != p.ct && over(e)) {
      store<u32>(link, e.next);
      slabFree(SLAB_COUNTED, i);
    } else {
      if (e.key0 == key0 && e.key1 == key1 && e.zone == zone) {
        n++;
        if (e.ct == p.ct && e.serial == Conn.at(p.ct).serial) known = true;
      }
      link = changetype<usize>(e);
    }
    i = load<u32>(link);
  }
  if (!known) {
    const k = slabAlloc(SLAB_COUNTED);
    if (k == 0) return CONNLIMIT_FULL;
    const e = Counted.at(k);
    e.ct = p.ct;
    e.serial = Conn.at(p.ct).serial;
    e.zone = zone;
    e.key0 = key0;
    e.key1 = key1;
    e.next = load<u32>(m, MATCH_X_STATE);
    store<u32>(m, k, MATCH_X_STATE);
    n++;
  }
  return n > limit ? 1 : 0;
}

/** The rule goes: so do its connections. */
export function connlimitRelease(m: usize): void {
  let i = load<u32>(m, MATCH_X_STATE);
  while (i != 0) {
    const next = Counted.at(i).next;
    slabFree(SLAB_COUNTED, i);
    i = next;
  }
}
