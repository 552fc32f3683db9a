/** What netfilter knows of connections: /proc/net/nf_conntrack, stat/nf_conntrack, and IPVS's files. */

import { formatIp4, type IpAddr } from '../../../base/ip.ts';
import type { VsService, VsStats } from '../ipvs.ts';
import type { CtEntry, CtTuple, NetAdmin } from '../netadmin.ts';
import { PROCESSORS } from './processors.ts';
import { hex, hexPairs } from './prochex.ts';

const PROTOCOLS: Readonly<Record<number, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'icmpv6' };

function address(a: IpAddr): string {
  return a.v === 6 ? hexPairs(a.value) : formatIp4(a.value);
}

function tuple(t: CtTuple): string {
  const ends = `src=${address(t.src)} dst=${address(t.dst)} `;
  if (t.proto === 1 || t.proto === 58) return `${ends}type=${t.icmpType ?? 0} code=${t.icmpCode ?? 0} id=${t.sport} `;
  return PROTOCOLS[t.proto] === undefined ? ends : `${ends}sport=${t.sport} dport=${t.dport} `;
}

function entry(e: CtEntry, counts: boolean): string {
  const { proto, src } = e.original;
  const apart = e.zone !== e.replyZone;
  const acct = (packets: number, bytes: number): string => (counts ? `packets=${packets} bytes=${bytes} ` : '');
  return [
    src.v === 4 ? 'ipv4     2 ' : 'ipv6     10 ',
    `${(PROTOCOLS[proto] ?? 'unknown').padEnd(8)} ${proto} ${Math.max(0, Math.floor(e.timeout))} `,
    e.tcpState === undefined ? '' : `${e.tcpState} `,
    tuple(e.original),
    apart && e.zone !== 0 ? `zone-orig=${e.zone} ` : '',
    acct(e.origPackets, e.origBytes),
    e.seenReply ? '' : '[UNREPLIED] ',
    tuple(e.reply),
    apart && e.replyZone !== 0 ? `zone-reply=${e.replyZone} ` : '',
    acct(e.replyPackets, e.replyBytes),
    e.assured ? '[ASSURED] ' : '',
    `mark=${e.mark} ${apart ? '' : `zone=${e.zone} `}use=2\n`,
  ].join('');
}

/** @param counts net.netfilter.nf_conntrack_acct @see Linux nf_conntrack_standalone.c: ct_seq_show */
export function nfConntrack(net: NetAdmin, counts: boolean): string {
  return net
    .conntrack()
    .map((e) => entry(e, counts))
    .join('');
}

/** Entries, then what happened: a line for each processor, of which the first did it all. @see Linux nf_conntrack_standalone.c: ct_cpu_seq_show */
export function conntrackStat(net: NetAdmin): string {
  const s = net.conntrackStats();
  const w = (n: number): string => n.toString(16).padStart(8, '0');
  const head =
    'entries  clashres found new invalid ignore delete chainlength insert insert_failed drop early_drop icmp_error  expect_new expect_create expect_delete search_restart\n';
  const entries = net.conntrack().length;
  const line = (t: Partial<typeof s>): string => {
    const first = [entries, t.clashResolve ?? 0].map(w).join('  ');
    const did = [0, 0, t.invalid ?? 0, 0, 0, 0, 0, t.insertFailed ?? 0, t.drop ?? 0, t.earlyDrop ?? 0, 0];
    return `${first} ${did.map(w).join(' ')}  ${[0, 0, 0, 0].map(w).join(' ')}\n`;
  };
  return head + Array.from({ length: PROCESSORS }, (_, n) => line(n === 0 ? s : {})).join('');
}

const VS_PROTOCOLS: Readonly<Record<number, string>> = { 6: 'TCP', 17: 'UDP' };
/** Timer ticks of a second: HZ. */
const HZ = 250;

const vsAddress = (a: IpAddr): string => hex(a.v === 4 ? a.value : 0, 8);

function vsService(s: VsService): string {
  const name =
    'fwmark' in s.key
      ? `FWM  ${hex(s.key.fwmark, 8)} ${s.scheduler} `
      : `${VS_PROTOCOLS[s.key.proto]}  ${vsAddress(s.key.addr)}:${hex(s.key.port, 4)} ${s.scheduler} `;
  const mask = s.netmask === undefined || s.netmask === 32 ? 0xffffffff : ~(0xffffffff >>> s.netmask) >>> 0;
  const kept = s.persistent ? `persistent ${s.persistent * HZ} ${hex(mask, 8)}` : '';
  const servers = s.servers.map(
    (d) =>
      `  -> ${vsAddress(d.addr)}:${hex(d.port, 4)}      ${d.method.padEnd(7)} ${String(d.weight).padEnd(6)} ${String(d.active).padEnd(10)} ${String(d.inactive).padEnd(10)}\n`,
  );
  return `${name}${kept}\n${servers.join('')}`;
}

/** @see Linux net/netfilter/ipvs/ip_vs_ctl.c: ip_vs_info_seq_show */
export function ipVs(net: NetAdmin): string {
  const head =
    'IP Virtual Server version 1.2.1 (size=4096)\nProt LocalAddress:Port Scheduler Flags\n  -> RemoteAddress:Port Forward Weight ActiveConn InActConn\n';
  return head + net.ipvs().map(vsService).join('');
}

/** Those of the services there are. @see Linux ip_vs_ctl.c: ip_vs_stats_show */
export function ipVsStats(net: NetAdmin): string {
  const sum = (of: readonly VsStats[], key: keyof VsStats): string =>
    hex(
      of.reduce((n, s) => n + Math.floor(s[key]), 0),
      0,
    );
  const row = (of: readonly VsStats[]): string =>
    (
      [
        ['conns', 8],
        ['inPackets', 8],
        ['outPackets', 8],
        ['inBytes', 16],
        ['outBytes', 16],
      ] as const
    )
      .map(([key, width]) => sum(of, key).padStart(width))
      .join(' ');
  const services = net.ipvs();
  return (
    '   Total Incoming Outgoing         Incoming         Outgoing\n   Conns  Packets  Packets            Bytes            Bytes\n' +
    `${row(services.map((s) => s.stats))}\n\n` +
    ' Conns/s   Pkts/s   Pkts/s          Bytes/s          Bytes/s\n' +
    `${row(services.map((s) => s.rates))}\n`
  );
}

/** @see Linux net/netfilter/ipvs/ip_vs_conn.c: ip_vs_conn_seq_show */
export function ipVsConn(net: NetAdmin): string {
  const rows = net
    .ipvsConnections()
    .map(
      (c) =>
        `${(VS_PROTOCOLS[c.proto] ?? 'IP').padEnd(3)} ${vsAddress(c.client)} ${hex(c.clientPort, 4)} ${vsAddress(c.virtual)} ${hex(c.virtualPort, 4)} ${vsAddress(c.server)} ${hex(c.serverPort, 4)} ${c.state.padEnd(11)} ${String(Math.floor(c.expires)).padStart(7)}\n`,
    );
  return `Pro FromIP   FPrt ToIP     TPrt DestIP   DPrt State       Expires PEName PEData\n${rows.join('')}`;
}
