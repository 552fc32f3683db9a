/**
 * Places for addresses of 16 bytes that are built on the way. Each has one user at a time, named here; nothing in them
 * outlives the call that wrote it.
 */
import { TEMP6_BASE } from '../mem';

/** The source chosen for a packet (source.ts, output.ts). */
export const AT_SOURCE: usize = TEMP6_BASE;
/** A group: solicited-node, all nodes, all routers (nd.ts, mcast.ts, addr.ts). */
export const AT_GROUP: usize = TEMP6_BASE + 16;
/** :: ; never written. */
export const AT_ANY: usize = TEMP6_BASE + 32;
/** Source of neighbour discovery and of reports (nd.ts, mcast.ts). */
export const AT_ND_SOURCE: usize = TEMP6_BASE + 48;
/** Ends of an error or echo: copies, as the packet they come from may be rewritten (icmp.ts). */
export const AT_ICMP_SRC: usize = TEMP6_BASE + 64;
export const AT_ICMP_DST: usize = TEMP6_BASE + 80;
/** The address asked for and the asker (nd.ts). */
export const AT_TARGET: usize = TEMP6_BASE + 96;
export const AT_ASKER: usize = TEMP6_BASE + 112;
/** Group of membership changes by addresses (addr.ts). */
export const AT_MEMBER: usize = TEMP6_BASE + 128;
/** The gateway of a copy that is being sent (nf/target/tee.ts). */
export const AT_HOP: usize = TEMP6_BASE + 144;
/** Source of a lookup that only asks (route.ts, glue.ts). */
export const AT_LOOKUP: usize = TEMP6_BASE + 160;
/** Ends of a reset, 32 bytes (nf/reject6.ts). */
export const AT_RESET: usize = TEMP6_BASE + 176;
/** The address NAT gives (nf/nat.ts). */
export const AT_NAT: usize = TEMP6_BASE + 208;
/** A destination before NAT (nf/hook.ts). */
export const AT_BEFORE: usize = TEMP6_BASE + 224;
/** The prefix of an address (addr.ts). */
export const AT_PREFIX: usize = TEMP6_BASE + 240;
