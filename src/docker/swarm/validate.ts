/**
 * What a manager refuses in the spec of a service, in the order in which it looks.
 * @see swarmkit manager/controlapi/service.go: validateServiceSpec, validateTaskSpec
 */
import type { ContainerSpec, ServiceSpec } from '../api/swarm.ts';
import { Failure } from '../errdefs.ts';
import { parseReference } from '../images/reference.ts';
import { parseConstraint } from './constraints.ts';
import { rpc } from './errors.ts';
import { isJob } from './jobs.ts';
import { invalidReferences } from './payloads.ts';

const NAME = /^[a-zA-Z0-9]+(?:[a-zA-Z0-9-_]*[a-zA-Z0-9])?$/;
const NAME_LENGTH = 63;
const MIN_CPU = 1e6;
const MIN_MEMORY = 4 << 20;
/** Nanoseconds. */
const MIN_INTERVAL = 1e6;

const bad = (text: string): Failure => rpc('InvalidArgument', text);

/** What a task may use, or has reserved. */
export interface Amounts {
  readonly NanoCPUs?: number;
  readonly MemoryBytes?: number;
}

export function invalid(spec: ServiceSpec): Failure | undefined {
  const { Name = '' } = spec;
  if (!NAME.test(Name)) return bad('name must be valid as a DNS name component');
  if (Name.length > NAME_LENGTH) return bad(`name must be ${NAME_LENGTH} characters or fewer`);
  return invalidTask(spec) ?? invalidUpdates(spec) ?? invalidPorts(spec);
}

function invalidTask({ TaskTemplate: task }: ServiceSpec): Failure | undefined {
  const { Limits, Reservations } = (task.Resources ?? {}) as { Limits?: Amounts; Reservations?: Amounts };
  const refused = invalidAmounts(Limits) ?? invalidAmounts(Reservations);
  if (refused) return refused;
  if ((task.RestartPolicy?.Delay ?? 0) < 0) return bad('TaskSpec: restart-delay cannot be negative');
  if ((task.RestartPolicy?.Window ?? 0) < 0) return bad('TaskSpec: restart-window cannot be negative');
  for (const text of task.Placement?.Constraints ?? [])
    if (!parseConstraint(text)) return bad(`constraint expected one operator from ==, !=`);
  const container = task.ContainerSpec;
  if (!container) return bad('TaskSpec: missing runtime');
  return (
    invalidReferences(container, 'secret') ?? invalidReferences(container, 'config') ?? invalidContainer(container)
  );
}

function invalidAmounts(amounts: Amounts | null | undefined): Failure | undefined {
  const { NanoCPUs = 0, MemoryBytes = 0 } = amounts ?? {};
  if (NanoCPUs !== 0 && NanoCPUs < MIN_CPU)
    return bad(`invalid cpu value ${NanoCPUs / 1e9}: Must be at least ${MIN_CPU / 1e9}`);
  if (MemoryBytes !== 0 && MemoryBytes < MIN_MEMORY)
    return bad(`invalid memory value ${MemoryBytes}: Must be at least 4MiB`);
  return undefined;
}

function invalidContainer({ Image = '', Mounts, Healthcheck }: ContainerSpec): Failure | undefined {
  if (Image === '') return bad('ContainerSpec: image reference must be provided');
  if (parseReference(Image) instanceof Failure)
    return bad(`ContainerSpec: ${JSON.stringify(Image)} is not a valid repository/tag`);
  const seen = new Set<string>();
  for (const { Target = '' } of Mounts ?? []) {
    if (seen.has(Target)) return bad(`ContainerSpec: duplicate mount point: ${Target}`);
    seen.add(Target);
  }
  const health = (Healthcheck ?? {}) as Readonly<Record<string, unknown>>;
  for (const key of ['Interval', 'Timeout', 'StartPeriod', 'StartInterval']) {
    const value = Number(health[key] ?? 0);
    if (value !== 0 && value < MIN_INTERVAL)
      return bad(`ContainerSpec: ${key} in HealthConfig cannot be less than 1ms`);
  }
  if (Number(health.Retries ?? 0) < 0) return bad('ContainerSpec: Retries in HealthConfig cannot be negative');
  return undefined;
}

/** Jobs are not updated bit by bit. */
function invalidUpdates(spec: ServiceSpec): Failure | undefined {
  if (isJob(spec)) return spec.UpdateConfig ? bad('Jobs may not have an update config') : undefined;
  for (const config of [spec.UpdateConfig, spec.RollbackConfig]) {
    const number = (key: string): number => Number(config?.[key] ?? 0);
    if (number('Delay') < 0) return bad('TaskSpec: update-delay cannot be negative');
    if (number('Monitor') < 0) return bad('TaskSpec: update-monitor cannot be negative');
    if (number('MaxFailureRatio') < 0 || number('MaxFailureRatio') > 1)
      return bad('TaskSpec: update-maxfailureratio cannot be less than 0 or bigger than 1');
  }
  return undefined;
}

function invalidPorts({ EndpointSpec }: ServiceSpec): Failure | undefined {
  const seen = new Set<string>();
  for (const p of EndpointSpec?.Ports ?? []) {
    if (p.PublishMode === 'ingress' && EndpointSpec?.Mode === 'dnsrr')
      return bad("EndpointSpec: port published with ingress mode can't be used with dnsrr mode");
    const key = `${p.PublishMode} ${p.PublishedPort ?? 0}/${p.Protocol}`;
    if ((p.PublishedPort ?? 0) > 0 && seen.has(key)) return bad('EndpointSpec: duplicate published ports provided');
    seen.add(key);
  }
  return undefined;
}
