/** Sockets: the record as dumped, datagrams as received, where bytes cross, options. */

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
/** Index of the record, also when nobody holds it. */
export const SOCK_X_ID = 56;
export const SOCK_X_DROPS = 60;
export const SOCK_X_SIZE = 64;

// a datagram as received (sockRecvFrom): DGRAM_HEAD bytes, then `len` bytes
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
/**
 * u32: the MTU an ICMP 3/4 tells, or the one a datagram was too long for (DGRAM_IS_ERROR = 2: a local error); of what is
 * no error, the device it came by.
 */
export const DGRAM_ERR_INFO = 36;
/** Address it was sent to (IP_PKTINFO); zero in entries of the error queue. */
export const DGRAM_LOCAL = 40;
export const DGRAM_HEAD = 56;

/** Where an address and where bytes cross, as offsets in the scratch area (scratch()). */
export const CROSS_ADDR = 0;
/** u32: the device that an address of one link is given for, 0 none (sin6_scope_id). */
export const CROSS_SCOPE = 16;
export const CROSS_DATA = 64;

// socket options
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

// struct tcp_info as dumped (sockTcpInfo): f64 each, in this order. Times in µs unless said.
export const TCPI_STATE = 0;
export const TCPI_CA_STATE = 1;
export const TCPI_RETRANSMITS = 2;
export const TCPI_PROBES = 3;
export const TCPI_BACKOFF = 4;
/** 1 timestamps, 2 SACK, 4 window scale. */
export const TCPI_OPTIONS = 5;
export const TCPI_SND_WSCALE = 6;
export const TCPI_RCV_WSCALE = 7;
export const TCPI_RTO = 8;
export const TCPI_ATO = 9;
export const TCPI_SND_MSS = 10;
export const TCPI_RCV_MSS = 11;
export const TCPI_UNACKED = 12;
export const TCPI_SACKED = 13;
export const TCPI_LOST = 14;
export const TCPI_RETRANS = 15;
/** ms since. */
export const TCPI_LAST_SND = 16;
export const TCPI_LAST_RCV = 17;
export const TCPI_LAST_ACK = 18;
export const TCPI_PMTU = 19;
export const TCPI_RCV_SSTHRESH = 20;
export const TCPI_RTT = 21;
export const TCPI_RTTVAR = 22;
export const TCPI_SSTHRESH = 23;
export const TCPI_CWND = 24;
export const TCPI_ADVMSS = 25;
export const TCPI_REORDERING = 26;
export const TCPI_RCV_RTT = 27;
export const TCPI_RCV_SPACE = 28;
export const TCPI_TOTAL_RETRANS = 29;
export const TCPI_BYTES_ACKED = 30;
export const TCPI_BYTES_RECEIVED = 31;
export const TCPI_SEGS_OUT = 32;
export const TCPI_SEGS_IN = 33;
export const TCPI_NOTSENT = 34;
export const TCPI_MIN_RTT = 35;
export const TCPI_DATA_SEGS_IN = 36;
export const TCPI_DATA_SEGS_OUT = 37;
export const TCPI_DELIVERED = 38;
export const TCPI_BYTES_SENT = 39;
export const TCPI_BYTES_RETRANS = 40;
export const TCPI_DSACK_DUPS = 41;
export const TCPI_REORD_SEEN = 42;
export const TCPI_RCV_OOOPACK = 43;
export const TCPI_SND_WND = 44;
export const TCPI_RCV_WND = 45;
/** 0 reno, 1 cubic. */
export const TCPI_CONGESTION = 46;
/** 0 none, 1 retransmission, 2 keepalive, 3 time-wait, 4 zero-window probe, 5 loss probe or reordering; when, ns from now. */
export const TCPI_TIMER = 47;
export const TCPI_TIMER_NS = 48;
export const TCPI_RCVBUF = 49;
export const TCPI_SNDBUF = 50;
export const TCPI_APP_LIMITED = 51;
export const TCPI_MAX = 52;

// more socket options
export const SOCKOPT_CORK = 19;
export const SOCKOPT_QUICKACK = 20;
/** s */
export const SOCKOPT_KEEPIDLE = 21;
export const SOCKOPT_KEEPINTVL = 22;
export const SOCKOPT_KEEPCNT = 23;
export const SOCKOPT_SYNCNT = 24;
/** ms */
export const SOCKOPT_USER_TIMEOUT = 25;
export const SOCKOPT_LINGER2 = 26;
export const SOCKOPT_MAXSEG = 27;
/** 0 reno, 1 cubic */
export const SOCKOPT_CONGESTION = 28;
export const SOCKOPT_FREEBIND = 30;
export const SOCKOPT_DROPS = 31;
/** Of multicasts that the socket sends: TTL (hops), device, whether they are heard here; whether it takes what others joined. */
export const SOCKOPT_MULTICAST_TTL = 32;
export const SOCKOPT_MULTICAST_IF = 33;
export const SOCKOPT_MULTICAST_LOOP = 34;
export const SOCKOPT_MULTICAST_ALL = 35;
