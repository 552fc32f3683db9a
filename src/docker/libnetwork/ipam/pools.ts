/**
 * Address pools that networks get when they ask for none, in the engine's order: 172.17.0.0/16 … 172.31.0.0/16, then
 * 192.168.0.0/16 in /20 steps.
 * @see moby daemon/libnetwork/ipamutils/utils.go
 */
import { type IpAddr, ip4, ip6, overlaps, type Prefix, parsePrefix } from '../../../base/ip.ts';

/** A base that is split into networks of `size` bits. */
export interface PoolBase {
  readonly base: Prefix;
  readonly size: number;
}

const base = (text: string, size: number): PoolBase => ({ base: parsePrefix(text) as Prefix, size });

/** `--default-address-pool`'s built-in value for scope local. */
export const LOCAL_POOLS: readonly PoolBase[] = [
  base('172.17.0.0/16', 16),
  base('172.18.0.0/15', 16),
  base('172.20.0.0/14', 16),
  base('172.24.0.0/14', 16),
  base('172.28.0.0/14', 16),
  base('192.168.0.0/16', 20),
];

/** The unique local /48 of a host, split into /64. @param globalId 40 bits @see RFC 4193 §3 */
export function uniqueLocal(globalId: bigint): PoolBase {
  return { base: { addr: ip6((0xfdn << 120n) | (globalId << 80n)), bits: 48 }, size: 64 };
}

/** All networks of the pools, in order. */
export function* poolNetworks(pools: readonly PoolBase[]): Generator<Prefix> {
  for (const { base, size } of pools) {
    const count = 2 ** (size - base.bits);
    for (let i = 0; i < count; i++) {
      const { addr } = base;
      if (addr.v === 4) yield { addr: ip4(addr.value + i * 2 ** (32 - size)), bits: size };
      else yield { addr: ip6(addr.value + (BigInt(i) << BigInt(128 - size))), bits: size };
    }
  }
}

/** The first network that overlaps none of those in use. */
export function firstFree(pools: readonly PoolBase[], used: readonly Prefix[]): Prefix | undefined {
  for (const candidate of poolNetworks(pools)) if (!used.some((u) => overlaps(u, candidate))) return candidate;
  return undefined;
}

/** `a` + n, in the family of `a`. */
export function addTo(a: IpAddr, n: number): IpAddr {
  return a.v === 4 ? ip4(a.value + n) : { v: 6, value: a.value + BigInt(n) };
}
