/** Paths as Go's filepath makes them, and where compose files are looked for. @see compose-spec/compose-go cli/options.go */
import { isErr } from '../../../linux/kernel/errno.ts';
import type { Ctx } from '../../cli/context.ts';

/** filepath.Clean */
export function clean(path: string): string {
  if (path === '') return '.';
  const rooted = path.startsWith('/');
  const out: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') out.push(part);
    else if (out.length > 0 && out.at(-1) !== '..') out.pop();
    else if (!rooted) out.push('..');
  }
  const text = out.join('/');
  return rooted ? `/${text}` : text || '.';
}

/** filepath.Join */
export function joined(...parts: string[]): string {
  const some = parts.filter((p) => p !== '');
  return some.length === 0 ? '' : clean(some.join('/'));
}

/** filepath.Dir */
export function dirOf(path: string): string {
  return clean(path.slice(0, path.lastIndexOf('/') + 1));
}

/** filepath.Base */
export function baseOf(path: string): string {
  if (path === '') return '.';
  return clean(path).split('/').at(-1) || '/';
}

/** filepath.Abs */
export function absolute(ctx: Ctx, path: string): string {
  return path.startsWith('/') ? clean(path) : joined(ctx.sys.cwd(), path);
}

/** A path that is relative to a directory; an absolute one as it is. */
export function under(dir: string, path: string): string {
  return path.startsWith('/') ? path : joined(dir, path);
}

/** filepath.Rel of two absolute (or two relative) paths; undefined when there is none. */
export function relative(base: string, target: string): string | undefined {
  const [from, to] = [clean(base), clean(target)];
  if (from === to) return '.';
  if (from.startsWith('/') !== to.startsWith('/')) return undefined;
  const [a, b] = [from, to].map((p) => p.split('/').filter((x) => x !== '' && x !== '.')) as [string[], string[]];
  let same = 0;
  while (same < a.length && same < b.length && a[same] === b[same]) same++;
  if (a.slice(same).includes('..')) return undefined;
  return [...a.slice(same).map(() => '..'), ...b.slice(same)].join('/');
}

/** Whether something is there. */
export function exists(ctx: Ctx, path: string): boolean {
  return !isErr(ctx.sys.stat(path));
}

const NAMES = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];
const OVERRIDES = [
  'compose.override.yml',
  'compose.override.yaml',
  'docker-compose.override.yml',
  'docker-compose.override.yaml',
];

/** The files that stand in a directory or the nearest one above it that has any. @param warn is told when there are several */
export function defaultFiles(ctx: Ctx, from: string, warn: (message: string) => void): string[] {
  for (let dir = from; ; dir = dirOf(dir)) {
    const found = NAMES.map((n) => joined(dir, n)).filter((p) => exists(ctx, p));
    const [first] = found;
    if (first !== undefined) {
      if (found.length > 1) {
        warn(`Found multiple config files with supported names: ${found.join(', ')}`);
        warn(`Using ${first}`);
      }
      const over = OVERRIDES.map((n) => joined(dir, n)).filter((p) => exists(ctx, p));
      if (over.length > 1) {
        warn(`Found multiple override files with supported names: ${over.join(', ')}`);
        warn(`Using ${over[0]}`);
      }
      return [first, ...over.slice(0, 1)];
    }
    if (dir === dirOf(dir)) return [];
  }
}
