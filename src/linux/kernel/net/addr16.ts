/** Addresses as they cross into the core: 16 bytes, IPv4 as ::ffff:a.b.c.d. */
import type { IpAddr } from '../../../base/ip.ts';
import type { Addr16 } from '../../core/core.ts';

const LOW = 0xffff_ffff_ffff_ffffn;

export function toAddr16(ip: IpAddr): Addr16 {
  const out = new Uint8Array(16);
  const view = new DataView(out.buffer);
  if (ip.v === 4) {
    view.setUint16(10, 0xffff);
    view.setUint32(12, ip.value);
  } else {
    view.setBigUint64(0, ip.value >> 64n);
    view.setBigUint64(8, ip.value & LOW);
  }
  return out;
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
