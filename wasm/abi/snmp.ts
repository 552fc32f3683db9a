/**
 * Counters of a namespace (RFC 4022, RFC 4113, and Linux's own): indices of what snmpDump writes. Their names are
 * those of /proc/net/snmp and /proc/net/netstat. @see Linux include/uapi/linux/snmp.h
 */

// Tcp:
export const SNMP_TCP_ACTIVE_OPENS = 0;
export const SNMP_TCP_PASSIVE_OPENS = 1;
export const SNMP_TCP_ATTEMPT_FAILS = 2;
export const SNMP_TCP_ESTAB_RESETS = 3;
export const SNMP_TCP_CURR_ESTAB = 4;
export const SNMP_TCP_IN_SEGS = 5;
export const SNMP_TCP_OUT_SEGS = 6;
export const SNMP_TCP_RETRANS_SEGS = 7;
export const SNMP_TCP_IN_ERRS = 8;
export const SNMP_TCP_OUT_RSTS = 9;
export const SNMP_TCP_IN_CSUM_ERRORS = 10;
// Udp:
export const SNMP_UDP_IN_DATAGRAMS = 16;
export const SNMP_UDP_NO_PORTS = 17;
export const SNMP_UDP_IN_ERRORS = 18;
export const SNMP_UDP_OUT_DATAGRAMS = 19;
export const SNMP_UDP_RCVBUF_ERRORS = 20;
export const SNMP_UDP_SNDBUF_ERRORS = 21;
export const SNMP_UDP_IN_CSUM_ERRORS = 22;
export const SNMP_UDP_IGNORED_MULTI = 23;
/** Those of UDP over IPv6 lie so far behind. */
export const SNMP_UDP_V6 = 8;
// TcpExt:
export const SNMP_X_SYNCOOKIES_SENT = 32;
export const SNMP_X_SYNCOOKIES_RECV = 33;
export const SNMP_X_SYNCOOKIES_FAILED = 34;
export const SNMP_X_EMBRYONIC_RSTS = 35;
export const SNMP_X_OFO_PRUNED = 36;
export const SNMP_X_TW = 37;
export const SNMP_X_TW_RECYCLED = 38;
export const SNMP_X_PAWS_ESTAB = 39;
export const SNMP_X_PAWS_ACTIVE = 40;
export const SNMP_X_DELAYED_ACKS = 41;
export const SNMP_X_DELAYED_ACK_LOST = 42;
export const SNMP_X_LISTEN_OVERFLOWS = 43;
export const SNMP_X_LISTEN_DROPS = 44;
export const SNMP_X_PURE_ACKS = 45;
export const SNMP_X_HP_ACKS = 46;
export const SNMP_X_RENO_RECOVERY = 47;
export const SNMP_X_SACK_RECOVERY = 48;
export const SNMP_X_SACK_RENEGING = 49;
export const SNMP_X_SACK_REORDER = 50;
export const SNMP_X_RENO_REORDER = 51;
export const SNMP_X_TS_REORDER = 52;
export const SNMP_X_FULL_UNDO = 53;
export const SNMP_X_PARTIAL_UNDO = 54;
export const SNMP_X_DSACK_UNDO = 55;
export const SNMP_X_LOSS_UNDO = 56;
export const SNMP_X_LOST_RETRANSMIT = 57;
export const SNMP_X_RENO_FAILURES = 58;
export const SNMP_X_SACK_FAILURES = 59;
export const SNMP_X_LOSS_FAILURES = 60;
export const SNMP_X_FAST_RETRANS = 61;
export const SNMP_X_SLOW_START_RETRANS = 62;
export const SNMP_X_TIMEOUTS = 63;
export const SNMP_X_LOSS_PROBES = 64;
export const SNMP_X_LOSS_PROBE_RECOVERY = 65;
export const SNMP_X_RENO_RECOVERY_FAIL = 66;
export const SNMP_X_SACK_RECOVERY_FAIL = 67;
export const SNMP_X_DSACK_OLD_SENT = 68;
export const SNMP_X_DSACK_OFO_SENT = 69;
export const SNMP_X_DSACK_RECV = 70;
export const SNMP_X_ABORT_ON_DATA = 71;
export const SNMP_X_ABORT_ON_CLOSE = 72;
export const SNMP_X_ABORT_ON_TIMEOUT = 73;
export const SNMP_X_ABORT_ON_LINGER = 74;
export const SNMP_X_ABORT_FAILED = 75;
export const SNMP_X_TIME_WAIT_OVERFLOW = 76;
export const SNMP_X_SPURIOUS_RTOS = 77;
export const SNMP_X_SACK_DISCARD = 78;
export const SNMP_X_RCV_COALESCE = 79;
export const SNMP_X_OFO_QUEUE = 80;
export const SNMP_X_OFO_DROP = 81;
export const SNMP_X_OFO_MERGE = 82;
export const SNMP_X_CHALLENGE_ACK = 83;
export const SNMP_X_SYN_CHALLENGE = 84;
export const SNMP_X_FROM_ZERO_WINDOW = 85;
export const SNMP_X_TO_ZERO_WINDOW = 86;
export const SNMP_X_WANT_ZERO_WINDOW = 87;
export const SNMP_X_SYN_RETRANS = 88;
export const SNMP_X_ORIG_DATA_SENT = 89;
export const SNMP_X_HYSTART_TRAIN = 90;
export const SNMP_X_HYSTART_TRAIN_CWND = 91;
export const SNMP_X_HYSTART_DELAY = 92;
export const SNMP_X_HYSTART_DELAY_CWND = 93;
export const SNMP_X_ACK_SKIPPED_SYN_RECV = 94;
export const SNMP_X_ACK_SKIPPED_PAWS = 95;
export const SNMP_X_ACK_SKIPPED_SEQ = 96;
export const SNMP_X_WIN_PROBE = 97;
export const SNMP_X_KEEP_ALIVE = 98;
export const SNMP_X_DELIVERED = 99;
export const SNMP_X_BACKLOG_DROP = 100;
export const SNMP_X_RCVQ_DROP = 101;
export const SNMP_X_REQQ_FULL_DO_COOKIES = 102;
export const SNMP_X_REQQ_FULL_DROP = 103;
export const SNMP_X_RETRANS_FAIL = 104;
export const SNMP_X_AUTOCORKING = 105;
export const SNMP_X_ZERO_WINDOW_DROP = 106;
export const SNMP_X_BEYOND_WINDOW = 107;
export const SNMP_X_TIME_WAIT_PAWS = 108;
/** How many there are. */
export const SNMP_MAX = 128;
