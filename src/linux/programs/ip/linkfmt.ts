/**
 * The text of one network device as `ip link` and `ip addr` print it: flags, operational state, the `link/ether`
 * line, details (-d) and counters (-s), for iproute2 and for busybox.
 *
 * Limits: queueing disciplines are `noqueue` (up) and `noop` (down) only; details show Linux's defaults for what the
 * kernel here does not model (queue counts, GSO limits, STP).
 * @see iproute2 ip/ipaddress.c: print_linkinfo; busybox networking/libiproute/ipaddress.c
 */
import { formatMac } from '../../../base/ip.ts';
import type { Link } from '../../kernel/netadmin.ts';
import type { IpEnv } from './env.ts';

/** Flags in iproute2's order. `M-DOWN` is the lower device's. */
export function linkFlags(l: Link, lowerDown: boolean): string[] {
  const f: string[] = [];
  if (l.up && !l.carrier) f.push('NO-CARRIER');
  if (l.kind === 'loopback') f.push('LOOPBACK');
  else f.push('BROADCAST');
  if (l.kind === 'dummy') f.push('NOARP');
  else if (l.kind !== 'loopback') f.push('MULTICAST');
  if (l.promisc && l.master === undefined) f.push('PROMISC');
  if (l.up) f.push('UP');
  if (l.up && l.carrier) f.push('LOWER_UP');
  if (lowerDown) f.push('M-DOWN');
  return f;
}

/** RFC 2863 operational state. */
export function operState(l: Link): string {
  if (!l.up) return 'DOWN';
  if (l.kind === 'loopback' || l.kind === 'dummy') return 'UNKNOWN';
  if (l.carrier) return 'UP';
  return l.kind === 'veth' || l.kind === 'macvlan' ? 'LOWERLAYERDOWN' : 'DOWN';
}

/** The device's name with what it hangs on, `eth0@if4`, and whether that is down. */
export function linkName(env: IpEnv, l: Link): { name: string; lowerDown: boolean } {
  if (l.peerIfindex === undefined) return { name: l.name, lowerDown: false };
  if (l.peerNetnsId !== undefined && !env.busybox) return { name: `${l.name}@if${l.peerIfindex}`, lowerDown: false };
  const peer = env.net.link(l.peerIfindex);
  return { name: `${l.name}@${peer?.name ?? `if${l.peerIfindex}`}`, lowerDown: !peer?.up };
}

/** The first line: index, name, flags, mtu, qdisc, master, state. */
export function headLine(env: IpEnv, l: Link, mode: boolean): string {
  const { name, lowerDown } = linkName(env, l);
  const master = l.master === undefined ? '' : ` master ${env.net.link(l.master)?.name ?? `if${l.master}`}`;
  const qdisc = env.busybox && env.family === 6 ? '' : ` qdisc ${l.up ? 'noqueue' : 'noop'}`;
  const head = `${l.ifindex}: ${name}: <${linkFlags(l, lowerDown).join(',')}> mtu ${l.mtu}${qdisc}${master}`;
  if (env.busybox) return `${head} ${l.txqlen > 0 ? `qlen ${l.txqlen}` : ''}`;
  return `${head} state ${operState(l)}${mode ? ' mode DEFAULT' : ''} group default qlen ${l.txqlen}`;
}

/** The `link/…` line, with details when asked. */
export function hardwareLines(env: IpEnv, l: Link, addrgen: boolean): string[] {
  const loop = l.kind === 'loopback';
  const brd = loop ? '00:00:00:00:00:00' : 'ff:ff:ff:ff:ff:ff';
  let line = `    link/${loop ? 'loopback' : 'ether'} ${formatMac(l.mac)} brd ${brd}`;
  if (env.busybox) return [line];
  if (l.peerIfindex !== undefined && l.peerNetnsId !== undefined) line += ` link-netnsid ${l.peerNetnsId}`;
  if (!env.details) return [line];
  const promiscuity = l.master !== undefined || l.promisc ? 1 : 0;
  line += ` promiscuity ${promiscuity} allmulti ${l.master === undefined ? 0 : 1} minmtu ${loop || l.kind === 'dummy' ? 0 : 68} maxmtu ${loop || l.kind === 'dummy' ? 0 : 65535} `;
  if (loop || l.kind === 'bridge') line += 'netns-immutable ';
  const out = [line];
  const kind = kindDetails(l);
  if (kind !== '') out.push(`    ${kind}`);
  if (l.master !== undefined) out.push(`    ${slaveDetails(env, l)}`);
  const queues = l.kind === 'veth' || l.kind === 'nic' ? 2 : 1;
  const tail = `${addrgen ? 'addrgenmode eui64 ' : ''}numtxqueues ${queues} numrxqueues ${queues} gso_max_size 65536 gso_max_segs 65535 tso_max_size 524280 tso_max_segs 65535 gro_max_size 65536 gso_ipv4_max_size 65536 gro_ipv4_max_size 65536 `;
  out[out.length - 1] += tail;
  return out;
}

function kindDetails(l: Link): string {
  if (l.kind === 'loopback') return '';
  if (l.kind === 'bridge') return bridgeDetails(l);
  return `${l.kind === 'nic' ? 'veth' : l.kind} `;
}

/** A MAC address inside a bridge id: no leading zeros. */
function bridgeId(mac: number): string {
  return `8000.${formatMac(mac)
    .split(':')
    .map((x) => Number.parseInt(x, 16).toString(16))
    .join(':')}`;
}

function bridgeDetails(l: Link): string {
  const id = bridgeId(l.mac);
  return `bridge forward_delay 1500 hello_time 200 max_age 2000 ageing_time 30000 stp_state 0 priority 32768 vlan_filtering 0 bridge_id ${id} designated_root ${id} root_port 0 root_path_cost 0 topology_change 0 topology_change_detected 0 hello_timer    0.00 tcn_timer    0.00 topology_change_timer    0.00 gc_timer    0.00 fdb_n_learned 0 fdb_max_learned 0 group_fwd_mask 0 group_address 01:80:c2:00:00:00 mcast_snooping 1 no_linklocal_learn 0 mcast_vlan_snooping 0 mst_enabled 0 mdb_offload_fail_notification 0 fdb_local_vlan_0 0 mcast_router 1 mcast_query_use_ifaddr 0 mcast_querier 0 mcast_hash_elasticity 16 mcast_hash_max 4096 mcast_last_member_count 2 mcast_startup_query_count 2 mcast_last_member_interval 100 mcast_membership_interval 26000 mcast_querier_interval 25500 mcast_query_interval 12500 mcast_query_response_interval 1000 mcast_startup_query_interval 3124 mcast_stats_enabled 0 mcast_igmp_version 2 mcast_mld_version 1 nf_call_iptables 0 nf_call_ip6tables 0 nf_call_arptables 0 `;
}

function slaveDetails(env: IpEnv, l: Link): string {
  const ports = env.net.links().filter((x) => x.master === l.master);
  const no = ports.findIndex((x) => x.ifindex === l.ifindex) + 1;
  const id = bridgeId(env.net.link(l.master as number)?.mac ?? 0);
  const on = (b: boolean | undefined): string => (b ? 'on' : 'off');
  const hex = (n: number): string => `0x${n.toString(16)}`;
  return `bridge_slave state forwarding priority 32 cost 2 hairpin ${on(l.port?.hairpin)} guard off root_block off fastleave off learning ${on(l.port?.learning ?? true)} flood on port_id ${hex(0x8000 + no)} port_no ${hex(no)} designated_port ${0x8000 + no} designated_cost 0 designated_bridge ${id} designated_root ${id} hold_timer    0.00 message_age_timer    0.00 forward_delay_timer    0.00 topology_change_ack 0 config_pending 0 proxy_arp off proxy_arp_wifi off mcast_router 1 mcast_fast_leave off mcast_flood on bcast_flood on mcast_to_unicast off neigh_suppress off neigh_vlan_suppress off group_fwd_mask 0 group_fwd_mask_str 0x0 vlan_tunnel off isolated ${on(l.port?.isolated)} locked off mab off `;
}

/** The four lines of -s. */
export function statsLines(l: Link): string[] {
  const s = l.stats;
  const rx = [s.rxBytes, s.rxPackets, 0, s.rxDropped, 0, 0];
  const tx = [s.txBytes, s.txPackets, 0, s.txDropped, 0, 0];
  const width = [10, 7, 6, 7, 7, 7, 10].map((w, i) => Math.max(w, `${rx[i] ?? ''}`.length, `${tx[i] ?? ''}`.length));
  const head = (dir: string, names: readonly string[]): string =>
    `    ${dir}: ${names.map((n, i) => n.padStart((width[i] as number) - (i === 0 ? 4 : 0))).join(' ')}`;
  const row = (v: readonly number[]): string =>
    `    ${v.map((n, i) => `${String(n).padStart(width[i] as number)} `).join('')}`;
  return [
    head('RX', ['bytes', 'packets', 'errors', 'dropped', 'missed', 'mcast', '']),
    row(rx),
    head('TX', ['bytes', 'packets', 'errors', 'dropped', 'carrier', 'collsns', '']),
    row(tx),
  ];
}

/** The fields of -j that `link` and `addr` share. */
export function linkJson(env: IpEnv, l: Link): Record<string, unknown> {
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
  out.qdisc = l.up ? 'noqueue' : 'noop';
  if (l.master !== undefined) out.master = env.net.link(l.master)?.name;
  out.operstate = operState(l);
  out.linkmode = 'DEFAULT';
  out.group = 'default';
  out.txqlen = l.txqlen;
  out.link_type = loop ? 'loopback' : 'ether';
  out.address = formatMac(l.mac);
  out.broadcast = loop ? '00:00:00:00:00:00' : 'ff:ff:ff:ff:ff:ff';
  if (l.peerNetnsId !== undefined) out.link_netnsid = l.peerNetnsId;
  if (env.details && !loop) out.linkinfo = { info_kind: l.kind === 'nic' ? 'veth' : l.kind };
  if (env.stats > 0)
    out.stats64 = {
      rx: {
        bytes: l.stats.rxBytes,
        packets: l.stats.rxPackets,
        errors: 0,
        dropped: l.stats.rxDropped,
        over_errors: 0,
        multicast: 0,
      },
      tx: {
        bytes: l.stats.txBytes,
        packets: l.stats.txPackets,
        errors: 0,
        dropped: l.stats.txDropped,
        carrier_errors: 0,
        collisions: 0,
      },
    };
  return out;
}
