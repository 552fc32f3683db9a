/**
 * What the options of a container make of its first process: namespaces shared with others, kernel parameters, an init,
 * capabilities.
 * @see moby daemon/oci_linux.go
 */
import { isErr } from '../../linux/kernel/errno.ts';
import type { Confinement, Mounts, PidNs } from '../../linux/kernel/machine.ts';
import type { NetnsKey } from '../../linux/kernel/netadmin.ts';
import { Failure } from '../errdefs.ts';
import { capabilitiesOf } from './capabilities.ts';
import type { Container } from './container.ts';
import type { Daemon } from './daemon.ts';
import { errors } from './errors.ts';

/** Where `--init` finds its program, on the machine and in containers. */
const INIT_PATH = '/usr/bin/docker-init';
const INIT_INSIDE = '/sbin/docker-init';

/** `--pid` */
export function pidNamespace(daemon: Daemon, c: Container): PidNs | Failure {
  const mode = (c.hostConfig.PidMode as string | undefined) ?? '';
  if (mode === 'host') return daemon.kernel.pidns;
  if (!mode.startsWith('container:')) return daemon.kernel.pidnsAdd();
  const other = daemon.container(mode.slice(10));
  if (other instanceof Failure) return other.wrap('failed to join PID namespace');
  if (!other.running) return errors.joinStopped('PID', mode.slice(10));
  return other.running.pidns;
}

/** `c 1:3 rwm` */
const DEVICE_RULE = /^[acb] (?:\d+|\*):(?:\d+|\*) [rwm]{1,3}$/;

/** A device, or a directory with some in it. @see containerd pkg/oci: DevicesFromPath */
function deviceFault(daemon: Daemon, path: string): string | undefined {
  const { fs } = daemon.kernel.root;
  const there = fs.stat(path, true);
  if (isErr(there)) return there.text.toLowerCase();
  if (there.kind === 'char') return undefined;
  const inside = there.kind === 'dir' ? fs.readdir(path) : [];
  const some = !isErr(inside) && inside.some(({ kind }) => kind === 'char');
  return some ? undefined : 'not a device node';
}

/** Limits of block devices, which must be there. @see moby daemon/daemon_unix.go: getBlkioWeightDevices */
function blockDeviceFault(daemon: Daemon, { hostConfig }: Container): Failure | undefined {
  for (const key of ['WeightDevice', 'DeviceReadBps', 'DeviceWriteBps', 'DeviceReadIOps', 'DeviceWriteIOps'])
    for (const { Path } of (hostConfig[`Blkio${key}`] as readonly { Path: string }[] | null) ?? []) {
      const there = daemon.kernel.root.fs.stat(Path, true);
      if (isErr(there)) return new Failure('system', `stat ${Path}: ${there.text.toLowerCase()}`);
    }
  return undefined;
}

/** Shares that the kernel takes: what is less or more becomes the least or the most. */
const SHARES = { least: 2, most: 262144 };

/** What runc finds when it has written a control group's files. @see opencontainers/cgroups fs/cpu.go: SetShares */
export function groupFault({ hostConfig }: Container): Failure | undefined {
  const shares = (hostConfig.CpuShares as number | undefined) ?? 0;
  const word = shares > SHARES.most ? 'maximum' : shares > 0 && shares < SHARES.least ? 'minimum' : undefined;
  if (!word) return undefined;
  const bound = word === 'maximum' ? SHARES.most : SHARES.least;
  return errors.task(
    'create',
    `error setting cgroup config for procHooks process: the ${word} allowed cpu-shares is ${bound}`,
  );
}

/** Devices of the host that are asked for must be there; there is no driver for GPUs. @see moby daemon/oci_linux.go: WithDevices */
export function checkDevices(daemon: Daemon, c: Container): Failure | undefined {
  const devices = (c.hostConfig.Devices as readonly { PathOnHost: string }[] | null) ?? [];
  for (const { PathOnHost: path } of devices) {
    const why = deviceFault(daemon, path);
    if (why)
      return new Failure(
        'system',
        `error gathering device information while adding custom device ${JSON.stringify(path)}: ${why}`,
      );
  }
  const unknown = blockDeviceFault(daemon, c);
  if (unknown) return unknown;
  const rules = (c.hostConfig.DeviceCgroupRules as readonly string[] | null) ?? [];
  const rule = c.hostConfig.Privileged ? undefined : rules.find((r) => !DEVICE_RULE.test(r));
  if (rule !== undefined) return new Failure('system', `invalid device cgroup rule format: '${rule}'`);
  const requests =
    (c.hostConfig.DeviceRequests as readonly { Driver?: string; Capabilities?: string[][] }[] | null) ?? [];
  const [request] = requests;
  if (!request) return undefined;
  const { Driver = '', Capabilities } = request;
  const wanted = (Capabilities ?? []).map((all) => `[${(all ?? []).join(' ')}]`).join(' ');
  return new Failure('system', `could not select device driver "${Driver}" with capabilities: [${wanted}]`);
}

/** `--sysctl`: parameters of the container's own namespaces. */
export function setSysctls(daemon: Daemon, c: Container, netns: NetnsKey): Failure | undefined {
  const given = (c.hostConfig.Sysctls as Record<string, string> | undefined) ?? {};
  for (const [name, value] of Object.entries(given)) {
    const refused = sysctlFault(c, name);
    if (refused !== undefined) return errors.runtime(`sysctl "${name}" ${refused}`);
    const set = daemon.kernel.setSysctl(netns, name, value);
    if (isErr(set) && name.startsWith('net.')) {
      const path = `/proc/sys/${name.replaceAll('.', '/')}`;
      const verb = set.name === 'ENOENT' ? 'open' : 'write';
      return errors.task('create', `${verb} sysctl key ${name}: ${verb} ${path}: ${set.text.toLowerCase()}`);
    }
  }
  return undefined;
}

/** Parameters that an IPC namespace has. */
const IPC = /^(?:kernel\.(?:msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced)|fs\.mqueue\..*)$/;

/** Why a parameter cannot be a container's own. @see runc libcontainer/configs/validate/validator.go: sysctl */
function sysctlFault({ hostConfig }: Container, name: string): string | undefined {
  if (IPC.test(name)) return hostConfig.IpcMode === 'host' ? 'is not allowed in the hosts ipc namespace' : undefined;
  if (name.startsWith('net.'))
    return hostConfig.NetworkMode === 'host' ? 'not allowed in host network namespace' : undefined;
  if (hostConfig.UTSMode !== 'host') {
    if (name === 'kernel.domainname') return undefined;
    if (name === 'kernel.hostname') return 'is not allowed as it conflicts with the OCI "hostname" field';
  }
  return 'is not in a separate kernel namespace';
}

/** `--init`: the program is run by docker-init, which passes signals on and reaps what others leave behind. */
export function initArgv(daemon: Daemon, c: Container, mounts: Mounts): string[] {
  if (c.hostConfig.Init !== true || ((c.hostConfig.PidMode as string | undefined) ?? '') !== '') return c.argv;
  mounts.bind(INIT_INSIDE, daemon.kernel.root.fs, INIT_PATH, { source: '/dev/vda', readOnly: true });
  return [INIT_INSIDE, '--', ...c.argv];
}

/** What processes of a container have when nothing else is said. */
const USUAL: ReadonlySet<string> = new Set(capabilitiesOf(null, null, false));

/**
 * What a process of a container may, and what holds it.
 * @param privileged of `docker exec --privileged`
 */
export function privileges(
  c: Container,
  privileged = false,
): { readonly caps?: ReadonlySet<string>; readonly confinement: Confinement } {
  const { CapAdd, CapDrop, Privileged, SecurityOpt, OomScoreAdj } = c.hostConfig;
  const options = (SecurityOpt as readonly string[] | null) ?? [];
  const confinement: Confinement = {
    oomScoreAdj: (OomScoreAdj as number | undefined) ?? 0,
    noNewPrivs: options.some((o) => /^no-new-privileges([=:](true|1|t))?$/i.test(o)),
    seccomp: !(privileged || Privileged || options.some((o) => /^seccomp[=:]unconfined$/.test(o))),
  };
  if (privileged || Privileged) return { confinement };
  return { ...privilegesOf(CapAdd, CapDrop), confinement };
}

/** The usual capabilities with those that are added, and without those that are dropped. */
export function privilegesOf(
  add: readonly string[] | null,
  drop: readonly string[] | null = null,
): { readonly caps: ReadonlySet<string> } {
  return { caps: add?.length || drop?.length ? new Set(capabilitiesOf(add, drop, false)) : USUAL };
}
