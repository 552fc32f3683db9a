/** Kinds of timers. */

export const TIMER_LINK = 1;
export const TIMER_NEIGH = 2;
export const TIMER_CT_GC = 3;
export const TIMER_FRAG = 4;
export const TIMER_QDISC = 8;
export const TIMER_PROXY_ARP = 9;
/** IPVS: connections that ran out. */
export const TIMER_IPVS = 12;
/** IPv6: duplicate address detection of an address, reports and solicitations of a device, a datagram's time. */
export const TIMER_DAD6 = 10;
export const TIMER_MLD6 = 11;
export const TIMER_MLD6_AGAIN = 15;
export const TIMER_RS6 = 13;
export const TIMER_FRAG6 = 14;
/** IGMP: reports of a device. */
export const TIMER_IGMP = 5;
/** Kinds from here belong to sock/: dispatched to sockTimer(kind, obj). */
export const TIMER_SOCK = 16;
