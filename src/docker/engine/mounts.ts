/**
 * What lies in a container over its image: volumes, directories of the host, tmpfs.
 *
 * Limits: the local volume driver; `consistency`, SELinux labels and propagation are kept and shown, and do nothing.
 * @see moby daemon/volumes.go, daemon/create_unix.go
 */
import { isErr } from '../../linux/kernel/errno.ts';
import type { FileSystem, Mounts } from '../../linux/kernel/machine.ts';
import type { ContainerConfig, HostConfig } from '../api/types.ts';
import { Failure } from '../errdefs.ts';
import type { Container, MountPoint } from './container.ts';
import type { Daemon } from './daemon.ts';
import { errors } from './errors.ts';
import { fromBind, fromMount, imageTree, MODES, type MountSpec, memoryAt, volumeMount } from './mountspec.ts';
import { clean } from './path.ts';
import { mountTmpfs, tmpfsFault } from './tmpfs.ts';
import { bindSource, makeVolume, procFault } from './volumeservice.ts';

/** Every mount of a new container; volumes are made. */
export function mountPoints(daemon: Daemon, config: ContainerConfig, host: HostConfig): MountPoint[] | Failure {
  const out = new Map<string, MountPoint>();
  for (const from of host.VolumesFrom ?? []) {
    const taken = volumesFrom(daemon, from);
    if (taken instanceof Failure) return taken;
    for (const m of taken) out.set(m.destination, m);
  }
  const own = new Set<string>();
  const specs = [
    ...(host.Binds ?? []).map((b) => () => fromBind(daemon, b, host.VolumeDriver)),
    ...((host.Mounts as MountSpec[] | undefined) ?? []).map((m) => () => fromMount(daemon, m)),
  ];
  for (const make of specs) {
    const made = make();
    if (made instanceof Failure) return made;
    if (own.has(made.destination) || made.destination in tmpfsOf(host)) return errors.duplicateMount(made.destination);
    own.add(made.destination);
    out.set(made.destination, made);
  }
  for (const path of Object.keys(config.Volumes ?? {})) {
    const destination = clean(path);
    if (out.has(destination) || destination in tmpfsOf(host)) continue;
    const v = makeVolume(daemon, undefined, host.VolumeDriver);
    if (v instanceof Failure) return v;
    out.set(destination, { ...volumeMount(v.name, v.path, destination), mode: '' });
  }
  return [...out.values()];
}

/** `NAME` or `NAME:ro`: the mounts of another container. */
function volumesFrom(daemon: Daemon, spec: string): MountPoint[] | Failure {
  const colon = spec.indexOf(':');
  const name = colon < 0 ? spec : spec.slice(0, colon);
  const mode = colon < 0 ? 'rw' : spec.slice(colon + 1);
  if (!mode.split(',').every((m) => MODES.includes(m) && m !== 'nocopy')) return errors.mountMode(mode);
  if (spec === '') return new Failure('invalid', 'volumes-from specification cannot be an empty string');
  const other = daemon.container(name);
  if (other instanceof Failure) return other;
  const readOnly = mode.split(',').includes('ro');
  return other.mounts.map((m) => ({ ...m, mode: '', readOnly: m.readOnly || readOnly, copy: false }));
}

/** `--tmpfs` by destination. */
function tmpfsOf(host: HostConfig): Readonly<Record<string, string>> {
  const given = (host.Tmpfs as Record<string, string> | undefined) ?? {};
  return Object.fromEntries(Object.entries(given).map(([path, options]) => [clean(path), options]));
}

/** What is wrong with the options of a container's file systems in memory. */
export function tmpfsFaults(c: Container): Failure | undefined {
  for (const options of Object.values(tmpfsOf(c.hostConfig))) {
    const fault = tmpfsFault(options);
    if (fault) return fault;
  }
  return undefined;
}

/** Mounts all of it in a container's tree. */
export function mountPointsInto(daemon: Daemon, c: Container, mounts: Mounts): Failure | undefined {
  const host: FileSystem = daemon.kernel.root.fs;
  const inMemory = Object.entries(tmpfsOf(c.hostConfig)).map(([path, options]) => memoryAt(path, options));
  const depth = (m: MountPoint): number => m.destination.split('/').length;
  for (const m of [...c.mounts, ...inMemory].sort((a, b) => depth(a) - depth(b))) {
    if (m.type === 'tmpfs') {
      const fault = procFault(m.destination, c) ?? mountTmpfs(daemon, mounts, m.destination, m.options ?? '');
      if (fault) return errors.mounting('tmpfs', m.destination, fault);
      continue;
    }
    if (m.type === 'image') {
      const tree = imageTree(daemon, m.source);
      if (tree instanceof Failure) continue;
      mounts.bind(m.destination, tree, clean(m.subpath ?? ''), { source: 'overlay', readOnly: m.readOnly });
      continue;
    }
    const fault = bindSource(daemon, m, mounts, c);
    if (fault) return fault;
  }
  mountPayloads(daemon, c, mounts);
  // A device is the host's own file, as runc has it in a user namespace.
  const devices = (c.hostConfig.Devices as readonly { PathOnHost: string; PathInContainer: string }[] | null) ?? [];
  for (const { PathOnHost, PathInContainer } of devices)
    if (!isErr(host.stat(PathOnHost, true))) mounts.bind(PathInContainer, host, PathOnHost, { source: 'udev' });
  return undefined;
}

/** Secrets and configs lie in memory, each mounted where its task wants it. @see moby container_operations_unix.go: setupSecretDir */
function mountPayloads(daemon: Daemon, c: Container, mounts: Mounts): void {
  if (c.payloads.length === 0) return;
  const fs = daemon.kernel.tmpfs();
  for (const { id, path, bytes, uid, gid, mode } of c.payloads) {
    fs.writeFile(`/${id}`, bytes, { mode });
    fs.chmod(`/${id}`, mode);
    fs.chown(`/${id}`, uid, gid);
    mounts.bind(path, fs, `/${id}`, { source: 'tmpfs', readOnly: true });
  }
}

/** Mounts as list and inspect show them. */
export function mountRows(c: Container): unknown[] {
  return c.mounts.map((m) => ({
    Type: m.type,
    ...(m.type === 'volume' ? { Name: m.name } : {}),
    Source: m.source,
    Destination: m.destination,
    ...(m.type === 'volume' ? { Driver: 'local' } : {}),
    Mode: m.mode,
    RW: !m.readOnly,
    Propagation: m.propagation,
  }));
}
