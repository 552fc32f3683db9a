/**
 * Where endpoints of the swarm's networks are: what this node has, and what it does with what others have.
 * @see moby daemon/libnetwork/drivers/overlay/peerdb.go, daemon/libnetwork/agent.go
 */

import { formatIp, type IpAddr, parseIp } from '../../../base/ip.ts';
import type { ServicePort } from '../../api/swarm.ts';
import type { OverlayDriver, Peer } from '../../libnetwork/drivers/overlay/overlay.ts';
import type { IngressPort } from '../../libnetwork/ingress.ts';
import type { Balanced } from '../../libnetwork/loadbalancer.ts';
import type { Network } from '../../libnetwork/network.ts';
import type { EndpointRecord, Presence, ServiceRecord, Table } from '../../swarm/protocol.ts';
import type { Member } from './member.ts';

const swarmNetworks = ({ daemon }: Member): Network[] =>
  [...daemon.controller.networks.values()].filter((n) => n.info.scope === 'swarm');

/** What this node has. */
export function presenceOf(member: Member): Presence {
  const { daemon } = member;
  const vtep = member.addresses.dataPath || member.addresses.local;
  const networks = swarmNetworks(member);
  const records = networks.flatMap((n) =>
    [...n.endpoints.values()].flatMap((e): EndpointRecord[] => {
      const { ipv4, mac } = e.iface;
      if (!e.joined || !ipv4 || mac === undefined) return [];
      const labels = e.dnsNames.length > 0 ? daemon.containers.get(e.holder)?.config.Labels : undefined;
      const service = labels?.['com.docker.swarm.service.name'] ?? '';
      const is = { id: e.id, name: e.name, service };
      return [{ network: n.id, ip: formatIp(ipv4.addr), mac, vtep, names: e.dnsNames, ...is }];
    }),
  );
  return {
    records,
    peer: { name: member.peerName, ip: member.addresses.advertise.host, networks: networks.map((n) => n.id) },
  };
}

/** Others' endpoints can be reached and called by name from now on. */
export function apply(member: Member, table: Table): void {
  for (const network of swarmNetworks(member)) {
    const own = new Set([...network.endpoints.values()].map((e) => e.iface.ipv4 && formatIp(e.iface.ipv4.addr)));
    const others = table.records.filter((r) => r.network === network.id && !own.has(r.ip));
    reach(network, others);
    network.serviceNames.clear();
    const services = table.services.filter((s) => s.network === network.id);
    const served = network.info.ingress ? [] : services.flatMap(serviceNames);
    for (const { name, ips } of namesOf(others)) network.serviceNames.set(name, parsed(ips));
    for (const { name, ips } of joined(served)) network.serviceNames.set(name, parsed(ips));
    const sandbox = member.sandboxes.get(network.id);
    if (sandbox) member.balancers.follow(network, sandbox, services.map(balanced));
  }
}

function reach(network: Network, others: readonly EndpointRecord[]): void {
  const driver = network.driver as OverlayDriver;
  const known = driver.peers(network.id);
  for (const p of known) if (!others.some((r) => same(r, p))) driver.removePeer(network.id, p.ip);
  for (const r of others) {
    const [ip, vtep] = [parseIp(r.ip), parseIp(r.vtep)];
    if (ip && vtep && !known.some((p) => same(r, p))) driver.addPeer(network.id, { ip, mac: r.mac, vtep });
  }
}

const same = (r: EndpointRecord, p: Peer): boolean => r.ip === text(p.ip) && r.mac === p.mac && r.vtep === text(p.vtep);

const text = (ip: IpAddr): string => formatIp(ip);

const parsed = (ips: readonly string[]): IpAddr[] => ips.flatMap((ip) => parseIp(ip) ?? []);

/** A name and what it stands for. */
interface Named {
  readonly name: string;
  readonly ips: readonly string[];
}

/** While tasks run, a service's names are its virtual address, or theirs; `tasks.NAME` is always theirs. */
const serviceNames = ({ name, aliases, vip, ips }: ServiceRecord): Named[] =>
  [name, ...aliases].flatMap((n) =>
    ips.length === 0
      ? []
      : [
          { name: `tasks.${n}`, ips },
          { name: n, ips: vip === '' ? ips : [vip] },
        ],
  );

const balanced = ({ id, vip, ports, ips }: ServiceRecord): Balanced => ({
  id,
  vip: parseIp(vip),
  ports: ports.map(ingressPort),
  backends: parsed(ips),
});

/** A port as the mesh has it. */
export const ingressPort = (p: ServicePort): IngressPort => ({
  protocol: p.Protocol as IngressPort['protocol'],
  target: p.TargetPort,
  published: p.PublishedPort ?? 0,
});

/** Endpoints by each of their names. */
const namesOf = (records: readonly EndpointRecord[]): Named[] =>
  joined(records.flatMap(({ names, ip }) => names.map((name) => ({ name, ips: [ip] }))));

/** Each name once, in lower case, with all that it stands for. */
function joined(all: readonly Named[]): Named[] {
  const out = new Map<string, string[]>();
  for (const { name, ips } of all) out.set(name.toLowerCase(), [...(out.get(name.toLowerCase()) ?? []), ...ips]);
  return [...out].map(([name, ips]) => ({ name, ips: [...new Set(ips)] }));
}
