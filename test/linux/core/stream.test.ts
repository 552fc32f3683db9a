/** Streams that meet loss, reordering, small windows and slow readers deliver every byte in order. */
import { describe, expect, it } from 'vitest';
import { type Core, Target } from '../../../src/linux/core/core.ts';
import { bridged, freshCore, ip, listener, ok, pass, pattern, take, tcp } from './build.ts';

interface Pair {
  readonly core: Core;
  readonly client: number;
  readonly child: number;
  readonly gateNs: number;
  readonly ports: readonly number[];
}

async function connected(seed = 1): Promise<Pair> {
  const core = await freshCore(seed);
  const { gate, hosts } = bridged(core);
  const [a, b] = hosts as [(typeof hosts)[0], (typeof hosts)[0]];
  const server = listener(core, b.ns, 5000);
  const client = tcp(core, a.ns);
  core.sockConnect(client, ip('192.0.2.11'), 5000);
  return { core, client, child: ok(core.sockAccept(server)), gateNs: gate.ns, ports: [a.dev, b.dev] };
}

/** Sends all of `data`, letting time pass and the reader read; gives up after `limit` rounds. */
function pump(
  p: Pair,
  data: Uint8Array,
  each: (round: number) => void = () => {},
  limit = 4000,
  want = data.length,
): Uint8Array {
  const out = new Uint8Array(want + 1);
  let have = 0;
  let sent = 0;
  for (let round = 0; round < limit && have < want; round++) {
    each(round);
    if (sent < data.length) {
      const n = p.core.sockSend(p.client, data.subarray(sent));
      if (n > 0) sent += n;
      else if (n !== -11) throw new Error(`send: errno ${-n}`);
    }
    const got = take(p.core, p.child);
    out.set(got, have);
    have += got.length;
    pass(p.core, 10);
  }
  return out.subarray(0, have);
}

const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((x, i) => x === b[i]);

describe('a stream arrives whole', () => {
  it('300 KB without loss, and the pools come back', async () => {
    const p = await connected();
    const data = pattern(300_000);
    expect(same(pump(p, data), data)).toBe(true);
  });

  it('over loopback with segments of 64 KB', async () => {
    const core = await freshCore();
    const { gate } = bridged(core);
    const server = listener(core, gate.ns, 9000);
    const client = tcp(core, gate.ns);
    core.sockConnect(client, ip('127.0.0.1'), 9000);
    const child = ok(core.sockAccept(server));
    const data = pattern(500_000);
    expect(same(pump({ core, client, child, gateNs: gate.ns, ports: [] }, data), data)).toBe(true);
  });

  for (const [on, off] of [
    [1, 7],
    [2, 5],
    [1, 2],
    [3, 3],
  ] as const) {
    it(`while the bridge drops everything ${on} of ${on + off} rounds`, async () => {
      const p = await connected(on * 10 + off);
      p.core.nsSet(p.gateNs, 'bridge_nf_call_iptables', 1);
      const forward = p.core.nfBuiltin(p.gateNs, 4, 2, 2);
      const data = pattern(60_000);
      let rule = 0;
      const got = pump(p, data, (round) => {
        const drop = round % (on + off) < on;
        if (drop && rule === 0) rule = ok(p.core.nfRuleAdd(forward, -1, { proto: 6, target: Target.DROP }));
        if (!drop && rule !== 0) {
          p.core.nfRuleDel(forward, rule);
          rule = 0;
        }
      });
      expect(same(got, data)).toBe(true);
      expect(p.core.drops().reduce((n, d) => n + d, 0)).toBeGreaterThan(0);
    });
  }

  it('while a rate limit drops single segments: fast retransmit repairs holes', async () => {
    const p = await connected(5);
    p.core.nsSet(p.gateNs, 'bridge_nf_call_iptables', 1);
    const forward = p.core.nfBuiltin(p.gateNs, 4, 2, 2);
    ok(p.core.nfRuleAdd(forward, -1, { proto: 6, limitNs: 700_000, limitBurst: 12, target: Target.ACCEPT }));
    ok(p.core.nfRuleAdd(forward, -1, { proto: 6, target: Target.DROP }));
    const data = pattern(120_000);
    expect(
      same(
        pump(p, data, () => {}, 20_000),
        data,
      ),
    ).toBe(true);
    expect(p.core.drops().reduce((n, d) => n + d, 0)).toBeGreaterThan(5);
  });

  it('across links with delay', async () => {
    const p = await connected(9);
    for (const dev of p.ports) p.core.devSet(dev, 'latencyNs', 20e6);
    const data = pattern(200_000);
    expect(same(pump(p, data), data)).toBe(true);
  });

  it('to a reader that sleeps: the window shuts, probes find it open again', async () => {
    const p = await connected(3);
    const data = pattern(600_000);
    let sent = 0;
    for (let n = 1; n > 0; ) {
      n = p.core.sockSend(p.client, data.subarray(sent));
      if (n > 0) sent += n;
      pass(p.core, 50);
    }
    expect(sent).toBeLessThan(data.length);
    pass(p.core, 30_000);
    const rest = pump(p, data.subarray(sent), () => {}, 4000, data.length);
    expect(rest.length).toBe(data.length);
    expect(same(rest, data)).toBe(true);
  });
});
