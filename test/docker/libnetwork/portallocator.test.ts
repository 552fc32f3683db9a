import { expect, test } from 'vitest';
import { type IpAddr, parseIp } from '../../../src/base/ip.ts';
import { Failure } from '../../../src/docker/errdefs.ts';
import { PortAllocator } from '../../../src/docker/libnetwork/portallocator.ts';

const ip = (s: string): IpAddr => parseIp(s) as IpAddr;
const ANY = [ip('0.0.0.0'), ip('::')];

test('ports that may be any start at 32768 and go on, also past released ones', () => {
  const ports = new PortAllocator();
  expect(ports.request(ANY, 'tcp', 0, 0)).toBe(32768);
  expect(ports.request(ANY, 'tcp', 0, 0)).toBe(32769);
  ports.release(ANY, 'tcp', 32768);
  expect(ports.request(ANY, 'tcp', 0, 0)).toBe(32770);
});

test('each protocol and each address has its own count', () => {
  const ports = new PortAllocator();
  ports.request(ANY, 'tcp', 0, 0);
  expect(ports.request(ANY, 'udp', 0, 0)).toBe(32768);
  expect(ports.request([ip('127.0.0.1')], 'tcp', 0, 0)).toBe(32768);
});

test('a port that is taken is refused with the address', () => {
  const ports = new PortAllocator();
  expect(ports.request(ANY, 'tcp', 80, 80)).toBe(80);
  const again = ports.request(ANY, 'tcp', 80, 80);
  expect((again as Failure).message).toBe('Bind for 0.0.0.0:80 failed: port is already allocated');
  ports.release(ANY, 'tcp', 80);
  expect(ports.request(ANY, 'tcp', 80, 80)).toBe(80);
});

test('a range gives its ports one after the other until there is none', () => {
  const ports = new PortAllocator();
  expect([0, 1, 2].map(() => ports.request(ANY, 'tcp', 7000, 7002))).toEqual([7000, 7001, 7002]);
  expect(ports.request(ANY, 'tcp', 7000, 7002)).toBeInstanceOf(Failure);
});
