/** Settings of connection tracking and IPVS: net.netfilter.nf_conntrack_*, net.ipv4.vs.*. @see Linux nf_conntrack_standalone.c, ip_vs_ctl.c */
import type { Core, NfKey } from '../../core/core.ts';
import { EACCES, EINVAL, type Errno } from '../errno.ts';
import type { Netns } from './netns.ts';

interface Setting {
  readonly key: NfKey;
  readonly max: number;
}

const seconds = (key: NfKey): Setting => ({ key, max: 2 ** 31 - 1 });
const flag = (key: NfKey): Setting => ({ key, max: 1 });

/** What the core heeds. */
const HELD: Readonly<Record<string, Setting>> = {
  'net.netfilter.nf_conntrack_tcp_timeout_syn_sent': seconds('tcp_syn_sent'),
  'net.netfilter.nf_conntrack_tcp_timeout_syn_recv': seconds('tcp_syn_recv'),
  'net.netfilter.nf_conntrack_tcp_timeout_established': seconds('tcp_established'),
  'net.netfilter.nf_conntrack_tcp_timeout_fin_wait': seconds('tcp_fin_wait'),
  'net.netfilter.nf_conntrack_tcp_timeout_close_wait': seconds('tcp_close_wait'),
  'net.netfilter.nf_conntrack_tcp_timeout_last_ack': seconds('tcp_last_ack'),
  'net.netfilter.nf_conntrack_tcp_timeout_time_wait': seconds('tcp_time_wait'),
  'net.netfilter.nf_conntrack_tcp_timeout_close': seconds('tcp_close'),
  'net.netfilter.nf_conntrack_tcp_timeout_max_retrans': seconds('tcp_retrans'),
  'net.netfilter.nf_conntrack_tcp_timeout_unacknowledged': seconds('tcp_unack'),
  'net.netfilter.nf_conntrack_udp_timeout': seconds('udp'),
  'net.netfilter.nf_conntrack_udp_timeout_stream': seconds('udp_stream'),
  'net.netfilter.nf_conntrack_icmp_timeout': seconds('icmp'),
  'net.netfilter.nf_conntrack_icmpv6_timeout': seconds('icmpv6'),
  'net.netfilter.nf_conntrack_generic_timeout': seconds('generic'),
  'net.netfilter.nf_conntrack_tcp_loose': flag('tcp_loose'),
  'net.netfilter.nf_conntrack_tcp_be_liberal': flag('tcp_be_liberal'),
  'net.netfilter.nf_conntrack_tcp_ignore_invalid_rst': flag('tcp_ignore_invalid_rst'),
  'net.netfilter.nf_conntrack_tcp_max_retrans': { key: 'tcp_max_retrans', max: 255 },
  'net.ipv4.vs.conntrack': flag('vs_conntrack'),
};
/** What is kept as text. */
const TEXT: Readonly<Record<string, string>> = {
  'net.netfilter.nf_conntrack_acct': '0',
  'net.netfilter.nf_conntrack_checksum': '1',
  'net.netfilter.nf_conntrack_events': '2',
  'net.netfilter.nf_conntrack_expect_max': '1024',
  'net.netfilter.nf_conntrack_log_invalid': '0',
  'net.netfilter.nf_conntrack_timestamp': '0',
  'net.netfilter.nf_log_all_netns': '0',
};
const MAX = 'net.netfilter.nf_conntrack_max';
const COUNT = 'net.netfilter.nf_conntrack_count';
const BUCKETS = 'net.netfilter.nf_conntrack_buckets';
const DEFAULT_MAX = 262144;

/** Names of these settings. */
export const NF_SYSCTLS: readonly string[] = [MAX, COUNT, BUCKETS, ...Object.keys(HELD), ...Object.keys(TEXT)];

/** @returns undefined when it is none of these */
export function getNfSysctl(core: Core, ns: Netns, name: string): string | undefined {
  if (name === COUNT) return String(core.conns(ns.core).length);
  if (name === MAX) return String(core.nfGet(ns.core, 'max') || DEFAULT_MAX);
  if (name === BUCKETS) return String(DEFAULT_MAX);
  const held = HELD[name];
  if (held) return String(core.nfGet(ns.core, held.key));
  return TEXT[name] === undefined ? undefined : (ns.sysctls.get(name) ?? TEXT[name]);
}

/** @returns undefined when it is none of these, EINVAL, or EACCES for what can only be read */
export function setNfSysctl(core: Core, ns: Netns, name: string, text: string): Errno | 0 | undefined {
  if (name === COUNT || name === BUCKETS) return EACCES;
  const held = name === MAX ? { key: 'max' as const, max: 2 ** 31 - 1 } : HELD[name];
  if (!held && TEXT[name] === undefined) return undefined;
  const n = Number(text);
  if (text === '' || !Number.isInteger(n) || n < 0 || (held && n > held.max)) return EINVAL;
  if (held) core.nfSet(ns.core, held.key, n);
  else ns.sysctls.set(name, String(n));
  return 0;
}
