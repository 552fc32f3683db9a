/** net.* sysctls: texts that programs read and write, some of which the core acts on. */
import type { Core } from '../../core/core.ts';
import { TCP_SYSCTLS, type TcpSysctlName } from '../../core/tcp-sysctls.ts';
import { EINVAL, ENOENT, type Errno } from '../errno.ts';
import { ipv6Switched } from './addrs.ts';
import type { Netns } from './netns.ts';
import type { NetWorld } from './world.ts';

/** Congestion controls by the core's numbers. */
const CONGESTION = ['reno', 'cubic'];

function tcpName(leaf: string): string {
  return leaf === 'somaxconn' ? 'net.core.somaxconn' : `net.ipv4.${leaf}`;
}

/** Sets what the core's sockets heed. @returns undefined when it is none of theirs */
function setTcp(world: NetWorld, ns: Netns, name: string, text: string): Errno | 0 | undefined {
  const leaf = name.slice(name.lastIndexOf('.') + 1);
  const s = TCP_SYSCTLS[leaf as TcpSysctlName];
  if (s === undefined || tcpName(leaf) !== name) return undefined;
  const congestion = leaf === 'tcp_congestion_control';
  const n = congestion ? CONGESTION.indexOf(text) : Number(text);
  if (congestion && n < 0) return ENOENT;
  if (text === '' || !Number.isInteger(n) || n < s.min || n > s.max) return EINVAL;
  world.core.nsSet(ns.core, leaf as TcpSysctlName, n);
  ns.sysctls.set(name, text);
  return 0;
}

/** Defaults that do not belong to one device. */
const DEFAULTS: Readonly<Record<string, string>> = {
  'net.ipv4.ip_forward': '0',
  'net.ipv4.ip_default_ttl': '64',
  'net.ipv4.ip_local_port_range': '32768\t60999',
  'net.ipv4.icmp_echo_ignore_all': '0',
  'net.ipv4.icmp_echo_ignore_broadcasts': '1',
  'net.ipv4.tcp_available_congestion_control': 'reno cubic',
  'net.ipv4.tcp_allowed_congestion_control': 'reno cubic',
  'net.ipv4.ping_group_range': '1\t0',
  'net.ipv6.conf.all.forwarding': '0',
  'net.bridge.bridge-nf-call-iptables': '1',
  'net.bridge.bridge-nf-call-ip6tables': '1',
  'net.bridge.bridge-nf-call-arptables': '1',
  'net.netfilter.nf_conntrack_max': '262144',
  'net.netfilter.nf_conntrack_count': '0',
  ...Object.fromEntries(Object.entries(TCP_SYSCTLS).map(([leaf, s]) => [tcpName(leaf), String(s.value)])),
  'net.ipv4.tcp_congestion_control': 'cubic',
};
/** Defaults of `net.ipv4.conf.DEVICE.*` and `net.ipv6.conf.DEVICE.*`. */
const PER_DEVICE: Readonly<Record<string, string>> = {
  'ipv4 forwarding': '0',
  'ipv4 route_localnet': '0',
  'ipv4 rp_filter': '0',
  'ipv4 arp_ignore': '0',
  'ipv4 arp_announce': '0',
  'ipv4 proxy_arp': '0',
  'ipv4 accept_redirects': '1',
  'ipv4 send_redirects': '1',
  'ipv6 disable_ipv6': '0',
  'ipv6 accept_ra': '1',
  'ipv6 forwarding': '0',
  'ipv6 proxy_ndp': '0',
};
type CoreKey = Parameters<Core['nsSet']>[1];
const CORE: Readonly<Record<string, CoreKey>> = {
  'net.ipv4.ip_forward': 'ip_forward',
  'net.ipv4.ip_default_ttl': 'ip_default_ttl',
  'net.ipv4.icmp_echo_ignore_all': 'icmp_echo_ignore_all',
  'net.bridge.bridge-nf-call-iptables': 'bridge_nf_call_iptables',
};

/** `net/ipv4/ip_forward` and `net.ipv4.ip_forward` are one; a device's name may hold dots in the first form. */
function canonical(name: string): string {
  return name.includes('/')
    ? name
        .split('/')
        .map((p) => p.replaceAll('.', '/'))
        .join('.')
    : name;
}

function perDevice(ns: Netns, name: string): string | undefined {
  const m = /^net\.(ipv[46])\.conf\.(.+)\.([a-z0-9_]+)$/.exec(name);
  if (!m) return undefined;
  const device = (m[2] as string).replaceAll('/', '.');
  if (device !== 'all' && device !== 'default' && !ns.find(device)) return undefined;
  return PER_DEVICE[`${m[1]} ${m[3]}`];
}

/** The names that exist in a namespace. */
export function sysctlKeys(ns: Netns): string[] {
  const devices = ['all', 'default', ...ns.devices.map((d) => d.name.replaceAll('.', '/'))];
  const per = Object.keys(PER_DEVICE).flatMap((k) => {
    const [family, leaf] = k.split(' ') as [string, string];
    return devices.map((d) => `net.${family}.conf.${d}.${leaf}`);
  });
  return [...new Set([...Object.keys(DEFAULTS), ...per])].sort();
}

export function getSysctl(world: NetWorld, ns: Netns, given: string): string | Errno {
  const name = canonical(given);
  if (name === 'net.netfilter.nf_conntrack_count') return String(world.core.conns(ns.core).length);
  if (name === 'net.ipv4.conf.all.forwarding') return getSysctl(world, ns, 'net.ipv4.ip_forward');
  const own = ns.sysctls.get(name);
  if (own !== undefined) return own;
  const fallback = DEFAULTS[name];
  if (fallback !== undefined) return fallback;
  const device = perDevice(ns, name);
  if (device === undefined) return ENOENT;
  const m = /^(net\.ipv[46]\.conf)\..+\.([a-z0-9_]+)$/.exec(name) as RegExpExecArray;
  return (
    (m[2] === 'forwarding' || m[2] === 'disable_ipv6' ? ns.sysctls.get(`${m[1]}.default.${m[2]}`) : undefined) ?? device
  );
}

export function setSysctl(world: NetWorld, ns: Netns, given: string, value: string): Errno | 0 {
  let name = canonical(given);
  if (name === 'net.ipv4.conf.all.forwarding') name = 'net.ipv4.ip_forward';
  if (DEFAULTS[name] === undefined && perDevice(ns, name) === undefined) return ENOENT;
  const text = value.trim();
  const tcp = setTcp(world, ns, name, text);
  if (tcp !== undefined) return tcp;
  const key = CORE[name];
  if (key !== undefined) {
    const n = Number(text);
    if (!Number.isInteger(n)) return EINVAL;
    world.core.nsSet(ns.core, key, n);
  }
  if (name === 'net.ipv4.ip_local_port_range') {
    const [lo, hi] = text.split(/\s+/).map(Number);
    if (!lo || !hi || lo > hi) return EINVAL;
    world.core.nsSet(ns.core, 'port_range_lo', lo);
    world.core.nsSet(ns.core, 'port_range_hi', hi);
    ns.sysctls.set(name, `${lo}\t${hi}`);
    return 0;
  }
  ns.sysctls.set(name, text);
  if (name.endsWith('.route_localnet')) {
    const any = [...ns.sysctls].some(([k, v]) => k.endsWith('.route_localnet') && v !== '0');
    world.core.nsSet(ns.core, 'route_localnet', any ? 1 : 0);
  }
  if (name.endsWith('.disable_ipv6')) ipv6Switched(world, ns);
  return 0;
}
