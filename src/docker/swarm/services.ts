/**
 * Services: what may be asked for, and what managers make of it.
 * Limits: no plugins as services; resources are kept and not reckoned with.
 * @see swarmkit manager/controlapi/service.go, moby daemon/cluster/services.go, daemon/cluster/convert/service.go
 */
import type { ContainerSpec, Service, ServicePort, ServiceSpec, Task, TaskSpec } from '../api/swarm.ts';
import { Failure } from '../errdefs.ts';
import { rfc3339Nano } from '../time.ts';
import { errors, rpc } from './errors.ts';
import { newId } from './ids.ts';
import { isJob, jobMode } from './jobs.ts';
import type { Manager } from './manager.ts';
import { missingReferences } from './payloads.ts';
import { invalid } from './validate.ts';

const bad = (text: string): Failure => rpc('InvalidArgument', text);

/** As managers keep it: names of networks are ids, and what was left out is there. */
function complete(manager: Manager, given: ServiceSpec): ServiceSpec | Failure {
  const asked: ServiceSpec = { ...given, TaskTemplate: given.TaskTemplate ?? { ForceUpdate: 0 } };
  const networks: { Target: string }[] = [];
  for (const n of asked.TaskTemplate.Networks ?? asked.Networks ?? []) {
    const found = manager.store.networks.find(n.Target);
    if (found instanceof Failure) return errors.none('network', n.Target);
    networks.push({ ...n, Target: found.ID });
  }
  const { Networks: _n, Runtime: _r, ForceUpdate, ContainerSpec, ...task } = asked.TaskTemplate;
  const { Networks: _o, EndpointSpec: endpoint, Mode, ...rest } = asked;
  const ports = endpoint?.Ports?.map(portOf) ?? [];
  return {
    ...rest,
    TaskTemplate: {
      ...(ContainerSpec ? { ContainerSpec: { ...ContainerSpec, Isolation: 'default' } } : {}),
      ...task,
      ...(networks.length > 0 ? { Networks: networks } : {}),
      ForceUpdate: ForceUpdate ?? 0,
      Runtime: 'container',
    },
    Mode: modeOf(Mode),
    ...(endpoint
      ? { EndpointSpec: { Mode: endpoint.Mode || 'vip', ...(ports.length > 0 ? { Ports: ports } : {}) } }
      : {}),
  };
}

function modeOf(asked: ServiceSpec['Mode'] | undefined): ServiceSpec['Mode'] {
  if (asked?.ReplicatedJob || asked?.GlobalJob) return jobMode(asked);
  return asked?.Global ? { Global: {} } : { Replicated: { Replicas: asked?.Replicated?.Replicas ?? 1 } };
}

const portOf = (p: ServicePort): ServicePort => ({
  ...(p.Name ? { Name: p.Name } : {}),
  Protocol: p.Protocol || 'tcp',
  TargetPort: p.TargetPort,
  ...(p.PublishedPort ? { PublishedPort: p.PublishedPort } : {}),
  PublishMode: p.PublishMode || 'ingress',
});

/** @param id of the service that is changed */
function portConflict({ store }: Manager, spec: ServiceSpec, id?: string): Failure | undefined {
  for (const p of spec.EndpointSpec?.Ports ?? [])
    for (const other of store.services.all())
      for (const q of [...(other.Endpoint.Ports ?? []), ...(other.Spec.EndpointSpec?.Ports ?? [])]) {
        const same = p.PublishedPort && p.PublishedPort === q.PublishedPort && p.Protocol === q.Protocol;
        if (!same || other.ID === id || (p.PublishMode === 'host' && q.PublishMode === 'host')) continue;
        return bad(
          `port '${p.PublishedPort}' is already in use by service '${other.Spec.Name}' (${other.ID}) as ` +
            `${q.PublishMode === 'host' ? 'a host-published' : 'an ingress'} port`,
        );
      }
  return undefined;
}

/** Secrets and configs that are not there. */
function missing({ store }: Manager, { TaskTemplate }: ServiceSpec): Failure | undefined {
  const container = TaskTemplate.ContainerSpec as ContainerSpec;
  return missingReferences(store, container, 'secret') ?? missingReferences(store, container, 'config');
}

/** POST /services/create */
export function createService(manager: Manager, asked: ServiceSpec): Service | Failure {
  const spec = complete(manager, asked);
  if (spec instanceof Failure) return spec;
  const refused = invalid(spec) ?? portConflict(manager, spec) ?? missing(manager, spec);
  if (refused) return refused;
  if ([...manager.store.services.all()].some((s) => s.Spec.Name === spec.Name))
    return rpc('AlreadyExists', `name conflicts with an existing object: service ${spec.Name} already exists`);
  const service = manager.store.services.create(newId(manager.rng), {
    Spec: spec,
    Endpoint: { Spec: {} },
    ...(isJob(spec) ? { JobStatus: { JobIteration: {}, LastExecution: rfc3339Nano(manager.now()) } } : {}),
  });
  allocate(manager, service);
  return service;
}

/** POST /services/{id}/update @param version that the one who asks has seen */
export function updateService(
  manager: Manager,
  service: Service,
  version: number,
  asked: ServiceSpec,
): Failure | undefined {
  const spec = complete(manager, asked);
  if (spec instanceof Failure) return spec;
  const refused = invalid(spec) ?? portConflict(manager, spec, service.ID) ?? missing(manager, spec);
  if (refused) return refused;
  if (spec.Name !== service.Spec.Name) return rpc('Unimplemented', 'renaming services is not supported');
  if (Object.keys(spec.Mode)[0] !== Object.keys(service.Spec.Mode)[0])
    return rpc('Unknown', 'service mode change is not allowed');
  const failure = manager.store.services.update(
    service,
    { PreviousSpec: service.Spec, Spec: spec, ...runAgain(manager, service, spec) },
    version,
  );
  if (!failure) allocate(manager, service);
  return failure;
}

/** A job that is forced runs once more. */
function runAgain({ time }: Manager, { Spec, JobStatus }: Service, asked: ServiceSpec): Pick<Service, 'JobStatus'> {
  if (!JobStatus || asked.TaskTemplate.ForceUpdate === Spec.TaskTemplate.ForceUpdate) return {};
  const Index = (JobStatus.JobIteration.Index ?? 0) + 1;
  return { JobStatus: { JobIteration: { Index }, LastExecution: rfc3339Nano(time.now()) } };
}

/** Virtual addresses and published ports, as the spec asks for them. */
function allocate(manager: Manager, service: Service): void {
  const { allocator, store } = manager;
  const { EndpointSpec: asked, TaskTemplate } = service.Spec;
  const ports = asked?.Ports ? allocator.ports(service.ID, asked.Ports) : undefined;
  const { ingress } = store;
  const wanted = (TaskTemplate.Networks ?? []).map((n) => n.Target);
  if (ingress && ports?.some((p) => p.PublishMode === 'ingress')) wanted.unshift(ingress.ID);
  const before = service.Endpoint.VirtualIPs ?? [];
  const vip = asked?.Mode !== 'dnsrr';
  for (const v of before) if (!vip || !wanted.includes(v.NetworkID)) allocator.release(v.NetworkID, v.Addr ?? '');
  const virtual = (vip ? wanted : []).flatMap((NetworkID) => {
    const Addr = before.find((v) => v.NetworkID === NetworkID)?.Addr ?? allocator.address(NetworkID);
    return Addr instanceof Failure ? [] : [{ NetworkID, Addr }];
  });
  const { Mode, Ports } = asked ?? {};
  store.services.update(service, {
    Endpoint: {
      Spec: vip && (asked || virtual.length > 0) ? { Mode: Mode ?? 'vip', ...(Ports ? { Ports } : {}) } : {},
      ...(ports ? { Ports: ports } : {}),
      ...(virtual.length > 0 ? { VirtualIPs: virtual } : {}),
    },
  });
}

/** DELETE /services/{id} */
export function removeService(manager: Manager, service: Service): void {
  for (const v of service.Endpoint.VirtualIPs ?? []) manager.allocator.release(v.NetworkID, v.Addr ?? '');
  manager.allocator.releasePorts(service.ID);
  manager.store.services.remove(service);
}

/** Its tasks, in the order they were made. */
export const tasksOf = ({ store }: Manager, id: string): Task[] =>
  [...store.tasks.all()].filter((t) => t.ServiceID === id);

/** The networks of a task with addresses, ingress first. */
export function networksFor(manager: Manager, service: Service): NonNullable<Task['NetworksAttachments']> {
  const ids = (service.Spec.TaskTemplate.Networks ?? []).map((n) => n.Target);
  const { ingress } = manager.store;
  if (ingress && service.Endpoint.Ports?.some((p) => p.PublishMode === 'ingress')) ids.unshift(ingress.ID);
  return ids.flatMap((id) => {
    const network = manager.store.networks.get(id);
    const address = network && manager.allocator.address(id);
    return !network || !address || address instanceof Failure ? [] : [{ Network: network, Addresses: [address] }];
  });
}

/** A task that is made from the present spec of its service, with the ports it publishes now. */
export const isUpToDate = (service: Service, task: Task): boolean =>
  JSON.stringify(task.Spec) === JSON.stringify(taskSpecOf(service)) && published.get(task) === endpointOf(service);

/** What its service was to publish when a task was made. */
const published = new WeakMap<Task, string>();

const endpointOf = ({ Spec }: Service): string => JSON.stringify(Spec.EndpointSpec ?? null);

/** A new task publishes what its service is to publish now. @see swarmkit manager/orchestrator/task.go: NewTask, IsTaskDirty */
export function publishes(task: Task, service: Service): Task {
  published.set(task, endpointOf(service));
  return task;
}

/** What a task is made from. */
export function taskSpecOf({ Spec }: Service): TaskSpec {
  const { Runtime: _, ...spec } = Spec.TaskTemplate;
  return spec;
}
