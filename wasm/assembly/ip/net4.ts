/** IPv4's state of a namespace: the settings that belong to no device, and the heads of its lists. @see Linux struct netns_ipv4 */
import {
  EINVAL, IP4_COUNT, IP4_ECHO_IGNORE_BROADCASTS, IP4_ERROR_BURST, IP4_ERROR_COST, IP4_FWMARK_REFLECT, IP4_MSGS_BURST, IP4_MSGS_PER_SEC,
  IP4_RATELIMIT, IP4_RATEMASK, IP4_REDIRECT_LOAD, IP4_REDIRECT_NUMBER, IP4_REDIRECT_SILENCE,
} from '../../abi';
import { NET4_BASE, NET4_REC } from '../mem';
import { dstFlush } from './dst';

/** Settings come first, by IP4_* number. */
@unmanaged
export class Net4 {
  s0: u64;
  s1: u64;
  s2: u64;
  s3: u64;
  s4: u64;
  s5: u64;
  s6: u64;
  s7: u64;
  /** Policy rules, lowest priority first; 0: the three that every kernel has. */
  rules: u32;
  /** icmp_msgs_per_sec: what is left, and when it was last refilled. */
  credit: i32;
  stamp: u64;
  /** Groups joined. */
  groups: u32;
  /** Policy rules that ask for protocol or ports of what comes in. */
  dissects: u32;
  // What each request of ARP looks at, side by side.
  /** What own addresses may be like, a bit for each of 32 digests: most that are not own are told apart by it (addr.ts). */
  own: u32;
  /** Routes were put into the local table by hand. */
  customLocal: u32;
  /** Whether there is more than one rule that is not the kernel's own, or one of those is gone. */
  custom: u32;
  /** Whether a setting that makes ARP do more than its part was ever other than 0 here (conf.ts: CURIOUS). */
  curious: u32;

  @inline static at(i: u32): Net4 {
    return changetype<Net4>(NET4_BASE + (i as usize) * NET4_REC);
  }
}

function at(ns: u32, key: u32): usize {
  return NET4_BASE + (ns as usize) * NET4_REC + ((key as usize) << 2);
}

/** A namespace begins with the kernel's own values (HZ = 1000). */
export function net4Init(ns: u32): void {
  memory.fill(NET4_BASE + (ns as usize) * NET4_REC, 0, NET4_REC);
  store<u32>(at(ns, IP4_ECHO_IGNORE_BROADCASTS), 1);
  store<u32>(at(ns, IP4_RATELIMIT), 1000);
  store<u32>(at(ns, IP4_RATEMASK), 0x1818);
  store<u32>(at(ns, IP4_MSGS_PER_SEC), 1000);
  store<u32>(at(ns, IP4_MSGS_BURST), 50);
  store<u32>(at(ns, IP4_ERROR_COST), 1000);
  store<u32>(at(ns, IP4_ERROR_BURST), 5000);
  store<u32>(at(ns, IP4_REDIRECT_LOAD), 20);
  store<u32>(at(ns, IP4_REDIRECT_NUMBER), 9);
  store<u32>(at(ns, IP4_REDIRECT_SILENCE), 20480);
  Net4.at(ns).credit = 50;
}

/** Sets a setting. @param key IP4_* @returns 0 or -EINVAL */
export function ip4Set(ns: u32, key: u32, value: u32): i32 {
  dstFlush();
  if (key >= (IP4_COUNT as u32)) return -EINVAL;
  store<u32>(at(ns, key), value);
  return 0;
}

/** Reads a setting. @param key IP4_* */
export function ip4Get(ns: u32, key: u32): u32 {
  return key < (IP4_COUNT as u32) ? load<u32>(at(ns, key)) : 0;
}

/** A setting in ms as ns. */
export function ip4Time(ns: u32, key: u32): u64 {
  return (load<u32>(at(ns, key)) as u64) * 1_000_000;
}

/** Mark of an answer to a packet that no socket gives. @see Linux IP4_REPLY_MARK */
export function replyMark(ns: u32, mark: u32): u32 {
  return ip4Get(ns, IP4_FWMARK_REFLECT) ? mark : 0;
}
