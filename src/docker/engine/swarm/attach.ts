/**
 * What is on networks of the swarm on this machine: containers that were started by hand, and tasks. A network comes with the
 * first of them and goes with the last.
 * @see moby daemon/container_operations.go: findAndAttachNetwork, daemon/cluster/networks.go: AttachNetwork
 */
import { parseIp } from '../../../base/ip.ts';
import type { ClusterNetwork } from '../../api/swarm.ts';
import { Failure } from '../../errdefs.ts';
import type { Network } from '../../libnetwork/network.ts';
import {
  type Attached,
  attach,
  attachments,
  bare,
  nodeAddress,
  release,
  releaseNode,
} from '../../swarm/attachments.ts';
import type { Attachment, Container } from '../container.ts';
import type { Member } from './member.ts';
import { gatewayNetwork, instantiate } from './networks.ts';
import { closeSandbox, openSandbox } from './sandboxes.ts';

/** Puts a container that is about to start on those networks of its that are the swarm's. */
export async function attachContainer(member: Member, c: Container): Promise<Failure | undefined> {
  if (c.managed) return undefined;
  for (const [name, attachment] of c.attachments) {
    const failure = await attachOne(member, c, name, attachment);
    if (!failure) continue;
    detachContainer(member, c);
    return failure.wrap('failed to set up container networking');
  }
  return undefined;
}

/** @returns undefined when it is no network of the swarm, or all went well */
export async function attachOne(
  member: Member,
  c: Container,
  name: string,
  a: Attachment,
): Promise<Failure | undefined> {
  const term = a.networkId || name;
  const local = member.daemon.controller.find(term);
  if (!(local instanceof Failure) && local.info.scope !== 'swarm') return undefined;
  const got = await ask(member, c.id, term, a.settings.IPAMConfig?.IPv4Address ?? '');
  if (got instanceof Failure)
    return got.kind === 'notFound' ? undefined : got.wrap(`Could not attach to network ${name}`);
  const network = bring(member, got.network);
  if (network instanceof Failure) return network;
  a.settings = { ...a.settings, IPAMConfig: { ...a.settings.IPAMConfig, IPv4Address: bare(got.address) } };
  return undefined;
}

/** Asks a manager for a place; also for the node's own address, where that is another machine's. */
async function ask(member: Member, container: string, term: string, wanted: string): Promise<Attached | Failure> {
  const { manager, agent, nodeId } = member;
  if (manager) return attach(manager, nodeId, container, term, wanted === '' ? undefined : parseIp(wanted));
  const got = await agent?.attach(container, term, wanted);
  if (!got) return new Failure('notFound', `network ${term} not found`);
  if (got instanceof Failure) return got;
  member.attachments.set(got.attached.network.ID, got.address);
  return got.attached;
}

/** The container has stopped, or has left this network. */
export function detachContainer(member: Member, c: Container, network?: Network): void {
  const { manager, agent, nodeId, daemon } = member;
  for (const task of manager ? attachments(manager, nodeId, c.id) : [])
    if (manager && (!network || task.NetworksAttachments?.[0]?.Network.ID === network.id)) release(manager, task);
  if (!c.managed) agent?.send({ t: 'detach', container: c.id, network: network?.id ?? '' });
  for (const n of network ? [network] : [...daemon.controller.networks.values()])
    if (n.info.scope === 'swarm' && !c.managed) leaveEmpty(member, n.id);
  member.announce();
}

/** A network of the swarm on this machine, with this node's own address on it. */
export function bring(member: Member, network: ClusterNetwork): Network | Failure {
  const gateway = gatewayNetwork(member.daemon);
  if (gateway instanceof Failure) return gateway;
  const local = instantiate(member.daemon, network);
  if (local instanceof Failure || member.sandboxes.has(network.ID)) return local;
  const { manager, nodeId } = member;
  const address = manager ? nodeAddress(manager, nodeId, network.ID) : member.attachments.get(network.ID);
  if (address instanceof Failure) return address;
  return (address && openSandbox(member, local, address)) || local;
}

/** Without endpoints but its own, a network leaves this machine. */
export function leaveEmpty(member: Member, id: string): void {
  const { daemon, manager, agent, sandboxes } = member;
  const network = daemon.controller.networks.get(id);
  if (!network || network.info.ingress) return;
  const own = new Set(sandboxes.get(id)?.endpoints);
  if ([...network.endpoints.values()].some((e) => !own.has(e))) return;
  closeSandbox(member, id);
  member.attachments.delete(id);
  if (manager) releaseNode(manager, member.nodeId, id);
  else agent?.send({ t: 'left', network: id });
  if (!daemon.controller.deleteNetwork(network)) daemon.networkEvent(network, 'destroy');
}
