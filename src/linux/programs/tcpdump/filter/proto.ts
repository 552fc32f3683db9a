/** Protocols that filters name. @see pcap-filter(7) */
import { EtherType, type Packet } from '../../../core/dissect.ts';

/** Protocol numbers of IP by libpcap's words. */
export const IP_PROTOS: Readonly<Record<string, number>> = {
  icmp: 1,
  igmp: 2,
  tcp: 6,
  udp: 17,
  esp: 50,
  ah: 51,
  icmp6: 58,
  pim: 103,
  vrrp: 112,
  carp: 112,
  sctp: 132,
};

/** Ethertypes by libpcap's words. */
export const ETHER_PROTOS: Readonly<Record<string, number>> = {
  ip: EtherType.IP4,
  arp: EtherType.ARP,
  rarp: 0x8035,
  ip6: EtherType.IP6,
  loopback: 0x9000,
};

/** Whether a packet carries the protocol of that name. */
export function isProto(p: Packet, name: string): boolean {
  const type = ETHER_PROTOS[name];
  if (type !== undefined) return p.ethertype === type;
  if (name === 'stp') return p.ethertype < 1536;
  if (name === 'icmp' || name === 'igmp') return p.ip?.v === 4 && p.ip.proto === IP_PROTOS[name];
  return carries(p, IP_PROTOS[name]);
}

/** Whether the IP header names that protocol next; behind IPv6's extension headers only a fragment's is looked at. */
export function carries(p: Packet, number: number | undefined): boolean {
  if (!p.ip) return false;
  const h6 = p.ip.h6;
  return (h6 && !h6.fragment ? h6.next : p.ip.proto) === number;
}
