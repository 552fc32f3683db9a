/** The TCP header and its options. @see RFC 9293 §3.1, RFC 7323, RFC 2018 */

export type TcpOption =
  | { readonly kind: 'eol' }
  | { readonly kind: 'nop' }
  | { readonly kind: 'mss'; readonly value: number }
  | { readonly kind: 'wscale'; readonly value: number }
  | { readonly kind: 'sackOK' }
  | { readonly kind: 'sack'; readonly blocks: readonly (readonly [number, number])[] }
  | { readonly kind: 'TS'; readonly val: number; readonly ecr: number }
  | { readonly kind: 'unknown'; readonly code: number; readonly bytes: Uint8Array };

export interface Tcp {
  readonly sport: number;
  readonly dport: number;
  readonly seq: number;
  readonly ack: number;
  /** FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128 */
  readonly flags: number;
  readonly window: number;
  readonly checksum: number;
  readonly urgent: number;
  readonly options: readonly TcpOption[];
  /** Payload as captured, and its bytes on the wire. */
  readonly payload: Uint8Array;
  readonly length: number;
}

const view = (b: Uint8Array): DataView => new DataView(b.buffer, b.byteOffset, b.byteLength);

/** @param wire bytes of header and payload on the wire */
export function dissectTcp(b: Uint8Array, wire: number): Tcp | undefined {
  if (b.length < 20) return undefined;
  const v = view(b);
  const head = (v.getUint8(12) >> 4) * 4;
  if (head < 20) return undefined;
  return {
    sport: v.getUint16(0),
    dport: v.getUint16(2),
    seq: v.getUint32(4),
    ack: v.getUint32(8),
    flags: v.getUint8(13),
    window: v.getUint16(14),
    checksum: v.getUint16(16),
    urgent: v.getUint16(18),
    options: dissectOptions(b.subarray(20, head)),
    payload: b.subarray(head),
    length: Math.max(0, wire - head),
  };
}

function dissectOptions(b: Uint8Array): TcpOption[] {
  const out: TcpOption[] = [];
  let at = 0;
  while (at < b.length) {
    const code = b[at] as number;
    if (code === 0) {
      out.push({ kind: 'eol' });
      break;
    }
    if (code === 1) {
      out.push({ kind: 'nop' });
      at++;
      continue;
    }
    const n = b[at + 1] ?? 0;
    if (n < 2 || at + n > b.length) break;
    out.push(option(code, b.subarray(at, at + n)));
    at += n;
  }
  return out;
}

function option(code: number, b: Uint8Array): TcpOption {
  const v = view(b);
  if (code === 2 && b.length === 4) return { kind: 'mss', value: v.getUint16(2) };
  if (code === 3 && b.length === 3) return { kind: 'wscale', value: v.getUint8(2) };
  if (code === 4 && b.length === 2) return { kind: 'sackOK' };
  if (code === 8 && b.length === 10) return { kind: 'TS', val: v.getUint32(2), ecr: v.getUint32(6) };
  if (code === 5 && (b.length - 2) % 8 === 0) {
    const blocks: [number, number][] = [];
    for (let at = 2; at < b.length; at += 8) blocks.push([v.getUint32(at), v.getUint32(at + 4)]);
    return { kind: 'sack', blocks };
  }
  return { kind: 'unknown', code, bytes: b.subarray(2) };
}
