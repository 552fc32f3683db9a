/**
 * The image store: images by id and the tags that point to them. Layers are the kernel's; an id is the SHA-256 of the
 * image's JSON, as in the OCI image format.
 *
 * Limits: one platform only, linux/amd64.
 * @see moby image/store.go, daemon/images
 */
import type { Kernel, Layer } from '../../linux/kernel/machine.ts';
import { Failure } from '../errdefs.ts';
import { digest, sha256 } from './digest.ts';
import { imageJson } from './json.ts';
import { familiarName, familiarString, parseReference, type Reference, withDefaultTag } from './reference.ts';
import type { ImageConfig, ImageSpec, ImageStep } from './spec.ts';

export interface HistoryEntry {
  readonly created: bigint;
  readonly createdBy: string;
  readonly comment: string;
  readonly size: number;
  readonly author?: string;
  /** It changed the config only. */
  readonly empty?: boolean;
}

export interface ImageLayer {
  readonly layer: Layer;
  /** `sha256:…` of its archive. */
  readonly diffId: string;
  /** The archive that it came in; others are written from the layer, always the same. */
  readonly archive?: Uint8Array;
  readonly size: number;
  /** Directory below /var/lib/docker/overlay2. */
  readonly cacheId: string;
}

export interface Image {
  /** `sha256:…` */
  readonly id: string;
  readonly parent?: string;
  readonly layers: readonly ImageLayer[];
  readonly config: ImageConfig;
  readonly created: bigint;
  readonly author: string;
  readonly comment: string;
  readonly dockerVersion: string;
  /** Oldest first. */
  readonly history: readonly HistoryEntry[];
  /** Bytes of all layers. */
  readonly size: number;
  /** Its JSON, when it was not made here. */
  readonly raw?: string;
}

export interface NewImage {
  readonly layers: readonly ImageLayer[];
  readonly config: ImageConfig;
  readonly created: bigint;
  readonly author?: string;
  readonly comment?: string;
  readonly history: readonly HistoryEntry[];
  readonly parent?: string;
  /** The image's JSON as it was loaded; made from the rest when absent. */
  readonly raw?: string;
}

/** Layers of a catalog's steps: the same in every engine. */
const layers = new WeakMap<ImageStep, ImageLayer>();

/** Names what a step's layer holds, without writing its archive. */
export const layerKey = (step: ImageStep): string => sha256(JSON.stringify(step.files)).slice(0, 12);

export class ImageStore {
  readonly #byId = new Map<string, Image>();
  readonly #idByTag = new Map<string, string>();
  /** Catalogs that nobody has asked for. */
  #waiting: (() => void)[] = [];
  /** Digests of the archives of layers that specs describe. */
  readonly #digests = new Map<string, string>();
  /** Layers that specs describe, by {@link ImageLayer.diffId}: they come back as they were. */
  readonly #described = new Map<string, ImageLayer>();
  /** Unix ns from which the ages of specs are counted. */
  #boot = 0n;
  /** `docker.io/library/nginx@sha256:…` → id */
  readonly #idByDigest = new Map<string, string>();

  constructor(
    readonly kernel: Kernel,
    readonly version: string,
  ) {}

  get #images(): Map<string, Image> {
    this.#fill();
    return this.#byId;
  }

  /** `docker.io/library/busybox:latest` → id */
  get #tags(): Map<string, string> {
    this.#fill();
    return this.#idByTag;
  }

  #fill(): void {
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const make of waiting) make();
  }

  /** Takes over digests of archives, by {@link layerKey}. */
  know(digests: Readonly<Record<string, string>>): void {
    for (const [key, hex] of Object.entries(digests)) this.#digests.set(key, `sha256:${hex}`);
  }

  /** Has the images of a catalog, which are made when first asked for, in order. @param boot nanoseconds since 1970 */
  load(catalog: readonly ImageSpec[], boot: bigint): void {
    this.#boot = boot;
    this.#waiting.push(() => this.#make(catalog));
  }

  #make(catalog: readonly ImageSpec[]): void {
    const made = new Map<string, Image>();
    for (const spec of catalog) {
      const image = this.add(this.specified(spec, spec.from === undefined ? undefined : made.get(spec.from)));
      made.set(spec.name, image);
      const ref = parseReference(spec.name);
      if (!(ref instanceof Failure)) this.tag(withDefaultTag(ref), image.id);
    }
  }

  /** What a spec says an image is, over the one it stands on: the same whenever it is asked for. */
  specified(spec: ImageSpec, base?: NewImage): NewImage {
    const created = this.#boot - BigInt(spec.age) * 1_000_000_000n + BigInt(`0x${sha256(spec.name).slice(0, 7)}`);
    return {
      layers: [...(base?.layers ?? []), ...spec.steps.flatMap((s) => this.#layer(s, spec.name))],
      config: spec.config,
      created,
      comment: spec.comment,
      history: [
        ...(base?.history ?? []),
        ...spec.steps.map((s) => ({
          created,
          createdBy: s.createdBy,
          comment: s.comment,
          size: s.size,
          empty: !s.files,
        })),
      ],
    };
  }

  #layer(step: ImageStep, salt: string): ImageLayer[] {
    if (!step.files) return [];
    const known = layers.get(step);
    if (known) {
      this.#described.set(known.diffId, known);
      return [known];
    }
    const diffId =
      this.#digests.get(layerKey(step)) ?? digest(`${salt}\n${step.createdBy}\n${JSON.stringify(step.files)}`);
    const made = { layer: this.kernel.layer(step.files), diffId, size: step.size, cacheId: sha256(`cache ${diffId}`) };
    layers.set(step, made);
    this.#described.set(diffId, made);
    return [made];
  }

  add(image: NewImage): Image {
    const made: Image = {
      id: digest(image.raw ?? imageJson(image)),
      ...(image.raw === undefined ? {} : { raw: image.raw }),
      ...(image.parent === undefined ? {} : { parent: image.parent }),
      layers: image.layers,
      config: image.config,
      created: image.created,
      author: image.author ?? '',
      comment: image.comment ?? '',
      dockerVersion: this.version,
      history: image.history,
      size: image.layers.reduce((sum, l) => sum + l.size, 0),
    };
    this.#images.set(made.id, made);
    return made;
  }

  /** A layer that some image has. */
  layer(diffId: string): ImageLayer | undefined {
    for (const image of this.#images.values()) for (const l of image.layers) if (l.diffId === diffId) return l;
    return undefined;
  }

  /** A layer of the catalogs, whether an image has it or not. */
  described(diffId: string): ImageLayer | undefined {
    return this.#described.get(diffId);
  }

  tag(ref: Reference, id: string): void {
    this.#tags.set(key(ref), id);
  }

  /** Notes under which digest a registry has an image. @param ref with a digest */
  addDigest(ref: Reference, id: string): void {
    this.#idByDigest.set(digestKey(ref), id);
  }

  /** Digests by which registries know an image. */
  digestsOf(id: string): Reference[] {
    const out: Reference[] = [];
    for (const [k, v] of this.#idByDigest) {
      const ref = parseReference(k);
      if (v === id && !(ref instanceof Failure)) out.push(ref);
    }
    return out;
  }

  /** Takes a name away: a tag, or a digest. */
  untag(ref: Reference): boolean {
    return ref.digest === undefined ? this.#tags.delete(key(ref)) : this.#idByDigest.delete(digestKey(ref));
  }

  byTag(ref: Reference): Image | undefined {
    const id =
      ref.digest === undefined ? this.#tags.get(key(withDefaultTag(ref))) : this.#idByDigest.get(digestKey(ref));
    return id === undefined ? undefined : this.#images.get(id);
  }

  /** By reference, full id, or unique id prefix. */
  get(nameOrId: string): Image | Failure {
    const bare = nameOrId.startsWith('sha256:') ? nameOrId.slice(7) : nameOrId;
    const exact = this.#images.get(`sha256:${bare}`);
    if (exact) return exact;
    const ref = parseReference(nameOrId);
    if (ref instanceof Failure && !/^[0-9a-f]{64}$/.test(nameOrId)) return ref;
    if (!(ref instanceof Failure)) {
      const tagged = this.byTag(ref);
      if (tagged) return tagged;
    }
    if (/^[0-9a-f]+$/.test(bare)) {
      const hits = [...this.#images.values()].filter((i) => i.id.startsWith(`sha256:${bare}`));
      if (hits.length === 1) return hits[0] as Image;
      if (hits.length > 1) return new Failure('notFound', `No such image: ${nameOrId}`);
    }
    const shown = ref instanceof Failure ? nameOrId : familiarString(withDefaultTag(ref));
    return new Failure('notFound', `No such image: ${shown}`);
  }

  /** Whether a text names an image by (part of) its id rather than by a tag. */
  isId(nameOrId: string): boolean {
    const ref = parseReference(nameOrId);
    return ref instanceof Failure || this.byTag(ref) === undefined;
  }

  /** Takes an image in again. */
  put(image: Image): void {
    this.#images.set(image.id, image);
  }

  remove(id: string): void {
    this.#images.delete(id);
  }

  /** Familiar `name:tag` of an image, sorted. */
  tagsOf(id: string): string[] {
    return this.references(id)
      .map((r) => familiarString(r))
      .sort();
  }

  references(id: string): Reference[] {
    const out: Reference[] = [];
    for (const [k, v] of this.#tags) {
      const ref = parseReference(k);
      if (v === id && !(ref instanceof Failure)) out.push(ref);
    }
    return out.sort((a, b) => (familiarName(a) < familiarName(b) ? -1 : 1));
  }

  /** The tags of a name. */
  repository(of: Reference): Reference[] {
    const refs = [...this.#tags.keys()].map(parseReference);
    return refs.filter((r): r is Reference => !(r instanceof Failure) && r.domain === of.domain && r.path === of.path);
  }

  /** Newest first. */
  list(): Image[] {
    return [...this.#images.values()].sort((a, b) => (a.created > b.created ? -1 : a.created < b.created ? 1 : 0));
  }

  childrenOf(id: string): Image[] {
    return this.list().filter((i) => i.parent === id);
  }
}

const key = (ref: Reference): string => `${ref.domain}/${ref.path}:${ref.tag ?? 'latest'}`;
const digestKey = (ref: Reference): string => `${ref.domain}/${ref.path}@${ref.digest}`;
