/** Settings of a namespace. */

export const NSKEY_IP_FORWARD = 1;
export const NSKEY_ROUTE_LOCALNET = 2;
export const NSKEY_ECHO_IGNORE_ALL = 3;
export const NSKEY_DEFAULT_TTL = 4;
export const NSKEY_BRIDGE_NF = 5;
export const NSKEY_ARP_IGNORE = 6;
export const NSKEY_PORT_LO = 7;
export const NSKEY_PORT_HI = 8;

// Settings of sockets: NSKEY_TCP + TCPKEY_*. Times in seconds unless said.
export const NSKEY_TCP = 64;
export const NSKEY_TCP_END = 128;
/** 0 reno, 1 cubic */
export const TCPKEY_CONGESTION = 0;
export const TCPKEY_SYN_RETRIES = 1;
export const TCPKEY_SYNACK_RETRIES = 2;
export const TCPKEY_RETRIES1 = 3;
export const TCPKEY_RETRIES2 = 4;
export const TCPKEY_FIN_TIMEOUT = 5;
export const TCPKEY_KEEP_TIME = 6;
export const TCPKEY_KEEP_INTVL = 7;
export const TCPKEY_KEEP_PROBES = 8;
export const TCPKEY_TIMESTAMPS = 9;
export const TCPKEY_SACK = 10;
export const TCPKEY_WINDOW_SCALING = 11;
export const TCPKEY_DSACK = 12;
export const TCPKEY_SLOW_START_AFTER_IDLE = 13;
/** 0 off, 1 on, 2 on loopback only */
export const TCPKEY_TW_REUSE = 14;
export const TCPKEY_SYNCOOKIES = 15;
export const TCPKEY_BACKLOG_SYN = 16;
export const TCPKEY_ABORT_ON_OVERFLOW = 17;
export const TCPKEY_ORPHAN_RETRIES = 18;
export const TCPKEY_EARLY_RETRANS = 19;
export const TCPKEY_RECOVERY = 20;
export const TCPKEY_FRTO = 21;
export const TCPKEY_SOMAXCONN = 22;
export const TCPKEY_UNPRIV_PORT = 23;
/** ms */
export const TCPKEY_INVALID_RATELIMIT = 24;
export const TCPKEY_SYN_LINEAR = 25;
export const TCPKEY_MAX_TW = 26;
export const TCPKEY_MODERATE_RCVBUF = 27;
export const TCPKEY_REORDERING = 28;
export const TCPKEY_PING_LO = 29;
export const TCPKEY_PING_HI = 30;
export const TCPKEY_RFC1337 = 31;
export const TCPKEY_NONLOCAL_BIND = 32;
/** µs */
export const TCPKEY_RTO_MIN_US = 33;
