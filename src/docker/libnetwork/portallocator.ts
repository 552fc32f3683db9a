/**
 * Host ports that are promised to containers, by address and protocol. A port that is not asked for comes from the
 * ephemeral range; each address and protocol goes on from the port it gave last.
 * @see moby daemon/libnetwork/portallocator/portallocator.go
 */
import { formatIp, type IpAddr } from '../../base/ip.ts';
import { Failure } from '../errdefs.ts';

export type Proto = 'tcp' | 'udp' | 'sctp';

interface PortMap {
  readonly used: Set<number>;
  /** `begin-end` → the port given last from that range. */
  readonly last: Map<string, number>;
}

export class PortAllocator {
  readonly #maps = new Map<string, PortMap>();

  /** @param begin and @param end the ephemeral range, net.ipv4.ip_local_port_range */
  constructor(
    readonly begin = 32768,
    readonly end = 60999,
  ) {}

  /** The same port on each address. 0, 0: any of the ephemeral range. */
  request(ips: readonly IpAddr[], proto: Proto, start: number, end: number): number | Failure {
    const maps = ips.map((ip) => this.#map(ip, proto));
    if (start > 0 && start === end) {
      for (let i = 0; i < ips.length; i++)
        if (maps[i]?.used.has(start))
          return new Failure(
            'system',
            `Bind for ${formatIp(ips[i] as IpAddr)}:${start} failed: port is already allocated`,
          );
      for (const m of maps) m.used.add(start);
      return start;
    }
    const from = start === 0 ? this.begin : start;
    const to = start === 0 ? this.end : end;
    const key = `${from}-${to}`;
    let candidate = maps[0]?.last.get(key) ?? to;
    for (let n = from; n <= to; n++) {
      candidate = candidate >= to ? from : candidate + 1;
      if (maps.some((m) => m.used.has(candidate))) continue;
      for (const m of maps) {
        m.used.add(candidate);
        m.last.set(key, candidate);
      }
      return candidate;
    }
    return new Failure('system', 'all ports are allocated');
  }

  /** Nothing is promised to anybody: the engine begins. */
  clear(): void {
    this.#maps.clear();
  }

  release(ips: readonly IpAddr[], proto: Proto, port: number): void {
    for (const ip of ips) this.#map(ip, proto).used.delete(port);
  }

  #map(ip: IpAddr, proto: Proto): PortMap {
    const key = `${proto} ${formatIp(ip)}`;
    let map = this.#maps.get(key);
    if (!map) {
      map = { used: new Set(), last: new Map() };
      this.#maps.set(key, map);
    }
    return map;
  }
}
