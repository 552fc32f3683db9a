/**
 * The room of a file system: that of the machine's disk, or of memory.
 * Limits: what other containers have written and images that are not mounted take no room; nothing but a tmpfs is ever full.
 * @see statfs(2), tmpfs(5)
 */
import type { StatFs } from '../sys.ts';
import { BLOCK, blocksOf } from './inode.ts';
import type { Mount } from './mounts.ts';

/** Of the machine's disk, KiB, and of its memory. */
const DISK = 41_152_736;
export const MEMORY = 4_030_464;
/** Types that hold no blocks. */
const NONE: readonly string[] = ['proc', 'sysfs', 'devpts', 'cgroup2', 'mqueue', 'nsfs', 'securityfs', 'bpf'];
const UNITS: Readonly<Record<string, number>> = { '': 1 / 1024, k: 1, m: 1024, g: 1024 ** 2 };

/** KiB that `size=` gives a tmpfs: half of memory when it says nothing. */
function memoryOf(options: string): number {
  const m = /(?:^|,)size=(\d+)([kmg%]?)/i.exec(options);
  const unit = (m?.[2] ?? '').toLowerCase();
  if (!m || Number(m[1]) === 0) return MEMORY / 2;
  return unit === '%' ? (MEMORY * Number(m[1])) / 100 : Number(m[1]) * (UNITS[unit] as number);
}

/** @param disk what is mounted on the machine's / */
export function statfsOf(m: Mount, disk: Mount): StatFs {
  const { type } = m;
  const memory = type === 'tmpfs' || type === 'devtmpfs';
  const kib = NONE.includes(type) ? 0 : memory ? memoryOf(m.options) : DISK;
  const blocks = Math.floor((kib * 1024) / BLOCK);
  const own = type === 'overlay' ? blocksOf(m.root, 1) : 0;
  const used = blocks === 0 ? 0 : memory ? blocksOf(m.root, 0) : blocksOf(disk.root, 1) + own;
  return { type, bsize: BLOCK, blocks, bfree: Math.max(0, blocks - used) };
}
