/**
 * Single containers on networks of the swarm, each kept as a task of its own kind; and nodes there, which have an address
 * for balancing as soon as anything of theirs is on the network.
 * @see swarmkit manager/resourceapi/allocator.go: AttachNetwork, manager/allocator/network.go: allocateNodes
 */
import { formatIp, type IpAddr, parsePrefix } from '../../base/ip.ts';
import type { ClusterNetwork, Task } from '../api/swarm.ts';
import { Failure } from '../errdefs.ts';
import { rfc3339Nano } from '../time.ts';
import { rpc } from './errors.ts';
import { newId } from './ids.ts';
import type { Manager } from './manager.ts';

export interface Attached {
  readonly task: string;
  readonly network: ClusterNetwork;
  /** With its prefix length. */
  readonly address: string;
}

/** @param wanted a certain address */
export function attach(
  manager: Manager,
  node: string,
  container: string,
  term: string,
  wanted?: IpAddr,
): Attached | Failure {
  const { store, allocator, rng } = manager;
  const network = store.networks.find(term);
  if (network instanceof Failure) return rpc('NotFound', `network ${term} not found`);
  if (!network.Spec.Attachable) return rpc('PermissionDenied', `network ${network.Spec.Name} not manually attachable`);
  const address = allocator.address(network.ID, wanted);
  if (address instanceof Failure) return address;
  const task = store.tasks.create(newId(rng), {
    Labels: {},
    Spec: { NetworkAttachmentSpec: { ContainerID: container }, Networks: [{ Target: network.ID }], ForceUpdate: 0 },
    NodeID: node,
    Status: { Timestamp: rfc3339Nano(manager.now()), State: 'running', Message: 'started', PortStatus: {} },
    DesiredState: 'running',
    NetworksAttachments: [{ Network: network, Addresses: [address] }],
    Volumes: null,
  });
  return { task: task.ID, network, address };
}

/** Takes a task away, and its addresses. */
export function release(manager: Manager, task: Task): void {
  for (const { Network, Addresses } of task.NetworksAttachments ?? [])
    for (const a of Addresses) manager.allocator.release(Network.ID, a);
  manager.store.tasks.remove(task);
}

/** The attachment of a container; all of a node's when no container is named. */
export function attachments(manager: Manager, node: string, container?: string): Task[] {
  return [...manager.store.tasks.all()].filter(({ NodeID, Spec }) => {
    const id = Spec.NetworkAttachmentSpec?.ContainerID;
    return NodeID === node && id !== undefined && (container === undefined || id === container);
  });
}

/** A node's own address in a network, with its prefix length. */
export function nodeAddress(manager: Manager, node: string, network: string): string | Failure {
  const key = `${node} ${network}`;
  const address = manager.nodeAddresses.get(key) ?? manager.allocator.address(network);
  if (!(address instanceof Failure)) manager.nodeAddresses.set(key, address);
  return address;
}

/** Nothing of a node is on a network any more. */
export function releaseNode(manager: Manager, node: string, network: string): void {
  const key = `${node} ${network}`;
  const address = manager.nodeAddresses.get(key);
  if (address) manager.allocator.release(network, address);
  manager.nodeAddresses.delete(key);
}

/** Its bare address, as an endpoint asks for it. */
export const bare = (address: string): string => {
  const prefix = parsePrefix(address);
  return prefix ? formatIp(prefix.addr) : address;
};
