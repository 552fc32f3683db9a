/**
 * A service as the body of a create request.
 * @see docker/compose pkg/compose/create.go: getCreateConfigs, prepareLabels
 */
import { isErr } from '../../../linux/kernel/errno.ts';
import type { ContainerSummary, CreateBody, HostConfig, PortMap } from '../../api/types.ts';
import { Failure, failed } from '../../cli/failure.ts';
import { goQuote } from '../../cli/flags/gostrconv.ts';
import { seccomp } from '../../cli/opts/container.ts';
import { withProxies } from '../../cli/opts/proxy.ts';
import type { Compose } from '../compose.ts';
import * as L from '../labels.ts';
import { absolute, under } from '../model/files.ts';
import { serviceHash } from '../model/hash.ts';
import type { Project, ServiceConfig } from '../model/project.ts';
import { type Attachment, attachment } from './endpoints.ts';
import { type Mounts, mountsOf } from './mounts.ts';
import { healthcheck, nanoseconds, resources, restartPolicy } from './resources.ts';

/** What is special about this container. */
export interface How {
  /** -1: a container of `run`. */
  readonly number: number;
  /** Name that its networks know it by. */
  readonly name: string;
  readonly links: readonly string[];
  readonly aliases: boolean;
  readonly autoRemove?: boolean;
  readonly attachStdin?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
  readonly old?: ContainerSummary;
  /** Id of its image, if it is known. */
  readonly digest?: string;
  /** Paths of the image's own volumes. */
  readonly volumes: ReadonlySet<string>;
}

/** The image of a service: its own, or the one that is built for it. */
export const imageOf = (c: Pick<Compose, 'separator'>, project: Project, s: ServiceConfig): string =>
  s.image || `${project.name}${c.separator}${s.name}`;

/** Its labels: the service's and compose's own. */
export function labelsOf(c: Compose, project: Project, s: ServiceConfig, how: How): Record<string, string> {
  const envFiles = c.root.list('env-file');
  return {
    ...s.labels,
    [L.PROJECT]: project.name,
    [L.SERVICE]: s.name,
    [L.VERSION]: L.COMPOSE_VERSION,
    [L.WORKING_DIR]: project.workingDir,
    [L.CONFIG_FILES]: project.composeFiles.join(','),
    [L.ONE_OFF]: 'False',
    ...(envFiles.length > 0 ? { [L.ENVIRONMENT_FILE]: envFiles.map((f) => absolute(c.ctx, f)).join(',') } : {}),
    ...(how.digest ? { [L.IMAGE_DIGEST]: how.digest } : {}),
    ...how.labels,
    ...(how.number > 0 ? { [L.NUMBER]: String(how.number) } : {}),
    [L.CONFIG_HASH]: serviceHash(s),
    [L.DEPENDENCIES]: Object.entries(s.depends_on ?? {})
      .map(([name, d]) => `${name}:${d.condition}:${d.restart === true}`)
      .join(','),
  };
}

const port = (target: number | string, protocol = 'tcp'): string => `${target}/${protocol}`;

function exposed(s: ServiceConfig): Record<string, Record<string, never>> {
  const out: Record<string, Record<string, never>> = {};
  for (const e of s.expose ?? []) out[e.includes('/') ? e : port(e)] = {};
  for (const p of s.ports ?? []) out[port(p.target, p.protocol)] = {};
  return out;
}

function bindings(s: ServiceConfig): PortMap {
  const out: PortMap = {};
  for (const p of s.ports ?? []) {
    const key = port(p.target, p.protocol);
    const list = out[key] ?? [];
    list.push({ HostIp: p.host_ip ?? '', HostPort: p.published ?? '' });
    out[key] = list;
  }
  return out;
}

function environment(c: Compose, s: ServiceConfig): string[] {
  const own = Object.entries(s.environment ?? {}).map(([k, v]) => (v === null ? k : `${k}=${v}`));
  return [...withProxies(c.ctx, own)];
}

/** `systempaths=unconfined` is not for the engine; a profile is sent as its text. */
function security(c: Compose, project: Project, s: ServiceConfig): { opts: string[]; open: boolean } | Failure {
  const opts: string[] = [];
  let open = false;
  for (const opt of s.security_opt ?? []) {
    if (opt === 'systempaths=unconfined') {
      open = true;
      continue;
    }
    const [, key, value = ''] = /^([^=:]+)[=:](.*)$/.exec(opt) ?? [];
    if (key === undefined && opt !== 'no-new-privileges') return new Failure(`Invalid security-opt: ${goQuote(opt)}`);
    const profile = key === 'seccomp' ? seccomp(c.ctx, value, under(project.workingDir, value)) : { value: opt };
    if ('error' in profile) return new Failure(profile.error);
    opts.push(profile.value);
  }
  return { opts, open };
}

interface Parts {
  readonly mounts: Mounts;
  readonly net: Attachment;
  readonly guarded: { readonly opts: string[]; readonly open: boolean };
}

function hostConfig(c: Compose, s: ServiceConfig, how: How, { mounts, net, guarded }: Parts): Partial<HostConfig> {
  const size = c.ctx.sys.winsize(1);
  return {
    ...resources(s),
    AutoRemove: how.autoRemove === true,
    Annotations: s.annotations,
    Binds: [...mounts.binds],
    Mounts: mounts.mounts.length > 0 ? mounts.mounts : undefined,
    CapAdd: s.cap_add ?? null,
    CapDrop: s.cap_drop ?? null,
    ConsoleSize: isErr(size) ? [0, 0] : [size.rows, size.cols],
    NetworkMode: net.mode,
    Init: s.init,
    IpcMode: s.ipc ?? '',
    CgroupnsMode: s.cgroup ?? '',
    ReadonlyRootfs: s.read_only === true,
    RestartPolicy: restartPolicy(s),
    ShmSize: s.shm_size === undefined ? 0 : Number(s.shm_size),
    Sysctls: s.sysctls,
    PortBindings: bindings(s),
    VolumeDriver: s.volume_driver ?? '',
    VolumesFrom: s.volumes_from ?? null,
    Dns: s.dns ?? [],
    DnsSearch: s.dns_search ?? [],
    DnsOptions: s.dns_opt ?? [],
    ExtraHosts: (s.extra_hosts ?? []).map((h) => h.replace('=', ':')),
    SecurityOpt: guarded.opts.length > 0 ? guarded.opts : null,
    StorageOpt: s.storage_opt,
    UsernsMode: s.userns_mode ?? '',
    UTSMode: s.uts ?? '',
    Privileged: s.privileged === true,
    PidMode: s.pid ?? '',
    Tmpfs: tmpfs(s),
    Isolation: s.isolation ?? '',
    Runtime: s.runtime,
    LogConfig: { Type: s.logging?.driver ?? '', Config: s.logging?.options ?? {} },
    GroupAdd: s.group_add ?? null,
    Links: how.links.length > 0 ? [...how.links] : null,
    OomScoreAdj: s.oom_score_adj ?? 0,
    ...(guarded.open ? { MaskedPaths: [], ReadonlyPaths: [] } : {}),
  };
}

/** The whole body. */
export async function bodyOf(c: Compose, project: Project, s: ServiceConfig, how: How): Promise<CreateBody | Failure> {
  const mounts = await mountsOf(c, project, s, how.volumes, how.old);
  if (failed(mounts)) return mounts;
  const guarded = security(c, project, s);
  if (failed(guarded)) return guarded;
  const net = attachment(project, s, { container: how.name, links: how.links, aliases: how.aliases });
  const grace = nanoseconds(s.stop_grace_period);
  return {
    Hostname: s.hostname ?? '',
    Domainname: s.domainname ?? '',
    User: s.user ?? '',
    ExposedPorts: exposed(s),
    Tty: s.tty === true,
    OpenStdin: s.stdin_open === true,
    StdinOnce: how.attachStdin === true && s.stdin_open === true,
    AttachStdin: how.attachStdin === true,
    AttachStdout: true,
    AttachStderr: true,
    Cmd: s.command ?? null,
    Image: imageOf(c, project, s),
    WorkingDir: s.working_dir ?? '',
    Entrypoint: s.entrypoint ?? null,
    Labels: labelsOf(c, project, s, how),
    StopSignal: s.stop_signal,
    Env: environment(c, s),
    Healthcheck: healthcheck(s.healthcheck),
    StopTimeout: grace === undefined ? undefined : Math.floor(grace / 1e9),
    HostConfig: hostConfig(c, s, how, { mounts, net, guarded }),
    ...(net.endpoints ? { NetworkingConfig: { EndpointsConfig: net.endpoints } } : {}),
  };
}

/** `/run:size=1m` */
const tmpfs = (s: ServiceConfig): Record<string, string> | undefined =>
  s.tmpfs &&
  Object.fromEntries(
    s.tmpfs.map((t) => {
      const at = t.indexOf(':');
      return at < 0 ? [t, ''] : [t.slice(0, at), t.slice(at + 1)];
    }),
  );
