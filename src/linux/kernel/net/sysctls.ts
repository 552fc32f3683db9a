/** net.* sysctls: texts that programs read and write, some of which the core acts on. */
import type { Core } from '../../core/core.ts';
import { EINVAL, ENOENT, type Errno } from '../errno.ts';
import { setting6Written } from './ipv6.ts';
import type { Netns } from './netns.ts';
import type { NetWorld } from './world.ts';

/** Defaults that do not belong to one device. */
const DEFAULTS: Readonly<Record<string, string>> = {
  'net.ipv4.ip_forward': '0',
  'net.ipv4.ip_default_ttl': '64',
  'net.ipv4.ip_local_port_range': '32768\t60999',
  'net.ipv4.ip_unprivileged_port_start': '1024',
  'net.ipv4.ip_nonlocal_bind': '0',
  'net.ipv4.icmp_echo_ignore_all': '0',
  'net.ipv4.icmp_echo_ignore_broadcasts': '1',
  'net.ipv4.tcp_syn_retries': '6',
  'net.ipv4.tcp_fin_timeout': '60',
  'net.ipv4.tcp_congestion_control': 'reno',
  'net.ipv4.ping_group_range': '1\t0',
  'net.ipv6.conf.all.forwarding': '0',
  'net.ipv6.bindv6only': '0',
  'net.ipv6.icmp.echo_ignore_all': '0',
  'net.ipv6.icmp.ratelimit': '1000',
  'net.bridge.bridge-nf-call-iptables': '1',
  'net.bridge.bridge-nf-call-ip6tables': '1',
  'net.bridge.bridge-nf-call-arptables': '1',
  'net.netfilter.nf_conntrack_max': '262144',
  'net.netfilter.nf_conntrack_count': '0',
  'net.core.somaxconn': '4096',
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
  'ipv6 accept_dad': '1',
  'ipv6 dad_transmits': '1',
  'ipv6 autoconf': '1',
  'ipv6 addr_gen_mode': '0',
  'ipv6 hop_limit': '64',
  'ipv6 mtu': '1500',
  'ipv6 router_solicitations': '-1',
};
type CoreKey = Parameters<Core['nsSet']>[1];
const CORE: Readonly<Record<string, CoreKey>> = {
  'net.ipv4.ip_forward': 'ip_forward',
  'net.ipv4.ip_default_ttl': 'ip_default_ttl',
  'net.ipv4.icmp_echo_ignore_all': 'icmp_echo_ignore_all',
  'net.bridge.bridge-nf-call-iptables': 'bridge_nf_call_iptables',
};

const NS6: Readonly<Record<string, Parameters<Core['ip6NsSet']>[1]>> = {
  'net.ipv6.bindv6only': 'bindv6only',
  'net.ipv6.icmp.echo_ignore_all': 'echo_ignore_all',
  'net.bridge.bridge-nf-call-ip6tables': 'bridge_nf_call_ip6tables',
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
  const v6 = m[1] === 'net.ipv6.conf' && m[2] !== 'mtu';
  return (
    (v6 || m[2] === 'forwarding' ? ns.sysctls.get(`${m[1]}.default.${m[2]}`) : undefined) ?? device
  );
}

export function setSysctl(world: NetWorld, ns: Netns, given: string, value: string): Errno | 0 {
  let name = canonical(given);
  if (name === 'net.ipv4.conf.all.forwarding') name = 'net.ipv4.ip_forward';
  if (DEFAULTS[name] === undefined && perDevice(ns, name) === undefined) return ENOENT;
  const text = value.trim();
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
  const ns6 = NS6[name];
  if (ns6 !== undefined) world.core.ip6NsSet(ns.core, ns6, Number(text) ? 1 : 0);
  const m = /^net\.ipv6\.conf\.(.+)\.([a-z0-9_]+)$/.exec(name);
  if (m) setting6Written(world, ns, (m[1] as string).replaceAll('/', '.'), m[2] as string, text);
  return 0;
}
