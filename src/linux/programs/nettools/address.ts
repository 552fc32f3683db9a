/** Addresses and masks as net-tools read them. @see net-tools lib/inet.c */
import { type IpAddr, ip4, parseIp } from '../../../base/ip.ts';
import { getaddrinfo } from '../resolve.ts';
import type { Context } from '../spec.ts';

/** Bits of a netmask; undefined when it has holes. */
export function maskBits(text: string): number | undefined {
  const ip = parseIp(text);
  if (ip?.v !== 4) return undefined;
  const inverted = ~ip.value >>> 0;
  return (inverted & (inverted + 1)) === 0 ? 32 - Math.log2(inverted + 1) : undefined;
}

/** The bits that an address of a class has. */
export function classBits(ip: number): number {
  const first = ip >>> 24;
  return first < 128 ? 8 : first < 192 ? 16 : first < 224 ? 24 : 32;
}

/** The network of an address. */
export const masked = (value: number, bits: number): IpAddr =>
  ip4(bits === 0 ? 0 : (value & (-1 << (32 - bits))) >>> 0);

/** An address, or that of a name. */
export async function address(ctx: Context, text: string): Promise<IpAddr | undefined> {
  const found = await getaddrinfo(ctx.sys, text, 4);
  return typeof found === 'string' ? undefined : found.addrs[0];
}
