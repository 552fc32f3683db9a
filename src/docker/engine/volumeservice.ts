/**
 * Volumes as containers have them: made, taken into use, given back.
 * @see moby daemon/volume/service/service.go, daemon/volumes_unix.go: setupMounts
 */
import { isErr } from '../../linux/kernel/errno.ts';
import type { Mounts } from '../../linux/kernel/machine.ts';
import type { Failure } from '../errdefs.ts';
import { type Container, type MountPoint, overlayDirectory } from './container.ts';
import type { Daemon } from './daemon.ts';
import { errors } from './errors.ts';
import { mountVolume, optionFault } from './localmount.ts';
import { clean } from './path.ts';
import type { Volume } from './volumes.ts';

const VOLUME_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;

/** A volume of that name, made if need be; without a name a new one. */
export function makeVolume(
  daemon: Daemon,
  name: string | undefined,
  driver = '',
  labels: Readonly<Record<string, string>> | null = null,
  options: Readonly<Record<string, string>> | null = null,
): Volume | Failure {
  if (driver !== '' && driver !== 'local') return errors.noVolumeDriver(name ?? daemon.rng.hex(64), driver);
  if (name !== undefined && !VOLUME_NAME.test(name)) return errors.volumeNameIn(name);
  const bad = optionFault(options ?? {});
  if (bad) return errors.volumeOption(name ?? '', bad);
  return daemon.volumes.create(name, labels, options);
}

/** What its options tell is mounted, unless it is already. */
export const mountNamed = (daemon: Daemon, name: string): Failure | undefined =>
  daemon.volumes.mount(name, (v) => mountVolume(daemon.kernel, v));

const volumesOf = (c: Container): MountPoint[] => c.mounts.filter((m) => m.type === 'volume');

/** A container takes its volumes into use: what their options tell is mounted. */
export function holdVolumes(daemon: Daemon, c: Container): Failure | undefined {
  const held: string[] = [];
  for (const m of volumesOf(c)) {
    const failed = mountNamed(daemon, m.name);
    if (!failed) held.push(m.name);
    const missing = isErr(daemon.kernel.root.fs.stat(sourceOf(m), true)) ? errors.noSubpath(sourceOf(m)) : undefined;
    if (!failed && !missing) continue;
    for (const name of held) daemon.volumes.unmount(name);
    return failed ?? missing;
  }
  return undefined;
}

/** The end of {@link holdVolumes}. */
export function releaseVolumes(daemon: Daemon, c: Container): void {
  for (const { name } of volumesOf(c)) daemon.volumes.unmount(name);
}

/** Where on the machine a bind or a volume, or the wanted part of it, lies. */
const sourceOf = (m: MountPoint): string => clean(`${m.source}/${m.subpath ?? ''}`);

/** Entries of /proc that others may stand in for. */
const OVER_PROC =
  'cpuinfo diskstats meminfo stat swaps uptime loadavg slabinfo net/dev sys/kernel/ns_last_pid sys/crypto/fips_enabled'
    .split(' ')
    .map((name) => `/proc/${name}`);

/**
 * Nothing but another /proc may lie over /proc, and hardly anything in it.
 * @see runc libcontainer/rootfs_linux.go: checkProcMount
 */
export function procFault(target: string, c: Container, source = ''): string | undefined {
  if (!`${target}/`.startsWith('/proc/') || OVER_PROC.includes(target)) return undefined;
  if (target === '/proc' && `${source}/`.startsWith('/proc/')) return undefined;
  const why = target === '/proc' ? 'not of type proc' : 'inside /proc';
  return (
    `create mountpoint for ${target} mount: check proc-safety of ${target} mount: ` +
    `"${overlayDirectory(c)}/merged${target}" cannot be mounted because it is ${why}`
  );
}

/** A bind or a volume in a container's tree. A directory of the host that is not there is made for `-v`. */
export function bindSource(daemon: Daemon, m: MountPoint, mounts: Mounts, c: Container): Failure | undefined {
  const { fs } = daemon.kernel.root;
  const source = sourceOf(m);
  const unmade = isErr(fs.stat(source, true)) ? fs.mkdir(source, 0o755, true) : 0;
  if (isErr(unmade)) return errors.mountSource(source, unmade.text.toLowerCase());
  const inProc = procFault(m.destination, c, source);
  if (inProc) return errors.mounting(source, m.destination, inProc);
  const from = fs.stat(source, true);
  const to = mounts.fs.stat(m.destination, true);
  const [file, dir] = [!isErr(from) && from.kind !== 'dir', !isErr(to) && to.kind === 'dir'];
  const blocked = isErr(to) ? to.name === 'ENOTDIR' : !dir && !file;
  if (blocked || (dir && file)) return errors.mountKinds(source, m.destination, file && dir, overlayDirectory(c));
  mounts.bind(m.destination, fs, source, { source: '/dev/vda', readOnly: m.readOnly });
  return undefined;
}
