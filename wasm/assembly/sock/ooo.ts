/**
 * What a connection has received beyond a hole: runs of the sequence space, and the SACK blocks that tell them, the one
 * that changed last first; duplicates as DSACK.
 * Limits: 512 runs; a segment that would make one more is dropped (counted), none is ever forgotten (no reneging).
 * @see RFC 2018 §4, RFC 2883, Linux tcp_input.c: tcp_data_queue_ofo, tcp_sack_new_ofo_skb, tcp_sack_remove
 */
import { SNMP_X_DSACK_OFO_SENT, SNMP_X_DSACK_OLD_SENT, SNMP_X_OFO_DROP, SNMP_X_OFO_MERGE, SNMP_X_OFO_QUEUE, TCPKEY_DSACK } from '../../abi';
import { ringFree, ringReserve } from './ring';
import { after, before, seqMax } from './seq';
import { F_SACK, M_DSACK, Sock, oooRing } from './table';
import { windowGrow } from './tcp_window';
import { snmpInc, tcpKey } from './tcpnet';

const ROOM: u32 = 4096;
/** SACK blocks kept. */
const SACKS: u32 = 4;

/** How many runs wait. */
export function oooCount(s: Sock): u32 {
  return s.oooLen >> 3;
}

/** Address of the pair (first, end) of run i. */
function runAt(s: Sock, i: u32): usize {
  return (s.oooAt0 + (i << 3)) as usize;
}

function runDel(s: Sock, i: u32): void {
  memory.copy(runAt(s, i), runAt(s, i + 1), (oooCount(s) - i - 1) << 3);
  s.oooLen -= 8;
}

/** All runs are gone. */
export function oooClear(s: Sock): void {
  ringFree(oooRing(s));
  s.numSacks = 0;
}

/**
 * Notes a run [from, to) that came early, merged with those it touches.
 * @returns false when there is no room: the bytes must not be kept
 */
export function oooAdd(s: Sock, from0: u32, to0: u32): bool {
  if (!ringReserve(oooRing(s), ROOM)) return false;
  snmpInc(s.ns, SNMP_X_OFO_QUEUE);
  let from = from0;
  let to = to0;
  let i: u32 = 0;
  while (i < oooCount(s) && before(load<u32>(runAt(s, i), 4), from)) i++;
  if (i < oooCount(s) && !after(load<u32>(runAt(s, i)), from) && !before(load<u32>(runAt(s, i), 4), to)) {
    snmpInc(s.ns, SNMP_X_OFO_MERGE);
    dsackSet(s, from, to);
    sackTouch(s, load<u32>(runAt(s, i)), load<u32>(runAt(s, i), 4));
    return true;
  }
  while (i < oooCount(s) && !after(load<u32>(runAt(s, i)), to)) {
    const first = load<u32>(runAt(s, i));
    const end = load<u32>(runAt(s, i), 4);
    if (after(end, from0) && before(first, to0)) dsackSet(s, seqMax(first, from0), before(end, to0) ? end : to0);
    if (before(first, from)) from = first;
    to = seqMax(to, end);
    runDel(s, i);
  }
  if (s.oooLen + 8 > ROOM) {
    snmpInc(s.ns, SNMP_X_OFO_DROP);
    return false;
  }
  memory.copy(runAt(s, i + 1), runAt(s, i), (oooCount(s) - i) << 3);
  store<u32>(runAt(s, i), from);
  store<u32>(runAt(s, i), to, 4);
  s.oooLen += 8;
  sackTouch(s, from, to);
  // Without SACK the window stays, so that acknowledgements are duplicates. @see Linux tcp_data_queue_ofo
  if (s.flags & F_SACK) windowGrow(s, to0 - from0);
  return true;
}

/** In-order data reached `next`: @returns where the stream now ends, with the runs that follow on */
export function oooTake(s: Sock, next0: u32): u32 {
  let next = next0;
  while (s.oooLen != 0 && !after(load<u32>(runAt(s, 0)), next)) {
    const first = load<u32>(runAt(s, 0));
    const end = load<u32>(runAt(s, 0), 4);
    if (before(first, next)) dsackSet(s, first, before(end, next) ? end : next);
    next = seqMax(next, end);
    runDel(s, 0);
  }
  if (s.oooLen == 0) oooClear(s);
  else sackDrop(s, next);
  return next;
}

/** Address of SACK block i: first and end. */
export function sackAt(s: Sock, i: u32): usize {
  return changetype<usize>(s) + offsetof<Sock>('sack0') + ((i as usize) << 3);
}

/** The run [from, to) goes to the front; blocks it swallowed go. */
function sackTouch(s: Sock, from: u32, to: u32): void {
  if (!(s.flags & F_SACK)) return;
  let n: u32 = 0;
  for (let i: u32 = 0; i < (s.numSacks as u32); i++) {
    const a = load<u32>(sackAt(s, i));
    const b = load<u32>(sackAt(s, i), 4);
    if (!after(a, to) && !before(b, from)) continue;
    store<u64>(sackAt(s, n), load<u64>(sackAt(s, i)));
    n++;
  }
  if (n == SACKS) n--;
  memory.copy(sackAt(s, 1), sackAt(s, 0), n << 3);
  store<u32>(sackAt(s, 0), from);
  store<u32>(sackAt(s, 0), to, 4);
  s.numSacks = (n + 1) as u8;
}

/** Blocks that are now in order go. */
function sackDrop(s: Sock, next: u32): void {
  let n: u32 = 0;
  for (let i: u32 = 0; i < (s.numSacks as u32); i++) {
    if (!after(load<u32>(sackAt(s, i), 4), next)) continue;
    store<u64>(sackAt(s, n), load<u64>(sackAt(s, i)));
    n++;
  }
  s.numSacks = n as u8;
}

/** The next acknowledgement tells that [from, to) came twice. @see Linux tcp_dsack_set, tcp_dsack_extend */
export function dsackSet(s: Sock, from: u32, to: u32): void {
  if (!(s.flags & F_SACK) || tcpKey(s.ns, TCPKEY_DSACK) == 0) return;
  if (s.more & M_DSACK) {
    if (!after(from, s.dsackEnd) && !before(to, s.dsackStart)) {
      if (before(from, s.dsackStart)) s.dsackStart = from;
      if (after(to, s.dsackEnd)) s.dsackEnd = to;
    }
    return;
  }
  snmpInc(s.ns, before(from, s.rcvNxt) ? SNMP_X_DSACK_OLD_SENT : SNMP_X_DSACK_OFO_SENT);
  s.more |= M_DSACK;
  s.dsackStart = from;
  s.dsackEnd = to;
}
