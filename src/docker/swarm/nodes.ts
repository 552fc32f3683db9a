/** Nodes of a swarm, as their managers keep them. @see swarmkit manager/controlapi/node.go */
import type { Node, NodeDescription, NodeRole, NodeSpec } from '../api/swarm.ts';
import { Failure } from '../errdefs.ts';
import { rpc } from './errors.ts';
import type { Store } from './store.ts';

const AVAILABILITIES: readonly string[] = ['active', 'pause', 'drain'];

export interface NewNode {
  readonly role: NodeRole;
  readonly availability: string;
  readonly description: NodeDescription;
  /** Where it says that it is. */
  readonly address: string;
  /** A manager: what it listens on for others. */
  readonly manager?: string;
}

export function isAvailability(text: string): text is NodeSpec['Availability'] {
  return AVAILABILITIES.includes(text);
}

/** A node that has come. */
export function addNode(
  store: Store,
  id: string,
  { role, availability, description, address, manager }: NewNode,
): Node {
  return store.nodes.create(id, {
    Spec: { Labels: {}, Role: role, Availability: isAvailability(availability) ? availability : 'active' },
    Description: description,
    Status: { State: 'ready', Addr: address },
    ...(manager === undefined
      ? {}
      : { ManagerStatus: { Leader: true, Reachability: 'reachable' as const, Addr: manager } }),
  });
}

/** POST /nodes/{id}/update */
export function updateNode(store: Store, term: string, version: number, spec: Partial<NodeSpec>): Failure | undefined {
  const node = store.nodes.find(term);
  if (node instanceof Failure) return node;
  const { Role = '', Availability = '' } = spec as { Role?: string; Availability?: string };
  if (Role !== '' && Role !== 'worker' && Role !== 'manager')
    return new Failure('invalid', `invalid Role: ${JSON.stringify(Role)}`);
  if (Availability !== '' && !isAvailability(Availability))
    return new Failure('invalid', `invalid Availability: ${JSON.stringify(Availability)}`);
  const role = Role === 'manager' ? 'manager' : 'worker';
  if (node.ManagerStatus && role === 'worker' && managers(store).length === 1)
    return rpc('FailedPrecondition', 'attempting to demote the last manager of the swarm');
  return store.nodes.update(
    node,
    {
      Spec: {
        ...(spec.Name ? { Name: spec.Name } : {}),
        Labels: spec.Labels ?? {},
        Role: role,
        Availability: isAvailability(Availability) ? Availability : 'active',
      },
    },
    version,
  );
}

export const managers = (store: Store): Node[] => [...store.nodes.all()].filter((n) => n.ManagerStatus);

/** DELETE /nodes/{id} */
export function removeNode(store: Store, term: string, force: boolean): Failure | Node {
  const node = store.nodes.find(term);
  if (node instanceof Failure) return node;
  if (node.Spec.Role === 'manager' && node.ManagerStatus)
    return rpc(
      'FailedPrecondition',
      `node ${node.ID} is a cluster manager and is a member of the raft cluster. It must be demoted to worker before removal`,
    );
  if (!force && node.Status.State === 'ready')
    return rpc('FailedPrecondition', `node ${node.ID} is not down and can't be removed`);
  store.nodes.remove(node);
  return node;
}
