/**
 * Groups that a device listens to, and the MLDv2 reports about them: a change is told twice, the first time at once and
 * again within a second; when the link-local address has become good, all groups are told again with it.
 * Limits: no source filters; queries are not answered (nobody asks here).
 * @see Linux net/ipv6/mcast.c: mld_ifc_work, mld_send_cr, ipv6_mc_dad_complete; RFC 3810 §6.1
 */
import { TIMER_MLD6, TIMER_MLD6_AGAIN } from '../../abi';
import { Dev } from '../dev/dev';
import { MC6_BASE, MC6_REC, SLAB_MC6 } from '../mem';
import { Pkt } from '../sim/packet';
import { pktAlloc } from '../sim/pool';
import { rngBelow } from '../sim/rng';
import { slabAlloc, slabFree } from '../sim/slab';
import { timerAddWheel, timerDel } from '../sim/timer';
import { same16, wr16, wr32 } from '../wire/bytes';
import { csumL4v6 } from '../wire/checksum';
import { PROTO_ICMPV6 } from '../wire/ipv4';
import { ICMP6_MLD2_REPORT, IP6_HLEN, in6Group, ip6Write, NEXT_HOP } from '../wire/ipv6';
import { addr6LinkLocal } from './addr';
import { Idev } from './idev';
import { ip6SendBuilt } from './output';
import { AT_ANY, AT_GROUP, AT_ND_SOURCE } from './scratch';

const MS: u64 = 1_000_000;
/** net.ipv6.mld_qrv: how often a change is told. */
const ROBUSTNESS: u32 = 2;
/** Until a change is told for the first time: two jiffies, ns. */
const SOON: u64 = 8 * MS;
/** mldv2_unsolicited_report_interval, ms. */
const INTERVAL: u32 = 1000;
const TO_IN: u32 = 3;
const TO_EX: u32 = 4;
/** Records in one report: what fits 1280 bytes. */
const RECORDS: u32 = 60;

@unmanaged
export class Mc6 {
  next: u32;
  dev: u32;
  /** Who wants it; 0: it was left, and that is still to be told. */
  users: u32;
  /** How often the change is still to be told. */
  changes: u32;
  g0: u64;
  g1: u64;

  @inline static at(i: u32): Mc6 {
    return changetype<Mc6>(MC6_BASE + (i as usize) * MC6_REC);
  }
}

/** Address of the 16 bytes of a group's record. */
export function mc6Group(i: u32): usize {
  return changetype<usize>(Mc6.at(i)) + offsetof<Mc6>('g0');
}

function find(dev: u32, group: usize): u32 {
  for (let i = Idev.at(dev).groups; i != 0; i = Mc6.at(i).next) if (same16(mc6Group(i), group)) return i;
  return 0;
}

/** Groups of this node or of all nodes are never reported. @see Linux MAF_NOREPORT */
function silent(group: usize): bool {
  const scope = load<u8>(group, 1) & 15;
  return scope < 2 || (scope == 2 && load<u64>(group, 8) == 0x0100000000000000 && load<u64>(group) == 0x02ff);
}

/** Whether a device listens to a group. */
export function mc6Member(dev: u32, group: usize): bool {
  const i = find(dev, group);
  return i != 0 && Mc6.at(i).users != 0;
}

/** Whether a device listens to a group whose Ethernet address ends so. @param tail its last 32 bits */
export function mc6Hears(dev: u32, tail: u32): bool {
  for (let i = Idev.at(dev).groups; i != 0; i = Mc6.at(i).next) {
    if (Mc6.at(i).users != 0 && bswap<u32>(load<u32>(mc6Group(i), 12)) == tail) return true;
  }
  return false;
}

/** Writes the groups of a device: 16 bytes and users, 20 bytes each. @returns how many */
export function mc6Dump(dev: u32, out: usize, room: u32): u32 {
  let n: u32 = 0;
  for (let i = Idev.at(dev).groups; i != 0 && n < room; i = Mc6.at(i).next) {
    if (Mc6.at(i).users == 0) continue;
    memory.copy(out + ((n * 20) as usize), mc6Group(i), 16);
    store<u32>(out + ((n * 20) as usize), Mc6.at(i).users, 16);
    n++;
  }
  return n;
}

/** Joins a group, or counts one more that wants it. */
export function mc6Join(dev: u32, group: usize): void {
  let i = find(dev, group);
  if (i != 0 && Mc6.at(i).users != 0) {
    Mc6.at(i).users++;
    return;
  }
  const d = Idev.at(dev);
  if (i == 0) {
    i = slabAlloc(SLAB_MC6);
    if (i == 0) return;
    const m = Mc6.at(i);
    m.dev = dev;
    memory.copy(mc6Group(i), group, 16);
    m.next = d.groups;
    d.groups = i;
  }
  Mc6.at(i).users = 1;
  tell(dev, i);
}

/** Leaves it: the last to want it no longer does. */
export function mc6Leave(dev: u32, group: usize): void {
  const i = find(dev, group);
  if (i == 0 || Mc6.at(i).users == 0) return;
  if (--Mc6.at(i).users != 0) return;
  if (silent(group) || !Idev.at(dev).ready) remove(dev, i);
  else tell(dev, i);
}

function remove(dev: u32, i: u32): void {
  const d = Idev.at(dev);
  if (d.groups == i) d.groups = Mc6.at(i).next;
  else {
    let k = d.groups;
    while (Mc6.at(k).next != i) k = Mc6.at(k).next;
    Mc6.at(k).next = Mc6.at(i).next;
  }
  slabFree(SLAB_MC6, i);
}

/** A group changed. @see Linux mld_ifc_event */
function tell(dev: u32, i: u32): void {
  const d = Idev.at(dev);
  if (silent(mc6Group(i))) return;
  Mc6.at(i).changes = ROBUSTNESS;
  if (!d.ready) return;
  timerDel(d.mldTimer);
  d.mldTimer = timerAddWheel(SOON, TIMER_MLD6, dev);
}

/** A device is ready: what it listens to is told. */
export function mc6Ready(dev: u32): void {
  for (let i = Idev.at(dev).groups; i != 0; i = Mc6.at(i).next) tell(dev, i);
}

/** IPv6 ends on a device: all groups are left without a word. */
export function mc6Down(dev: u32): void {
  const d = Idev.at(dev);
  while (d.groups != 0) remove(dev, d.groups);
  timerDel(d.mldTimer);
  timerDel(d.mldAgainTimer);
  d.mldTimer = 0;
  d.mldAgainTimer = 0;
}

/** Until a change is told again, ns. */
function again(): u64 {
  return SOON + (rngBelow(INTERVAL) as u64) * MS;
}

/** Time to tell of changes. */
export function mldTimer(dev: u32): void {
  const d = Idev.at(dev);
  d.mldTimer = 0;
  if (!report(dev, false)) return;
  d.mldTimer = timerAddWheel(again(), TIMER_MLD6, dev);
}

/** The device's link-local address is good: all groups are told with it, twice. */
export function mldDadComplete(dev: u32): void {
  const d = Idev.at(dev);
  report(dev, true);
  timerDel(d.mldAgainTimer);
  d.mldAgainTimer = timerAddWheel(again(), TIMER_MLD6_AGAIN, dev);
}

/** The second time. */
export function mldAgain(dev: u32): void {
  Idev.at(dev).mldAgainTimer = 0;
  report(dev, true);
}

/**
 * Sends one report. @param all every group, not only those with changes to tell
 * @returns whether changes remain to be told
 */
function report(dev: u32, all: bool): bool {
  const d = Idev.at(dev);
  if (!d.ready) return false;
  let count: u32 = 0;
  for (let i = d.groups; i != 0; i = Mc6.at(i).next) {
    const m = Mc6.at(i);
    if (all ? m.users != 0 && !silent(mc6Group(i)) : m.changes != 0) count++;
  }
  count = min(count, RECORDS);
  if (count == 0) return false;
  const len: u32 = 8 + 8 + count * 20;
  const pkt = pktAlloc(IP6_HLEN + len);
  if (pkt == 0) return false;
  const ip = Pkt.at(pkt).data as usize;
  const more = records(dev, all, ip + IP6_HLEN + 16, count);
  in6Group(AT_GROUP, 0x16);
  const own = addr6LinkLocal(dev);
  memory.copy(AT_ND_SOURCE, own != 0 ? own : AT_ANY, 16);
  ip6Write(ip, 0, 0, len, NEXT_HOP, 1, AT_ND_SOURCE, AT_GROUP);
  const hop = ip + IP6_HLEN;
  // Router alert, padded. @see RFC 2711
  wr32(hop, 0x3a000502);
  wr32(hop + 4, 0x00000100);
  const m = hop + 8;
  wr32(m, ICMP6_MLD2_REPORT << 24);
  wr32(m + 4, count);
  store<u16>(m, csumL4v6(ip + 8, ip + 24, PROTO_ICMPV6, m, len - 8), 2);
  ip6SendBuilt(Dev.at(dev).ns, pkt, dev, IP6_HLEN + 8);
  return more;
}

/** Writes the records of a report. @returns whether changes remain */
function records(dev: u32, all: bool, out: usize, room: u32): bool {
  let at = out;
  let left = room;
  let more = false;
  let i = Idev.at(dev).groups;
  while (i != 0) {
    const m = Mc6.at(i);
    const next = m.next;
    const wanted = all ? m.users != 0 && !silent(mc6Group(i)) : m.changes != 0;
    if (wanted && left != 0) {
      wr32(at, (m.users != 0 ? TO_EX : TO_IN) << 24);
      wr16(at + 2, 0);
      memory.copy(at + 4, mc6Group(i), 16);
      at += 20;
      left--;
      if (!all) m.changes--;
    }
    if (m.changes != 0) more = true;
    else if (m.users == 0) remove(dev, i);
    i = next;
  }
  return more;
}
