/** The header of a packet, and its flags. Who owns one, and where its bytes lie, is said in pool.ts. */
import { PKT_BASE, PKT_REC } from '../mem';

/** Traced packet. */
export const PF_TRACE: u32 = 1;
/** PREROUTING was already crossed in the bridge. */
export const PF_PREROUTED: u32 = 2;
/** Set don't-fragment when the IPv4 header is built. */
export const PF_DF: u32 = 4;
/** The packet is an ICMP error, or carries what one made its sender say. */
export const PF_ICMP_ERROR: u32 = 8;
/** Not tracked (NOTRACK). */
export const PF_NOTRACK: u32 = 16;
/** May be sent to a broadcast address (SO_BROADCAST). */
export const PF_BROADCAST: u32 = 32;
/** Frame is being bridged (bridge netfilter). */
export const PF_BRIDGED: u32 = 64;
/** Made by this machine (never was received). */
export const PF_LOCAL: u32 = 128;
/** It was put together from fragments that had DF: its fragments have it too. */
export const PF_FRAG_PMTU: u32 = 256;
/** May be fragmented whatever its DF says. @see Linux skb->ignore_df */
export const PF_IGNORE_DF: u32 = 512;
/** IP does not know any more that it was put together, but the pieces it then leaves in are still those. @see Linux ip_do_fragment */
export const PF_FRAG_FORGOT: u32 = 1024;
/** The answer to a packet of `sock`, which did not send it itself. */
export const PF_ANSWER: u32 = 2048;
/** A copy of a multicast datagram that its sender hears too: no tap sees it come. */
export const PF_LOOPED: u32 = 1 << 28;
/** It leaves by the device it came by: its sender may be told of a better way. */
export const PF_REDIRECT: u32 = 1 << 24;
/** Its source was chosen by its route: rules that ask for one do not know it. */
export const PF_SRC_CHOSEN: u32 = 1 << 27;
/** IP options fill in addresses on the way out (record route, timestamp). */
export const PF_OPT_RR: u32 = 1 << 25;
export const PF_OPT_TS: u32 = 1 << 26;
/** Being bridged, and its port is known: Pkt.outdev. */
export const PF_BRIDGE_OUT: u32 = 0x10000;
/** Bridged, with a destination of another port: it comes back to the bridge when that neighbour is known. */
export const PF_BRIDGED_DNAT: u32 = 0x40000;
/** IPVS has had it. @see Linux skb->ipvs_property */
export const PF_IPVS: u32 = 0x20000;
/** A packet in its tunnel's headers waits to be sent by the namespace below (dev/vxlan.ts: vxlanSend). */
export const PF_TUNNEL: u32 = 1 << 20;
/** One header for several copies of a flooded frame that wait (dev/flood.ts). */
export const PF_FLOOD: u32 = 1 << 19;
/** An own multicast that its sender hears: it is for this machine, whatever its route. */
export const PF_OWN_GROUP: u32 = 1 << 22;
/** It arrives at a device without having crossed a link: the device's counters have seen it, or must not. */
export const PF_UNCOUNTED: u32 = 1 << 21;
/** A copy over IPv6 on its way to a gateway of its own (nf/target/tee.ts): AT_HOP. */
export const PF_TEED: u32 = 1 << 23;
/** What a packet's buffer costs beside its bytes, where room is counted. @see Linux SKB_TRUESIZE */
export const BUFFER_COST: u32 = 768;

/** Header of a packet, 128 bytes. Addresses into memory are absolute; 0 is none. */
@unmanaged
export class Pkt {
  /** Link of free list, work queue and neighbour queue. */
  next: u32;
  /** Buffer number; jumbo ones have the top bit. */
  buf: u32;
  /** First byte and count: the frame below IP, the IP packet from IP on. */
  data: u32;
  len: u32;
  /** Headers. */
  mac: u32;
  nh: u32;
  th: u32;
  /** Ethertype. */
  proto: u32;
  ns: u32;
  /** Device it is on now. */
  dev: u32;
  pkttype: u32;
  flags: u32;
  /** Identity, kept by copies and across veth pairs. */
  id: u32;
  /** Links crossed so far. */
  hops: u32;
  /** Generation of the device it travels to. */
  gen: u32;
  /** For sock/: anything. */
  user: u32;
  // From here to `oif`: what it forgets when it leaves the machine (pktScrub).
  mark: u32;
  /** Connection (0 none) and IP_CT_*: 0 established, 1 related, 2 new; +3 when in reply direction. Without a connection: its zone (nf/zone.ts). */
  ct: u32;
  ctinfo: u32;
  /** Route: RTN_* (0 not looked up), next hop (IPv4 number), preferred source. */
  rtype: u32;
  nexthop: u32;
  prefsrc: u32;
  /** Device it came in by (0: made here), and goes out by: for netfilter's -i and -o. */
  indev: u32;
  outdev: u32;
  /** Bridge port it came in by. */
  port: u32;
  /** Sending socket, 0 none. */
  sock: u32;
  /** Put together from fragments: the size of the largest; else 0. */
  fragMax: u32;
  /** Device its sender insists on, 0 any. */
  oif: u32;
  /** For sock/: anything. */
  user2: u32;
  /** The route it takes, 0: an own address or a broadcast. */
  route: u32;
  /** When it was received by the present machine, ns. */
  stamp: u64;

  @inline static at(i: u32): Pkt {
    return changetype<Pkt>(PKT_BASE + (i as usize) * PKT_REC);
  }
}

/** The size of the largest fragment a packet was put together from, as far as IP knows; else 0. */
export function fragKnown(p: Pkt): u32 {
  return p.flags & PF_FRAG_FORGOT ? 0 : p.fragMax;
}
