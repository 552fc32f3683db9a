/** Kinds of timers. */

export const TIMER_LINK = 1;
export const TIMER_NEIGH = 2;
export const TIMER_CT_GC = 3;
export const TIMER_FRAG = 4;
export const TIMER_QDISC = 8;
/** IPVS: connections that ran out. */
export const TIMER_IPVS = 12;
export const TIMER_PROXY_ARP = 9;
/** Kinds from here belong to sock/: dispatched to sockTimer(kind, obj). */
export const TIMER_SOCK = 16;
