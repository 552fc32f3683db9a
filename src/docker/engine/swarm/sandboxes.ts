/**
 * Sandboxes of the engine's own on networks of the swarm: `ingress_sbox` for published ports, and one for each network
 * with services, by which a virtual address is spread over tasks.
 * @see moby daemon/network.go: setupIngress, daemon/libnetwork/controller.go: createLoadBalancerSandbox
 */
import { parsePrefix } from '../../../base/ip.ts';
import { Failure } from '../../errdefs.ts';
import type { Network } from '../../libnetwork/network.ts';
import type { Sandbox } from '../../libnetwork/sandbox.ts';
import type { Member } from './member.ts';

/** Joins a network with this node's address there, `10.0.0.2/24`. */
export function openSandbox(member: Member, network: Network, address: string): Failure | undefined {
  member.attachments.set(network.id, address);
  if (member.sandboxes.has(network.id)) return undefined;
  const { daemon } = member;
  const { ingress } = network.info;
  const id = ingress ? 'ingress-sbox' : `lb-${network.name}`;
  const sandbox = daemon.controller.newSandbox(false, {
    id,
    holder: id,
    netns: ingress ? 'ingress_sbox' : `lb_${network.id.slice(0, 9)}`,
    closed: !ingress,
  });
  const prefix = parsePrefix(address);
  const endpoint = network.createEndpoint(
    daemon.rng.hex(64),
    `${network.name}-endpoint`,
    prefix ? { address: prefix.addr } : {},
  );
  const failure = endpoint instanceof Failure ? endpoint : sandbox.join(endpoint);
  if (failure) {
    closeOne(sandbox);
    return failure;
  }
  member.sandboxes.set(network.id, sandbox);
  return undefined;
}

export function closeSandbox(member: Member, networkId: string): void {
  const sandbox = member.sandboxes.get(networkId);
  const network = member.daemon.controller.networks.get(networkId);
  if (sandbox && network) member.balancers.drop(network, sandbox);
  if (sandbox) closeOne(sandbox);
  member.sandboxes.delete(networkId);
}

function closeOne(sandbox: Sandbox): void {
  const endpoints = sandbox.endpoints.filter((e) => e !== sandbox.wayOut);
  sandbox.delete();
  for (const e of endpoints) e.network.deleteEndpoint(e);
}
