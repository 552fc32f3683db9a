/** The import walls: who may import whom, read from the sources themselves. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

/** A room of the house and the rooms it may import from (its own always). */
export const WALLS: Readonly<Record<string, readonly string[]>> = {
  'wasm/abi.ts': ['wasm/abi'],
  'wasm/abi': [],
  'wasm/assembly': ['wasm/abi.ts'],
  'wasm/bench': ['wasm/assembly', 'wasm/abi.ts'],
  'src/base': [],
  'src/linux/core': ['src/base', 'wasm/abi.ts'],
  'src/linux/kernel': ['src/base', 'src/linux/core'],
  'src/linux/tty': ['src/base', 'src/linux/kernel', 'src/linux/shell'],
  'src/linux/shell': ['src/base', 'src/linux/kernel', 'src/linux/tty'],
  'src/linux/programs': ['src/base', 'src/linux/core', 'src/linux/kernel'],
  'src/docker/errdefs.ts': [],
  'src/docker/ignore.ts': [],
  'src/docker/platform.ts': [],
  'src/docker/time.ts': ['src/base'],
  'src/docker/goduration.ts': [],
  'src/docker/gotime.ts': ['src/docker/time.ts'],
  'src/docker/api': ['src/base'],
  'src/docker/cli': [
    'src/base',
    'src/linux/kernel',
    'src/linux/tty',
    'src/linux/shell',
    'src/linux/programs',
    'src/docker/api',
    'src/docker/images/digest.ts',
    'src/docker/images/fetch.ts',
    'src/docker/goduration.ts',
    'src/docker/gotime.ts',
    'src/docker/ignore.ts',
    'src/docker/platform.ts',
    'src/docker/time.ts',
  ],
  'src/docker/compose': [
    'src/base',
    'src/linux/kernel',
    'src/linux/tty',
    'src/linux/shell',
    'src/docker/api',
    'src/docker/cli',
    'src/docker/images/digest.ts',
    'src/docker/goduration.ts',
    'src/docker/time.ts',
  ],
  'src/docker/libnetwork': [
    'src/base',
    'src/linux/kernel',
    'src/docker/api',
    'src/docker/errdefs.ts',
    'src/docker/time.ts',
  ],
  'src/docker/images': [
    'src/base',
    'src/linux/kernel',
    'src/linux/programs',
    'src/docker/api',
    'src/docker/errdefs.ts',
    'src/docker/platform.ts',
    'src/docker/time.ts',
  ],
  'src/docker/swarm': [
    'src/base',
    'src/linux/kernel',
    'src/docker/api',
    'src/docker/libnetwork',
    'src/docker/images/digest.ts',
    'src/docker/images/reference.ts',
    'src/docker/errdefs.ts',
    'src/docker/time.ts',
  ],
  'src/docker/engine': [
    'src/base',
    'src/linux/kernel',
    'src/linux/tty',
    'src/docker/api',
    'src/docker/libnetwork',
    'src/docker/swarm',
    'src/docker/images',
    'src/docker/errdefs.ts',
    'src/docker/goduration.ts',
    'src/docker/gotime.ts',
    'src/docker/ignore.ts',
    'src/docker/platform.ts',
    'src/docker/time.ts',
  ],
  'src/lab': ['src/base', 'src/linux', 'src/docker'],
  'src/course': ['src/base', 'src/linux', 'src/docker', 'src/lab'],
  'src/web/worker': ['src/base', 'src/linux', 'src/docker', 'src/lab', 'src/course', 'dist/core.wasm'],
  'src/web/boot.ts': ['src/web/worker/core.ts'],
  'src/web/ui': ['src/base', 'src/course', 'src/lab/view.ts', 'src/web/worker/api.ts', 'src/web/boot.ts'],
  'src/web': ['src/web/boot.ts', 'src/web/ui', 'src/web/worker', 'src/base', 'src/course'],
  'src/node': ['src/base', 'src/linux', 'src/docker', 'src/lab', 'src/course'],
  'src/node/bench': ['src/base', 'src/linux', 'src/docker', 'src/lab', 'src/course', 'src/node', 'src/web/worker'],
};

/** Of kernel/, a program and the shell see the system calls and their types, and nothing else. */
export const SYSCALL_FACE = [
  'sys',
  'socketstream',
  'netadmin',
  'nfmatch',
  'ipvs',
  'linkgroups',
  'errno',
  'signal',
  'machine',
].map((n) => `src/linux/kernel/${n}.ts`);
const FACE_ONLY = [
  'src/linux/programs',
  'src/linux/shell',
  'src/docker/cli',
  'src/docker/compose',
  'src/docker/images',
];

const IMPORT = /(?:^|[\s;>])(?:import|export)\s(?:[^'"]*?\sfrom\s)?['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)/g;

/** Specifiers that a source text imports, in order. */
export function importsOf(source: string): string[] {
  return [...source.matchAll(IMPORT)].map((m) => (m[1] ?? m[2]) as string);
}

/** The room that a path lies in, the innermost one. */
export function roomOf(path: string): string | undefined {
  return Object.keys(WALLS)
    .filter((room) => path === room || path.startsWith(`${room}/`))
    .sort((a, b) => b.length - a.length)[0];
}

/** One sentence for each import of a file that goes through a wall. @param path relative to the project's root */
export function violations(path: string, source: string): string[] {
  const room = roomOf(path);
  if (!room) return [`${path} lies in no room of the house`];
  const allowed = WALLS[room] as readonly string[];
  return importsOf(source)
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => normalize(join(dirname(path), specifier.replace(/\?.*$/, ''))))
    .map((target) => (/\.\w+$/.test(target) ? target : `${target}.ts`))
    .filter((target) => {
      if (target === room || target.startsWith(`${room}/`)) return false;
      if (FACE_ONLY.includes(room) && target.startsWith('src/linux/kernel/')) return !SYSCALL_FACE.includes(target);
      return !allowed.some((a) => target === a || target.startsWith(`${a}/`));
    })
    .map((target) => `${path} imports ${target}`);
}

/** Every source file below `dirs`, relative to `root`. */
export function sources(root: string, dirs: readonly string[]): string[] {
  const walk = (dir: string): string[] =>
    readdirSync(dir, { withFileTypes: true }).flatMap((e) => {
      const full = join(dir, e.name);
      return e.isDirectory() ? walk(full) : /\.(ts|svelte)$/.test(e.name) ? [relative(root, full)] : [];
    });
  return dirs.flatMap((d) => walk(join(root, d))).sort();
}

export function checkTree(root: string): { files: string[]; faults: string[] } {
  const files = sources(root, ['src', 'wasm']).filter((f) => f !== 'src/platform.d.ts');
  return { files, faults: files.flatMap((f) => violations(f, readFileSync(join(root, f), 'utf8'))) };
}
