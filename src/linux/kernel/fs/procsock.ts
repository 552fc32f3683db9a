/** Sockets of a namespace as text: /proc/net/tcp, udp, raw, icmp, packet, unix, sockstat and those of IPv6. */
import { ip4 } from '../../../base/ip.ts';
import type { CoreTcpInfo } from '../../core/core.ts';
import type { NetAdmin, SocketInfo } from '../netadmin.ts';
import { hex, hexIp } from './prochex.ts';

const TCP_STATES: Readonly<Record<string, number>> = {
  ESTAB: 1,
  'SYN-SENT': 2,
  'SYN-RECV': 3,
  'FIN-WAIT-1': 4,
  'FIN-WAIT-2': 5,
  'TIME-WAIT': 6,
  UNCONN: 7,
  'CLOSE-WAIT': 8,
  'LAST-ACK': 9,
  LISTEN: 10,
  CLOSING: 11,
};

/** Whether there is a whole socket behind it, not the rest of one or a request for one. @see Linux sk_fullsock */
const isFull = (s: SocketInfo): boolean => s.state !== 'TIME-WAIT' && s.state !== 'SYN-RECV';

/** References, address, then rto, ato, quick acknowledgements and ping-pong, cwnd, threshold. @see Linux get_tcp4_sock */
function tcpRest(s: SocketInfo, t: CoreTcpInfo): string {
  if (!isFull(s)) return ' 1 0000000000000000';
  const ticks = (us: number): number => Math.round(us / 1e4);
  const threshold = s.state === 'LISTEN' ? 0 : t.ssthresh >= 0x7fffffff ? -1 : t.ssthresh;
  const cwnd = s.state === 'LISTEN' ? 10 : t.cwnd;
  const rto = s.state === 'LISTEN' ? 100 : ticks(t.rto);
  return ` 1 0000000000000000 ${rto} ${ticks(t.ato)} 0 ${cwnd} ${threshold}`;
}

const PEERS = { 4: ' rem_address   ', 6: `${' '.repeat(25)}remote_address${' '.repeat(24)}` } as const;

/** Bytes of a line, which IPv4 fills up. */
const WIDTHS: Readonly<Record<string, number>> = { tcp4: 149, udp4: 127 };

/** @see Linux tcp4_seq_show, udp4_seq_show, raw_sock_seq_show, ip6_dgram_sock_seq_show */
export function sockets(net: NetAdmin, netid: 'tcp' | 'udp' | 'raw' | 'icmp', family: 4 | 6): string {
  const width = WIDTHS[`${netid}${family}`] ?? 0;
  const datagrams = netid !== 'tcp';
  const head = `${netid === 'udp' && family === 4 ? ' ' : ''}  sl  local_address${PEERS[family]}st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode${datagrams ? ' ref pointer drops' : ''}`;
  const end = (e: SocketInfo['local']): string => `${hexIp(e.ip ?? ip4(0), family)}:${hex(e.port, 4)}`;
  const rows = net
    .sockets()
    .filter((s) => s.netid === netid && s.family === family)
    .map((s, i) => {
      const t = s.info?.();
      // tr: 1 retransmission, 2 keepalive, 3 time-wait, 4 zero-window probe; in hundredths of a second
      const timer = t ? (t.timer === 5 ? 1 : t.timer) : 0;
      const when = t ? hex(Math.max(0, Math.round(t.timerNs / 1e7)), 8) : '00000000';
      const queues = `${hex(s.state === 'LISTEN' ? 0 : s.sendQ, 8)}:${hex(s.recvQ, 8)} ${hex(timer, 2)}:${when} ${hex(t?.retransmits ?? 0, 8)}`;
      const owner = `${String(s.uid).padStart(5)} ${String(t?.probes ?? 0).padStart(8)} ${s.inode}`;
      const rest = t ? tcpRest(s, t) : datagrams ? ` 2 0000000000000000 ${s.drops ?? 0}` : '';
      return `${String(i).padStart(4)}: ${end(s.local)} ${end(s.peer)} ${hex(TCP_STATES[s.state] ?? 7, 2)} ${queues} ${owner}${rest}`;
    });
  return [head, ...rows].map((l) => `${l.padEnd(width)}\n`).join('');
}

export function unix(net: NetAdmin): string {
  const rows = net
    .sockets()
    .filter((s) => s.netid === 'unix')
    .map((s) => {
      const listening = s.state === 'LISTEN';
      const flags = listening ? '00010000' : '00000000';
      const state = listening ? '01' : s.state === 'ESTAB' ? '03' : '01';
      const path = s.local.path === undefined || s.local.path === '*' ? '' : ` ${s.local.path}`;
      return `0000000000000000: 00000002 00000000 ${flags} 0001 ${state} ${String(s.inode).padStart(5)}${path}\n`;
    });
  return `Num       RefCount Protocol Flags    Type St Inode Path\n${rows.join('')}`;
}

const PAGE = 4096;
/** States in which a closed socket still has something to say. */
const CLOSING: readonly string[] = ['FIN-WAIT-1', 'FIN-WAIT-2', 'CLOSING', 'LAST-ACK'];

/** How many sockets are in use, of IPv4 and in all. Of memory, what waits in queues. @see Linux net/ipv4/proc.c: sockstat_seq_show */
export function sockstat(net: NetAdmin): string {
  const all = net.sockets();
  const of = (netid: string): SocketInfo[] => all.filter((s) => s.netid === netid);
  const tcp = of('tcp');
  const live = tcp.filter(isFull);
  const pages = (list: readonly SocketInfo[]): number =>
    Math.ceil(list.reduce((n, s) => n + s.recvQ + (s.state === 'LISTEN' ? 0 : s.sendQ), 0) / PAGE);
  const four = (list: readonly SocketInfo[]): number => list.filter((s) => s.family === 4).length;
  const orphans = live.filter((s) => s.inode === 0 && CLOSING.includes(s.state));
  const { queues, memory } = net.fragments(4);
  return [
    `sockets: used ${all.filter((s) => s.inode !== 0).length}`,
    `TCP: inuse ${four(live)} orphan ${orphans.length} tw ${tcp.filter((s) => s.state === 'TIME-WAIT').length} alloc ${live.length} mem ${pages(live)}`,
    `UDP: inuse ${four(of('udp'))} mem ${pages(of('udp'))}`,
    'UDPLITE: inuse 0',
    `RAW: inuse ${four(of('raw'))}`,
    `FRAG: inuse ${queues} memory ${memory}\n`,
  ].join('\n');
}

/** @see Linux net/ipv6/proc.c: sockstat6_seq_show */
export function sockstat6(net: NetAdmin): string {
  const all = net.sockets();
  const six = (netid: string): number => all.filter((s) => s.netid === netid && s.family === 6 && isFull(s)).length;
  const { queues, memory } = net.fragments(6);
  return `TCP6: inuse ${six('tcp')}\nUDP6: inuse ${six('udp')}\nUDPLITE6: inuse 0\nRAW6: inuse ${six('raw')}\nFRAG6: inuse ${queues} memory ${memory}\n`;
}
