/** netfilter: hooks, tables, targets, the record of a rule, states of connections. */

export const HOOK_PREROUTING = 0;
export const HOOK_INPUT = 1;
export const HOOK_FORWARD = 2;
export const HOOK_OUTPUT = 3;
export const HOOK_POSTROUTING = 4;
export const TABLE_RAW = 0;
export const TABLE_NAT = 1;
export const TABLE_FILTER = 2;
export const TABLE_MANGLE = 3;
export const TABLE_SECURITY = 4;
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
/** Value, mask; RULE_ARG: CONNMARK_*; RULE_ARG2: mask of the packet's mark. */
export const TARGET_CONNMARK = 14;
/** Value and mask of the type-of-service byte: TOS and DSCP. */
export const TARGET_TOS = 15;
/** Value; mask: TTL_*. Over IPv6 the hop limit. */
export const TARGET_TTL = 16;
/** Value: the segment size, 0: what the path takes. */
export const TARGET_TCPMSS = 17;
/** Counts only: nobody listens to nfnetlink here. TRACE, AUDIT, CHECKSUM and CLASSIFY too. */
export const TARGET_NFLOG = 18;
/** Value: a zone; RULE_ARG: ZONE_*. */
export const TARGET_ZONE = 19;
/** RULE_TO_IP: the gateway; RULE_TO_IP2: name of the device, zeroes: any. IPv4. */
export const TARGET_TEE = 20;
/** The directions that are in the zone; the zone is the packet's mark. */
export const ZONE_ORIG = 1;
export const ZONE_REPLY = 2;
export const ZONE_BOTH = 3;
export const ZONE_MARK = 4;
export const CONNMARK_SET = 0;
export const CONNMARK_SAVE = 1;
export const CONNMARK_RESTORE = 2;
export const TTL_SET = 0;
export const TTL_INC = 1;
export const TTL_DEC = 2;

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
/** Records of further matches stand behind the rule (match.ts). */
export const M_MORE = 32768;

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
/** How many MATCH_X_* records follow the rule's record (M_MORE). */
export const RULE_MORE = 364;
/** u32: of targets that rewrite no address. */
export const RULE_ARG = 316;
export const RULE_ARG2 = 320;
export const RULE_SIZE = 384;
export const NAT_HAS_IP = 1;
export const NAT_HAS_PORT = 2;
export const NAT_RANDOM = 4;
/** --random-fully: not even a free port is kept. */
export const NAT_RANDOM_FULLY = 8;
export const NAT_PERSISTENT = 16;
/** RULE_TO_IP to RULE_TO_IP2 is a network: it takes the place of the old one, the rest of the address stays. */
export const NAT_NETMAP = 32;

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
