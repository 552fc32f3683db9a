/** Record of a forwarding entry as dumped (fdbDump): FDB_X_SIZE bytes. */

export const FDB_X_MAC = 0;
export const FDB_X_PORT = 8;
/** FDB_LOCAL …, or-ed */
export const FDB_X_FLAGS = 12;
/** f64 ns since last used. */
export const FDB_X_AGE = 16;
/** Grows with the entries' creation. */
export const FDB_X_SEQ = 24;
export const FDB_X_SIZE = 32;

/** The machine's own MAC; does not age; static: does not age, but may move; made by hand. */
export const FDB_LOCAL = 1;
export const FDB_PERMANENT = 2;
export const FDB_STATIC = 4;
export const FDB_USER = 8;
