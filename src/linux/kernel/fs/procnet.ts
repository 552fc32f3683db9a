/** /proc/PID/net: the network namespace as text. @see proc_pid_net(5) */
import { formatMac, type IpAddr, mask4 } from '../../../base/ip.ts';
import type { Machine } from '../kernel.ts';
import { linkGroups } from '../linkgroups.ts';
import type { Link, NetAdmin, NetnsKey, Route } from '../netadmin.ts';
import type { Inode } from './inode.ts';
import { hex, hex4 } from './prochex.ts';
import { counters, snmp6 } from './procmib.ts';
import { anycast6, ifInet6, igmp6, ipv6Route } from './procnet6.ts';
import { recentDir } from './procrecent.ts';
import { sockets, sockstat, sockstat6, unix } from './procsock.ts';
import { conntrackStat, ipVs, ipVsConn, ipVsStats, nfConntrack } from './proctrack.ts';
import { SynthDir, SynthFile } from './synth.ts';

/** @param netns the namespace of the process whose directory it is */
export function procNet(m: Machine, netns: () => NetnsKey): Inode {
  const file = (make: (net: NetAdmin) => string): SynthFile => new SynthFile(() => make(m.net(netns())));
  return new SynthDir(() => ({
    anycast6: file(anycast6),
    arp: file(arp),
    dev: file(dev),
    if_inet6: file(ifInet6),
    igmp: file(igmp),
    dev_mcast: file(devMcast),
    icmp: file((net) => sockets(net, 'icmp', 4)),
    icmp6: file((net) => sockets(net, 'icmp', 6)),
    igmp6: file(igmp6),
    ip_vs: file(ipVs),
    ip_vs_conn: file(ipVsConn),
    ip_vs_stats: file(ipVsStats),
    ipv6_route: file(ipv6Route),
    // No socket names the sources that it hears.
    mcfilter: file(() => 'Idx Device        MCA        SRC    INC    EXC\n'),
    mcfilter6: file(
      () => 'Idx Device                Multicast Address                   Source Address    INC    EXC\n',
    ),
    netstat: file((net) => counters(net, ['TcpExt', 'IpExt'])),
    nf_conntrack: file((net) => nfConntrack(net, m.sysctl(netns(), 'net.netfilter.nf_conntrack_acct') === '1')),
    raw: file((net) => sockets(net, 'raw', 4)),
    raw6: file((net) => sockets(net, 'raw', 6)),
    route: file(route),
    snmp: file((net) => counters(net, ['Ip', 'Icmp', 'IcmpMsg', 'Tcp', 'Udp', 'UdpLite'])),
    snmp6: file(snmp6),
    sockstat: file(sockstat),
    sockstat6: file(sockstat6),
    stat: new SynthDir(() => ({ nf_conntrack: file(conntrackStat) })),
    tcp: file((net) => sockets(net, 'tcp', 4)),
    tcp6: file((net) => sockets(net, 'tcp', 6)),
    udp: file((net) => sockets(net, 'udp', 4)),
    udp6: file((net) => sockets(net, 'udp', 6)),
    unix: file(unix),
    xt_recent: recentDir(m, netns),
  }));
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

/** Groups that devices' cards let in: how many want each, and how many of all namespaces' (none). @see Linux net/core/dev_addr_lists.c, net-procfs.c: dev_mc_seq_show */
function devMcast(net: NetAdmin): string {
  const out: string[] = [];
  for (const link of net.links()) {
    for (const [mac, n] of linkGroups(net, link))
      out.push(
        `${String(link.ifindex).padEnd(4)} ${link.name.padEnd(15)} ${String(n).padEnd(5)} ${'0'.padEnd(5)} ${mac.toString(16).padStart(12, '0')}\n`,
      );
  }
  return out.join('');
}
