/**
 * A sandbox: the network namespace of a container, with the interfaces of its endpoints.
 * @see moby daemon/libnetwork/sandbox_linux.go, osl/namespace_linux.go, osl/interface_linux.go
 */
import { type IpAddr, last4, type Prefix } from '../../base/ip.ts';
import type { Rng } from '../../base/rng.ts';
import { type Errno, isErr } from '../../linux/kernel/errno.ts';
import type { DaemonSys, Kernel } from '../../linux/kernel/machine.ts';
import type { NetnsKey } from '../../linux/kernel/netadmin.ts';
import { Failure } from '../errdefs.ts';
import { type Announcements, announcements } from './announce.ts';
import type { JoinInfo } from './driver.ts';
import type { Endpoint } from './endpoint.ts';
import { redirect } from './ingress.ts';
import type { Network } from './network.ts';
import type { Backend, ExtServer } from './resolver/answer.ts';
import { resolveIp, resolveName } from './resolver/names.ts';
import { Resolver } from './resolver/resolver.ts';

/** What a sandbox is made with. */
export interface SandboxEnv {
  readonly kernel: Kernel;
  /** dockerd's own process. */
  readonly daemon: DaemonSys;
  readonly rng: Rng;
  /** The network by which sandboxes get out that have no other way; undefined: there is none. */
  readonly gatewayNetwork: () => Network | undefined;
}

/** How a sandbox is called: where its namespace lies, and in lists of what is on a network. */
export interface SandboxName {
  readonly id: string;
  /** Name of its namespace; the id's beginning when absent. */
  readonly netns?: string;
  /** The container's id, or what stands in its place. */
  readonly holder: string;
  /** It gets no way out beside those of its networks. */
  readonly closed?: boolean;
}

/** What its containers' resolv.conf says and does not say. */
export interface SandboxDns {
  /** Servers for names that the engine does not know. */
  readonly servers: readonly ExtServer[];
  /** Names without a dot are kept from them. */
  readonly ndotsSet: boolean;
  /** The file as the engine wrote it last. */
  readonly written: string;
}

export class Sandbox {
  readonly endpoints: Endpoint[] = [];
  #deleted = false;

  dns: SandboxDns = { servers: [], ndotsSet: false, written: '' };
  #resolver: Resolver | undefined;
  /** What its resolver answers from, while it has one. */
  names: Backend | undefined;
  /** The way out that it got because its networks have none. */
  wayOut: Endpoint | undefined;

  constructor(
    readonly env: SandboxEnv,
    readonly name: SandboxName,
    readonly netns: NetnsKey,
    /** The machine's own namespace (network mode host). */
    readonly host: boolean,
  ) {
    if (host) return;
    const { kernel } = env;
    kernel.netnsName(netns, this.#path);
    kernel.net(netns).setLink('lo', { up: true });
    // moby daemon/oci_linux.go: WithCommonOptions
    kernel.setSysctl(netns, 'net.ipv4.ip_unprivileged_port_start', '0');
    kernel.setSysctl(netns, 'net.ipv4.ping_group_range', '0 2147483647');
  }

  get id(): string {
    return this.name.id;
  }

  get #path(): string {
    return `/run/docker/netns/${this.#netnsName}`;
  }

  get #netnsName(): string {
    return this.name.netns ?? this.id.slice(0, 12);
  }

  get kernel(): Kernel {
    return this.env.kernel;
  }

  /** 127.0.0.11 answers in it: it has joined a network of its own. That lasts as long as the sandbox. */
  get hasResolver(): boolean {
    return this.#resolver !== undefined;
  }

  /** Its loopback has an IPv6 address: nobody has turned that off. @see moby osl/namespace_linux.go: IPv6LoEnabled */
  get hasIPv6(): boolean {
    return this.kernel.sysctl(this.netns, 'net.ipv6.conf.lo.disable_ipv6') !== '1';
  }

  /** As inspect shows it. */
  get key(): string {
    return `/var/run/docker/netns/${this.host ? 'default' : this.#netnsName}`;
  }

  /** Attaches an endpoint: device, addresses, routes, announcements. */
  join(endpoint: Endpoint): Failure | undefined {
    const { network, iface } = endpoint;
    const ifname = endpoint.ifname ?? this.#freeName(network.driver.ifacePrefix(network.id));
    const joined = network.driver.join(network.id, endpoint.id, {
      sandbox: this.netns,
      ifname,
      ...(endpoint.legacy ? { legacy: endpoint.legacy } : {}),
      moved: endpoint === this.wayOut,
      renamed: endpoint.sysctls.length > 0,
    });
    if (joined instanceof Failure) return joined;
    endpoint.joined = joined;
    endpoint.holder = this.name.holder;
    this.endpoints.push(endpoint);
    if (network.hasResolver) this.#startResolver();
    if (joined.ifname === undefined) return undefined;
    const net = this.kernel.net(this.netns);
    if (!iface.ipv6) this.kernel.setSysctl(this.netns, `net.ipv6.conf.${ifname}.disable_ipv6`, '1');
    for (const [name, value] of endpoint.sysctls) {
      const set = this.kernel.setSysctl(this.netns, name.replace(/\.ifname\./i, `.${ifname}.`), value);
      if (isErr(set)) return this.#sysctlFailed(endpoint, ifname, name, value, set);
    }
    for (const addr of endpoint.linkLocal) net.addAddr(ifname, { addr, bits: addr.v === 4 ? 16 : 64 });
    if (iface.ipv4) net.addAddr(ifname, iface.ipv4, broadcast(iface.ipv4));
    if (iface.ipv6) net.addAddr(ifname, iface.ipv6, { nodad: true });
    net.setLink(ifname, { up: true });
    if (network.info.ingress && iface.ipv4) redirect(net, iface.ipv4.addr, endpoint.ingressPorts);
    this.updateGateway();
    this.#announce(endpoint, ifname, announcements(network.info.options));
    return endpoint === this.wayOut ? undefined : this.#updateWayOut();
  }

  leave(endpoint: Endpoint): void {
    const i = this.endpoints.indexOf(endpoint);
    if (i < 0) return;
    this.endpoints.splice(i, 1);
    endpoint.joined = undefined;
    endpoint.network.driver.leave(endpoint.network.id, endpoint.id);
    if (this.#deleted) return;
    if (endpoint !== this.wayOut) this.#updateWayOut();
    this.updateGateway();
  }

  /**
   * An endpoint in the gateway network, as long as a network asks for one and none gives a way out itself.
   * @see moby daemon/libnetwork/default_gateway.go: setupDefaultGW, needDefaultGW, clearDefaultGW
   */
  #updateWayOut(): Failure | undefined {
    const others = this.endpoints.filter((e) => e !== this.wayOut);
    const needed =
      !this.name.closed && others.some((e) => e.joined?.needsGateway) && !others.some((e) => e.joined?.gateway);
    if (needed === (this.wayOut !== undefined)) return undefined;
    if (!needed) {
      this.#dropWayOut();
      return undefined;
    }
    const network = this.env.gatewayNetwork();
    if (!network) return undefined;
    const made = network.createEndpoint(this.env.rng.hex(64), `gateway_${this.id.slice(0, 12)}`, {});
    if (made instanceof Failure) return made;
    this.wayOut = made;
    const failure = this.join(made);
    if (failure) this.#dropWayOut();
    return failure;
  }

  #dropWayOut(): void {
    const { wayOut } = this;
    if (!wayOut) return;
    wayOut.unpublish();
    this.leave(wayOut);
    this.wayOut = undefined;
    wayOut.network.deleteEndpoint(wayOut);
  }

  #sysctlFailed(endpoint: Endpoint, ifname: string, name: string, value: string, e: Errno): Failure {
    const made = endpoint.joined?.madeAs ?? ifname;
    this.leave(endpoint);
    const path = `/proc/sys/${name.replace(/\.ifname\./i, `.${ifname}.`).replaceAll('.', '/')}`;
    return new Failure(
      'system',
      `failed to add interface ${made} to sandbox: unable to set sysctl ${name}=${value}: open ${path}: ${e.text.toLowerCase()}`,
    );
  }

  /**
   * Endpoints in the order in which names are looked for in their networks, and a way out is: the highest priority, one of
   * a network that is not internal, one that leads out with both families or at least one, the network whose name sorts first.
   * @see moby endpoint.go: Less
   */
  get ranked(): Endpoint[] {
    const rank = (e: Endpoint): number =>
      Number(leads(e, 4)) + Number(leads(e, 6)) - 3 * Number(e.network.info.internal) - 6 * Number(e === this.wayOut);
    return [...this.endpoints].sort(
      (a, b) => b.gwPriority - a.gwPriority || rank(b) - rank(a) || (a.network.name < b.network.name ? -1 : 1),
    );
  }

  /** The endpoint that has the default route of a family. */
  gatewayEndpoint(family: 4 | 6): Endpoint | undefined {
    return this.ranked.find((e) => leads(e, family));
  }

  /** Sets the default route anew; that of the machine is its own. */
  updateGateway(): void {
    if (this.host) return;
    for (const family of [4, 6] as const) this.#updateRoute(family, this.gatewayEndpoint(family)?.joined);
  }

  #updateRoute(family: 4 | 6, joined: JoinInfo | undefined): void {
    const net = this.kernel.net(this.netns);
    const via = family === 4 ? joined?.gateway : joined?.gatewayV6;
    const ifindex = via || joined?.ifname === undefined ? undefined : net.link(joined.ifname)?.ifindex;
    const present = net.routes(family).find((r) => r.dst === undefined && r.type === 'unicast');
    if (present && present.via?.value === via?.value && (via || present.ifindex === ifindex)) return;
    if (present) net.delRoute(present);
    if (via) net.addRoute({ family, via });
    else if (ifindex !== undefined) net.addRoute({ family, ifindex, scope: 'link' });
  }

  /** The engine ends, or another one takes over: who answers for names in the container is a socket of its. */
  restart(up: boolean): void {
    const resolver = this.#resolver;
    if (!up) resolver?.stop();
    else if (resolver) {
      this.#resolver = undefined;
      this.#startResolver();
    }
  }

  delete(): void {
    this.#deleted = true;
    this.#resolver?.stop();
    this.#dropWayOut();
    for (const e of [...this.endpoints]) this.leave(e);
    if (this.host) return;
    this.kernel.netnsUnname(this.#path);
    this.kernel.netnsDel(this.netns);
  }

  #startResolver(): void {
    if (this.#resolver) return;
    const { kernel, daemon, rng } = this.env;
    const sandbox = this;
    this.names = {
      resolveName: (name, version) => resolveName(this.ranked, name, version),
      resolveIp: (ip) => resolveIp(this.ranked, ip),
      get ndotsSet() {
        return sandbox.dns.ndotsSet;
      },
      get external() {
        return (
          [4, 6].some((v) => sandbox.gatewayEndpoint(v as 4 | 6)) || sandbox.endpoints.some((e) => e.joined?.external)
        );
      },
      get servers() {
        return sandbox.dns.servers;
      },
    };
    this.#resolver = new Resolver(kernel, daemon, this.netns, rng, this.names);
    const failed = this.#resolver.start();
    if (isErr(failed)) kernel.log(`dockerd: embedded DNS: ${failed.text.toLowerCase()}`);
  }

  #freeName(prefix: string): string {
    const used = new Set(this.endpoints.map((e) => e.joined?.ifname));
    let i = 0;
    while (used.has(`${prefix}${i}`)) i++;
    return `${prefix}${i}`;
  }

  #announce(endpoint: Endpoint, ifname: string, { count, interval }: Announcements): void {
    if (count === 0 || this.#deleted || !this.endpoints.includes(endpoint)) return;
    const { ipv4, ipv6 } = endpoint.iface;
    for (const a of [ipv4, ipv6]) if (a) this.kernel.net(this.netns).announce(ifname, a.addr);
    const rest = { count: count - 1, interval };
    this.kernel.world.clock.after(interval, () => this.#announce(endpoint, ifname, rest));
  }
}

const leads = ({ joined: j }: Endpoint, v: 4 | 6): boolean =>
  (v === 4 ? j?.gateway : j?.gatewayV6) !== undefined || (j?.onDevice?.includes(v) ?? false);

function broadcast(p: Prefix): { broadcast?: IpAddr } {
  if (p.addr.v !== 4 || p.bits >= 31) return {};
  return { broadcast: { v: 4, value: last4(p) } };
}
