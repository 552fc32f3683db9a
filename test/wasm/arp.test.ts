/** Who is answered and believed by ARP: proxy ARP, arp_accept, arp_ignore. */
import { describe, expect, it } from 'vitest';
import * as abi from '../../wasm/abi.ts';
import { route, row } from './row.ts';
import { a4, answers, ping, text4 } from './world.ts';

describe('proxy ARP', () => {
  async function wide() {
    const w = await row();
    // The left host takes everything for its link.
    w.core.routeAdd(w.left, route('198.51.100.0', 24, w.l));
    w.core.confSet(w.router, w.rl, abi.CONF_PROXY_DELAY, 0);
    return w;
  }

  it('answers for what lies behind another device with proxy_arp', async () => {
    const { core, left, router, rl } = await wide();
    expect(answers(core, ping(core, left, '198.51.100.2'))).toEqual([]);
    core.confSet(router, rl, abi.CONF_PROXY_ARP, 1);
    core.run(core.now() + 4e9);
    expect(answers(core, ping(core, left, '198.51.100.2'))).toEqual(['198.51.100.2 0']);
  });

  it('answers for single addresses, after a delay of up to proxy_delay', async () => {
    const { core, left, router, rl } = await wide();
    core.confSet(router, rl, abi.CONF_PROXY_DELAY, 800);
    core.proxyAdd(rl, a4('198.51.100.2'));
    expect(core.proxies(router).map((p) => text4(p.ip))).toEqual(['198.51.100.2']);
    const s = ping(core, left, '198.51.100.2');
    expect(answers(core, s)).toEqual([]);
    core.run(core.now() + 0.9e9);
    expect(answers(core, s)).toEqual(['198.51.100.2 0']);
    expect(core.proxyDel(rl, a4('198.51.100.2'))).toBe(0);
    expect(core.proxyDel(rl, a4('198.51.100.2'))).toBe(-2);
  });
});

describe.each([['the device'], ['all devices']])('arp_accept of %s', (whose) => {
  it('notes a stranger that speaks of itself; without it only who is known is', async () => {
    const { core, left, router, l, rl } = await row();
    const known = (): string[] => core.neighs(router).map((n) => text4(n.ip));
    core.announce(l, a4('192.0.2.1'));
    expect(known()).toEqual([]);
    core.confSet(router, whose === 'the device' ? rl : abi.CONF_ALL, abi.CONF_ARP_ACCEPT, 1);
    core.announce(l, a4('192.0.2.1'));
    expect(known()).toEqual(['192.0.2.1']);
    core.confSet(router, whose === 'the device' ? rl : abi.CONF_ALL, abi.CONF_ARP_ACCEPT, 0);
    core.devSet(l, 'mac', 0x020000000009);
    core.announce(l, a4('192.0.2.1'));
    expect(core.neighs(router).map((n) => n.mac)).toEqual([0x020000000009]);
    expect(answers(core, ping(core, left, '192.0.2.2'))).toEqual(['192.0.2.2 0']);
  });
});

it('arp_ignore 1 answers only for addresses of the device that is asked', async () => {
  const { core, left, router, l, rl } = await row();
  core.routeAdd(left, route('198.51.100.1', 32, l));
  core.confSet(router, rl, abi.CONF_ARP_IGNORE, 1);
  expect(answers(core, ping(core, left, '198.51.100.1'))).toEqual([]);
  core.confSet(router, rl, abi.CONF_ARP_IGNORE, 0);
  core.run(core.now() + 4e9);
  expect(answers(core, ping(core, left, '198.51.100.1'))).toEqual(['198.51.100.1 0']);
});
