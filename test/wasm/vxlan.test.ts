import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Core, type CoreVxlan, Hook, SockType, Table, Target } from '../../src/linux/core/core.ts';
import { dissect } from '../../src/linux/core/dissect.ts';
import * as abi from '../../wasm/abi.ts';
import { SLAB_IDS } from './slabs.ts';
import { a4, address, answers, checksumsHold, machine, newCore, newCoreWithExports, ping } from './world.ts';

const ip = (text: string): number => text.split('.').reduce((n, part) => n * 256 + Number(part), 0);
const VNI = 4097;

const settings = (over: Partial<CoreVxlan> = {}): CoreVxlan => ({
  vni: VNI,
  remote: 0,
  local: 0,
  lower: 0,
  port: 4789,
  sport: [0, 0],
  ttl: 0,
  tos: 0,
  df: 0,
  flags: abi.VXLAN_LEARN,
  max: 0,
  ageingNs: 300e9,
  ...over,
});

/** A host on the LAN with an overlay as Docker builds it: a sandbox with a bridge, a VXLAN made outside, a container. */
function overlayHost(core: Core, lan: number, n: number, over: Partial<CoreVxlan> = {}) {
  const host = machine(core);
  const [port, eth0] = core.vethAdd(lan, `p${n}`, 0x020000000100 + n, host, 'eth0', 0x525400380010 + n);
  core.devSet(port, 'up', 1);
  core.devSet(eth0, 'up', 1);
  address(core, host, eth0, `192.168.56.1${n}`, 24);
  const sandbox = machine(core);
  const br0 = core.bridgeAdd(sandbox, 'br0', 0x020000000b00 + n);
  const vx = core.vxlanAdd(host, 'vxlan0', 0x020000000c00 + n, settings(over));
  expect(core.devMove(vx, sandbox)).toBe(0);
  core.devSet(vx, 'master', br0);
  core.devSet(br0, 'up', 1);
  expect(core.devSet(vx, 'up', 1)).toBe(0);
  const box = machine(core);
  const mac = 0x02420a000100 + n;
  const [outer, eth] = core.vethAdd(sandbox, 'veth0', 0x020000000d00 + n, box, 'eth0', mac);
  core.devSet(outer, 'master', br0);
  core.devSet(outer, 'up', 1);
  core.devSet(eth, 'up', 1);
  core.devSet(eth, 'mtu', 1450);
  address(core, box, eth, `10.0.1.${n}`, 24);
  return { host, port, eth0, sandbox, br0, vx, box, eth, mac, lanIp: `192.168.56.1${n}`, ip: `10.0.1.${n}` };
}

type Node = ReturnType<typeof overlayHost>;

function knows(core: Core, at: Node, peer: Node): void {
  core.vfdbSet(at.vx, { mac: peer.mac, dst: ip(peer.lanIp), state: 0xc0 }, abi.FDB_CREATE);
  core.neighSet(at.vx, a4(peer.ip), peer.mac, true);
}

function overlay(core: Core, over: Partial<CoreVxlan> = {}) {
  const lan = machine(core);
  const bridge = core.bridgeAdd(lan, 'br-lan', 0x020000000001);
  core.devSet(bridge, 'up', 1);
  const a = overlayHost(core, lan, 1, over);
  const b = overlayHost(core, lan, 2, over);
  for (const h of [a, b]) core.devSet(h.port, 'master', bridge);
  return { lan, bridge, a, b };
}

const PROXY = abi.VXLAN_LEARN | abi.VXLAN_PROXY | abi.VXLAN_L2MISS | abi.VXLAN_L3MISS;

function frames(core: Core, cap: number): Uint8Array[] {
  const out: Uint8Array[] = [];
  for (let f = core.captureRead(cap); f; f = core.captureRead(cap)) out.push(f.bytes.slice());
  return out;
}

test("a ping across Docker's overlay: what the wire carries is what was recorded, and ARP does not cross", async () => {
  const core = await newCore();
  const { a, b } = overlay(core, { flags: PROXY });
  knows(core, a, b);
  knows(core, b, a);
  const cap = core.captureAdd(a.host, a.eth0, 0);
  const s = ping(core, a.box, b.ip);
  expect(answers(core, s)).toContain('10.0.1.2 0');
  const seen = frames(core, cap)
    .map(dissect)
    .filter((p) => !p.arp);
  expect(
    seen.map((p) => [text(p.ip?.src.value), text(p.ip?.dst.value), p.udp?.dport, p.vxlan?.vni, p.vxlan?.flags]),
  ).toEqual([
    ['192.168.56.11', '192.168.56.12', 4789, VNI, 8],
    ['192.168.56.12', '192.168.56.11', 4789, VNI, 8],
  ]);
  // 06c-vxlan.pcap: TTL 64, no DF, 134 bytes of IP around 84, both directions from the same source port
  for (const p of seen) expect([p.ip?.ttl, p.ip?.h4?.df, p.ip?.h4?.length]).toEqual([64, false, 134]);
  expect(seen[0]?.udp?.sport).toBe(seen[1]?.udp?.sport);
  expect(seen[0]?.udp?.sport).toBeGreaterThanOrEqual(32768);
  expect(seen[0]?.udp?.sport).toBeLessThan(60999);
  expect(seen[0]?.vxlan?.inner.eth).toMatchObject({ src: a.mac, dst: b.mac });
  expect(core.neighs(a.box).map((n) => n.mac)).toEqual([b.mac]);
  // counted as Linux does: what is inside its Ethernet header
  expect(core.devStats(a.vx).slice(0, 6)).toEqual([1, 84, 0, 1, 84, 0]);
  expect(core.drops()[abi.DROP_VXLAN_PROXY]).toBe(2);
});

const text = (n: unknown): string =>
  typeof n === 'number' ? [24, 16, 8, 0].map((s) => (n >>> s) & 255).join('.') : '';

test('the outer UDP checksum is right, and zero when that is wanted', async () => {
  for (const flags of [PROXY, PROXY | abi.VXLAN_NO_CSUM]) {
    const core = await newCore();
    const { a, b } = overlay(core, { flags });
    knows(core, a, b);
    knows(core, b, a);
    const cap = core.captureAdd(a.host, a.eth0, 0);
    ping(core, a.box, b.ip);
    const outer = frames(core, cap).filter((f) => f[23] === 17);
    expect(outer).toHaveLength(2);
    for (const f of outer) {
      expect(checksumsHold(f)).toBe(true);
      expect((f[40] as number) * 256 + (f[41] as number) === 0).toBe(flags !== PROXY);
    }
  }
});

test('without entries: l2miss and l3miss are counted, the frame is dropped', async () => {
  const core = await newCore();
  const { a } = overlay(core, { flags: PROXY });
  ping(core, a.box, '10.0.1.9');
  expect(core.vxlan(a.vx)).toMatchObject({ l2misses: 0, l3misses: 1 });
  core.neighSet(a.eth, a4('10.0.1.9'), 0x02420a000109, true);
  // the one that waited for its neighbour goes too
  ping(core, a.box, '10.0.1.9');
  expect(core.vxlan(a.vx)).toMatchObject({ l2misses: 2 });
  expect(core.drops()[abi.DROP_VXLAN_NO_DST]).toBe(2);
  expect(core.devStats(a.vx)[5]).toBe(2);
});

test('head-end replication: the all-zero MAC with two remotes, and learning from what comes back', async () => {
  const core = await newCore();
  const { lan, bridge, a, b } = overlay(core);
  const c = overlayHost(core, lan, 3);
  core.devSet(c.port, 'master', bridge);
  const all = [a, b, c];
  for (const at of all)
    for (const peer of all)
      if (peer !== at)
        core.vfdbSet(at.vx, { mac: 0, dst: ip(peer.lanIp), state: 0xc0 }, abi.FDB_CREATE | abi.FDB_APPEND);
  expect(answers(core, ping(core, a.box, c.ip))).toContain('10.0.1.3 0');
  const learned = core.vfdb(a.vx).filter((e) => e.mac !== 0);
  expect(learned.map((e) => [e.mac, text(e.dst), e.state])).toEqual([[c.mac, c.lanIp, 2]]);
  expect(core.vfdb(b.vx).filter((e) => e.mac === a.mac)).toHaveLength(1);
  // Learned entries age; fixed ones do not.
  core.run(core.now() + 400e9);
  expect(core.vfdb(a.vx).map((e) => e.mac)).toEqual([0, 0]);
});

test('a fixed MAC that speaks from elsewhere is not believed, a learned one moves', async () => {
  const core = await newCore();
  const { a, b } = overlay(core);
  for (const [at, peer] of [
    [a, b],
    [b, a],
  ] as const)
    core.vfdbSet(at.vx, { mac: 0, dst: ip(peer.lanIp), state: 0xc0 }, abi.FDB_CREATE);
  core.vfdbSet(a.vx, { mac: b.mac, dst: ip('192.168.56.99'), state: 0xc0 }, abi.FDB_CREATE);
  ping(core, b.box, a.ip);
  expect(core.drops()[abi.DROP_VXLAN_SRC]).toBeGreaterThan(0);
  core.vfdbSet(a.vx, { mac: b.mac, dst: ip('192.168.56.99'), state: 2 }, abi.FDB_CREATE);
  core.run(core.now() + 2e9);
  expect(core.vfdb(a.vx).find((e) => e.mac === b.mac)?.dst).toBe(ip(b.lanIp));
});

test('entries: exclusive, appended, replaced, deleted one by one', async () => {
  const core = await newCore();
  const { a } = overlay(core);
  const at = (mac: number): string[] =>
    core
      .vfdb(a.vx)
      .filter((e) => e.mac === mac)
      .map((e) => text(e.dst));
  const set = (mac: number, dst: string, how: number): number =>
    core.vfdbSet(a.vx, { mac, dst: ip(dst), state: 0xc0 }, how);
  const { FDB_CREATE, FDB_EXCL, FDB_APPEND, FDB_REPLACE } = abi;
  expect(set(5, '10.9.0.1', FDB_CREATE | FDB_EXCL)).toBe(0);
  expect(set(5, '10.9.0.2', FDB_CREATE | FDB_EXCL)).toBe(-abi.EEXIST);
  expect(set(5, '10.9.0.2', FDB_CREATE | FDB_REPLACE)).toBe(0);
  expect(at(5)).toEqual(['10.9.0.2']);
  for (const n of [1, 2, 3, 2]) expect(set(0, `10.9.0.${n}`, FDB_CREATE | FDB_APPEND)).toBe(0);
  expect(at(0)).toEqual(['10.9.0.1', '10.9.0.2', '10.9.0.3']);
  expect(set(0, '10.9.0.9', FDB_CREATE | FDB_REPLACE)).toBe(-abi.EOPNOTSUPP);
  expect(core.vfdbDel(a.vx, { mac: 0, dst: ip('10.9.0.1') })).toBe(0);
  expect(at(0)).toEqual(['10.9.0.2', '10.9.0.3']);
  expect(core.vfdbDel(a.vx, { mac: 0, dst: ip('10.9.0.7') })).toBe(-abi.ENOENT);
  expect(core.vfdbDel(a.vx, { mac: 0 })).toBe(0);
  expect(at(0)).toEqual([]);
  expect(at(5)).toEqual(['10.9.0.2']);
});

test('its packets cross the hooks of the host that made it, not of the sandbox it lives in', async () => {
  const core = await newCore();
  const { a, b } = overlay(core, { flags: PROXY });
  knows(core, a, b);
  knows(core, b, a);
  const drop = { proto: 17, dport: [4789, 4789] as const, target: Target.DROP };
  const rule = core.nfRuleAdd(core.nfBuiltin(a.host, 4, Table.FILTER, Hook.OUTPUT), -1, drop);
  const other = core.nfRuleAdd(core.nfBuiltin(a.sandbox, 4, Table.FILTER, Hook.OUTPUT), -1, drop);
  expect(answers(core, ping(core, a.box, b.ip))).toEqual([]);
  expect(core.nfRuleCounters(rule)).toEqual([1, 134]);
  expect(core.nfRuleCounters(other)).toEqual([0, 0]);
  expect(core.devStats(a.vx).slice(7)).toEqual([1, 0]);
  core.nfRuleDel(core.nfBuiltin(a.host, 4, Table.FILTER, Hook.OUTPUT), rule);
  const inbound = core.nfRuleAdd(core.nfBuiltin(b.host, 4, Table.FILTER, Hook.INPUT), -1, drop);
  expect(answers(core, ping(core, a.box, b.ip))).toEqual([]);
  expect(core.nfRuleCounters(inbound)).toEqual([1, 134]);
});

test('the kernel holds the port while a device is up; devices of one port share it', async () => {
  const core = await newCore();
  const host = machine(core);
  const one = core.vxlanAdd(host, 'vx1', 0x020000000001, settings({ vni: 1 }));
  const two = core.vxlanAdd(host, 'vx2', 0x020000000002, settings({ vni: 2 }));
  expect(core.vxlanAdd(host, 'vx3', 0x020000000003, settings({ vni: 2 }))).toBe(-abi.EEXIST);
  const udp = () =>
    core
      .socks(host)
      .filter((s) => s.type === SockType.UDP && s.lport !== 0)
      .map((s) => s.lport);
  expect(udp()).toEqual([]);
  core.devSet(one, 'up', 1);
  core.devSet(two, 'up', 1);
  expect(udp()).toEqual([4789]);
  const s = core.sockOpen(host, SockType.UDP, 4, 17);
  expect(core.sockBind(s, a4('0.0.0.0'), 4789)).toBe(-abi.EADDRINUSE);
  core.devDel(one);
  expect(udp()).toEqual([4789]);
  core.devSet(two, 'up', 0);
  expect(core.sockBind(s, a4('0.0.0.0'), 4789)).toBe(0);
  expect(core.devSet(two, 'up', 1)).toBe(-abi.EADDRINUSE);
});

test('packets larger than the way is wide go as fragments outside', async () => {
  const core = await newCore();
  const { a, b } = overlay(core, { flags: PROXY });
  knows(core, a, b);
  knows(core, b, a);
  const cap = core.captureAdd(a.host, a.eth0, 0);
  core.devSet(a.eth, 'mtu', 1500);
  core.devSet(b.eth, 'mtu', 1500);
  expect(answers(core, ping(core, a.box, b.ip, 7, 1, 1472))).toContain('10.0.1.2 0');
  const out = frames(core, cap)
    .map(dissect)
    .filter((p) => text(p.ip?.src.value) === a.lanIp);
  expect(out.map((p) => [p.ip?.h4?.length, p.ip?.h4?.mf])).toEqual([
    [1500, true],
    [70, false],
  ]);
});

test('the MTU over a lower device leaves room for the headers', async () => {
  const core = await newCore();
  const { a } = overlay(core);
  const vx = core.vxlanAdd(a.host, 'vx9', 0x020000000009, settings({ vni: 9, lower: a.eth0 }));
  expect(core.devMtu(vx)).toBe(1450);
  core.devDel(a.eth0);
  expect(core.vxlanAdd(a.host, 'vx9', 0x020000000009, settings({ vni: 9 }))).toBeGreaterThan(0);
});

test('its link namespace goes: the device goes, wherever it lives', async () => {
  const core = await newCore();
  const { a } = overlay(core);
  core.nsDel(a.host);
  expect(core.devSet(a.br0, 'up', 1)).toBe(0);
  expect(core.vxlanAdd(a.sandbox, 'again', 0x020000000009, settings())).toBeGreaterThan(0);
});

test('a remote that is this machine: the frame takes the short way', async () => {
  const core = await newCore();
  const { a } = overlay(core);
  const ns = machine(core);
  const one = core.vxlanAdd(a.host, 'vx1', 0x02000000aa01, settings({ vni: 50, remote: ip(a.lanIp) }));
  core.devSet(one, 'up', 1);
  address(core, a.host, one, '10.7.0.1', 24);
  const cap = core.captureAdd(a.host, a.eth0, 0);
  ping(core, a.host, '10.7.0.2');
  expect(frames(core, cap)).toEqual([]);
  expect(core.devStats(one)[3]).toBe(1);
  expect(core.devStats(one)[0]).toBe(1);
  core.nsDel(ns);
});

test('the journey tells where it was put in and taken out', async () => {
  const core = await newCore();
  const { a, b } = overlay(core, { flags: PROXY });
  knows(core, a, b);
  knows(core, b, a);
  core.trace(true);
  ping(core, a.box, b.ip);
  const seen: string[] = [];
  core.traceRead((r) => {
    if (r.what === abi.TRACE_ENCAP) seen.push(`in ${r.dev === a.vx ? 'a' : 'b'} ${r.a} ${text(r.b)}`);
    if (r.what === abi.TRACE_DECAP) seen.push(`out ${r.dev === a.vx ? 'a' : 'b'} ${r.a} ${text(r.b)}`);
  });
  expect(seen).toEqual([
    `in a ${VNI} 192.168.56.12`,
    `out b ${VNI} 192.168.56.11`,
    `in b ${VNI} 192.168.56.11`,
    `out a ${VNI} 192.168.56.12`,
  ]);
});

/** Sends a UDP payload to a host's VXLAN port from the LAN. */
function poke(core: Core, lan: number, bytes: Uint8Array): void {
  const s = core.sockOpen(lan, SockType.UDP, 4, 17);
  core.sockSend(s, bytes, a4('192.168.56.11'), 4789);
  core.sockClose(s);
}

test('whatever is in the datagrams, nothing traps and no packet is lost from the pool', async () => {
  const { core, exports } = await newCoreWithExports();
  const used = (): number[] =>
    [SLAB_IDS.packet, SLAB_IDS.buffer, SLAB_IDS.jumbo].map((id) =>
      (exports as { slabUsed(i: number): number }).slabUsed(id),
    );
  const { lan, bridge } = overlay(core);
  address(core, lan, bridge, '192.168.56.1', 24);
  poke(core, lan, new Uint8Array(4));
  core.run(core.now() + 1e9);
  const before = used();
  const head = fc.oneof(fc.constant([8, 0, 0, 0, 0, 16, 1, 0]), fc.array(fc.nat(255), { minLength: 8, maxLength: 8 }));
  const eth = fc.tuple(
    fc.constantFrom([2, 0x42, 10, 0, 1, 1], [255, 255, 255, 255, 255, 255], [2, 0, 0, 0, 12, 1]),
    fc.array(fc.nat(255), { minLength: 6, maxLength: 6 }),
    fc.constantFrom([8, 0], [8, 6], [0x86, 0xdd], [0x81, 0], [1, 2]),
  );
  fc.assert(
    fc.property(head, eth, fc.uint8Array({ maxLength: 200 }), fc.boolean(), (h, [d, s, t], rest, whole) => {
      poke(core, lan, Uint8Array.from(whole ? [...h, ...d, ...s, ...t, ...rest] : [...h.slice(0, 5), ...rest]));
    }),
    { numRuns: 400 },
  );
  core.run(core.now() + 60e9);
  expect(used()).toEqual(before);
  expect(core.drops()[abi.DROP_VXLAN_HEADER]).toBeGreaterThan(0);
  expect(core.drops()[abi.DROP_VXLAN_VNI]).toBeGreaterThan(0);
});
