/** What stands on a machine, sorted into lanes: one for each bridge or network, one for the machine itself. */
import type { ViewContainer, ViewLink, ViewMachine, ViewNetwork } from '../../worker/api.ts';

/** A container in a lane, and the interface by which it is on it. */
export interface Member {
  readonly container: ViewContainer;
  /** Its end, and the machine's: ids of links. Absent while it does not run, or when it shares another's network. */
  readonly link?: ViewLink;
  readonly port?: ViewLink;
}

export interface LaneSpec {
  readonly key: string;
  readonly network?: ViewNetwork;
  /** The bridge, or the device that the network's interfaces stand on. */
  readonly device?: ViewLink;
  readonly members: readonly Member[];
  /** Further containers that are on it, but stand in the lane of another network. */
  readonly guests: readonly Member[];
}

export interface MachineSpec {
  readonly machine: ViewMachine;
  readonly lanes: readonly LaneSpec[];
  /** Containers with the machine's own network or none. */
  readonly hosted: readonly ViewContainer[];
  /** Further devices of the machine: VXLAN, VLAN, dummies … */
  readonly devices: readonly ViewLink[];
}

const UPPER = ['macvlan', 'ipvlan'];
/** Kinds that are drawn as something else than a box, or not at all. */
const DRAWN = ['loopback', 'bridge', 'veth'];

export function specOf(machine: ViewMachine): MachineSpec {
  const networks = machine.networks.filter((n) => n.driver !== 'host' && n.driver !== 'null');
  const bridges = machine.links.filter((l) => l.kind === 'bridge');
  const byDevice = (n: ViewNetwork) => machine.links.find((l) => l.name === n.device);
  const lanes = networks.map((network) => ({ key: network.id, network, device: byDevice(network) }));
  const lone = bridges.filter((b) => !networks.some((n) => n.driver === 'bridge' && n.device === b.name));
  const specs = [
    ...lanes.sort((a, b) => Number(b.network.name === 'bridge') - Number(a.network.name === 'bridge')),
    ...lone.map((device) => ({ key: `bridge ${device.name}`, network: undefined, device })),
  ];
  const homes = new Map(machine.containers.map((c) => [c.id, homeOf(machine, c)]));
  const join = (lane: (typeof specs)[number], home: boolean): Member[] =>
    machine.containers.flatMap((container) => {
      const on = lane.network && container.networks.some((n) => n.name === lane.network?.name);
      const isHome = homes.get(container.id) === (lane.network?.name ?? '');
      if (isHome !== home || (!on && !home)) return [];
      return [{ container, ...(on && ends(machine, container, lane.network, lane.device)) }];
    });
  return {
    machine,
    lanes: specs.map((lane) => ({
      key: lane.key,
      ...(lane.network && { network: lane.network }),
      ...(lane.device && { device: lane.device }),
      members: lane.network ? join(lane, true) : [],
      guests: lane.network ? join(lane, false) : [],
    })),
    hosted: machine.containers.filter((c) => homes.get(c.id) === undefined),
    devices: machine.links.filter((l) => !DRAWN.includes(l.kind) && l.name !== 'eth0'),
  };
}

/** Name of the network in whose lane a container stands; undefined: it has none of its own. */
function homeOf(machine: ViewMachine, c: ViewContainer): string | undefined {
  if (c.shares === 'host' || c.shares === 'none') return undefined;
  if (c.shares !== undefined) {
    const other = machine.containers.find((o) => o.name === c.shares);
    return other && other.shares === undefined ? homeOf(machine, other) : undefined;
  }
  return c.attachments[0] ?? (machine.networks.some((n) => n.name === 'bridge') ? 'bridge' : undefined);
}

/** The interface by which a running container is on a network, and the bridge's port at its other end. */
function ends(
  machine: ViewMachine,
  c: ViewContainer,
  network: ViewNetwork | undefined,
  device: ViewLink | undefined,
): { link?: ViewLink; port?: ViewLink } {
  if (network && UPPER.includes(network.driver)) {
    const ip = c.networks.find((n) => n.name === network.name)?.ip;
    const link = c.links.find((l) => UPPER.includes(l.kind) && l.addrs.some((a) => a.replace(/\/.*/, '') === ip));
    return link ? { link } : {};
  }
  for (const link of c.links) {
    const port = machine.links.find((l) => l.peer === link.id);
    if (port && port.master === device?.name) return { link, port };
  }
  return {};
}
