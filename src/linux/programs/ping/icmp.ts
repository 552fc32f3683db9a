/** The Internet checksum of bytes. @see RFC 1071 */
export function internetChecksum(b: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < b.length; i += 2) sum += ((b[i] as number) << 8) | (b[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** An echo request. The checksum is filled in for IPv4; the kernel does it for ICMPv6. */
export function echoRequest(v: 4 | 6, id: number, seq: number, payload: Uint8Array): Uint8Array {
  const b = new Uint8Array(8 + payload.length);
  b.set([v === 4 ? 8 : 128, 0, 0, 0, id >> 8, id & 255, (seq >> 8) & 255, seq & 255]);
  b.set(payload, 8);
  if (v === 4) {
    const sum = internetChecksum(b);
    b[2] = sum >> 8;
    b[3] = sum & 255;
  }
  return b;
}

/** What a raw socket brought. */
export type IcmpMessage =
  | { readonly kind: 'reply'; readonly id: number; readonly seq: number; readonly ttl: number; readonly bytes: number }
  | {
      readonly kind: 'error';
      readonly type: number;
      readonly code: number;
      /** From the packet that caused it. */
      readonly id: number;
      readonly seq: number;
      /** UDP probes: the destination port. */
      readonly port: number;
      /** UDP and TCP: the source port. */
      readonly sport: number;
      readonly mtu: number;
    };

/** Reads what a raw ICMP socket delivered: IPv4 with its IP header, ICMPv6 without. */
export function parseIcmp(v: 4 | 6, data: Uint8Array, ttl: number): IcmpMessage | undefined {
  const start =
    data[0] === undefined
      ? 0
      : data[0] >> 4 === 4 && v === 4
        ? (data[0] & 15) * 4
        : v === 6 && data[0] >> 4 === 6
          ? 40
          : 0;
  const m = data.subarray(start);
  const u16 = (at: number): number => ((m[at] ?? 0) << 8) | (m[at + 1] ?? 0);
  const type = m[0];
  if (type === undefined || m.length < 8) return undefined;
  if (type === (v === 4 ? 0 : 129)) return { kind: 'reply', id: u16(4), seq: u16(6), ttl, bytes: m.length };
  const errors = v === 4 ? [3, 4, 5, 11, 12] : [1, 2, 3, 4];
  if (!errors.includes(type)) return undefined;
  const inner = v === 4 ? 8 + ((m[8] ?? 0x45) & 15) * 4 : 48;
  const proto = v === 4 ? m[17] : m[14];
  const mtu = v === 4 ? u16(6) : u16(6);
  const echo = proto === (v === 4 ? 1 : 58);
  return {
    kind: 'error',
    type,
    code: m[1] ?? 0,
    id: echo ? u16(inner + 4) : -1,
    seq: echo ? u16(inner + 6) : -1,
    port: proto === 17 ? u16(inner + 2) : -1,
    sport: proto === 17 || proto === 6 ? u16(inner) : -1,
    mtu,
  };
}

/** iputils' text for an ICMP error. @see iputils ping/ping.c: pr_icmph */
export function icmpErrorText(v: 4 | 6, type: number, code: number, mtu: number): string {
  if (v === 6) {
    if (type === 1)
      return `Destination unreachable: ${['No route', 'Administratively prohibited', 'Beyond scope of source address', 'Address unreachable', 'Port unreachable'][code] ?? `Unknown code ${code}`}`;
    if (type === 2) return `Packet too big: mtu=${mtu}`;
    if (type === 3) return code === 0 ? 'Time exceeded: Hop limit' : 'Time exceeded: Defragmentation failure';
    return `Parameter problem: code ${code}`;
  }
  if (type === 3) {
    const texts = [
      'Destination Net Unreachable',
      'Destination Host Unreachable',
      'Destination Protocol Unreachable',
      'Destination Port Unreachable',
      `Frag needed and DF set (mtu = ${mtu})`,
      'Source Route Failed',
      'Destination Net Unknown',
      'Destination Host Unknown',
      'Source Host Isolated',
      'Destination Net Prohibited',
      'Destination Host Prohibited',
      'Destination Net Unreachable for Type of Service',
      'Destination Host Unreachable for Type of Service',
      'Packet filtered',
      'Precedence Violation',
      'Precedence Cutoff',
    ];
    return texts[code] ?? `Dest Unreachable, Bad Code: ${code}`;
  }
  if (type === 11) return code === 0 ? 'Time to live exceeded' : 'Frag reassembly time exceeded';
  if (type === 5) return 'Redirect Host';
  if (type === 4) return 'Source Quench';
  return `Parameter problem: pointer = ${mtu >> 8}`;
}
