/**
 * What carries other packets, as tcpdump prints it: GRE, IP in IP, ESP, and SCTP's chunks.
 * Limits: GRE of version 0; nothing is decrypted.
 * @see RFC 2784, 2890, 2003, 4303, 9260; tcpdump 4.99 print-gre.c, print-ipproto.c, print-esp.c, print-sctp.c
 */
import { dissectNetwork, type Ip, u16, u32 } from './dissect.ts';
import { etherText, hostText, networkText, type SummaryOptions } from './summary.ts';

/** Protocol numbers. */
export const Tunnel = { IPIP: 4, IP6: 41, GRE: 47, ESP: 50, SCTP: 132 } as const;

const hex = (n: number, width: number): string => `0x${n.toString(16).padStart(width, '0')}`;

const PROTOS: Readonly<Record<number, string>> = { 2048: 'IPv4', 34525: 'IPv6', 25944: 'TEB' };

function greText(ip: Ip, o: SummaryOptions): string {
  const b = ip.body;
  const flags = u16(b, 0);
  const proto = u16(b, 2);
  let text = `GREv${flags & 7}`;
  if (o.verbose) {
    const names = [
      flags & 0x8000 ? 'checksum present' : '',
      flags & 0x4000 ? 'routing present' : '',
      flags & 0x2000 ? 'key present' : '',
      flags & 0x1000 ? 'sequence# present' : '',
    ];
    text += `, Flags [${names.filter((n) => n !== '').join(', ') || 'none'}]`;
  }
  let at = 4;
  if (flags & 0xc000) {
    if (o.verbose && flags & 0x8000) text += `, sum ${hex(u16(b, at), 1)}`;
    text += `, off ${hex(u16(b, at + 2), 1)}`;
    at += 4;
  }
  if (flags & 0x2000) {
    text += `, key=${hex(u32(b, at), 1)}`;
    at += 4;
  }
  if (flags & 0x1000) {
    text += `, seq ${u32(b, at)}`;
    at += 4;
  }
  if (o.link) text += `, proto ${PROTOS[proto] ?? 'unknown'} (${hex(proto, 4)})`;
  text += `, length ${ip.bodyLength}${o.verbose ? '\n\t' : ': '}`;
  const inner = b.subarray(at);
  if (proto === 0x6558) return text + etherText(inner, ip.bodyLength - at, o);
  if (proto === 0x0800 || proto === 0x86dd)
    return text + networkText(dissectNetwork(proto, inner), inner, ip.bodyLength - at, o);
  return `${text}gre-proto-${hex(proto, 1)}`;
}

const CHUNKS = [
  'DATA',
  'INIT',
  'INIT ACK',
  'SACK',
  'HB REQ',
  'HB ACK',
  'ABORT',
  'SHUTDOWN',
  'SHUTDOWN ACK',
  'OP ERR',
  'COOKIE ECHO',
  'COOKIE ACK',
  'ECN ECHO',
  'CWR',
  'SHUTDOWN COMPLETE',
];

function chunkText(c: Uint8Array): string {
  const [type, flags] = [c[0] as number, c[1] as number];
  const name = `[${CHUNKS[type] ?? `Unknown chunk type: ${hex(type, 1)}`}] `;
  if (type === 0) {
    const bits = `${flags & 4 ? '(U)' : ''}${flags & 2 ? '(B)' : ''}${flags & 1 ? '(E)' : ''}`;
    return `${name}${bits}${bits === '' ? '' : ' '}[TSN: ${u32(c, 4)}] [SID: ${u16(c, 8)}] [SSEQ ${u16(c, 10)}] [PPID ${hex(u32(c, 12), 1)}] `;
  }
  if (type === 1 || type === 2)
    return `${name}[init tag: ${u32(c, 4)}] [rwnd: ${u32(c, 8)}] [OS: ${u16(c, 12)}] [MIS: ${u16(c, 14)}] [init TSN: ${u32(c, 16)}] `;
  if (type === 3)
    return `${name}[cum ack ${u32(c, 4)}] [a_rwnd ${u32(c, 8)}] [#gap acks ${u16(c, 12)}] [#dup tsns ${u16(c, 14)}] `;
  return name;
}

function sctpText(ip: Ip, o: SummaryOptions): string {
  const b = ip.body;
  let text = `${hostText(ip.src, o)}.${u16(b, 0)} > ${hostText(ip.dst, o)}.${u16(b, 2)}: sctp`;
  const lines = (o.verbose ?? 0) > 1;
  for (let at = 12, k = 1; at + 4 <= b.length; k++) {
    const n = Math.max(4, u16(b, at + 2));
    text += `${lines ? '\n\t' : ' ('}${k}) ${chunkText(b.subarray(at, at + n))}`;
    at += (n + 3) & ~3;
  }
  return text;
}

/** A packet with its addresses; undefined when its protocol is none of these. */
export function tunnelText(ip: Ip, o: SummaryOptions): string | undefined {
  const start = `${hostText(ip.src, o)} > ${hostText(ip.dst, o)}: `;
  const b = ip.body;
  switch (ip.proto) {
    case Tunnel.IPIP:
    case Tunnel.IP6: {
      const type = ip.proto === Tunnel.IPIP ? 0x0800 : 0x86dd;
      return start + networkText(dissectNetwork(type, b), b, ip.bodyLength, o);
    }
    case Tunnel.GRE:
      return b.length < 4 ? `${start}[|gre]` : start + greText(ip, o);
    case Tunnel.ESP:
      return b.length < 8
        ? `${start}[|esp]`
        : `${start}ESP(spi=${hex(u32(b, 0), 8)},seq=${hex(u32(b, 4), 1)}), length ${ip.bodyLength}`;
    case Tunnel.SCTP:
      return b.length < 12 ? `${start}[|sctp]` : sctpText(ip, o);
    default:
      return undefined;
  }
}
