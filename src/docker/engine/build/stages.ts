/** The stages of a build: the image that each instruction makes from the one before. */
import type { TarEntry } from '../../../base/tar.ts';
import { isErr } from '../../../linux/kernel/errno.ts';
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
import { type Instruction, jsonForm, parseInstruction } from './dockerfile.ts';
import { BUILDKIT_COMMENT, buildKitRecord, classicRecord } from './record.ts';
import { fetchSources } from './remote.ts';
import { metadataStep, runStep } from './run.ts';
import { expand, words } from './words.ts';

/** Arguments that no ARG needs to declare, and that the cache does not look at. @see builder/dockerfile/buildargs.go */
const PROXIES = new Set(
  ['HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'NO_PROXY', 'ALL_PROXY'].flatMap((name) => [name, name.toLowerCase()]),
);

/** Ends a build. @param code exit code of the command that failed */
export class BuildError extends Error {
  constructor(
    message: string,
    readonly code?: number,
  ) {
    super(message);
  }
}

/** What one stage has come to. */
interface Stage {
  readonly name: string;
  image: Image | undefined;
  config: ImageConfig;
  layers: readonly ImageLayer[];
  /** ARGs declared in it. */
  readonly args: Map<string, string>;
}

export class Stages {
  readonly #done: Stage[] = [];
  #now: Stage | undefined;
  /** ARGs before the first FROM. */
  readonly #global = new Map<string, string>();
  #author = '';
  /** Images that are here for this build only. */
  readonly #steps = new Set<string>();

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
    if (!this.#now) throw new BuildError('No build stage in current context');
    return this.#now;
  }

  /** The image of the last stage. */
  finish(): Image {
    const stage = this.#stage;
    const { labels } = this.options;
    if (Object.keys(labels).length > 0) {
      this.#key = '';
      this.#add(
        { ...stage.config, Labels: { ...stage.config.Labels, ...labels } },
        this.options.buildKit ? undefined : '',
      );
    }
    if (!stage.image) throw new BuildError('No image was generated. Is your Dockerfile empty?');
    if (this.#steps.delete(stage.image.id)) this.#told(stage.image);
    return stage.image;
  }

  /** Images of BuildKit's steps are not among the engine's; a step that is run needs the one before for as long as it builds. */
  end(): void {
    for (const id of this.#steps) this.daemon.images.remove(id);
    this.#steps.clear();
  }

  /** Does one instruction. @returns what it tells */
  async *step(i: Instruction): AsyncGenerator<Uint8Array> {
    if (i.name === 'FROM') yield* this.#from(i);
    else if (i.name === 'ARG' && !this.#now) this.#arg(i, this.#global);
    else if (i.name === 'RUN') yield* this.#run(i);
    else if (i.name === 'COPY' || i.name === 'ADD') yield* this.#copy(i);
    else yield* this.#change(i);
  }

  #variables(): Map<string, string> {
    const stage = this.#now;
    if (!stage) return this.#global;
    return new Map([...stage.args, ...variablesOf(stage.config)]);
  }

  async *#from(i: Instruction): AsyncGenerator<Uint8Array> {
    if (this.#now) this.#done.push(this.#now);
    const [base = '', as, name = ''] = words(i.rest, this.#global, this.escapeChar);
    if (as !== undefined && as.toUpperCase() !== 'AS')
      throw new BuildError(`dockerfile parse error on line ${i.line}: FROM requires either one or three arguments`);
    const stage: Stage = { name, image: undefined, config: NO_CONFIG, layers: [], args: new Map() };
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
      const parsed = parseInstruction(trigger, i.line);
      if (parsed instanceof Failure) throw new BuildError(parsed.message);
      yield* this.step(parsed);
    }
  }

  #platformOf(i: Instruction): string {
    const platform = parsePlatform(expand(i.flags.platform ?? this.options.platform, this.#global, this.escapeChar));
    if (platform instanceof Failure) throw new BuildError(platform.message);
    return platform;
  }

  /** An image of a FROM line, pulled when it is not here. */
  async *#pulled(name: string, platform: string): AsyncGenerator<Uint8Array, Image> {
    const missing = noManifest(platform);
    if (missing) throw new BuildError(missing.message);
    const here = this.daemon.images.get(name);
    if (!(here instanceof Failure) && !this.options.pull) return here;
    const ref = parseReference(name);
    if (ref instanceof Failure) throw new BuildError(ref.message);
    const full = withDefaultTag(ref);
    const pulled = await pullImage(this.daemon, `${ref.domain}/${ref.path}`, full.digest ?? full.tag ?? '');
    if (pulled instanceof Failure) throw new BuildError(pulled.message);
    yield* pulled;
    const image = this.daemon.images.get(name);
    if (image instanceof Failure) throw new BuildError(image.message);
    return image;
  }

  #arg(i: Instruction, into: Map<string, string>): void {
    for (const word of words(i.rest, this.#variables(), this.escapeChar)) {
      const eq = word.indexOf('=');
      const name = eq < 0 ? word : word.slice(0, eq);
      const given = this.options.buildArgs[name];
      const value = given ?? (eq < 0 ? this.#global.get(name) : word.slice(eq + 1));
      if (value !== undefined && value !== null) into.set(name, value);
    }
  }

  async *#change(i: Instruction): AsyncGenerator<Uint8Array> {
    const stage = this.#stage;
    if (i.name === 'MAINTAINER') this.#author = i.rest;
    if (i.name === 'ARG') this.#arg(i, stage.args);
    const next =
      i.name === 'ARG' || i.name === 'MAINTAINER'
        ? stage.config
        : applyInstruction(stage.config, i, this.#variables(), this.escapeChar);
    if (next instanceof Failure) throw new BuildError(next.message);
    const after = next ?? stage.config;
    const { buildKit } = this.options;
    const createdBy = buildKit ? buildKitRecord(i, after, this.#variables(), this.escapeChar) : classicRecord(i, after);
    if (yield* this.#cached(createdBy ?? i.original, i.name)) return;
    if (!buildKit) yield* metadataStep(this.daemon, this.options, stage.image);
    const made = i.name === 'WORKDIR' ? this.#makeWorkdir((next as ImageConfig).WorkingDir) : undefined;
    yield told(this.#add(next ?? stage.config, createdBy, made));
  }

  #makeWorkdir(dir: string): ImageLayer | undefined {
    const fs = this.daemon.kernel.overlay(this.#stage.layers.map((l) => l.layer));
    if (!isErr(fs.stat(dir, true))) return undefined;
    fs.mkdir(dir, 0o755, true);
    const layer = layerFrom(this.daemon, dir, fs);
    this.#stage.layers = [...this.#stage.layers, layer];
    return layer;
  }

  async *#run(i: Instruction): AsyncGenerator<Uint8Array> {
    const stage = this.#stage;
    const argv = commandOf(stage.config, i.rest);
    const unset = ([name]: readonly [string, unknown]): boolean => !variablesOf(stage.config).has(name);
    const declared = [...stage.args].filter(unset).map(([name, value]) => `${name}=${value}`);
    const proxies = Object.entries(this.options.buildArgs)
      .filter(([name, value]) => PROXIES.has(name) && value !== null && !stage.args.has(name))
      .filter(unset)
      .map(([name, value]) => `${name}=${value}`);
    const env = [...declared, ...proxies];
    const prefix = declared.length > 0 ? `|${declared.length} ${declared.join(' ')} ` : '';
    const command = prefix + argv.join(' ');
    const createdBy = this.options.buildKit ? `RUN ${command} # buildkit` : command;
    if (yield* this.#cached(createdBy, 'RUN')) return;
    if (!stage.image) throw new BuildError('no image to run in: FROM scratch has no files yet');
    const ran = yield* runStep(this.daemon, this.options, stage.image, stage.config, argv, env);
    if (ran.layer) stage.layers = [...stage.layers, ran.layer];
    yield told(this.#add(stage.config, createdBy, ran.layer));
  }

  async *#copy(i: Instruction): AsyncGenerator<Uint8Array> {
    const stage = this.#stage;
    const list = jsonForm(i.rest)?.map((w) => expand(w, this.#variables(), this.escapeChar));
    const all = list ?? words(i.rest, this.#variables(), this.escapeChar);
    const dest = all.at(-1) ?? '';
    if (all.length < 2)
      throw new BuildError(`dockerfile parse error on line ${i.line}: ${i.name} requires at least two arguments`);
    const { WorkingDir } = stage.config;
    const at = dest.startsWith('/') ? dest : `${WorkingDir === '' ? '' : WorkingDir}/${dest}`;
    const target = clean(at) + (/\/\.?$/.test(at) && clean(at) !== '/' ? '/' : '');
    const fs = this.daemon.kernel.overlay(stage.layers.map((l) => l.layer));
    const fetched = yield* fetchSources(this.daemon, i.name, all.slice(0, -1), target.endsWith('/'));
    if (fetched instanceof Failure) throw new BuildError(`${i.name} failed: ${fetched.message}`);
    const { files, sources } = fetched;
    const tree = i.flags.from === undefined ? this.context : this.#treeOf(i.flags.from);
    const copied = copyEntries(new Map([...tree, ...files]), sources, target, (path) => {
      const stat = fs.stat(path, true);
      return !isErr(stat) && stat.kind === 'dir';
    });
    if (copied instanceof Failure) throw new BuildError(`${i.name} failed: ${copied.message}`);
    const mode = this.#modeOf(i);
    const found = mode === undefined ? copied : copied.map((e) => ({ ...e, mode }));
    const isFetched = ({ bytes }: TarEntry): boolean => [...files.values()].some((f) => f.bytes === bytes);
    const entries = i.name === 'ADD' ? found.flatMap((e) => (isFetched(e) ? [e] : extracted(e, target))) : found;
    const sum = sha256(entries.map((e) => `${e.name} ${e.mode} ${sha256(latin(e.bytes))}`).join('\n'));
    const kind = entries.length === 1 && entries[0]?.kind === 'file' ? 'file' : 'multi';
    const flags = ['chown', 'chmod'].flatMap((f) => (i.flags[f] === undefined ? [] : [`--${f}=${i.flags[f]} `]));
    const createdBy = this.options.buildKit
      ? `${i.name} ${flags.join('')}${all.join(' ')} # buildkit`
      : `/bin/sh -c #(nop) ${i.name} ${kind}:${sum} in ${target} `;
    if (yield* this.#cached(`${createdBy}${sum}`, i.name)) return;
    const owner = lookupUser(fs, i.flags.chown ?? '0:0');
    if (owner instanceof Failure) throw new BuildError(owner.message);
    const options = { noOverwriteDirNonDir: false, owner, virtual: virtualOf(this.daemon) };
    const failure = unpack(fs, '/', entries, options);
    if (failure) throw new BuildError(failure.message);
    const layer = layerFrom(this.daemon, sum, fs);
    stage.layers = [...stage.layers, layer];
    yield told(this.#add(stage.config, createdBy, layer));
  }

  /** `--chmod=0755` */
  #modeOf({ flags }: Instruction): number | undefined {
    if (flags.chmod === undefined) return undefined;
    if (!this.options.buildKit)
      throw new BuildError(
        'the --chmod option requires BuildKit. Refer to https://docs.docker.com/go/buildkit/ to learn how to build images with BuildKit enabled',
      );
    const text = expand(flags.chmod, this.#variables(), this.escapeChar);
    if (!/^[0-7]{1,4}$/.test(text))
      throw new BuildError(`invalid chmod parameter: '${text}'. it should be octal string and between 0 and 07777`);
    return Number.parseInt(text, 8);
  }

  /** The files of an earlier stage, or of an image. */
  #treeOf(name: string): Tree {
    const stage = this.#done.find((s) => s.name === name) ?? this.#done[/^\d+$/.test(name) ? Number(name) : -1];
    const image = stage ?? this.daemon.images.get(name);
    if (image instanceof Failure) throw new BuildError(`invalid from flag value ${name}: ${image.message}`);
    const fs = this.daemon.kernel.overlay(image.layers.map((l) => l.layer));
    return treeOf([...pack(fs, '/', '', epochOf(this.daemon))]);
  }

  /** An image that the same instruction has made from the same image before. */
  *#cached(createdBy: string, salt: string): Generator<Uint8Array, boolean> {
    const stage = this.#stage;
    const builder = this.options.buildKit ? 'buildkit' : 'classic';
    const key = `${builder} ${stage.image?.id ?? 'scratch'} ${salt} ${createdBy}`;
    this.#key = key;
    const known = this.options.noCache ? undefined : this.daemon.buildCache.get(key);
    const image = this.options.buildKit ? known : known && this.daemon.images.get(known.id);
    if (!image || image instanceof Failure || !this.#usable(image)) return false;
    this.#keep(image);
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

  /** @param createdBy undefined: without an entry in its history */
  #add(config: ImageConfig, createdBy: string | undefined, layer?: ImageLayer): Image {
    const stage = this.#stage;
    const { buildKit } = this.options;
    const created = this.daemon.now();
    const comment = buildKit ? BUILDKIT_COMMENT : '';
    const image = this.daemon.images.add({
      layers: stage.layers,
      config,
      created,
      author: this.#author,
      history: [
        ...(stage.image?.history ?? []),
        ...(createdBy === undefined
          ? []
          : [{ created, createdBy, comment, size: layer?.size ?? 0, author: this.#author, empty: !layer }]),
      ],
      ...(stage.image && !buildKit ? { parent: stage.image.id } : {}),
    });
    if (this.#key !== '') this.daemon.buildCache.set(this.#key, image);
    stage.image = image;
    stage.config = config;
    if (buildKit) this.#steps.add(image.id);
    else this.#told(image);
    return image;
  }

  #told(image: Image): void {
    this.daemon.emit('image', 'create', image.id, { name: image.id });
  }

  /** An image of an earlier build is among the engine's again while this one needs it. */
  #keep(image: Image): void {
    if (!this.options.buildKit || !(this.daemon.images.get(image.id) instanceof Failure)) return;
    this.daemon.images.put(image);
    this.#steps.add(image.id);
  }
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
