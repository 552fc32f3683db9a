/**
 * What netfilter keeps for each namespace beside its chains of raw, nat and filter: the chains of mangle and security,
 * the sysctls net.netfilter.nf_conntrack_* and net.ipv4.vs.*, the counters of `conntrack -S`.
 * @see Linux include/net/netns/conntrack.h, net/netfilter/nf_conntrack_standalone.c
 */
import { EINVAL } from '../../abi';
import { flowStale } from '../flow/epoch';
import { NFNS_BASE, NFNS_REC, NS_CAP } from '../mem';

@unmanaged
export class NfNs {
  /** Chains by family (4, 6), table (mangle, security), hook. */
  chain0: u32;
  chain1: u64;
  chain3: u64;
  chain5: u64;
  chain7: u64;
  chain9: u64;
  chain11: u64;
  chain13: u64;
  chain15: u64;
  chain17: u64;
  chain19: u64;
  /** Seconds; TCP's by state 0..9, then after many retransmissions, then for data nobody acknowledged. */
  tcp0: u32;
  tcp1: u32;
  tcp2: u32;
  tcp3: u32;
  tcp4: u32;
  tcp5: u32;
  tcp6: u32;
  tcp7: u32;
  tcp8: u32;
  tcp9: u32;
  tcpRetrans: u32;
  tcpUnack: u32;
  udp: u32;
  udpStream: u32;
  icmp: u32;
  icmp6: u32;
  generic: u32;
  loose: u32;
  liberal: u32;
  ignoreRst: u32;
  maxRetrans: u32;
  /** Connections allowed, 0: as many as the core holds. */
  max: u32;
  /** Counters: packets of no connection, connections that could not enter the table, that were refused, given up early. */
  invalid: u32;
  insertFailed: u32;
  refused: u32;
  earlyDrop: u32;
  clashResolve: u32;
  /** net.ipv4.vs.conntrack: connections of IPVS are tracked. */
  vsConntrack: u32;
  /** Seconds of IPVS's connections: established, half closed, UDP. */
  vsTcp: u32;
  vsFin: u32;
  vsUdp: u32;
  /** First service. */
  vsFirst: u32;
  /** How many listen to what happens to connections. */
  watch: u32;

  @inline static at(ns: u32): NfNs {
    return changetype<NfNs>(NFNS_BASE + (ns as usize) * NFNS_REC);
  }
}

/** Place of the handle of a chain of mangle (table 0) or security (1). */
export function moreChain(ns: u32, family: u32, table: u32, hook: u32): usize {
  const k: u32 = (family == 6 ? 10 : 0) + table * 5 + hook;
  return changetype<usize>(NfNs.at(ns)) + (k as usize) * 4;
}

/** Numbers of the settings as they lie in the record, from tcp0. */
const SETTINGS: u32 = 22;
const COUNTERS: u32 = 5;
/** With those of IPVS. */
const LAST: u32 = SETTINGS + COUNTERS + 4;

function word(ns: u32, k: u32): usize {
  return changetype<usize>(NfNs.at(ns)) + offsetof<NfNs>('tcp0') + (k as usize) * 4;
}

/** A namespace begins with Linux's defaults. */
export function nfNsInit(ns: u32): void {
  memory.fill(changetype<usize>(NfNs.at(ns)), 0, NFNS_REC);
  const n = NfNs.at(ns);
  n.tcp1 = 120;
  n.tcp2 = 60;
  n.tcp3 = 432000;
  n.tcp4 = 120;
  n.tcp5 = 60;
  n.tcp6 = 30;
  n.tcp7 = 120;
  n.tcp8 = 10;
  n.tcp9 = 120;
  n.tcpRetrans = 300;
  n.tcpUnack = 300;
  n.udp = 30;
  n.udpStream = 120;
  n.icmp = 30;
  n.icmp6 = 30;
  n.generic = 600;
  n.loose = 1;
  n.maxRetrans = 3;
  n.vsTcp = 900;
  n.vsFin = 120;
  n.vsUdp = 300;
}

/** Sets the k-th setting (NfNs from tcp0 on; counters cannot be set). @returns 0 or -EINVAL */
export function nfSet(ns: u32, k: u32, value: u32): i32 {
  if (ns == 0 || ns >= NS_CAP || (k >= SETTINGS && k < SETTINGS + COUNTERS) || k >= LAST) return -EINVAL;
  flowStale();
  store<u32>(word(ns, k), value);
  return 0;
}

/** The k-th setting or counter. */
export function nfGet(ns: u32, k: u32): u32 {
  return ns >= NS_CAP || k >= LAST ? 0 : load<u32>(word(ns, k));
}
