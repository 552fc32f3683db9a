/**
 * Datagram queues of UDP and raw sockets: records in the receive ring, charged against SO_RCVBUF with the overhead a
 * real socket buffer has; what does not fit is dropped and counted.
 *
 *     len u32 | port u16 ttl u8 flags u8 | address 16 | time f64 | error: type u8 code u8 errno u16, info u32 | local 16 | bytes
 */
import { DGRAM_HEAD, DGRAM_LOCAL, DROP_SOCK_BUFFER } from '../../abi';
import { BUFFER_COST } from '../sim/packet';
import { dropCount } from '../sim/stat';
import { copy } from '../wire/bytes';
import { RDY_ERR, RDY_IN, nowNs, sockEvent } from './glue';
import { ringDrop, ringRead, ringReserve, ringWrite } from './ring';
import { SOCK_HEAD, Sock, rcvRing, sockId } from './table';



/** net.core.rmem_default */
export const RCVBUF_DEFAULT: u32 = 212992;

/** Scratch for one head. */
function scratch(): usize {
  return SOCK_HEAD() - 64;
}

/**
 * Queues a datagram (or an error entry) from (r, rport).
 * @param error 0, or type | code << 8 | errno << 16 @param info of an error: the MTU; of a local one (type 0) too
 * @param l0, l1 where it was sent to, 0: nobody asks
 * @returns false when there was no room (counted)
 */
export function dgramPut(s: Sock, r0: u64, r1: u64, rport: u32, ttl: u32, error: u32, data: usize, len: u32, info: u32, l0: u64 = 0, l1: u64 = 0): bool {
  const ring = rcvRing(s);
  const cost = len + BUFFER_COST;
  const limit = s.rcvBuf != 0 ? s.rcvBuf : RCVBUF_DEFAULT;
  if (s.charged + cost > limit || !ringReserve(ring, ring.len + DGRAM_HEAD + len)) {
    s.drops++;
    dropCount(DROP_SOCK_BUFFER);
    return false;
  }
  const tail = (ring.head + ring.len) & (ring.cap - 1);
  const whole = tail + DGRAM_HEAD <= ring.cap;
  const h = whole ? ((ring.at + tail) as usize) : scratch();
  store<u32>(h, len);
  store<u16>(h + 4, <u16>rport);
  store<u8>(h + 6, <u8>ttl);
  store<u8>(h + 7, error == 0 ? 0 : error & 0xffff ? 1 : 2);
  store<u64>(h + 8, r0);
  store<u64>(h + 16, r1);
  store<f64>(h + 24, <f64>nowNs());
  store<u32>(h + 32, error);
  store<u32>(h + 36, info);
  store<u64>(h + DGRAM_LOCAL, l0);
  store<u64>(h + DGRAM_LOCAL + 8, l1);
  if (tail + DGRAM_HEAD + len <= ring.cap) copy(h + DGRAM_HEAD, data, len);
  else {
    if (!whole) ringWrite(ring, ring.len, h, DGRAM_HEAD);
    ringWrite(ring, ring.len + DGRAM_HEAD, data, len);
  }
  ring.len += DGRAM_HEAD + len;
  s.charged += cost;
  sockEvent(sockId(s), error != 0 ? RDY_ERR | RDY_IN : RDY_IN);
  return true;
}

/** Takes the oldest record to `at`. @returns its bytes with the head, or 0 when the queue is empty */
export function dgramTake(s: Sock, at: usize): u32 {
  const ring = rcvRing(s);
  if (ring.len == 0) return 0;
  const head = ring.head;
  const from = (ring.at + head) as usize;
  // A head that wraps is put together first: the length may lie on both ends.
  const whole = head + DGRAM_HEAD <= ring.cap;
  if (!whole) ringRead(ring, 0, at, DGRAM_HEAD);
  const len = load<u32>(whole ? from : at);
  if (head + DGRAM_HEAD + len <= ring.cap) copy(at, from, DGRAM_HEAD + len);
  else ringRead(ring, 0, at, DGRAM_HEAD + len);
  ringDrop(ring, DGRAM_HEAD + len);
  s.charged -= len + BUFFER_COST;
  return DGRAM_HEAD + len;
}
