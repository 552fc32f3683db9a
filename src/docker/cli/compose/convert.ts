/**
 * A service of a compose file as the swarm's API wants it.
 * Limits: credential specs, generic resources and cluster volumes are left out.
 * @see docker/cli cli/compose/convert/{service,volume}.go
 */
import type { NetworkAttachmentConfig, ServicePort, ServiceSpec, TaskSpec } from '../../api/swarm.ts';
import { imageName } from '../cmd/service/image.ts';
import { serviceMode } from '../cmd/service/mode.ts';
import type { References } from '../cmd/service/payloads.ts';
import { NAMESPACE } from '../cmd/stack/shared.ts';
import { Failure, failed } from '../failure.ts';
import { parseDuration } from '../flags/gostrconv.ts';
import { restartPolicy } from '../opts/container.ts';
import { isUserDefined } from '../opts/endpoint.ts';
import type { Config } from './load.ts';
import { pairs, sorted } from './normal.ts';
import { isMapping, type Mapping, type Value } from './schema.ts';

/** Label that tells what a service's image was called in the file. */
export const IMAGE = 'com.docker.stack.image';

/** A name within a stack. */
export const scoped = (stack: string, name: string): string => `${stack}_${name}`;

/** How an object of a file is called in the swarm. */
export const nameIn = (stack: string, key: string, object: Mapping | undefined): string =>
  typeof object?.name === 'string' && object.name !== '' ? object.name : scoped(stack, key);

export const labelsOf = (stack: string, v: Value | undefined, more: Mapping = {}): Record<string, string> =>
  sorted({ ...pairs(v), ...more, [NAMESPACE]: stack }) as Record<string, string>;

const duration = (v: Value | undefined): number | undefined => {
  const parsed = typeof v === 'string' ? parseDuration(v) : undefined;
  return parsed && 'value' in parsed ? parsed.value : undefined;
};
const list = (v: Value | undefined): string[] => (Array.isArray(v) ? v.map(String) : []);
const number = (v: Value | undefined): number | undefined => (v === undefined || v === null ? undefined : Number(v));
const at = (v: Value | undefined): Mapping => (isMapping(v) ? v : {});
/** Without what has no value. */
const some = <T extends object>(o: T): T =>
  Object.fromEntries(Object.entries(o).filter(([, v]) => v !== undefined && v !== '' && v !== false)) as T;
const nonEmpty = <T>(v: T[]): T[] | undefined => (v.length > 0 ? v : undefined);

/** The image of a service with its tag. */
export function imageOf(key: string, { image }: Mapping): string | Failure {
  const name = typeof image === 'string' && image !== '' ? imageName(image) : new Failure('no image specified');
  return failed(name) ? new Failure(`invalid image reference for service ${key}: ${name.message}`) : name;
}

/** @param given ids of its secrets and configs */
export function serviceSpec(
  config: Config,
  stack: string,
  key: string,
  service: Mapping,
  given: References,
): ServiceSpec | Failure {
  const wrong = (text: string): Failure => new Failure(`service ${key}: ${text}`);
  const image = imageOf(key, service);
  if (failed(image)) return image;
  const deploy = at(service.deploy);
  const mode = serviceMode(String(deploy.mode || 'replicated'), number(deploy.replicas));
  if (failed(mode)) return wrong(mode.message);
  const networks = networksOf(config, stack, key, at(service.networks));
  const mounts = mountsOf(config, stack, service.volumes);
  const restart = restartOf(service, deploy);
  if (typeof networks === 'string') return wrong(networks);
  if (typeof mounts === 'string') return wrong(mounts);
  if (typeof restart === 'string') return wrong(restart);
  const placement = at(deploy.placement);
  return {
    Name: scoped(stack, key),
    Labels: labelsOf(stack, deploy.labels, { [IMAGE]: String(service.image) }),
    TaskTemplate: some({
      ContainerSpec: containerOf(stack, service, image, mounts, given),
      Resources: resourcesOf(at(deploy.resources)),
      RestartPolicy: restart,
      Placement: some({
        Constraints: nonEmpty(list(placement.constraints)),
        Preferences: nonEmpty(
          (Array.isArray(placement.preferences) ? placement.preferences : []).map((p) => ({
            Spread: { SpreadDescriptor: String(at(p).spread ?? '') },
          })),
        ),
        MaxReplicas: number(placement.max_replicas_per_node),
      }) as NonNullable<TaskSpec['Placement']>,
      Networks: networks,
      LogDriver: isMapping(service.logging)
        ? some({
            Name: String(service.logging.driver ?? ''),
            Options: pairs(service.logging.options) as Record<string, string>,
          })
        : undefined,
      ForceUpdate: 0,
    }) as TaskSpec,
    Mode: mode,
    ...some({ UpdateConfig: updateOf(deploy.update_config), RollbackConfig: updateOf(deploy.rollback_config) }),
    EndpointSpec: some({
      Mode: String(deploy.endpoint_mode ?? '').toLowerCase() as 'vip',
      Ports: nonEmpty(portsOf(service.ports)),
    }),
  };
}

function containerOf(
  stack: string,
  s: Mapping,
  Image: string,
  Mounts: unknown[],
  given: References,
): NonNullable<TaskSpec['ContainerSpec']> {
  const env = Object.entries(at(s.environment)).map(([k, v]) => (v === null ? k : `${k}=${v}`));
  const dns = some({ Nameservers: nonEmpty(list(s.dns)), Search: nonEmpty(list(s.dns_search)) });
  const text = (key: string): string | undefined => (s[key] === undefined ? undefined : String(s[key]));
  return {
    Image,
    ...some({
      Labels: labelsOf(stack, s.labels),
      Command: nonEmpty(list(s.entrypoint)),
      Args: nonEmpty(list(s.command)),
      Hostname: text('hostname'),
      Env: nonEmpty(env.sort()),
      Dir: text('working_dir'),
      User: text('user'),
      Privileges: { CredentialSpec: null, SELinuxContext: null, NoNewPrivileges: false },
    }),
    ...(typeof s.init === 'boolean' ? { Init: s.init } : {}),
    ...some({
      StopSignal: text('stop_signal'),
      TTY: s.tty === true,
      OpenStdin: s.stdin_open === true,
      ReadOnly: s.read_only === true,
      Mounts: nonEmpty(Mounts),
      StopGracePeriod: duration(s.stop_grace_period),
      Healthcheck: healthOf(s.healthcheck),
      Hosts: nonEmpty(list(s.extra_hosts).map(hostLine)),
      DNSConfig: Object.keys(dns).length > 0 ? dns : undefined,
      ...given,
      Sysctls: isMapping(s.sysctls) ? s.sysctls : undefined,
      CapabilityAdd: nonEmpty(capabilities(s.cap_add)),
      CapabilityDrop: nonEmpty(capabilities(s.cap_drop)),
      Ulimits: nonEmpty(Object.entries(sorted(at(s.ulimits))).map(([name, v]) => ulimit(name, v))),
    }),
  } as NonNullable<TaskSpec['ContainerSpec']>;
}

/** `name:ip` as a line of the hosts file. */
const hostLine = (text: string): string => `${text.slice(text.indexOf(':') + 1)} ${text.slice(0, text.indexOf(':'))}`;

const ulimit = (Name: string, v: Value): Record<string, unknown> => {
  const { hard, soft } = isMapping(v) ? v : { hard: v, soft: v };
  return { Name, Hard: Number(hard), Soft: Number(soft) };
};

const capabilities = (v: Value | undefined): string[] =>
  list(v)
    .map((c) => c.toUpperCase())
    .map((c) => (c === 'ALL' || c.startsWith('CAP_') ? c : `CAP_${c}`))
    .sort();

function healthOf(v: Value | undefined): Record<string, unknown> | undefined {
  if (!isMapping(v)) return undefined;
  return some({
    Test: v.test,
    Interval: duration(v.interval),
    Timeout: duration(v.timeout),
    StartPeriod: duration(v.start_period),
    StartInterval: duration(v.start_interval),
    Retries: number(v.retries),
  });
}

function networksOf(config: Config, stack: string, key: string, given: Mapping): NetworkAttachmentConfig[] | string {
  const wanted = Object.keys(given).length > 0 ? given : { default: null };
  const out: NetworkAttachmentConfig[] = [];
  for (const [name, v] of Object.entries(wanted)) {
    const network = config.networks[name];
    if (!network && name !== 'default') return `undefined network ${JSON.stringify(name)}`;
    const Target = nameIn(stack, name, network);
    const Aliases = [...list(at(v).aliases), ...(isUserDefined(Target) ? [key] : [])];
    const options = at(v).driver_opts;
    out.push({ Target, Aliases, ...(options ? { DriverOpts: pairs(options) as Record<string, string> } : {}) });
  }
  return out.sort((a, b) => (a.Target < b.Target ? -1 : 1));
}

function mountsOf(config: Config, stack: string, v: Value | undefined): Record<string, unknown>[] | string {
  const out: Record<string, unknown>[] = [];
  for (const m of Array.isArray(v) ? v.map(at) : []) {
    const source = String(m.source ?? '');
    const volume = config.volumes[source];
    const named = m.type === 'volume' && source !== '';
    if (named && !volume) return `undefined volume ${JSON.stringify(source)}`;
    const own = at(m.volume);
    const options = some({
      NoCopy: own.nocopy === true,
      Subpath: own.subpath,
      ...(named ? ofVolume(stack, volume) : {}),
    });
    out.push(
      some({
        Type: m.type,
        Source: named ? nameIn(stack, source, volume) : source,
        Target: m.target,
        ReadOnly: m.read_only === true,
        Consistency: m.consistency,
        BindOptions: isMapping(m.bind) ? { Propagation: m.bind.propagation } : undefined,
        VolumeOptions: Object.keys(options).length > 0 ? options : undefined,
        TmpfsOptions: isMapping(m.tmpfs) ? { SizeBytes: number(m.tmpfs.size) } : undefined,
      }),
    );
  }
  return out;
}

/** What a volume of the file says of itself; of one that is there already, nothing. */
function ofVolume(stack: string, v: Mapping | undefined): Record<string, unknown> {
  if (v?.external === true) return {};
  const driver = some({ Name: v?.driver, Options: v?.driver_opts });
  return { Labels: labelsOf(stack, v?.labels), DriverConfig: Object.keys(driver).length > 0 ? driver : undefined };
}

function restartOf(service: Mapping, deploy: Mapping): TaskSpec['RestartPolicy'] | string {
  const p = deploy.restart_policy;
  if (isMapping(p))
    return some({
      Condition: p.condition as 'any',
      Delay: duration(p.delay),
      MaxAttempts: number(p.max_attempts),
      Window: duration(p.window),
    });
  if (typeof service.restart !== 'string') return undefined;
  const parsed = restartPolicy(service.restart);
  if ('error' in parsed) return parsed.error;
  const { Name, MaximumRetryCount } = parsed.value;
  if (Name === 'on-failure') return { Condition: 'on-failure', MaxAttempts: MaximumRetryCount };
  return Name === '' || Name === 'no' ? undefined : { Condition: 'any' };
}

function resourcesOf(v: Mapping): Record<string, unknown> {
  const part = (m: Value | undefined): Record<string, unknown> | undefined =>
    isMapping(m)
      ? some({
          NanoCPUs: m.cpus === undefined ? undefined : Math.round(Number(m.cpus) * 1e9),
          MemoryBytes: number(m.memory),
          Pids: number(m.pids),
        })
      : undefined;
  return some({ Limits: part(v.limits), Reservations: part(v.reservations) });
}

function updateOf(v: Value | undefined): Record<string, unknown> | undefined {
  if (!isMapping(v)) return undefined;
  return {
    Parallelism: number(v.parallelism) ?? 1,
    ...some({ Delay: duration(v.delay), FailureAction: v.failure_action, Monitor: duration(v.monitor) }),
    MaxFailureRatio: number(v.max_failure_ratio) ?? 0,
    Order: v.order ?? '',
  };
}

function portsOf(v: Value | undefined): ServicePort[] {
  return (Array.isArray(v) ? v.map(at) : [])
    .map((p) => ({
      Protocol: String(p.protocol),
      TargetPort: Number(p.target),
      ...(p.published ? { PublishedPort: Number(p.published) } : {}),
      PublishMode: p.mode as ServicePort['PublishMode'],
    }))
    .sort((a, b) => (a.PublishedPort ?? 0) - (b.PublishedPort ?? 0));
}
