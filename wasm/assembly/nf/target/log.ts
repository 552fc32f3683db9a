/**
 * The LOG target: what the kernel needs to write its line goes to a ring; the line is written by who reads it.
 * Limits: NFLOG_CAP records; when nobody reads, the newest are lost and counted.
 * @see Linux net/netfilter/nf_log_syslog.c
 */
import {
  EVENT_LOG,
  LOG_RULE,
  NFLOG_X_DATA,
  NFLOG_X_GID,
  NFLOG_X_HOOK,
  NFLOG_X_IN,
  NFLOG_X_LEN,
  NFLOG_X_MAC,
  NFLOG_X_MACLEN,
  NFLOG_X_MARK,
  NFLOG_X_NS,
  NFLOG_X_OUT,
  NFLOG_X_PHYSIN,
  NFLOG_X_PHYSOUT,
  NFLOG_X_ROOM,
  NFLOG_X_RULE,
  NFLOG_X_TIME,
  NFLOG_X_UID,
} from '../../../abi';
import { Dev } from '../../dev/dev';
import { NFLOG_BASE, NFLOG_CAP, NFLOG_REC, Sim } from '../../mem';
import { Pkt } from '../../sim/packet';
import { eventPush } from '../../sim/ring';
import { wr32 } from '../../wire/bytes';
import { ETH_HLEN } from '../../wire/ether';
import { physIn, physOut } from '../match/packet';
import { ownerGid, ownerUid } from '../owner';

/** Notes a packet that rule `i` logs. */
export function nfLog(pkt: u32, i: u32, hook: u32, indev: u32, outdev: u32): void {
  const s = Sim.at();
  const p = Pkt.at(pkt);
  if (s.logCount == NFLOG_CAP) {
    s.logLost++;
    return;
  }
  const at = NFLOG_BASE + (((s.logHead + s.logCount) % NFLOG_CAP) as usize) * NFLOG_REC;
  s.logCount++;
  store<u32>(at, i, NFLOG_X_RULE);
  store<u32>(at, p.ns, NFLOG_X_NS);
  store<u32>(at, hook, NFLOG_X_HOOK);
  store<u32>(at, indev, NFLOG_X_IN);
  store<u32>(at, outdev, NFLOG_X_OUT);
  store<u32>(at, physIn(p), NFLOG_X_PHYSIN);
  store<u32>(at, physOut(p), NFLOG_X_PHYSOUT);
  store<u32>(at, p.mark, NFLOG_X_MARK);
  store<u32>(at, p.sock == 0 ? 0xffffffff : ownerUid(p.sock), NFLOG_X_UID);
  store<u32>(at, p.sock == 0 ? 0xffffffff : ownerGid(p.sock), NFLOG_X_GID);
  const link: u32 = indev != 0 && p.mac != 0 ? ETH_HLEN : 0;
  store<u32>(at, link, NFLOG_X_MACLEN);
  if (link != 0) memory.copy(at + NFLOG_X_MAC, p.mac as usize, ETH_HLEN as usize);
  const len = min(p.data + p.len - p.nh, NFLOG_X_ROOM as u32);
  store<u32>(at, len, NFLOG_X_LEN);
  memory.copy(at + NFLOG_X_DATA, p.nh as usize, len as usize);
  store<f64>(at, s.now as f64, NFLOG_X_TIME);
  eventPush(EVENT_LOG, LOG_RULE, i, p.id);
}

/** Notes a martian of a device. @param what LOG_MARTIAN_* @param pkt whose link header is told, 0 none */
export function nfLogMartian(what: u32, dev: u32, src: u32, dst: u32, pkt: u32): void {
  const s = Sim.at();
  if (s.logCount == NFLOG_CAP) {
    s.logLost++;
    return;
  }
  const at = NFLOG_BASE + (((s.logHead + s.logCount) % NFLOG_CAP) as usize) * NFLOG_REC;
  s.logCount++;
  memory.fill(at, 0, NFLOG_REC);
  store<u32>(at, Dev.at(dev).ns, NFLOG_X_NS);
  store<u32>(at, what, NFLOG_X_HOOK);
  store<u32>(at, dev, NFLOG_X_IN);
  if (pkt != 0 && Pkt.at(pkt).mac != 0) {
    store<u32>(at, ETH_HLEN, NFLOG_X_MACLEN);
    memory.copy(at + NFLOG_X_MAC, Pkt.at(pkt).mac as usize, ETH_HLEN as usize);
  }
  store<u32>(at, 8, NFLOG_X_LEN);
  wr32(at + NFLOG_X_DATA, src);
  wr32(at + NFLOG_X_DATA + 4, dst);
  store<f64>(at, s.now as f64, NFLOG_X_TIME);
  eventPush(EVENT_LOG, what | (dev << 8), src, dst);
}

/** Takes the oldest record (NFLOG_X_*). @returns its address, valid until the next packet; 0 when there is none */
export function nfLogNext(): usize {
  const s = Sim.at();
  if (s.logCount == 0) return 0;
  const at = NFLOG_BASE + (s.logHead as usize) * NFLOG_REC;
  s.logHead = (s.logHead + 1) % NFLOG_CAP;
  s.logCount--;
  return at;
}
