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
export const SOCK_X_SIZE = 56;

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
export const DGRAM_HEAD = 40;

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
