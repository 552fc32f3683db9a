/** Kinds of devices and their settings. */

export const DEV_LOOPBACK = 1;
export const DEV_VETH = 2;
export const DEV_BRIDGE = 3;
export const DEV_DUMMY = 4;
/** Its other end is outside the lab: captures take what it sends, frameReceive brings what comes. */
export const DEV_NIC = 5;
export const DEV_VXLAN = 6;
export const DEV_MACVLAN = 7;
export const DEV_IPVLAN = 8;
export const DEV_VLAN = 9;
export const DEVKEY_UP = 1;
export const DEVKEY_MTU = 2;
export const DEVKEY_MAC = 3;
export const DEVKEY_MASTER = 4;
export const DEVKEY_PROMISC = 5;
export const DEVKEY_HAIRPIN = 6;
export const DEVKEY_ISOLATED = 7;
export const DEVKEY_LATENCY = 8;
/** Bridge ports: 0 or 1. */
export const DEVKEY_LEARNING = 9;
export const DEVKEY_FLOOD = 10;
export const DEVKEY_MCAST_FLOOD = 11;
export const DEVKEY_BCAST_FLOOD = 12;
/** Bridges: ns; a mask of 802.1D groups. */
export const DEVKEY_AGEING = 13;
export const DEVKEY_GROUP_FWD = 14;
/** Macvlan, ipvlan: MACVLAN_*, IPVLAN_*. */
export const DEVKEY_MODE = 15;
/** Bridges: 1: the MAC is the lowest of the ports', until one is set. */
export const DEVKEY_MAC_AUTO = 16;

/** Numbers of devStats, f64 each. */
export const DEV_STATS = 9;

/** Modes of macvlan, as Linux numbers them. */
export const MACVLAN_PRIVATE = 1;
export const MACVLAN_VEPA = 2;
export const MACVLAN_BRIDGE = 4;
export const MACVLAN_PASSTHRU = 8;
