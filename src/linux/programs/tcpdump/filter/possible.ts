/**
 * Whether any packet could satisfy a filter: `icmp and arp` rejects all, which libpcap says instead of waiting for ever.
 * Limits: protocols only; libpcap's optimizer knows contradictions of addresses and ports, too.
 * @see libpcap optimize.c, pcap_compile: "expression rejects all packets"
 */
import type { Filter } from './parse.ts';
import { ETHER_PROTOS, IP_PROTOS } from './proto.ts';

/** Kinds of packets: an ethertype's word, or one of IP's versions with a protocol's number. */
const KINDS: readonly string[] = [
  ...['arp', 'rarp', 'loopback', 'other', 'ip/other', 'ip6/other'],
  ...Object.values(IP_PROTOS).flatMap((n) => [`ip/${n}`, `ip6/${n}`]),
];

function ofProto(name: string): (kind: string) => boolean {
  if (name === 'ip' || name === 'ip6') return (k) => k.startsWith(`${name}/`);
  if (name in ETHER_PROTOS) return (k) => k === name;
  if (name === 'stp' || name === 'ether' || name === 'link') return (k) => k === 'other' || name !== 'stp';
  const number = IP_PROTOS[name];
  if (name === 'icmp' || name === 'igmp') return (k) => k === `ip/${number}`;
  if (name === 'icmp6') return (k) => k === `ip6/${number}`;
  return (k) => k.endsWith(`/${number}`);
}

/** The kinds that may satisfy a filter; `exact` when all packets of them do. */
function kinds(f: Filter): { readonly set: ReadonlySet<string>; readonly exact: boolean } {
  switch (f.kind) {
    case 'and':
    case 'or': {
      const [a, b] = [kinds(f.left), kinds(f.right)];
      const set = KINDS.filter((k) => (f.kind === 'and' ? a.set.has(k) && b.set.has(k) : a.set.has(k) || b.set.has(k)));
      return { set: new Set(set), exact: a.exact && b.exact };
    }
    case 'not': {
      const of = kinds(f.of);
      return of.exact ? { set: new Set(KINDS.filter((k) => !of.set.has(k))), exact: true } : all;
    }
    case 'proto':
      return { set: new Set(KINDS.filter(ofProto(f.proto))), exact: true };
    case 'port': {
      const transports = f.proto !== undefined && f.proto in IP_PROTOS ? [IP_PROTOS[f.proto]] : [6, 17, 132];
      return { set: new Set(KINDS.filter((k) => transports.some((n) => k.endsWith(`/${n}`)))), exact: false };
    }
    default:
      return all;
  }
}

const all = { set: new Set(KINDS), exact: false } as const;

/** Whether a packet of some protocol could satisfy the filter. */
export function possible(f: Filter): boolean {
  return kinds(f).set.size > 0;
}
