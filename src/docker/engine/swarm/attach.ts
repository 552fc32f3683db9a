/**
 * What is on networks of the swarm on this machine: containers that were started by hand, and tasks. A network comes with the
 * first of them and goes with the last.
 * @see moby daemon/container_operations.go: findAndAttachNetwork, daemon/cluster/networks.go: AttachNetwork
 */
import { parseIp } from '../../../base/ip.ts';
import type { ClusterNetwork } from '../../api/swarm.ts';
import { Failure } from '../../errdefs.ts';
import type { Network } from '../../libnetwork/network.ts';
import { attach, attachments, bare, release } from '../../swarm/attachments.ts';
import type { Attachment, Container } from '../container.ts';
import type { Member } from './member.ts';
import { gatewayNetwork, instantiate } from './networks.ts';
import { closeSandbox, openSandbox } from './sandboxes.ts';

/** Puts a container that is about to start on those networks of its that are the swarm's. */
export function attachContainer(member: Member, c: Container): Failure | undefined {
  if (c.managed) return undefined;
  for (const [name, attachment] of c.attachments) {
    const failure = attachOne(member, c, name, attachment);
    if (failure) {
      detachContainer(member, c);
      return failure.wrap('failed to set up container networking');
    }
  }
  return undefined;
}

/** @returns undefined when it is no network of the swarm, or all went well */
export function attachOne(member: Member, c: Container, name: string, a: Attachment): Failure | undefined {
  const { manager, daemon, nodeId } = member;
  const local = daemon.controller.find(a.networkId || name);
  if (!(local instanceof Failure) && local.info.scope !== 'swarm') return undefined;
  const known = manager?.store.networks.find(a.networkId || name);
  if (!manager || known instanceof Failure) return undefined;
  const asked = a.settings.IPAMConfig?.IPv4Address;
  const got = attach(manager, nodeId, c.id, a.networkId || name, asked ? parseIp(asked) : undefined);
  if (got instanceof Failure) return got.wrap(`Could not attach to network ${name}`);
  const network = bring(member, got.network);
  if (network instanceof Failure) return network;
  a.settings = { ...a.settings, IPAMConfig: { ...a.settings.IPAMConfig, IPv4Address: bare(got.address) } };
  return undefined;
}

/** The container has stopped, or has left this network. */
export function detachContainer(member: Member, c: Container, network?: Network): void {
  const { manager, nodeId } = member;
  for (const task of manager ? attachments(manager, nodeId, c.id) : []) {
    const id = task.NetworksAttachments?.[0]?.Network.ID;
    if (!manager || id === undefined || (network && network.id !== id)) continue;
    release(manager, task);
    leaveEmpty(member, id);
  }
}

/** A network of the swarm on this machine, with this node's own address on it. */
export function bring(member: Member, network: ClusterNetwork): Network | Failure {
  const gateway = gatewayNetwork(member.daemon);
  if (gateway instanceof Failure) return gateway;
  const local = instantiate(member.daemon, network);
  if (local instanceof Failure || member.attachments.has(network.ID)) return local;
  const address = member.manager?.allocator.address(network.ID);
  if (address instanceof Failure) return address;
  return (address && openSandbox(member, local, address)) || local;
}

/** Without endpoints but its own, a network leaves this machine. */
export function leaveEmpty(member: Member, id: string): void {
  const { daemon, manager, sandboxes } = member;
  const network = daemon.controller.networks.get(id);
  if (!network || network.info.ingress) return;
  const own = new Set(sandboxes.get(id)?.endpoints);
  if ([...network.endpoints.values()].some((e) => !own.has(e))) return;
  closeSandbox(member, id);
  const address = member.attachments.get(id);
  if (address) manager?.allocator.release(id, address);
  member.attachments.delete(id);
  if (!daemon.controller.deleteNetwork(network)) daemon.networkEvent(network, 'destroy');
}
