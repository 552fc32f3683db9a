/**
 * What lies in a container over its image: volumes, directories of the host, tmpfs.
 *
 * Limits: the local volume driver; `consistency`, SELinux labels and propagation are kept and shown, and do nothing.
 * @see moby daemon/volumes.go, daemon/create_unix.go, volume/mounts/linux_parser.go
 */
import { isErr } from '../../linux/kernel/errno.ts';
import type { FileSystem, Mounts } from '../../linux/kernel/machine.ts';
import type { Stat } from '../../linux/kernel/sys.ts';
import type { ContainerConfig, HostConfig } from '../api/types.ts';
import { Failure } from '../errdefs.ts';
import { epochOf, virtualOf } from './archive/container.ts';
import { pack } from './archive/pack.ts';
import { unpack } from './archive/unpack.ts';
import type { Container, MountPoint } from './container.ts';
import type { Daemon } from './daemon.ts';
import { errors } from './errors.ts';
import { mountVolume, optionFault } from './localmount.ts';
import { mountTmpfs, tmpfsFault } from './tmpfs.ts';
import type { Volume } from './volumes.ts';

/** One entry of HostConfig.Mounts (`--mount`). */
interface MountSpec {
  readonly Type?: string;
  readonly Source?: string;
  readonly Target?: string;
  readonly ReadOnly?: boolean;
  readonly BindOptions?: { readonly Propagation?: string; readonly CreateMountpoint?: boolean } | null;
  readonly VolumeOptions?: {
    readonly NoCopy?: boolean;
    readonly Subpath?: string;
    readonly Labels?: Readonly<Record<string, string>> | null;
    readonly DriverConfig?: { readonly Name?: string; readonly Options?: Readonly<Record<string, string>> | null };
  } | null;
  readonly ImageOptions?: { readonly Subpath?: string } | null;
  readonly TmpfsOptions?: { readonly SizeBytes?: number; readonly Mode?: number } | null;
}

const MODES = ['rw', 'ro', 'z', 'Z', 'nocopy'];
const PROPAGATION = ['private', 'rprivate', 'slave', 'rslave', 'shared', 'rshared'];
const CONSISTENCY = ['consistent', 'cached', 'delegated'];
const VOLUME_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;

/** `/a//b/../c/` → `/a/c` */
function clean(path: string): string {
  const out: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') out.pop();
    else if (part !== '' && part !== '.') out.push(part);
  }
  return `/${out.join('/')}`;
}

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
    const v = daemon.volumes.create(undefined);
    out.set(destination, { ...volumeMount(v.name, v.path, destination), mode: '' });
  }
  return [...out.values()];
}

const volumeMount = (name: string, source: string, destination: string): MountPoint => ({
  type: 'volume',
  name,
  source,
  destination,
  mode: 'z',
  readOnly: false,
  propagation: '',
  copy: true,
});

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

/** `SOURCE:DESTINATION[:MODE]` */
function fromBind(daemon: Daemon, spec: string, driver: string): MountPoint | Failure {
  const [source = '', target = '', mode = '', ...more] = spec.split(':');
  const bind = source.startsWith('/');
  const bad = (why: string): Failure =>
    errors.volumeSpec(spec, `invalid mount config for type "${bind ? 'bind' : 'volume'}": ${why}`);
  if (more.length > 0 || source === '' || target === '') return errors.volumeSpec(spec);
  const words = mode === '' ? [] : mode.split(',');
  const known = (w: string): boolean =>
    MODES.includes(w) || (bind && PROPAGATION.includes(w)) || CONSISTENCY.includes(w);
  if (!words.every(known) || (words.includes('ro') && words.includes('rw'))) return errors.mountMode(mode);
  if (!target.startsWith('/')) return bad(`invalid mount path: '${target}' mount path must be absolute`);
  const destination = clean(target);
  if (destination === '/') return bad("invalid specification: destination can't be '/'");
  const readOnly = words.includes('ro');
  if (bind && words.includes('nocopy')) return bad('field VolumeOptions must not be specified');
  if (bind)
    return {
      type: 'bind',
      name: '',
      source: clean(source),
      destination,
      mode,
      readOnly,
      propagation: words.find((w) => PROPAGATION.includes(w)) ?? 'rprivate',
      copy: false,
    };
  const v = makeVolume(daemon, source, driver);
  if (v instanceof Failure) return v;
  return {
    ...volumeMount(v.name, v.path, destination),
    mode: mode === '' ? 'z' : mode,
    readOnly,
    copy: !words.includes('nocopy'),
  };
}

/** A volume of that name, made if need be; without a name a new one. */
export function makeVolume(
  daemon: Daemon,
  name: string | undefined,
  driver = '',
  labels: Readonly<Record<string, string>> | null = null,
  options: Readonly<Record<string, string>> | null = null,
): Volume | Failure {
  if (driver !== '' && driver !== 'local') return errors.noVolumeDriver(name ?? '', driver);
  if (name !== undefined && !VOLUME_NAME.test(name)) return errors.volumeNameIn(name);
  const bad = optionFault(options ?? {});
  if (bad) return errors.volumeOption(name ?? '', bad);
  return daemon.volumes.create(name, labels, options);
}

/** `--mount` */
function fromMount(daemon: Daemon, m: MountSpec): MountPoint | Failure {
  const type = m.Type || 'volume';
  const bad = (why: string): Failure => errors.mountConfig(type, why);
  if (!m.Target) return bad('field Target must not be empty');
  if (!m.Target.startsWith('/')) return bad(`invalid mount path: '${m.Target}' mount path must be absolute`);
  const destination = clean(m.Target);
  if (destination === '/') return bad("invalid specification: destination can't be '/'");
  const readOnly = m.ReadOnly === true;
  const source = m.Source ?? '';
  switch (type) {
    case 'bind': {
      if (source === '') return bad('field Source must not be empty');
      if (!source.startsWith('/')) return bad(`invalid mount path: '${source}' mount path must be absolute`);
      const propagation = m.BindOptions?.Propagation || 'rprivate';
      if (!PROPAGATION.includes(propagation)) return bad(`invalid propagation mode: ${propagation}`);
      const { fs } = daemon.kernel.root;
      if (isErr(fs.stat(clean(source), true))) {
        if (!m.BindOptions?.CreateMountpoint) return bad(`bind source path does not exist: ${source}`);
        fs.mkdir(clean(source), 0o755, true);
      }
      const where = { type: 'bind' as const, name: '', source: clean(source), destination };
      return { ...where, mode: '', readOnly, propagation, copy: false };
    }
    case 'volume': {
      const { Labels, DriverConfig, NoCopy, Subpath: subpath = '' } = m.VolumeOptions ?? {};
      if (subpath.startsWith('/') || subpath.split('/').includes('..'))
        return bad('subpath must be a relative path within the volume');
      if (subpath !== '' && source === '') return bad('must not set Subpath when using anonymous volumes');
      const v = makeVolume(
        daemon,
        source || undefined,
        DriverConfig?.Name,
        Labels ?? null,
        DriverConfig?.Options ?? null,
      );
      if (v instanceof Failure) return v;
      return { ...volumeMount(v.name, v.path, destination), readOnly, copy: NoCopy !== true, subpath };
    }
    case 'image': {
      if (source === '') return bad('field Source must not be empty');
      const tree = imageTree(daemon, source);
      if (tree instanceof Failure) return tree;
      const subpath = m.ImageOptions?.Subpath ?? '';
      if (isErr(tree.stat(clean(subpath), true))) return bad(`subpath does not exist in the image: ${subpath}`);
      const where = { type: 'image' as const, name: '', source, destination, subpath };
      return { ...where, mode: '', readOnly, propagation: '', copy: false };
    }
    case 'tmpfs': {
      if (source !== '') return bad('field Source must not be specified');
      const { SizeBytes = 0, Mode = 0 } = m.TmpfsOptions ?? {};
      const options = [
        ...(readOnly ? ['ro'] : []),
        ...(SizeBytes > 0 ? [`size=${Math.ceil(SizeBytes / 1024)}k`] : []),
        ...(Mode > 0 ? [`mode=${Mode.toString(8)}`] : []),
      ].join(',');
      const where = { type: 'tmpfs' as const, name: '', source: '', destination };
      return { ...where, mode: '', readOnly, propagation: '', copy: false, options };
    }
    default:
      return errors.mountConfig(type, 'mount type unknown');
  }
}

/** An image's files with a layer of their own for what is written. */
function imageTree(daemon: Daemon, name: string): FileSystem | Failure {
  const image = daemon.images.get(name);
  if (image instanceof Failure) return image;
  return daemon.kernel.overlay([...image.layers.map((l) => l.layer), daemon.kernel.layer({})]);
}

/** `--tmpfs` by destination. */
function tmpfsOf(host: HostConfig): Readonly<Record<string, string>> {
  const given = (host.Tmpfs as Record<string, string> | undefined) ?? {};
  return Object.fromEntries(Object.entries(given).map(([path, options]) => [clean(path), options]));
}

/**
 * A volume that is empty begins with what the image has in its place.
 * @see moby daemon/create_unix.go: populateVolume
 */
export function copyUp(daemon: Daemon, c: Container): Failure | undefined {
  for (const m of c.mounts) {
    const from = c.rootfs.stat(m.destination, true);
    if (m.type !== 'volume' || !m.copy || isErr(from)) continue;
    const failed = mountNamed(daemon, m.name);
    if (failed) return failed.wrap('failed to populate volume');
    if (from.kind === 'dir') copyInto(daemon, c, m, from);
    daemon.volumes.unmount(m.name);
  }
  return undefined;
}

function copyInto(daemon: Daemon, c: Container, m: MountPoint, from: Stat): void {
  const to = daemon.kernel.root.fs;
  const there = to.readdir(m.source);
  if (isErr(there) || there.some((e) => e.name !== '.' && e.name !== '..')) return;
  const entries = pack(c.rootfs, m.destination, './', epochOf(daemon));
  unpack(to, m.source, entries, { noOverwriteDirNonDir: false, virtual: virtualOf(daemon) });
  to.chmod(m.source, from.mode & 0o7777);
  to.chown(m.source, from.uid, from.gid);
}

const mountNamed = (daemon: Daemon, name: string): Failure | undefined =>
  daemon.volumes.mount(name, (v) => mountVolume(daemon.kernel, v));

/** A container takes its volumes into use: what their options tell is mounted. */
export function holdVolumes(daemon: Daemon, c: Container): Failure | undefined {
  const held: string[] = [];
  for (const { type, name } of c.mounts) {
    const failed = type === 'volume' ? mountNamed(daemon, name) : undefined;
    if (failed) {
      for (const other of held) daemon.volumes.unmount(other);
      return failed;
    }
    if (type === 'volume') held.push(name);
  }
  const missing = c.mounts.find((m) => m.type === 'volume' && isErr(daemon.kernel.root.fs.stat(sourceOf(m), true)));
  if (!missing) return undefined;
  for (const name of held) daemon.volumes.unmount(name);
  return errors.noSubpath(sourceOf(missing));
}

/** The end of {@link holdVolumes}. */
export function releaseVolumes(daemon: Daemon, c: Container): void {
  for (const { type, name } of c.mounts) if (type === 'volume') daemon.volumes.unmount(name);
}

/** What is wrong with the options of a container's file systems in memory. */
export function tmpfsFaults(c: Container): Failure | undefined {
  for (const options of Object.values(tmpfsOf(c.hostConfig))) {
    const fault = tmpfsFault(options);
    if (fault) return fault;
  }
  return undefined;
}

/** Where on the machine a bind or a volume, or the wanted part of it, lies. */
const sourceOf = (m: MountPoint): string => clean(`${m.source}/${m.subpath ?? ''}`);

/** A bind or a volume in a container's tree. A directory of the host that is not there is made for `-v`. */
export function bindSource(daemon: Daemon, m: MountPoint, mounts: Mounts): void {
  const { fs } = daemon.kernel.root;
  const source = sourceOf(m);
  if (isErr(fs.stat(source, true))) fs.mkdir(source, 0o755, true);
  mounts.bind(m.destination, fs, source, { source: '/dev/vda', readOnly: m.readOnly });
}

/** Mounts all of it in a container's tree. */
export function mountPointsInto(daemon: Daemon, c: Container, mounts: Mounts): void {
  const host: FileSystem = daemon.kernel.root.fs;
  const inOrder = [...c.mounts].sort((a, b) => a.destination.split('/').length - b.destination.split('/').length);
  for (const m of inOrder) {
    if (m.type === 'tmpfs') {
      mountTmpfs(daemon, mounts, m.destination, m.options ?? '');
      continue;
    }
    if (m.type === 'image') {
      const tree = imageTree(daemon, m.source);
      if (tree instanceof Failure) continue;
      mounts.bind(m.destination, tree, clean(m.subpath ?? ''), { source: 'overlay', readOnly: m.readOnly });
      continue;
    }
    bindSource(daemon, m, mounts);
  }
  mountPayloads(daemon, c, mounts);
  // A device is the host's own file, as runc has it in a user namespace.
  const devices = (c.hostConfig.Devices as readonly { PathOnHost: string; PathInContainer: string }[] | null) ?? [];
  for (const { PathOnHost, PathInContainer } of devices)
    if (!isErr(host.stat(PathOnHost, true))) mounts.bind(PathInContainer, host, PathOnHost, { source: 'udev' });
  for (const [path, options] of Object.entries(tmpfsOf(c.hostConfig))) mountTmpfs(daemon, mounts, path, options);
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
