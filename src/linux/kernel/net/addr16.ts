/** Addresses as they cross into the core: 16 bytes, IPv4 as ::ffff:a.b.c.d. */
import type { IpAddr } from '../../../base/ip.ts';
import type { Addr16 } from '../../core/core.ts';

export function toAddr16(ip: IpAddr): Addr16 {
  const out = new Uint8Array(16);
  if (ip.v === 4) {
    out[10] = out[11] = 0xff;
    for (let i = 0; i < 4; i++) out[12 + i] = (ip.value >>> (24 - 8 * i)) & 255;
  } else for (let i = 0; i < 16; i++) out[i] = Number((ip.value >> BigInt(120 - 8 * i)) & 255n);
  return out;
}

export function fromAddr16(a: Addr16): IpAddr {
  const mapped = a[10] === 0xff && a[11] === 0xff && a.subarray(0, 10).every((b) => b === 0);
  if (mapped)
    return {
      v: 4,
      value:
        (((a[12] as number) << 24) | ((a[13] as number) << 16) | ((a[14] as number) << 8) | (a[15] as number)) >>> 0,
    };
  let value = 0n;
  for (const b of a) value = (value << 8n) | BigInt(b);
  return { v: 6, value };
}

export const ANY4: IpAddr = { v: 4, value: 0 };
export const ANY6: IpAddr = { v: 6, value: 0n };
/** ::1 */
export const LOOPBACK6: IpAddr = { v: 6, value: 1n };
