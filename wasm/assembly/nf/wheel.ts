/**
 * When connections are looked at by the gc: a wheel of seconds. A connection lies in the slot of the second in which it
 * expires, or of the farthest; packets move its expiry without touching the wheel, so when its second comes it is
 * either over or moved on. No look at the table as a whole is ever needed.
 * Limits: one whose timeout was shortened may stay a minute longer; lookups and dumps leave it out.
 */
import { TIMER_CT_GC } from '../../abi';
import { CONN_SLOTS, CONN_WHEEL, Sim } from '../mem';
import { now } from '../sim/clock';
import { timerAdd, timerDel, timerWhen } from '../sim/timer';
import { Conn, connKill } from './conn';

const SECOND: u64 = 1_000_000_000;

function head(slot: u32): usize {
  return CONN_WHEEL + (slot as usize) * 4;
}

/** Puts a connection where its expiry is. */
export function wheelAdd(ct: u32): void {
  const c = Conn.at(ct);
  const present = (now() / SECOND) as u32;
  const due = ((c.expires + SECOND - 1) / SECOND) as u32;
  const tick = min(max(due, present + 1), present + CONN_SLOTS - 1);
  const slot = tick % CONN_SLOTS;
  const at = head(slot);
  const first = load<u32>(at);
  c.slot = slot as u16;
  c.gcPrev = 0;
  c.gcNext = first;
  if (first != 0) Conn.at(first).gcPrev = ct;
  store<u32>(at, ct);
  schedule((tick as u64) * SECOND);
}

/** Takes it out. */
export function wheelDel(ct: u32): void {
  const c = Conn.at(ct);
  if (c.gcPrev == 0) store<u32>(head(c.slot as u32), c.gcNext);
  else Conn.at(c.gcPrev).gcNext = c.gcNext;
  if (c.gcNext != 0) Conn.at(c.gcNext).gcPrev = c.gcPrev;
}

function schedule(when: u64): void {
  const s = Sim.at();
  if (s.ctTimer != 0) {
    if (timerWhen(s.ctTimer) <= when) return;
    timerDel(s.ctTimer);
  }
  s.ctTimer = timerAdd(when, TIMER_CT_GC, 0);
}

/** Looks at what is due in a slot. */
function turn(slot: u32): void {
  let ct = load<u32>(head(slot));
  while (ct != 0) {
    const next = Conn.at(ct).gcNext;
    if (Conn.at(ct).expires <= now()) connKill(ct);
    else {
      wheelDel(ct);
      wheelAdd(ct);
    }
    ct = next;
  }
}

/** The timer of the gc: turns the wheel to the present second, and sleeps until the next that has something. */
export function ctGc(): void {
  const s = Sim.at();
  s.ctTimer = 0;
  const present = (now() / SECOND) as u32;
  const turns = min(present - s.ctTick, CONN_SLOTS);
  for (let k: u32 = 0; k < turns; k++) turn((present - k) % CONN_SLOTS);
  s.ctTick = present;
  for (let k: u32 = 1; k < CONN_SLOTS; k++) {
    if (load<u32>(head((present + k) % CONN_SLOTS)) == 0) continue;
    schedule(((present + k) as u64) * SECOND);
    return;
  }
}
