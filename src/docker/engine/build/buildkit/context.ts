/**
 * The files that a build is given: by the client's session, in the request's body, or behind a URL.
 * @see moby/buildkit frontend/dockerui/{config,context}.go
 */
import { text } from '../../../../base/http.ts';
import { pathMatch } from '../../../../base/pathmatch.ts';
import { rootEntry, type TarEntry } from '../../../../base/tar.ts';
import { Failure } from '../../../errdefs.ts';
import { ignoreRules, isIgnored } from '../../../ignore.ts';
import { fetchUrl, isUrl } from '../../../images/fetch.ts';
import { entriesOf } from '../../archive/container.ts';
import { inside } from '../../archive/unpack.ts';
import type { Daemon } from '../../daemon.ts';
import type { Tree } from '../context.ts';
import { BuildFault } from '../syntax/fault.ts';
import { withoutIgnored } from './files.ts';
import { isGitContext, NO_GIT } from './gitref.ts';
import type { Progress } from './progress.ts';

/** Bytes that the transfer of a file's attributes takes. */
const STAT = 32;

/** What the transfer of files takes. @param paths those that are asked for; undefined: all */
export function transferred(files: Tree, paths: readonly string[] | undefined): number {
  const asked = paths?.map((p) => inside(p) ?? '');
  const taken = [...files].filter(
    ([name]) => !asked || asked.some((p) => name === p || name.startsWith(`${p}/`) || pathMatch(p, name)),
  );
  return taken.reduce((n, [name, e]) => n + e.bytes.length + name.length + STAT - 4, 2);
}

/** The files of a build, its Dockerfile and what of them is ignored. */
export class BuildContext {
  /** What steps see of it. */
  files: Tree = new Map();
  #ignore = '';
  #isLoaded = false;

  constructor(
    readonly progress: Progress,
    readonly all: Tree,
    /** The Dockerfile's own directory; the context's when it lies there. */
    readonly dockerfiles: Tree,
    /** It came as an archive that is here already. */
    readonly isRemote: boolean,
  ) {}

  /** The Dockerfile. @throws BuildFault */
  async dockerfile(name: string, shown: string): Promise<string> {
    const read = (): string => {
      const found = this.dockerfiles.get(inside(name) ?? '');
      if (!found || found.kind === 'dir')
        throw new BuildFault(`failed to read dockerfile: open ${name}: no such file or directory`);
      return text(found.bytes);
    };
    if (!this.isRemote)
      await this.progress.step(`[internal] load build definition from ${shown}`, (step) => {
        const entry = this.dockerfiles.get(inside(name) ?? '');
        const size = entry ? entry.bytes.length + name.length + STAT - 4 : 2;
        step.done('transferring dockerfile:', undefined, { current: size });
      });
    return read();
  }

  /** Reads the ignore file: the Dockerfile's own, or the context's. */
  async ignored(name: string): Promise<(path: string) => boolean> {
    const own = this.dockerfiles.get(inside(`${name}.dockerignore`) ?? '');
    const common = this.all.get('.dockerignore');
    const entry = own ?? common;
    if (!this.isRemote) {
      await this.progress.step('[internal] load .dockerignore', (step) => {
        const size = entry ? entry.bytes.length + '.dockerignore'.length + STAT - 4 : 2;
        step.done('transferring context:', undefined, { current: size });
      });
      this.#ignore = entry ? text(entry.bytes) : '';
    }
    const rules = ignoreRules(this.#ignore);
    return (path) => isIgnored(rules, path);
  }

  /** Takes the files. @param paths those that steps ask for; undefined: all */
  async load(paths: readonly string[] | undefined): Promise<void> {
    if (this.#isLoaded) return;
    this.#isLoaded = true;
    this.files = withoutIgnored(this.all, this.#ignore);
    if (this.isRemote) return;
    await this.progress.step('[internal] load build context', (step) => {
      step.done('transferring context:', undefined, { current: transferred(this.files, paths) });
    });
  }
}

/** Entries below a directory of an archive, by path. Everything is root's, as fsutil sends it. */
export function treeBelow(entries: readonly TarEntry[], prefix: string): Tree {
  const out = new Map<string, TarEntry>();
  for (const e of entries) {
    const name = inside(e.name);
    if (!name?.startsWith(prefix) || name === prefix.slice(0, -1)) continue;
    const path = name.slice(prefix.length);
    const target = e.kind === 'link' ? (inside(e.target)?.slice(prefix.length) ?? '') : e.target;
    out.set(path, { ...e, name: path, uid: 0, gid: 0, target });
  }
  return out;
}

/** A context behind a URL, fetched over the machine's network. @throws BuildFault */
export async function remoteContext(daemon: Daemon, progress: Progress, url: string): Promise<BuildContext> {
  const refuse = (why: string, prefix: string): BuildFault =>
    new BuildFault(`${prefix}failed to load cache key: ${why}`);
  if (isGitContext(url))
    await progress.step(`[internal] load git source ${url}`, (step) => {
      step.said = NO_GIT;
      throw refuse(NO_GIT, 'failed to read dockerfile: ');
    });
  const got = await progress.step('[internal] load remote build context', async (step) => {
    const fetched = isUrl(url) ? await fetchUrl(daemon.controller.daemon.sys, url) : undefined;
    if (fetched && !(fetched instanceof Failure)) return fetched;
    const why = fetched instanceof Failure ? fetched.message : `unsupported context ${url}`;
    const status = / with status (\d+)/.exec(why)?.[1];
    step.said = status === undefined ? why : `invalid response status ${status}`;
    throw refuse(step.said, 'failed to read downloaded context: ');
  });
  const entries = archived(got.bytes);
  if (!entries) {
    const file = new Map([['context', rootEntry('context', got.bytes, { mode: 0o600 })]]);
    return new BuildContext(progress, file, file, true);
  }
  await progress.step('copy /context /', () => undefined);
  const tree = treeBelow(entries, '');
  return new BuildContext(progress, tree, tree, true);
}

function archived(bytes: Uint8Array): TarEntry[] | undefined {
  const entries = entriesOf(bytes);
  return entries instanceof Failure || entries.length === 0 ? undefined : entries;
}
