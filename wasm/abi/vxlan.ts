/** A VXLAN's settings as they cross (vxlanAdd, vxlanSet, vxlanGet): VXLAN_X_SIZE bytes; addresses are IPv4 numbers. */

export const VXLAN_X_VNI = 0;
/** 0: none. */
export const VXLAN_X_REMOTE = 4;
export const VXLAN_X_LOCAL = 8;
/** Device of the link namespace to send by, 0: the route's. */
export const VXLAN_X_LOWER = 12;
export const VXLAN_X_PORT = 16;
export const VXLAN_X_SPORT_LO = 20;
export const VXLAN_X_SPORT_HI = 24;
/** 0: the namespace's default. */
export const VXLAN_X_TTL = 28;
/** 1: that of the packet inside. */
export const VXLAN_X_TOS = 32;
/** 0 unset, 1 set, 2 that of the packet inside. */
export const VXLAN_X_DF = 36;
export const VXLAN_X_FLAGS = 40;
/** Most learned entries, 0: any number. */
export const VXLAN_X_MAX = 44;
/** f64 ns, 0: never. */
export const VXLAN_X_AGEING = 48;
/** f64: destinations and neighbours that were missed. */
export const VXLAN_X_L2MISSES = 56;
export const VXLAN_X_L3MISSES = 64;
/** Index of the namespace it sends in. */
export const VXLAN_X_NS = 72;
export const VXLAN_X_SIZE = 80;

export const VXLAN_LEARN = 1;
export const VXLAN_PROXY = 2;
export const VXLAN_L2MISS = 4;
export const VXLAN_L3MISS = 8;
export const VXLAN_NO_CSUM = 16;
export const VXLAN_TTL_INHERIT = 32;

/** A forwarding entry of a VXLAN (vfdbSet, vfdbDel, vfdbDump): VFDB_X_SIZE bytes; one for each remote of a MAC. */
export const VFDB_X_MAC = 0;
/** IPv4 number, 0: any. */
export const VFDB_X_DST = 8;
/** 0: the device's. */
export const VFDB_X_PORT = 12;
export const VFDB_X_VNI = 16;
export const VFDB_X_OIF = 20;
/** NUD_* */
export const VFDB_X_STATE = 24;
/** Grows with the entries' creation; equal for the remotes of one MAC. */
export const VFDB_X_SEQ = 28;
/** f64 ns since last used, and since last seen or changed. */
export const VFDB_X_USED = 32;
export const VFDB_X_UPDATED = 40;
export const VFDB_X_SIZE = 48;

/** How vfdbSet and fdbSet treat what is there already; NLM_F_* of netlink. */
export const FDB_EXCL = 1;
export const FDB_REPLACE = 2;
export const FDB_APPEND = 4;
export const FDB_CREATE = 8;
