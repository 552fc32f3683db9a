/** Where COPY takes files from: the build's context, or the files of a stage or image. */

import { pathMatch } from '../../../../base/pathmatch.ts';
import type { TarEntry } from '../../../../base/tar.ts';
import { isErr } from '../../../../linux/kernel/errno.ts';
import type { FileSystem } from '../../../../linux/kernel/machine.ts';
import { ignoreRules, isIgnored } from '../../../ignore.ts';
import { type Epoch, pack } from '../../archive/pack.ts';
import { clean } from '../../path.ts';
import type { Tree } from '../context.ts';

/** Files by path. */
export interface Source {
  /** Paths that fit a pattern, without their first slash; '' is the root. */
  match(pattern: string): string[];
  /** A file or directory and all below it; names are relative, '' is the path itself. Undefined: it is not there. */
  entries(path: string): TarEntry[] | undefined;
}

const isPattern = (path: string): boolean => /(?<!\\)[*?[]/.test(path);
const plain = (path: string): string => path.replace(/\\(.)/g, '$1');

/** What comes from a tar archive. */
export class TreeSource implements Source {
  constructor(readonly tree: Tree) {}

  match(pattern: string): string[] {
    const path = clean(`/${pattern}`).slice(1);
    if (!isPattern(path)) return [plain(path)];
    return this.#names().filter((name) => pathMatch(path, name));
  }

  /** Every name, with directories that are only implied. */
  #names(): string[] {
    const out = new Set<string>();
    for (const name of this.tree.keys()) {
      const parts = name.split('/');
      for (let n = 1; n <= parts.length; n++) out.add(parts.slice(0, n).join('/'));
    }
    return [...out].sort();
  }

  entries(path: string): TarEntry[] | undefined {
    const at = this.#followed(path);
    if (at === undefined) return undefined;
    const own = this.tree.get(at);
    if (own && own.kind !== 'dir') return [{ ...linked(this.tree, own), name: '' }];
    const prefix = at === '' ? '' : `${at}/`;
    const below = [...this.tree].filter(([name]) => name.startsWith(prefix) && name !== '');
    if (!own && below.length === 0 && at !== '') return undefined;
    return [
      ...(own ? [{ ...own, name: '' }] : []),
      ...below.map(([name, e]) => ({ ...linked(this.tree, e), name: name.slice(prefix.length) })),
    ];
  }

  /** Where a path leads, by symlinks in all its parts. */
  #followed(path: string, depth = 0): string | undefined {
    if (depth > 40) return undefined;
    const parts = path === '' ? [] : path.split('/');
    for (let n = 1; n <= parts.length; n++) {
      const at = parts.slice(0, n).join('/');
      const e = this.tree.get(at);
      if (e?.kind !== 'symlink') continue;
      const dir = e.target.startsWith('/') ? '' : parts.slice(0, n - 1).join('/');
      const rest = parts.slice(n).join('/');
      return this.#followed(clean(`/${dir}/${e.target}/${rest}`).slice(1), depth + 1);
    }
    return path;
  }
}

/** A hard link as the file that it is. */
function linked(tree: Tree, e: TarEntry): TarEntry {
  const other = e.kind === 'link' ? tree.get(clean(`/${e.target}`).slice(1)) : undefined;
  return other ? { ...other, name: e.name } : e;
}

/** What lies in a file system. */
export class FsSource implements Source {
  constructor(
    readonly fs: FileSystem,
    readonly epoch: Epoch,
  ) {}

  match(pattern: string): string[] {
    const path = clean(`/${pattern}`).slice(1);
    if (!isPattern(path)) return [plain(path)];
    let found = [''];
    for (const part of path.split('/')) {
      found = found.flatMap((dir) => {
        if (!isPattern(part))
          return isErr(this.fs.stat(`/${dir}/${plain(part)}`, false)) ? [] : [under(dir, plain(part))];
        const list = this.fs.readdir(`/${dir}`);
        if (isErr(list)) return [];
        return list
          .map((e) => e.name)
          .sort()
          .filter((name) => pathMatch(part, name))
          .map((name) => under(dir, name));
      });
    }
    return found;
  }

  entries(path: string): TarEntry[] | undefined {
    const at = this.fs.resolve(`/${path}`, true);
    if (isErr(at) || isErr(this.fs.stat(at, true))) return undefined;
    const all = [...pack(this.fs, at, 'x', this.epoch)];
    return all.map((e) => ({ ...e, name: e.name.replace(/^x\/?/, '').replace(/\/$/, '') }));
  }
}

const under = (dir: string, name: string): string => (dir === '' ? name : `${dir}/${name}`);

/** A source that leaves out what its owner's ignore file names. */
export function withoutIgnored(tree: Tree, text: string): Tree {
  const rules = ignoreRules(text);
  if (rules.length === 0) return tree;
  const keeps = rules.some((r) => r.keep);
  const out = new Map<string, TarEntry>();
  for (const [name, e] of tree) {
    const ignored = isIgnored(rules, name);
    if (!ignored) out.set(name, e);
    // directories that hold something that is kept stay
    else if (
      keeps &&
      e.kind === 'dir' &&
      [...tree.keys()].some((n) => n.startsWith(`${name}/`) && !isIgnored(rules, n))
    )
      out.set(name, e);
  }
  return out;
}
