/**
 * Services as nodes have to know them: on each network their virtual address, and their tasks that run.
 * @see moby daemon/libnetwork/agent.go: addServiceInfoToCluster
 */
import type { NetworkAttachmentConfig, Service, Task } from '../../api/swarm.ts';
import { bare } from '../../swarm/attachments.ts';
import type { Manager } from '../../swarm/manager.ts';
import type { ServiceRecord } from '../../swarm/protocol.ts';

export function serviceRecords({ store }: Manager): ServiceRecord[] {
  const tasks = [...store.tasks.all()].filter((t) => t.Status.State === 'running' && t.DesiredState === 'running');
  const ingress = store.ingress?.ID;
  return [...store.services.all()].flatMap((s) => {
    const own = tasks.filter((t) => t.ServiceID === s.ID);
    const mesh = (s.Endpoint.Ports ?? []).some((p) => p.PublishMode === 'ingress') ? ingress : undefined;
    const user = (s.Spec.TaskTemplate.Networks ?? []).map((n) => recordOf(s, n, own, false));
    return mesh === undefined ? user : [...user, recordOf(s, { Target: mesh }, own, true)];
  });
}

function recordOf(
  service: Service,
  { Target: network, Aliases = [] }: NetworkAttachmentConfig,
  tasks: readonly Task[],
  mesh: boolean,
): ServiceRecord {
  const attached = tasks.flatMap((t) => (t.NetworksAttachments ?? []).filter((a) => a.Network.ID === network));
  const virtual = (service.Endpoint.VirtualIPs ?? []).find((v) => v.NetworkID === network)?.Addr;
  return {
    network,
    id: service.ID,
    name: service.Spec.Name ?? '',
    aliases: Aliases,
    vip: virtual ? bare(virtual) : '',
    ports: mesh ? (service.Endpoint.Ports ?? []).filter((p) => p.PublishMode === 'ingress') : [],
    ips: attached.flatMap((a) => a.Addresses.map(bare)),
  };
}
