/**
 * Pathname expansion.
 * @see glob(7), bash lib/glob/glob.c
 */
import { isErr } from '../../kernel/errno.ts';
import type { Sys } from '../../kernel/sys.ts';
import { compilePattern, hasMagic, source, unescapePattern } from './pattern.ts';

export interface GlobOptions {
  readonly extglob: boolean;
  readonly dotglob: boolean;
  readonly globstar: boolean;
  readonly nocaseglob: boolean;
}

/** Paths that match, sorted by byte; empty when none does. */
export function glob(sys: Sys, pattern: string, options: GlobOptions): string[] {
  const absolute = pattern.startsWith('/');
  const parts = pattern.split(/\/+/).filter((p, i, all) => p !== '' || i === all.length - 1);
  let found: string[] = [absolute ? '/' : ''];
  parts.forEach((part, i) => {
    const last = i === parts.length - 1;
    if (part === '') found = found.filter((f) => isDirectory(sys, f)).map((f) => (f.endsWith('/') ? f : `${f}/`));
    else found = found.flatMap((base) => component(sys, base, part, last, options));
  });
  return found.filter((f) => f !== '').sort(byBytes);
}

const byBytes = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function join(base: string, name: string): string {
  return base === '' || base.endsWith('/') ? base + name : `${base}/${name}`;
}

function isDirectory(sys: Sys, path: string): boolean {
  const st = sys.stat(path === '' ? '.' : path);
  return !isErr(st) && st.kind === 'dir';
}

function component(sys: Sys, base: string, part: string, last: boolean, options: GlobOptions): string[] {
  if (!hasMagic(part, options.extglob)) {
    const path = join(base, unescapePattern(part));
    return isErr(sys.lstat(path)) ? [] : [path];
  }
  if (options.globstar && part === '**') return below(sys, base, last, options);
  const entries = sys.readdir(base === '' ? '.' : base);
  if (isErr(entries)) return [];
  const re = compilePattern(`^(?:${source(part, { extglob: options.extglob })})$`, options.nocaseglob ? 'iu' : 'u');
  const dots = options.dotglob || part.startsWith('.') || part.startsWith('\\.');
  return entries
    .filter((e) => e.name !== '.' && e.name !== '..' && (dots || !e.name.startsWith('.')) && re.test(e.name))
    .map((e) => join(base, e.name))
    .filter((p) => last || isDirectory(sys, p));
}

function below(sys: Sys, base: string, last: boolean, options: GlobOptions): string[] {
  const out = [base];
  const entries = sys.readdir(base === '' ? '.' : base);
  if (isErr(entries)) return out;
  for (const e of [...entries].sort((a, b) => byBytes(a.name, b.name))) {
    if (e.name === '.' || e.name === '..' || (e.name.startsWith('.') && !options.dotglob)) continue;
    const path = join(base, e.name);
    if (e.kind === 'dir') out.push(...below(sys, path, last, options));
    else if (last) out.push(path);
  }
  return out;
}
