/** What may happen to a world of flows, and what can be seen of it: for playing with and without the memory of flows. */
import fc from 'fast-check';
import { type Core, Hook, SockType, Table, Target } from '../../src/linux/core/core.ts';
import * as abi from '../../wasm/abi.ts';
import { a4, sum16 } from '../wasm/world.ts';
import { IP, PORT, type World } from './flowworld.ts';

/** Something that happens; numbers choose among what there is. */
export type Op =
  | {
      readonly op: 'send';
      readonly flows: readonly (readonly [number, number, number, number])[];
      readonly times: number;
    }
  | { readonly op: 'frames'; readonly list: readonly Frame[]; readonly by: number }
  | { readonly op: 'stream'; readonly from: number; readonly to: number; readonly port: number; readonly size: number }
  | { readonly op: 'steady'; readonly from: number; readonly to: number; readonly port: number; readonly every: number }
  | { readonly op: 'change'; readonly what: number; readonly which: number }
  | { readonly op: 'run'; readonly ms: number }
  | { readonly op: 'echo' | 'look' };

/** A datagram by hand, with what may be wrong with it. */
export interface Frame {
  readonly to: number;
  readonly sport: number;
  readonly size: number;
  readonly ttl: number;
  readonly tos: number;
  readonly bits: number;
}

const n = fc.nat(1000);
const frame: fc.Arbitrary<Frame> = fc.record({
  to: n,
  sport: fc.constantFrom(4000, 4001, 4002),
  size: fc.constantFrom(8, 22, 100, 1000),
  ttl: fc.constantFrom(64, 64, 64, 2, 1),
  tos: fc.constantFrom(0, 0, 0, 16),
  bits: fc.constantFrom(0, 0, 0, 0, 1, 2, 4, 8, 16),
});
export const op: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      op: fc.constant('send' as const),
      flows: fc.array(fc.tuple(n, n, n, fc.constantFrom(0, 30, 30, 1200, 2000)), { minLength: 1, maxLength: 4 }),
      times: fc.integer({ min: 1, max: 8 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ op: fc.constant('frames' as const), list: fc.array(frame, { maxLength: 8 }), by: n }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      op: fc.constant('stream' as const),
      from: n,
      to: n,
      port: n,
      size: fc.constantFrom(1, 3000, 60_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant('steady' as const),
      from: n,
      to: n,
      port: n,
      every: fc.constantFrom(900, 2300),
    }),
  },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('change' as const), what: n, which: n }) },
  {
    weight: 3,
    arbitrary: fc.record({
      op: fc.constant('run' as const),
      ms: fc.constantFrom(0, 1, 1, 100, 2500, 20_000, 40_000, 400_000),
    }),
  },
  { weight: 3, arbitrary: fc.record({ op: fc.constantFrom('echo' as const, 'echo' as const, 'look' as const) }) },
);

/** Flows that find their way, [sender, address, port]: those of most ops. */
const WAYS = [
  [4, 2, 1],
  [0, 3, 0],
  [2, 0, 0],
  [6, 5, 0],
  [8, 6, 0],
  [1, 2, 0],
  [3, 3, 0],
] as const;

/** Sends one datagram; numbers choose, most of them one of WAYS. */
function datagramTo(w: World, from: number, to: number, port: number, bytes: Uint8Array): number {
  const [a, b, c] = from % 4 === 0 ? [from, to, port] : pick(WAYS, to);
  return w.core.sockSend(pick(w.senders, a), bytes, a4(pick(IP, b)), pick(PORT, c));
}

const pick = <T>(list: readonly T[], i: number): T => list[i % list.length] as T;

/** A datagram's frame from cli; bits: 1 header's sum wrong, 2 UDP's wrong, 4 none, 8 bytes behind it, 16 DF. */
function datagram(w: World, f: Frame): Uint8Array {
  const ip = pick(IP, f.to);
  const near = ip.startsWith('172.17.0.') && ip !== '172.17.0.1';
  const mac = near
    ? ip === '172.17.0.2'
      ? w.core.devMac(w.d.web.eth)
      : w.core.devMac(w.d.cli.eth)
    : w.core.devMac(w.d.bridge);
  const out = new Uint8Array(34 + f.size + (f.bits & 8 ? 6 : 0));
  const v = new DataView(out.buffer);
  const put = (at: number, m: number): void => {
    v.setUint16(at, Math.floor(m / 2 ** 32));
    v.setUint32(at + 2, m >>> 0);
  };
  put(0, mac);
  put(6, w.core.devMac(w.d.cli.eth));
  v.setUint16(12, 0x0800);
  v.setUint32(14, 0x45000000 | (f.tos << 16) | (20 + f.size));
  v.setUint32(18, f.bits & 16 ? 0x00014000 : 0x00010000);
  v.setUint32(22, (f.ttl << 24) | (17 << 16));
  out.set([172, 17, 0, 3], 26);
  out.set(ip.split('.').map(Number), 30);
  v.setUint16(24, (~sum16(out, 14, 34) & 0xffff) ^ (f.bits & 1));
  v.setUint16(34, f.sport);
  v.setUint16(36, pick(PORT, f.size + f.to));
  v.setUint16(38, f.size);
  const sum = ~sum16(out, 34, 34 + f.size, sum16(out, 26, 34, 17 + f.size)) & 0xffff;
  v.setUint16(40, f.bits & 4 ? 0 : (sum || 0xffff) ^ (f.bits & 2));
  return out;
}

/** A rule that is there after one call and gone after the next. */
function toggle(w: World, key: number, chain: number, rule: Parameters<Core['nfRuleAdd']>[2]): void {
  const there = w.toggled.get(key);
  if (there === undefined) w.toggled.set(key, w.core.nfRuleAdd(chain, 0, rule));
  else {
    w.core.nfRuleDel(chain, there);
    w.toggled.delete(key);
  }
}

const netem = (over: object) => ({
  kind: abi.QDISC_NETEM,
  handle: 0x10000,
  parent: abi.QDISC_ROOT,
  limit: 1000,
  seed: 5n,
  ...over,
});
const part = (x: number): readonly [number, number] => [Math.round(x * 0xffffffff), 0];

/** Changes of settings and tables, each by a number that chooses. */
const CHANGES: readonly ((w: World, k: number) => void)[] = [
  (w, k) =>
    toggle(w, 0, w.chains[0]!, {
      src: a4('172.17.0.3'),
      dport: [53, 53],
      proto: 17,
      target: k & 1 ? Target.DROP : Target.ACCEPT,
    }),
  (w) => toggle(w, 1, w.chains[0]!, { proto: 17, target: Target.LOG }),
  (w) => toggle(w, 2, w.chains[0]!, { limitNs: 2e6, limitBurst: 3, target: Target.ACCEPT }),
  (w) => toggle(w, 3, w.chains[1]!, { in: 'eth0', dport: [53, 53], proto: 17, target: Target.ACCEPT }),
  (w) =>
    toggle(w, 4, w.core.nfBuiltin(w.d.host, 4, Table.MANGLE, Hook.FORWARD), {
      proto: 17,
      target: Target.MARK,
      value: 1,
      mask: 0xffffffff,
    }),
  (w) =>
    toggle(w, 5, w.core.nfBuiltin(w.d.host, 4, Table.RAW, Hook.PREROUTING), {
      src: a4('172.17.0.4'),
      target: Target.NOTRACK,
    }),
  (w) => toggle(w, 6, w.chains[0]!, { more: [{ kind: abi.MX_LENGTH, words: [0, 500] }], target: Target.ACCEPT }),
  (w) => toggle(w, 7, w.chains[0]!, { more: [{ kind: abi.MX_CTSTATUS, words: [4] }], target: Target.ACCEPT }),
  (w) => toggle(w, 8, w.chains[0]!, { more: [{ kind: abi.MX_QUOTA, words: [3000, 0] }], target: Target.ACCEPT }),
  (w, k) => w.core.nfZero(pick(w.chains, k)),
  (w, k) => w.core.nfPolicy(w.chains[0]!, (k & 1) === 1),
  (w, k) => {
    const [mac, port] = k & 1 ? [w.d.web.eth, w.d.cli.port] : [w.d.web.eth, w.d.web.port];
    w.core.fdbSet(port, w.core.devMac(mac), k & 2 ? abi.FDB_STATIC : 0, abi.FDB_CREATE);
  },
  (w, k) => w.core.fdbDel(pick([w.d.web.port, w.d.cli.port], k), w.core.devMac(w.d.web.eth)),
  (w, k) =>
    w.core.neighSet(w.d.bridge, a4('172.17.0.2'), k & 1 ? w.core.devMac(w.d.web.eth) : 0x9ae3d0a70465, (k & 2) !== 0),
  (w, k) =>
    w.core.neighDel(
      pick([w.d.bridge, w.d.eth0, w.d.cli.eth], k),
      a4(pick(['172.17.0.2', '192.168.56.13', '172.17.0.1'], k)),
    ),
  (w, k) => w.core.devSet(pick([w.d.eth0, w.d.web.eth, w.d.web.port], k), 'mtu', k & 1 ? 1500 : 700),
  (w, k) => w.core.devSet(pick(w.devs, k), 'up', k & 1),
  (w, k) => w.core.devSet(pick(w.devs, k), 'up', 1),
  (w, k) => w.core.devSet(w.d.web.port, pick(['hairpin', 'isolated', 'learning', 'promisc'] as const, k), (k >> 2) & 1),
  (w, k) => w.core.devSet(w.d.cli.port, 'isolated', k & 1),
  (w, k) =>
    w.core.devSet(
      pick(w.bridges, k),
      pick(['promisc', 'ageingNs'] as const, k),
      k % 2 === 0 ? (k >> 1) & 1 : k & 4 ? 1e9 : 300e9,
    ),
  (w, k) => w.core.nsSet(w.d.host, 'bridge_nf_call_iptables', k & 1),
  (w, k) => w.core.nsSet(w.d.host, 'ip_forward', k % 3 === 0 ? 0 : 1),
  (w, k) => {
    const dev = pick([w.d.eth0, w.d.peer, w.d.cli.eth, w.d.web.port], k);
    if (w.core.qdiscs(dev).length > 0) w.core.qdiscDel(dev, abi.QDISC_ROOT, 0);
    else
      w.core.qdiscSet(
        dev,
        netem({ delayNs: 1e6, jitterNs: 5e5, loss: part(0.1), duplicate: part(0.1), corrupt: part(0.2) }),
        true,
      );
  },
  (w, k) => (k & 1 ? w.core.addrDel(w.d.eth0, a4('192.168.56.11')) : w.core.addrAdd(w.d.eth0, a4('192.168.56.11'), 24)),
  (w, k) => {
    const route = { table: 254, dst: a4('192.168.56.13'), bits: 32, dev: 0, scope: 0, metric: 0, type: 6 };
    if (k & 1) w.core.routeAdd(w.d.host, route);
    else w.core.routeDel(w.d.host, route);
  },
  (w, k) => {
    const all = w.core.conns(w.d.host);
    if (all.length > 0) w.core.connDel(pick(all, k).handle);
  },
  (w, k) => {
    const all = w.core.conns(w.d.host);
    if (all.length > 0) w.core.connMark(pick(all, k).handle, k);
  },
  (w, k) => w.core.nfSet(w.d.host, pick(['udp', 'udp_stream', 'tcp_established'] as const, k), k & 1 ? 2 : 120),
  (w, k) => w.core.devName(w.d.eth0, k & 1 ? 'eth9' : 'eth0'),
  (w, k) => w.core.devSet(pick([w.d.eth0, w.d.cli.eth], k), 'latencyNs', k & 1 ? 3e5 : 0),
  (w) => {
    if (w.capture) w.core.captureDel(w.capture);
    w.capture = w.capture ? 0 : w.core.captureAdd(0, 0, 0);
  },
  (w) => {
    w.traced = !w.traced;
    w.core.trace(w.traced);
  },
  (w) => void w.core.snapshot(),
  (w, k) => w.core.sockConnect(pick(w.receivers, k), a4(pick(IP, k)), 4000 + (k & 1)),
  (w, k) => w.core.devSet(w.d.cli.eth, 'mac', 0xea8f60a7bc85 + (k & 1)),
  (w, k) =>
    w.core.vfdbSet(
      w.devs[8]!,
      { mac: 0x020a00000002, dst: k & 1 ? 0xc0a8380d : 0xc0a83863, state: abi.NUD_PERMANENT },
      abi.FDB_CREATE | abi.FDB_REPLACE,
    ),
  (w, k) => w.core.fdbSet(w.devs[5]!, 0x9ae3d0a70800 + (k & 7), 0, abi.FDB_CREATE),
];

/** Reads all streams and datagrams. @param answer whether datagrams are answered */
function read(w: World, answer: boolean, seen: unknown[]): void {
  const { core } = w;
  for (const s of [...w.receivers, ...w.senders])
    for (let m = core.sockRecvFrom(s); typeof m !== 'number'; m = core.sockRecvFrom(s)) {
      seen.push([s, m.time, m.port, Buffer.from(m.ip).toString('hex'), m.data.length, m.data[0], m.error]);
      if (answer && w.receivers.includes(s) && !m.error) core.sockSend(s, m.data, m.ip, m.port);
    }
  for (const l of w.listeners) for (let s = core.sockAccept(l); s > 0; s = core.sockAccept(l)) w.streams.push(s);
  for (const s of w.streams) {
    const got = core.sockRecv(s, 65536);
    seen.push(typeof got === 'number' ? got : [s, got.length, got.reduce((a, b) => (a * 31 + b) | 0, 7)]);
  }
}

/** All that can be seen from outside. */
export function look(w: World): unknown {
  const { core } = w;
  return [
    core.now(),
    core.next(),
    core.drops(),
    w.devs.map((dev) => core.devStats(dev)),
    w.chains.map((c) => core.nfChainCounters(c)),
    [...w.rules, ...w.toggled.values()].map((r) => core.nfRuleCounters(r)),
    w.ns.map((ns) => [core.conns(ns), core.neighs(ns), core.socks(ns), core.snmp(ns)]),
    w.bridges.map((b) => core.fdb(b)),
    w.devs.filter((_, i) => i === 8 || i === 10).map((vx) => core.vfdb(vx)),
    core.logs(),
  ];
}

function apply(w: World, o: Op, seen: unknown[]): void {
  const { core } = w;
  switch (o.op) {
    case 'send':
      for (let i = 0; i < o.times; i++)
        for (const [from, to, port, size] of o.flows)
          seen.push(datagramTo(w, from, to, port, new Uint8Array(size).fill(size + i)));
      return;
    case 'frames':
      for (let i = 0; i < 3; i++) for (const f of o.list) seen.push(core.frameReceive(w.d.cli.port, datagram(w, f)));
      core.run(core.now());
      return;
    case 'stream': {
      const s = w.streams.length > 6 ? pick(w.streams, o.from) : core.sockOpen(pick(w.ns, o.from), SockType.TCP, 4, 6);
      if (!w.streams.includes(s)) {
        w.streams.push(s);
        seen.push(core.sockConnect(s, a4(pick(IP, o.to)), pick([5000, 8080], o.port)));
      }
      for (let i = 0; i < 4; i++) {
        seen.push(core.sockSend(s, new Uint8Array(o.size).fill(i)));
        core.run(core.now() + 1e6);
        read(w, false, seen);
      }
      return;
    }
    case 'steady':
      // Longer than a neighbour is taken to be reachable, so that it matters when it was used last.
      for (let t = 0; t < 50_000; t += o.every) {
        seen.push(datagramTo(w, o.from, o.to, o.port, Uint8Array.of(t)));
        core.run(core.now() + o.every * 1e6);
      }
      return;
    case 'change':
      // A flow is remembered when it changes, and goes on.
      for (let i = 0; i < 8; i++) {
        if (i === 4) pick(CHANGES, o.what)(w, o.which);
        seen.push(datagramTo(w, 1, o.what + (o.which >> 3), 0, Uint8Array.of(i)));
      }
      return;
    case 'run':
      core.run(core.now() + o.ms * 1e6);
      return;
    case 'echo':
      read(w, true, seen);
      return;
    case 'look':
      seen.push(look(w));
  }
}

/** Plays ops. @returns all that can be seen of them */
export function play(w: World, ops: readonly Op[]): unknown[] {
  const seen: unknown[] = [];
  const { core } = w;
  for (const o of ops) {
    apply(w, o, seen);
    seen.push([core.now(), core.drops()]);
    core.events((...e) => seen.push(e));
    if (w.capture)
      for (let f = core.captureRead(w.capture); f; f = core.captureRead(w.capture))
        seen.push([f.time, f.dev, f.pkttype, f.packet, Buffer.from(f.bytes).toString('hex')]);
    core.traceRead((r) => seen.push({ ...r }));
  }
  read(w, false, seen);
  seen.push(look(w));
  return seen;
}
