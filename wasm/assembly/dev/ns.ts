/** A network namespace: heads of its lists and its sysctls. */
import {
  CONF_ALL,
  CONF_ARP_IGNORE,
  CONF_FORWARDING,
  CONF_ROUTE_LOCALNET,
  NSKEY_ARP_IGNORE,
  NSKEY_BRIDGE_NF,
  NSKEY_DEFAULT_TTL,
  NSKEY_ECHO_IGNORE_ALL,
  NSKEY_IP_FORWARD,
  NSKEY_PORT_HI,
  NSKEY_PORT_LO,
  NSKEY_ROUTE_LOCALNET,
} from '../../abi';
import { addrNsDestroy } from '../ip/addr';
import { confNsInit, confSet } from '../ip/conf';
import { fibRuleNsDestroy } from '../ip/fibrule';
import { mibInit } from '../ip/mib';
import { mib6Init } from '../ip6/mib6';
import { net4Init } from '../ip/net4';
import { peerNsDestroy } from '../ip/peer';
import { neighNsDestroy } from '../ip/neightab';
import { pmtuNsDestroy } from '../ip/pmtu';
import { fragNsDestroy } from '../ip/reassembly';
import { ns6Init } from '../ip6/idev';
import { tell6NsDestroy } from '../ip6/limit';
import { pmtu6NsDestroy } from '../ip6/pmtu';
import { frag6NsDestroy } from '../ip6/reassembly';
import { route6NsDestroy } from '../ip6/route';
import { routeNsDestroy } from '../ip/route';
import { NS_BASE, NS_REC, SLAB_NS } from '../mem';
import { ctNsDestroy } from '../nf/conntrack';
import { zoneNsDestroy } from '../nf/zone';
import { vsConnFlush } from '../nf/ipvs/conn';
import { vsNsDestroy } from '../nf/ipvs/service';
import { nfNsInit } from '../nf/settings';
import { nfNsDestroy } from '../nf/table';
import { slabAlloc, slabFree } from '../sim/slab';
import { sockNsDestroy } from '../sock/input';
import { tcpKeySet, tcpNetDestroy } from '../sock/tcpnet';
import { devNsDestroy } from './dev';
import { vxlanNsDestroy } from './vxlanadm';
import { dstFlush } from '../ip/dst';

@unmanaged
export class Ns {
  live: u32;
  echoIgnoreAll: u32;
  defaultTtl: u32;
  bridgeNf: u32;
  portLo: u32;
  portHi: u32;
  /** Devices, newest first. */
  devs: u32;
  /** Its loopback device. */
  lo: u32;
  /** Addresses in the order of adding. */
  addrs: u32;
  addrsTail: u32;
  /** Addresses on loopback whose whole prefix is local, but for 127/8. */
  wideLo: u32;
  /** Routes, most specific first. */
  routes: u32;
  /** Identification of the next IPv4 packet. */
  ipid: u32;
  /** Rules of IPv4 that need conntrack: when 0, its packets are not tracked. */
  ctUsers: u32;
  /** Confirmed connections in the order of confirming, and how many. */
  connHead: u32;
  connTail: u32;
  conns: u32;
  /** For sock/: first and last of its sockets, its settings and counters. */
  sock0: u32;
  sock1: u32;
  sock2: u32;
  sock3: u32;
  /** Rules of IPv4's nat table: when 0, the nat hooks are skipped. */
  natUsers: u32;
  /** Built-in chains made so far: when 0, hooks cost nothing. */
  nfChains: u32;
  /** Which they are: bit table * 5 + hook, of IPv4 and of IPv6. */
  nf4: u32;
  nf6: u32;
  /** All its chains. */
  chains: u32;
  /** ctUsers and natUsers of IPv6. */
  ctUsers6: u32;
  natUsers6: u32;
  /** Rules that need whole packets, not conntrack: of IPv4, of IPv6. */
  wholeUsers: u32;
  wholeUsers6: u32;
  /** Built-in chains: handles by family (4, 6), table, hook; see chainOf. */
  chain0: u32;

  @inline static at(i: u32): Ns {
    return changetype<Ns>(NS_BASE + (i as usize) * NS_REC);
  }
}

/** Adds an empty namespace with Linux's defaults (bridge_nf_call_iptables is on). @returns its index, 0 when full */
export function nsAdd(): u32 {
  const i = slabAlloc(SLAB_NS);
  if (i == 0) return 0;
  const n = Ns.at(i);
  n.live = 1;
  ns6Init(i);
  n.defaultTtl = 64;
  n.bridgeNf = 1;
  n.portLo = 32768;
  n.portHi = 60999;
  confNsInit(i);
  net4Init(i);
  mibInit(i);
  mib6Init(i);
  nfNsInit(i);
  return i;
}

/** Destroys a namespace and all that is in it; a veth's peer goes too. */
export function nsDel(i: u32): void {
  const n = Ns.at(i);
  if (!n.live) return;
  vxlanNsDestroy(i);
  sockNsDestroy(i);
  fragNsDestroy(i);
  frag6NsDestroy(i);
  pmtu6NsDestroy(i);
  tell6NsDestroy(i);
  pmtuNsDestroy(i);
  devNsDestroy(i);
  neighNsDestroy(i);
  addrNsDestroy(i);
  peerNsDestroy(i);
  routeNsDestroy(i);
  route6NsDestroy(i);
  fibRuleNsDestroy(i);
  ctNsDestroy(i);
  zoneNsDestroy(i);
  vsConnFlush(i);
  vsNsDestroy(i);
  nfNsDestroy(i);
  tcpNetDestroy(i);
  n.live = 0;
  slabFree(SLAB_NS, i);
}

/** Sets a sysctl. @param key NSKEY_* @returns 0 or -EINVAL */
export function nsSet(i: u32, key: u32, value: u32): i32 {
  dstFlush();
  const n = Ns.at(i);
  switch (key) {
    case NSKEY_IP_FORWARD:
      return confSet(i, CONF_ALL, CONF_FORWARDING, value);
    case NSKEY_ROUTE_LOCALNET:
      return confSet(i, CONF_ALL, CONF_ROUTE_LOCALNET, value);
    case NSKEY_ECHO_IGNORE_ALL:
      n.echoIgnoreAll = value;
      return 0;
    case NSKEY_DEFAULT_TTL:
      n.defaultTtl = value;
      return 0;
    case NSKEY_BRIDGE_NF:
      n.bridgeNf = value;
      return 0;
    case NSKEY_ARP_IGNORE:
      return confSet(i, CONF_ALL, CONF_ARP_IGNORE, value);
    case NSKEY_PORT_LO:
      n.portLo = value;
      return 0;
    case NSKEY_PORT_HI:
      n.portHi = value;
      return 0;
  }
  return tcpKeySet(i, key, value);
}
