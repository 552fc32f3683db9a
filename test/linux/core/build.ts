/** Builders and checkers of the core's tests: a small network, sockets in words, traffic as tcpdump lines. */
import { parseIp } from '../../../src/base/ip.ts';
import { type Addr16, type Core, type CoreFrame, SockType } from '../../../src/linux/core/core.ts';
import { etherText } from '../../../src/linux/core/summary.ts';
import { Conversations } from '../../../src/linux/core/summary-tcp.ts';

export { freshCore } from '../../core.ts';

/** An address in its 16 bytes. */
export function ip(text: string): Addr16 {
  const a = parseIp(text);
  if (!a) throw new Error(`${text} is no address`);
  const out = new Uint8Array(16);
  const v = a.v === 4 ? (0xffffn << 32n) | BigInt(a.value) : a.value;
  for (let i = 0; i < 16; i++) out[15 - i] = Number((v >> BigInt(8 * i)) & 255n);
  return out;
}

/** The IPv4 text of 16 bytes. */
export const ipText = (a: Addr16): string => a.subarray(12).join('.');

/** A namespace with its loopback and one Ethernet device. */
export interface Host {
  readonly ns: number;
  readonly lo: number;
  readonly dev: number;
}

function loopback(core: Core, ns: number): number {
  const lo = core.loopbackAdd(ns, 'lo');
  core.devSet(lo, 'up', 1);
  core.addrAdd(lo, ip('127.0.0.1'), 8);
  core.addrAdd(lo, ip('::1'), 128);
  const local = { table: 255, dev: lo, src: ip('127.0.0.1'), scope: 254, metric: 0, type: 2 };
  core.routeAdd(ns, { ...local, dst: ip('127.0.0.0'), bits: 8 });
  return lo;
}

function address(core: Core, ns: number, dev: number, text: string): void {
  core.addrAdd(dev, ip(text), 24);
  const net = text.replace(/\d+$/, '0');
  core.routeAdd(ns, { table: 255, dst: ip(text), bits: 32, dev, src: ip(text), scope: 254, metric: 0, type: 2 });
  core.routeAdd(ns, { table: 254, dst: ip(net), bits: 24, dev, src: ip(text), scope: 253, metric: 0, type: 1 });
}

/** A namespace `br` with a bridge 192.0.2.1, and hosts 192.0.2.10, .11 … on it by veth pairs. */
export function bridged(core: Core, count = 2): { readonly gate: Host; readonly hosts: readonly Host[] } {
  const ns = core.nsAdd();
  const lo = loopback(core, ns);
  const bridge = core.bridgeAdd(ns, 'br0', 0x020000000001);
  core.devSet(bridge, 'up', 1);
  address(core, ns, bridge, '192.0.2.1');
  const hosts: Host[] = [];
  for (let i = 0; i < count; i++) {
    const host = core.nsAdd();
    const hostLo = loopback(core, host);
    const [port, dev] = core.vethAdd(ns, `veth${i}`, 0x020000000100 + i, host, 'eth0', 0x020000000200 + i);
    core.devSet(port, 'master', bridge);
    core.devSet(port, 'up', 1);
    core.devSet(dev, 'up', 1);
    address(core, host, dev, `192.0.2.${10 + i}`);
    hosts.push({ ns: host, lo: hostLo, dev });
  }
  return { gate: { ns, lo, dev: bridge }, hosts };
}

/** All frames a capture holds, as `tcpdump -n` lines. */
export function lines(core: Core, capture: number): string[] {
  const seen = new Conversations();
  return frames(core, capture).map((f) => etherText(f.bytes, f.length, { seen }));
}

export function frames(core: Core, capture: number): CoreFrame[] {
  const out: CoreFrame[] = [];
  for (let f = core.captureRead(capture); f; f = core.captureRead(capture)) out.push(f);
  return out;
}

/** The TCP lines without what differs from run to run: ports, absolute numbers, time stamps. */
export function shape(line: string): string {
  return line
    .replace(/^IP6? /, '')
    .replace(/\.(3[2-9]|[45]\d|60)\d{3}\b/g, '.EPHEMERAL')
    .replace(/seq \d{6,}/, 'seq ISN')
    .replace(/ack \d{6,}/, 'ack ISN')
    .replace(/TS val \d+ ecr 0/, 'TS val T ecr 0')
    .replace(/TS val \d+ ecr \d+/, 'TS val T ecr T');
}

export const tcp = (core: Core, ns: number, family: 4 | 6 = 4): number => core.sockOpen(ns, SockType.TCP, family, 0);
export const udp = (core: Core, ns: number, family: 4 | 6 = 4): number => core.sockOpen(ns, SockType.UDP, family, 0);

/** A listener on every address. */
export function listener(core: Core, ns: number, port: number, backlog = 8): number {
  const s = tcp(core, ns);
  ok(core.sockSet(s, 'reuseaddr', 1));
  ok(core.sockBind(s, ip('0.0.0.0'), port));
  ok(core.sockListen(s, backlog));
  return s;
}

/** Fails on a negative errno. */
export function ok(result: number): number {
  if (result < 0) throw new Error(`errno ${-result}`);
  return result;
}

/** Lets virtual time pass in milliseconds. */
export function pass(core: Core, ms: number): void {
  core.run(core.now() + ms * 1e6);
}

/** Reads what is there now as bytes. */
export function take(core: Core, sock: number, max = 1 << 20): Uint8Array {
  const parts: Uint8Array[] = [];
  for (;;) {
    const got = core.sockRecv(sock, max);
    if (typeof got === 'number' || got.length === 0) break;
    parts.push(got);
  }
  const out = new Uint8Array(parts.reduce((n, p) => n + p.length, 0));
  let at = 0;
  for (const p of parts) {
    out.set(p, at);
    at += p.length;
  }
  return out;
}

export const text = (s: string): Uint8Array => new TextEncoder().encode(s);
export const textOf = (b: Uint8Array): string => new TextDecoder().decode(b);

/** Bytes that tell where they belong. */
export function pattern(n: number): Uint8Array {
  const out = new Uint8Array(n);
  for (let i = 0; i < n; i++) out[i] = (i * 31 + (i >>> 8) * 7 + (i >>> 16)) & 255;
  return out;
}
