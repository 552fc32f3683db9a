/**
 * IGMPv3 reports: a group that was joined or left is told twice, at once and again within a second; all changes of a
 * device go in one report.
 * Limits: queries are not answered (nobody asks here), so no routers of version 1 or 2 are met.
 * @see Linux net/ipv4/igmp.c: igmp_group_added, igmp_ifc_event, igmpv3_send_cr; RFC 3376 §4.2
 */
import { DEV_LOOPBACK, TIMER_IGMP } from '../../abi';
import { Dev } from '../dev/dev';
import { now } from '../sim/clock';
import { PF_DF, Pkt } from '../sim/packet';
import { pktAlloc } from '../sim/pool';
import { rngBelow } from '../sim/rng';
import { timerAdd, timerDel } from '../sim/timer';
import { wr32 } from '../wire/bytes';
import { csumFold, csumPartial } from '../wire/checksum';
import { Group, groupRemove } from './mcast';
import { Net4 } from './net4';
import { ip4OutputRaw } from './output';
import { addrSelect } from './addr';

const MS: u64 = 1_000_000;
const ALL_HOSTS: u32 = 0xe0000001;
const REPORTS_TO: u32 = 0xe0000016;
/** net.ipv4.igmp_qrv: how often a change is told. */
const ROBUSTNESS: u32 = 2;
/** igmpv3_unsolicited_report_interval, ms. */
const INTERVAL: u32 = 1000;
const TO_IN: u32 = 3;
const TO_EX: u32 = 4;
/** IPv4 header with the router alert option. */
const HLEN: u32 = 24;
/** Records in one report: what fits an Ethernet frame. */
const RECORDS: u32 = 183;

/** A group was joined, or left by the last. @returns whether that is to be told */
export function igmpChanged(dev: u32, i: u32): bool {
  const g = Group.at(i);
  g.changes = 0;
  const d = Dev.at(dev);
  if (g.ip == ALL_HOSTS || d.kind == DEV_LOOPBACK || !d.up) return false;
  g.changes = ROBUSTNESS;
  timerDel(d.igmpTimer);
  d.igmpTimer = timerAdd(now() + 8 * MS, TIMER_IGMP, dev);
  return true;
}

/** A device goes: nothing more is told. */
export function igmpStop(dev: u32): void {
  timerDel(Dev.at(dev).igmpTimer);
  Dev.at(dev).igmpTimer = 0;
}

/** A device came up: what it listens to is told. */
export function igmpUp(dev: u32): void {
  for (let k = Net4.at(Dev.at(dev).ns).groups; k != 0; k = Group.at(k).next) {
    if (Group.at(k).dev == dev) igmpChanged(dev, k);
  }
}

/** Time to tell of changes. */
export function igmpTimer(dev: u32): void {
  const d = Dev.at(dev);
  d.igmpTimer = 0;
  if (!d.up) return;
  let count: u32 = 0;
  for (let k = Net4.at(d.ns).groups; k != 0; k = Group.at(k).next) {
    if (Group.at(k).dev == dev && Group.at(k).changes != 0) count++;
  }
  if (count != 0 && report(dev, min(count, RECORDS))) {
    d.igmpTimer = timerAdd(now() + (rngBelow(INTERVAL) as u64) * MS + 8 * MS, TIMER_IGMP, dev);
  }
}

/** Sends one report. @returns whether changes remain to be told */
function report(dev: u32, count: u32): bool {
  const ns = Dev.at(dev).ns;
  const len = 8 + count * 8;
  const pkt = pktAlloc(HLEN + len);
  if (pkt == 0) return false;
  const ip = Pkt.at(pkt).data as usize;
  // Class CS6, DF, TTL 1, router alert (RFC 2113); ip4OutputRaw fills in the rest.
  wr32(ip, 0x46c00000);
  wr32(ip + 4, 0x00004000);
  wr32(ip + 8, 0x01020000);
  wr32(ip + 12, addrSelect(dev, 0, 253));
  wr32(ip + 16, REPORTS_TO);
  wr32(ip + 20, 0x94040000);
  const m = ip + (HLEN as usize);
  wr32(m, 0x22000000);
  wr32(m + 4, count);
  const more = records(ns, dev, m + 8, count);
  store<u16>(m, csumFold(csumPartial(m, len, 0)), 2);
  Pkt.at(pkt).flags |= PF_DF;
  ip4OutputRaw(ns, pkt, dev);
  return more;
}

/** Writes the records of a report. @returns whether changes remain */
function records(ns: u32, dev: u32, out: usize, room: u32): bool {
  let at = out;
  let left = room;
  let more = false;
  let k = Net4.at(ns).groups;
  while (k != 0) {
    const g = Group.at(k);
    const next = g.next;
    if (g.dev == dev && g.changes != 0 && left != 0) {
      wr32(at, (g.users != 0 ? TO_EX : TO_IN) << 24);
      wr32(at + 4, g.ip);
      at += 8;
      left--;
      g.changes--;
    }
    if (g.dev == dev) {
      if (g.changes != 0) more = true;
      else if (g.users == 0) groupRemove(ns, k);
    }
    k = next;
  }
  return more;
}
