/** net.* sysctls: texts that programs read and write, some of which the core acts on. */
import type { Core } from '../../core/core.ts';
import { TCP_SYSCTLS, type TcpSysctlName } from '../../core/tcp-sysctls.ts';
import { EINVAL, ENOENT, type Errno } from '../errno.ts';
import { CONGESTION_CONTROLS } from '../sys.ts';
import { setting6Written } from './ipv6.ts';
import type { Netns } from './netns.ts';
import { getNfSysctl, NF_SYSCTLS, setNfSysctl } from './nfsysctl.ts';
import { getSysctl4, setSysctl4, sysctl4Keys } from './sysctl4.ts';
import type { NetWorld } from './world.ts';

function tcpName(leaf: string): string {
  return leaf === 'somaxconn' ? 'net.core.somaxconn' : `net.ipv4.${leaf}`;
}

/** Sets what the core's sockets heed. @returns undefined when it is none of theirs */
function setTcp(world: NetWorld, ns: Netns, name: string, text: string): Errno | 0 | undefined {
  const leaf = name.slice(name.lastIndexOf('.') + 1);
  const s = TCP_SYSCTLS[leaf as TcpSysctlName];
  if (s === undefined || tcpName(leaf) !== name) return undefined;
  const congestion = leaf === 'tcp_congestion_control';
  const n = congestion ? (CONGESTION_CONTROLS as readonly string[]).indexOf(text) : Number(text);
  if (congestion && n < 0) return ENOENT;
  if (text === '' || !Number.isInteger(n) || n < s.min || n > s.max) return EINVAL;
  world.core.nsSet(ns.core, leaf as TcpSysctlName, n);
  ns.sysctls.set(name, text);
  return 0;
}

/** Defaults that do not belong to one device. */
const DEFAULTS: Readonly<Record<string, string>> = {
  'net.ipv4.ip_default_ttl': '64',
  'net.ipv4.ip_early_demux': '1',
  'net.ipv4.ip_forward_update_priority': '1',
  'net.ipv4.ip_forward_use_pmtu': '0',
  'net.ipv4.ip_no_pmtu_disc': '0',
  'net.ipv4.ipfrag_high_thresh': '4194304',
  'net.ipv4.ipfrag_low_thresh': '3145728',
  'net.ipv4.ipfrag_max_dist': '64',
  'net.ipv4.ipfrag_time': '30',
  'net.ipv4.icmp_ignore_bogus_error_responses': '1',
  'net.ipv4.route.gc_timeout': '300',
  'net.ipv4.route.min_adv_mss': '256',
  'net.ipv4.route.min_pmtu': '552',
  'net.ipv4.route.mtu_expires': '600',
  'net.ipv4.neigh.default.gc_interval': '30',
  'net.ipv4.neigh.default.gc_stale_time': '60',
  'net.ipv4.neigh.default.gc_thresh1': '128',
  'net.ipv4.neigh.default.gc_thresh2': '512',
  'net.ipv4.neigh.default.gc_thresh3': '1024',
  'net.ipv4.ip_local_port_range': '32768\t60999',
  'net.ipv4.icmp_echo_ignore_all': '0',
  'net.ipv4.tcp_available_congestion_control': 'reno cubic',
  'net.ipv4.tcp_allowed_congestion_control': 'reno cubic',
  'net.ipv4.ping_group_range': '1\t0',
  'net.ipv6.conf.all.forwarding': '0',
  'net.ipv6.bindv6only': '0',
  'net.ipv6.icmp.echo_ignore_all': '0',
  'net.ipv6.icmp.ratelimit': '1000',
  'net.bridge.bridge-nf-call-iptables': '1',
  'net.bridge.bridge-nf-call-ip6tables': '1',
  'net.bridge.bridge-nf-call-arptables': '1',
  ...Object.fromEntries(Object.entries(TCP_SYSCTLS).map(([leaf, s]) => [tcpName(leaf), String(s.value)])),
  'net.ipv4.tcp_congestion_control': 'cubic',
};
/** Defaults of what is kept as text per device: `net.ipv4.conf.DEVICE.*`, `net.ipv6.conf.DEVICE.*`. */
const PER_DEVICE: Readonly<Record<string, string>> = {
  'ipv4 force_igmp_version': '0',
  'ipv4 igmpv2_unsolicited_report_interval': '10000',
  'ipv4 igmpv3_unsolicited_report_interval': '1000',
  'ipv6 disable_ipv6': '0',
  'ipv6 accept_ra': '1',
  'ipv6 accept_ra_defrtr': '1',
  'ipv6 accept_ra_pinfo': '1',
  'ipv6 forwarding': '0',
  'ipv6 proxy_ndp': '0',
  'ipv6 accept_dad': '1',
  'ipv6 dad_transmits': '1',
  'ipv6 autoconf': '1',
  'ipv6 addr_gen_mode': '0',
  'ipv6 hop_limit': '64',
  'ipv6 mtu': '1500',
  'ipv6 accept_redirects': '1',
  'ipv6 router_solicitations': '-1',
};
type CoreKey = Parameters<Core['nsSet']>[1];
const CORE: Readonly<Record<string, CoreKey>> = {
  'net.ipv4.ip_default_ttl': 'ip_default_ttl',
  'net.ipv4.icmp_echo_ignore_all': 'icmp_echo_ignore_all',
  'net.bridge.bridge-nf-call-iptables': 'bridge_nf_call_iptables',
};

const NS6: Readonly<Record<string, Parameters<Core['ip6NsSet']>[1]>> = {
  'net.ipv6.bindv6only': 'bindv6only',
  'net.ipv6.icmp.echo_ignore_all': 'echo_ignore_all',
  'net.ipv6.icmp.ratelimit': 'ratelimit',
  'net.bridge.bridge-nf-call-ip6tables': 'bridge_nf_call_ip6tables',
};

/** `net/ipv4/ip_forward` and `net.ipv4.ip_forward` are one; a device's name may hold dots in the first form. */
function canonical(name: string): string {
  if (!name.includes('/')) return name;
  if (!name.includes('.')) return name.replaceAll('/', '.');
  return name
    .split('/')
    .map((p) => p.replaceAll('.', '/'))
    .join('.');
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
  return [...new Set([...Object.keys(DEFAULTS), ...NF_SYSCTLS, ...per, ...sysctl4Keys(ns)])].sort();
}

export function getSysctl(world: NetWorld, ns: Netns, given: string): string | Errno {
  const name = canonical(given);
  const nf = getNfSysctl(world.core, ns, name);
  if (nf !== undefined) return nf;
  const held = getSysctl4(world.core, ns, name);
  if (held !== undefined) return held;
  const own = ns.sysctls.get(name);
  if (own !== undefined) return own;
  const fallback = DEFAULTS[name];
  if (fallback !== undefined) return fallback;
  const device = perDevice(ns, name);
  if (device === undefined) return ENOENT;
  const m = /^(net\.ipv[46]\.conf)\..+\.([a-z0-9_]+)$/.exec(name) as RegExpExecArray;
  const v6 = m[1] === 'net.ipv6.conf' && m[2] !== 'mtu';
  return (v6 || m[2] === 'forwarding' ? ns.sysctls.get(`${m[1]}.default.${m[2]}`) : undefined) ?? device;
}

export function setSysctl(world: NetWorld, ns: Netns, given: string, value: string): Errno | 0 {
  const name = canonical(given);
  const nf = setNfSysctl(world.core, ns, name, value.trim());
  if (nf !== undefined) return nf;
  const done = setSysctl4(world.core, ns, name, value.trim());
  if (done !== undefined) return done;
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
  if (name === 'net.ipv4.ping_group_range') {
    const [low, high = 0] = text.split(/\s+/).map(Number);
    if (![low, high].every((n) => Number.isInteger(n) && (n as number) >= 0 && (n as number) <= 0x7fffffff))
      return EINVAL;
    // Nobody's, when it is no range. @see Linux ipv4_ping_group_range
    ns.sysctls.set(name, high < (low as number) ? '1\t0' : `${low}\t${high}`);
    return 0;
  }
  ns.sysctls.set(name, text);
  const ns6 = NS6[name];
  if (ns6 !== undefined) world.core.ip6NsSet(ns.core, ns6, Math.max(0, Number(text) || 0));
  const m = /^net\.ipv6\.conf\.(.+)\.([a-z0-9_]+)$/.exec(name);
  if (m) setting6Written(world, ns, (m[1] as string).replaceAll('/', '.'), m[2] as string, text);
  return 0;
}
