/**
 * Counters of IPv6 and ICMPv6 of a namespace: indices of what mib6Read writes, f64 each. Names are those of
 * /proc/net/snmp6; those of UDP over IPv6 are in abi/snmp.ts. @see Linux net/ipv6/proc.c
 */

// Counters of packets; the octets are the next index.
export const MIB6_IN_RECEIVES = 0;
export const MIB6_OUT_TRANSMITS = 2;
export const MIB6_IN_MCAST = 4;
export const MIB6_OUT_MCAST = 6;
// Of packets alone.
export const MIB6_IN_DELIVERS = 8;
export const MIB6_OUT_FORWARDED = 9;
export const MIB6_OUT_REQUESTS = 10;
/** By the two bits of ECN: not capable, ECT(1), ECT(0), congestion experienced. */
export const MIB6_IN_NO_ECT = 11;
// What is rare.
export const MIB6_IN_HDR_ERRORS = 15;
export const MIB6_IN_TOO_BIG = 16;
export const MIB6_IN_NO_ROUTES = 17;
export const MIB6_IN_ADDR_ERRORS = 18;
export const MIB6_IN_UNKNOWN_PROTOS = 19;
export const MIB6_IN_TRUNCATED = 20;
export const MIB6_IN_DISCARDS = 21;
export const MIB6_OUT_DISCARDS = 22;
export const MIB6_OUT_NO_ROUTES = 23;
export const MIB6_REASM_TIMEOUT = 24;
export const MIB6_REASM_REQDS = 25;
export const MIB6_REASM_OKS = 26;
export const MIB6_REASM_FAILS = 27;
export const MIB6_FRAG_OKS = 28;
export const MIB6_FRAG_FAILS = 29;
export const MIB6_FRAG_CREATES = 30;
// Icmp6:
export const MIB6_ICMP_IN_MSGS = 31;
export const MIB6_ICMP_IN_ERRORS = 32;
export const MIB6_ICMP_OUT_MSGS = 33;
export const MIB6_ICMP_OUT_ERRORS = 34;
export const MIB6_ICMP_IN_CSUM_ERRORS = 35;
export const MIB6_ICMP_RATE_HOST = 36;
/** Messages by type: errors (below MIB6_ICMP_ERRORS), then those from 128 on (below 128 + MIB6_ICMP_TYPES - MIB6_ICMP_ERRORS). */
export const MIB6_ICMP_IN_TYPE = 37;
export const MIB6_ICMP_ERRORS = 5;
export const MIB6_ICMP_TYPES = 21;
export const MIB6_ICMP_OUT_TYPE = 58;
/** How many there are. */
export const MIB6_MAX = 79;
