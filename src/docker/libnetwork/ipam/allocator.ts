/**
 * The default IPAM driver: pools of one address space, addresses by the lowest free.
 *
 * Limits: one address space (local). IPv6 pools are given out, but a pool holds at most 2^20 addresses at once.
 * @see moby daemon/libnetwork/ipams/defaultipam/allocator.go, address_space.go
 */
import {
  contains,
  formatIp,
  formatPrefix,
  type IpAddr,
  last4,
  network,
  overlaps,
  type Prefix,
  sameIp,
} from '../../../base/ip.ts';
import { Failure } from '../../errdefs.ts';
import { addTo, firstFree, LOCAL_POOLS, type PoolBase } from './pools.ts';

const SPAN = 2 ** 20;

/** A pool that was given out, and its addresses in use. */
export interface Pool {
  readonly subnet: Prefix;
  /** Addresses are taken from here when none is asked for. */
  readonly range: Prefix;
  readonly used: Set<string>;
  /** How far into the range the search for a free address begins: all before it are in use. */
  from: number;
}

/** A subnet in use: as a whole, or by ranges that share its addresses. */
interface Subnet {
  readonly prefix: Prefix;
  readonly used: Set<string>;
  readonly holders: Set<Pool>;
}

const OVERLAP = new Failure('forbidden', 'invalid pool request: Pool overlaps with other one on this address space');
const EXHAUSTED = new Failure('invalid', 'all predefined address pools have been fully subnetted');

/** Address in use. */
export const ADDRESS_IN_USE = new Failure('forbidden', 'Address already in use');
export const NO_ADDRESS = new Failure('unavailable', 'no available addresses on this pool');
const OUT_OF_RANGE = new Failure('invalid', 'requested address is out of range');

export class Ipam {
  readonly #subnets = new Map<string, Subnet>();

  /**
   * @param defaults the predefined pools, in order
   * @param serial addresses that came back are given out again only after all others, as managers of a swarm do
   */
  constructor(
    public defaults: readonly PoolBase[] = LOCAL_POOLS,
    readonly serial = false,
  ) {}

  /**
   * A pool of the predefined ones, for networks that ask for none.
   * @param reserved prefixes that it must not overlap: what the host reaches directly, its name servers
   */
  choosePool(version: 4 | 6, reserved: readonly Prefix[] = []): Pool | Failure {
    const taken = [...this.#subnets.values()].map((s) => s.prefix);
    const bases = this.defaults.filter((b) => b.base.addr.v === version);
    const chosen = firstFree(bases, [...taken, ...reserved]);
    return chosen ? this.#hold(chosen, chosen) : EXHAUSTED;
  }

  /**
   * @param range a part of the subnet. Only whole subnets are held against those in use: that of two networks with
   * ranges of one subnet is a bridge's business.
   */
  requestPool(subnet: Prefix, range?: Prefix): Pool | Failure {
    const whole = network(subnet);
    const part = range && range.bits >= whole.bits ? network(range) : whole;
    const present = this.#subnets.get(formatPrefix(whole));
    const held = present && [...present.holders].some((h) => formatPrefix(h.range) === formatPrefix(part));
    if (present && (!range || held)) return OVERLAP;
    if (!range && [...this.#subnets.values()].some((s) => overlaps(s.prefix, whole))) return OVERLAP;
    return this.#hold(whole, part);
  }

  #hold(prefix: Prefix, range: Prefix): Pool {
    const key = formatPrefix(prefix);
    const subnet = this.#subnets.get(key) ?? { prefix, used: reservedOf(prefix), holders: new Set() };
    this.#subnets.set(key, subnet);
    const pool: Pool = { subnet: prefix, range, used: subnet.used, from: 0 };
    subnet.holders.add(pool);
    return pool;
  }

  releasePool(pool: Pool): void {
    const key = formatPrefix(pool.subnet);
    const subnet = this.#subnets.get(key);
    subnet?.holders.delete(pool);
    if (subnet?.holders.size === 0) this.#subnets.delete(key);
  }

  /** A certain address, or the lowest free one of the range. */
  requestAddress(pool: Pool, wanted?: IpAddr): IpAddr | Failure {
    if (wanted) {
      if (!contains(pool.subnet, wanted)) return OUT_OF_RANGE;
      if (pool.used.has(formatIp(wanted))) return ADDRESS_IN_USE;
      pool.used.add(formatIp(wanted));
      return wanted;
    }
    const width = pool.range.addr.v === 4 ? 32 : 128;
    const span = Math.min(SPAN, 2 ** (width - pool.range.bits));
    for (let i = pool.from; i < span; i++) {
      const a = addTo(pool.range.addr, i);
      const text = formatIp(a);
      pool.from = i + 1;
      if (pool.used.has(text)) continue;
      pool.used.add(text);
      return a;
    }
    if (!this.serial || pool.used.size >= span) return NO_ADDRESS;
    pool.from = 0;
    return this.requestAddress(pool);
  }

  releaseAddress(pool: Pool, address: IpAddr): void {
    if (sameIp(address, pool.subnet.addr)) return;
    pool.used.delete(formatIp(address));
    if (this.serial) return;
    for (const p of this.#subnets.get(formatPrefix(pool.subnet))?.holders ?? [])
      p.from = Math.min(p.from, offset(p.range, address));
  }
}

/** How far into a range an address is; 0 before it. */
function offset(range: Prefix, a: IpAddr): number {
  return Math.max(0, Number(BigInt(a.value) - BigInt(range.addr.value)));
}

/** A subnet's first address, and with IPv4 its last, are no host's; but for /31 and /32. */
function reservedOf(p: Prefix): Set<string> {
  if (p.addr.v === 6) return new Set([formatIp(p.addr)]);
  return new Set(p.bits < 31 ? [formatIp(p.addr), formatIp({ v: 4, value: last4(p) })] : []);
}
