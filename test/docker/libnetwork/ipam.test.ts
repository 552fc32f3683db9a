import { expect, test } from 'vitest';
import { formatIp, formatPrefix, parseIp, parsePrefix } from '../../../src/base/ip.ts';
import { Failure } from '../../../src/docker/errdefs.ts';
import { Ipam, type Pool } from '../../../src/docker/libnetwork/ipam/allocator.ts';
import { LOCAL_POOLS, poolNetworks } from '../../../src/docker/libnetwork/ipam/pools.ts';

const prefix = (s: string) => parsePrefix(s) as NonNullable<ReturnType<typeof parsePrefix>>;
const pool = (x: Pool | Failure): Pool => {
  if (x instanceof Failure) throw new Error(x.message);
  return x;
};
const text = (x: unknown): string => (x instanceof Failure ? x.message : formatIp(x as never));

test('default pools come in the engine order', () => {
  const all = [...poolNetworks(LOCAL_POOLS)].map(formatPrefix);
  expect(all.slice(0, 3)).toEqual(['172.17.0.0/16', '172.18.0.0/16', '172.19.0.0/16']);
  expect(all.slice(14, 17)).toEqual(['172.31.0.0/16', '192.168.0.0/20', '192.168.16.0/20']);
  expect(all).toHaveLength(31);
});

test('a pool that the host has a route into is passed over', () => {
  const ipam = new Ipam();
  expect(formatPrefix(pool(ipam.choosePool(4, [prefix('172.17.0.0/16')])).subnet)).toBe('172.18.0.0/16');
  const taken = pool(ipam.choosePool(4));
  expect(formatPrefix(taken.subnet)).toBe('172.17.0.0/16');
  ipam.releasePool(taken);
  expect(formatPrefix(pool(ipam.choosePool(4)).subnet)).toBe('172.17.0.0/16');
});

test('a subnet that overlaps another is refused', () => {
  const ipam = new Ipam();
  pool(ipam.requestPool(prefix('10.5.0.0/16')));
  const again = ipam.requestPool(prefix('10.5.1.0/24'));
  expect(again).toBeInstanceOf(Failure);
  expect((again as Failure).message).toBe('invalid pool request: Pool overlaps with other one on this address space');
});

test('addresses are the lowest free, network and broadcast are not given', () => {
  const ipam = new Ipam();
  const p = pool(ipam.requestPool(prefix('192.168.40.0/29')));
  const given = [1, 2, 3, 4, 5, 6].map(() => text(ipam.requestAddress(p)));
  expect(given).toEqual(['1', '2', '3', '4', '5', '6'].map((n) => `192.168.40.${n}`));
  expect(text(ipam.requestAddress(p))).toMatch(/^no available addresses/);
  ipam.releaseAddress(p, parseIp('192.168.40.3') as never);
  expect(text(ipam.requestAddress(p))).toBe('192.168.40.3');
  expect(text(ipam.requestAddress(p, parseIp('192.168.40.7')))).toBe('Address already in use');
});

test('a range gives its own first address, and any of the subnet when asked', () => {
  const ipam = new Ipam();
  const p = pool(ipam.requestPool(prefix('172.28.0.0/16'), prefix('172.28.5.0/24')));
  expect(text(ipam.requestAddress(p, parseIp('172.28.5.254')))).toBe('172.28.5.254');
  expect(text(ipam.requestAddress(p))).toBe('172.28.5.0');
  expect(text(ipam.requestAddress(p, parseIp('172.28.9.9')))).toBe('172.28.9.9');
});
