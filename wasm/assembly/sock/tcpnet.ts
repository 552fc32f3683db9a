/**
 * What a namespace keeps for its sockets: the sysctls of net.ipv4.tcp_* and net.core.*, and the counters of
 * /proc/net/snmp and /proc/net/netstat (abi/snmp.ts). One block, made when it is first asked for.
 * @see Linux include/net/netns/ipv4.h, net/ipv4/proc.c
 */
import {
  EINVAL, NSKEY_TCP, NSKEY_TCP_END, SNMP_MAX, TCPKEY_BACKLOG_SYN, TCPKEY_CONGESTION, TCPKEY_DSACK, TCPKEY_EARLY_RETRANS,
  TCPKEY_FIN_TIMEOUT, TCPKEY_FRTO, TCPKEY_INVALID_RATELIMIT, TCPKEY_KEEP_INTVL, TCPKEY_KEEP_PROBES, TCPKEY_KEEP_TIME,
  TCPKEY_MAX_TW, TCPKEY_MODERATE_RCVBUF, TCPKEY_PING_HI, TCPKEY_PING_LO, TCPKEY_RECOVERY, TCPKEY_REORDERING, TCPKEY_RETRIES1,
  TCPKEY_RETRIES2, TCPKEY_RTO_MIN_US, TCPKEY_SACK, TCPKEY_SLOW_START_AFTER_IDLE, TCPKEY_SOMAXCONN, TCPKEY_SYNACK_RETRIES,
  TCPKEY_SYNCOOKIES, TCPKEY_SYN_LINEAR, TCPKEY_SYN_RETRIES, TCPKEY_TIMESTAMPS, TCPKEY_TW_REUSE, TCPKEY_UNPRIV_PORT,
  TCPKEY_WINDOW_SCALING,
} from '../../abi';
import { Ns } from '../dev/ns';
import { SOCK_STATE } from '../mem';
import { blockAlloc, blockFree } from './ring';

/** Bytes of the block: 64 settings, then counters. */
const SIZE: u32 = 2048;
const COUNTERS: u32 = 256;

function defaults(at: u32): void {
  memory.fill(at, 0, SIZE);
  put(at, TCPKEY_CONGESTION, 1);
  put(at, TCPKEY_SYN_RETRIES, 6);
  put(at, TCPKEY_SYNACK_RETRIES, 5);
  put(at, TCPKEY_RETRIES1, 3);
  put(at, TCPKEY_RETRIES2, 15);
  put(at, TCPKEY_FIN_TIMEOUT, 60);
  put(at, TCPKEY_KEEP_TIME, 7200);
  put(at, TCPKEY_KEEP_INTVL, 75);
  put(at, TCPKEY_KEEP_PROBES, 9);
  put(at, TCPKEY_TIMESTAMPS, 1);
  put(at, TCPKEY_SACK, 1);
  put(at, TCPKEY_WINDOW_SCALING, 1);
  put(at, TCPKEY_DSACK, 1);
  put(at, TCPKEY_SLOW_START_AFTER_IDLE, 1);
  put(at, TCPKEY_TW_REUSE, 2);
  put(at, TCPKEY_SYNCOOKIES, 1);
  put(at, TCPKEY_BACKLOG_SYN, 4096);
  put(at, TCPKEY_EARLY_RETRANS, 3);
  put(at, TCPKEY_RECOVERY, 1);
  put(at, TCPKEY_FRTO, 2);
  put(at, TCPKEY_SOMAXCONN, 4096);
  put(at, TCPKEY_UNPRIV_PORT, 1024);
  put(at, TCPKEY_INVALID_RATELIMIT, 500);
  put(at, TCPKEY_SYN_LINEAR, 4);
  put(at, TCPKEY_MAX_TW, 65536);
  put(at, TCPKEY_MODERATE_RCVBUF, 1);
  put(at, TCPKEY_REORDERING, 3);
  put(at, TCPKEY_PING_LO, 1);
  put(at, TCPKEY_PING_HI, 0);
  put(at, TCPKEY_RTO_MIN_US, 200000);
}

function put(at: u32, key: u32, value: u32): void {
  store<u32>(at + (key << 2), value);
}

/** The block of a namespace; when memory is out, one that all such namespaces share. */
function block(ns: i32): u32 {
  const n = Ns.at(ns as u32);
  if (n.sock2 == 0) {
    n.sock2 = blockAlloc(SIZE);
    if (n.sock2 == 0) return load<u32>(SOCK_STATE + 8);
    defaults(n.sock2);
  }
  return n.sock2;
}

/** Makes the block for the case that memory runs out. @returns 0 or -1 */
export function tcpNetInit(): i32 {
  const at = blockAlloc(SIZE);
  if (at == 0) return -1;
  defaults(at);
  store<u32>(SOCK_STATE + 8, at);
  return 0;
}

/** A setting. @param key TCPKEY_* */
export function tcpKey(ns: i32, key: u32): u32 {
  return load<u32>(block(ns) + (key << 2));
}

/** Sets one. @param key NSKEY_TCP + TCPKEY_* @returns 0 or -EINVAL */
export function tcpKeySet(ns: u32, key: u32, value: u32): i32 {
  if (key < (NSKEY_TCP as u32) || key >= (NSKEY_TCP_END as u32)) return -EINVAL;
  store<u32>(block(ns as i32) + ((key - NSKEY_TCP) << 2), value);
  return 0;
}

/** Counts. @param id SNMP_* */
export function snmpAdd(ns: i32, id: u32, n: u32): void {
  const at = block(ns) + COUNTERS + (id << 3);
  store<u64>(at, load<u64>(at) + (n as u64));
}

/** Counts one. @param id SNMP_* */
export function snmpInc(ns: i32, id: u32): void {
  snmpAdd(ns, id, 1);
}

/** Counts one less (a gauge). */
export function snmpDec(ns: i32, id: u32): void {
  const at = block(ns) + COUNTERS + (id << 3);
  store<u64>(at, load<u64>(at) - 1);
}

/** Writes SNMP_MAX counters as f64 at `out`. */
export function snmpDump(ns: i32, out: usize): void {
  const at = block(ns) + COUNTERS;
  for (let i: u32 = 0; i < (SNMP_MAX as u32); i++) store<f64>(out + ((i as usize) << 3), load<u64>(at + (i << 3)) as f64);
}

/** The namespace goes. */
export function tcpNetDestroy(ns: u32): void {
  const n = Ns.at(ns);
  if (n.sock2 != 0) blockFree(n.sock2, SIZE);
  n.sock2 = 0;
}
