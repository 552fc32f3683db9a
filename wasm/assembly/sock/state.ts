/** Types, states and flag bits of a socket record. @see table.ts */

export const T_TCP: u8 = 1;
export const T_UDP: u8 = 2;
export const T_RAW: u8 = 3;
/** Datagrams of ICMP echo (ping sockets): the identifier is the port. */
export const T_PING: u8 = 5;

/** TCP states with Linux's numbers (include/net/tcp_states.h). */
export const S_ESTABLISHED: u8 = 1;
export const S_SYN_SENT: u8 = 2;
export const S_SYN_RECV: u8 = 3;
export const S_FIN_WAIT1: u8 = 4;
export const S_FIN_WAIT2: u8 = 5;
export const S_TIME_WAIT: u8 = 6;
export const S_CLOSE: u8 = 7;
export const S_CLOSE_WAIT: u8 = 8;
export const S_LAST_ACK: u8 = 9;
export const S_LISTEN: u8 = 10;
export const S_CLOSING: u8 = 11;
/** A UDP socket of the kernel's own (kernel.ts). */
export const S_KERNEL: u8 = 32;

/** Congestion states with Linux's numbers (enum tcp_ca_state). */
export const CA_OPEN: u8 = 0;
export const CA_DISORDER: u8 = 1;
export const CA_CWR: u8 = 2;
export const CA_RECOVERY: u8 = 3;
export const CA_LOSS: u8 = 4;

/** Bits of Sock.flags: options first, then what has happened. */
export const F_REUSEADDR: u32 = 1;
export const F_REUSEPORT: u32 = 2;
export const F_V6ONLY: u32 = 4;
export const F_NODELAY: u32 = 8;
export const F_KEEPALIVE: u32 = 16;
export const F_RECVERR: u32 = 32;
export const F_BROADCAST: u32 = 64;
export const F_HDRINCL: u32 = 128;
/** The application has closed it; it goes when the protocol is done. */
export const F_ORPHAN: u32 = 256;
/** The port was asked for by bind, so it outlives a failed connect. */
export const F_BOUND: u32 = 512;
/** In the bind hash. */
export const F_IN_BIND: u32 = 1024;
/** In the connection hash. */
export const F_IN_CONN: u32 = 2048;
export const F_RCV_SHUT: u32 = 4096;
export const F_SND_SHUT: u32 = 8192;
/** TCP_CORK. */
export const F_CORK: u32 = 16384;
export const F_FIN_RCVD: u32 = 32768;
export const F_TS: u32 = 1 << 16;
export const F_SACK: u32 = 1 << 17;
export const F_WSCALE: u32 = 1 << 18;
/** An acknowledgement waits for its timer. @see Linux ICSK_ACK_SCHED */
export const F_ACK_SCHED: u32 = 1 << 19;
/** A piece smaller than the MSS came; a second one. @see Linux ICSK_ACK_PUSHED, ICSK_ACK_PUSHED2 */
export const F_ACK_PUSHED: u32 = 1 << 20;
/** An ACK must leave before the call ends. */
export const F_ACK_NOW: u32 = 1 << 21;
/** The application found no room to send and waits for it. */
export const F_WANT_OUT: u32 = 1 << 22;
/** Waiting in its parent's accept queue. */
export const F_QUEUED: u32 = 1 << 23;
/** Linger with time 0: close resets. */
export const F_LINGER0: u32 = 1 << 24;
/** Interactive: acknowledge with the answer. @see Linux inet_csk_enter_pingpong_mode */
export const F_PINGPONG: u32 = 1 << 25;
/** A connect has been made (UDP, raw). */
export const F_CONNECTED: u32 = 1 << 26;
/** ip_forget_df: datagrams may be fragmented (IP_MTU_DISCOVER = DONT). */
export const F_NODF: u32 = 1 << 27;
/** The local address was asked for by bind. */
export const F_ADDR_BOUND: u32 = 1 << 28;
/** IP_MTU_DISCOVER = DO, = PROBE: too long a datagram is refused; PROBE heeds the device's MTU only. */
export const F_PMTU_DO: u32 = 1 << 29;
export const F_PMTU_PROBE: u32 = 1 << 30;
export const F_ACK_PUSHED2: u32 = 1 << 31;

/** Bits of Sock.more. */
/** The send window, not the network, held data back since the last look. @see Linux tcp_sock.is_cwnd_limited */
export const M_CWND_LIMITED: u32 = 1;
/** F-RTO: the timeout may have been in vain. */
export const M_FRTO: u32 = 2;
/** The tail loss probe sent old data. */
export const M_TLP_RETRANS: u32 = 4;
/** RACK's newest delivery moved on. */
export const M_RACK_ADVANCED: u32 = 8;
/** Reordering has been seen. */
export const M_REORD_SEEN: u32 = 16;
/** RACK saw a DSACK in this round. */
export const M_RACK_DSACK: u32 = 32;
/** The timer of the connection is a loss probe, the reordering timer, the zero window probe. */
export const M_TIMER_TLP: u32 = 64;
export const M_TIMER_REO: u32 = 128;
export const M_TIMER_PROBE: u32 = 256;
/** A DSACK is to be sent with the next acknowledgement. */
export const M_DSACK: u32 = 512;
/** CUBIC's slow start has found its end. */
export const M_HYSTART: u32 = 1024;
/** The final ACK came while the accept queue was full. @see Linux inet_rsk(req)->acked */
export const M_ACKED: u32 = 2048;
/** SO_RCVBUF, SO_SNDBUF were set: no auto-tuning. */
export const M_RCVBUF_LOCK: u32 = 4096;
export const M_SNDBUF_LOCK: u32 = 8192;
/** A zero window was advertised: a reader that makes room tells it. */
export const M_ZERO_WINDOW: u32 = 1 << 16;
/** Made from a SYN cookie. */
export const M_COOKIE: u32 = 1 << 17;
/** IP_FREEBIND or IP_TRANSPARENT. */
export const M_FREEBIND: u32 = 1 << 18;
/** TCP_QUICKACK. */
export const M_QUICKACK: u32 = 1 << 19;
/** TCP_CONGESTION was set. */
export const M_CONGESTION: u32 = 1 << 20;
/** IP_MULTICAST_LOOP and IP_MULTICAST_ALL are off. */
export const M_NO_MC_LOOP: u32 = 1 << 21;
export const M_NO_MC_ALL: u32 = 1 << 22;
/** The MTU of its route is locked: no DF. */
export const M_MTU_LOCK: u32 = 1 << 23;
