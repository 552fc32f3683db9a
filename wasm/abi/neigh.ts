/** Record of a neighbour as dumped (neighDump): NEIGH_X_SIZE bytes. */

export const NEIGH_X_IP = 0;
export const NEIGH_X_DEV = 16;
/** NUD_*, and NEIGH_X_ROUTER. */
export const NEIGH_X_STATE = 20;
export const NEIGH_X_ROUTER = 0x10000;
/** u64, 48 bits used. */
export const NEIGH_X_MAC = 24;
export const NEIGH_X_SIZE = 32;
export const NUD_INCOMPLETE = 1;
export const NUD_REACHABLE = 2;
export const NUD_STALE = 4;
export const NUD_DELAY = 8;
export const NUD_PROBE = 16;
export const NUD_FAILED = 32;
export const NUD_NOARP = 64;
export const NUD_PERMANENT = 128;
