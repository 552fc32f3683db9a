/** The FIFO of packets that have crossed a link: what keeps the core from recursing. */
import { Sim } from '../mem';
import { Pkt } from './packet';

/** Puts a packet last in line, to be received by `dev`. */
export function workPush(pkt: u32): void {
  const s = Sim.at();
  Pkt.at(pkt).next = 0;
  if (s.workTail == 0) s.workHead = pkt;
  else Pkt.at(s.workTail).next = pkt;
  s.workTail = pkt;
}

/** Takes the first packet, 0 when none waits. */
export function workPop(): u32 {
  const s = Sim.at();
  const pkt = s.workHead;
  if (pkt == 0) return 0;
  s.workHead = Pkt.at(pkt).next;
  if (s.workHead == 0) s.workTail = 0;
  Pkt.at(pkt).next = 0;
  return pkt;
}

/** Puts a packet that was taken back to the head. */
export function workBack(pkt: u32): void {
  const s = Sim.at();
  Pkt.at(pkt).next = s.workHead;
  s.workHead = pkt;
  if (s.workTail == 0) s.workTail = pkt;
}
