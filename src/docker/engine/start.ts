/**
 * Starts a container: networks, files, namespaces, mounts, the first process; and follows it until it ends.
 * @see moby daemon/start.go, daemon/monitor.go
 */
import { SECOND } from '../../base/clock.ts';
import { type Errno, isErr } from '../../linux/kernel/errno.ts';
import type { FileSystem, Mounts } from '../../linux/kernel/machine.ts';
import type { WaitStatus } from '../../linux/kernel/sys.ts';
import { Failure } from '../errdefs.ts';
import { allocateNetwork, announceNetworks, releaseNetwork } from './connect.ts';
import type { Container, Running } from './container.ts';
import { COST, type Daemon } from './daemon.ts';
import { daemonEnvironment, withHome } from './environment.ts';
import { errors, MOUNT_HINT } from './errors.ts';
import { containerDir, writeFiles } from './files.ts';
import { haltHealth, watchHealth } from './health.ts';
import { linkedEnvironment } from './links.ts';
import { callFluentd, openLogFault } from './logdrivers.ts';
import { mountPointsInto, tmpfsFaults } from './mounts.ts';
import { checkDevices, groupFault, initArgv, pidNamespace, privileges, setSysctls } from './process.ts';
import { removeContainer } from './remove.ts';
import { Streams } from './streams.ts';
import { mountSharedMemory, protectPaths, sharedMemory } from './systemmounts.ts';
import { limitsOf } from './ulimits.ts';
import { lookupUser, type User } from './user.ts';
import { holdVolumes, releaseVolumes } from './volumeservice.ts';

/** Bytes of a host name that the kernel takes: __NEW_UTS_LEN. */
const HOST_NAME_MAX = 64;

/** POST /containers/{id}/start */
export async function startContainer(daemon: Daemon, c: Container): Promise<Failure | undefined> {
  return c.locked(async () => {
    if (c.status === 'paused') return errors.startPaused;
    if (c.status === 'removing' || c.status === 'dead') return errors.startRemoving;
    if (c.isRunning) return errors.alreadyStarted;
    c.hasBeenManuallyStopped = false;
    c.restartCount = 0;
    return launch(daemon, c);
  });
}

/** The part of start that a restart policy repeats. The caller holds the container's lock. */
async function launch(daemon: Daemon, c: Container): Promise<Failure | undefined> {
  await daemon.sleep(COST.network);
  const linked = linkedEnvironment(daemon.links, c);
  const failure =
    linked instanceof Failure
      ? linked
      : ((await daemon.swarm?.attach(c)) ?? allocateNetwork(daemon, c) ?? (await runTask(daemon, c, linked)));
  if (!failure) return undefined;
  c.error = failure.message;
  if (c.exitCode === 0) c.exitCode = failure.message.endsWith(MOUNT_HINT) ? 127 : 128;
  c.status = c.startedAt === undefined ? 'created' : 'exited';
  c.log.close(daemon.now());
  if (c.hostConfig.AutoRemove) await removeContainer(daemon, c);
  else c.notifyFailed();
  return failure;
}

/** The container's first process; what was taken for it is given back when there is none. */
async function runTask(daemon: Daemon, c: Container, linked: readonly string[]): Promise<Failure | undefined> {
  const failure = await prepareTask(daemon, c, linked);
  if (failure) releaseNetwork(daemon, c);
  return failure;
}

async function prepareTask(daemon: Daemon, c: Container, linked: readonly string[]): Promise<Failure | undefined> {
  const shared = sharedNamespace(daemon, c) ?? wrongMode(c);
  if (shared instanceof Failure) return shared;
  writeFiles(daemon, c);
  await daemon.sleep(COST.task);
  const pidns = pidNamespace(daemon, c);
  if (pidns instanceof Failure) return pidns;
  const memory = sharedMemory(daemon, c);
  if (memory instanceof Failure) return memory;
  const unmountable = tmpfsFaults(c) ?? holdVolumes(daemon, c);
  if (unmountable) return unmountable;
  const unheard = await callFluentd(daemon.controller.daemon.sys, c.hostConfig.LogConfig);
  const failure = unheard ? errors.logDriver(unheard) : createTask(daemon, c, linked, shared, { pidns, memory });
  if (failure) releaseVolumes(daemon, c);
  return failure;
}

/** Names of namespaces that are none are found out late. @see moby daemon/oci_linux.go: WithNamespaces */
function wrongMode({ hostConfig }: Container): Failure | undefined {
  const { PidMode: pid, UTSMode: uts } = hostConfig as { PidMode?: string; UTSMode?: string };
  if (!/^(host|container:.*|)$/.test(pid ?? '')) return new Failure('system', `invalid PID mode: ${pid}`);
  return ['', 'host'].includes(uts ?? '') ? undefined : new Failure('system', `invalid UTS mode: ${uts}`);
}

/** Mounts, names and checks, then the process. */
function createTask(
  daemon: Daemon,
  c: Container,
  linked: readonly string[],
  shared: Shared | undefined,
  { pidns, memory }: { pidns: Running['pidns']; memory: Running['shm'] },
): Failure | undefined {
  const { kernel } = daemon;
  const netns = shared?.netns ?? c.sandbox?.netns ?? kernel.hostNetns;
  const readOnly = c.hostConfig.ReadonlyRootfs === true;
  const readOnlySys = c.hostConfig.Privileged !== true;
  const mounts = kernel.mounts(c.rootfs, { pidns, netns, readOnly, readOnlySys, console: c.config.Tty });
  const shm = mountSharedMemory(daemon, c, mounts, memory);
  const mounted = mountAll(daemon, c, mounts, shared?.id);
  if (mounted) return mounted;
  const hostUts = c.hostConfig.UTSMode === 'host';
  const uts = hostUts ? kernel.uts : { hostname: shared?.hostname ?? c.config.Hostname };
  const user = lookupUser(mounts.fs, c.config.User, c.hostConfig.GroupAdd as string[] | null);
  if (user instanceof Failure) return user;
  const unset = checkDevices(daemon, c) ?? groupFault(c) ?? (c.sandbox ? undefined : setSysctls(daemon, c, netns));
  if (unset) return unset;
  const log = openLogFault(c.hostConfig.LogConfig);
  if (log) return errors.logDriver(log);
  if (!hostUts && uts.hostname.length > HOST_NAME_MAX) return errors.task('create', 'sethostname: invalid argument');
  const env = withHome(daemonEnvironment(c, c.config.Tty, linked), user.home);
  return spawnTask(daemon, c, { pidns, netns, uts, mounts, shm }, user, env);
}

/** What a process of a container is in. */
type Surroundings = Pick<Running, 'pidns' | 'netns' | 'uts' | 'mounts' | 'shm'>;

function spawnTask(
  daemon: Daemon,
  c: Container,
  where: Surroundings,
  user: User,
  env: Readonly<Record<string, string>>,
): Failure | undefined {
  const { kernel } = daemon;
  const { mounts } = where;
  volumeEvents(daemon, c, 'mount');
  const shim = kernel.daemon(shimArgv(c.id), { parent: 1 });
  const streams = openStreams(daemon, c);
  const process = kernel.spawn({
    argv: initArgv(daemon, c, mounts),
    env,
    cwd: workdir(mounts.fs, c.config.WorkingDir),
    uid: user.uid,
    gid: user.gid,
    groups: user.groups,
    ...privileges(c),
    limits: limitsOf(daemon, c),
    root: mounts,
    netns: where.netns,
    uts: where.uts,
    pidns: where.pidns,
    fds: streams.fds,
    search: true,
    parent: shim.pid,
    ...(streams.pty ? { tty: streams.pty.slave.tty } : {}),
    onExit: (status) => void onExit(daemon, c, status),
  });
  if (isErr(process)) {
    streams.abandon();
    c.setStreams(undefined);
    shim.end(1);
    const cause = execError(mounts.fs, c.argv[0] as string, process);
    c.exitCode = cause.code;
    return errors.task('create', cause.text);
  }
  c.running = { ...where, process, streams, shim: shim.pid, endShim: () => shim.end(0) };
  began(daemon, c);
  daemon.swarm?.announce();
  return undefined;
}

/** @see moby daemon/volumes_unix.go: setupMounts, container/container_unix.go: UnmountVolumes */
function volumeEvents(daemon: Daemon, c: Container, action: 'mount' | 'unmount'): void {
  for (const m of c.mounts.filter((x) => x.type === 'volume'))
    daemon.emit('volume', action, m.name, {
      container: c.id,
      ...(action === 'mount' ? { destination: m.destination } : {}),
      driver: 'local',
      ...(action === 'mount' ? { propagation: m.propagation, 'read/write': String(!m.readOnly) } : {}),
    });
}

function began(daemon: Daemon, c: Container): void {
  c.status = 'running';
  c.exitCode = 0;
  c.error = '';
  c.startedAt = daemon.now();
  c.running?.streams.pump();
  announceNetworks(daemon, c);
  daemon.containerEvent(c, 'start');
  watchHealth(daemon, c);
}

function openStreams(daemon: Daemon, c: Container): Streams {
  const [rows = 0, cols = 0] = c.hostConfig.ConsoleSize;
  const streams = new Streams(daemon.kernel, {
    ...(c.config.Tty && daemon.openPty ? { tty: daemon.openPty } : {}),
    ...(rows > 0 && cols > 0 ? { size: { rows, cols } } : {}),
    terminals: c.terminals,
    stdin: c.config.OpenStdin,
    onOutput: (stream, bytes) => c.log.append(stream, daemon.now(), bytes),
  });
  c.log.open();
  c.setStreams(streams);
  return streams;
}

/** What a container has from the one whose network it shares. */
interface Shared {
  readonly id: string;
  readonly netns: Running['netns'];
  readonly hostname: string;
}

/** Network mode container:ID. */
function sharedNamespace(daemon: Daemon, c: Container): Shared | Failure | undefined {
  const mode = c.hostConfig.NetworkMode;
  if (!mode.startsWith('container:')) return undefined;
  const other = daemon.container(mode.slice(10));
  if (other instanceof Failure)
    return new Failure('system', `joining network namespace of container: ${other.message}`);
  if (other === c) return errors.netContainerSelf;
  if (other.status === 'restarting') return errors.netContainerRestarting(mode.slice(10));
  if (!other.running) return errors.netContainerStopped(other.name, other.status);
  return { id: other.id, netns: other.running.netns, hostname: other.config.Hostname };
}

/** @param filesOf whose hosts, hostname and resolv.conf are mounted */
function mountAll(daemon: Daemon, c: Container, mounts: Mounts, filesOf = c.id): Failure | undefined {
  const host = daemon.kernel.root.fs;
  const dir = containerDir(filesOf);
  const fault = mountPointsInto(daemon, c, mounts);
  if (fault) return fault;
  for (const name of ['resolv.conf', 'hostname', 'hosts'])
    mounts.bind(`/etc/${name}`, host, `${dir}/${name}`, {
      source: '/dev/vda',
      readOnly: c.hostConfig.ReadonlyRootfs === true,
    });
  protectPaths(c, mounts);
  return undefined;
}

function shimArgv(id: string): string[] {
  const socket = '/var/run/docker/containerd/containerd.sock';
  return ['/usr/bin/containerd-shim-runc-v2', '-namespace', 'moby', '-id', id, '-address', socket];
}

/** The working directory, made when it is missing. */
export function workdir(fs: FileSystem, dir: string): string {
  if (dir === '') return '/';
  if (isErr(fs.stat(dir, true))) fs.mkdir(dir, 0o755, true);
  return dir;
}

/** runc's words for a program that cannot be started, and the exit code the container gets. */
export function execError(fs: FileSystem, program: string, e: Errno): { text: string; code: number } {
  const exec = `exec: ${JSON.stringify(program)}`;
  if (e.name === 'ENOENT' || program === '') {
    const why = program.includes('/')
      ? `stat ${program}: no such file or directory`
      : 'executable file not found in $PATH';
    return { text: `${exec}: ${why}`, code: 127 };
  }
  const stat = fs.stat(program, true);
  if (e.name === 'EACCES' && !isErr(stat) && stat.kind === 'dir')
    return { text: `${exec}: is a directory: permission denied`, code: 126 };
  if (e.name === 'EACCES') return { text: `${exec}: permission denied`, code: 126 };
  return { text: `${exec.replace('exec: ', 'exec ').replaceAll('"', '')}: ${e.text.toLowerCase()}`, code: 128 };
}

/** The first process has ended. @see moby daemon/monitor.go: handleContainerExit */
async function onExit(daemon: Daemon, c: Container, status: WaitStatus): Promise<void> {
  const run = c.running;
  if (!run) return;
  haltHealth(c);
  run.streams.end();
  await run.streams.drained;
  await daemon.sleep(COST.teardown);
  c.running = undefined;
  c.setStreams(undefined);
  run.endShim();
  c.log.close(daemon.now());
  c.exitCode = status.state === 'signaled' ? 128 + status.signal : status.code;
  releaseNetwork(daemon, c);
  releaseVolumes(daemon, c);
  volumeEvents(daemon, c, 'unmount');
  c.finishedAt = daemon.now();
  const again = shouldRestart(c);
  c.status = again ? 'restarting' : 'exited';
  const seconds = Number((c.finishedAt - (c.startedAt ?? c.finishedAt)) / 1_000_000_000n);
  const exitCode = c.exitCode;
  c.notify(false);
  daemon.containerEvent(c, 'die', { execDuration: String(seconds), exitCode: String(exitCode) });
  if (again) await restartLater(daemon, c);
  else if (c.hostConfig.AutoRemove) await removeContainer(daemon, c);
}

function shouldRestart(c: Container): boolean {
  const { Name, MaximumRetryCount } = c.hostConfig.RestartPolicy;
  if (c.hasBeenManuallyStopped) return false;
  if (Name === 'always' || Name === 'unless-stopped') return true;
  return Name === 'on-failure' && c.exitCode !== 0 && (MaximumRetryCount === 0 || c.restartCount < MaximumRetryCount);
}

/** 100 ms at first, doubled each time, at most a minute; from the start again after ten good seconds. */
async function restartLater(daemon: Daemon, c: Container): Promise<void> {
  const ran = Number((c.finishedAt ?? 0n) - (c.startedAt ?? 0n));
  const tries = ran > 10 * SECOND ? 0 : Math.min(c.restartCount, 10);
  await daemon.sleep(Math.min(60 * SECOND, 0.1 * SECOND * 2 ** tries));
  await c.locked(async () => {
    if (c.status !== 'restarting') return;
    if (daemon.pid === 0) {
      c.status = 'exited';
      return;
    }
    c.restartCount++;
    if (await launch(daemon, c)) c.notify(false);
  });
}
