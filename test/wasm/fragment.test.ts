/** Fragmentation, reassembly and path MTU discovery, seen at the ends of a chain of routers. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Core, Hook, SockType, Table, Target } from '../../src/linux/core/core.ts';
import type { Wasm } from '../../src/linux/core/wasm.ts';
import { SLAB_IDS } from './slabs.ts';
import { a4, address, docker, gateway, machine, newCoreWithExports, ping, publish, sum16, text4 } from './world.ts';

type Raw = Wasm & { frameSend(dev: number, at: number, len: number): number; slabUsed(id: number): number };

const EMSGSIZE = -90;
const EAGAIN = -11;

async function newWorld(): Promise<{ core: Core; w: Raw }> {
  const { core, exports } = await newCoreWithExports();
  return { core, w: exports as Raw };
}

const held = (w: Raw): number[] =>
  [SLAB_IDS.packet, SLAB_IDS.buffer, SLAB_IDS.jumbo, SLAB_IDS.datagram].map((id) => w.slabUsed(id));

/** Machines in a row, link i with `mtus[i]`: 10.0.i.1 and 10.0.i.2 are its ends; all route both ways. */
function chain(core: Core, mtus: readonly number[]) {
  const nodes = [machine(core)];
  const devs: [number, number][] = [];
  mtus.forEach((mtu, i) => {
    const left = nodes[i]!;
    const right = machine(core);
    nodes.push(right);
    const [a, b] = core.vethAdd(left, `r${i}`, 0x020000000000 + i * 2, right, `l${i}`, 0x020000000001 + i * 2);
    for (const d of [a, b]) {
      core.devSet(d, 'mtu', mtu);
      core.devSet(d, 'up', 1);
    }
    address(core, left, a, `10.0.${i}.1`, 24);
    address(core, right, b, `10.0.${i}.2`, 24);
    core.nsSet(right, 'ip_forward', 1);
    devs.push([a, b]);
  });
  nodes.forEach((ns, i) => {
    for (let k = i + 1; k < mtus.length; k++)
      core.routeAdd(ns, { ...net(`10.0.${k}.0`), gw: a4(`10.0.${i}.2`), dev: devs[i]![0] });
    for (let k = 0; k < i - 1; k++)
      core.routeAdd(ns, { ...net(`10.0.${k}.0`), gw: a4(`10.0.${i - 1}.1`), dev: devs[i - 1]![1] });
  });
  return { first: nodes[0]!, last: nodes.at(-1)!, nodes, devs, far: `10.0.${mtus.length - 1}.2` };
}

const net = (ip: string) => ({ table: 254, dst: a4(ip), bits: 24, scope: 0, metric: 0, type: 1 });

function udp(core: Core, ns: number, port = 0): number {
  const s = core.sockOpen(ns, SockType.UDP, 4, 17);
  if (port) core.sockBind(s, a4('0.0.0.0'), port);
  return s;
}

const bytes = (n: number): Uint8Array => Uint8Array.from({ length: n }, (_, i) => (i * 31 + (i >> 8)) & 255);

test('a datagram of any size arrives intact over links of any MTU', async () => {
  const { core, w } = await newWorld();
  fc.assert(
    fc.property(
      fc.oneof(fc.integer({ min: 0, max: 65507 }), fc.integer({ min: 1400, max: 3100 })),
      fc.array(fc.integer({ min: 576, max: 1500 }), { minLength: 1, maxLength: 4 }),
      (size, mtus) => {
        const c = chain(core, mtus);
        const to = udp(core, c.last, 53);
        const from = udp(core, c.first);
        core.sockSet(from, 'mtu_discover', 0);
        // Neighbours first: no more than 101 packets wait for one.
        core.sockSend(from, bytes(1), a4(c.far), 53);
        core.run(core.now() + 5e9);
        core.sockRecvFrom(to);
        const data = bytes(size);
        expect(core.sockSend(from, data, a4(c.far), 53)).toBe(size);
        core.run(core.now() + 5e9);
        const got = core.sockRecvFrom(to);
        if (typeof got === 'number') throw new Error(`${size} bytes over ${mtus}: ${got}`);
        expect(Buffer.compare(got.data, data)).toBe(0);
        for (const ns of c.nodes) core.nsDel(ns);
        expect(held(w)).toEqual([0, 0, 0, 0]);
      },
    ),
    { numRuns: 60, seed: 1 },
  );
});

/** A fragment of a UDP datagram from cli to `to`, as a frame. */
function fragment(
  to: string,
  id: number,
  from: number,
  body: Uint8Array,
  more: boolean,
  mac = 0x22a49f7e0a1e,
): Uint8Array {
  const f = new Uint8Array(34 + body.length);
  for (let i = 0; i < 6; i++) f[i] = Math.floor(mac / 2 ** (8 * (5 - i))) & 255;
  f.set([0xea, 0x8f, 0x60, 0xa7, 0xbc, 0x85, 8, 0, 0x45, 0], 6);
  const words = [20 + body.length, id, (more ? 0x2000 : 0) | (from >> 3), (64 << 8) | 17, 0];
  words.forEach((v, i) => {
    f[16 + i * 2] = v >> 8;
    f[17 + i * 2] = v & 255;
  });
  f.set([172, 17, 0, 3], 26);
  f.set(a4(to).subarray(12), 30);
  const c = ~sum16(f, 14, 34) & 0xffff;
  f[24] = c >> 8;
  f[25] = c & 255;
  f.set(body, 34);
  return f;
}

function inject(w: Raw, dev: number, frame: Uint8Array): void {
  const at = w.scratch() + 4096;
  new Uint8Array(w.memory.buffer).set(frame, at);
  w.frameSend(dev, at, frame.length);
}

/** A UDP datagram without a checksum: ports 9 to 5000, `n` bytes. */
function datagram(n: number): Uint8Array {
  const d = bytes(8 + n);
  d.set([0, 9, 0x13, 0x88, (8 + n) >> 8, (8 + n) & 255, 0, 0]);
  return d;
}

test('fragments may come in any order and more than once', async () => {
  const { core, w } = await newWorld();
  const lab = docker(core);
  const s = udp(core, lab.host, 5000);
  let id = 0;
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 1, max: 175 }), { maxLength: 12 }),
      fc.infiniteStream(fc.nat()),
      (cuts, rnd) => {
        const whole = datagram(1400);
        const at = [0, ...cuts.sort((a, b) => a - b).map((c) => c * 8), whole.length];
        const parts = at.slice(1).map((end, i) => [at[i]!, end] as const);
        const key = parts.map(() => rnd.next().value as number);
        const order = parts.map((_, i) => i).sort((a, b) => key[a]! - key[b]!);
        id++;
        const one = (i: number): Uint8Array =>
          fragment('172.17.0.1', id, parts[i]![0], whole.subarray(...parts[i]!), parts[i]![1] < whole.length);
        order.forEach((i, n) => {
          inject(w, lab.cli.eth, one(i));
          if (n === 0 && order.length > 1) inject(w, lab.cli.eth, one(i));
        });
        const got = core.sockRecvFrom(s);
        if (typeof got === 'number') throw new Error(`nothing came: ${got}`);
        expect(Buffer.compare(got.data, whole.subarray(8))).toBe(0);
        expect(core.sockRecvFrom(s)).toBe(EAGAIN);
      },
    ),
    { numRuns: 100, seed: 1 },
  );
  core.run(core.now() + 60e9);
  expect(held(w)).toEqual([0, 0, 0, 0]);
});

test('random fragments never trap, and none stays', async () => {
  const { core, w } = await newWorld();
  const lab = docker(core);
  publish(core, lab.host);
  udp(core, lab.host, 5000);
  const piece = fc.record({
    to: fc.constantFrom('172.17.0.1', '172.17.0.2', '192.168.56.13'),
    id: fc.integer({ min: 1, max: 3 }),
    from: fc.oneof(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 8150, max: 8191 })),
    body: fc.uint8Array({ maxLength: 100, size: 'max' }),
    more: fc.boolean(),
    mac: fc.constantFrom(0x22a49f7e0a1e, 0x9ae3d0a70464, 0xffffffffffff),
  });
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 40 }), (list) => {
      for (const p of list) inject(w, lab.cli.eth, fragment(p.to, p.id, p.from * 8, p.body, p.more, p.mac));
      core.run(core.now() + 60e9);
      expect(held(w)).toEqual([0, 0, 0, 0]);
    }),
    { numRuns: 150, seed: 1 },
  );
});

test('an overlap ends the datagram; what never becomes whole is told of after 30 s', async () => {
  const { core, w } = await newWorld();
  const lab = docker(core);
  const s = udp(core, lab.host, 5000);
  const told = core.sockOpen(lab.cli.ns, SockType.RAW, 4, 1);
  const d = datagram(100);
  inject(w, lab.cli.eth, fragment('172.17.0.1', 1, 0, d.subarray(0, 64), true));
  inject(w, lab.cli.eth, fragment('172.17.0.1', 1, 56, d.subarray(56), false));
  inject(w, lab.cli.eth, fragment('172.17.0.1', 1, 64, d.subarray(64), false));
  expect(core.sockRecvFrom(s)).toBe(EAGAIN);
  inject(w, lab.cli.eth, fragment('172.17.0.1', 2, 0, d.subarray(0, 64), true));
  core.run(core.now() + 29e9);
  expect(core.sockRecvFrom(told)).toBe(EAGAIN);
  core.run(core.now() + 5e9);
  const got = core.sockRecvFrom(told);
  if (typeof got === 'number') throw new Error(`no ICMP: ${got}`);
  expect([text4(got.ip), got.data[20], got.data[21]]).toEqual(['172.17.0.1', 11, 1]);
});

test('more datagrams than there is room for are dropped and counted, and leave nothing', async () => {
  const { core, w } = await newWorld();
  const lab = docker(core);
  const before = core.drops()[42] ?? 0;
  for (let id = 1; id <= 400; id++) inject(w, lab.cli.eth, fragment('172.17.0.1', id, 0, bytes(64), true));
  expect((core.drops()[42] ?? 0) - before).toBe(400 - 255);
  core.run(core.now() + 60e9);
  expect(held(w)).toEqual([0, 0, 0, 0]);
});

test('UDP learns the path MTU: EMSGSIZE with DO, smaller without', async () => {
  const { core } = await newWorld();
  const c = chain(core, [1500, 1400, 1500]);
  const to = udp(core, c.last, 53);
  const s = udp(core, c.first);
  core.sockConnect(s, a4(c.far), 53);
  core.sockSet(s, 'mtu_discover', 2);
  core.sockSet(s, 'recverr', 1);
  expect(core.sockSend(s, bytes(1473))).toBe(EMSGSIZE);
  expect(core.sockRecvFrom(s)).toMatchObject({ error: { local: true, mtu: 1500, errno: 90 } });
  expect(core.sockSend(s, bytes(1472))).toBe(1472);
  core.run(core.now() + 1e9);
  expect(core.sockRecvFrom(s)).toMatchObject({ error: { local: false, type: 3, code: 4, mtu: 1400 } });
  expect(core.sockSend(s, bytes(1373))).toBe(EMSGSIZE);
  expect(core.sockSend(s, bytes(1372))).toBe(1372);
  core.sockSet(s, 'mtu_discover', 1);
  expect(core.sockSend(s, bytes(1472))).toBe(1472);
  core.run(core.now() + 1e9);
  expect(
    [core.sockRecvFrom(to), core.sockRecvFrom(to)].map((d) => (typeof d === 'number' ? d : d.data.length)),
  ).toEqual([1372, 1472]);
  // Ten minutes later it is forgotten.
  core.run(core.now() + 601e9);
  core.sockSet(s, 'mtu_discover', 2);
  core.sockRecvFrom(s);
  expect(core.sockSend(s, bytes(1472))).toBe(1472);
});

test('TCP crosses a smaller middle link', async () => {
  const { core } = await newWorld();
  const c = chain(core, [1500, 1200, 1500]);
  const l = core.sockOpen(c.last, SockType.TCP, 4, 6);
  core.sockBind(l, a4('0.0.0.0'), 80);
  core.sockListen(l, 5);
  const s = core.sockOpen(c.first, SockType.TCP, 4, 6);
  core.sockConnect(s, a4(c.far), 80);
  core.run(core.now() + 1e9);
  const peer = core.sockAccept(l);
  expect(peer).toBeGreaterThan(0);
  const data = bytes(50000);
  expect(core.sockSend(s, data)).toBe(50000);
  core.run(core.now() + 1e9);
  const got: number[] = [];
  for (
    let part = core.sockRecv(peer, 65536);
    typeof part !== 'number' && part.length > 0;
    part = core.sockRecv(peer, 65536)
  )
    got.push(...part);
  expect(Buffer.compare(Uint8Array.from(got), data)).toBe(0);
});

test('NAT carries fragmented UDP both ways, as fragments', async () => {
  const { core, w } = await newWorld();
  const lab = docker(core);
  gateway(core, lab.lan, lab.peer, '192.168.56.11');
  publish(core, lab.host);
  const web = udp(core, lab.web.ns, 5000);
  const s = udp(core, lab.lan);
  const cap = core.captureAdd(lab.web.ns, lab.web.eth, 65535);
  core.sockSend(s, bytes(4000), a4('192.168.56.11'), 8080);
  core.run(core.now() + 1e9);
  const got = core.sockRecvFrom(web);
  if (typeof got === 'number') throw new Error(`web got nothing: ${got}`);
  expect([text4(got.ip), got.data.length]).toEqual(['192.168.56.13', 4000]);
  core.sockSend(web, bytes(5000), got.ip, got.port);
  core.run(core.now() + 1e9);
  const back = core.sockRecvFrom(s);
  if (typeof back === 'number') throw new Error(`no answer: ${back}`);
  expect([text4(back.ip), back.port, back.data.length]).toEqual(['192.168.56.11', 8080, 5000]);
  const sizes: number[] = [];
  for (let f = core.captureRead(cap); f; f = core.captureRead(cap))
    if (f.bytes[12] === 8 && f.bytes[13] === 0) sizes.push(f.bytes.length);
  expect(sizes).toEqual([1514, 1514, 1082, 1514, 1514, 1514, 602]);
  core.run(core.now() + 60e9);
  expect(held(w)).toEqual([0, 0, 0, 0]);
});

test('bridged fragments cross whole or not at all, and as they were', async () => {
  const { core, w } = await newWorld();
  const lab = docker(core);
  for (const nat of [false, true]) {
    if (nat) publish(core, lab.host);
    const p = ping(core, lab.cli.ns, '172.17.0.2', nat ? 8 : 7, 1, 3000);
    core.run(core.now() + 1e9);
    const got: number[] = [];
    for (let d = core.sockRecvFrom(p); typeof d !== 'number'; d = core.sockRecvFrom(p)) got.push(d.data.length);
    expect(got).toContain(3028);
  }
  core.run(core.now() + 60e9);
  expect(held(w)).toEqual([0, 0, 0, 0]);
});

test('what does not fit on the way an own address was rewritten to says nothing about that address', async () => {
  const { core } = await newWorld();
  const { first } = chain(core, [1300]);
  const to = { toIp: a4('10.0.0.2'), toPort: [80, 80] as const };
  core.nfRuleAdd(core.nfBuiltin(first, 4, Table.NAT, Hook.OUTPUT), -1, {
    proto: 17,
    dport: [80, 80],
    target: Target.DNAT,
    ...to,
  });
  const s = udp(core, first);
  core.sockSet(s, 'mtu_discover', 2);
  core.sockSend(s, bytes(1400), a4('10.0.0.1'), 80);
  expect(core.sockSend(s, bytes(1400), a4('10.0.0.1'), 53)).toBe(1400);
});
