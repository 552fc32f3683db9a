/** GET /services/{id}/logs, GET /tasks/{id}/logs. @see moby api/server/router/swarm/helpers.go: swarmLogs, daemon/cluster/services.go */
import type { ContainerSpec, Task } from '../../api/swarm.ts';
import { Failure } from '../../errdefs.ts';
import type { Manager } from '../../swarm/manager.ts';
import { logOptions } from '../logs.ts';
import { bytes, streamType } from '../reply.ts';
import { flag, type Handler, type Route } from '../router.ts';
import { serviceLogs } from '../swarm/logs.ts';
import type { Member } from '../swarm/member.ts';
import { managed, route } from './managed.ts';

interface Meant {
  readonly spec: ContainerSpec | undefined;
  readonly isMeant: (t: Task) => boolean;
}

const logs = (find: (manager: Manager, term: string) => Meant | Failure): Handler =>
  managed((manager, { daemon, params, query, request, version }) => {
    const options = logOptions(query);
    if (options instanceof Failure) return options;
    const found = find(manager, params.id as string);
    if (found instanceof Failure) return found;
    const tail = query.get('tail') || 'all';
    if (tail !== 'all' && !/^[+-]?\d+$/.test(tail))
      return new Failure('system', 'tail value must be a positive integer or "all"');
    if (tail.startsWith('-')) return new Failure('system', 'negative tail values not supported');
    const tty = found.spec?.TTY ?? false;
    const asked = { options, details: flag(query, 'details'), tty };
    const body = serviceLogs(daemon.swarm as Member, manager, found.isMeant, asked, request.gone);
    return bytes(daemon, 200, streamType(tty, version), body);
  });

export const serviceLogRoutes: readonly Route[] = [
  route(
    'GET',
    '/services/{id}/logs',
    logs(({ store }, term) => {
      const found = store.services.find(term);
      if (found instanceof Failure) return found;
      return { spec: found.Spec.TaskTemplate.ContainerSpec, isMeant: (t) => t.ServiceID === found.ID };
    }),
  ),
  route(
    'GET',
    '/tasks/{id}/logs',
    logs(({ store }, term) => {
      const found = store.tasks.find(term);
      if (found instanceof Failure) return found;
      return { spec: found.Spec.ContainerSpec, isMeant: (t) => t === found };
    }),
  ),
];
