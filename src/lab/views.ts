/** Snapshots of a lab's objects, for the map and the checks. */
import { formatIp, formatMac, formatPrefix } from '../base/ip.ts';
import type { Dockerd } from '../docker/engine/dockerd.ts';
import type { Machine as KernelMachine } from '../linux/kernel/kernel.ts';
import type { Device, Netns } from '../linux/kernel/net/netns.ts';
import { listeners } from '../linux/kernel/net/sockinfo.ts';
import type { NetnsKey } from '../linux/kernel/netadmin.ts';
import type { LabWorld } from '../linux/kernel/world.ts';
import type { LabView, ViewContainer, ViewLink, ViewMachine } from './view.ts';

/** A machine with its engine. */
export interface Viewed {
  readonly name: string;
  readonly kernel: KernelMachine;
  readonly dockerd: Dockerd;
}

export function viewOf(world: LabWorld, machines: readonly Viewed[]): LabView {
  const open = listening(world);
  return { time: world.clock.now, machines: machines.map((m) => machineView(world, m, open)) };
}

function machineView(world: LabWorld, m: Viewed, open: Listening): ViewMachine {
  return {
    name: m.name,
    links: links(world, m.kernel.hostNetns),
    containers: [...m.dockerd.daemon.containers.values()].map((c) => containerView(world, m, c, open)),
    listening: open.get(m.kernel.hostNetns) ?? [],
  };
}

type Container = Dockerd['daemon']['containers'] extends ReadonlyMap<string, infer C> ? C : never;

function containerView(world: LabWorld, m: Viewed, c: Container, open: Listening): ViewContainer {
  const netns = c.running?.netns;
  const own = netns !== undefined && netns !== m.kernel.hostNetns ? netns : undefined;
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
    })),
    listening: own === undefined ? [] : (open.get(own) ?? []),
  };
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
