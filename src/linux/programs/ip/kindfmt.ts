/**
 * The part of `ip -d link` that depends on the kind of a device, and on the bridge it is a port of.
 * Limits: what the kernel here does not model shows Linux's defaults; timers of bridges show 0.
 * @see iproute2 ip/iplink_vxlan.c, iplink_macvlan.c, iplink_vlan.c, iplink_bridge.c, iplink_bridge_slave.c
 */
import { formatIp, formatMac } from '../../../base/ip.ts';
import type { Link } from '../../kernel/netadmin.ts';
import { portNo, portState } from '../bridgeport.ts';
import type { IpEnv } from './env.ts';

/** Reserved bits of the VXLAN header that must be zero. */
const RESERVED = '0xf7ffffff000000ff';

/** What follows the kind's name; empty: nothing is printed. */
export function kindDetails(l: Link): string {
  if (l.kind === 'loopback') return '';
  if (l.kind === 'bridge') return bridgeDetails(l);
  if (l.vxlan) return vxlanDetails(l.vxlan);
  if (l.macvlan) return `macvlan mode ${l.macvlan.mode} bcqueuelen 1000 usedbcqueuelen 1000 `;
  if (l.vlan) return `vlan protocol 802.1Q id ${l.vlan.id} <REORDER_HDR> `;
  if (l.kind === 'ipvlan') return 'ipvlan  mode l2 bridge ';
  return `${l.kind === 'nic' ? 'veth' : l.kind} `;
}

function vxlanDetails(v: NonNullable<Link['vxlan']>): string {
  let s = `vxlan id ${v.vni} `;
  if (v.remote) s += `remote ${formatIp(v.remote)} `;
  if (v.local) s += `local ${formatIp(v.local)} `;
  if (v.dev !== undefined) s += `dev ${v.dev} `;
  s += `srcport ${v.srcport?.[0] ?? 0} ${v.srcport?.[1] ?? 0} dstport ${v.dstport} `;
  if (v.tos === 'inherit') s += 'tos inherit ';
  else if (v.tos) s += `tos 0x${v.tos.toString(16)} `;
  s += `ttl ${v.ttl === 0 ? 'auto' : v.ttl} `;
  if (v.df !== 'unset') s += `df ${v.df} `;
  s += v.ageing === 0 ? 'ageing none ' : `ageing ${v.ageing} `;
  if (v.maxaddress) s += `maxaddr ${v.maxaddress} `;
  s += `reserved_bits ${RESERVED} `;
  if (!v.learning) s += 'nolearning ';
  if (v.proxy) s += 'proxy ';
  if (v.l2miss) s += 'l2miss ';
  if (v.l3miss) s += 'l3miss ';
  if (!v.udpcsum) s += 'noudpcsum ';
  return s;
}

/** A MAC address inside a bridge id: no leading zeros. */
export function bridgeId(mac: number): string {
  return `8000.${formatMac(mac)
    .split(':')
    .map((x) => Number.parseInt(x, 16).toString(16))
    .join(':')}`;
}

function bridgeDetails(l: Link): string {
  const id = bridgeId(l.bridge?.id ?? l.mac);
  const mask = l.bridge?.groupFwdMask ?? 0;
  return `bridge forward_delay 1500 hello_time 200 max_age 2000 ageing_time ${l.bridge?.ageingTime ?? 30000} stp_state 0 priority 32768 vlan_filtering 0 bridge_id ${id} designated_root ${id} root_port 0 root_path_cost 0 topology_change 0 topology_change_detected 0 hello_timer    0.00 tcn_timer    0.00 topology_change_timer    0.00 gc_timer    0.00 fdb_n_learned ${l.bridge?.learned ?? 0} fdb_max_learned 0 group_fwd_mask ${mask === 0 ? '0' : `0x${mask.toString(16)}`} group_address 01:80:c2:00:00:00 mcast_snooping 1 no_linklocal_learn 0 mcast_vlan_snooping 0 mst_enabled 0 mdb_offload_fail_notification 0 fdb_local_vlan_0 0 mcast_router 1 mcast_query_use_ifaddr 0 mcast_querier 0 mcast_hash_elasticity 16 mcast_hash_max 4096 mcast_last_member_count 2 mcast_startup_query_count 2 mcast_last_member_interval 100 mcast_membership_interval 26000 mcast_querier_interval 25500 mcast_query_interval 12500 mcast_query_response_interval 1000 mcast_startup_query_interval 3124 mcast_stats_enabled 0 mcast_igmp_version 2 mcast_mld_version 1 nf_call_iptables 0 nf_call_ip6tables 0 nf_call_arptables 0 `;
}

/** The line of a bridge port. */
export function slaveDetails(env: IpEnv, l: Link): string {
  const no = portNo(env.net, l);
  const id = bridgeId(env.net.link(l.master as number)?.mac ?? 0);
  const on = (b: boolean | undefined): string => (b ? 'on' : 'off');
  const hex = (n: number): string => `0x${n.toString(16)}`;
  return `bridge_slave state ${portState(l)} priority 32 cost 2 hairpin ${on(l.port?.hairpin)} guard off root_block off fastleave off learning ${on(l.port?.learning ?? true)} flood ${on(l.port?.flood ?? true)} port_id ${hex(0x8000 + no)} port_no ${hex(no)} designated_port ${0x8000 + no} designated_cost 0 designated_bridge ${id} designated_root ${id} hold_timer    0.00 message_age_timer    0.00 forward_delay_timer    0.00 topology_change_ack 0 config_pending 0 proxy_arp off proxy_arp_wifi off mcast_router 1 mcast_fast_leave off mcast_flood ${on(l.port?.mcastFlood ?? true)} bcast_flood ${on(l.port?.bcastFlood ?? true)} mcast_to_unicast off neigh_suppress off neigh_vlan_suppress off group_fwd_mask 0 group_fwd_mask_str 0x0 vlan_tunnel off isolated ${on(l.port?.isolated)} locked off mab off `;
}
