/**
 * Further matches of a rule: records of MATCH_X_SIZE bytes that follow the rule's record across the border, and hang
 * behind the rule in the slab, in the order of the command line. The common matches are fields of the rule itself.
 */

/** u32, the core's: the next record. */
export const MATCH_X_NEXT = 0;
/** u8: MX_*; u8: 1 negates. */
export const MATCH_X_KIND = 4;
export const MATCH_X_NOT = 5;
/** u8, u8: told with each kind. */
export const MATCH_X_P = 6;
export const MATCH_X_Q = 7;
/** u64, u64, the core's: what the match remembers. */
export const MATCH_X_STATE = 8;
/** Ten u32 words: A to J. Addresses take four of them, be. */
export const MATCH_X_A = 24;
export const MATCH_X_B = 28;
export const MATCH_X_C = 32;
export const MATCH_X_D = 36;
export const MATCH_X_E = 40;
export const MATCH_X_I = 56;
export const MATCH_X_SIZE = 64;

/** conntrack: an address of a tuple; P: 0 origsrc, 1 origdst, 2 replsrc, 3 repldst; A: address, E: mask. */
export const MX_CTADDR = 1;
/** conntrack: a port of a tuple; P as above; A: low, B: high. */
export const MX_CTPORT = 2;
/** A: protocol. */
export const MX_CTPROTO = 3;
/** A: bits of IPS_*, 1 << 31: NONE. */
export const MX_CTSTATUS = 4;
/** A: 0 ORIGINAL, 1 REPLY. */
export const MX_CTDIR = 5;
/** Seconds left; A: low, B: high. */
export const MX_CTEXPIRE = 6;
/** A: value, B: mask. */
export const MX_CONNMARK = 7;
/** P: 1 source, 2 destination; Q: 1 limit to the device it came in by, 2 to the one it goes out by; A: bits 1 << RTN_*. */
export const MX_ADDRTYPE = 8;
/** P: 1 source, 2 destination; A: lowest, E: highest address. */
export const MX_IPRANGE = 9;
/** A: 31-bit share. */
export const MX_RANDOM = 10;
/** A: every, B: which of them, from 0. */
export const MX_NTH = 11;
/** A: kind of option. */
export const MX_TCPOPTION = 12;
/** A: high 16, B: low 32 bits. */
export const MX_MAC = 13;
/** P: 1 user, 2 group, 4 a socket at all; A, B: range. */
export const MX_OWNER = 14;
/** A: PKT_*. */
export const MX_PKTTYPE = 15;
/** A: low, B: high. */
export const MX_LENGTH = 16;
/** P: 0 equal, 1 less, 2 greater; A: value. */
export const MX_TTL = 17;
/** A: value, B: mask of the byte. */
export const MX_TOS = 18;
/** P: 0 in, 1 out, 2 is-in, 3 is-out, 4 is-bridged; A: name, E: its mask. */
export const MX_PHYSDEV = 19;
/** P: 0 any, 1 protocol, 2 address, 3 port, 4 direction, 5 method, 6 control port; A: value, B: mask. */
export const MX_IPVS = 20;
/** Bucket for each key; P: bits 1 srcip, 2 dstip, 4 srcport, 8 dstport; Q: 1 above; A, B: u64 ns per packet; C: burst; D: table; E: ms of idleness; F, G: prefix lengths. */
export const MX_HASHLIMIT = 21;
/** A, B: u64 bytes left. */
export const MX_QUOTA = 22;
/** Not the first fragment. */
export const MX_FRAGMENT = 23;
/** P: 0 packets, 1 bytes, 2 average size; Q: 0 original, 1 reply, 2 both; A, B: u64 low; C, D: u64 high. */
export const MX_CONNBYTES = 24;
/** P: RECENT_*; Q: 1 source, 2 destination; A, D: name of the table (a hash); B: seconds; C: hits; E: mask. */
export const MX_RECENT = 25;
/** P: 1 source, 2 destination; A: connections allowed; E: mask. */
export const MX_CONNLIMIT = 26;
/** P: 1 without regard to case; A: bytes of the pattern, which follow in MX_BYTES; B: first, C: last offset. */
export const MX_STRING = 27;
/** Bytes that belong to the record before: they say nothing themselves. */
export const MX_BYTES = 28;
/** Of the clock on the wall; P: 1 a span over midnight is one; A, B: first and last second since 1970; C, D: of the day; E: bits of days of the month, F: of the week from Monday, 1; G, H: u64 ns since 1970 at virtual time 0. */
export const MX_TIME = 29;
/** Largest segment a SYN announces; A: low, B: high. */
export const MX_TCPMSS = 30;
/** P: 0 IP's field, A: its value; 1 flags of TCP, A: the bit. */
export const MX_ECN = 31;
/** A: instructions of the program, which follow in MX_BYTES, five to a record: U32_*, number. */
export const MX_U32 = 32;
/** The way back to the source; P: RPF_*. */
export const MX_RPFILTER = 33;
/** A socket that takes the packet; P: SOCKET_*. */
export const MX_SOCKET = 34;
/** The same for all packets; A: 1 fits; P: 1 needs connections. */
export const MX_FIXED = 35;

/** What u32 does: begin a test with the word at an offset, change it, go on from where it points; compare, end of a test. */
export const U32_LOAD = 0;
export const U32_AND = 1;
export const U32_LEFT = 2;
export const U32_RIGHT = 3;
export const U32_AT = 4;
export const U32_MIN = 5;
export const U32_MAX = 6;
export const U32_END = 7;

export const RPF_LOOSE = 1;
export const RPF_VALIDMARK = 2;
export const RPF_ACCEPT_LOCAL = 4;

export const SOCKET_TRANSPARENT = 1;
/** One that is bound to no address counts too. */
export const SOCKET_NOWILDCARD = 2;
export const SOCKET_RESTORE = 4;

/** What `recent` is to do: bits. */
export const RECENT_CHECK = 1;
export const RECENT_SET = 2;
export const RECENT_UPDATE = 4;
export const RECENT_REMOVE = 8;
/** The TTL must be the same; addresses that are too old go. */
export const RECENT_TTL = 16;
export const RECENT_REAP = 32;

/** An address of a table of `recent` as it is dumped: RECENT_X_SIZE bytes. Stamps are ticks of RECENT_TICK ns, u32 each. */
export const RECENT_X_ADDR = 0;
export const RECENT_X_TTL = 16;
export const RECENT_X_INDEX = 20;
export const RECENT_X_COUNT = 24;
/** How many stamps the table keeps of an address. */
export const RECENT_X_ROOM = 28;
export const RECENT_X_STAMPS = 32;
export const RECENT_X_SIZE = 1056;
export const RECENT_STAMPS = 256;
/** A tick of a kernel with HZ=250. */
export const RECENT_TICK = 4_000_000;
