/** /proc/PID/net: the network namespace as text. @see proc_pid_net(5) */
import { formatMac, type IpAddr, ip4, mask4 } from '../../../base/ip.ts';
import type { CoreTcpInfo, Counters } from '../../core/core.ts';
import type { Machine } from '../kernel.ts';
import type { Link, NetAdmin, NetnsKey, Route, SocketInfo } from '../netadmin.ts';
import type { Inode } from './inode.ts';
import { recentDir } from './procrecent.ts';
import { SynthDir, SynthFile } from './synth.ts';

/** @param netns the namespace of the process whose directory it is */
export function procNet(m: Machine, netns: () => NetnsKey): Inode {
  const file = (make: (net: NetAdmin) => string): SynthFile => new SynthFile(() => make(m.net(netns())));
  return new SynthDir(() => ({
    arp: file(arp),
    dev: file(dev),
    if_inet6: file(ifInet6),
    igmp: file(igmp),
    igmp6: file(igmp6),
    netstat: file((net) => counters(net, ['TcpExt', 'IpExt'])),
    route: file(route),
    snmp: file((net) => counters(net, ['Ip', 'Icmp', 'IcmpMsg', 'Tcp', 'Udp'])),
    tcp: file((net) => sockets(net, 'tcp', 4)),
    tcp6: file((net) => sockets(net, 'tcp', 6)),
    udp: file((net) => sockets(net, 'udp', 4)),
    udp6: file((net) => sockets(net, 'udp', 6)),
    unix: file(unix),
    xt_recent: recentDir(m, netns),
  }));
}

const hex = (n: number, width: number): string => n.toString(16).toUpperCase().padStart(width, '0');

/** An IPv4 address as the kernel prints it: the bytes of network order read as a little-endian number. */
function hex4(value: number): string {
  return hex(((value >>> 24) | ((value >>> 8) & 0xff00) | ((value << 8) & 0xff0000) | (value << 24)) >>> 0, 8);
}

function hexIp(a: IpAddr | undefined, family: 4 | 6): string {
  if (family === 4) return hex4(a?.v === 4 ? a.value : 0);
  const value = a === undefined ? 0n : a.v === 6 ? a.value : (0xffffn << 32n) | BigInt(a.value);
  let out = '';
  for (let i = 3; i >= 0; i--) out += hex4(Number((value >> BigInt(32 * i)) & 0xffffffffn));
  return out;
}

/** @see Linux net/core/net-procfs.c: dev_seq_printf_stats */
const DEV_WIDTHS = [7, 7, 4, 4, 4, 5, 10, 9, 8, 7, 4, 4, 4, 5, 7, 10];

function dev(net: NetAdmin): string {
  const head =
    'Inter-|   Receive                                                |  Transmit\n face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n';
  const line = ({ name, stats: s }: Link): string => {
    const fields = [
      s.rxBytes,
      s.rxPackets,
      0,
      s.rxDropped,
      0,
      0,
      0,
      0,
      s.txBytes,
      s.txPackets,
      0,
      s.txDropped,
      0,
      0,
      0,
      0,
    ];
    return `${name.padStart(6)}: ${fields.map((n, i) => String(n).padStart(DEV_WIDTHS[i] as number)).join(' ')}\n`;
  };
  return head + net.links().map(line).join('');
}

const FLAGS = { UP: 1, GATEWAY: 2, HOST: 4, REJECT: 0x200 };

function route(net: NetAdmin): string {
  const head = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT'.padEnd(127);
  const value = (a: IpAddr | undefined): number => (a?.v === 4 ? a.value : 0);
  const line = (r: Route): string => {
    const bits = r.dst?.bits ?? 0;
    const up = r.type === 'unicast' ? FLAGS.UP : FLAGS.UP | FLAGS.REJECT;
    const flags = up | (r.via ? FLAGS.GATEWAY : 0) | (bits === 32 ? FLAGS.HOST : 0);
    const name = (r.ifindex !== undefined && net.link(r.ifindex)?.name) || '*';
    const fields = [
      name,
      hex4(value(r.dst?.addr)),
      hex4(value(r.via)),
      hex(flags, 4),
      0,
      0,
      r.metric,
      hex4(mask4(bits)),
      0,
      0,
      0,
    ];
    return fields.join('\t').padEnd(127);
  };
  return [head, ...net.routes(4).map(line)].map((l) => `${l}\n`).join('');
}

function arp(net: NetAdmin): string {
  const head = 'IP address       HW type     Flags       HW address            Mask     Device\n';
  const rows = net.neighs().flatMap((n) => {
    if (n.ip.v !== 4) return [];
    const flags = n.state === 'PERMANENT' ? '0x6' : n.mac === undefined ? '0x0' : '0x2';
    const { value } = n.ip;
    const text = [24, 16, 8, 0].map((s) => (value >>> s) & 255).join('.');
    const name = net.link(n.ifindex)?.name ?? '';
    return [`${text.padEnd(16)} 0x1         ${flags}         ${formatMac(n.mac ?? 0)}     *        ${name}\n`];
  });
  return head + rows.join('');
}

function ifInet6(net: NetAdmin): string {
  return net
    .addrs()
    .map((a) => {
      if (a.prefix.addr.v !== 6) return '';
      const ip = a.prefix.addr.value.toString(16).padStart(32, '0');
      const scope = a.scope === 'link' ? 0x20 : a.scope === 'host' ? 0x10 : 0;
      const name = (net.link(a.ifindex)?.name ?? '').padStart(8);
      const two = (n: number): string => n.toString(16).padStart(2, '0');
      return `${ip} ${two(a.ifindex)} ${two(a.prefix.bits)} ${two(scope)} 80 ${name}\n`;
    })
    .join('');
}

/** @see Linux net/ipv4/igmp.c: igmp_mc_seq_show */
function igmp(net: NetAdmin): string {
  const rows = net.links().map(({ ifindex, name }) => {
    const groups = net
      .groups()
      .flatMap((g) => (g.ifindex === ifindex && g.ip.v === 4 ? [{ ...g, ip: g.ip.value }] : []));
    if (groups.length === 0) return '';
    const head = `${ifindex}\t${name.padEnd(10)}: ${String(groups.length).padStart(5)} ${'V3'.padStart(7)}\n`;
    const line = (ip: number, users: number): string =>
      `\t\t\t\t${hex4(ip)} ${String(users).padStart(5)} 0:00000000\t\t0\n`;
    return head + groups.map((g) => line(g.ip, g.users)).join('');
  });
  return `Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n${rows.join('')}`;
}

/** MAF_LAST_REPORTER, which who tells of a group is; MAF_LOADED; MAF_NOREPORT: all nodes, and groups of this node. */
const REPORTED = 0x4;
const NOT_REPORTED = 0xc;

/** @see Linux net/ipv6/mcast.c: igmp6_mc_seq_show */
function igmp6(net: NetAdmin): string {
  return net
    .groups()
    .flatMap(({ ifindex, ip, users }) => {
      if (ip.v !== 6) return [];
      const scope = (ip.value >> 112n) & 15n;
      const silent = scope < 2n || ip.value === 0xff02n << 112n || ip.value === (0xff02n << 112n) + 1n;
      const name = (net.link(ifindex)?.name ?? '').padEnd(15);
      const group = ip.value.toString(16).padStart(32, '0');
      return [
        `${String(ifindex).padEnd(4)} ${name} ${group} ${String(users).padStart(5)} ${hex(silent ? NOT_REPORTED : REPORTED, 8)} 0\n`,
      ];
    })
    .join('');
}

/** What RFC 4022 has besides counters: algorithm (1 other), least and greatest timeout, connections at most (no limit). */
const TCP_HEAD: Readonly<Record<string, number>> = { RtoAlgorithm: 1, RtoMin: 200, RtoMax: 120000, MaxConn: -1 };

/** Groups of counters, a line of names and a line of numbers each. @see Linux net/ipv4/proc.c: snmp_seq_show */
function counters(net: NetAdmin, groups: readonly (keyof Counters)[]): string {
  const all = net.counters();
  return groups
    .filter((g) => Object.keys(all[g]).length > 0)
    .map((g) => {
      const row = g === 'Tcp' ? { ...TCP_HEAD, ...all.Tcp } : all[g];
      return `${g}: ${Object.keys(row).join(' ')}\n${g}: ${Object.values(row).join(' ')}\n`;
    })
    .join('');
}

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

/** References, address, then rto, ato, quick acknowledgements and ping-pong, cwnd, threshold. @see Linux get_tcp4_sock */
function tcpRest(s: SocketInfo, t: CoreTcpInfo): string {
  if (s.state === 'TIME-WAIT' || s.state === 'SYN-RECV') return ' 1 0000000000000000';
  const ticks = (us: number): number => Math.round(us / 1e4);
  const threshold = s.state === 'LISTEN' ? 0 : t.ssthresh >= 0x7fffffff ? -1 : t.ssthresh;
  const cwnd = s.state === 'LISTEN' ? 10 : t.cwnd;
  const rto = s.state === 'LISTEN' ? 100 : ticks(t.rto);
  return ` 1 0000000000000000 ${rto} ${ticks(t.ato)} 0 ${cwnd} ${threshold}`;
}

function sockets(net: NetAdmin, netid: 'tcp' | 'udp', family: 4 | 6): string {
  const wide = family === 6 ? 32 : 8;
  const head =
    netid === 'tcp'
      ? `  sl  local_address${' '.repeat(wide - 8)} rem_address${' '.repeat(wide - 8)}   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode`
      : `   sl  local_address${' '.repeat(wide - 8)} rem_address${' '.repeat(wide - 8)}   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops`;
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
      const rest = t ? tcpRest(s, t) : netid === 'udp' ? ` 2 0000000000000000 ${s.drops ?? 0}` : '';
      return `${String(i).padStart(4)}: ${end(s.local)} ${end(s.peer)} ${hex(TCP_STATES[s.state] ?? 7, 2)} ${queues} ${owner}${rest}`;
    });
  return [head, ...rows].map((l) => `${netid === 'tcp' ? l.padEnd(149) : l.padEnd(127)}\n`).join('');
}

function unix(net: NetAdmin): string {
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
