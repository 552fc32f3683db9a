/**
 * Flags of run and create → body of POST /containers/create.
 * @see docker/cli cli/command/container/opts.go: parse
 */
import { jsonFault } from '../../../base/jsonfault.ts';
import type { EndpointSettings, PortBinding, RestartPolicy } from '../../api/types.ts';
import type { Ctx } from '../context.ts';
import { goQuote, type Parsed, parseInt64 } from '../flags/gostrconv.ts';
import type { Options } from '../flags/options.ts';
import { sortedMap } from '../gojson.ts';
import { deviceNumbers, deviceRequests } from './devices.ts';
import { parseNetworks } from './endpoint.ts';
import { readEnvironment, readLabels } from './files.ts';
import { parseExpose, parsePortSpecs, standardNotation } from './ports.ts';
import { withProxies } from './proxy.ts';
import { validMac } from './validators.ts';
import { parseMount, parseVolumes } from './volumes.ts';

/** The body, field order as Go marshals the structs; undefined fields are omitted (omitempty). */
export interface ContainerBody {
  Image: string;
  AttachStdin: boolean;
  AttachStdout: boolean;
  AttachStderr: boolean;
  Tty: boolean;
  OpenStdin: boolean;
  StdinOnce: boolean;
  HostConfig: Record<string, unknown> & { AutoRemove: boolean; ConsoleSize: [number, number] };
  NetworkingConfig: { EndpointsConfig: Record<string, EndpointSettings> };
  [other: string]: unknown;
}

const orNull = <T>(list: readonly T[]): readonly T[] | null => (list.length > 0 ? list : null);

/** opts.ParseRestartPolicy */
export function restartPolicy(s: string): Parsed<RestartPolicy> {
  const colon = s.indexOf(':');
  const name = colon < 0 ? s : s.slice(0, colon);
  if (s === '') return { value: { Name: '', MaximumRetryCount: 0 } };
  if (colon >= 0 && name === '') return { error: 'invalid restart policy format: no policy provided before colon' };
  const count = colon < 0 ? { value: 0 } : parseInt64(s.slice(colon + 1), 10);
  if ('error' in count) return { error: 'invalid restart policy format: maximum retry count must be an integer' };
  return { value: { Name: name, MaximumRetryCount: count.value } };
}

interface Ports {
  exposed: Record<string, Record<string, never>> | undefined;
  bindings: Record<string, PortBinding[]>;
}

function ports(o: Options): Parsed<Ports> {
  const standard = standardNotation(o.list('publish'));
  if ('error' in standard) return standard;
  const published = parsePortSpecs(standard.value);
  if ('error' in published) return published;
  const exposed = parseExpose(o.list('expose'));
  if ('error' in exposed) return exposed;
  const all = [...published.value.exposed, ...exposed.value];
  const set: Record<string, Record<string, never>> = {};
  for (const port of all) set[port] = {};
  return {
    value: { exposed: all.length > 0 ? sortedMap(set) : undefined, bindings: sortedMap(published.value.bindings) },
  };
}

function healthcheck(o: Options): Parsed<unknown> {
  const fields = ['health-interval', 'health-timeout', 'health-start-period', 'health-start-interval'] as const;
  const some =
    o.string('health-cmd') !== '' || o.int('health-retries') !== 0 || fields.some((f) => o.duration(f) !== 0);
  if (o.bool('no-healthcheck'))
    return some ? { error: '--no-healthcheck conflicts with --health-* options' } : { value: { Test: ['NONE'] } };
  if (!some) return { value: undefined };
  for (const f of [...fields, 'health-retries'])
    if (o.duration(f) < 0 || o.int(f) < 0) return { error: `--${f} cannot be negative` };
  return {
    value: {
      Test: o.string('health-cmd') === '' ? undefined : ['CMD-SHELL', o.string('health-cmd')],
      Interval: o.duration('health-interval') || undefined,
      Timeout: o.duration('health-timeout') || undefined,
      StartPeriod: o.duration('health-start-period') || undefined,
      StartInterval: o.duration('health-start-interval') || undefined,
      Retries: o.int('health-retries') || undefined,
    },
  };
}

/**
 * `--security-opt seccomp=FILE`: the daemon gets the file's content.
 * @param path where the file lies, as its name says otherwise
 * @see docker/cli opts.go: parseSecurityOpts
 */
export function seccomp(ctx: Ctx, file: string, path = file): Parsed<string> {
  if (file === 'unconfined' || file === 'builtin') return { value: `seccomp=${file}` };
  const profile = ctx.file(path);
  if ('error' in profile) return { error: `opening seccomp profile (${file}) failed: ${profile.error}` };
  const bad = jsonFault(profile.text, true);
  if (bad !== undefined) return { error: `compacting json for seccomp profile (${file}) failed: ${bad}` };
  return { value: `seccomp=${JSON.stringify(JSON.parse(profile.text))}` };
}

function securityOptions(ctx: Ctx, o: Options): Parsed<{ opts: readonly string[] | null; unconfined: boolean }> {
  const out: string[] = [];
  let unconfined = false;
  for (const opt of o.list('security-opt')) {
    const sep = opt.includes('=') ? '=' : ':';
    const at = opt.indexOf(sep);
    if (opt !== 'no-new-privileges' && (at < 0 || at === opt.length - 1))
      return { error: `Invalid --security-opt: ${goQuote(opt)}` };
    if (opt === 'systempaths=unconfined') unconfined = true;
    else {
      const got = opt.startsWith('seccomp=') ? seccomp(ctx, opt.slice('seccomp='.length)) : { value: opt };
      if ('error' in got) return got;
      out.push(got.value);
    }
  }
  return { value: { opts: orNull(out), unconfined } };
}

function storageOptions(o: Options): Parsed<Record<string, string> | undefined> {
  const out: Record<string, string> = {};
  for (const opt of o.list('storage-opt')) {
    const at = opt.indexOf('=');
    if (at < 0) return { error: 'invalid storage option' };
    out[opt.slice(0, at)] = opt.slice(at + 1);
  }
  return { value: Object.keys(out).length > 0 ? sortedMap(out) : undefined };
}

function devices(o: Options): Parsed<readonly unknown[]> {
  const out: unknown[] = [];
  for (const d of o.list('device')) {
    const parts = d.split(':');
    if (parts.length > 3 || parts[0] === '') return { error: `bad format for path: ${d}` };
    const mode = (s: string): boolean => /^[rwm]{1,3}$/.test(s) && new Set(s).size === s.length;
    let target = parts[0] as string;
    let permissions = 'rwm';
    if (parts.length === 3) [target, permissions] = [parts[1] as string, parts[2] as string];
    else if (parts.length === 2 && mode(parts[1] as string)) permissions = parts[1] as string;
    else if (parts.length === 2) target = parts[1] as string;
    if (!mode(permissions)) return { error: `bad mode specified: ${permissions}` };
    if (!target.startsWith('/')) return { error: `${target} is not an absolute path` };
    out.push({ PathOnHost: parts[0], PathInContainer: target, CgroupPermissions: permissions });
  }
  return { value: out };
}

function checks(o: Options): string | undefined {
  const mac = o.string('mac-address');
  if (mac !== '' && !validMac(mac)) return `${mac} is not a valid mac address`;
  const swappiness = o.int('memory-swappiness');
  if (swappiness !== -1 && (swappiness < 0 || swappiness > 100))
    return `invalid value: ${swappiness}. Valid memory swappiness range is 0-100`;
  return undefined;
}

function modes(o: Options): string | undefined {
  const pid = o.string('pid');
  if (!(pid === '' || pid === 'host' || /^container:.+/.test(pid))) return '--pid: invalid PID mode';
  if (!['', 'host'].includes(o.string('uts'))) return '--uts: invalid UTS mode';
  if (!['', 'host'].includes(o.string('userns'))) return '--userns: invalid USER mode';
  if (!['', 'host', 'private'].includes(o.string('cgroupns'))) return '--cgroupns: invalid CGROUP mode';
  return undefined;
}

function resources(o: Options): Record<string, unknown> {
  const n = (name: string): number => o.int(name);
  return {
    CpuShares: n('cpu-shares'),
    Memory: n('memory'),
    NanoCpus: n('cpus'),
    CgroupParent: o.string('cgroup-parent'),
    BlkioWeight: n('blkio-weight'),
    BlkioWeightDevice: deviceNumbers(o.list('blkio-weight-device'), 'Weight'),
    BlkioDeviceReadBps: deviceNumbers(o.list('device-read-bps'), 'Rate'),
    BlkioDeviceWriteBps: deviceNumbers(o.list('device-write-bps'), 'Rate'),
    BlkioDeviceReadIOps: deviceNumbers(o.list('device-read-iops'), 'Rate'),
    BlkioDeviceWriteIOps: deviceNumbers(o.list('device-write-iops'), 'Rate'),
    CpuPeriod: n('cpu-period'),
    CpuQuota: n('cpu-quota'),
    CpuRealtimePeriod: n('cpu-rt-period'),
    CpuRealtimeRuntime: n('cpu-rt-runtime'),
    CpusetCpus: o.string('cpuset-cpus'),
    CpusetMems: o.string('cpuset-mems'),
  };
}

function ulimits(o: Options): readonly unknown[] {
  return o.list('ulimit').map((u) => {
    const [name, limits = ''] = u.split('=');
    const [soft, hard] = limits.split(':').map(Number);
    return { Name: name, Hard: hard, Soft: soft };
  });
}

interface Parts {
  ports: Ports;
  mounts: readonly Record<string, unknown>[];
  env: readonly string[];
  labels: Record<string, string>;
  restart: RestartPolicy;
  security: { opts: readonly string[] | null; unconfined: boolean };
  storage: Record<string, string> | undefined;
  health: unknown;
  devices: readonly unknown[];
  volumes: { binds: readonly string[] | null; anonymous: Record<string, Record<string, never>> };
}

/** Everything that can be wrong, in the order in which the real one looks at it. */
function parts(ctx: Ctx, o: Options): Parsed<Parts> {
  const first = checks(o);
  if (first) return { error: first };
  const volumes = parseVolumes(o.list('volume'), ctx.sys.cwd());
  if ('error' in volumes) return volumes;
  const p = ports(o);
  if ('error' in p) return p;
  const dev = devices(o);
  if ('error' in dev) return dev;
  const env = readEnvironment(ctx, o.list('env-file'), lastOfEach(o.list('env')));
  if ('error' in env) return env;
  const labels = readLabels(ctx, o.list('label-file'), o.list('label'));
  if ('error' in labels) return labels;
  const mode = modes(o);
  if (mode) return { error: mode };
  const restart = restartPolicy(o.string('restart'));
  if ('error' in restart) return restart;
  if (o.string('log-driver') === 'none' && o.list('log-opt').length > 0)
    return { error: 'invalid logging opts for driver none' };
  const security = securityOptions(ctx, o);
  if ('error' in security) return security;
  const storage = storageOptions(o);
  if ('error' in storage) return storage;
  const health = healthcheck(o);
  if ('error' in health) return health;
  if (o.bool('rm') && !['', 'no'].includes(restart.value.Name))
    return { error: 'conflicting options: cannot specify both --restart and --rm' };
  return {
    value: {
      ports: p.value,
      mounts: o.list('mount').map((m) => parseMount(m, ctx.sys.cwd())),
      env: withProxies(ctx, env.value),
      labels: labels.value,
      restart: restart.value,
      security: security.value,
      storage: storage.value,
      health: health.value,
      devices: dev.value,
      volumes: volumes.value,
    },
  };
}

function tmpfs(o: Options): Record<string, string> | undefined {
  const out: Record<string, string> = {};
  for (const t of o.list('tmpfs')) {
    const at = t.indexOf(':');
    out[at < 0 ? t : t.slice(0, at)] = at < 0 ? '' : t.slice(at + 1);
  }
  return Object.keys(out).length > 0 ? sortedMap(out) : undefined;
}

const mapOrNone = (o: Options, name: string): Record<string, string> | undefined =>
  o.list(name).length > 0 ? sortedMap(o.map(name)) : undefined;

function hostConfig(o: Options, p: Parts, networkMode: string): ContainerBody['HostConfig'] {
  const paths = p.security.unconfined ? [] : null;
  return {
    Binds: p.volumes.binds,
    ContainerIDFile: o.string('cidfile'),
    LogConfig: { Type: o.string('log-driver'), Config: sortedMap(o.map('log-opt')) },
    NetworkMode: networkMode,
    PortBindings: p.ports.bindings,
    RestartPolicy: p.restart,
    AutoRemove: o.bool('rm'),
    VolumeDriver: o.string('volume-driver'),
    VolumesFrom: orNull(o.list('volumes-from')),
    ConsoleSize: [0, 0],
    Annotations: mapOrNone(o, 'annotation'),
    CapAdd: orNull(capabilities(o.list('cap-add'))),
    CapDrop: orNull(capabilities(o.list('cap-drop'))),
    CgroupnsMode: o.string('cgroupns'),
    Dns: o.list('dns'),
    DnsOptions: o.list('dns-option'),
    DnsSearch: o.list('dns-search'),
    ExtraHosts: orNull(o.list('add-host')),
    GroupAdd: orNull(o.list('group-add')),
    IpcMode: o.string('ipc'),
    Cgroup: '',
    Links: orNull(o.list('link')),
    OomScoreAdj: o.int('oom-score-adj'),
    PidMode: o.string('pid'),
    Privileged: o.bool('privileged'),
    PublishAllPorts: o.bool('publish-all'),
    ReadonlyRootfs: o.bool('read-only'),
    SecurityOpt: p.security.opts,
    StorageOpt: p.storage,
    Tmpfs: tmpfs(o),
    UTSMode: o.string('uts'),
    UsernsMode: o.string('userns'),
    ShmSize: o.int('shm-size'),
    Sysctls: mapOrNone(o, 'sysctl'),
    Runtime: o.string('runtime') || undefined,
    Isolation: o.string('isolation'),
    ...resources(o),
    Devices: p.devices,
    DeviceCgroupRules: orNull(o.list('device-cgroup-rule')),
    DeviceRequests: orNull(deviceRequests(o.list('gpus'))),
    MemoryReservation: o.int('memory-reservation'),
    MemorySwap: o.int('memory-swap'),
    MemorySwappiness: o.int('memory-swappiness'),
    OomKillDisable: o.bool('oom-kill-disable'),
    PidsLimit: o.int('pids-limit'),
    Ulimits: ulimits(o),
    CpuCount: o.int('cpu-count'),
    CpuPercent: o.int('cpu-percent'),
    IOMaximumIOps: o.int('io-maxiops'),
    IOMaximumBandwidth: o.int('io-maxbandwidth'),
    Mounts: p.mounts.length > 0 ? p.mounts : undefined,
    MaskedPaths: paths,
    ReadonlyPaths: paths,
    Init: o.changed('init') ? o.bool('init') : undefined,
  };
}

/** Each once, in order, by its full name. */
const capabilities = (given: readonly string[]): string[] => {
  const names = given.map((c) => c.toUpperCase().replace(/^(?!CAP_|ALL$)/, 'CAP_'));
  return [...new Set(names)].sort();
};

/** Of the entries for one variable the last. @see docker/cli cli/config/configfile/file.go: ParseProxyConfig */
const lastOfEach = (entries: readonly string[]): string[] => [
  ...new Map(entries.map((e) => [e.split('=')[0], e] as const)).values(),
];

/** @returns the body, or what is wrong with the flags (without prefix) */
export function containerBody(ctx: Ctx, o: Options, args: readonly string[]): Parsed<ContainerBody> {
  const parsed = parts(ctx, o);
  if ('error' in parsed) return parsed;
  const p = parsed.value;
  const networks = parseNetworks(o);
  if ('error' in networks) return networks;
  const attach = o.list('attach');
  const attachStdin = attach.includes('stdin') || o.bool('interactive');
  const outputs = attach.length === 0;
  const [image = '', ...cmd] = args;
  const entrypoint = o.string('entrypoint');
  return {
    value: {
      Hostname: o.string('hostname'),
      Domainname: o.string('domainname'),
      User: o.string('user'),
      AttachStdin: attachStdin,
      AttachStdout: outputs || attach.includes('stdout'),
      AttachStderr: outputs || attach.includes('stderr'),
      ExposedPorts: p.ports.exposed,
      Tty: o.bool('tty'),
      OpenStdin: o.bool('interactive'),
      StdinOnce: o.bool('interactive') && attachStdin,
      Env: orNull(p.env),
      Cmd: orNull(cmd),
      Healthcheck: p.health,
      Image: image,
      Volumes: sortedMap(p.volumes.anonymous),
      WorkingDir: o.string('workdir'),
      Entrypoint: o.changed('entrypoint') ? [entrypoint] : null,
      OnBuild: null,
      Labels: sortedMap(p.labels),
      StopSignal: o.string('stop-signal') || undefined,
      StopTimeout: o.changed('stop-timeout') ? o.int('stop-timeout') : undefined,
      HostConfig: hostConfig(o, p, networks.value.mode),
      NetworkingConfig: { EndpointsConfig: networks.value.endpoints },
    },
  };
}
