/**
 * Connections as records for those above, and what happens to them: begun, changed (state, answered, assured, mark), gone.
 * Events of namespaces that are watched wait in a ring; what finds no room is counted.
 * @see Linux net/netfilter/nf_conntrack_ecache.c, nf_conntrack_netlink.c: ctnetlink_conntrack_event
 */
import {
  CONN_X_HANDLE,
  CONN_X_ICMP_CODE,
  CONN_X_ICMP_TYPE,
  CONN_X_MARK,
  CONN_X_OBYTES,
  CONN_X_ODPORT,
  CONN_X_OPACKETS,
  CONN_X_OSPORT,
  CONN_X_OSRC,
  CONN_X_OZONE,
  CONN_X_PROTO,
  CONN_X_RBYTES,
  CONN_X_RDPORT,
  CONN_X_RPACKETS,
  CONN_X_RSPORT,
  CONN_X_RSRC,
  CONN_X_RZONE,
  CONN_X_STATUS,
  CONN_X_TCP_STATE,
  CONN_X_TIMEOUT,
  CTEV_DESTROY,
  CTEV_X_CONN,
  CTEV_X_NS,
  CTEV_X_TIME,
  CTEV_X_TYPE,
  EVENT_LOG,
  IPS_ASSURED,
  IPS_SEEN_REPLY,
  LOG_CT_EVENT,
} from '../../abi';
import { CTEV_BASE, CTEV_CAP, CTEV_REC, NS_CAP, Sim } from '../mem';
import { now } from '../sim/clock';
import { eventPush } from '../sim/ring';
import { PROTO_ICMP, PROTO_ICMPV6 } from '../wire/ipv4';
import { Conn, connInTable, T_DPORT, T_NS, T_PROTO, T_SPORT, tupleOf } from './conn';
import { NfNs } from './settings';
import { zoneOf } from './zone';

/** Whether somebody listens to a namespace's connections: one more, one less. */
export function ctWatch(ns: u32, by: i32): void {
  if (ns != 0 && ns < NS_CAP) NfNs.at(ns).watch += by as u32;
}

/** What of a connection's change is an event, in one word; 0 while nobody listens or it is not in the table. */
export function ctPhase(ct: u32): u32 {
  const c = Conn.at(ct);
  if (NfNs.at(c.ns).watch == 0 || !connInTable(c)) return 0;
  return ((c.tcpState + 1) << 8) | (c.status & (IPS_SEEN_REPLY | IPS_ASSURED));
}

/** Notes what happened to a connection. @param what CTEV_* */
export function ctEvent(ct: u32, what: u32): void {
  const c = Conn.at(ct);
  if (NfNs.at(c.ns).watch == 0 || (what != CTEV_DESTROY && !connInTable(c))) return;
  const s = Sim.at();
  if (s.ctevCount == CTEV_CAP) {
    s.ctevLost++;
    return;
  }
  const at = CTEV_BASE + (((s.ctevHead + s.ctevCount) % CTEV_CAP) as usize) * CTEV_REC;
  s.ctevCount++;
  store<u32>(at, what, CTEV_X_TYPE);
  store<u32>(at, c.ns, CTEV_X_NS);
  store<f64>(at, now() as f64, CTEV_X_TIME);
  connRecord(ct, at + CTEV_X_CONN);
  eventPush(EVENT_LOG, LOG_CT_EVENT, c.ns, 0);
}

/** Takes the oldest event. @returns its address (CTEV_X_*), valid until the next packet; 0 when there is none */
export function ctEventNext(): usize {
  const s = Sim.at();
  if (s.ctevCount == 0) return 0;
  const at = CTEV_BASE + (s.ctevHead as usize) * CTEV_REC;
  s.ctevHead = (s.ctevHead + 1) % CTEV_CAP;
  s.ctevCount--;
  return at;
}

/** Writes the record of a connection (CONN_X_*). */
export function connRecord(ct: u32, p: usize): void {
  const c = Conn.at(ct);
  const o = tupleOf(ct, 0);
  const r = tupleOf(ct, 1);
  memory.copy(p + CONN_X_OSRC, o, 32);
  memory.copy(p + CONN_X_RSRC, r, 32);
  const proto = load<u8>(o + T_PROTO) as u32;
  const icmp = proto == PROTO_ICMP || proto == PROTO_ICMPV6;
  store<u16>(p + CONN_X_OSPORT, load<u16>(o + T_SPORT));
  store<u16>(p + CONN_X_ODPORT, load<u16>(o + (icmp ? T_SPORT : T_DPORT)));
  store<u16>(p + CONN_X_RSPORT, load<u16>(r + T_SPORT));
  store<u16>(p + CONN_X_RDPORT, load<u16>(r + (icmp ? T_SPORT : T_DPORT)));
  store<u8>(p + CONN_X_PROTO, proto as u8);
  store<u8>(p + CONN_X_ICMP_TYPE, icmp ? ((load<u16>(o + T_DPORT) >> 8) as u8) : 0);
  store<u8>(p + CONN_X_ICMP_CODE, icmp ? (load<u16>(o + T_DPORT) as u8) : 0);
  store<u8>(p + CONN_X_TCP_STATE, c.tcpState as u8);
  store<u32>(p + CONN_X_STATUS, c.status);
  store<u32>(p + CONN_X_MARK, c.mark);
  store<u32>(p + CONN_X_HANDLE, ct);
  store<f64>(p + CONN_X_TIMEOUT, ((c.expires - now()) as i64) as f64);
  store<u16>(p + CONN_X_OZONE, zoneOf(load<u16>(o + T_NS) as u32) as u16);
  store<u16>(p + CONN_X_RZONE, zoneOf(load<u16>(r + T_NS) as u32) as u16);
  store<f64>(p + CONN_X_OPACKETS, c.packets0 as f64);
  store<f64>(p + CONN_X_OBYTES, c.bytes0 as f64);
  store<f64>(p + CONN_X_RPACKETS, c.packets1 as f64);
  store<f64>(p + CONN_X_RBYTES, c.bytes1 as f64);
}
