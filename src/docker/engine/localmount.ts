/**
 * Options of the local volume driver: what mount(2) is asked to put on a volume's directory.
 * Limits: binds and file systems in memory; this kernel has no other that could be mounted (no NFS, no block devices).
 * @see moby daemon/volume/local/local_unix.go, moby/sys mount/flags_unix.go: parseOptions, mounter_linux.go: mount
 */
import { EINVAL, ENODEV, ENOENT, ENOTDIR, type Errno, isErr } from '../../linux/kernel/errno.ts';
import type { Kernel } from '../../linux/kernel/machine.ts';
import { Failure } from '../errdefs.ts';
import { mountMemory, OPPOSITES, PROPAGATION } from './tmpfs.ts';
import type { Volume } from './volumes.ts';

/** Options, and those that each cannot do without. */
const VOLUME_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  type: ['device'],
  o: ['device', 'type'],
  device: ['type'],
  size: [],
};

/** What is wrong with the options of a new volume. */
export function optionFault(options: Readonly<Record<string, string>>): string | undefined {
  const names = Object.keys(options);
  const unknown = names.find((n) => !(n in VOLUME_OPTIONS));
  if (unknown !== undefined) return `invalid option: ${JSON.stringify(unknown)}`;
  if (options.size !== undefined) return 'quota size requested but no quota support';
  const missing = names.flatMap((n) => VOLUME_OPTIONS[n] ?? []).find((n) => options[n] === undefined);
  return missing === undefined ? undefined : `missing required option: ${JSON.stringify(missing)}`;
}

const MS_RDONLY = 1;
const MS_BIND = 0x1000;
const MS_REC = 0x4000;
/** Words of mount(8) as bits of mount(2); their opposites clear them. */
const FLAGS: Readonly<Record<string, number>> = {
  ro: MS_RDONLY,
  nosuid: 2,
  nodev: 4,
  noexec: 8,
  sync: 0x10,
  remount: 0x20,
  mand: 0x40,
  dirsync: 0x80,
  noatime: 0x400,
  nodiratime: 0x800,
  bind: MS_BIND,
  rbind: MS_BIND | MS_REC,
  relatime: 1 << 21,
  strictatime: 1 << 24,
};
interface Asked {
  readonly flags: number;
  /** Words that are flags. */
  readonly words: ReadonlySet<string>;
  /** What is left for the file system. */
  readonly data: readonly string[];
}

function parseOptions(text: string): Asked {
  const words = new Set<string>();
  const data: string[] = [];
  for (const word of text.split(',')) {
    if (word in FLAGS) words.add(word);
    else if (word in OPPOSITES) words.delete(OPPOSITES[word] as string);
    else if (word !== '' && !PROPAGATION.test(word)) data.push(word);
  }
  return { words, data, flags: [...words].reduce((all, w) => all | (FLAGS[w] as number), 0) };
}

/** Mounts what a volume's options tell. */
export function mountVolume(kernel: Kernel, { path, options }: Volume): Failure | undefined {
  const { type = '', device = '', o = '' } = options ?? {};
  const asked = parseOptions(o);
  const failed = mount(kernel, device, path, type, asked);
  if (!failed) return undefined;
  const flags = asked.flags === 0 ? '' : `, flags: 0x${asked.flags.toString(16)}`;
  const data = asked.data.length === 0 ? '' : `, data: ${asked.data.join(',')}`;
  const text = `mount ${device}:${path}${flags}${data}: ${failed.text.toLowerCase()}`;
  return new Failure('system', `error while mounting volume '${path}': failed to mount local volume: ${text}`);
}

function mount(kernel: Kernel, device: string, target: string, type: string, asked: Asked): Errno | undefined {
  const { root } = kernel;
  const readOnly = (asked.flags & MS_RDONLY) !== 0;
  if (asked.flags & MS_BIND) {
    const source = device.startsWith('/') ? device : `/${device}`;
    const there = root.fs.stat(source, true);
    if (isErr(there)) return ENOENT;
    if (there.kind !== 'dir') return ENOTDIR;
    root.bind(target, root.fs, source, { source: '/dev/vda1', readOnly });
    return undefined;
  }
  if (type !== 'tmpfs') return ENODEV;
  const values = memoryOptions(asked.data);
  if (!values) return EINVAL;
  mountMemory(kernel, root, target, device, { flags: asked.words, values });
  return undefined;
}

const NUMBER = /^\d+$/;
const MEMORY_OPTIONS: Readonly<Record<string, RegExp>> = {
  size: /^\d+[kmg]?$/i,
  nr_blocks: /^\d+[kmg]?$/i,
  nr_inodes: /^\d+[kmg]?$/i,
  mode: /^[0-7]+$/,
  uid: NUMBER,
  gid: NUMBER,
};

/** What a file system in memory is told; undefined where it refuses. @see Linux mm/shmem.c: shmem_parse_one */
function memoryOptions(data: readonly string[]): ReadonlyMap<string, string> | undefined {
  const pairs = data.map((word) => [word.split('=')[0] as string, word.slice(word.indexOf('=') + 1)] as const);
  return pairs.every(([name, value]) => MEMORY_OPTIONS[name]?.test(value)) ? new Map(pairs) : undefined;
}
