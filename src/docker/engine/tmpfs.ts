/**
 * `--tmpfs PATH:OPTIONS` and `--mount type=tmpfs`: file systems in memory of a container.
 * @see moby daemon/oci_linux.go: withMounts; moby/sys mount: MergeTmpfsOptions; Linux mm/shmem.c: shmem_show_options
 */
import type { FileSystem, Kernel, Mounts } from '../../linux/kernel/machine.ts';
import { Failure } from '../errdefs.ts';
import type { Daemon } from './daemon.ts';

/** Words of mount(8), each with the one that it takes the place of. */
export const OPPOSITES: Readonly<Record<string, string>> = {
  defaults: '',
  async: 'sync',
  sync: 'async',
  atime: 'noatime',
  noatime: 'atime',
  dev: 'nodev',
  nodev: 'dev',
  diratime: 'nodiratime',
  nodiratime: 'diratime',
  dirsync: '',
  exec: 'noexec',
  noexec: 'exec',
  mand: 'nomand',
  nomand: 'mand',
  relatime: 'norelatime',
  norelatime: 'relatime',
  ro: 'rw',
  rw: 'ro',
  strictatime: 'nostrictatime',
  nostrictatime: 'strictatime',
  suid: 'nosuid',
  nosuid: 'suid',
};
/** How a mount is shared with other namespaces: no option of a file system. */
export const PROPAGATION = /^r?(private|shared|slave|unbindable)$/;
const VALUES = new Set(['size', 'mode', 'uid', 'gid', 'nr_inodes', 'nr_blocks', 'mpol']);
const USUAL = ['noexec', 'nosuid', 'nodev'];
/** Flags that /proc/mounts names, in its order. */
const SHOWN = ['nosuid', 'nodev', 'noexec', 'noatime', 'nodiratime', 'relatime'];
const UNITS: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** What the options of one mount come to. */
export interface Tmpfs {
  readonly flags: ReadonlySet<string>;
  readonly values: ReadonlyMap<string, string>;
}

/** The last word about each matter counts. */
function merge(given: string): Tmpfs | Failure {
  const flags = new Set(USUAL);
  const values = new Map<string, string>();
  for (const word of given.split(',').filter((w) => w !== '')) {
    const [name = '', ...rest] = word.split('=');
    if (word in OPPOSITES) {
      flags.delete(OPPOSITES[word] as string);
      flags.add(word);
    } else if (rest.length > 0 && VALUES.has(name)) values.set(name, rest.join('='));
    else if (!PROPAGATION.test(word)) {
      const parts = (rest.length > 0 ? [name, rest.join('=')] : [name]).map((p) => JSON.stringify(p));
      return new Failure('system', `invalid tmpfs option [${parts.join(' ')}]`);
    }
  }
  return { flags, values };
}

/** What is wrong with the options of a mount. */
export function tmpfsFault(given: string): Failure | undefined {
  const merged = merge(given);
  return merged instanceof Failure ? merged : undefined;
}

const bytesOf = (size: string): number | undefined => {
  const m = /^(\d+)([kmg]?)$/i.exec(size);
  return m ? Number(m[1]) * (UNITS[(m[2] as string).toLowerCase()] as number) : undefined;
};

/** Values that the kernel reads as numbers. */
const NUMBERS: readonly (readonly [string, RegExp])[] = [
  ['size', /^\d+[kmgtpe]?%?$/i],
  ['mode', /^[0-7]+$/],
  ['uid', /^\d+$/],
  ['gid', /^\d+$/],
  ['nr_inodes', /^\d+[kmgtpe]?$/i],
  ['nr_blocks', /^\d+[kmgtpe]?$/i],
];

/** Pre: {@link tmpfsFault} has nothing to say. @returns what runc says of a value that the kernel does not take */
export function mountTmpfs(daemon: Daemon, mounts: Mounts, target: string, given: string): string | undefined {
  const merged = merge(given);
  if (merged instanceof Failure) throw new Error(merged.message);
  const { flags, values } = merged;
  if (NUMBERS.some(([name, shape]) => !shape.test(values.get(name) ?? '0'))) {
    const raised = ['nosuid', 'nodev', 'noexec'].filter((f) => flags.has(f)).map((f) => `MS_${f.toUpperCase()}`);
    const data = [...values].map(([name, value]) => `${name}=${value}`).join(',');
    return `mount src=tmpfs, dst=${target}, dstFd=/proc/thread-self/fd/11, flags=${raised.join('|')}, data=${data}: invalid argument`;
  }
  mountMemory(daemon.kernel, mounts, target, 'tmpfs', merged);
  return undefined;
}

/** Mounts shared memory of `size` bytes, or what another container already has. @returns the file system */
export function mountShared(
  kernel: Kernel,
  mounts: Mounts,
  target: string,
  size: number,
  there: FileSystem | undefined,
): FileSystem {
  const fs = there ?? kernel.tmpfs(size);
  if (!there) fs.chmod('/', 0o1777);
  mounts.mount(target, fs, {
    source: 'shm',
    options: `rw,nosuid,nodev,noexec,relatime,size=${Math.ceil(size / 4096) * 4}k`,
  });
  return fs;
}

/** Mounts a new file system in memory. @param source what the first field of /proc/mounts says */
export function mountMemory(
  kernel: Kernel,
  mounts: Mounts,
  target: string,
  source: string,
  { flags, values }: Tmpfs,
): void {
  const size = bytesOf(values.get('size') ?? '') || undefined;
  const mode = values.has('mode') ? Number.parseInt(values.get('mode') as string, 8) & 0o7777 : 0o1777;
  const [uid, gid] = [Number(values.get('uid') ?? 0), Number(values.get('gid') ?? 0)];
  const fs = kernel.tmpfs(size);
  fs.chmod('/', mode);
  fs.chown('/', uid, gid);
  const readOnly = flags.has('ro');
  const relative = flags.has('noatime') || flags.has('strictatime') ? [] : ['relatime'];
  const options = [
    readOnly ? 'ro' : 'rw',
    ...SHOWN.filter((f) => flags.has(f) || relative.includes(f)),
    ...(size ? [`size=${Math.ceil(size / 4096) * 4}k`] : []),
    ...(values.has('nr_inodes') ? [`nr_inodes=${values.get('nr_inodes')}`] : []),
    ...(mode === 0o1777 ? [] : [`mode=${mode.toString(8).padStart(3, '0')}`]),
    ...(uid ? [`uid=${uid}`] : []),
    ...(gid ? [`gid=${gid}`] : []),
  ];
  mounts.mount(target, fs, { source, options: options.join(','), readOnly });
}
