/**
 * Memory map of the core. All state lies in linear memory, so that a copy of memory is a snapshot: no module of the
 * core has a mutable module-level variable.
 *
 *   0x00000  compiler's static data (tables of constants, < 64 KiB)
 *   0x10000  Sim block: clock, generator, queue heads, slab descriptors, drop counters
 *   SCRATCH  bytes that cross the border (names, payloads, dumped records)
 *   …        slabs and rings, in the order below
 *   SOCK     sockets (sock/mem.ts lays it out)
 *   ARENA    grows: rings of sockets, and records of connections
 *
 * A slab is `cap` records of one size with a free list through their first word; record 0 is never handed out, so
 * index 0 means "none". A fresh slab is untouched memory: pages cost nothing until used. sim/span.ts names the bytes
 * that are in use.
 */

export const SIM_BASE: usize = 0x10000;
export const SIM_SIZE: usize = 0x2000;

export const SCRATCH_BASE: usize = SIM_BASE + SIM_SIZE;
export const SCRATCH_SIZE: usize = 0x110000;

// --- packets: headers, and two classes of buffers
export const PKT_REC: usize = 128;
export const PKT_CAP: u32 = 32768;
export const PKT_BASE: usize = SCRATCH_BASE + SCRATCH_SIZE;
/** Room before a fresh payload for the headers of all layers below. */
export const HEADROOM: u32 = 128;
export const BUF_REC: usize = 2048;
export const BUF_CAP: u32 = 2048;
export const BUF_BASE: usize = PKT_BASE + PKT_REC * PKT_CAP;
export const JUMBO_REC: usize = 66 * 1024;
export const JUMBO_CAP: u32 = 40;
export const JUMBO_BASE: usize = BUF_BASE + BUF_REC * BUF_CAP;

// --- timers: records and the heap of their indices
export const TIMER_REC: usize = 32;
export const TIMER_CAP: u32 = 65536;
export const TIMER_BASE: usize = JUMBO_BASE + JUMBO_REC * JUMBO_CAP;
export const TIMER_HEAP: usize = TIMER_BASE + TIMER_REC * TIMER_CAP;

// --- rings
export const EVENT_REC: usize = 16;
export const EVENT_CAP: u32 = 8192;
export const EVENT_BASE: usize = TIMER_HEAP + 4 * TIMER_CAP;
export const TRACE_CAP: u32 = 16384;
export const TRACE_BASE: usize = EVENT_BASE + EVENT_REC * EVENT_CAP;
export const CAPTURE_REC: usize = 64;
export const CAPTURE_CAP: u32 = 17;
export const CAPTURE_BASE: usize = TRACE_BASE + 32 * TRACE_CAP;
/** What a burst of large frames leaves on every device of three machines has to fit: nobody reads before it is over. */
export const CAPTURE_RING: usize = 1024 * 1024;
export const CAPTURE_RINGS: usize = CAPTURE_BASE + 2048;

// --- namespaces, devices, bridges
export const NS_REC: usize = 256;
export const NS_CAP: u32 = 16384;
export const NS_BASE: usize = CAPTURE_RINGS + CAPTURE_RING * CAPTURE_CAP;
export const DEV_REC: usize = 256;
export const DEV_CAP: u32 = 49152;
export const DEV_BASE: usize = NS_BASE + NS_REC * NS_CAP;
export const FDB_REC: usize = 48;
export const FDB_CAP: u32 = 49152;
export const FDB_BASE: usize = DEV_BASE + DEV_REC * DEV_CAP;
export const FDB_BUCKETS: u32 = 16384;
export const FDB_HASH: usize = FDB_BASE + FDB_REC * FDB_CAP;

// --- addresses, routes, neighbours
export const ADDR_REC: usize = 64;
export const ADDR_CAP: u32 = 65536;
export const ADDR_BASE: usize = FDB_HASH + 4 * FDB_BUCKETS;
export const ADDR_BUCKETS: u32 = 16384;
export const ADDR_HASH: usize = ADDR_BASE + ADDR_REC * ADDR_CAP;
export const ROUTE_REC: usize = 104;
export const ROUTE_CAP: u32 = 65536;
export const ROUTE_BASE: usize = ADDR_HASH + 4 * ADDR_BUCKETS;
export const NEIGH_REC: usize = 128;
export const NEIGH_CAP: u32 = 65536;
export const NEIGH_BASE: usize = ROUTE_BASE + ROUTE_REC * ROUTE_CAP;
export const NEIGH_BUCKETS: u32 = 16384;
export const NEIGH_HASH: usize = NEIGH_BASE + NEIGH_REC * NEIGH_CAP;

// --- netfilter
export const CHAIN_REC: usize = 64;
export const CHAIN_CAP: u32 = 65536;
export const CHAIN_BASE: usize = NEIGH_HASH + 4 * NEIGH_BUCKETS;
export const RULE_REC: usize = 384;
export const RULE_CAP: u32 = 65536;
export const RULE_BASE: usize = CHAIN_BASE + CHAIN_REC * CHAIN_CAP;
export const JUMP_CAP: u32 = 1024;
export const JUMP_BASE: usize = RULE_BASE + RULE_REC * RULE_CAP;
/** Connections lie in the arena, in blocks of CONN_CHUNK bytes; the heads of their hash and of the gc's wheel here. */
export const CONN_REC: usize = 256;
export const CONN_CAP: u32 = 1 << 20;
export const CONN_CHUNK: u32 = 0x10000;
/** Buckets at birth and at most. */
export const CONN_BUCKETS: u32 = 1024;
export const CONN_BUCKETS_MAX: u32 = 1 << 21;
export const CONN_HASH: usize = JUMP_BASE + 8 * JUMP_CAP;
export const CONN_WHEEL: usize = CONN_HASH + 4 * CONN_BUCKETS_MAX;
export const CONN_SLOTS: u32 = 64;
/** Heads of the lists of rewritten sources (nf/bysource.ts). */
export const NAT_SOURCE_BUCKETS: u32 = 1 << 16;
export const NAT_SOURCES: usize = CONN_WHEEL + 4 * CONN_SLOTS;

// --- reassembly, path MTUs
export const FRAG_REC: usize = 64;
export const FRAG_CAP: u32 = 256;
export const FRAG_BASE: usize = NAT_SOURCES + 4 * NAT_SOURCE_BUCKETS;
export const FRAG_BUCKETS: u32 = 128;
export const FRAG_HASH: usize = FRAG_BASE + FRAG_REC * FRAG_CAP;
export const PMTU_REC: usize = 40;
/** Sets of four entries. */
export const PMTU_SETS: u32 = 256;
export const PMTU_BASE: usize = FRAG_HASH + 4 * FRAG_BUCKETS;

/** Senders that were told of missing routes. */
export const PEER_REC: usize = 32;
export const PEER_CAP: u32 = 256;
export const PEER_BASE: usize = (PMTU_BASE + PMTU_REC * 4 * PMTU_SETS + 7) & ~7;

// --- netfilter, further: settings of a namespace, matches behind rules, what connections hold beside their tuples, log
export const NFNS_REC: usize = 224;
export const NFNS_BASE: usize = (PEER_BASE + PEER_REC * PEER_CAP + 7) & ~7;
export const MATCH_REC: usize = 64;
export const MATCH_CAP: u32 = 32768;
export const MATCH_BASE: usize = NFNS_BASE + NFNS_REC * (NS_CAP as usize);
export const NFLOG_REC: usize = 256;
export const NFLOG_CAP: u32 = 128;
export const NFLOG_BASE: usize = MATCH_BASE + MATCH_REC * MATCH_CAP;
export const HASHLIMIT_REC: usize = 32;
export const HASHLIMIT_CAP: u32 = 2048;
export const HASHLIMIT_BASE: usize = NFLOG_BASE + NFLOG_REC * NFLOG_CAP;
export const CTEV_REC: usize = 152;
export const CTEV_CAP: u32 = 1024;
export const CTEV_BASE: usize = HASHLIMIT_BASE + HASHLIMIT_REC * HASHLIMIT_CAP;

// --- IPVS
export const VS_SVC_REC: usize = 192;
export const VS_SVC_CAP: u32 = 512;
export const VS_SVC_BASE: usize = CTEV_BASE + CTEV_REC * CTEV_CAP;
export const VS_DEST_REC: usize = 192;
export const VS_DEST_CAP: u32 = 2048;
export const VS_DEST_BASE: usize = VS_SVC_BASE + VS_SVC_REC * VS_SVC_CAP;
export const VS_CONN_REC: usize = 128;
export const VS_CONN_CAP: u32 = 4096;
export const VS_CONN_BASE: usize = VS_DEST_BASE + VS_DEST_REC * VS_DEST_CAP;
export const VS_BUCKETS: u32 = 4096;
export const VS_HASH: usize = VS_CONN_BASE + VS_CONN_REC * VS_CONN_CAP;

// --- what matches remember: tables of `recent` and the addresses in them, connections that `connlimit` counts; zones
export const RECENT_REC: usize = 64;
export const RECENT_CAP: u32 = 256;
export const RECENT_BASE: usize = VS_HASH + 4 * VS_BUCKETS;
export const SEEN_REC: usize = 1088;
export const SEEN_CAP: u32 = 4096;
export const SEEN_BASE: usize = RECENT_BASE + RECENT_REC * RECENT_CAP;
export const COUNTED_REC: usize = 32;
export const COUNTED_CAP: u32 = 16384;
export const COUNTED_BASE: usize = SEEN_BASE + SEEN_REC * SEEN_CAP;
export const ZONE_REC: usize = 16;
export const ZONE_CAP: u32 = 1024;
export const ZONE_BASE: usize = COUNTED_BASE + COUNTED_REC * COUNTED_CAP;
const NF_END: usize = ZONE_BASE + ZONE_REC * ZONE_CAP;

// --- IPv4's settings: of devices, of namespaces (all, default, the rest); policy rules, groups, proxied neighbours
export const CONF_REC: usize = 200;
export const CONF_BASE: usize = (NF_END + 7) & ~7;
export const CONF_NS: usize = CONF_BASE + CONF_REC * DEV_CAP;
export const NET4_REC: usize = 104;
export const NET4_BASE: usize = CONF_NS + CONF_REC * 2 * NS_CAP;
export const FIBRULE_REC: usize = 112;
export const FIBRULE_CAP: u32 = 512;
export const FIBRULE_BASE: usize = NET4_BASE + NET4_REC * NS_CAP;
export const MCAST_REC: usize = 24;
export const MCAST_CAP: u32 = 2048;
export const MCAST_BASE: usize = FIBRULE_BASE + FIBRULE_REC * FIBRULE_CAP;
export const PNEIGH_REC: usize = 32;
export const PNEIGH_CAP: u32 = 256;
export const PNEIGH_BASE: usize = MCAST_BASE + MCAST_REC * MCAST_CAP;
/** Groups that sockets have joined. */
export const MEMBER_REC: usize = 24;
export const MEMBER_CAP: u32 = 4096;
export const MEMBER_BASE: usize = PNEIGH_BASE + PNEIGH_REC * PNEIGH_CAP;
export const FLOW_BASE: usize = MEMBER_BASE + MEMBER_REC * MEMBER_CAP;
/** Routes found lately. */
export const DST_REC: usize = 48;
export const DST_CAP: u32 = 4096;
export const DST_BASE: usize = FLOW_BASE + 64;
/** Router advertisements that wait to be read. */
export const RA_REC: usize = 1536;
export const RA_CAP: u32 = 32;
export const RA_BASE: usize = DST_BASE + DST_REC * DST_CAP;
/** Counters of namespaces, and events of neighbours and forwarding entries that wait to be read. */
export const MIB_REC: usize = 456;
export const MIB_BASE: usize = (RA_BASE + RA_REC * RA_CAP + 7) & ~7;
export const NEV_REC: usize = 48;
export const NEV_CAP: u32 = 1024;
export const NEV_BASE: usize = MIB_BASE + MIB_REC * NS_CAP;
const IP4_END: usize = NEV_BASE + NEV_REC * NEV_CAP;

// --- what hangs on devices: queueing disciplines, VXLANs and their forwarding tables, what stands on a lower device
export const QDISC_REC: usize = 512;
export const QDISC_CAP: u32 = 512;
export const QDISC_BASE: usize = (IP4_END + 7) & ~7;
/** Tables of delay distributions: DIST_SIZE numbers of 16 bits each. */
export const DIST_SIZE: u32 = 4096;
export const DIST_CAP: u32 = 8;
export const DIST_BASE: usize = QDISC_BASE + QDISC_REC * QDISC_CAP;
export const VXLAN_REC: usize = 128;
export const VXLAN_CAP: u32 = 512;
export const VXLAN_BASE: usize = DIST_BASE + 2 * DIST_SIZE * DIST_CAP;
export const VXLAN_BUCKETS: u32 = 256;
export const VXLAN_HASH: usize = VXLAN_BASE + VXLAN_REC * VXLAN_CAP;
export const VFDB_REC: usize = 64;
export const VFDB_CAP: u32 = 8192;
export const VFDB_BASE: usize = VXLAN_HASH + 4 * VXLAN_BUCKETS;
export const VFDB_BUCKETS: u32 = 2048;
export const VFDB_HASH: usize = VFDB_BASE + VFDB_REC * VFDB_CAP;
export const UPPER_REC: usize = 32;
export const UPPER_CAP: u32 = 2048;
export const UPPER_BASE: usize = VFDB_HASH + 4 * VFDB_BUCKETS;

// --- IPv6: devices, addresses, groups, routes, path MTUs, datagrams being put together, senders told of errors
export const IDEV6_REC: usize = 96;
export const IDEV6_BASE: usize = (UPPER_BASE + UPPER_REC * UPPER_CAP + 7) & ~7;
export const NS6_REC: usize = 32;
export const NS6_BASE: usize = IDEV6_BASE + IDEV6_REC * DEV_CAP;
export const ADDR6_REC: usize = 64;
export const ADDR6_CAP: u32 = 8192;
export const ADDR6_BASE: usize = NS6_BASE + NS6_REC * NS_CAP;
export const MC6_REC: usize = 48;
export const MC6_CAP: u32 = 16384;
export const MC6_BASE: usize = ADDR6_BASE + ADDR6_REC * ADDR6_CAP;
export const ROUTE6_REC: usize = 96;
export const ROUTE6_CAP: u32 = 8192;
export const ROUTE6_BASE: usize = MC6_BASE + MC6_REC * MC6_CAP;
export const PMTU6_REC: usize = 32;
/** Sets of four entries. */
export const PMTU6_SETS: u32 = 64;
export const PMTU6_BASE: usize = ROUTE6_BASE + ROUTE6_REC * ROUTE6_CAP;
export const FRAG6_REC: usize = 96;
export const FRAG6_CAP: u32 = 256;
export const FRAG6_BASE: usize = PMTU6_BASE + PMTU6_REC * 4 * PMTU6_SETS;
export const TOLD6_REC: usize = 40;
export const TOLD6_CAP: u32 = 256;
export const TOLD6_BASE: usize = FRAG6_BASE + FRAG6_REC * FRAG6_CAP;
/** Addresses of 16 bytes built on the way: their uses are in ip6/scratch.ts. */
export const TEMP6_BASE: usize = TOLD6_BASE + TOLD6_REC * TOLD6_CAP;
export const TEMP6_SIZE: usize = 512;
/** Counters of namespaces. */
export const MIB6_REC: usize = 376;
export const MIB6_BASE: usize = TEMP6_BASE + TEMP6_SIZE;
export const MIB6_END: usize = MIB6_BASE + MIB6_REC * NS_CAP;

// --- flows: memos, the heads of their hash, who asked for one, the paths they share, what is being recorded
export const MEMO_REC: usize = 64;
export const MEMO_CAP: u32 = 1 << 20;
export const MEMO_BASE: usize = (MIB6_END + 0xfff) & ~0xfff;
/** Buckets at birth and at most. */
export const MEMO_BUCKETS: u32 = 1024;
export const MEMO_BUCKETS_MAX: u32 = 1 << 20;
export const MEMO_HASH: usize = MEMO_BASE + MEMO_REC * (MEMO_CAP as usize);
export const PATH_REC: usize = 512;
export const PATH_CAP: u32 = 4096;
export const PATH_BASE: usize = MEMO_HASH + 4 * (MEMO_BUCKETS_MAX as usize);
export const PATH_BUCKETS: u32 = 1024;
export const PATH_HASH: usize = PATH_BASE + PATH_REC * (PATH_CAP as usize);
/** A path and a memo that are being made, and headers to compare; of each ingress the memo that was found last (flow/memo.ts: memoLast). */
export const REC_PATH: usize = PATH_HASH + 4 * (PATH_BUCKETS as usize);
export const REC_MEMO: usize = REC_PATH + PATH_REC;
export const REC_HEADS: usize = REC_MEMO + MEMO_REC;
export const LAST_CAP: u32 = 64;
export const LAST_BASE: usize = REC_HEADS + 64;
/** A word for each hash of those that asked, and a byte for each of their pages that was written. */
export const ASK_CAP: u32 = 1 << 21;
export const ASK_BASE: usize = (LAST_BASE + 4 * (LAST_CAP as usize) + 0xfff) & ~0xfff;
export const ASK_PAGES: usize = ASK_BASE + 4 * (ASK_CAP as usize);
export const FLOW_END: usize = ASK_PAGES + (4 * ASK_CAP) / 4096;

/** Where sock/ begins; sock/mem.ts lays out what follows and knows the end of all. */
export const SOCK_BASE: usize = (FLOW_END + 0xffff) & ~0xffff;

// --- slab numbers; sock/ uses 16..31
export const SLAB_PKT: u32 = 1;
export const SLAB_BUF: u32 = 2;
export const SLAB_JUMBO: u32 = 3;
export const SLAB_TIMER: u32 = 4;
export const SLAB_NS: u32 = 5;
export const SLAB_DEV: u32 = 6;
export const SLAB_FDB: u32 = 7;
export const SLAB_ADDR: u32 = 8;
export const SLAB_ROUTE: u32 = 9;
export const SLAB_NEIGH: u32 = 10;
export const SLAB_CHAIN: u32 = 11;
export const SLAB_RULE: u32 = 12;
export const SLAB_CONN: u32 = 13;
export const SLAB_CAPTURE: u32 = 14;
export const SLAB_FRAG: u32 = 15;
export const SLAB_SOCK: u32 = 16;
export const SLAB_ADDR6: u32 = 24;
export const SLAB_MC6: u32 = 25;
export const SLAB_ROUTE6: u32 = 26;
export const SLAB_FRAG6: u32 = 27;
/** Netfilter's further ones; there is room for 64. */
export const SLAB_MATCH: u32 = 40;
export const SLAB_VS_SVC: u32 = 41;
export const SLAB_VS_DEST: u32 = 42;
export const SLAB_VS_CONN: u32 = 43;
export const SLAB_RECENT: u32 = 44;
export const SLAB_SEEN: u32 = 45;
export const SLAB_COUNTED: u32 = 46;
export const SLAB_ZONE: u32 = 47;
export const SLAB_FIBRULE: u32 = 54;
export const SLAB_MCAST: u32 = 55;
export const SLAB_PNEIGH: u32 = 56;
export const SLAB_MEMBER: u32 = 57;
export const SLAB_QDISC: u32 = 48;
export const SLAB_VXLAN: u32 = 49;
export const SLAB_VFDB: u32 = 50;
export const SLAB_UPPER: u32 = 51;
export const SLAB_MAX: u32 = 64;

// --- parts of the Sim block behind its fields
/** Counters by drop reason, u64 each. */
export const DROPS_BASE: usize = SIM_BASE + 0x400;
/** Slab descriptors, 32 bytes each. */
export const SLABS_BASE: usize = SIM_BASE + 0x800;
/** 256 bytes of state for sock/. */
export const SOCK_STATE: usize = SIM_BASE + 0x1000;
/** 256 bytes for tuples and headers built on the way. */
export const TEMP_BASE: usize = SIM_BASE + 0x1400;
/** TRACE_FILTERS records of TF_SIZE bytes. */
export const TRACE_FILTER_BASE: usize = SIM_BASE + 0x1500;
/** Flows that are traced because a traced packet reached their socket: keys of 8 bytes. */
export const TRACE_FLOWS: u32 = 128;
export const TRACE_FLOW_BASE: usize = SIM_BASE + 0x1700;
