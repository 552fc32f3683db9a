/**
 * Counters of IPv4 and ICMP of a namespace: indices of what mibRead writes, f64 each. Names are those of
 * /proc/net/snmp and of IpExt in /proc/net/netstat. @see Linux include/uapi/linux/snmp.h
 */

// Counters of packets; the octets are the next index (of some nobody asks for them).
export const MIB_IN_RECEIVES = 0;
export const MIB_IN_DELIVERS = 2;
export const MIB_OUT_REQUESTS = 4;
export const MIB_FORW_DATAGRAMS = 6;
export const MIB_OUT_TRANSMITS = 8;
/** By the two bits of ECN: not capable, ECT(1), ECT(0), congestion experienced. */
export const MIB_IN_NO_ECT = 10;
export const MIB_IN_MCAST = 18;
export const MIB_OUT_MCAST = 20;
export const MIB_IN_BCAST = 22;
export const MIB_OUT_BCAST = 24;
// Ip:
export const MIB_IN_HDR_ERRORS = 26;
export const MIB_IN_ADDR_ERRORS = 27;
export const MIB_IN_UNKNOWN_PROTOS = 28;
export const MIB_IN_DISCARDS = 29;
export const MIB_OUT_DISCARDS = 30;
export const MIB_OUT_NO_ROUTES = 31;
export const MIB_REASM_TIMEOUT = 32;
export const MIB_REASM_REQDS = 33;
export const MIB_REASM_OKS = 34;
export const MIB_REASM_FAILS = 35;
export const MIB_FRAG_OKS = 36;
export const MIB_FRAG_FAILS = 37;
export const MIB_FRAG_CREATES = 38;
// IpExt:
export const MIB_IN_NO_ROUTES = 39;
export const MIB_IN_TRUNCATED = 40;
export const MIB_IN_CSUM_ERRORS = 41;
export const MIB_REASM_OVERLAPS = 42;
// Icmp:
export const MIB_ICMP_IN_MSGS = 43;
export const MIB_ICMP_IN_ERRORS = 44;
export const MIB_ICMP_IN_CSUM_ERRORS = 45;
export const MIB_ICMP_OUT_MSGS = 46;
export const MIB_ICMP_OUT_ERRORS = 47;
export const MIB_ICMP_RATE_GLOBAL = 48;
export const MIB_ICMP_RATE_HOST = 49;
/** Messages by type, 0 to MIB_ICMP_TYPES - 1. */
export const MIB_ICMP_IN_TYPE = 50;
export const MIB_ICMP_OUT_TYPE = 69;
export const MIB_ICMP_TYPES = 19;
/** How many there are. */
export const MIB_MAX = 88;
