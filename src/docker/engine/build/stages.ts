/** The stages of a build: the image that each instruction makes from the one before. */
import type { TarEntry } from '../../../base/tar.ts';
import { isErr } from '../../../linux/kernel/errno.ts';
import type { FileSystem } from '../../../linux/kernel/machine.ts';
import { Failure } from '../../errdefs.ts';
import { sha256 } from '../../images/digest.ts';
import { noManifest, parsePlatform } from '../../images/platform.ts';
import { parseReference, withDefaultTag } from '../../images/reference.ts';
import { type ImageConfig, NO_CONFIG } from '../../images/spec.ts';
import type { Image, ImageLayer } from '../../images/store.ts';
import { entriesOf, epochOf, virtualOf } from '../archive/container.ts';
import { pack } from '../archive/pack.ts';
import { unpack } from '../archive/unpack.ts';
import { layerFrom } from '../commit.ts';
import type { Daemon } from '../daemon.ts';
import { clean } from '../path.ts';
import { line } from '../progress.ts';
import { pullImage } from '../pull.ts';
import { lookupUser } from '../user.ts';
import type { BuildOptions } from './build.ts';
import { applyInstruction, commandOf, variablesOf } from './config.ts';
import { copyEntries, type Tree, treeOf } from './context.ts';
import { PROXIES } from './proxies.ts';
import { classicRecord } from './record.ts';
import { fetchSources } from './remote.ts';
import { metadataStep, runStep } from './run.ts';
import { BuildFault } from './syntax/fault.ts';
import {
  type Args,
  type Command,
  type Files,
  type From,
  type Instruction,
  instruction,
  type Line,
} from './syntax/instructions.ts';
import { parse } from './syntax/parser.ts';
import { lex } from './syntax/shell.ts';

/** Steps that are known to have been done; the oldest go. */
const CAPACITY = 1000;

/** What one stage has come to. */
interface Stage {
  readonly name: string;
  image: Image | undefined;
  config: ImageConfig;
  layers: readonly ImageLayer[];
  /** ARGs declared in it. */
  readonly args: Map<string, string>;
  hasCommand: boolean;
}

/** Stages one after another; each instruction makes an image of the one before. */
export class Stages {
  readonly #done: Stage[] = [];
  #now: Stage | undefined;
  /** ARGs before the first FROM. */
  readonly #global = new Map<string, string>();
  #author = '';

  constructor(
    readonly daemon: Daemon,
    readonly context: Tree,
    readonly options: BuildOptions,
    readonly escapeChar: string,
  ) {}

  reached(target: string): boolean {
    const name = target.toLowerCase();
    return target !== '' && (this.#now?.name.toLowerCase() === name || String(this.#done.length) === target);
  }

  get #stage(): Stage {
    if (!this.#now) throw new BuildFault('No build stage in current context');
    return this.#now;
  }

  /** The image of the last stage. */
  finish(): Image {
    const stage = this.#stage;
    const { labels } = this.options;
    if (Object.keys(labels).length > 0) {
      this.#key = '';
      this.#add({ ...stage.config, Labels: { ...stage.config.Labels, ...labels } }, '');
    }
    if (!stage.image) throw new BuildFault('No image was generated. Is your Dockerfile empty?');
    return stage.image;
  }

  /** Does one instruction. @returns what it tells */
  async *step(i: Instruction): AsyncGenerator<Uint8Array> {
    if (i.name === 'FROM') yield* this.#from(i);
    else if (i.name === 'ARG' && !this.#now) this.#arg(i, this.#global);
    else if (i.name === 'RUN') yield* this.#run(i as Line);
    else if (i.name === 'COPY' || i.name === 'ADD') yield* this.#copy(i);
    else yield* this.#change(i);
  }

  #variables(): Map<string, string> {
    const stage = this.#now;
    if (!stage) return this.#global;
    return new Map([...stage.args, ...variablesOf(stage.config)]);
  }

  #word(text: string, variables: ReadonlyMap<string, string> = this.#variables()): string {
    return lex(text, variables, { escapeChar: this.escapeChar }).text;
  }

  async *#from(i: From): AsyncGenerator<Uint8Array> {
    if (this.#now) this.#done.push(this.#now);
    const base = this.#word(i.base, this.#global);
    if (base === '') throw new BuildFault(`base name (${i.base}) should not be blank`);
    const name = i.stage;
    const stage: Stage = { name, image: undefined, config: NO_CONFIG, layers: [], args: new Map(), hasCommand: false };
    this.#now = stage;
    if (base === 'scratch') {
      yield line({ stream: ' ---> \n' });
      return;
    }
    const earlier = this.#done.find((s) => s.name !== '' && s.name === base)?.image;
    const image = earlier ?? (yield* this.#pulled(base, this.#platformOf(i)));
    Object.assign(stage, { image, config: { ...image.config, OnBuild: null }, layers: image.layers });
    yield told(image);
    const triggers = image.config.OnBuild ?? [];
    if (triggers.length > 0)
      yield line({ stream: `# Executing ${triggers.length} build trigger${triggers.length > 1 ? 's' : ''}\n` });
    for (const trigger of triggers) {
      const [node] = parse(trigger).nodes;
      if (node) yield* this.step(instruction(node));
    }
  }

  #platformOf(i: From): string {
    const platform = parsePlatform(this.#word(i.platform || this.options.platform, this.#global));
    if (platform instanceof Failure) throw new BuildFault(platform.message);
    return platform;
  }

  /** An image of a FROM line, pulled when it is not here. */
  async *#pulled(name: string, platform: string): AsyncGenerator<Uint8Array, Image> {
    const missing = noManifest(platform);
    if (missing) throw new BuildFault(missing.message);
    const here = this.daemon.images.get(name);
    if (!(here instanceof Failure) && !this.options.pull) return here;
    const ref = parseReference(name);
    if (ref instanceof Failure) throw new BuildFault(ref.message);
    const full = withDefaultTag(ref);
    const pulled = await pullImage(this.daemon, `${ref.domain}/${ref.path}`, full.digest ?? full.tag ?? '');
    if (pulled instanceof Failure) throw new BuildFault(pulled.message);
    yield* pulled;
    const image = this.daemon.images.get(name);
    if (image instanceof Failure) throw new BuildFault(image.message);
    return image;
  }

  #arg(i: Args, into: Map<string, string>): void {
    for (const { key, value: fallback } of i.list) {
      this.#asked.add(key);
      const given = this.options.buildArgs[key];
      const value = given ?? (fallback === undefined ? this.#global.get(key) : this.#word(fallback));
      if (value !== undefined && value !== null) into.set(key, value);
    }
  }

  async *#change(i: Command): AsyncGenerator<Uint8Array> {
    const stage = this.#stage;
    if (i.name === 'MAINTAINER') this.#author = i.value;
    if (i.name === 'ARG') this.#arg(i, stage.args);
    const next = applyInstruction(stage.config, i, this.#variables(), this.escapeChar, stage.hasCommand);
    if (i.name === 'CMD') stage.hasCommand = i.line.length > 0;
    const after = next ?? stage.config;
    const createdBy = classicRecord(i, after, this.#variables(), this.escapeChar);
    if (yield* this.#cached(createdBy, i.name)) return;
    yield* metadataStep(this.daemon, this.options, stage.image);
    const made = i.name === 'WORKDIR' ? this.#makeWorkdir(after.WorkingDir) : undefined;
    yield told(this.#add(after, createdBy, made));
  }

  #makeWorkdir(dir: string): ImageLayer | undefined {
    const fs = this.daemon.kernel.overlay(this.#stage.layers.map((l) => l.layer));
    if (!isErr(fs.stat(dir, true))) return undefined;
    fs.mkdir(dir, 0o755, true);
    const layer = layerFrom(this.daemon, dir, fs);
    this.#stage.layers = [...this.#stage.layers, layer];
    return layer;
  }

  async *#run(i: Line): AsyncGenerator<Uint8Array> {
    const stage = this.#stage;
    for (const flag of ['mount', 'network']) if (i.flags.has(flag)) throw needsBuildKit(flag);
    const argv = commandOf(stage.config, i.line, i.isShell);
    const unset = ([name]: readonly [string, unknown]): boolean => !variablesOf(stage.config).has(name);
    const declared = [...stage.args].filter(unset).map(([name, value]) => `${name}=${value}`);
    const proxies = Object.entries(this.options.buildArgs)
      .filter(([name, value]) => PROXIES.has(name) && value !== null && !stage.args.has(name))
      .filter(unset)
      .map(([name, value]) => `${name}=${value}`);
    const env = [...declared, ...proxies];
    const prefix = declared.length > 0 ? `|${declared.length} ${declared.join(' ')} ` : '';
    const command = prefix + argv.join(' ');
    if (yield* this.#cached(command, 'RUN')) return;
    if (!stage.image) throw new BuildFault('no image to run in: FROM scratch has no files yet');
    const ran = yield* runStep(this.daemon, this.options, stage.image, stage.config, argv, env);
    if (ran.layer) stage.layers = [...stage.layers, ran.layer];
    yield told(this.#add(stage.config, command, ran.layer));
  }

  async *#copy(i: Files): AsyncGenerator<Uint8Array> {
    const stage = this.#stage;
    if (i.flags.has('chmod')) throw needsBuildKit('chmod');
    if (i.flags.has('link')) throw needsBuildKit('link');
    const all = [...i.sources, i.dest].map((w) => this.#word(w));
    const dest = all.at(-1) as string;
    const from = i.flags.string('from');
    const chown = this.#word(i.flags.string('chown'));
    const { WorkingDir } = stage.config;
    const at = dest.startsWith('/') ? dest : `${WorkingDir === '' ? '' : WorkingDir}/${dest}`;
    const target = clean(at) + (/\/\.?$/.test(at) && clean(at) !== '/' ? '/' : '');
    const fs = this.daemon.kernel.overlay(stage.layers.map((l) => l.layer));
    const fetched = yield* fetchSources(this.daemon, i.name, all.slice(0, -1), target.endsWith('/'));
    if (fetched instanceof Failure) throw new BuildFault(`${i.name} failed: ${fetched.message}`);
    const { files, sources } = fetched;
    const tree = from === '' ? this.context : yield* this.#treeOf(from);
    const copied = copyEntries(i.name, new Map([...tree, ...files]), sources, target, (path) => {
      const stat = fs.stat(path, true);
      return !isErr(stat) && stat.kind === 'dir';
    });
    if (copied instanceof Failure) throw new BuildFault(`${i.name} failed: ${copied.message}`);
    const isFetched = ({ bytes }: TarEntry): boolean => [...files.values()].some((f) => f.bytes === bytes);
    const entries = i.name === 'ADD' ? copied.flatMap((e) => (isFetched(e) ? [e] : extracted(e, target))) : copied;
    const sum = sha256(entries.map((e) => `${e.name} ${e.mode} ${sha256(latin(e.bytes))}`).join('\n'));
    const kind = entries.length === 1 && entries[0]?.kind === 'file' ? 'file' : 'multi';
    const createdBy = `/bin/sh -c #(nop) ${i.name} ${kind}:${sum} in ${target} `;
    if (yield* this.#cached(`${createdBy}${sum}`, i.name)) return;
    const owner = chown === '' ? undefined : ownerOf(fs, chown);
    const options = { noOverwriteDirNonDir: false, virtual: virtualOf(this.daemon), ...(owner ? { owner } : {}) };
    const failure = unpack(fs, '/', entries, options);
    if (failure) throw new BuildFault(failure.message);
    const layer = layerFrom(this.daemon, sum, fs);
    stage.layers = [...stage.layers, layer];
    yield told(this.#add(stage.config, createdBy, layer));
  }

  /** The files of an earlier stage, or of an image, which is pulled when it is not here. */
  async *#treeOf(name: string): AsyncGenerator<Uint8Array, Tree> {
    const bad = (why: string): BuildFault => new BuildFault(`invalid from flag value ${name}: ${why}`);
    const isNumber = /^\d+$/.test(name);
    const isCurrent = isNumber
      ? Number(name) === this.#done.length
      : this.#stage.name === name.toLowerCase() && name !== '';
    if (isCurrent) throw bad('refers to current build stage');
    if (isNumber && Number(name) > this.#done.length) throw bad('index out of bounds');
    const stage = isNumber ? this.#done[Number(name)] : this.#done.find((s) => s.name === name.toLowerCase());
    let image: Stage | Image | undefined = stage;
    try {
      image ??= yield* this.#pulled(name, '');
    } catch (e) {
      throw e instanceof BuildFault ? bad(e.message) : e;
    }
    const fs = this.daemon.kernel.overlay(image.layers.map((l) => l.layer));
    return treeOf([...pack(fs, '/', '', epochOf(this.daemon))]);
  }

  /** What is told of build arguments that no ARG asked for. @see moby builder/dockerfile/buildargs.go: WarnOnUnusedBuildArgs */
  unused(): string {
    const names = Object.keys(this.options.buildArgs).filter((n) => !PROXIES.has(n) && !this.#asked.has(n));
    return names.length === 0 ? '' : `[Warning] One or more build-args [${names.sort().join(' ')}] were not consumed\n`;
  }
  readonly #asked = new Set<string>();

  /** An image that the same instruction has made from the same image before. */
  *#cached(createdBy: string, salt: string): Generator<Uint8Array, boolean> {
    const stage = this.#stage;
    const key = `${stage.image?.id ?? 'scratch'} ${salt} ${createdBy}`;
    this.#key = key;
    const known = this.options.noCache ? undefined : this.daemon.buildCache.get(key);
    const image = known && this.daemon.images.get(known.id);
    if (!image || image instanceof Failure || !this.#usable(image)) return false;
    Object.assign(stage, { image, config: image.config, layers: image.layers });
    yield line({ stream: ' ---> Using cache\n' });
    yield told(image);
    return true;
  }
  #key = '';

  /** Whether an image is one that the images to take over come from. @see moby image/cache/cache.go: ImageCache.GetCache */
  #usable(image: Image): boolean {
    const { cacheFrom } = this.options;
    return cacheFrom.length === 0 || cacheFrom.some((name) => this.#descends(this.daemon.images.get(name), image.id));
  }

  #descends(image: Image | Failure, from: string): boolean {
    if (image instanceof Failure) return false;
    return (
      image.id === from || (image.parent !== undefined && this.#descends(this.daemon.images.get(image.parent), from))
    );
  }

  #remember(key: string, image: Image): void {
    const { buildCache } = this.daemon;
    buildCache.delete(key);
    buildCache.set(key, image);
    if (buildCache.size > CAPACITY) buildCache.delete(buildCache.keys().next().value as string);
  }

  #add(config: ImageConfig, createdBy: string, layer?: ImageLayer): Image {
    const stage = this.#stage;
    const created = this.daemon.now();
    const image = this.daemon.images.add({
      layers: stage.layers,
      config,
      created,
      author: this.#author,
      history: [
        ...(stage.image?.history ?? []),
        { created, createdBy, comment: '', size: layer?.size ?? 0, author: this.#author, empty: !layer },
      ],
      ...(stage.image ? { parent: stage.image.id } : {}),
    });
    if (this.#key !== '') this.#remember(this.#key, image);
    stage.image = image;
    stage.config = config;
    this.daemon.emit('image', 'create', image.id, { name: image.id });
    return image;
  }
}

const needsBuildKit = (flag: string): BuildFault =>
  new BuildFault(
    `the --${flag} option requires BuildKit. Refer to https://docs.docker.com/go/buildkit/ to learn how to build images with BuildKit enabled`,
  );

/** @see moby builder/dockerfile/internals_linux.go: parseChownFlag */
function ownerOf(fs: FileSystem, spec: string): { uid: number; gid: number } {
  const bad = (why: string): BuildFault =>
    new BuildFault(`unable to convert uid/gid chown string to host mapping: ${why}`);
  const [name = '', group = ''] = spec.split(':');
  const user = lookupUser(fs, name);
  if (user instanceof Failure) throw bad(`can't find uid for user ${name}: no such user: ${name}`);
  const both = lookupUser(fs, `${name}:${group || (/^\d+$/.test(name) ? name : user.gid)}`);
  if (both instanceof Failure) throw bad(`can't find gid for group ${group}: no such group: ${group}`);
  return both;
}

const told = (image: Image): Uint8Array => line({ stream: ` ---> ${image.id.slice(7, 19)}\n` });

/** ADD unpacks what is an archive by its content, whatever its name. @see moby pkg/archive: IsArchivePath */
function extracted(e: TarEntry, target: string): TarEntry[] {
  const entries = e.kind === 'file' ? entriesOf(e.bytes) : [];
  if (entries instanceof Failure || entries.length === 0) return [e];
  const dir = target.replace(/^\/+|\/+$/g, '');
  return entries.map((x) => ({ ...x, name: dir === '' ? x.name : `${dir}/${x.name}` }));
}

function latin(bytes: Uint8Array): string {
  let out = '';
  for (const b of bytes) out += String.fromCharCode(b);
  return out;
}
