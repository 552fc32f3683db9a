/** Three machines in a row, and routes for them. */
import type { CoreAnswer } from '../../src/linux/core/core.ts';
import { a4, address, gateway, machine, newCore } from './world.ts';

/** Left 192.0.2.1 – .2 router 198.51.100.1 – .2 right, with default routes to the router. */
export async function row() {
  const core = await newCore();
  const [left, router, right] = [machine(core), machine(core), machine(core)];
  const [l, rl] = core.vethAdd(left, 'eth0', 0x020000000001, router, 'eth0', 0x020000000002);
  const [r, rr] = core.vethAdd(right, 'eth0', 0x020000000003, router, 'eth1', 0x020000000004);
  for (const d of [l, rl, r, rr]) core.devSet(d, 'up', 1);
  address(core, left, l, '192.0.2.1', 24);
  address(core, router, rl, '192.0.2.2', 24);
  address(core, router, rr, '198.51.100.1', 24);
  address(core, right, r, '198.51.100.2', 24);
  gateway(core, left, l, '192.0.2.2');
  gateway(core, right, r, '198.51.100.1');
  core.nsSet(router, 'ip_forward', 1);
  return { core, left, router, right, l, rl, r, rr };
}

/** A unicast route of the main table. */
export const route = (dst: string, bits: number, dev: number, more: object = {}) => ({
  table: 254,
  dst: a4(dst),
  bits,
  dev,
  scope: 253,
  metric: 0,
  type: 1,
  ...more,
});

/** @throws where there is none */
export const found = (r: CoreAnswer | number): CoreAnswer => {
  if (typeof r === 'number') throw new Error(`no route: ${r}`);
  return r;
};
