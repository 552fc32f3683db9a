/** Routes below /services and /tasks. @see moby api/server/router/swarm/cluster_routes.go, daemon/cluster/{services,tasks}.go */
import type { Service, ServiceSpec, Task, TaskState } from '../../api/swarm.ts';
import { TASK_STATES } from '../../api/swarm.ts';
import { Failure } from '../../errdefs.ts';
import { rpc } from '../../swarm/errors.ts';
import type { Manager } from '../../swarm/manager.ts';
import { createService, isUpToDate, removeService, tasksOf, updateService } from '../../swarm/services.ts';
import { readJson } from '../body.ts';
import { SERVICE_SPEC } from '../decode/swarm.ts';
import { Filters } from '../filters.ts';
import { generateName } from '../names.ts';
import { empty, json } from '../reply.ts';
import { flag, type Route } from '../router.ts';
import { managed, route, versionOf } from './managed.ts';
import { serviceLogRoutes } from './servicelogs.ts';

const create = managed(async (manager, { daemon, request }) => {
  const body = await readJson<ServiceSpec>(request, SERVICE_SPEC);
  if (body instanceof Failure) return body;
  const taken = (name: string): boolean => !(manager.store.services.find(name) instanceof Failure);
  const made = createService(manager, { ...body, Name: body.Name || generateName(daemon.rng, taken) });
  return made instanceof Failure ? made : json(daemon, 201, { ID: made.ID, Warnings: null });
});

const update = managed(async (manager, call) => {
  const body = await readJson<ServiceSpec>(call.request, SERVICE_SPEC);
  if (body instanceof Failure) return body;
  const version = versionOf(call, 'service');
  if (version instanceof Failure) return version;
  const service = manager.store.services.find(call.params.id as string);
  if (service instanceof Failure) return service;
  const back = call.query.get('rollback') === 'previous';
  if (back && !service.PreviousSpec)
    return rpc('FailedPrecondition', `service ${service.ID} does not have a previous spec`);
  const spec = back ? (service.PreviousSpec as ServiceSpec) : body;
  return updateService(manager, service, version, spec) ?? json(call.daemon, 200, { Warnings: null });
});

const SERVICE_FILTERS = ['id', 'label', 'mode', 'name', 'runtime'];

const list = managed((manager, { daemon, query }) => {
  const f = Filters.parse(query.get('filters'), SERVICE_FILTERS);
  if (f instanceof Failure) return f;
  const found = manager.store.services
    .sorted()
    .filter(
      (s) =>
        f.begins('id', s.ID) &&
        f.begins('name', s.Spec.Name ?? '') &&
        f.labels(s.Spec.Labels) &&
        f.exact('mode', s.Spec.Mode.Global ? 'global' : 'replicated') &&
        f.exact('runtime', 'container'),
    );
  const status = flag(query, 'status');
  return json(
    daemon,
    200,
    found.map((s) => (status ? { ...s, ServiceStatus: statusOf(manager, s) } : s)),
  );
});

/** @see swarmkit manager/controlapi/service.go: ListServiceStatuses */
function statusOf(manager: Manager, service: Service): NonNullable<Service['ServiceStatus']> {
  const wanted = tasksOf(manager, service.ID).filter((t) => t.DesiredState === 'running' || t.DesiredState === 'ready');
  const RunningTasks = wanted.filter((t) => t.Status.State === 'running').length;
  const { Replicated } = service.Spec.Mode;
  return { RunningTasks, DesiredTasks: Replicated?.Replicas ?? wanted.length, CompletedTasks: 0 };
}

const inspect = managed((manager, { daemon, params, query }) => {
  const found = manager.store.services.find(params.id as string);
  if (found instanceof Failure) return found;
  return json(daemon, 200, flag(query, 'insertDefaults') ? { ...found, Spec: withDefaults(found.Spec) } : found);
});

const UPDATE = {
  Parallelism: 1,
  FailureAction: 'pause',
  Monitor: 5e9,
  MaxFailureRatio: 0,
  Order: 'stop-first',
};

/** With what managers do when nothing is said. @see swarmkit api/defaults/service.go */
function withDefaults(spec: ServiceSpec): ServiceSpec {
  const {
    TaskTemplate: t,
    UpdateConfig,
    RollbackConfig,
    EndpointSpec,
    Networks: _,
    Name,
    Labels,
    Mode,
    ...rest
  } = spec;
  const { ContainerSpec: c, Resources, RestartPolicy, Placement, ...task } = t;
  const { DNSConfig, Isolation, StopGracePeriod, ...container } = c ?? { Image: '' };
  return {
    ...(Name === undefined ? {} : { Name }),
    Labels,
    TaskTemplate: {
      ContainerSpec: {
        ...container,
        StopGracePeriod: StopGracePeriod ?? 10e9,
        DNSConfig: DNSConfig ?? {},
        Isolation: Isolation ?? 'default',
      },
      ...(Resources ? { Resources } : {}),
      RestartPolicy: { Condition: 'any', Delay: 5e9, MaxAttempts: 0, ...RestartPolicy },
      ...(Placement ? { Placement } : {}),
      ...task,
    },
    Mode,
    UpdateConfig: { ...UPDATE, ...UpdateConfig },
    RollbackConfig: { ...UPDATE, ...RollbackConfig },
    EndpointSpec: EndpointSpec ?? { Mode: 'vip' },
    ...rest,
  };
}

const remove = managed((manager, { daemon, params }) => {
  const found = manager.store.services.find(params.id as string);
  if (found instanceof Failure) return found;
  removeService(manager, found);
  return empty(daemon, 200);
});

const TASK_FILTERS = ['_up-to-date', 'desired-state', 'id', 'label', 'name', 'node', 'runtime', 'service'];

const tasks = managed((manager, { daemon, query }) => {
  const f = Filters.parse(query.get('filters'), TASK_FILTERS);
  if (f instanceof Failure) return f;
  for (const state of f.get('desired-state'))
    if (!TASK_STATES.includes(state.toLowerCase() as TaskState))
      return new Failure('system', `Invalid desired-state filter: '${state}'`);
  const { services, nodes } = manager.store;
  const ids = (key: string, find: (term: string) => { ID: string } | Failure): string[] | Failure => {
    const out: string[] = [];
    for (const term of f.get(key)) {
      const found = find(term);
      if (found instanceof Failure) return found;
      out.push(found.ID);
    }
    return out;
  };
  const current = f.bool('_up-to-date');
  if (current instanceof Failure) return current;
  const ofServices = ids('service', (t) => services.find(t));
  if (ofServices instanceof Failure) return ofServices;
  const onNodes = ids('node', (t) => nodes.find(t));
  if (onNodes instanceof Failure) return onNodes;
  const found = manager.store.tasks
    .sorted()
    .filter(
      (t) =>
        t.ServiceID !== undefined &&
        (!current || isCurrent(manager, t)) &&
        f.labels(manager.store.services.get(t.ServiceID)?.Spec.Labels ?? null) &&
        f.exact('runtime', 'container') &&
        (ofServices.length === 0 || ofServices.includes(t.ServiceID)) &&
        (onNodes.length === 0 || onNodes.includes(t.NodeID ?? '')) &&
        f.folded('desired-state', t.DesiredState) &&
        f.begins('id', t.ID) &&
        f.begins('name', nameOf(manager, t)),
    );
  return json(daemon, 200, found.map(taskJson));
});

function isCurrent({ store }: Manager, t: Task): boolean {
  const service = store.services.get(t.ServiceID ?? '');
  return service !== undefined && isUpToDate(service, t);
}

function nameOf(manager: Manager, t: Task): string {
  return `${manager.store.services.get(t.ServiceID ?? '')?.Spec.Name}.${t.Slot ?? t.NodeID}.${t.ID}`;
}

/** In the API's field order. */
function taskJson(t: Task): Task {
  const { ID, Version, CreatedAt, UpdatedAt, Labels, Spec, ServiceID, Slot, NodeID, Status, DesiredState } = t;
  const attached = t.NetworksAttachments?.length ? { NetworksAttachments: t.NetworksAttachments } : {};
  return {
    ...{ ID, Version, CreatedAt, UpdatedAt, Labels, Spec },
    ...(ServiceID === undefined ? {} : { ServiceID }),
    ...(Slot === undefined ? {} : { Slot }),
    ...(NodeID === undefined ? {} : { NodeID }),
    ...{ Status, DesiredState, ...attached, Volumes: null },
  };
}

const task = managed((manager, { daemon, params }) => {
  const found = manager.store.tasks.find(params.id as string);
  return found instanceof Failure ? found : json(daemon, 200, taskJson(found));
});

export const serviceRoutes: readonly Route[] = [
  ...serviceLogRoutes,
  route('GET', '/services', list),
  route('POST', '/services/create', create),
  route('GET', '/services/{id}', inspect),
  route('DELETE', '/services/{id}', remove),
  route('POST', '/services/{id}/update', update),
  route('GET', '/tasks', tasks),
  route('GET', '/tasks/{id}', task),
];
