/**
 * What COPY and ADD take: files of the build context or of another stage, by paths and patterns.
 * @see moby builder/dockerfile/copy.go
 */
import { text } from '../../../base/http.ts';
import { pathMatch } from '../../../base/pathmatch.ts';
import type { TarEntry } from '../../../base/tar.ts';
import { Failure } from '../../errdefs.ts';
import { ignoreRules, isIgnored } from '../../ignore.ts';
import { inside } from '../archive/unpack.ts';

/** Files by clean path, without a leading slash; directories too. */
export type Tree = ReadonlyMap<string, TarEntry>;

/** A tree of an archive's entries, with the directories that these only imply. @param isOurs everything is to be root's */
export function treeOf(entries: readonly TarEntry[], isOurs = false): Tree {
  const out = new Map<string, TarEntry>();
  for (const e of entries) {
    const path = inside(e.name);
    if (path) out.set(path, isOurs ? { ...e, uid: 0, gid: 0 } : e);
  }
  return out;
}

/**
 * What steps see of a context: clients send the Dockerfile and `.dockerignore` always; the latter may keep both from being copied.
 * @see moby builder/remotecontext/detect.go: removeDockerfile
 */
export function withoutIgnored(tree: Tree, dockerfile: string): Tree {
  const ignore = tree.get('.dockerignore');
  if (!ignore) return tree;
  const rules = ignoreRules(text(ignore.bytes));
  const hidden = ['.dockerignore', dockerfile].filter((name) => isIgnored(rules, name));
  return new Map([...tree].filter(([name]) => !hidden.includes(name)));
}

/** Entries to unpack in `/` for one instruction. @param dest absolute; ends in a slash when it is a directory */
export function copyEntries(
  instruction: string,
  tree: Tree,
  sources: readonly string[],
  dest: string,
  isDir: (path: string) => boolean,
): TarEntry[] | Failure {
  const found: string[] = [];
  for (const source of sources) {
    const clean = inside(source);
    if (clean === undefined) return new Failure('invalid', `forbidden path outside the build context: ${source} ()`);
    const isPattern = /[*?[]/.test(clean);
    const hits = isPattern ? matching(tree, clean) : has(tree, clean) ? [clean] : [];
    if (hits.length === 0 && !isPattern)
      return new Failure(
        'notFound',
        `file not found in build context or excluded by .dockerignore: stat ${clean}: file does not exist`,
      );
    found.push(...hits);
  }
  if (found.length === 0) return new Failure('invalid', 'no source files were specified');
  if (found.length > 1 && !dest.endsWith('/'))
    return new Failure(
      'invalid',
      `When using ${instruction} with more than one source file, the destination must be a directory and end with a /`,
    );
  const target = dest.replace(/^\/+|\/+$/g, '');
  const asDir = dest.endsWith('/') || isDir(dest);
  return found.flatMap((path) => entriesAt(tree, path, target, asDir));
}

const has = (tree: Tree, path: string): boolean =>
  path === '' || tree.has(path) || [...tree.keys()].some((k) => k.startsWith(`${path}/`));

/** A file under its new name, or what is in a directory. */
function entriesAt(tree: Tree, path: string, target: string, asDir: boolean): TarEntry[] {
  const entry = tree.get(path);
  if (entry && entry.kind !== 'dir') {
    const base = path.split('/').pop() as string;
    return [{ ...entry, name: asDir ? join(target, base) : target }];
  }
  const prefix = path === '' ? '' : `${path}/`;
  const out: TarEntry[] = [];
  for (const [name, e] of tree)
    if (name.startsWith(prefix)) out.push({ ...e, name: join(target, name.slice(prefix.length)) });
  return out;
}

const join = (a: string, b: string): string => (a === '' ? b : `${a}/${b}`);

/** @see Go path/filepath: Match */
function matching(tree: Tree, pattern: string): string[] {
  return [...tree.keys()].filter((path) => pathMatch(pattern, path));
}
