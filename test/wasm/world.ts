/** Builds small worlds in a core for the tests of wasm/: machines, a bridge, captures read as lines. */
import { type Core, type CoreFrame, type CoreRule, Hook, SockType, Table, Target } from '../../src/linux/core/core.ts';
import { freshCore } from '../core.ts';

export { freshCore as newCore } from '../core.ts';

/** A core, and what its module exports besides the face. */
export async function newCoreWithExports(seed = 1): Promise<{ core: Core; exports: unknown }> {
  let exports: unknown;
  const real = WebAssembly.Instance;
  WebAssembly.Instance = class extends real {
    constructor(module: WebAssembly.Module, imports?: WebAssembly.Imports) {
      super(module, imports);
      exports = this.exports;
    }
  };
  const core = await freshCore(seed);
  WebAssembly.Instance = real;
  return { core, exports };
}

/** An IPv4 address as it crosses the border. */
export function a4(text: string): Uint8Array {
  const out = new Uint8Array(16);
  out[10] = out[11] = 0xff;
  text.split('.').forEach((part, i) => {
    out[12 + i] = Number(part);
  });
  return out;
}

export const text4 = (a: Uint8Array): string => [...a.subarray(12)].join('.');

/** An up device with an address and its connected route. */
export function address(core: Core, ns: number, dev: number, ip: string, bits: number): void {
  core.addrAdd(dev, a4(ip), bits);
  if (bits < 32) core.routeAdd(ns, { table: 254, dst: a4(ip), bits, dev, scope: 253, metric: 0, type: 1 });
}

export function gateway(core: Core, ns: number, dev: number, gw: string): void {
  core.routeAdd(ns, { table: 254, dst: a4('0.0.0.0'), bits: 0, gw: a4(gw), dev, scope: 0, metric: 0, type: 1 });
}

export function machine(core: Core): number {
  const ns = core.nsAdd();
  const lo = core.loopbackAdd(ns, 'lo');
  core.devSet(lo, 'up', 1);
  core.addrAdd(lo, a4('127.0.0.1'), 8);
  return ns;
}

/** A machine behind a port of a bridge. */
export function container(core: Core, host: number, bridge: number, name: string, mac: number, ip: string, gw: string) {
  const ns = machine(core);
  const [port, eth] = core.vethAdd(host, `v-${name}`, mac + 0x100, ns, 'eth0', mac);
  core.devSet(port, 'master', bridge);
  core.devSet(port, 'up', 1);
  core.devSet(eth, 'up', 1);
  address(core, ns, eth, ip, 16);
  gateway(core, ns, eth, gw);
  return { ns, eth, port };
}

/** node1 of the golden transcripts: eth0 to a peer on the LAN, docker0, containers web and cli. */
export function docker(core: Core) {
  const host = machine(core);
  const lan = machine(core);
  const [eth0, peer] = core.vethAdd(host, 'eth0', 0x525400380011, lan, 'eth0', 0x525400380013);
  core.devSet(eth0, 'up', 1);
  core.devSet(peer, 'up', 1);
  address(core, host, eth0, '192.168.56.11', 24);
  address(core, lan, peer, '192.168.56.13', 24);
  const bridge = core.bridgeAdd(host, 'docker0', 0x22a49f7e0a1e);
  core.devSet(bridge, 'up', 1);
  address(core, host, bridge, '172.17.0.1', 16);
  core.nsSet(host, 'ip_forward', 1);
  const web = container(core, host, bridge, 'web', 0x9ae3d0a70464, '172.17.0.2', '172.17.0.1');
  const cli = container(core, host, bridge, 'cli', 0xea8f60a7bc85, '172.17.0.3', '172.17.0.1');
  return { host, lan, eth0, peer, bridge, web, cli };
}

const rule = (r: Partial<CoreRule> & { target: number }): CoreRule => r;

/** The nat rules that publish web's port 5000 as 8080, and the masquerading of the bridge's network. */
export function publish(core: Core, host: number): void {
  const pre = core.nfBuiltin(host, 4, Table.NAT, Hook.PREROUTING);
  const out = core.nfBuiltin(host, 4, Table.NAT, Hook.OUTPUT);
  const post = core.nfBuiltin(host, 4, Table.NAT, Hook.POSTROUTING);
  const chain = core.nfChainAdd(host, 4, Table.NAT);
  core.nfRuleAdd(pre, -1, rule({ dstType: 1, target: Target.JUMP, chain }));
  core.nfRuleAdd(
    out,
    -1,
    rule({ dst: a4('127.0.0.0'), dstBits: 8, dstNot: true, dstType: 1, target: Target.JUMP, chain }),
  );
  core.nfRuleAdd(
    post,
    -1,
    rule({ src: a4('172.17.0.0'), srcBits: 16, out: 'docker0', outNot: true, target: Target.MASQUERADE }),
  );
  core.nfRuleAdd(chain, -1, rule({ in: 'docker0', target: Target.RETURN }));
  for (const proto of [6, 17])
    core.nfRuleAdd(
      chain,
      -1,
      rule({
        in: 'docker0',
        inNot: true,
        proto,
        dport: [8080, 8080],
        target: Target.DNAT,
        toIp: a4('172.17.0.2'),
        toPort: [5000, 5000],
      }),
    );
}

/** Sum of 16-bit words, folded: 0xffff when a checksum inside is right. */
export function sum16(b: Uint8Array, from: number, to: number, seed = 0): number {
  let s = seed;
  for (let i = from; i < to; i += 2) s += ((b[i] ?? 0) << 8) | (i + 1 < to ? (b[i + 1] ?? 0) : 0);
  while (s > 0xffff) s = (s & 0xffff) + (s >>> 16);
  return s;
}

/** Whether the IPv4 header's and the transport's checksums of an Ethernet frame are right, computed in full. */
export function checksumsHold(f: Uint8Array): boolean {
  if (((f[12]! << 8) | f[13]!) !== 0x0800) return true;
  const hlen = (f[14]! & 15) * 4;
  const total = (f[16]! << 8) | f[17]!;
  if (sum16(f, 14, 14 + hlen) !== 0xffff) return false;
  const proto = f[23]!;
  const th = 14 + hlen;
  const end = 14 + total;
  if (proto === 1) return sum16(f, th, end) === 0xffff;
  if (proto !== 6 && proto !== 17) return true;
  if (proto === 17 && f[th + 6] === 0 && f[th + 7] === 0) return true;
  return sum16(f, th, end, sum16(f, 26, 34, proto + (end - th))) === 0xffff;
}

/** A capture's frames as short lines: device, type, what. */
export function lines(core: Core, capture: number, names: Record<number, string>): string[] {
  const out: string[] = [];
  for (let f = core.captureRead(capture); f; f = core.captureRead(capture)) out.push(line(f, names));
  return out;
}

const KIND = ['In', 'B', 'M', 'P', 'Out'];

function line(f: CoreFrame, names: Record<number, string>): string {
  const b = f.bytes;
  const ip = (at: number): string => [...b.subarray(at, at + 4)].join('.');
  const type = (b[12]! << 8) | b[13]!;
  const head = `${names[f.dev] ?? f.dev} ${KIND[f.pkttype]}`;
  if (type === 0x0806) return `${head} ARP ${b[21] === 1 ? `who-has ${ip(38)} tell ${ip(28)}` : `${ip(28)} is-at`}`;
  const th = 14 + (b[14]! & 15) * 4;
  const port = (at: number): number => (b[at]! << 8) | b[at + 1]!;
  if (b[23] === 1) return `${head} ICMP ${ip(26)} > ${ip(30)} type ${b[th]} code ${b[th + 1]}`;
  return `${head} ${b[23]} ${ip(26)}.${port(th)} > ${ip(30)}.${port(th + 2)}`;
}

/** Sends an ICMP echo request from a raw socket. */
export function ping(core: Core, ns: number, to: string, id = 7, seq = 1, size = 56): number {
  const s = core.sockOpen(ns, SockType.RAW, 4, 1);
  const m = new Uint8Array(8 + size);
  m[0] = 8;
  m[4] = id >> 8;
  m[5] = id & 255;
  m[7] = seq;
  const c = ~sum16(m, 0, m.length) & 0xffff;
  m[2] = c >> 8;
  m[3] = c & 255;
  core.sockSend(s, m, a4(to), 0);
  return s;
}

/** What a raw socket received, as type/code pairs. */
export function answers(core: Core, s: number): string[] {
  const out: string[] = [];
  for (;;) {
    const d = core.sockRecvFrom(s);
    if (typeof d === 'number') return out;
    if (d.error) out.push(`error ${d.error.type}/${d.error.code}`);
    else out.push(`${text4(d.ip)} ${d.data[0] === 0x45 ? d.data[20] : d.data[0]}`);
  }
}

/** An IPv6 address as it crosses the border. */
export function a6(text: string): Uint8Array {
  const out = new Uint8Array(16);
  const [head, tail] = text.split('::') as [string, string | undefined];
  const words = (s: string): number[] => (s === '' ? [] : s.split(':').map((w) => Number.parseInt(w, 16)));
  const front = words(head);
  const back = tail === undefined ? [] : words(tail);
  const all = [...front, ...new Array<number>(8 - front.length - back.length).fill(0), ...back];
  all.forEach((w, i) => {
    out[2 * i] = w >> 8;
    out[2 * i + 1] = w & 255;
  });
  return out;
}

/** The shortest text of an IPv6 address. @see RFC 5952 */
export function text6(a: Uint8Array, at = 0): string {
  const words = Array.from({ length: 8 }, (_, i) => ((a[at + 2 * i]! << 8) | a[at + 2 * i + 1]!).toString(16));
  let best = [0, 0];
  for (let i = 0; i < 8; i++) {
    let n = 0;
    while (i + n < 8 && words[i + n] === '0') n++;
    if (n > best[1]!) best = [i, n];
  }
  const [from, n] = best as [number, number];
  return n < 2 ? words.join(':') : `${words.slice(0, from).join(':')}::${words.slice(from + n).join(':')}`;
}
