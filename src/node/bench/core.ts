/**
 * Benchmarks of the packet core: CPU time per datagram from one socket to another, over the paths that Docker's
 * packets take. Every datagram that arrives is counted, and the receiving side verifies its checksums.
 */
import { type Addr16, type Core, Hook, SockType, Table, Target } from '../../linux/core/core.ts';
import { loadCore } from '../../linux/core/load.ts';

/** One line of the table. */
export interface CoreRow {
  readonly path: string;
  /** Bytes of the IP packet. */
  readonly bytes: number;
  readonly packets: number;
  /** CPU nanoseconds per packet, whole path with both sockets: median and least of the runs. */
  readonly nsPerPacket: number;
  readonly min: number;
  /** All that was sent arrived. */
  readonly checked: boolean;
}

const RUNS = 5;
const PACKETS = 20_000;
/** Datagrams on their way before the receiver reads: less than a socket's queue holds. */
const BURST = 32;
const HEADERS = 28;
const PORT = 9;

function ip(text: string): Addr16 {
  const out = new Uint8Array(16);
  out[10] = out[11] = 0xff;
  for (const [i, part] of text.split('.').entries()) out[12 + i] = Number(part);
  return out;
}

/** A container behind docker0 of a machine, a host beyond the machine's eth0, rules as Docker makes them. */
class Bench {
  readonly host: number;
  readonly outside: number;
  readonly containers: number[] = [];
  readonly #bridge: number;

  constructor(readonly core: Core) {
    this.host = core.nsAdd();
    this.outside = core.nsAdd();
    core.nsSet(this.host, 'ip_forward', 1);
    const [near, far] = core.vethAdd(this.host, 'eth0', 0x525400380011, this.outside, 'eth0', 0x525400380001);
    this.#up(near, '192.0.2.1', 24);
    this.#up(far, '192.0.2.2', 24);
    this.#route(this.host, '192.0.2.0', 24, near);
    this.#route(this.outside, '192.0.2.0', 24, far);
    this.#bridge = core.bridgeAdd(this.host, 'docker0', 0x0242ac110001);
    this.#up(this.#bridge, '172.17.0.1', 16);
    for (const n of [2, 3]) this.#container(n);
    this.#rules();
  }

  #up(dev: number, address: string, bits: number): void {
    const { core } = this;
    core.devSet(dev, 'up', 1);
    core.addrAdd(dev, ip(address), bits);
  }

  #route(ns: number, dst: string, bits: number, dev: number, gw?: string): void {
    this.core.routeAdd(ns, {
      table: 254,
      dst: ip(dst),
      bits,
      dev,
      ...(gw && { gw: ip(gw) }),
      scope: gw ? 0 : 253,
      metric: 0,
      type: 1,
    });
  }

  #container(n: number): void {
    const ns = this.core.nsAdd();
    const [port, eth0] = this.core.vethAdd(this.host, `veth${n}`, 0x020000000100 + n, ns, 'eth0', 0x0242ac110000 + n);
    this.core.devSet(port, 'master', this.#bridge);
    this.core.devSet(port, 'up', 1);
    this.#up(eth0, `172.17.0.${n}`, 16);
    this.#route(ns, '172.17.0.0', 16, eth0);
    this.#route(ns, '0.0.0.0', 0, eth0, '172.17.0.1');
    this.containers.push(ns);
  }

  #rules(): void {
    const { core, host } = this;
    this.#route(host, '172.17.0.0', 16, this.#bridge);
    const nat = (hook: number): number => core.nfBuiltin(host, 4, Table.NAT, hook);
    core.nfRuleAdd(nat(Hook.POSTROUTING), -1, {
      src: ip('172.17.0.0'),
      srcBits: 16,
      out: 'docker0',
      outNot: true,
      target: Target.MASQUERADE,
    });
    core.nfRuleAdd(nat(Hook.PREROUTING), -1, {
      dstType: 1,
      proto: 17,
      dport: [PORT, PORT],
      target: Target.DNAT,
      toIp: ip('172.17.0.2'),
    });
    const forward = core.nfBuiltin(host, 4, Table.FILTER, Hook.FORWARD);
    core.nfRuleAdd(forward, -1, { out: 'docker0', ctstate: 4 | 8, target: Target.ACCEPT });
    core.nfRuleAdd(forward, -1, { in: 'docker0', target: Target.ACCEPT });
    core.nfRuleAdd(forward, -1, { dst: ip('172.17.0.2'), out: 'docker0', proto: 17, target: Target.ACCEPT });
    core.nfPolicy(forward, true);
  }

  /** Sends `PACKETS` datagrams and counts those that come. @returns ns of CPU per packet, or -1 when some were lost */
  run(from: number, to: number, address: string, bytes: number): number {
    const { core } = this;
    const rx = core.sockOpen(to, SockType.UDP, 4, 17);
    core.sockBind(rx, ip('0.0.0.0'), PORT);
    const tx = core.sockOpen(from, SockType.UDP, 4, 17);
    core.sockConnect(tx, ip(address), PORT);
    const payload = new Uint8Array(bytes - HEADERS);
    core.sockSend(tx, payload);
    core.run(core.now() + 10e6);
    core.sockRecvFrom(rx);
    let arrived = 0;
    const before = process.cpuUsage();
    for (let sent = 0; sent < PACKETS; sent += BURST) {
      for (let i = 0; i < BURST; i++) core.sockSend(tx, payload);
      while (typeof core.sockRecvFrom(rx) !== 'number') arrived++;
    }
    const { user, system } = process.cpuUsage(before);
    core.sockClose(rx);
    core.sockClose(tx);
    core.events(() => {});
    return arrived === PACKETS ? ((user + system) * 1000) / PACKETS : -1;
  }
}

/** Measures the paths. */
export async function benchCore(wasm: Uint8Array): Promise<CoreRow[]> {
  const bench = new Bench(await loadCore(wasm, { seed: 1 }));
  const [a, b] = bench.containers as [number, number];
  const paths: readonly (readonly [string, number, number, string])[] = [
    ['one bridge', b, a, '172.17.0.2'],
    ['masquerade out', a, bench.outside, '192.0.2.2'],
    ['DNAT in', bench.outside, a, '192.0.2.1'],
  ];
  const rows: CoreRow[] = [];
  for (const [path, from, to, address] of paths)
    for (const bytes of [64, 1500]) {
      bench.run(from, to, address, bytes);
      const runs = Array.from({ length: RUNS }, () => bench.run(from, to, address, bytes)).sort((x, y) => x - y);
      const median = runs[RUNS >> 1] as number;
      rows.push({
        path,
        bytes,
        packets: PACKETS,
        nsPerPacket: Math.round(median),
        min: Math.round(runs[0] as number),
        checked: (runs[0] as number) >= 0,
      });
    }
  return rows;
}
