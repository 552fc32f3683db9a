/** Policy rules as they cross (fibRuleAdd, fibRuleDel, fibRuleDump): FIB_X_SIZE bytes of u32. @see Linux fib_rules.h */

export const FIB_X_PRIORITY = 0;
export const FIB_X_FLAGS = 4;
export const FIB_X_ACTION = 8;
export const FIB_X_TABLE = 12;
/** Priority that `goto` goes on at. */
export const FIB_X_TARGET = 16;
/** IPv4 numbers and masks. */
export const FIB_X_SRC = 20;
export const FIB_X_SRC_MASK = 24;
export const FIB_X_DST = 28;
export const FIB_X_DST_MASK = 32;
export const FIB_X_MARK = 36;
export const FIB_X_MARK_MASK = 40;
export const FIB_X_TOS = 44;
/** Device names, 16 bytes each, zero-filled. */
export const FIB_X_IIF = 48;
export const FIB_X_OIF = 64;
/** IP protocol, 0 any; port ranges, low half first and high half last, 0 any. */
export const FIB_X_PROTO = 80;
export const FIB_X_SPORT = 84;
export const FIB_X_DPORT = 88;
/** Prefixes up to this length do not count, 0xffffffff: all do. */
export const FIB_X_SUPPRESS = 92;
export const FIB_X_SIZE = 96;
/** Bits of FIB_X_FLAGS: `not`; made by the kernel, not by hand. */
export const FIB_INVERT = 1;
export const FIB_PERMANENT = 2;
/** @see Linux include/uapi/linux/fib_rules.h: FR_ACT_* */
export const FIB_TO_TABLE = 1;
export const FIB_GOTO = 2;
export const FIB_NOP = 3;
export const FIB_BLACKHOLE = 6;
export const FIB_UNREACHABLE = 7;
export const FIB_PROHIBIT = 8;

/** What a lookup asks for (routeLookup): FLOW_X_SIZE bytes of u32. Devices are the core's. */
export const FLOW_X_DST = 0;
export const FLOW_X_SRC = 4;
export const FLOW_X_IIF = 8;
export const FLOW_X_OIF = 12;
export const FLOW_X_MARK = 16;
export const FLOW_X_TOS = 20;
export const FLOW_X_PROTO = 24;
export const FLOW_X_SPORT = 28;
export const FLOW_X_DPORT = 32;
export const FLOW_X_SIZE = 40;
