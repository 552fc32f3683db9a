/** COPY, ADD and WORKDIR done. @see moby/buildkit solver/llbsolver/file/backend.go */
import { decompress } from '../../../../base/decompress.ts';
import { utf8 } from '../../../../base/http.ts';
import { readTar, rootEntry, type TarEntry } from '../../../../base/tar.ts';
import { isErr } from '../../../../linux/kernel/errno.ts';
import type { FileSystem, OverlayFs } from '../../../../linux/kernel/machine.ts';
import { Failure } from '../../../errdefs.ts';
import { ignoreRules, isIgnored } from '../../../ignore.ts';
import { sha256 } from '../../../images/digest.ts';
import { virtualOf } from '../../archive/container.ts';
import { unpack } from '../../archive/unpack.ts';
import type { Daemon } from '../../daemon.ts';
import { lookupUser } from '../../user.ts';
import { BuildFault } from '../syntax/fault.ts';
import type { Source } from './files.ts';
import type { CopyPlan, MkdirPlan } from './state.ts';

/** One thing to be copied. */
export interface Found {
  /** Last part of its own path. */
  readonly base: string;
  readonly entries: readonly TarEntry[];
  /** It is kept with its own path. */
  readonly isPath: boolean;
  /** An archive is to be unpacked. */
  readonly unpacks: boolean;
}

/** What the sources of an instruction are. @param missing names a path that is not there, in the error */
export function gather(plan: CopyPlan, source: Source, missing: (path: string) => string): Found[] {
  const out: Found[] = [];
  for (const { source: from, pattern } of plan.paths) {
    if (pattern !== undefined) {
      out.push(...withParents(plan, source, from, pattern, missing));
      continue;
    }
    for (const path of source.match(from)) {
      const entries = source.entries(path);
      if (!entries) throw new BuildFault(missing(`/${path}`));
      const base = path.split('/').pop() as string;
      out.push({ base, entries: kept(plan, entries), isPath: false, unpacks: plan.unpacks });
    }
  }
  for (const { name, content } of plan.inline)
    out.push({ base: name, entries: [rootEntry('', utf8(content))], isPath: false, unpacks: false });
  return out;
}

/** Without what `--exclude` names. */
function kept(plan: CopyPlan, entries: readonly TarEntry[]): readonly TarEntry[] {
  if (plan.excludes.length === 0) return entries;
  const rules = ignoreRules(plan.excludes.join('\n'));
  return entries.filter((e) => e.name === '' || !isIgnored(rules, e.name));
}

function withParents(
  plan: CopyPlan,
  source: Source,
  from: string,
  pattern: string,
  missing: (path: string) => string,
): Found[] {
  const entries = source.entries(source.match(from)[0] ?? '');
  if (!entries) throw new BuildFault(missing(from));
  const rules = ignoreRules(pattern);
  const files = entries.filter((e) => e.name !== '' && (isIgnored(rules, e.name) || e.name === pattern));
  if (files.length === 0 && !/[*?[]/.test(pattern)) throw new BuildFault(missing(`/${pattern}`));
  const wanted = new Set(files.map((e) => e.name));
  for (const { name } of files)
    for (let at = name.lastIndexOf('/'); at > 0; at = name.lastIndexOf('/', at - 1)) wanted.add(name.slice(0, at));
  const all = entries.filter((e) => wanted.has(e.name));
  return [{ base: '', entries: kept(plan, all), isPath: true, unpacks: false }];
}

/** A digest of what will be copied, whatever its times. */
export const contentKey = (found: readonly Found[]): string =>
  sha256(
    found
      .flatMap((f) =>
        f.entries.map(
          (e) => `${f.base}/${e.name} ${e.kind} ${e.mode} ${e.uid}:${e.gid} ${e.target} ${sha256(e.bytes)}`,
        ),
      )
      .join('\n'),
  );

/** Writes them where they belong. Files keep their owners unless there are others for all. */
export function copyInto(daemon: Daemon, fs: OverlayFs, plan: CopyPlan, found: readonly Found[]): void {
  const owner = plan.chown === '' ? undefined : ownerOf(fs, plan.chown);
  const options = { noOverwriteDirNonDir: false, virtual: virtualOf(daemon), ...(owner ? { owner } : {}) };
  for (const f of found) {
    const { mode } = plan;
    const entries = placed(fs, plan, f).map((e) => (mode === undefined || e.kind === 'symlink' ? e : { ...e, mode }));
    const failure = unpack(fs, '/', entries, options);
    if (failure) throw new BuildFault(failure.message);
  }
  if (found.every((f) => f.entries.length === 0)) parentOf(fs, plan.dest, owner ?? { uid: 0, gid: 0 });
}

/** A number alone is the group's too. */
function ownerOf(fs: FileSystem, spec: string): { uid: number; gid: number } {
  const user = lookupUser(fs, /^\d+$/.test(spec) ? `${spec}:${spec}` : spec);
  if (user instanceof Failure) throw new BuildFault(user.message);
  return user;
}

const archiveOf = (e: TarEntry): TarEntry[] | undefined => {
  if (e.kind !== 'file' || e.bytes.length < 2) return undefined;
  const plain = decompress(e.bytes);
  const read = plain && readTar(plain);
  return Array.isArray(read) && read.length > 0 ? read : undefined;
};

const isDir = (fs: FileSystem, path: string): boolean => {
  const stat = fs.stat(path, true);
  return !isErr(stat) && stat.kind === 'dir';
};

function parentOf(fs: FileSystem, dest: string, owner: { uid: number; gid: number }): void {
  if (!dest.endsWith('/') || isDir(fs, dest)) return;
  fs.mkdir(dest.slice(0, -1), 0o755, true);
  fs.chown(dest.slice(0, -1), owner.uid, owner.gid);
}

const join = (a: string, b: string): string => [a, b].filter((x) => x !== '').join('/');

/** Entries under their new names. */
function placed(fs: FileSystem, plan: CopyPlan, f: Found): TarEntry[] {
  const target = plan.dest.replace(/^\/+|\/+$/g, '');
  const [first] = f.entries;
  if (f.unpacks && f.entries.length === 1 && first) {
    const inner = archiveOf(first);
    if (inner)
      return inner.map((e) => ({
        ...e,
        name: join(target, e.name),
        target: e.kind === 'link' ? join(target, e.target) : e.target,
      }));
  }
  const isFile = first !== undefined && first.name === '' && first.kind !== 'dir' && !f.isPath;
  if (isFile) {
    const asDir = plan.dest.endsWith('/') || isDir(fs, plan.dest);
    return [{ ...first, name: asDir ? join(target, f.base) : target }];
  }
  const below = f.entries.filter((e) => e.name !== '').map((e) => ({ ...e, name: join(target, e.name) }));
  if (target === '' || isDir(fs, plan.dest)) return below;
  const own = first?.name === '' ? first : undefined;
  return [
    rootEntry(`${target}/`, new Uint8Array(0), { kind: 'dir', mode: own?.mode ?? 0o755, mtime: own?.mtime ?? 0n }),
    ...below,
  ];
}

/** WORKDIR done: the directory and those above it, where they are missing. @throws BuildFault */
export function makeDir(fs: FileSystem, plan: MkdirPlan): void {
  if (isDir(fs, plan.path)) return;
  const owner = plan.user === '' ? { uid: 0, gid: 0 } : ownerOf(fs, plan.user);
  const made: string[] = [];
  for (let at = plan.path; at !== '' && isErr(fs.stat(at, true)); at = at.slice(0, at.lastIndexOf('/'))) made.push(at);
  const failed = fs.mkdir(plan.path, 0o755, true);
  if (isErr(failed)) throw new BuildFault(`mkdir ${plan.path}: ${failed.text.toLowerCase()}`);
  for (const path of made) fs.chown(path, owner.uid, owner.gid);
}
