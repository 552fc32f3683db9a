/** IPVS: records that cross the border, and their words. @see Linux include/uapi/linux/ip_vs.h */

export const VS_SCHED_RR = 0;
export const VS_SCHED_WRR = 1;
export const VS_SCHED_LC = 2;
export const VS_SCHED_WLC = 3;
export const VS_SCHED_SH = 4;
export const VS_FWD_MASQ = 0;
export const VS_FWD_LOCAL = 1;
export const VS_FWD_TUNNEL = 2;
export const VS_FWD_ROUTE = 3;

/** States of a connection. @see Linux include/net/ip_vs.h: IP_VS_TCP_S_* */
export const VS_TCP_NONE = 0;
export const VS_TCP_ESTABLISHED = 1;
export const VS_TCP_SYN_SENT = 2;
export const VS_TCP_SYN_RECV = 3;
export const VS_TCP_FIN_WAIT = 4;
export const VS_TCP_TIME_WAIT = 5;
export const VS_TCP_CLOSE = 6;
export const VS_TCP_CLOSE_WAIT = 7;
export const VS_TCP_LAST_ACK = 8;
export const VS_TCP_LISTEN = 9;
export const VS_TCP_SYNACK = 10;
export const VS_UDP_NORMAL = 11;

/** A service as it is set and dumped. u32 each: protocol (0: by mark), address, port, mark, scheduler, seconds of persistence, its netmask. */
export const VS_X_PROTO = 0;
export const VS_X_ADDR = 4;
export const VS_X_PORT = 8;
export const VS_X_FWMARK = 12;
export const VS_X_SCHED = 16;
export const VS_X_PERSIST = 20;
export const VS_X_NETMASK = 24;
/** u32: handle. Servers also: service, weight, method, limits. */
export const VS_X_HANDLE = 28;
export const VS_X_SVC = 32;
export const VS_X_WEIGHT = 36;
export const VS_X_FWD = 40;
export const VS_X_UPPER = 44;
export const VS_X_LOWER = 48;
export const VS_X_ACTIVE = 52;
export const VS_X_INACTIVE = 56;
export const VS_X_PERSISTENT = 60;
/** f64 each: connections, packets in and out, bytes in and out; then the rates of the same, per second. */
export const VS_X_STATS = 64;
export const VS_X_RATES = 104;
export const VS_X_SIZE = 144;

/** A connection as dumped: u32 protocol, addresses and ports of client, service and server, state, flags; f64 ns left. */
export const VC_X_PROTO = 0;
export const VC_X_CADDR = 4;
export const VC_X_CPORT = 8;
export const VC_X_VADDR = 12;
export const VC_X_VPORT = 16;
export const VC_X_DADDR = 20;
export const VC_X_DPORT = 24;
export const VC_X_STATE = 28;
export const VC_X_TEMPLATE = 32;
export const VC_X_TIMEOUT = 40;
export const VC_X_SIZE = 48;
