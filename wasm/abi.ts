/**
 * The integers both compilers share: AssemblyScript (wasm/assembly) and TypeScript (src/linux/core). Integers only.
 * Sizes and offsets are in bytes; records lie in linear memory and are little-endian unless "be".
 */

// --- errno (negative when returned)
export const EPERM = 1;
export const ENOENT = 2;
export const EAGAIN = 11;
export const EACCES = 13;
export const EBUSY = 16;
export const EEXIST = 17;
export const ENODEV = 19;
export const EINVAL = 22;
export const ENOSPC = 28;
export const EPIPE = 32;
export const EPROTO = 71;
export const EMSGSIZE = 90;
export const ENOPROTOOPT = 92;
export const EPROTONOSUPPORT = 93;
export const EOPNOTSUPP = 95;
export const EAFNOSUPPORT = 97;
export const EADDRINUSE = 98;
export const EADDRNOTAVAIL = 99;
export const ENETDOWN = 100;
export const ENETUNREACH = 101;
export const ECONNABORTED = 103;
export const ECONNRESET = 104;
export const ENOBUFS = 105;
export const EISCONN = 106;
export const ENOTCONN = 107;
export const ETIMEDOUT = 110;
export const ECONNREFUSED = 111;
export const EHOSTUNREACH = 113;
export const EALREADY = 114;
export const EINPROGRESS = 115;

// --- kinds of core events, readiness bits (EventKind, Ready of core.ts)
export const EVENT_SOCK = 1;
export const EVENT_CAPTURE = 2;
export const EVENT_CARRIER = 3;
export const EVENT_LOG = 4;
export const READY_IN = 1;
export const READY_OUT = 4;
export const READY_ERR = 8;
export const READY_HUP = 16;
export const READY_RDHUP = 32;
/** A log event's code: nf LOG target; b = log handle of the rule, c = packet identity. */
export const LOG_RULE = 1;
/** A log event's code: the conntrack table is full. */
export const LOG_CT_FULL = 2;

// --- devices
export const DEV_LOOPBACK = 1;
export const DEV_VETH = 2;
export const DEV_BRIDGE = 3;
export const DEV_DUMMY = 4;
export const DEV_NIC = 5;
export const DEVKEY_UP = 1;
export const DEVKEY_MTU = 2;
export const DEVKEY_MAC = 3;
export const DEVKEY_MASTER = 4;
export const DEVKEY_PROMISC = 5;
export const DEVKEY_HAIRPIN = 6;
export const DEVKEY_ISOLATED = 7;
export const DEVKEY_LATENCY = 8;

// --- namespace settings
export const NSKEY_IP_FORWARD = 1;
export const NSKEY_ROUTE_LOCALNET = 2;
export const NSKEY_ECHO_IGNORE_ALL = 3;
export const NSKEY_DEFAULT_TTL = 4;
export const NSKEY_BRIDGE_NF = 5;
export const NSKEY_ARP_IGNORE = 6;
export const NSKEY_PORT_LO = 7;
export const NSKEY_PORT_HI = 8;

// --- sll_pkttype
export const PKT_HOST = 0;
export const PKT_BROADCAST = 1;
export const PKT_MULTICAST = 2;
export const PKT_OTHERHOST = 3;
export const PKT_OUTGOING = 4;

// --- hooks, tables, verdicts
export const HOOK_PREROUTING = 0;
export const HOOK_INPUT = 1;
export const HOOK_FORWARD = 2;
export const HOOK_OUTPUT = 3;
export const HOOK_POSTROUTING = 4;
export const TABLE_RAW = 0;
export const TABLE_NAT = 1;
export const TABLE_FILTER = 2;
export const VERDICT_DROP = 0;
export const VERDICT_ACCEPT = 1;
/** Consumed: the packet is owned by someone else or already freed. */
export const VERDICT_STOLEN = 2;

export const TARGET_NONE = 0;
export const TARGET_ACCEPT = 1;
export const TARGET_DROP = 2;
export const TARGET_RETURN = 3;
export const TARGET_JUMP = 4;
export const TARGET_GOTO = 5;
export const TARGET_DNAT = 6;
export const TARGET_SNAT = 7;
export const TARGET_MASQUERADE = 8;
export const TARGET_REDIRECT = 9;
export const TARGET_REJECT = 10;
export const TARGET_MARK = 11;
export const TARGET_LOG = 12;
export const TARGET_NOTRACK = 13;

/** Bits of the `match` word of a rule: which matches are present; the same bit in `invert` negates it. */
export const M_SRC = 1;
export const M_DST = 2;
export const M_IN = 4;
export const M_OUT = 8;
export const M_PROTO = 16;
export const M_SPORT = 32;
export const M_DPORT = 64;
export const M_TCPFLAGS = 128;
export const M_ICMP = 256;
export const M_CTSTATE = 512;
export const M_SRCTYPE = 1024;
export const M_DSTTYPE = 2048;
export const M_MARK = 4096;
export const M_LIMIT = 8192;
export const M_MULTIPORT = 16384;

/**
 * A rule as it crosses the border (nfRuleAdd copies RULE_SIZE bytes from the scratch area) and as it lies in the
 * slab. The first RULE_HEAD bytes belong to the core; all absent fields are zero.
 */
export const RULE_HEAD = 64;
export const RULE_MATCH = 64;
export const RULE_INVERT = 68;
/** 16 bytes each, addresses and masks, be. */
export const RULE_SRC = 72;
export const RULE_SRC_MASK = 88;
export const RULE_DST = 104;
export const RULE_DST_MASK = 120;
/** Interface names and their masks (0xff for each byte that must be equal, as xtables' outiface_mask). */
export const RULE_IN = 136;
export const RULE_IN_MASK = 152;
export const RULE_OUT = 168;
export const RULE_OUT_MASK = 184;
export const RULE_PROTO = 200;
/** u16 each: low, high. */
export const RULE_SPORT = 204;
export const RULE_DPORT = 208;
export const RULE_TCP_MASK = 212;
export const RULE_TCP_COMP = 213;
export const RULE_ICMP_TYPE = 214;
/** 255: any. */
export const RULE_ICMP_CODE = 215;
export const RULE_CTSTATE = 216;
export const RULE_SRC_TYPE = 220;
export const RULE_DST_TYPE = 221;
export const RULE_MARK = 224;
export const RULE_MARK_MASK = 228;
/** u64 ns per packet; u32 burst. */
export const RULE_LIMIT_NS = 232;
export const RULE_LIMIT_BURST = 240;
export const RULE_MULTI_SIDE = 244;
export const RULE_MULTI_COUNT = 245;
/** 15 pairs of u16. */
export const RULE_MULTI = 248;
export const RULE_TARGET = 308;
export const RULE_CHAIN = 312;
/** 16 bytes each; RULE_NAT_FLAGS tells which are meant. */
export const RULE_TO_IP = 316;
export const RULE_TO_IP2 = 332;
export const RULE_TO_PORT = 348;
export const RULE_NAT_FLAGS = 352;
export const RULE_VALUE = 356;
export const RULE_VALUE_MASK = 360;
export const RULE_SIZE = 384;
export const NAT_HAS_IP = 1;
export const NAT_HAS_PORT = 2;
export const NAT_RANDOM = 4;

/** Bits of conntrack state, as CT of netadmin.ts. */
export const CT_INVALID = 1;
export const CT_NEW = 2;
export const CT_ESTABLISHED = 4;
export const CT_RELATED = 8;
export const CT_UNTRACKED = 16;
export const CT_SNAT = 32;
export const CT_DNAT = 64;
/** IPS_* bits of a connection. */
export const IPS_SEEN_REPLY = 2;
export const IPS_ASSURED = 4;
export const IPS_CONFIRMED = 8;
export const IPS_SRC_NAT = 16;
export const IPS_DST_NAT = 32;
export const IPS_SRC_NAT_DONE = 128;
export const IPS_DST_NAT_DONE = 256;
export const IPS_DYING = 512;

// --- record of a route as it crosses (routeAdd, routeDel, routeLookup): ROUTE_X_SIZE bytes
export const ROUTE_X_DST = 0;
export const ROUTE_X_GW = 16;
export const ROUTE_X_SRC = 32;
export const ROUTE_X_TABLE = 48;
export const ROUTE_X_BITS = 52;
export const ROUTE_X_DEV = 56;
export const ROUTE_X_SCOPE = 60;
export const ROUTE_X_METRIC = 64;
export const ROUTE_X_TYPE = 68;
/** bit 0: a gateway is given, bit 1: a source is given. */
export const ROUTE_X_FLAGS = 72;
export const ROUTE_X_SIZE = 80;
export const RTN_UNICAST = 1;
export const RTN_LOCAL = 2;
export const RTN_BROADCAST = 3;
export const RTN_MULTICAST = 5;
export const RTN_BLACKHOLE = 6;
export const RTN_UNREACHABLE = 7;
export const RTN_PROHIBIT = 8;
export const RT_TABLE_DEFAULT = 253;
export const RT_TABLE_MAIN = 254;
export const RT_TABLE_LOCAL = 255;

// --- record of a neighbour as dumped (neighDump): NEIGH_X_SIZE bytes
export const NEIGH_X_IP = 0;
export const NEIGH_X_DEV = 16;
export const NEIGH_X_STATE = 20;
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

// --- record of a forwarding entry as dumped (fdbDump): FDB_X_SIZE bytes
export const FDB_X_MAC = 0;
export const FDB_X_PORT = 8;
/** bit 0 local, bit 1 permanent. */
export const FDB_X_FLAGS = 12;
/** f64 ns since last used. */
export const FDB_X_AGE = 16;
export const FDB_X_SIZE = 24;

// --- record of a connection as dumped (ctDump): CONN_X_SIZE bytes
export const CONN_X_OSRC = 0;
export const CONN_X_ODST = 16;
export const CONN_X_RSRC = 32;
export const CONN_X_RDST = 48;
export const CONN_X_OSPORT = 64;
export const CONN_X_ODPORT = 66;
export const CONN_X_RSPORT = 68;
export const CONN_X_RDPORT = 70;
export const CONN_X_PROTO = 72;
export const CONN_X_ICMP_TYPE = 73;
export const CONN_X_ICMP_CODE = 74;
export const CONN_X_TCP_STATE = 75;
export const CONN_X_STATUS = 76;
export const CONN_X_MARK = 80;
export const CONN_X_HANDLE = 84;
/** f64 ns left. */
export const CONN_X_TIMEOUT = 88;
/** f64 each: packets and bytes of the original direction, then of the reply. */
export const CONN_X_OPACKETS = 96;
export const CONN_X_OBYTES = 104;
export const CONN_X_RPACKETS = 112;
export const CONN_X_RBYTES = 120;
export const CONN_X_SIZE = 128;

// --- a captured frame (captureRead leaves its address): header, then `caplen` bytes
/** f64 ns. */
export const FRAME_TIME = 0;
export const FRAME_DEV = 8;
export const FRAME_PKTTYPE = 12;
export const FRAME_LENGTH = 16;
export const FRAME_CAPLEN = 20;
export const FRAME_PACKET = 24;
/** Bytes from this record to the next; the ring's own. */
export const FRAME_STRIDE = 28;
export const FRAME_HEADER = 32;

// --- a trace record, 32 bytes
/** f64 ns. */
export const TR_TIME = 0;
export const TR_PACKET = 8;
/** u16. */
export const TR_WHAT = 12;
/** u16. */
export const TR_NS = 14;
export const TR_DEV = 16;
export const TR_A = 20;
export const TR_B = 24;
export const TR_C = 28;
export const TR_SIZE = 32;

/** What a trace record says; a, b, c as told. Addresses are IPv4 numbers. */
/** Received by a device; a = pkttype, b = length, c = ethertype. */
export const TRACE_DEV_IN = 1;
/** Handed to a device; a = length, c = ethertype. */
export const TRACE_DEV_OUT = 2;
/** A hook is entered; a = hook, b = in device, c = out device. */
export const TRACE_HOOK = 3;
/** A rule matched; a = chain handle, b = rule handle, c = target. */
export const TRACE_RULE = 4;
/** A built-in chain's policy decided; a = chain handle, b = verdict. */
export const TRACE_POLICY = 5;
/** Route chosen; a = destination, b = next hop, c = type; dev = out device. */
export const TRACE_ROUTE = 6;
/** Bridge looked the destination up; a = port (0: flood, the bridge itself: up), b, c = MAC high 16 and low 32 bits. */
export const TRACE_FDB = 7;
/** Source rewritten; a = old, b = new address, c = old port << 16 | new port. */
export const TRACE_SNAT = 8;
/** Destination rewritten; as TRACE_SNAT. */
export const TRACE_DNAT = 9;
/** Dropped; a = reason (DROP_*). */
export const TRACE_DROP = 10;
/** Handed to a socket; a = socket, b = protocol. */
export const TRACE_SOCK = 11;
/** Neighbour wanted; a = address, b = state. */
export const TRACE_NEIGH = 12;
/** Connection tracked; a = connection, b = CT_* bit, c = direction. */
export const TRACE_CT = 13;
/** Created: sent by a socket or the stack; a = protocol, b = source, c = destination. */
export const TRACE_NEW = 14;
/** Broadcast or unknown: one copy to a port; a = port. */
export const TRACE_FLOOD = 15;

/** Why packets were dropped; index of the drop counters. */
export const DROP_NO_BUFFER = 1;
export const DROP_DEV_DOWN = 2;
export const DROP_NO_CARRIER = 3;
export const DROP_LOOP = 4;
export const DROP_BAD_FRAME = 5;
export const DROP_UNKNOWN_PROTO = 6;
export const DROP_OTHERHOST = 7;
export const DROP_BAD_HEADER = 8;
export const DROP_BAD_CHECKSUM = 9;
export const DROP_MARTIAN_SRC = 10;
export const DROP_MARTIAN_DST = 11;
export const DROP_NO_ROUTE = 12;
export const DROP_NO_FORWARDING = 13;
export const DROP_TTL = 14;
export const DROP_MTU = 15;
export const DROP_FRAGMENT = 16;
export const DROP_NEIGH_FAILED = 17;
export const DROP_NEIGH_QUEUE = 18;
export const DROP_NEIGH_FULL = 19;
export const DROP_RULE = 20;
export const DROP_POLICY = 21;
export const DROP_REJECT = 22;
export const DROP_CT_FULL = 23;
export const DROP_CT_CLASH = 24;
export const DROP_CT_INVALID = 25;
export const DROP_NAT_NO_PORT = 26;
export const DROP_NO_SOCKET = 27;
export const DROP_SOCK_BUFFER = 28;
export const DROP_BROADCAST = 29;
export const DROP_ISOLATED = 30;
export const DROP_SAME_PORT = 31;
export const DROP_BLACKHOLE = 32;
export const DROP_NS_GONE = 33;
export const DROP_ICMP = 34;
export const DROP_TIMER_FULL = 35;
export const DROP_FDB_FULL = 36;
export const DROP_IPV6 = 37;
export const DROP_SOCK_CHECKSUM = 38;
export const DROP_SOCK_STATE = 39;
/** Fragments: the rest did not come in time; they overlap; too many wait. */
export const DROP_FRAG_TIMEOUT = 40;
export const DROP_FRAG_OVERLAP = 41;
export const DROP_FRAG_FULL = 42;
/** Counters: indices 0..DROP_MAX-1. */
export const DROP_MAX = 64;

// --- kinds of timers
export const TIMER_LINK = 1;
export const TIMER_NEIGH = 2;
export const TIMER_CT_GC = 3;
export const TIMER_FRAG = 4;
/** Kinds from here belong to sock/: dispatched to sockTimer(kind, obj). */
export const TIMER_SOCK = 16;

// --- record of a socket as dumped (sockDump, sockInfo): SOCK_X_SIZE bytes
/** Handle; 0: nobody holds it (TIME_WAIT, closing, not yet accepted). */
export const SOCK_X_SOCK = 0;
export const SOCK_X_TYPE = 4;
export const SOCK_X_FAMILY = 5;
export const SOCK_X_STATE = 6;
export const SOCK_X_V6ONLY = 7;
export const SOCK_X_LOCAL = 8;
export const SOCK_X_REMOTE = 24;
export const SOCK_X_LPORT = 40;
export const SOCK_X_RPORT = 42;
export const SOCK_X_RECVQ = 44;
export const SOCK_X_SENDQ = 48;
export const SOCK_X_DEV = 52;
export const SOCK_X_SIZE = 56;

// --- a datagram as received (sockRecvFrom): DGRAM_HEAD bytes, then `len` bytes
export const DGRAM_LEN = 0;
export const DGRAM_PORT = 4;
export const DGRAM_TTL = 6;
/** 1: an entry of the error queue that ICMP made, 2: that this machine made. */
export const DGRAM_IS_ERROR = 7;
export const DGRAM_IP = 8;
/** f64 ns. */
export const DGRAM_TIME = 24;
export const DGRAM_ERR_TYPE = 32;
export const DGRAM_ERR_CODE = 33;
/** u16. */
export const DGRAM_ERR_ERRNO = 34;
/** u32: the MTU an ICMP 3/4 tells, or the one a datagram was too long for (DGRAM_IS_ERROR = 2: a local error). */
export const DGRAM_ERR_INFO = 36;
export const DGRAM_HEAD = 40;

/** Where an address and where bytes cross, as offsets in the scratch area (scratch()). */
export const CROSS_ADDR = 0;
export const CROSS_DATA = 64;

// --- socket options
export const SOCKOPT_REUSEADDR = 1;
export const SOCKOPT_REUSEPORT = 2;
export const SOCKOPT_V6ONLY = 3;
export const SOCKOPT_NODELAY = 4;
export const SOCKOPT_KEEPALIVE = 5;
export const SOCKOPT_TTL = 6;
export const SOCKOPT_TOS = 7;
export const SOCKOPT_MARK = 8;
export const SOCKOPT_SNDBUF = 9;
export const SOCKOPT_RCVBUF = 10;
export const SOCKOPT_RECVERR = 11;
export const SOCKOPT_BROADCAST = 12;
export const SOCKOPT_DEV = 13;
export const SOCKOPT_LINGER = 14;
export const SOCKOPT_HDRINCL = 15;
export const SOCKOPT_MTU_DISCOVER = 16;
export const SOCKOPT_ERROR = 17;
export const SOCKOPT_ACCEPTCONN = 18;
