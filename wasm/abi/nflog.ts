/** Record of a packet that a LOG target saw: NFLOG_X_SIZE bytes in a ring of the core. */

/** u32: the rule. */
export const NFLOG_X_RULE = 0;
export const NFLOG_X_NS = 4;
export const NFLOG_X_HOOK = 8;
/** u32: devices it came in and goes out by, and bridge ports, 0 none. */
export const NFLOG_X_IN = 12;
export const NFLOG_X_OUT = 16;
export const NFLOG_X_PHYSIN = 20;
export const NFLOG_X_PHYSOUT = 24;
export const NFLOG_X_MARK = 28;
/** Owner of the sending socket, -1 none. */
export const NFLOG_X_UID = 32;
export const NFLOG_X_GID = 36;
/** Bytes of link header at NFLOG_X_MAC, 0 or 14, and of packet at NFLOG_X_DATA. */
export const NFLOG_X_MACLEN = 40;
export const NFLOG_X_LEN = 44;
/** f64 ns. */
export const NFLOG_X_TIME = 48;
export const NFLOG_X_MAC = 56;
export const NFLOG_X_DATA = 72;
export const NFLOG_X_ROOM = 184;
export const NFLOG_X_SIZE = 256;
