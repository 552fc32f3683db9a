/**
 * The sender's scoreboard: what SACK blocks and DSACKs say of the segments in flight, and the degree of reordering.
 * Without SACK, duplicate acknowledgements are counted in its place.
 * @see RFC 2018, RFC 2883, Linux tcp_input.c: tcp_sacktag_write_queue, tcp_check_sack_reordering, tcp_add_reno_sack
 */
import { SNMP_X_DSACK_RECV, SNMP_X_RENO_REORDER, SNMP_X_SACK_DISCARD, SNMP_X_SACK_REORDER, SNMP_X_TS_REORDER } from '../../abi';
import { after, before } from './seq';
import { ACK_DATA_SACKED, ACK_DSACKING, ACK_DSACK_TLP, ACK_ORIG_SACKED, Acking, Segment, blockAt } from './segment';
import { F_SACK, M_REORD_SEEN, M_TLP_RETRANS, Sock } from './table';
import { snmpInc } from './tcpnet';
import { rackAdvance, rackDsack } from './tcp_rack';
import { TX_EVER, TX_LOST, TX_RETRANS, TX_SACKED, Tx, highestSack, txAt, txCount, txFind } from './txq';

const REORDERING_MAX: u32 = 300;

/** Reads the SACK blocks of a segment. */
export function sackInput(s: Sock, g: Segment, a: Acking): void {
  let from: u32 = 0;
  if (dsackInput(s, g, a)) from = 1;
  let high = highestSack(s);
  const fack = high;
  for (let i: u32 = 0; i < g.blocks; i++) {
    const first = load<u32>(blockAt(g, i));
    const end = load<u32>(blockAt(g, i), 4);
    const dup = i < from;
    if (!after(end, first) || after(end, s.sndNxt) || !before(first, s.sndNxt) || (!dup && before(first, s.sndUna))) {
      if (!dup && !(i == 0 && !after(end, s.sndUna))) snmpInc(s.ns, SNMP_X_SACK_DISCARD);
      continue;
    }
    high = tagBlock(s, a, first, end, dup, high);
  }
  if (a.flags & ACK_DATA_SACKED && before(a.reord, fack)) reorderingSeen(s, a.reord, false);
}

/** The first block repeats what was acknowledged. @returns whether it is a DSACK @see Linux tcp_check_dsack, tcp_dsack_seen */
function dsackInput(s: Sock, g: Segment, a: Acking): bool {
  const first = load<u32>(blockAt(g, 0));
  const end = load<u32>(blockAt(g, 0), 4);
  if (!before(first, g.ack)) {
    if (g.blocks < 2) return false;
    const first1 = load<u32>(blockAt(g, 1));
    const end1 = load<u32>(blockAt(g, 1), 4);
    if (after(end, end1) || before(first, first1)) return false;
  }
  if (!after(end, first) || end - first > s.maxWnd) return false;
  snmpInc(s.ns, SNMP_X_DSACK_RECV);
  s.dsackDups++;
  a.flags |= ACK_DSACKING;
  if (s.more & M_TLP_RETRANS && s.tlpHighSeq == end) a.flags |= ACK_DSACK_TLP;
  rackDsack(s);
  if (s.undoMarker != 0 && s.undoRetrans > 0 && !after(end, a.priorUna) && after(end, s.undoMarker)) s.undoRetrans--;
  return true;
}

function tagBlock(s: Sock, a: Acking, first: u32, end: u32, dup: bool, high0: u32): u32 {
  let high = high0;
  const n = txCount(s);
  for (let i = txFind(s, first); i < n; i++) {
    const t = txAt(s, i);
    if (after(t.end, end)) break;
    if (before(t.seq, first)) continue;
    tag(s, a, t, dup, high);
    if (after(t.end, high)) high = t.end;
  }
  return high;
}

/** One segment is reported. @see Linux tcp_sacktag_one */
function tag(s: Sock, a: Acking, t: Tx, dup: bool, high: u32): void {
  const mark = t.mark as u32;
  if (dup && mark & TX_EVER) {
    if (s.undoMarker != 0 && s.undoRetrans > 0 && after(t.end, s.undoMarker)) s.undoRetrans--;
    if (mark & TX_SACKED && before(t.seq, a.reord)) a.reord = t.seq;
  }
  if (mark & TX_SACKED) return;
  rackAdvance(s, mark, t.end, t.time);
  let now = mark;
  if (mark & TX_RETRANS) {
    now &= ~TX_RETRANS;
    s.retransOut--;
  } else if (!(mark & TX_EVER)) {
    // First sent, never again, and below what is known to have arrived: it came late.
    if (before(t.seq, high) && before(t.seq, a.reord)) a.reord = t.seq;
    if (!after(t.end, s.highSeq)) a.flags |= ACK_ORIG_SACKED;
    if (a.firstSacked == 0) a.firstSacked = t.time;
    a.lastSacked = t.time;
  }
  if (mark & TX_LOST) {
    now &= ~TX_LOST;
    s.lostOut--;
  }
  t.mark = (now | TX_SACKED) as u8;
  a.flags |= ACK_DATA_SACKED;
  s.sackedOut++;
  s.delivered++;
}

/** Something came late by (highest − low) bytes. @param ts known by timestamps */
export function reorderingSeen(s: Sock, low: u32, ts: bool): void {
  const fack = highestSack(s);
  if (!before(low, fack)) return;
  const metric = fack - low;
  if (metric > s.reordering * s.mss && s.mss != 0) s.reordering = min((metric + s.mss - 1) / s.mss, REORDERING_MAX);
  s.more |= M_REORD_SEEN;
  s.reordSeen++;
  snmpInc(s.ns, ts ? SNMP_X_TS_REORDER : SNMP_X_SACK_REORDER);
}

/** Duplicate acknowledgements stand for segments that arrived. @see Linux tcp_add_reno_sack */
export function renoAdd(s: Sock, n: u32): void {
  if (n == 0) return;
  const prior = s.sackedOut;
  s.sackedOut += n;
  renoLimit(s, 0);
  if (s.sackedOut > prior) s.delivered += s.sackedOut - prior;
}

function renoLimit(s: Sock, extra: u32): void {
  const out = txCount(s);
  const holes = min(max<u32>(s.lostOut, 1), out);
  if (s.sackedOut + holes <= out) return;
  s.sackedOut = out - holes;
  s.reordering = min(out + extra, REORDERING_MAX);
  s.reordSeen++;
  s.more |= M_REORD_SEEN;
  snmpInc(s.ns, SNMP_X_RENO_REORDER);
}

/** `acked` segments were acknowledged: one was the hole, the rest had arrived before. @see Linux tcp_remove_reno_sacks */
export function renoRemove(s: Sock, acked: u32): void {
  if (acked != 0) {
    s.delivered += acked > s.sackedOut ? max<u32>(acked - s.sackedOut, 1) : 1;
    s.sackedOut = acked - 1 >= s.sackedOut ? 0 : s.sackedOut - (acked - 1);
  }
  renoLimit(s, acked);
}

/** Without SACK the count holds nothing any more. */
export function renoReset(s: Sock): void {
  if (!(s.flags & F_SACK)) s.sackedOut = 0;
}
