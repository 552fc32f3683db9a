/**
 * Mounts as a container's configuration asks for them, `-v` and `--mount`: checked, with their volumes made.
 * @see moby daemon/volume/mounts/linux_parser.go, validate.go
 */
import { isErr } from '../../linux/kernel/errno.ts';
import type { FileSystem } from '../../linux/kernel/machine.ts';
import { Failure } from '../errdefs.ts';
import type { MountPoint } from './container.ts';
import type { Daemon } from './daemon.ts';
import { errors } from './errors.ts';
import { clean } from './path.ts';
import { makeVolume } from './volumeservice.ts';

/** One entry of HostConfig.Mounts (`--mount`). */
export interface MountSpec {
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

export const MODES = ['rw', 'ro', 'z', 'Z', 'nocopy'];
const PROPAGATION = ['private', 'rprivate', 'slave', 'rslave', 'shared', 'rshared'];
const CONSISTENCY = ['consistent', 'cached', 'delegated'];

export const volumeMount = (name: string, source: string, destination: string): MountPoint => ({
  type: 'volume',
  name,
  source,
  destination,
  mode: 'z',
  readOnly: false,
  propagation: '',
  copy: true,
});

/** A mount without a name. */
const plainMount = (type: MountPoint['type'], source: string, destination: string, readOnly = false): MountPoint => ({
  type,
  name: '',
  source,
  destination,
  mode: '',
  readOnly,
  propagation: '',
  copy: false,
});

/** A file system in memory. @param options as `--tmpfs` has them */
export const memoryAt = (destination: string, options: string, readOnly = false): MountPoint => ({
  ...plainMount('tmpfs', '', destination, readOnly),
  options,
});

/** `SOURCE:DESTINATION[:MODE]` */
export function fromBind(daemon: Daemon, spec: string, driver: string): MountPoint | Failure {
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
      ...plainMount('bind', clean(source), destination, readOnly),
      mode,
      propagation: words.find((w) => PROPAGATION.includes(w)) ?? 'rprivate',
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

/** `--mount` */
export function fromMount(daemon: Daemon, m: MountSpec): MountPoint | Failure {
  const type = m.Type || 'volume';
  const bad = (why: string): Failure => errors.mountConfig(type, why);
  if (!m.Target) return bad('field Target must not be empty');
  if (!m.Target.startsWith('/')) return bad(`invalid mount path: '${m.Target}' mount path must be absolute`);
  const destination = clean(m.Target);
  if (destination === '/') return bad("invalid specification: destination can't be '/'");
  const make = TYPES.get(type);
  return make ? make(daemon, m, destination, bad) : bad('mount type unknown');
}

/** What a mount of one type comes to. @param bad says what is wrong with it */
type Make = (
  daemon: Daemon,
  spec: MountSpec,
  destination: string,
  bad: (why: string) => Failure,
) => MountPoint | Failure;

const bindMount: Make = (daemon, { Source: source = '', ReadOnly, BindOptions }, destination, bad) => {
  if (source === '') return bad('field Source must not be empty');
  if (!source.startsWith('/')) return bad(`invalid mount path: '${source}' mount path must be absolute`);
  const propagation = BindOptions?.Propagation || 'rprivate';
  if (!PROPAGATION.includes(propagation)) return bad(`invalid propagation mode: ${propagation}`);
  const { fs } = daemon.kernel.root;
  if (isErr(fs.stat(clean(source), true))) {
    if (!BindOptions?.CreateMountpoint) return bad(`bind source path does not exist: ${source}`);
    fs.mkdir(clean(source), 0o755, true);
  }
  return { ...plainMount('bind', clean(source), destination, ReadOnly), propagation };
};

const namedMount: Make = (daemon, { Source: source = '', ReadOnly, VolumeOptions }, destination, bad) => {
  const { Labels, DriverConfig, NoCopy, Subpath: subpath = '' } = VolumeOptions ?? {};
  if (subpath.startsWith('/') || subpath.split('/').includes('..'))
    return bad('subpath must be a relative path within the volume');
  if (subpath !== '' && source === '') return bad('must not set Subpath when using anonymous volumes');
  const v = makeVolume(daemon, source || undefined, DriverConfig?.Name, Labels ?? null, DriverConfig?.Options ?? null);
  if (v instanceof Failure) return v;
  const copy = NoCopy !== true;
  return { ...volumeMount(v.name, v.path, destination), readOnly: ReadOnly === true, copy, subpath };
};

const imageMount: Make = (daemon, { Source: source = '', ReadOnly, ImageOptions }, destination, bad) => {
  if (source === '') return bad('field Source must not be empty');
  const tree = imageTree(daemon, source);
  if (tree instanceof Failure) return tree;
  const subpath = ImageOptions?.Subpath ?? '';
  if (isErr(tree.stat(clean(subpath), true))) return bad(`subpath does not exist in the image: ${subpath}`);
  return { ...plainMount('image', source, destination, ReadOnly), subpath };
};

const memoryMount: Make = (_daemon, { Source: source = '', ReadOnly, TmpfsOptions }, destination, bad) => {
  if (source !== '') return bad('field Source must not be specified');
  const { SizeBytes = 0, Mode = 0 } = TmpfsOptions ?? {};
  const options = [
    ...(ReadOnly ? ['ro'] : []),
    ...(SizeBytes > 0 ? [`size=${Math.ceil(SizeBytes / 1024)}k`] : []),
    ...(Mode > 0 ? [`mode=${Mode.toString(8)}`] : []),
  ].join(',');
  return memoryAt(destination, options, ReadOnly);
};

const TYPES: ReadonlyMap<string, Make> = new Map([
  ['bind', bindMount],
  ['volume', namedMount],
  ['image', imageMount],
  ['tmpfs', memoryMount],
]);

/** An image's files with a layer of their own for what is written. */
export function imageTree(daemon: Daemon, name: string): FileSystem | Failure {
  const image = daemon.images.get(name);
  if (image instanceof Failure) return image;
  return daemon.kernel.overlay([...image.layers.map((l) => l.layer), daemon.kernel.layer({})]);
}
