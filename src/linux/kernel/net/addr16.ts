/** Addresses as they cross into the core: 16 bytes, IPv4 as ::ffff:a.b.c.d. */
import type { IpAddr } from '../../../base/ip.ts';
import type { Addr16 } from '../../core/core.ts';

export function toAddr16(ip: IpAddr): Addr16 {
  // Without a DataView: that would take the bytes off the heap.
  const out = new Uint8Array(16);
  if (ip.v === 4) {
    out[10] = out[11] = 0xff;
    putWord(out, 12, ip.value);
  } else
    for (let at = 12, rest = ip.value; rest > 0n; at -= 4, rest >>= 32n) putWord(out, at, Number(rest & 0xffff_ffffn));
  return out;
}

function putWord(out: Uint8Array, at: number, value: number): void {
  out[at] = value >>> 24;
  out[at + 1] = value >>> 16;
  out[at + 2] = value >>> 8;
  out[at + 3] = value;
}

export function fromAddr16(a: Addr16): IpAddr {
  const view = new DataView(a.buffer, a.byteOffset, 16);
  if (view.getUint32(0) === 0 && view.getUint32(4) === 0 && view.getUint32(8) === 0xffff)
    return { v: 4, value: view.getUint32(12) };
  return { v: 6, value: (view.getBigUint64(0) << 64n) | view.getBigUint64(8) };
}

export const ANY4: IpAddr = { v: 4, value: 0 };
export const ANY6: IpAddr = { v: 6, value: 0n };
/** ::1 */
export const LOOPBACK6: IpAddr = { v: 6, value: 1n };
