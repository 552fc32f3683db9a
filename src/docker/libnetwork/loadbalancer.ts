/**
 * Virtual addresses of services: in a sandbox of the engine's own on their network, packets for one are marked, and IPVS
 * gives them to its tasks in turn.
 * Limits: IPv4; NAT mode only (no direct return); a task that ends loses its connections at once.
 * @see moby daemon/libnetwork/service_common.go: addServiceBinding; service_linux.go: addLBBackend, rmLBBackend, configureFWMark
 */
import { formatIp, type IpAddr, network as networkOf, type Prefix, sameIp } from '../../base/ip.ts';
import type { Kernel } from '../../linux/kernel/machine.ts';
import type { NfRule } from '../../linux/kernel/netadmin.ts';
import type { Controller } from './controller.ts';
import { type Placed, program, remove, restore } from './drivers/bridge/rules.ts';
import { Ingress, type IngressPort, portRule } from './ingress.ts';
import type { Network } from './network.ts';
import type { Sandbox } from './sandbox.ts';

/** A service on one network. */
export interface Balanced {
  readonly id: string;
  readonly vip: IpAddr | undefined;
  /** Of the mesh; on the ingress network only. */
  readonly ports: readonly IngressPort[];
  /** Addresses of tasks that take requests. */
  readonly backends: readonly IpAddr[];
}

interface Balancer {
  readonly mark: number;
  readonly vip: IpAddr | undefined;
  readonly ports: readonly IngressPort[];
  backends: readonly IpAddr[];
}

const FIRST_MARK = 256;
const ON = { 4: true, 6: false } as const;
const is = <T>(value: T): { value: T; not: boolean } => ({ value, not: false });

export class LoadBalancers {
  readonly #kernel: Kernel;
  readonly #ingress: Ingress;
  #mark = FIRST_MARK;
  /** By network and service. */
  readonly #networks = new Map<string, Map<string, Balancer>>();

  constructor(readonly controller: Controller) {
    this.#kernel = controller.kernel;
    this.#ingress = new Ingress(controller.kernel);
  }

  /** The mark of a service's packets on a network; 0 without one. */
  index(network: string, service: string): number {
    return this.#networks.get(network)?.get(service)?.mark ?? 0;
  }

  /** These services, and no others, are on a network now. @param sandbox the engine's own there */
  follow(network: Network, sandbox: Sandbox, services: readonly Balanced[]): void {
    const known = this.#networks.get(network.id) ?? new Map<string, Balancer>();
    this.#networks.set(network.id, known);
    const at = new Place(network, sandbox, this.#kernel);
    const live = new Map(services.filter((s) => s.backends.length > 0).map((s) => [s.id, s]));
    for (const [id, lb] of [...known]) {
      const now = live.get(id);
      if (now && same(now, lb)) continue;
      this.#take(at, lb);
      known.delete(id);
    }
    for (const s of live.values()) this.#serve(at, known, s);
  }

  /** The sandbox of a network goes. */
  drop(network: Network, sandbox: Sandbox): void {
    this.follow(network, sandbox, []);
    this.#networks.delete(network.id);
  }

  #serve(at: Place, known: Map<string, Balancer>, s: Balanced): void {
    let lb = known.get(s.id);
    if (!lb) {
      lb = { mark: this.#mark++, vip: s.vip, ports: s.ports, backends: [] };
      known.set(s.id, lb);
      this.#begin(at, lb);
    }
    const key = { fwmark: lb.mark };
    if (lb.vip) {
      for (const ip of s.backends)
        if (!lb.backends.some((b) => sameIp(b, ip)))
          at.net.ipvsServer(key, { addr: ip, port: 0, weight: 1, method: 'Masq' }, false);
      for (const ip of lb.backends) if (!s.backends.some((b) => sameIp(b, ip))) at.net.ipvsServerDelete(key, ip, 0);
    }
    lb.backends = s.backends;
  }

  #begin(at: Place, { mark, vip, ports }: Balancer): void {
    if (!vip || !at.address || at.ifname === undefined) return;
    at.net.addAddr(at.ifname, { addr: vip, bits: 32 });
    const { gateway, bridge } = at;
    if (gateway && bridge && ports.length > 0) this.#ingress.open(this.controller.daemon, gateway, bridge, ports);
    program(at.net, at.marking(mark, vip, ports), ON);
    at.hide();
    at.net.ipvsService({ key: { fwmark: mark }, scheduler: 'rr' }, false);
  }

  #take(at: Place, { mark, vip, ports }: Balancer): void {
    if (!vip || !at.address || at.ifname === undefined) return;
    at.net.ipvsServiceDelete({ fwmark: mark });
    if (at.gateway && ports.length > 0) this.#ingress.close(at.gateway, ports);
    remove(at.net, at.marking(mark, vip, ports), ON);
    at.net.delAddr(at.ifname, { addr: vip, bits: 32 });
  }
}

const portsText = (ports: readonly IngressPort[]): string =>
  ports.map((p) => `${p.published}:${p.target}/${p.protocol}`).join();
const same = (s: Balanced, lb: Balancer): boolean =>
  (s.vip && formatIp(s.vip)) === (lb.vip && formatIp(lb.vip)) && portsText(s.ports) === portsText(lb.ports);

/** Where a network's services are balanced: the engine's sandbox there. */
class Place {
  readonly net;
  /** Its own address on the network. */
  readonly address: Prefix | undefined;
  readonly ifname: string | undefined;

  constructor(
    network: Network,
    readonly sandbox: Sandbox,
    readonly kernel: Kernel,
  ) {
    this.net = kernel.net(sandbox.netns);
    const endpoint = sandbox.endpoints.find((e) => e.network === network);
    this.address = endpoint?.iface.ipv4;
    this.ifname = endpoint?.joined?.ifname;
  }

  get gateway(): IpAddr | undefined {
    return this.sandbox.wayOut?.iface.ipv4?.addr;
  }

  /** The device of the way out on the machine. */
  get bridge(): string | undefined {
    return this.sandbox.wayOut?.network.info.options['com.docker.network.bridge.name'];
  }

  marking(mark: number, vip: IpAddr, ports: readonly IngressPort[]): Placed[] {
    const target: NfRule['target'] = { kind: 'MARK', value: mark, mask: 0xffffffff };
    const rule = (chain: string, r: NfRule): Placed => ({ family: 4, table: 'mangle', chain, rule: r });
    return [
      ...ports.map((p) => rule('PREROUTING', portRule(p.protocol, 'dport', p.published, { target }))),
      rule('INPUT', { dst: is({ addr: vip, bits: 32 }), modules: [], target }),
    ];
  }

  /** Tasks answer to this sandbox, so that answers come back by it. */
  hide(): void {
    const own = this.address as Prefix;
    const rule: NfRule = {
      dst: is(networkOf(own)),
      more: [{ module: 'ipvs', ipvs: is(true as const) }],
      modules: ['ipvs'],
      target: { kind: 'SNAT', ip: own.addr },
    };
    restore(this.net, [{ family: 4, table: 'nat', chain: 'POSTROUTING', rule }], ON);
    this.kernel.setSysctl(this.sandbox.netns, 'net.ipv4.vs.conntrack', '1');
  }
}
