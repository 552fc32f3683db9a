/** Why packets were dropped: indices of the drop counters. */

export const DROP_NO_BUFFER = 1;
export const DROP_DEV_DOWN = 2;
export const DROP_NO_CARRIER = 3;
export const DROP_LOOP = 4;
export const DROP_BAD_FRAME = 5;
export const DROP_UNKNOWN_PROTO = 6;
export const DROP_OTHERHOST = 7;
export const DROP_BAD_HEADER = 8;
export const DROP_BAD_CHECKSUM = 9;
export const DROP_MARTIAN_SRC = 10;
export const DROP_MARTIAN_DST = 11;
export const DROP_NO_ROUTE = 12;
export const DROP_NO_FORWARDING = 13;
export const DROP_TTL = 14;
export const DROP_MTU = 15;
export const DROP_FRAGMENT = 16;
export const DROP_NEIGH_FAILED = 17;
export const DROP_NEIGH_QUEUE = 18;
export const DROP_NEIGH_FULL = 19;
export const DROP_RULE = 20;
export const DROP_POLICY = 21;
export const DROP_REJECT = 22;
export const DROP_CT_FULL = 23;
export const DROP_CT_CLASH = 24;
export const DROP_CT_INVALID = 25;
export const DROP_NAT_NO_PORT = 26;
export const DROP_NO_SOCKET = 27;
export const DROP_SOCK_BUFFER = 28;
export const DROP_BROADCAST = 29;
export const DROP_ISOLATED = 30;
export const DROP_SAME_PORT = 31;
export const DROP_BLACKHOLE = 32;
export const DROP_NS_GONE = 33;
export const DROP_ICMP = 34;
export const DROP_TIMER_FULL = 35;
export const DROP_FDB_FULL = 36;
export const DROP_IPV6 = 37;
export const DROP_SOCK_CHECKSUM = 38;
export const DROP_SOCK_STATE = 39;
/** Fragments: the rest did not come in time; they overlap; too many wait. */
export const DROP_FRAG_TIMEOUT = 40;
export const DROP_FRAG_OVERLAP = 41;
export const DROP_FRAG_FULL = 42;
/** The source does not come this way (rp_filter); IP options are wrong or not allowed. */
export const DROP_RP_FILTER = 45;
export const DROP_OPTIONS = 46;
/** IPVS: no server may be chosen; its table is full. */
export const DROP_IPVS_NO_DEST = 48;
export const DROP_IPVS_FULL = 49;
/** Sent by the namespace's policy of conntrack: the table of this namespace is at nf_conntrack_max. */
export const DROP_CT_MAX = 50;
/** Queueing disciplines: lost by netem, no room in the queue, larger than a bucket. */
export const DROP_QDISC_LOSS = 70;
export const DROP_QDISC_FULL = 71;
export const DROP_QDISC_SIZE = 72;
/** The queue's device went, or the queue was replaced. */
export const DROP_QDISC_GONE = 73;
/** VXLAN: no destination for the MAC, a bad header, a VNI that nobody has, own or fixed MAC as source. */
export const DROP_VXLAN_NO_DST = 74;
export const DROP_VXLAN_HEADER = 75;
export const DROP_VXLAN_VNI = 76;
export const DROP_VXLAN_SRC = 77;
/** VXLAN: the forwarding table is full, or at the device's limit (counted, nothing is dropped). */
export const DROP_VXLAN_FULL = 78;
/** A VXLAN's ARP request that ends at the proxy. */
export const DROP_VXLAN_PROXY = 79;
/** Bridge: a group of 802.1D that is not forwarded; a port that does not flood. */
export const DROP_LINK_LOCAL = 80;
/** Counters: indices 0..DROP_MAX-1. */
export const DROP_MAX = 96;
