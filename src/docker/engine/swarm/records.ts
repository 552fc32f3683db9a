/**
 * Names of services: a service's own one is its virtual address, or its tasks' addresses; `tasks.NAME` is those of all that
 * run.
 * @see moby daemon/libnetwork/service_common.go: addEndpointNameResolution
 */
import type { Service, Task } from '../../api/swarm.ts';
import { bare } from '../../swarm/attachments.ts';
import type { Manager } from '../../swarm/manager.ts';
import type { NameRecord } from '../../swarm/protocol.ts';

export function serviceNames({ store }: Manager): NameRecord[] {
  const tasks = [...store.tasks.all()].filter((t) => t.Status.State === 'running');
  return [...store.services.all()].flatMap((s) =>
    (s.Spec.TaskTemplate.Networks ?? []).flatMap(({ Target }) =>
      namesOf(
        s,
        Target,
        tasks.filter((t) => t.ServiceID === s.ID),
      ),
    ),
  );
}

function namesOf(service: Service, network: string, tasks: readonly Task[]): NameRecord[] {
  const name = service.Spec.Name ?? '';
  const own = tasks.flatMap((t) =>
    (t.NetworksAttachments ?? []).filter((a) => a.Network.ID === network).flatMap((a) => a.Addresses.map(bare)),
  );
  const virtual = (service.Endpoint.VirtualIPs ?? []).find((v) => v.NetworkID === network)?.Addr;
  const ips = virtual ? [bare(virtual)] : own;
  return [
    ...(own.length > 0 ? [{ network, name: `tasks.${name}`, ips: own }] : []),
    ...(ips.length > 0 ? [{ network, name, ips }] : []),
  ];
}
