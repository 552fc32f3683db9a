/**
 * The kernel's line about a packet that a LOG target saw.
 * Limits: IPv4; of a packet the first 184 bytes are known.
 * @see Linux net/netfilter/nf_log_syslog.c
 */
import type { CoreLog } from '../../core/core.ts';

/** Flags of LOG. */
const TCP_SEQ = 1;
const TCP_OPT = 2;
const IP_OPT = 4;
const UID = 8;
const MAC_DECODE = 32;

const TCP_FLAGS: readonly (readonly [number, string])[] = [
  [128, 'CWR'],
  [64, 'ECE'],
  [32, 'URG'],
  [16, 'ACK'],
  [8, 'PSH'],
  [4, 'RST'],
  [2, 'SYN'],
  [1, 'FIN'],
];

const hex = (n: number, width: number): string => n.toString(16).padStart(width, '0');
const HEX = (n: number): string => n.toString(16).toUpperCase().padStart(2, '0');

class Packet {
  readonly #v: DataView;

  constructor(readonly bytes: Uint8Array) {
    this.#v = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get length(): number {
    return this.bytes.length;
  }

  u8(at: number): number {
    return this.bytes[at] ?? 0;
  }

  u16(at: number): number {
    return this.#v.getUint16(at);
  }

  u32(at: number): number {
    return this.#v.getUint32(at);
  }

  ip(at: number): string {
    return [...this.bytes.subarray(at, at + 4)].join('.');
  }

  /** `OPT (0204…) ` */
  options(from: number, to: number): string {
    return to > from ? `OPT (${[...this.bytes.subarray(from, to)].map(HEX).join('')}) ` : '';
  }
}

function tcp(p: Packet, th: number, flags: number): string {
  if (p.length < th + 20) return `INCOMPLETE [${p.length - th} bytes] `;
  let s = `SPT=${p.u16(th)} DPT=${p.u16(th + 2)} `;
  if (flags & TCP_SEQ) s += `SEQ=${p.u32(th + 4)} ACK=${p.u32(th + 8)} `;
  s += `WINDOW=${p.u16(th + 14)} RES=0x${hex((p.u8(th + 12) & 15) << 2, 2)} `;
  for (const [bit, name] of TCP_FLAGS) if (p.u8(th + 13) & bit) s += `${name} `;
  s += `URGP=${p.u16(th + 18)} `;
  return flags & TCP_OPT ? s + p.options(th + 20, th + (p.u8(th + 12) >> 4) * 4) : s;
}

function icmp(p: Packet, th: number, inner: boolean): string {
  if (p.length < th + 8) return `INCOMPLETE [${p.length - th} bytes] `;
  const type = p.u8(th);
  let s = `TYPE=${type} CODE=${p.u8(th + 1)} `;
  if (type === 8 || type === 0) s += `ID=${p.u16(th + 4)} SEQ=${p.u16(th + 6)} `;
  else if (type === 12) s += `PARAMETER=${p.u8(th + 4)} `;
  else if (type === 5) s += `GATEWAY=${p.ip(th + 4)} `;
  if ([3, 4, 5, 11, 12].includes(type) && !inner) {
    if (type !== 12) s += `[${ip4(new Packet(p.bytes.subarray(th + 8)), 0, true)}] `;
    if (type === 3 && p.u8(th + 1) === 4) s += `MTU=${p.u16(th + 6)} `;
  }
  return s;
}

function ip4(p: Packet, flags: number, inner: boolean): string {
  if (p.length < 20) return 'TRUNCATED';
  const hlen = (p.u8(0) & 15) * 4;
  const tos = p.u8(1);
  const frag = p.u16(6);
  let s = `SRC=${p.ip(12)} DST=${p.ip(16)} LEN=${p.u16(2)} TOS=0x${HEX(tos & 0x1e)} PREC=0x${HEX(tos & 0xe0)} `;
  s += `TTL=${p.u8(8)} ID=${p.u16(4)} `;
  s += `${frag & 0x8000 ? 'CE ' : ''}${frag & 0x4000 ? 'DF ' : ''}${frag & 0x2000 ? 'MF ' : ''}`;
  if (frag & 0x1fff) s += `FRAG:${frag & 0x1fff} `;
  if (flags & IP_OPT) s += p.options(20, hlen);
  const proto = p.u8(9);
  const later = (frag & 0x1fff) !== 0;
  if (proto === 6) s += `PROTO=TCP ${later ? '' : tcp(p, hlen, flags)}`;
  else if (proto === 17) {
    s += 'PROTO=UDP ';
    if (!later)
      s +=
        p.length < hlen + 8
          ? `INCOMPLETE [${p.length - hlen} bytes] `
          : `SPT=${p.u16(hlen)} DPT=${p.u16(hlen + 2)} LEN=${p.u16(hlen + 4)} `;
  } else if (proto === 1) s += `PROTO=ICMP ${later ? '' : icmp(p, hlen, inner)}`;
  else s += `PROTO=${proto} `;
  return s;
}

function link(l: Uint8Array, flags: number): string {
  const mac = (from: number, to: number): string => [...l.subarray(from, to)].map((b) => hex(b, 2)).join(':');
  if (flags & MAC_DECODE && l.length === 14)
    return `MACSRC=${mac(6, 12)} MACDST=${mac(0, 6)} MACPROTO=${hex(((l[12] ?? 0) << 8) | (l[13] ?? 0), 4)} `;
  return `MAC=${mac(0, l.length)} `;
}

/**
 * The line, without its time. @param rule what the rule says @param name gives a device's name, '' for none
 */
export function logLine(
  log: CoreLog,
  rule: { readonly prefix: string; readonly flags?: number },
  name: (dev: number) => string,
): string {
  const flags = rule.flags ?? 0;
  let s = `${rule.prefix}IN=${name(log.indev)} OUT=${name(log.outdev)} `;
  if (log.physin !== 0) s += `PHYSIN=${name(log.physin)} `;
  if (log.physout !== 0) s += `PHYSOUT=${name(log.physout)} `;
  if (log.indev !== 0) s += link(log.link, flags);
  s += ip4(new Packet(log.packet), flags, false);
  if (flags & UID && log.uid !== -1) s += `UID=${log.uid >>> 0} GID=${log.gid >>> 0} `;
  if (log.mark !== 0) s += `MARK=0x${hex(log.mark, 1)} `;
  return s;
}
