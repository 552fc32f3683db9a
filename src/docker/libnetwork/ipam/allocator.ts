/**
 * The default IPAM driver: pools of one address space, addresses by the lowest free.
 *
 * Limits: one address space (local). IPv6 pools are given out, but a pool holds at most 2^20 addresses at once.
 * @see moby daemon/libnetwork/ipams/defaultipam/allocator.go, address_space.go
 */
import { contains, formatIp, type IpAddr, last4, network, overlaps, type Prefix, sameIp } from '../../../base/ip.ts';
import { Failure } from '../../errdefs.ts';
import { addTo, firstFree, LOCAL_POOLS, type PoolBase } from './pools.ts';

const SPAN = 2 ** 20;

/** A pool that was given out, and its addresses in use. */
export interface Pool {
  readonly subnet: Prefix;
  /** Addresses are taken from here when none is asked for. */
  readonly range: Prefix;
  readonly used: Set<string>;
}

const OVERLAP = new Failure('forbidden', 'invalid pool request: Pool overlaps with other one on this address space');

/** Address in use. */
export const ADDRESS_IN_USE = new Failure('forbidden', 'Address already in use');
export const NO_ADDRESS = new Failure('system', "no available IPv4 addresses on this network's address pools");

export class Ipam {
  readonly #pools: Pool[] = [];

  constructor(readonly defaults: readonly PoolBase[] = LOCAL_POOLS) {}

  /** @param reserved prefixes that a pool chosen here must not overlap: the host's routes and name servers */
  requestPool(subnet?: Prefix, range?: Prefix, reserved: readonly Prefix[] = []): Pool | Failure {
    const taken = this.#pools.map((p) => p.subnet);
    const chosen = subnet ?? firstFree(this.defaults, [...taken, ...reserved]);
    if (!chosen) return new Failure('system', 'all predefined address pools have been fully subnetted');
    if (subnet && taken.some((t) => overlaps(t, subnet))) return OVERLAP;
    const pool: Pool = { subnet: network(chosen), range: network(range ?? chosen), used: new Set() };
    if (chosen.addr.v === 4 && chosen.bits < 31) {
      pool.used.add(formatIp(pool.subnet.addr));
      pool.used.add(formatIp({ v: 4, value: last4(chosen) }));
    } else if (chosen.addr.v === 6) pool.used.add(formatIp(pool.subnet.addr));
    this.#pools.push(pool);
    return pool;
  }

  releasePool(pool: Pool): void {
    const i = this.#pools.indexOf(pool);
    if (i >= 0) this.#pools.splice(i, 1);
  }

  /** A certain address, or the lowest free one of the range. */
  requestAddress(pool: Pool, wanted?: IpAddr): IpAddr | Failure {
    if (wanted) {
      if (!contains(pool.subnet, wanted)) return new Failure('invalid', 'Requested address is out of range');
      if (pool.used.has(formatIp(wanted))) return ADDRESS_IN_USE;
      pool.used.add(formatIp(wanted));
      return wanted;
    }
    const width = pool.range.addr.v === 4 ? 32 : 128;
    const span = Math.min(SPAN, 2 ** (width - pool.range.bits));
    for (let i = 0; i < span; i++) {
      const a = addTo(pool.range.addr, i);
      const text = formatIp(a);
      if (pool.used.has(text)) continue;
      pool.used.add(text);
      return a;
    }
    return NO_ADDRESS;
  }

  releaseAddress(pool: Pool, address: IpAddr): void {
    if (!sameIp(address, pool.subnet.addr)) pool.used.delete(formatIp(address));
  }
}
