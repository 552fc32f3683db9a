/**
 * Options of sockets whose value is a structure: multicast groups.
 * @see ip(7): struct ip_mreqn; ipv6(7): struct ipv6_mreq
 */
import { type IpAddr, ip4, ip6 } from '../../../base/ip.ts';
import { EINVAL, type Errno } from '../../kernel/errno.ts';
import type { Fd, GroupInterface, Sys } from '../../kernel/sys.ts';

/** By (level, name): IP_MULTICAST_IF, IP_ADD_MEMBERSHIP, IP_DROP_MEMBERSHIP, and those of IPv6. */
export const GROUP_OPTIONS: ReadonlySet<string> = new Set(['0 32', '0 35', '0 36', '41 17', '41 20', '41 21']);

/** The address in 4 or 16 bytes. */
export function unpacked(bytes: Uint8Array): IpAddr {
  const value = bytes.reduce((all, b) => (all << 8n) | BigInt(b), 0n);
  return bytes.length === 4 ? ip4(Number(value)) : ip6(value);
}

/** An address in its 4 or 16 bytes. */
export function packed(ip: IpAddr): Uint8Array {
  const bits = ip.v === 4 ? 24n : 120n;
  return new Uint8Array(ip.v === 4 ? 4 : 16).map((_, i) =>
    Number((BigInt(ip.value) >> (bits - 8n * BigInt(i))) & 255n),
  );
}

/** A native int in bytes, 0 when it is not there. */
function int(bytes: Uint8Array, at: number): number {
  return bytes.length < at + 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset + at).getInt32(0, true);
}

/** setsockopt(2) of one of them. @param value its bytes; an int is taken where the kernel takes one */
export function setGroupOption(sys: Sys, fd: Fd, key: string, value: number | Uint8Array): Errno | 0 {
  const bytes = typeof value === 'number' ? new Uint8Array(new Int32Array([value]).buffer) : value;
  if (key === '41 17') return sys.multicastInterface(fd, { ifindex: int(bytes, 0) });
  const v6 = key.startsWith('41');
  if (bytes.length < (v6 ? 20 : key === '0 32' ? 4 : 8)) return EINVAL;
  if (key === '0 32') {
    const whole = bytes.length >= 8;
    return sys.multicastInterface(fd, {
      address: unpacked(bytes.slice(whole ? 4 : 0, whole ? 8 : 4)),
      ifindex: int(bytes, 8),
    });
  }
  const group = unpacked(bytes.slice(0, v6 ? 16 : 4));
  const on: GroupInterface = v6
    ? { ifindex: int(bytes, 16) }
    : { address: unpacked(bytes.slice(4, 8)), ifindex: int(bytes, 8) };
  const join = key === '0 35' || key === '41 20';
  return join ? sys.joinGroup(fd, group, on) : sys.leaveGroup(fd, group, on);
}
