/**
 * The part of `ip -d -j link` that depends on the kind of a device; kindfmt.ts has the same as text.
 * Limits: what the kernel here does not model shows Linux's defaults; timers of bridges show 0.
 * @see iproute2 ip/iplink_vxlan.c, iplink_macvlan.c, iplink_vlan.c, iplink_bridge.c, iplink_bridge_slave.c
 */
import { formatIp } from '../../../base/ip.ts';
import type { Link } from '../../kernel/netadmin.ts';
import { portNo, portState } from '../bridgeport.ts';
import type { IpEnv } from './env.ts';
import { bridgeId } from './kindfmt.ts';

/** `info_slave_data` of a bridge port. */
export function slaveData(env: IpEnv, l: Link): Record<string, unknown> {
  const no = portNo(env.net, l);
  const id = bridgeId(env.net.link(l.master as number)?.bridge?.id ?? 0);
  return {
    state: portState(l),
    priority: 32,
    cost: 2,
    hairpin: l.port?.hairpin,
    guard: false,
    root_block: false,
    fastleave: false,
    learning: l.port?.learning,
    flood: l.port?.flood,
    id: `0x${(0x8000 + no).toString(16)}`,
    no: `0x${no.toString(16)}`,
    designated_port: 0x8000 + no,
    designated_cost: 0,
    bridge_id: id,
    root_id: id,
    hold_timer: 0,
    message_age_timer: 0,
    forward_delay_timer: 0,
    topology_change_ack: 0,
    config_pending: 0,
    proxy_arp: false,
    proxy_arp_wifi: false,
    multicast_router: 1,
    mcast_flood: l.port?.mcastFlood,
    bcast_flood: l.port?.bcastFlood,
    mcast_to_unicast: false,
    neigh_suppress: false,
    neigh_vlan_suppress: false,
    group_fwd_mask: '0',
    group_fwd_mask_str: '0x0',
    vlan_tunnel: false,
    isolated: l.port?.isolated,
    locked: false,
    mab: false,
  };
}

function bridgeData(b: NonNullable<Link['bridge']>): Record<string, unknown> {
  const id = bridgeId(b.id);
  return {
    forward_delay: 1500,
    hello_time: 200,
    max_age: 2000,
    ageing_time: b.ageingTime,
    stp_state: 0,
    priority: 32768,
    vlan_filtering: 0,
    bridge_id: id,
    root_id: id,
    root_port: 0,
    root_path_cost: 0,
    topology_change: 0,
    topology_change_detected: 0,
    hello_timer: 0,
    tcn_timer: 0,
    topology_change_timer: 0,
    gc_timer: 0,
    fdb_n_learned: b.learned,
    fdb_max_learned: 0,
    group_fwd_mask: b.groupFwdMask === 0 ? '0' : `0x${b.groupFwdMask.toString(16)}`,
    group_addr: '01:80:c2:00:00:00',
    mcast_snooping: 1,
    no_linklocal_learn: 0,
    mcast_vlan_snooping: 0,
    mst_enabled: 0,
    mdb_offload_fail_notification: 0,
    fdb_local_vlan_0: 0,
    mcast_router: 1,
    mcast_query_use_ifaddr: 0,
    mcast_querier: 0,
    mcast_hash_elasticity: 16,
    mcast_hash_max: 4096,
    mcast_last_member_cnt: 2,
    mcast_startup_query_cnt: 2,
    mcast_last_member_intvl: 100,
    mcast_membership_intvl: 26000,
    mcast_querier_intvl: 25500,
    mcast_query_intvl: 12500,
    mcast_query_response_intvl: 1000,
    mcast_startup_query_intvl: 3124,
    mcast_stats_enabled: 0,
    mcast_igmp_version: 2,
    mcast_mld_version: 1,
    nf_call_iptables: 0,
    nf_call_ip6tables: 0,
    nf_call_arptables: 0,
  };
}

/** `info_data`, undefined where iproute2 has none. */
export function infoData(l: Link): Record<string, unknown> | undefined {
  if (l.macvlan) return { mode: l.macvlan.mode, bcqueuelen: 1000, usedbcqueuelen: 1000 };
  if (l.vlan) return { protocol: '802.1Q', id: l.vlan.id, flags: ['REORDER_HDR'] };
  if (l.kind === 'ipvlan') return { mode: 'l2', bridge: true };
  if (l.bridge) return bridgeData(l.bridge);
  const v = l.vxlan;
  if (!v) return undefined;
  return {
    id: v.vni,
    ...(v.remote && { remote: formatIp(v.remote) }),
    ...(v.local && { local: formatIp(v.local) }),
    ...(v.dev !== undefined && { link: v.dev }),
    port_range: { low: v.srcport?.[0] ?? 0, high: v.srcport?.[1] ?? 0 },
    port: v.dstport,
    ttl: v.ttl === 'inherit' ? 0 : v.ttl,
    df: v.df,
    ageing: v.ageing,
    ...(v.maxaddress && { limit: v.maxaddress }),
    learning: v.learning,
    ...(v.proxy && { proxy: true }),
    ...(v.l2miss && { l2miss: true }),
    ...(v.l3miss && { l3miss: true }),
    udp_csum: v.udpcsum,
  };
}
