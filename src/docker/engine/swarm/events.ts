/** Events of a swarm's objects, as its managers tell them. @see moby daemon/events.go: generateClusterEvent */
import type { ClusterNetwork, Node, Payload, Service } from '../../api/swarm.ts';
import type { Change } from '../../swarm/store.ts';
import type { Daemon } from '../daemon.ts';

export function tellEvent(daemon: Daemon, change: Change): void {
  const { kind, action, object } = change;
  if (kind === 'cluster' || kind === 'task') return;
  const attributes = attributesOf(change);
  daemon.events.emit({ type: kind, action, id: object.ID, attributes, time: daemon.now(), swarm: true });
}

function attributesOf({ kind, object, before }: Change): Record<string, string> {
  if (kind === 'network') return { name: (object as ClusterNetwork).Spec.Name ?? '' };
  if (kind === 'secret' || kind === 'config') return { name: (object as Payload).Spec.Name ?? '' };
  if (kind === 'node') return nodeAttributes(object as Node, before as Node | undefined);
  return serviceAttributes(object as Service, before as Service | undefined);
}

function nodeAttributes(node: Node, before: Node | undefined): Record<string, string> {
  const name = node.Spec.Name || node.Description.Hostname || node.ID;
  if (!before) return { name };
  return {
    name,
    ...changed('availability', before.Spec.Availability, node.Spec.Availability),
    ...changed('role', before.Spec.Role, node.Spec.Role),
    ...changed('state', before.Status.State, node.Status.State),
  };
}

function serviceAttributes(service: Service, before: Service | undefined): Record<string, string> {
  const name = service.Spec.Name ?? '';
  if (!before) return { name };
  const image = (s: Service): string => s.Spec.TaskTemplate.ContainerSpec?.Image ?? '';
  const replicas = (s: Service): string => String(s.Spec.Mode.Replicated?.Replicas ?? '');
  return {
    name,
    ...changed('image', image(before), image(service)),
    ...changed('replicas', replicas(before), replicas(service)),
  };
}

const changed = (what: string, before: string, now: string): Record<string, string> =>
  before === now ? {} : { [`${what}.new`]: now, [`${what}.old`]: before };
