/** What a frame says of itself, for people and for the checks of lessons. */
import { formatIp, formatIp4 } from '../base/ip.ts';
import { dissect, type Packet, Proto } from '../linux/core/dissect.ts';
import { type Dns, DnsType, dissectDns } from '../linux/core/dissect-dns.ts';
import { tcpFlags } from '../linux/core/summary-tcp.ts';
import type { FrameContent, ViewDns } from './view.ts';

const DNS_PORT = 53;
/** The engine's own server: asked on port 53, but its packets carry the port behind the NAT rule. */
const RESOLVER = '127.0.0.11';

export function decodeFrame(bytes: Uint8Array): FrameContent {
  return contentOf(dissect(bytes));
}

function contentOf(p: Packet): FrameContent {
  const vlan = p.vlans?.[0]?.id;
  return { ...layersOf(p), ...(vlan !== undefined && { vlan }) };
}

function layersOf(p: Packet): FrameContent {
  if (p.arp) {
    const { op, senderIp, targetIp } = p.arp;
    return { proto: 'ARP', src: formatIp4(senderIp), dst: formatIp4(targetIp), arp: op === 1 ? 'request' : 'reply' };
  }
  if (!p.ip) return { proto: 'Ethernet', src: '', dst: '' };
  const ends = { src: formatIp(p.ip.src), dst: formatIp(p.ip.dst) };
  if (p.tcp) {
    const { sport, dport, flags } = p.tcp;
    return { proto: p.http === undefined ? 'TCP' : 'HTTP', ...ends, sport, dport, flags: tcpFlags(flags) };
  }
  if (p.udp) return udpOf(p, ends);
  if (!p.icmp) return { proto: p.ip.proto === Proto.TCP ? 'TCP' : 'IP', ...ends };
  const icmp = { type: p.icmp.type, code: p.icmp.code };
  if (p.ip.v === 4) return { proto: 'ICMP', ...ends, icmp };
  return { proto: 'ICMPv6', ...ends, icmp, ...(isHousekeeping(p) && { housekeeping: true }) };
}

function udpOf(p: Packet, ends: { src: string; dst: string }): FrameContent {
  const { sport, dport, payload } = p.udp as NonNullable<Packet['udp']>;
  if (p.vxlan) {
    const { vni, inner } = p.vxlan;
    return { proto: 'VXLAN', ...ends, sport, dport, vni, inner: contentOf(inner) };
  }
  const isDns = [sport, dport].includes(DNS_PORT) || [ends.src, ends.dst].includes(RESOLVER);
  const dns = isDns ? (p.dns ?? dissectDns(payload)) : undefined;
  return { proto: isDns ? 'DNS' : 'UDP', ...ends, sport, dport, ...(dns && { dns: dnsOf(dns) }) };
}

const TYPES = new Map<number, string>(Object.entries(DnsType).map(([name, number]) => [number, name]));

function dnsOf({ response, rcode, questions, answers }: Dns): ViewDns {
  const [q] = questions;
  return {
    name: (q?.name ?? '').replace(/\.$/, ''),
    type: TYPES.get(q?.type ?? 0) ?? `${q?.type ?? ''}`,
    ...(response && { rcode, answers: answers.map((a) => a.text) }),
  };
}

/** ICMPv6 types. @see RFC 4861 §4.1, RFC 2710 §3, RFC 3810 §5.2 */
const ROUTER_SOLICITATION = 133;
const NEIGHBOUR_SOLICITATION = 135;
const GROUP_REPORTS: readonly number[] = [131, 132, 143];

/** What every interface sends when it comes up, whoever uses it. @see RFC 4862 §5.4.2 (an address on trial asks from ::) */
function isHousekeeping({ icmp, ip }: Packet): boolean {
  if (icmp?.type === NEIGHBOUR_SOLICITATION) return ip?.src.value === 0n;
  return icmp?.type === ROUTER_SOLICITATION || GROUP_REPORTS.includes(icmp?.type ?? 0);
}
