/**
 * Names of services in the networks of this machine: a service's own one is its virtual address, or its tasks' addresses;
 * `tasks.NAME` is those of all that run.
 * @see moby daemon/libnetwork/service_common.go: addEndpointNameResolution
 */
import { type IpAddr, parsePrefix } from '../../../base/ip.ts';
import type { Service, Task } from '../../api/swarm.ts';
import type { Network } from '../../libnetwork/network.ts';
import type { Manager } from '../../swarm/manager.ts';
import type { Daemon } from '../daemon.ts';

/** Makes the names anew. */
export function nameServices(daemon: Daemon, manager: Manager): void {
  for (const network of daemon.controller.networks.values()) {
    if (network.info.scope !== 'swarm' || network.info.ingress) continue;
    network.serviceNames.clear();
    for (const service of manager.store.services.all()) enter(network, service, [...manager.store.tasks.all()]);
  }
}

function enter(network: Network, service: Service, tasks: readonly Task[]): void {
  const name = (service.Spec.Name ?? '').toLowerCase();
  const own = tasks
    .filter((t) => t.ServiceID === service.ID && t.Status.State === 'running')
    .flatMap((t) => addressesOf(t, network.id));
  if (own.length > 0) network.serviceNames.set(`tasks.${name}`, own);
  const virtual = (service.Endpoint.VirtualIPs ?? []).find((v) => v.NetworkID === network.id)?.Addr;
  const answer = virtual ? ips([virtual]) : own;
  if (answer.length > 0) network.serviceNames.set(name, answer);
}

const addressesOf = (t: Task, network: string): IpAddr[] =>
  (t.NetworksAttachments ?? []).filter((a) => a.Network.ID === network).flatMap((a) => ips(a.Addresses));

const ips = (texts: readonly string[]): IpAddr[] => texts.flatMap((text) => parsePrefix(text)?.addr ?? []);
