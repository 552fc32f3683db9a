/** Matches on the connection of a packet: conntrack beyond its state, connmark. @see Linux net/netfilter/xt_conntrack.c, xt_connmark.c */
import {
  MATCH_X_A,
  MATCH_X_B,
  MATCH_X_E,
  MATCH_X_P,
  MX_CONNMARK,
  MX_CTADDR,
  MX_CTDIR,
  MX_CTEXPIRE,
  MX_CTPORT,
  MX_CTPROTO,
  MX_CTSTATUS,
} from '../../../abi';
import { now } from '../../sim/clock';
import { Pkt } from '../../sim/packet';
import { PROTO_ICMP, PROTO_ICMPV6 } from '../../wire/ipv4';
import { Conn, T_DPORT, T_DST, T_PROTO, T_SPORT, tupleOf } from '../conn';
import { ctDir } from '../conntrack';

/** @param which 0 origsrc, 1 origdst, 2 replsrc, 3 repldst */
function addrFits(ct: u32, which: u32, m: usize): bool {
  const t = tupleOf(ct, which >> 1) + (which & 1 ? T_DST : 0);
  const want = m + MATCH_X_A;
  const mask = m + MATCH_X_E;
  return (
    ((load<u64>(t) ^ load<u64>(want)) & load<u64>(mask)) == 0 &&
    ((load<u64>(t, 8) ^ load<u64>(want, 8)) & load<u64>(mask, 8)) == 0
  );
}

function portFits(ct: u32, which: u32, m: usize): bool {
  const t = tupleOf(ct, which >> 1);
  const icmp = protoOf(ct) == PROTO_ICMP || protoOf(ct) == PROTO_ICMPV6;
  const port = load<u16>(t + (which & 1 && !icmp ? T_DPORT : T_SPORT)) as u32;
  return port >= load<u32>(m, MATCH_X_A) && port <= load<u32>(m, MATCH_X_B);
}

function protoOf(ct: u32): u32 {
  return load<u8>(tupleOf(ct, 0) + T_PROTO) as u32;
}

/** Seconds a connection has left. */
function secondsLeft(ct: u32): u32 {
  const c = Conn.at(ct);
  if (c.expires <= now()) return 0;
  return ((c.expires - now()) / 1_000_000_000) as u32;
}

/** Whether a packet's connection fits. Pre: it has one. @param kind MX_CT*, MX_CONNMARK @param m the record */
export function ctFits(kind: u32, m: usize, p: Pkt): bool {
  const ct = p.ct;
  const which = load<u8>(m, MATCH_X_P) as u32;
  const a = load<u32>(m, MATCH_X_A);
  switch (kind) {
    case MX_CTADDR:
      return addrFits(ct, which, m);
    case MX_CTPORT:
      return portFits(ct, which, m);
    case MX_CTPROTO:
      return protoOf(ct) == a;
    case MX_CTSTATUS:
      // NONE is a mask without a bit: no connection has it. @see Linux xt_conntrack.c: conntrack_mt
      return (Conn.at(ct).status & a & 0x7fffffff) != 0;
    case MX_CTDIR:
      return ctDir(p) == a;
    case MX_CTEXPIRE: {
      const left = secondsLeft(ct);
      return left >= a && left <= load<u32>(m, MATCH_X_B);
    }
    case MX_CONNMARK:
      return (Conn.at(ct).mark & load<u32>(m, MATCH_X_B)) == a;
  }
  return false;
}
