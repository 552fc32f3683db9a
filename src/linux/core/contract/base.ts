/** What crosses the border of the core everywhere. */

/** Addresses cross as 16 bytes, IPv4 as ::ffff:a.b.c.d. */
export type Addr16 = Uint8Array;
