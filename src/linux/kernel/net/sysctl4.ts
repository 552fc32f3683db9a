/**
 * IPv4's sysctls: net.ipv4.conf.*, net.ipv4.neigh.* and those of net.ipv4.* that the core acts on. The core holds them;
 * here are their names and units.
 * @see Linux Documentation/networking/ip-sysctl.rst; net/ipv4/devinet.c, sysctl_net_ipv4.c; net/core/neighbour.c
 */
import * as abi from '../../core/abi.ts';
import type { Core } from '../../core/core.ts';
import { EINVAL, ENOENT, type Errno } from '../errno.ts';
import type { Netns } from './netns.ts';

/** Leaves of net.ipv4.conf.DEV. */
const CONF: Readonly<Record<string, number>> = {
  accept_local: abi.CONF_ACCEPT_LOCAL,
  accept_redirects: abi.CONF_ACCEPT_REDIRECTS,
  accept_source_route: abi.CONF_ACCEPT_SOURCE_ROUTE,
  arp_accept: abi.CONF_ARP_ACCEPT,
  arp_announce: abi.CONF_ARP_ANNOUNCE,
  arp_evict_nocarrier: abi.CONF_ARP_EVICT_NOCARRIER,
  arp_filter: abi.CONF_ARP_FILTER,
  arp_ignore: abi.CONF_ARP_IGNORE,
  arp_notify: abi.CONF_ARP_NOTIFY,
  bc_forwarding: abi.CONF_BC_FORWARDING,
  bootp_relay: abi.CONF_BOOTP_RELAY,
  disable_policy: abi.CONF_DISABLE_POLICY,
  disable_xfrm: abi.CONF_DISABLE_XFRM,
  drop_gratuitous_arp: abi.CONF_DROP_GRATUITOUS_ARP,
  drop_unicast_in_l2_multicast: abi.CONF_DROP_UNICAST_IN_L2_MULTICAST,
  forwarding: abi.CONF_FORWARDING,
  ignore_routes_with_linkdown: abi.CONF_IGNORE_ROUTES_WITH_LINKDOWN,
  log_martians: abi.CONF_LOG_MARTIANS,
  mc_forwarding: abi.CONF_MC_FORWARDING,
  medium_id: abi.CONF_MEDIUM_ID,
  promote_secondaries: abi.CONF_PROMOTE_SECONDARIES,
  proxy_arp: abi.CONF_PROXY_ARP,
  proxy_arp_pvlan: abi.CONF_PROXY_ARP_PVLAN,
  route_localnet: abi.CONF_ROUTE_LOCALNET,
  rp_filter: abi.CONF_RP_FILTER,
  secure_redirects: abi.CONF_SECURE_REDIRECTS,
  send_redirects: abi.CONF_SEND_REDIRECTS,
  shared_media: abi.CONF_SHARED_MEDIA,
  src_valid_mark: abi.CONF_SRC_VALID_MARK,
  tag: abi.CONF_TAG,
};

/** Forwarding first: it sets others. */
const INHERITED: readonly number[] = [...new Set([abi.CONF_FORWARDING, ...Object.values(CONF)])];

/** Leaves of net.ipv4.neigh.DEV, with their unit in ms (1 for counts). */
const NEIGH: Readonly<Record<string, readonly [number, number]>> = {
  base_reachable_time: [abi.CONF_BASE_REACHABLE_TIME, 1000],
  base_reachable_time_ms: [abi.CONF_BASE_REACHABLE_TIME, 1],
  delay_first_probe_time: [abi.CONF_DELAY_FIRST_PROBE_TIME, 1000],
  locktime: [abi.CONF_LOCKTIME, 10],
  mcast_solicit: [abi.CONF_MCAST_SOLICIT, 1],
  proxy_delay: [abi.CONF_PROXY_DELAY, 10],
  proxy_qlen: [abi.CONF_PROXY_QLEN, 1],
  retrans_time: [abi.CONF_RETRANS_TIME, 10],
  retrans_time_ms: [abi.CONF_RETRANS_TIME, 1],
  ucast_solicit: [abi.CONF_UCAST_SOLICIT, 1],
  unres_qlen: [abi.CONF_UNRES_QLEN, 1],
};

/** net.ipv4.NAME, with their unit in ms (1 for others). */
const PLAIN: Readonly<Record<string, readonly [number, number]>> = {
  fib_multipath_hash_policy: [abi.IP4_MULTIPATH_HASH_POLICY, 1],
  fwmark_reflect: [abi.IP4_FWMARK_REFLECT, 1],
  icmp_echo_ignore_broadcasts: [abi.IP4_ECHO_IGNORE_BROADCASTS, 1],
  icmp_errors_use_inbound_ifaddr: [abi.IP4_ERRORS_USE_INBOUND_IFADDR, 1],
  icmp_msgs_burst: [abi.IP4_MSGS_BURST, 1],
  icmp_msgs_per_sec: [abi.IP4_MSGS_PER_SEC, 1],
  icmp_ratelimit: [abi.IP4_RATELIMIT, 1],
  icmp_ratemask: [abi.IP4_RATEMASK, 1],
  tcp_fwmark_accept: [abi.IP4_TCP_FWMARK_ACCEPT, 1],
  'route.error_burst': [abi.IP4_ERROR_BURST, 1],
  'route.error_cost': [abi.IP4_ERROR_COST, 1],
  'route.redirect_load': [abi.IP4_REDIRECT_LOAD, 1],
  'route.redirect_number': [abi.IP4_REDIRECT_NUMBER, 1],
  'route.redirect_silence': [abi.IP4_REDIRECT_SILENCE, 1],
};

/** One of the core's integers: how to read and write it, and its unit. */
interface Place {
  readonly get: () => number;
  readonly set: (value: number) => number;
  readonly unit: number;
}

/** net.ipv4.conf.eth0.100.rp_filter: the device's name may hold dots. @returns device and leaf */
function split(rest: string): readonly [string, string] | undefined {
  const at = rest.lastIndexOf('.');
  return at < 0 ? undefined : [rest.slice(0, at).replaceAll('/', '.'), rest.slice(at + 1)];
}

function deviceOf(ns: Netns, name: string): number | undefined {
  if (name === 'all') return abi.CONF_ALL;
  return name === 'default' ? abi.CONF_DEFAULT : ns.find(name)?.dev;
}

function place(core: Core, ns: Netns, name: string): Place | undefined {
  const n = ns.core;
  const conf = (dev: number, key: number, unit: number): Place => ({
    get: () => core.confGet(n, dev, key),
    set: (value) => core.confSet(n, dev, key, value),
    unit,
  });
  if (name === 'net.ipv4.ip_forward') return conf(abi.CONF_ALL, abi.CONF_FORWARDING, 1);
  if (name.startsWith('net.ipv4.conf.')) {
    const [device, leaf] = split(name.slice(14)) ?? ['', ''];
    const dev = deviceOf(ns, device);
    const key = CONF[leaf];
    return dev === undefined || key === undefined ? undefined : conf(dev, key, 1);
  }
  if (name.startsWith('net.ipv4.neigh.')) {
    const [device, leaf] = split(name.slice(15)) ?? ['', ''];
    const dev = device === 'all' ? undefined : deviceOf(ns, device);
    const key = NEIGH[leaf];
    return dev === undefined || key === undefined ? undefined : conf(dev, ...key);
  }
  const key = name.startsWith('net.ipv4.') ? PLAIN[name.slice(9)] : undefined;
  if (!key) return undefined;
  return { get: () => core.ip4Get(n, key[0]), set: (value) => core.ip4Set(n, key[0], value), unit: key[1] };
}

/** The value of a sysctl that is IPv4's, or undefined. @param name with dots */
export function getSysctl4(core: Core, ns: Netns, name: string): string | undefined {
  const p = place(core, ns, name);
  return p && String(Math.trunc((p.get() | 0) / p.unit));
}

/** Sets one that is IPv4's. @returns undefined: it is not */
export function setSysctl4(core: Core, ns: Netns, name: string, text: string): Errno | 0 | undefined {
  const p = place(core, ns, name);
  if (!p) return undefined;
  const value = Number(text);
  if (text === '' || !Number.isInteger(value) || Math.abs(value) > 0x7fffffff) return EINVAL;
  return p.set((value * p.unit) >>> 0) < 0 ? ENOENT : 0;
}

/** The names that exist in a namespace. */
export function sysctl4Keys(ns: Netns): string[] {
  const devices = ns.devices.map((d) => d.name.replaceAll('.', '/'));
  const each = (object: string, owners: readonly string[], leaves: object): string[] =>
    owners.flatMap((d) => Object.keys(leaves).map((leaf) => `net.ipv4.${object}.${d}.${leaf}`));
  return [
    'net.ipv4.ip_forward',
    ...Object.keys(PLAIN).map((leaf) => `net.ipv4.${leaf}`),
    ...each('conf', ['all', 'default', ...devices], CONF),
    ...each('neigh', ['default', ...devices], NEIGH),
  ];
}

/** A new namespace begins with `all` and `default` of the first. @see Linux net/ipv4/devinet.c: devinet_init_net */
export function inherit4(core: Core, ns: Netns, from: Netns): void {
  for (const dev of [abi.CONF_ALL, abi.CONF_DEFAULT])
    for (const key of INHERITED) core.confSet(ns.core, dev, key, core.confGet(from.core, dev, key));
}
