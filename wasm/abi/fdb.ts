/** Record of a forwarding entry as dumped (fdbDump): FDB_X_SIZE bytes. */

export const FDB_X_MAC = 0;
export const FDB_X_PORT = 8;
/** bit 0 local, bit 1 permanent. */
export const FDB_X_FLAGS = 12;
/** f64 ns since last used. */
export const FDB_X_AGE = 16;
export const FDB_X_SIZE = 24;
