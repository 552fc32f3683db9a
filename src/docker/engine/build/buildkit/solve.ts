/** Does the steps of the stages that are needed, or takes what they made before. @see moby/buildkit solver/jobs.go, edge.go */

import { MS } from '../../../../base/clock.ts';
import { rootEntry, type TarEntry } from '../../../../base/tar.ts';
import type { FileSystem } from '../../../../linux/kernel/machine.ts';
import { Failure } from '../../../errdefs.ts';
import { digest, sha256 } from '../../../images/digest.ts';
import { fetchUrl } from '../../../images/fetch.ts';
import type { ImageLayer } from '../../../images/store.ts';
import { epochOf, virtualOf } from '../../archive/container.ts';
import { unpack } from '../../archive/unpack.ts';
import { layerFrom } from '../../commit.ts';
import type { Daemon } from '../../daemon.ts';
import type { Tree } from '../context.ts';
import { BuildFault } from '../syntax/fault.ts';
import { type CacheRecord, cacheOf, idOf, uuidOf } from './cache.ts';
import { type BuildContext, transferred } from './context.ts';
import { contentKey, copyInto, type Found, gather, makeDir } from './execcopy.ts';
import { runCommand } from './execrun.ts';
import { FsSource, type Source, TreeSource } from './files.ts';
import { isGitRef, NO_GIT } from './gitref.ts';
import { announceLayers } from './layers.ts';
import type { Progress, Step } from './progress.ts';
import type { CopyPlan, Frontend, RunPlan, StageState, StepPlan } from './state.ts';

const COST = 12 * MS;

/** Files as they are after some steps. */
export interface Snapshot {
  readonly layers: readonly ImageLayer[];
  /** Names what has made them. */
  readonly key: string;
  readonly record: CacheRecord | undefined;
}

/** The steps of one build; each stage is solved once. */
export class Solver {
  readonly #solved = new Map<StageState, Promise<Snapshot>>();
  #isGone = false;
  /** What each step made. */
  readonly made = new Map<StepPlan, CacheRecord>();

  constructor(
    readonly daemon: Daemon,
    readonly front: Frontend,
    readonly progress: Progress,
    readonly context: BuildContext,
  ) {
    void front.options.gone?.then(() => {
      this.#isGone = true;
    });
  }

  /** The files of the target. @throws BuildFault when a step fails, or the client does not wait for them */
  async run(): Promise<Snapshot> {
    const { target } = this.front;
    const needed = this.#needed(target);
    const isHost = needed.some((s) => s.plans.some((p) => p.kind === 'run' && p.network === 'host'));
    if (isHost && !this.front.options.allow.includes('network.host'))
      throw new BuildFault('failed to load LLB: network.host is not allowed');
    for (const state of needed) if (!state.base && state.found) await this.#base(state);
    if (needed.some((s) => s.plans.some((p) => this.#takes(p, undefined))))
      await this.context.load(this.#paths(needed, undefined));
    const named = new Map(needed.flatMap((s) => (s.files && s.via ? [[s.via.name, s] as const] : [])));
    for (const [name, s] of named) await this.#announce(name, s, needed);
    return this.solve(target);
  }

  #needed(target: StageState): StageState[] {
    const found = new Set<StageState>();
    const add = (s: StageState): void => {
      if (found.has(s)) return;
      if (s.base) add(s.base);
      for (const d of s.deps.keys()) add(d);
      found.add(s);
    };
    add(target);
    return this.front.states.filter((s) => found.has(s));
  }

  /** Tells of the files of a named context on their way. */
  async #announce(name: string, state: StageState, needed: readonly StageState[]): Promise<void> {
    const { files, via } = state;
    if (!files || typeof via?.value === 'string') return;
    const same = needed.filter((s) => s.via?.name === name);
    const isAll = same.some((s) => !s.isImage);
    const paths = same.map((s) => (isAll ? undefined : this.#paths(needed, s)));
    const asked = paths.some((p) => p === undefined) ? undefined : paths.flatMap((p) => p ?? []);
    await this.progress.step(`[context ${name}] load from client`, (step) =>
      step.done(`transferring ${name}:`, undefined, { current: transferred(files, asked) }),
    );
  }

  /** Whether a step takes files of the build's context, or of what stands for an image. */
  #takes(plan: StepPlan, from: StageState | undefined): boolean {
    if (plan.kind === 'copy') return plan.from === from && plan.paths.length > 0;
    return plan.kind === 'run' && plan.mounts.some((m) => m.mount.type === 'bind' && m.from === from);
  }

  /** Paths that steps take; undefined: all. */
  #paths(states: readonly StageState[], from: StageState | undefined): readonly string[] | undefined {
    const out: string[] = [];
    for (const plan of states.flatMap((s) => s.plans)) {
      if (!this.#takes(plan, from)) continue;
      if (plan.kind !== 'copy') return undefined;
      for (const p of plan.paths) out.push(p.pattern === undefined ? p.source : '/');
    }
    return out.some((p) => /^\.?\/?$/.test(p)) ? undefined : out;
  }

  solve(state: StageState): Promise<Snapshot> {
    let solving = this.#solved.get(state);
    if (!solving) {
      solving = this.#stage(state);
      this.#solved.set(state, solving);
    }
    return solving;
  }

  async #stage(state: StageState): Promise<Snapshot> {
    let at: Snapshot = state.base ? await this.solve(state.base) : await this.#base(state);
    for (const dep of state.deps.keys()) await this.solve(dep);
    for (const plan of state.plans) {
      if (this.#isGone) throw new BuildFault('context canceled');
      try {
        at = await this.#step(plan, at);
      } catch (e) {
        if (e instanceof BuildFault) e.at ??= [plan.at];
        throw e;
      }
    }
    return at;
  }

  readonly #bases = new Map<string, Promise<Snapshot>>();

  #base(state: StageState): Promise<Snapshot> {
    const { found, files, via } = state;
    if (files && files.size > 0) return this.#given(files);
    if (!found) return Promise.resolve({ layers: [], key: 'scratch', record: undefined });
    let base = this.#bases.get(found.shown);
    if (!base) {
      const title = state.isImage ? `FROM ${found.shown}` : baseTitle(state, found.shown);
      base = this.#from(state, via ? `[context ${via.name}] ${via.value}` : title);
      this.#bases.set(found.shown, base);
    }
    return base;
  }

  /** Files of a named context that a stage stands on. */
  async #given(files: Tree): Promise<Snapshot> {
    const entries = [...files].map(([name, e]) => ({ ...e, name }));
    const key = `files ${contentKey([{ base: '', entries, isPath: false, unpacks: false }])}`;
    const cache = cacheOf(this.daemon);
    let record = cache.get(key);
    if (record) cache.touch(record);
    else {
      const layer = layerFrom(this.daemon, key, this.#treeFs(files));
      record = cache.add(key, { type: 'regular', description: 'local source', layer, parents: [] });
    }
    return { layers: [record.layer as ImageLayer], key, record };
  }

  async #from(state: StageState, name: string): Promise<Snapshot> {
    const found = state.found as NonNullable<StageState['found']>;
    const { layers } = found.image;
    const key = `image ${sha256(layers.map((l) => l.diffId).join(' '))}`;
    const cache = cacheOf(this.daemon);
    const known = cache.get(key);
    await this.progress.step(name, async (step) => {
      step.isCached = known !== undefined;
      if (found.isRemote && !known) await announceLayers(this.daemon, step, found);
    });
    if (known) cache.touch(known);
    const top = layers.at(-1);
    const record =
      known ?? cache.add(key, { type: 'regular', description: `pulled from ${found.shown}`, layer: top, parents: [] });
    return { layers, key, record };
  }

  async #step(plan: StepPlan, at: Snapshot): Promise<Snapshot> {
    if (plan.kind === 'copy') return this.#copy(plan, at);
    if (plan.kind === 'run') return this.#run(plan, at);
    return this.#cached(plan, at, sha256(`${at.key} mkdir ${plan.path} ${plan.user}`), async () => {
      const fs = this.#overlay(at);
      makeDir(fs, plan);
      await this.daemon.sleep(COST);
      return layerFrom(this.daemon, plan.path, fs);
    });
  }

  #overlay(at: Snapshot): ReturnType<Daemon['kernel']['overlay']> {
    return this.daemon.kernel.overlay(at.layers.map((l) => l.layer));
  }

  /** A step that has been done from the same files before is not done again. */
  async #cached(
    plan: StepPlan,
    at: Snapshot,
    key: string,
    work: (step: Step) => Promise<ImageLayer>,
  ): Promise<Snapshot> {
    const cache = cacheOf(this.daemon);
    const known = plan.noCache ? undefined : cache.get(key);
    const record = await this.progress.step(plan.name, async (step) => {
      if (known?.layer) {
        step.isCached = true;
        cache.touch(known);
        return known;
      }
      const layer = await work(step);
      const parents = at.record ? [at.record.id] : [];
      const description = plan.name.replace(/^\[[^\]]*\] /, plan.kind === 'run' ? 'mount / from exec ' : '');
      return cache.add(key, { type: 'regular', description, layer, parents });
    });
    this.made.set(plan, record);
    return { layers: [...at.layers, record.layer as ImageLayer], key, record };
  }

  // --- COPY and ADD

  async #copy(plan: CopyPlan, at: Snapshot): Promise<Snapshot> {
    const source = await this.#sourceOf(plan);
    const fetched: Found[] = [];
    for (const url of plan.urls) fetched.push(await this.#fetch(plan, url));
    let found: Found[];
    try {
      found = [...gather(plan, source, (path) => this.#missing(plan, path)), ...fetched];
    } catch (e) {
      if (!(e instanceof BuildFault)) throw e;
      const step = this.progress.begin(plan.name);
      step.end(e.message);
      e.message = `failed to compute cache key: ${e.message}`;
      throw e;
    }
    const { dest, chown, mode, excludes, unpacks, unpacksRemote, isLink } = plan;
    const parent = isLink ? 'link' : at.key;
    const key = sha256(
      `${parent} copy ${contentKey(found)} ${JSON.stringify([dest, chown, mode, excludes, unpacks, unpacksRemote])}`,
    );
    return this.#cached(plan, at, isLink ? `${key} ${at.key}` : key, async () => {
      const fs = this.#overlay(at);
      copyInto(this.daemon, fs, plan, found);
      await this.daemon.sleep(COST);
      return layerFrom(this.daemon, key, fs);
    });
  }

  #missing(plan: CopyPlan, path: string): string {
    const owner = uuidOf(`${this.daemon.id} worker`);
    return `failed to calculate checksum of ref ${owner}::${idOf(`${plan.from?.name ?? 'context'} ${plan.name}`)}: ${JSON.stringify(path)}: not found`;
  }

  async #sourceOf(plan: CopyPlan): Promise<Source> {
    if (!plan.from) return new TreeSource(this.context.files);
    if (plan.from.files) return new TreeSource(plan.from.files);
    return new FsSource(this.#overlay(await this.solve(plan.from)), epochOf(this.daemon));
  }

  /** A file behind a URL; its fetching is a step with the same name. */
  async #fetch(plan: CopyPlan, url: string): Promise<Found> {
    const refused = (why: string): BuildFault => new BuildFault(`failed to load cache key: ${why}`, plan.at);
    const entry = await this.progress.step(plan.name, async (step): Promise<TarEntry> => {
      const fail = (why: string): BuildFault => {
        step.said = why;
        return refused(why);
      };
      if (isGitRef(url)) throw fail(NO_GIT);
      const got = await fetchUrl(this.daemon.controller.daemon.sys, url);
      if (got instanceof Failure) {
        const status = / with status (\d+)/.exec(got.message)?.[1];
        throw fail(status === undefined ? got.message : `invalid response status ${status}`);
      }
      const sum = digest(got.bytes);
      if (plan.checksum !== '' && plan.checksum !== sum) throw fail(`digest mismatch ${sum}: ${plan.checksum}`);
      return rootEntry('', got.bytes, { mode: 0o600, mtime: got.modified });
    });
    const path = /^https?:\/\/[^/?#]*([^?#]*)/.exec(url)?.[1] ?? '';
    const base = path.replace(/\/+$/, '').split('/').pop() || '__unnamed__';
    return { base, entries: [entry], isPath: false, unpacks: plan.unpacksRemote };
  }

  // --- RUN

  async #run(plan: RunPlan, at: Snapshot): Promise<Snapshot> {
    const files: (FileSystem | undefined)[] = [];
    const keys: string[] = [];
    for (const { mount, from } of plan.mounts) {
      if (from) {
        const snapshot = from.files ? undefined : await this.solve(from);
        files.push(snapshot ? this.#overlay(snapshot) : this.#treeFs(from.files as Tree));
        if (mount.type === 'bind') keys.push(snapshot?.key ?? treeKey(from.files as Tree, mount.source));
      } else if (mount.type === 'bind') {
        files.push(this.#treeFs(this.context.files));
        keys.push(treeKey(this.context.files, mount.source));
      } else files.push(undefined);
    }
    const env = Object.entries(plan.env).filter(([name]) => !(name in this.front.proxies));
    const { args, cwd, user, network, mounts, script } = plan;
    const shape = [
      args,
      env,
      cwd,
      user,
      network,
      mounts.map((m) => ({ ...m.mount })),
      script,
      this.front.options.hostConfig.ExtraHosts,
    ];
    const key = sha256(`${at.key} run ${JSON.stringify(shape)} ${keys.join(' ')}`);
    return this.#cached(plan, at, key, (step) =>
      runCommand(this.daemon, plan, at.layers, this.front.options, step, {
        files: (i) => files[i] ?? this.#treeFs(new Map()),
      }),
    );
  }

  /** A tree as a file system, to be mounted. */
  #treeFs(tree: Tree): ReturnType<Daemon['kernel']['overlay']> {
    const fs = this.daemon.kernel.overlay([]);
    const entries = [...tree].map(([name, e]) => ({ ...e, name }));
    const failure = unpack(fs, '/', entries, { noOverwriteDirNonDir: false, virtual: virtualOf(this.daemon) });
    if (failure) throw new BuildFault(failure.message);
    return fs;
  }
}

/** Names what lies below a path of a tree. */
function treeKey(tree: Tree, path: string): string {
  const source = new TreeSource(tree);
  const at = source.match(path || '/')[0] ?? '';
  return contentKey([{ base: '', entries: source.entries(at) ?? [], isPath: false, unpacks: false }]);
}

/** `[build 1/3] FROM docker.io/library/alpine:latest` */
function baseTitle(state: StageState, shown: string): string {
  const text = `FROM ${shown}`;
  if (state.total === 0) return text;
  const n = '1'.padStart(String(state.total).length);
  return `[${state.name === '' ? '' : `${state.name} `}${n}/${state.total}] ${text}`;
}
