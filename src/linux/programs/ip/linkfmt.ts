/**
 * The text of one network device as `ip link` and `ip addr` print it: flags, operational state, the `link/ether`
 * line, details (-d) and counters (-s), for iproute2 and for busybox.
 *
 * Limits: details show Linux's defaults for what the kernel here does not model (queue counts, GSO limits, STP).
 * @see iproute2 ip/ipaddress.c: print_linkinfo; busybox networking/libiproute/ipaddress.c
 */
import { formatMac } from '../../../base/ip.ts';
import type { Link } from '../../kernel/netadmin.ts';
import type { IpEnv } from './env.ts';
import { kindDetails, slaveDetails } from './kindfmt.ts';
import { infoData, slaveData } from './kindjson.ts';

/** Flags in iproute2's order. `M-DOWN` is the lower device's. */
export function linkFlags(l: Link, lowerDown: boolean): string[] {
  const f: string[] = [];
  if (l.up && !l.carrier) f.push('NO-CARRIER');
  if (l.kind === 'loopback') f.push('LOOPBACK');
  else f.push('BROADCAST');
  if (l.kind === 'dummy') f.push('NOARP');
  else if (l.kind !== 'loopback') f.push('MULTICAST');
  if (l.promisc) f.push('PROMISC');
  if (l.up) f.push('UP');
  if (l.up && l.carrier) f.push('LOWER_UP');
  if (lowerDown) f.push('M-DOWN');
  return f;
}

/** Kinds whose carrier is another device's. */
const STACKED: readonly string[] = ['veth', 'macvlan', 'ipvlan', 'vlan'];

/** RFC 2863 operational state. */
export function operState(l: Link): string {
  if (!l.up) return 'DOWN';
  if (l.kind === 'loopback' || l.kind === 'dummy' || l.kind === 'vxlan') return 'UNKNOWN';
  if (l.carrier) return 'UP';
  return STACKED.includes(l.kind) ? 'LOWERLAYERDOWN' : 'DOWN';
}

/** The device's name with what it hangs on, `eth0@if4`, and whether that is down. */
export function linkName(env: IpEnv, l: Link): { name: string; lowerDown: boolean } {
  if (l.peerIfindex === 0) return { name: `${l.name}@NONE`, lowerDown: false };
  if (l.peerIfindex === undefined) return { name: l.name, lowerDown: false };
  if (l.peerNetnsId !== undefined && !env.busybox) return { name: `${l.name}@if${l.peerIfindex}`, lowerDown: false };
  const peer = env.net.link(l.peerIfindex);
  return { name: `${l.name}@${peer?.name ?? `if${l.peerIfindex}`}`, lowerDown: !peer?.up };
}

/**
 * The first line: index, name, flags, mtu, qdisc, master, state.
 * @param qlen whether the queue's length is told; @param named whether the device was asked for: of all devices the
 * kernel tells those who ask for IPv6 neither queueing discipline nor master nor group
 */
export function headLine(env: IpEnv, l: Link, mode: boolean, qlen = true, named = false): string {
  const { name, lowerDown } = linkName(env, l);
  const master = l.master === undefined ? '' : ` master ${env.net.link(l.master)?.name ?? `if${l.master}`}`;
  const qdisc = env.busybox && env.family === 6 ? '' : ` qdisc ${l.qdisc}`;
  const head = `${l.ifindex}: ${name}: <${linkFlags(l, lowerDown).join(',')}> mtu ${l.mtu}${qdisc}${master}`;
  if (env.busybox) return `${head} ${l.txqlen > 0 ? `qlen ${l.txqlen}` : ''}`;
  const queue = qlen ? `qlen ${l.txqlen}` : '';
  if (env.family === 6 && !named)
    return `${l.ifindex}: ${name}: <${linkFlags(l, lowerDown).join(',')}> mtu ${l.mtu} state ${operState(l)} ${queue}`;
  return `${head} state ${operState(l)}${mode ? ' mode DEFAULT' : ''} group ${l.group || 'default'} ${queue}`;
}

/** Least and greatest MTU that a device takes; 0 0: any. */
function mtuRange(l: Link): readonly [number, number] {
  if (l.kind === 'loopback' || l.kind === 'dummy') return [0, 0];
  return [l.kind === 'vlan' ? 0 : 68, 65535];
}

/** How many want all frames: the bridge that it is a port of, and the administrator. */
const promiscuity = (l: Link): number => (l.master === undefined ? 0 : 1) + (l.promisc ? 1 : 0);

/** Queues of a device in each direction. */
const queuesOf = (l: Link): number => (l.kind === 'veth' || l.kind === 'nic' ? 2 : 1);

const tsoSize = (l: Link): number => (l.vxlan && l.vxlan.dev === undefined ? 65536 : 524280);

/** What -d adds to -j. @param addrgen ip addr does not tell how addresses are made */
function detailsJson(env: IpEnv, l: Link, addrgen: boolean): Record<string, unknown> {
  const [min, max] = mtuRange(l);
  const data = infoData(l);
  const queues = queuesOf(l);
  return {
    promiscuity: promiscuity(l),
    allmulti: l.master === undefined ? 0 : 1,
    min_mtu: min,
    max_mtu: max,
    ...(l.kind !== 'loopback' && {
      linkinfo: {
        info_kind: l.kind === 'nic' ? 'veth' : l.kind,
        ...(data && { info_data: data }),
        ...(l.master !== undefined && { info_slave_kind: 'bridge', info_slave_data: slaveData(env, l) }),
      },
    }),
    ...(addrgen && { inet6_addr_gen_mode: 'eui64' }),
    num_tx_queues: queues,
    num_rx_queues: queues,
    gso_max_size: 65536,
    gso_max_segs: 65535,
    tso_max_size: tsoSize(l),
    tso_max_segs: 65535,
    gro_max_size: 65536,
    gso_ipv4_max_size: 65536,
    gro_ipv4_max_size: 65536,
  };
}

/** The `link/…` line, with details when asked. */
export function hardwareLines(env: IpEnv, l: Link, addrgen: boolean): string[] {
  const loop = l.kind === 'loopback';
  const brd = loop ? '00:00:00:00:00:00' : 'ff:ff:ff:ff:ff:ff';
  let line = `    link/${loop ? 'loopback' : 'ether'} ${formatMac(l.mac)} brd ${brd}`;
  if (env.busybox) return [line];
  if (l.peerIfindex !== undefined && l.peerNetnsId !== undefined) line += ` link-netnsid ${l.peerNetnsId}`;
  const alias = l.alias === undefined ? [] : [`    alias ${l.alias}`];
  if (!env.details) return [line, ...alias];
  line += ` promiscuity ${promiscuity(l)} allmulti ${l.master === undefined ? 0 : 1} minmtu ${mtuRange(l)[0]} maxmtu ${mtuRange(l)[1]} `;
  if (loop || l.kind === 'bridge') line += 'netns-immutable ';
  const out = [line];
  const kind = kindDetails(l);
  if (kind !== '') out.push(`    ${kind}`);
  if (l.master !== undefined) out.push(`    ${slaveDetails(env, l)}`);
  const queues = queuesOf(l);
  const tail = `${addrgen ? 'addrgenmode eui64 ' : ''}numtxqueues ${queues} numrxqueues ${queues} gso_max_size 65536 gso_max_segs 65535 tso_max_size ${tsoSize(l)} tso_max_segs 65535 gro_max_size 65536 gso_ipv4_max_size 65536 gro_ipv4_max_size 65536 `;
  out[out.length - 1] += tail;
  return [...out, ...alias];
}

/** A count as -h prints it: `1.91k`. @see iproute2 lib/utils.c: print_num */
function countText(n: number, base: 1000 | 1024 | undefined): string {
  if (base === undefined || n < base) return String(n);
  let power = base as number;
  let unit = 0;
  while (n / base >= power && unit < 5) {
    power *= base;
    unit++;
  }
  const whole = Math.floor(n / power);
  return `${(n / power).toFixed(whole < 10 ? 2 : whole < 100 ? 1 : 0)}${'kMGTPE'[unit]}${base === 1024 ? 'i' : ''}`;
}

/** The four lines of -s; given twice, the kinds of errors too, which are none here. */
export function statsLines(env: IpEnv, l: Link): string[] {
  const s = l.stats;
  const texts = (v: readonly number[]): string[] => v.map((n) => countText(n, env.human));
  const rx = texts([s.rxBytes, s.rxPackets, s.rxErrors, s.rxDropped, 0, 0]);
  const tx = texts([s.txBytes, s.txPackets, s.txErrors, s.txDropped, s.txCarrier, 0]);
  const width = [10, 7, 6, 7, 7, 7, 10].map((w, i) => Math.max(w, rx[i]?.length ?? 0, tx[i]?.length ?? 0));
  const head = (dir: string, names: readonly string[]): string =>
    `    ${dir}: ${names.map((n, i) => n.padStart((width[i] as number) - (i === 0 ? 4 : 0))).join(' ')}`;
  const row = (v: readonly string[]): string => `    ${v.map((n, i) => `${n.padStart(width[i] as number)} `).join('')}`;
  const kinds = width.slice(1, 6);
  const errors = (dir: string, names: readonly string[]): string[] =>
    env.stats < 2
      ? []
      : [
          `    ${dir} errors:${names.map((n, i) => ` ${n.padStart(kinds[i] as number)}`).join('')}`,
          `${' '.repeat(15)}${kinds.map((w) => `${'0'.padStart(w)} `).join('')}`,
        ];
  return [
    head('RX', ['bytes', 'packets', 'errors', 'dropped', 'missed', 'mcast', '']),
    row(rx),
    ...errors('RX', ['length', 'crc', 'frame', 'fifo', 'overrun']),
    head('TX', ['bytes', 'packets', 'errors', 'dropped', 'carrier', 'collsns', '']),
    row(tx),
    ...errors('TX', ['aborted', 'fifo', 'window', 'heartbt', 'transns']),
  ];
}

/** The fields of -j that `link` and `addr` share. */
export function linkJson(env: IpEnv, l: Link, addrgen = false): Record<string, unknown> {
  const { lowerDown } = linkName(env, l);
  const loop = l.kind === 'loopback';
  const out: Record<string, unknown> = { ifindex: l.ifindex };
  if (l.peerIfindex !== undefined) {
    if (l.peerNetnsId === undefined) out.link = env.net.link(l.peerIfindex)?.name ?? null;
    else out.link_index = l.peerIfindex;
  }
  out.ifname = l.name;
  out.flags = linkFlags(l, lowerDown);
  out.mtu = l.mtu;
  out.qdisc = l.qdisc;
  if (l.master !== undefined) out.master = env.net.link(l.master)?.name;
  out.operstate = operState(l);
  out.linkmode = 'DEFAULT';
  out.group = l.group ? String(l.group) : 'default';
  out.txqlen = l.txqlen;
  out.link_type = loop ? 'loopback' : 'ether';
  out.address = formatMac(l.mac);
  out.broadcast = loop ? '00:00:00:00:00:00' : 'ff:ff:ff:ff:ff:ff';
  if (l.peerNetnsId !== undefined) out.link_netnsid = l.peerNetnsId;
  if (env.details) Object.assign(out, detailsJson(env, l, addrgen));
  if (env.stats > 0)
    out.stats64 = {
      rx: {
        bytes: l.stats.rxBytes,
        packets: l.stats.rxPackets,
        errors: l.stats.rxErrors,
        dropped: l.stats.rxDropped,
        over_errors: 0,
        multicast: 0,
      },
      tx: {
        bytes: l.stats.txBytes,
        packets: l.stats.txPackets,
        errors: l.stats.txErrors,
        dropped: l.stats.txDropped,
        carrier_errors: l.stats.txCarrier,
        collisions: 0,
      },
    };
  return out;
}
