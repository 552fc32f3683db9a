/** Kinds of devices and their settings. */

export const DEV_LOOPBACK = 1;
export const DEV_VETH = 2;
export const DEV_BRIDGE = 3;
export const DEV_DUMMY = 4;
/** Its other end is outside the lab: captures take what it sends, frameReceive brings what comes. */
export const DEV_NIC = 5;
export const DEVKEY_UP = 1;
export const DEVKEY_MTU = 2;
export const DEVKEY_MAC = 3;
export const DEVKEY_MASTER = 4;
export const DEVKEY_PROMISC = 5;
export const DEVKEY_HAIRPIN = 6;
export const DEVKEY_ISOLATED = 7;
export const DEVKEY_LATENCY = 8;
