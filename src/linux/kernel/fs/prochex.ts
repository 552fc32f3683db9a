/** Numbers and addresses as the files of /proc/net print them. */
import type { IpAddr } from '../../../base/ip.ts';

export const hex = (n: number, width: number): string => n.toString(16).toUpperCase().padStart(width, '0');

/** An IPv4 address as the kernel prints it: the bytes of network order read as a little-endian number. */
export function hex4(value: number): string {
  return hex(((value >>> 24) | ((value >>> 8) & 0xff00) | ((value << 8) & 0xff0000) | (value << 24)) >>> 0, 8);
}

export function hexIp(a: IpAddr | undefined, family: 4 | 6): string {
  if (family === 4) return hex4(a?.v === 4 ? a.value : 0);
  const value = a === undefined ? 0n : a.v === 6 ? a.value : (0xffffn << 32n) | BigInt(a.value);
  let out = '';
  for (let i = 3; i >= 0; i--) out += hex4(Number((value >> BigInt(32 * i)) & 0xffffffffn));
  return out;
}

/** The 32 digits of an IPv6 address, in the order of its bytes. @see Linux's %pi6 */
export function hex6(a: IpAddr | undefined): string {
  return (a?.v === 6 ? a.value : 0n).toString(16).padStart(32, '0');
}

/** Eight groups of four digits. @see Linux's %pI6 */
export function hexPairs(value: bigint): string {
  return value
    .toString(16)
    .padStart(32, '0')
    .replace(/(.{4})(?=.)/g, '$1:');
}
