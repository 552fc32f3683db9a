/** Record of a neighbour as dumped (neighDump): NEIGH_X_SIZE bytes. */

export const NEIGH_X_IP = 0;
export const NEIGH_X_DEV = 16;
/** NUD_*, and NEIGH_X_ROUTER. */
export const NEIGH_X_STATE = 20;
export const NEIGH_X_ROUTER = 0x10000;
/** u64, 48 bits used. */
export const NEIGH_X_MAC = 24;
export const NEIGH_X_SIZE = 32;
/** What happened to a neighbour or a forwarding entry (netNext): NEV_X_SIZE bytes; the record (NEIGH_X_*, FDB_X_*) follows. */
export const NEV_X_TYPE = 0;
export const NEV_X_NS = 4;
/** f64, virtual ns. */
export const NEV_X_TIME = 8;
export const NEV_X_RECORD = 16;
export const NEV_X_SIZE = 48;
export const NEV_NEIGH = 1;
export const NEV_NEIGH_GONE = 2;
export const NEV_FDB = 3;
export const NEV_FDB_GONE = 4;
export const NUD_INCOMPLETE = 1;
export const NUD_REACHABLE = 2;
export const NUD_STALE = 4;
export const NUD_DELAY = 8;
export const NUD_PROBE = 16;
export const NUD_FAILED = 32;
export const NUD_NOARP = 64;
export const NUD_PERMANENT = 128;
