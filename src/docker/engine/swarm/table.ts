/**
 * Where endpoints of the swarm's networks are: what this node has, and what it does with what others have.
 * @see moby daemon/libnetwork/drivers/overlay/peerdb.go, daemon/libnetwork/agent.go
 */
import { formatIp, type IpAddr, parseIp } from '../../../base/ip.ts';
import type { OverlayDriver, Peer } from '../../libnetwork/drivers/overlay/overlay.ts';
import type { Network } from '../../libnetwork/network.ts';
import type { EndpointRecord, NameRecord, Presence, Table } from '../../swarm/protocol.ts';
import type { Member } from './member.ts';

const swarmNetworks = ({ daemon }: Member): Network[] =>
  [...daemon.controller.networks.values()].filter((n) => n.info.scope === 'swarm');

/** What this node has. */
export function presenceOf(member: Member): Presence {
  const vtep = member.addresses.dataPath || member.addresses.local;
  const networks = swarmNetworks(member);
  const records = networks.flatMap((n) =>
    [...n.endpoints.values()].flatMap((e): EndpointRecord[] => {
      const { ipv4, mac } = e.iface;
      if (!e.joined || !ipv4 || mac === undefined) return [];
      return [{ network: n.id, ip: formatIp(ipv4.addr), mac, vtep, names: e.dnsNames }];
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
    for (const { name, ips } of [...namesOf(others), ...table.names.filter((n) => n.network === network.id)])
      network.serviceNames.set(
        name.toLowerCase(),
        ips.flatMap((ip) => parseIp(ip) ?? []),
      );
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

/** Endpoints by each of their names. */
function namesOf(records: readonly EndpointRecord[]): Omit<NameRecord, 'network'>[] {
  const out = new Map<string, string[]>();
  for (const { names, ip } of records)
    for (const name of names) out.set(name.toLowerCase(), [...(out.get(name.toLowerCase()) ?? []), ip]);
  return [...out].map(([name, ips]) => ({ name, ips }));
}
