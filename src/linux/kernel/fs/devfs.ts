/** /dev: null, zero, full, random, terminals, and the links to a process's own descriptors. */
import { ENOSPC, ENXIO, type Errno } from '../errno.ts';
import type { Machine } from '../kernel.ts';
import type { OpenFile, TtyDevice } from '../machine.ts';
import type { OpenFlags, Stat } from '../sys.ts';
import { type Inode, makeStat } from './inode.ts';
import { SynthDevice, SynthDir } from './synth.ts';
import type { TreeInode } from './tree.ts';
import { type TreeFs, tmpfs } from './treefs.ts';

type Filler = (max: number) => Uint8Array;
const READY = { in: true, out: true, hup: false, err: false };

/** A character device that never blocks. */
class Device implements OpenFile {
  readonly kind = 'char';
  constructor(
    readonly path: string,
    readonly fill: Filler,
    readonly rdev: readonly [number, number],
    readonly full = false,
  ) {}
  read(max: number): Promise<Uint8Array | Errno> {
    return Promise.resolve(this.fill(max));
  }
  write(bytes: Uint8Array): Promise<number | Errno> {
    return Promise.resolve(this.full ? ENOSPC : bytes.length);
  }
  ready(): typeof READY {
    return READY;
  }
  onReady(): () => void {
    return () => {};
  }
  stat(): Stat {
    return makeStat({ kind: 'char', ino: 1, mode: 0o666, rdev: this.rdev });
  }
  release(): void {}
}

const nothing: Filler = () => new Uint8Array(0);
const zeros: Filler = (max) => new Uint8Array(Math.min(max, 65536));

/** An open /dev/null. */
export function openNull(path = '/dev/null'): OpenFile {
  return new Device(path, nothing, [1, 3]);
}

/** A /dev of a machine or container. @param console whether a container has one; a machine does */
export function devfs(m: Machine, console?: boolean): TreeFs {
  const fs = tmpfs(m.tree, 'tmpfs');
  const random: Filler = (max) => m.world.rng.bytes(Math.min(max, 65536));
  const put = (name: string, fill: Filler, rdev: readonly [number, number], full = false): void =>
    char(fs, name, rdev, (_flags, path) => new Device(path, fill, rdev, full));
  put('null', nothing, [1, 3]);
  put('zero', zeros, [1, 5]);
  put('full', zeros, [1, 7], true);
  put('random', random, [1, 8]);
  put('urandom', random, [1, 9]);
  const own = (): OpenFile | Errno => ttyFile(m, m.current?.tty) ?? ENXIO;
  char(fs, 'tty', [5, 0], own);
  if (console !== false) char(fs, 'console', console ? [136, 0] : [5, 1], own);
  const { root } = fs.tree;
  root.create('pts', { kind: 'dir', mode: 0o755 });
  root.create('shm', { kind: 'dir', mode: 0o1777 });
  const link = (name: string, target: string): unknown => root.create(name, { kind: 'symlink', mode: 0o777, target });
  if (console === undefined) char(fs, 'ptmx', [5, 2], () => ENXIO);
  else {
    link('ptmx', 'pts/ptmx');
    link('core', '/proc/kcore');
    root.create('mqueue', { kind: 'dir', mode: 0o1777 });
  }
  link('fd', '/proc/self/fd');
  link('stdin', '/proc/self/fd/0');
  link('stdout', '/proc/self/fd/1');
  link('stderr', '/proc/self/fd/2');
  return fs;
}

function char(
  fs: TreeFs,
  name: string,
  rdev: readonly [number, number],
  open: (flags: OpenFlags, path: string) => OpenFile | Errno,
): void {
  const node = fs.tree.root.create(name, { kind: 'char', mode: 0o666 }) as TreeInode;
  node.rdev = rdev;
  node.device = open;
}

function ttyFile(m: Machine, tty: TtyDevice | undefined): OpenFile | undefined {
  return tty && m.ttys.find((t) => t.tty === tty);
}

/** /dev/pts: one entry for each registered terminal; the caller's own comes first where names clash. */
export function devpts(m: Machine): Inode {
  const numbers = (): string[] => [...new Set(m.ttys.map((t) => t.tty.name.replace('pts/', '')))].sort();
  return new SynthDir(
    () => ({ ptmx: new SynthDevice([5, 2], 0o000, () => ENXIO) }),
    (name) => {
      const own = m.current?.tty;
      const tty = own?.name === `pts/${name}` ? own : m.ttys.find((t) => t.tty.name === `pts/${name}`)?.tty;
      return tty && new SynthDevice([136, Number(name)], 0o620, () => ttyFile(m, tty) ?? ENXIO);
    },
    numbers,
    0o755,
  );
}
