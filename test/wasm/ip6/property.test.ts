/** Frames that are random, and frames that were right before something changed: nothing traps, nothing is lost. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Core, Hook, SockType, Table, Target } from '../../../src/linux/core/core.ts';
import type { Wasm } from '../../../src/linux/core/wasm.ts';
import { SLAB_IDS } from '../slabs.ts';
import { a6, newCore, newCoreWithExports, sum16 } from '../world.ts';
import { checksum6Holds, ping6, routed, wait } from './world6.ts';

type Raw = Wasm & { frameSend(dev: number, at: number, len: number): number; slabUsed(id: number): number };

/** Records of packets and of datagrams being put together; all come back when nothing is in flight. */
const inFlight = (w: Raw): number[] =>
  [SLAB_IDS.packet, SLAB_IDS.buffer, SLAB_IDS.jumbo, SLAB_IDS.datagram6].map((id) => w.slabUsed(id));

function send(w: Raw, dev: number, frame: Uint8Array): void {
  const at = w.scratch() + 4096;
  new Uint8Array(w.memory.buffer).set(frame, at);
  w.frameSend(dev, at, frame.length);
}

const ROUTER_MAC = [0x02, 0, 0, 0, 0, 0xa1];
const HOST_MAC = [0x02, 0, 0, 0, 0, 0x0a];
const GROUP_MAC = [0x33, 0x33, 0, 0, 0, 1];

/** An extension header: its type, and its bytes but for the first, which names what follows. */
const extension = fc.oneof(
  fc.record({
    type: fc.constantFrom(0, 43, 60, 51),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 30 }).map((b) => {
      const n = Math.ceil((b.length + 2) / 8);
      const out = new Uint8Array(n * 8);
      out.set(b, 2);
      out[1] = (b[0] ?? 0) < 20 ? (b[0] ?? 0) : n - 1;
      return out;
    }),
  }),
  fc
    .record({ offset: fc.integer({ min: 0, max: 200 }), more: fc.boolean(), id: fc.integer({ min: 0, max: 3 }) })
    .map(({ offset, more, id }) => {
      const word = (offset << 3) | (more ? 1 : 0);
      return { type: 44, bytes: new Uint8Array([0, 0, word >> 8, word & 255, 0, 0, 0, id]) };
    }),
);

const addresses = ['2001:db8:1::2', '2001:db8:1::1', '2001:db8:2::2', '2001:db8:9::1', 'fe80::ff:fe00:a', '::', '::1'];
const targets = [...addresses, 'ff02::1', 'ff02::1:ff00:1', 'ff0e::9', 'fe80::ff:fe00:a1'];

const frame = fc
  .record({
    mac: fc.constantFrom(ROUTER_MAC, ROUTER_MAC, GROUP_MAC, HOST_MAC),
    first: fc.constantFrom(0x60, 0x60, 0x60, 0x6f, 0x45),
    hops: fc.constantFrom(64, 255, 1, 0),
    src: fc.constantFrom(...addresses),
    dst: fc.constantFrom(...targets),
    upper: fc.constantFrom(58, 58, 6, 17, 59, 47),
    type: fc.constantFrom(1, 2, 3, 4, 128, 129, 133, 134, 135, 136, 137, 143),
    extensions: fc.array(extension, { maxLength: 3 }),
    body: fc.uint8Array({ minLength: 0, maxLength: 120 }),
    right: fc.boolean(),
    trim: fc.integer({ min: -8, max: 8 }),
  })
  .map((g) => {
    const ext = g.extensions.reduce((n, e) => n + e.bytes.length, 0);
    const f = new Uint8Array(54 + ext + g.body.length);
    f.set([...g.mac, ...HOST_MAC, 0x86, 0xdd, g.first]);
    const length = ext + g.body.length + (g.right ? 0 : g.trim);
    f.set([(length >> 8) & 255, length & 255, g.extensions[0]?.type ?? g.upper, g.hops], 18);
    f.set(a6(g.src), 22);
    f.set(a6(g.dst), 38);
    let at = 54;
    g.extensions.forEach((e, i) => {
      f.set(e.bytes, at);
      f[at] = g.extensions[i + 1]?.type ?? g.upper;
      at += e.bytes.length;
    });
    f.set(g.body, at);
    if (g.upper === 58 && g.body.length >= 4) {
      f[at] = g.type;
      if (g.type >= 133 && g.right) f[at + 1] = 0;
    }
    const field = g.upper === 58 ? 2 : g.upper === 6 ? 16 : 6;
    if (g.right && g.body.length >= field + 2) {
      f[at + field] = f[at + field + 1] = 0;
      const sum = ~sum16(f, at, f.length, sum16(f, 22, 54, g.upper + g.body.length)) & 0xffff;
      f.set([sum >> 8, sum & 255], at + field);
    }
    return f;
  });

/** A router that tracks, translates and rejects. */
function rules(core: Core, router: number): void {
  const chain = (table: number, hook: number): number => core.nfBuiltin(router, 6, table, hook);
  core.nfRuleAdd(chain(Table.NAT, Hook.POSTROUTING), -1, { out: 'eth1', target: Target.MASQUERADE });
  core.nfRuleAdd(chain(Table.NAT, Hook.PREROUTING), -1, {
    proto: 17,
    dport: [0, 30000],
    target: Target.DNAT,
    toIp: a6('2001:db8:2::2'),
    toPort: [53, 53],
  });
  core.nfRuleAdd(chain(Table.FILTER, Hook.FORWARD), -1, { proto: 6, target: Target.REJECT, value: 255, mask: 0 });
  core.nfRuleAdd(chain(Table.FILTER, Hook.INPUT), -1, { proto: 47, target: Target.REJECT, value: 1, mask: 1 });
}

test('random and mutated frames never trap, and every packet comes back to the pool', async () => {
  const { core, exports } = await newCoreWithExports();
  const w = exports as Raw;
  const lab = routed(core);
  rules(core, lab.router);
  wait(core, 3);
  const before = inFlight(w);
  fc.assert(
    fc.property(fc.array(frame, { minLength: 1, maxLength: 20 }), (frames) => {
      for (const f of frames) send(w, lab.l, f);
      // A fragment waits 60 s for the rest of its datagram.
      wait(core, 70);
      expect(inFlight(w)).toEqual(before);
    }),
    { numRuns: 300, seed: 1 },
  );
  // Something got through: the test has looked at more than the first check.
  expect(core.drops().filter((n) => n > 0).length).toBeGreaterThan(8);
});

test('whatever the sizes and the translations, transport checksums are right where frames arrive', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ size: fc.integer({ min: 0, max: 3000 }), port: fc.integer({ min: 1, max: 65535 }) }), {
        minLength: 1,
        maxLength: 6,
      }),
      fc.constantFrom(1500, 1400, 1280),
      async (sends, mtu) => {
        const core = await newCore();
        const lab = routed(core, mtu);
        rules(core, lab.router);
        wait(core, 3);
        const caps = [core.captureAdd(lab.left, lab.l, 0), core.captureAdd(lab.right, lab.r, 0)];
        for (const { size, port } of sends) {
          const s = core.sockOpen(lab.left, SockType.UDP, 6, 0);
          core.sockSend(s, new Uint8Array(size).fill(port & 255), a6('2001:db8:2::2'), port);
          ping6(core, lab.left, '2001:db8:2::2', size);
          const t = core.sockOpen(lab.left, SockType.TCP, 6, 0);
          core.sockConnect(t, a6('2001:db8:2::2'), port);
        }
        wait(core, 1);
        let seen = 0;
        for (const cap of caps)
          for (let f = core.captureRead(cap); f; f = core.captureRead(cap)) {
            seen++;
            expect(checksum6Holds(f.bytes)).toBe(true);
          }
        expect(seen).toBeGreaterThan(3 * sends.length);
      },
    ),
    { numRuns: 15, seed: 1 },
  );
});
