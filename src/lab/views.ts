/** Snapshots of a lab's objects, for the map and the checks. */
import { formatIp, formatMac, formatPrefix, network } from '../base/ip.ts';
import type { Dockerd } from '../docker/engine/dockerd.ts';
import type { Machine as KernelMachine } from '../linux/kernel/kernel.ts';
import type { Device, Netns } from '../linux/kernel/net/netns.ts';
import { listeners } from '../linux/kernel/net/sockinfo.ts';
import type { NetnsKey } from '../linux/kernel/netadmin.ts';
import type { LabWorld } from '../linux/kernel/world.ts';
import type { LabView, ViewContainer, ViewLink, ViewMachine, ViewNetwork } from './view.ts';

/** A machine with its engine. */
export interface Viewed {
  readonly name: string;
  readonly kernel: KernelMachine;
  readonly dockerd: Dockerd;
}

export function viewOf(world: LabWorld, machines: readonly Viewed[]): LabView {
  const open = listening(world);
  const lan = lanView(world, machines);
  return {
    time: world.clock.now,
    machines: machines.map((m) => machineView(world, m, open)),
    ...(lan && { lan }),
  };
}

/** What the machines' eth0 are plugged into, at the router's. */
function lanView(world: LabWorld, machines: readonly Viewed[]): LabView['lan'] {
  for (const m of machines) {
    const bridge = world.net.get(m.kernel.hostNetns)?.find('eth0')?.peer?.master;
    const own = bridge?.ns.addrs.of(bridge.ifindex).find((a) => a.prefix.addr.v === 4)?.prefix;
    if (own) return { prefix: formatPrefix(network(own)), router: formatIp(own.addr) };
  }
  return undefined;
}

function machineView(world: LabWorld, m: Viewed, open: Listening): ViewMachine {
  return {
    name: m.name,
    links: links(world, m.kernel.hostNetns),
    containers: [...m.dockerd.daemon.containers.values()].map((c) => containerView(world, m, c, open)),
    networks: networks(m),
    listening: open.get(m.kernel.hostNetns) ?? [],
  };
}

type Network = Dockerd['daemon']['controller']['networks'] extends ReadonlyMap<string, infer N> ? N : never;

function networks(m: Viewed): ViewNetwork[] {
  const all = [...m.dockerd.daemon.controller.networks.values()];
  const walls = all.filter((n) => n.info.driver === 'bridge').length > 1 ? isolation(m) : new Map<string, string>();
  return all.map((n) => networkView(n, walls));
}

/** Bridges that a rule of the isolation chains keeps apart from others, and in which chain it is. */
function isolation(m: Viewed): Map<string, string> {
  const found = new Map<string, string>();
  for (const chain of m.kernel.net(m.kernel.hostNetns).nfChains(4, 'filter')) {
    if (!chain.name.startsWith('DOCKER-ISOLATION-')) continue;
    for (const { rule } of chain.rules)
      if (rule.target?.kind === 'DROP' && rule.out && !rule.out.not) found.set(rule.out.value, chain.name);
  }
  return found;
}

function networkView({ info, pools }: Network, walls: ReadonlyMap<string, string>): ViewNetwork {
  const device = deviceOf(info);
  const isolatedBy = device === undefined ? undefined : walls.get(device);
  return {
    id: info.id,
    name: info.name,
    driver: info.driver,
    subnets: pools.map((p) => formatPrefix(p.pool.subnet)),
    internal: info.internal,
    ...(device !== undefined && { device }),
    ...(isolatedBy !== undefined && { isolatedBy }),
  };
}

/** Names that the drivers give devices which nobody named. @see moby daemon/libnetwork/drivers */
const PREFIXES: Readonly<Record<string, string>> = { bridge: 'br-', macvlan: 'dm-', ipvlan: 'di-' };

function deviceOf({ driver, id, options }: Network['info']): string | undefined {
  const named = options[driver === 'bridge' ? 'com.docker.network.bridge.name' : 'parent'];
  const prefix = PREFIXES[driver];
  return named || (prefix && prefix + id.slice(0, 12));
}

type Container = Dockerd['daemon']['containers'] extends ReadonlyMap<string, infer C> ? C : never;

function containerView(world: LabWorld, m: Viewed, c: Container, open: Listening): ViewContainer {
  const netns = c.running?.netns;
  const own = netns !== undefined && netns !== m.kernel.hostNetns ? netns : undefined;
  const shares = sharesOf(m, c);
  const attached = [...c.attachments].flatMap(([name, a]) => (a.endpoint ? [{ name, endpoint: a.endpoint }] : []));
  return {
    id: c.id,
    name: c.name,
    image: c.config.Image,
    state: c.status,
    links: own === undefined ? [] : links(world, own),
    ports: attached.flatMap(({ endpoint }) =>
      endpoint.bindings.map((b) => ({
        proto: b.proto,
        hostIp: formatIp(b.hostIp),
        hostPort: b.hostPort,
        containerPort: b.port,
      })),
    ),
    networks: attached.map(({ name, endpoint }) => ({
      name,
      ip: endpoint.iface.ipv4 ? formatIp(endpoint.iface.ipv4.addr) : '',
      ...(endpoint.iface.mac !== undefined && { mac: formatMac(endpoint.iface.mac) }),
    })),
    attachments: [...c.attachments.keys()],
    ...(shares !== undefined && { shares }),
    listening: own === undefined ? [] : (open.get(own) ?? []),
  };
}

/** What a container without a network of its own has. */
function sharesOf(m: Viewed, c: Container): string | undefined {
  const mode = c.hostConfig.NetworkMode;
  if (mode === 'host') return mode;
  if (mode.startsWith('container:')) {
    const id = mode.slice('container:'.length);
    return m.dockerd.daemon.containers.get(id)?.name ?? id.slice(0, 12);
  }
  // Networks come and go while it runs.
  const without = [...c.attachments.keys()].every((name) => name === 'none');
  return without && (mode === 'none' || c.running) ? 'none' : undefined;
}

function links(world: LabWorld, key: NetnsKey): ViewLink[] {
  const ns = world.net.get(key);
  return ns ? ns.devices.map((d) => linkView(world, ns, d)) : [];
}

function linkView(world: LabWorld, ns: Netns, d: Device): ViewLink {
  return {
    id: d.dev,
    name: d.name,
    kind: d.kind,
    mac: formatMac(d.mac),
    up: d.up,
    carrier: d.up && world.core.devCarrier(d.dev),
    addrs: ns.addrs.of(d.ifindex).map((a) => formatPrefix(a.prefix)),
    ...(d.master && { master: d.master.name }),
    ...(d.peer && { peer: d.peer.dev }),
    ...(d.lower && { over: d.lower.dev }),
  };
}

/** Who listens, `tcp/0.0.0.0:5000`, by namespace. */
type Listening = ReadonlyMap<NetnsKey, readonly string[]>;

/** Sorted; without dockerd's resolver, which lives in containers' namespaces but is none of theirs. */
function listening(world: LabWorld): Listening {
  const out = new Map<NetnsKey, string[]>();
  for (const { socket, netid, ip, port } of listeners(world.net)) {
    if (socket.opener?.comm === 'dockerd') continue;
    const here = out.get(socket.ns.key) ?? [];
    out.set(socket.ns.key, here);
    here.push(`${netid}/${formatIp(ip)}:${port}`);
  }
  for (const list of out.values()) list.sort();
  return out;
}
