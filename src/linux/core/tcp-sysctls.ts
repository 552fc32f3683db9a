/**
 * The sysctls that the core's sockets heed: name under net.ipv4 (somaxconn under net.core), where the core keeps it, its
 * default, the least and the greatest value. @see Linux net/ipv4/sysctl_net_ipv4.c, Documentation/networking/ip-sysctl.rst
 */
import * as abi from '../../../wasm/abi.ts';

export interface TcpSysctl {
  readonly key: number;
  readonly value: number;
  readonly min: number;
  readonly max: number;
}

const MAX = 2147483647;
const at = (key: number, value: number, max = MAX, min = 0): TcpSysctl => ({
  key: abi.NSKEY_TCP + key,
  value,
  min,
  max,
});

export const TCP_SYSCTLS = {
  tcp_syn_retries: at(abi.TCPKEY_SYN_RETRIES, 6, 127, 1),
  tcp_synack_retries: at(abi.TCPKEY_SYNACK_RETRIES, 5, 255),
  tcp_retries1: at(abi.TCPKEY_RETRIES1, 3, 255),
  tcp_retries2: at(abi.TCPKEY_RETRIES2, 15, 255),
  tcp_fin_timeout: at(abi.TCPKEY_FIN_TIMEOUT, 60),
  tcp_keepalive_time: at(abi.TCPKEY_KEEP_TIME, 7200),
  tcp_keepalive_intvl: at(abi.TCPKEY_KEEP_INTVL, 75),
  tcp_keepalive_probes: at(abi.TCPKEY_KEEP_PROBES, 9, 255),
  tcp_timestamps: at(abi.TCPKEY_TIMESTAMPS, 1, 2),
  tcp_sack: at(abi.TCPKEY_SACK, 1, 255),
  tcp_window_scaling: at(abi.TCPKEY_WINDOW_SCALING, 1, 255),
  tcp_dsack: at(abi.TCPKEY_DSACK, 1, 255),
  tcp_slow_start_after_idle: at(abi.TCPKEY_SLOW_START_AFTER_IDLE, 1, 255),
  tcp_tw_reuse: at(abi.TCPKEY_TW_REUSE, 2, 2),
  tcp_syncookies: at(abi.TCPKEY_SYNCOOKIES, 1, 255),
  tcp_max_syn_backlog: at(abi.TCPKEY_BACKLOG_SYN, 4096),
  tcp_abort_on_overflow: at(abi.TCPKEY_ABORT_ON_OVERFLOW, 0, 255),
  tcp_orphan_retries: at(abi.TCPKEY_ORPHAN_RETRIES, 0, 255),
  tcp_early_retrans: at(abi.TCPKEY_EARLY_RETRANS, 3, 4),
  tcp_frto: at(abi.TCPKEY_FRTO, 2, 255),
  tcp_invalid_ratelimit: at(abi.TCPKEY_INVALID_RATELIMIT, 500),
  tcp_syn_linear_timeouts: at(abi.TCPKEY_SYN_LINEAR, 4, 127),
  tcp_max_tw_buckets: at(abi.TCPKEY_MAX_TW, 65536),
  tcp_moderate_rcvbuf: at(abi.TCPKEY_MODERATE_RCVBUF, 1, 255),
  tcp_reordering: at(abi.TCPKEY_REORDERING, 3),
  tcp_rfc1337: at(abi.TCPKEY_RFC1337, 0, 255),
  tcp_rto_min_us: at(abi.TCPKEY_RTO_MIN_US, 200_000, MAX, 1),
  ip_nonlocal_bind: at(abi.TCPKEY_NONLOCAL_BIND, 0, 255),
  ip_unprivileged_port_start: at(abi.TCPKEY_UNPRIV_PORT, 1024, 65535),
  somaxconn: at(abi.TCPKEY_SOMAXCONN, 4096),
  /** 0 reno, 1 cubic. */
  tcp_congestion_control: at(abi.TCPKEY_CONGESTION, 1, 1),
} as const;

export type TcpSysctlName = keyof typeof TCP_SYSCTLS;
