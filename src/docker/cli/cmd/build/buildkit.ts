/**
 * The classic builder's messages as BuildKit's progress: plain, or a table that a terminal redraws at its end.
 * @see moby/buildkit util/progress/progressui
 */
import type { Ctx } from '../../context.ts';
import { fullName, parseReference, tagged } from '../../reference.ts';
import type { BuildContext } from './context.ts';
import { excerpt, outline, type Step } from './outline.ts';

interface Message {
  readonly stream?: string;
  readonly errorDetail?: { readonly code?: number; readonly message: string };
  readonly aux?: { readonly ID?: string };
}

/** Without what the classic builder puts around errors. */
const uncoloured = (text: string): string => text.replace(/^\x1b\[91m(.*)\x1b\[0m$/s, '$1');

const seconds = (ns: number): string => (ns / 1e9).toFixed(1);

export function bytesShown(n: number): string {
  return n < 1000 ? `${n}B` : `${(n / 1000).toFixed(2)}kB`;
}

/** One thing that is done, with its lines. */
interface Vertex {
  readonly title: string;
  readonly lines: string[];
  cached: boolean;
  ns: number;
  failed: boolean;
}

/** `docker.io/library/alpine:latest` */
function imageName(name: string): string {
  const ref = parseReference(name);
  if ('error' in ref) return name;
  const r = tagged(ref.value);
  return `${fullName(r)}${r.tag === '' ? '' : `:${r.tag}`}${r.digest === '' ? '' : `@${r.digest}`}`;
}

export class BuildKitView {
  readonly #done: Vertex[] = [];
  readonly #steps: Step[];
  readonly #plain: boolean;
  readonly #start: number;
  #step: Step | undefined;
  #vertex: Vertex | undefined;
  #begun = 0;
  #index = -1;
  #prepared = false;

  constructor(
    readonly ctx: Ctx,
    readonly context: BuildContext,
    readonly tags: readonly string[],
    readonly options: { quiet: boolean; progress: string },
  ) {
    this.#steps = outline(context.source, imageName);
    this.#plain = options.progress === 'plain' || (options.progress !== 'tty' && !ctx.sys.isatty(2));
    this.#start = ctx.sys.now();
  }

  async #say(text: string): Promise<void> {
    if (!this.options.quiet && this.#plain) await this.ctx.err(text);
  }

  /** A vertex that is over at once. */
  async #quick(title: string, lines: readonly string[]): Promise<void> {
    const v: Vertex = { title, lines: [...lines], cached: false, ns: 0, failed: false };
    this.#done.push(v);
    const n = this.#done.length;
    await this.#say(`#${n} ${title}\n${lines.map((l) => `#${n} ${l}\n`).join('')}#${n} DONE 0.0s\n\n`);
  }

  async begin(): Promise<void> {
    await this.#say('#0 building with "default" instance using docker driver\n\n');
    const { source, dockerfile, remote } = this.context;
    if (remote) {
      await this.#quick('[internal] load remote build context', []);
      return this.#quick('copy /context /', []);
    }
    await this.#quick(
      `[internal] load build definition from ${dockerfile.startsWith('.dockerfile') ? 'Dockerfile' : dockerfile}`,
      [`transferring dockerfile: ${bytesShown(source.length + 38)} done`],
    );
  }

  /** What BuildKit does once it knows the base images: the classic builder tells of them with its first step. */
  async #prepare(): Promise<void> {
    if (this.#prepared) return;
    this.#prepared = true;
    const { ignoreSize, size } = this.context;
    const bases = this.#steps.filter((s) => s.name === 'FROM').map((s) => s.text.split(' ')[1] ?? '');
    const stages = new Set(
      this.#steps.filter((s) => s.name === 'FROM').flatMap((s) => /\sas\s+(\S+)/i.exec(s.text)?.[1] ?? []),
    );
    for (const b of new Set(bases))
      if (b !== 'scratch' && !stages.has(b)) await this.#quick(`[internal] load metadata for ${imageName(b)}`, []);
    if (this.context.remote) return;
    await this.#quick('[internal] load .dockerignore', [`transferring context: ${bytesShown(ignoreSize)} done`]);
    if (this.#steps.some((s) => (s.name === 'COPY' || s.name === 'ADD') && !s.text.includes('--from=')))
      await this.#quick('[internal] load build context', [`transferring context: ${bytesShown(size)} done`]);
  }

  /** One message of the builder. */
  async take(m: Message): Promise<void> {
    const text = m.stream ?? '';
    const step = /^Step (\d+)\/\d+ : /.exec(text);
    if (step) {
      await this.#end();
      this.#index = Number(step[1]) - 1;
      this.#step = this.#steps[this.#index];
      this.#begun = this.ctx.sys.now();
      if (this.#index > 0) await this.#open();
      return;
    }
    if (text.trim() === '') return;
    if (!this.#prepared) {
      await this.#prepare();
      await this.#open();
    }
    const v = this.#vertex;
    if (!v) return;
    if (/^ ---> Using cache/.test(text)) v.cached = true;
    else if (!/^ ---> /.test(text) && this.#step?.name === 'RUN')
      for (const l of uncoloured(text).replace(/\n$/, '').split('\n')) {
        const at = ((this.ctx.sys.now() - this.#begun) / 1e9).toFixed(3);
        v.lines.push(`${at} ${l}`);
        await this.#say(`#${this.#done.length} ${at} ${l}\n`);
      }
  }

  /** The vertex of the present step begins. */
  async #open(): Promise<void> {
    await this.#prepare();
    const title = this.#step?.vertex;
    if (title === undefined) return;
    this.#vertex = { title, lines: [], cached: false, ns: 0, failed: false };
    this.#done.push(this.#vertex);
    await this.#say(`#${this.#done.length} ${title}\n`);
  }

  async #end(): Promise<void> {
    const v = this.#vertex;
    this.#vertex = undefined;
    if (!v) return;
    v.ns = this.ctx.sys.now() - this.#begun;
    const from = this.#step?.name === 'FROM';
    await this.#say(
      `#${this.#done.length} ${v.cached || (from && v.ns < 1e6) ? 'CACHED' : `DONE ${seconds(v.ns)}s`}\n\n`,
    );
  }

  /** After the last message. @param id `sha256:…` of the image */
  async finish(id: string): Promise<void> {
    await this.#end();
    const names = this.tags.map((t) => `naming to ${imageName(t)} done`);
    await this.#quick('exporting to image', ['exporting layers done', `writing image ${id} done`, ...names]);
    await this.#table('FINISHED');
    if (this.options.quiet) await this.ctx.out(`${id}\n`);
  }

  /** @returns the last line, which the command prints as its error */
  async fail(error: { readonly code?: number; readonly message: string }): Promise<string> {
    const named = /^dockerfile parse error on line (\d+):/.exec(error.message);
    const step = named ? this.#steps.find((s) => s.line === Number(named[1])) : this.#step;
    const base = !named && step?.name === 'FROM' && !this.#prepared ? (step.text.split(' ')[1] ?? '') : undefined;
    if (base !== undefined) await this.#missing(base);
    const v = this.#vertex;
    const command = step && /^RUN/.test(step.name) ? step.text.slice(4).trim() : undefined;
    const shell = command?.startsWith('[') ? (JSON.parse(command) as string[]).join(' ') : `/bin/sh -c ${command}`;
    const why =
      error.code !== undefined && command !== undefined
        ? `process "${shell}" did not complete successfully: exit code: ${error.code}`
        : reworded(error.message, base);
    if (v) {
      v.failed = true;
      v.ns = this.ctx.sys.now() - this.#begun;
      await this.#say(`#${this.#done.length} ERROR: ${base === undefined ? why : why.replace(unresolved(base), '')}\n`);
    }
    await this.#table('');
    if (v) await this.ctx.err(`------\n > ${v.title}:\n${v.lines.map((l) => `${l}\n`).join('')}------\n`);
    if (step)
      await this.ctx.err(
        excerpt(
          this.context.dockerfile.startsWith('.dockerfile') ? 'Dockerfile' : this.context.dockerfile,
          this.context.source,
          step,
        ),
      );
    return `ERROR: failed to build: failed to solve: ${why}`;
  }

  /** A base image is not to be had: that ends its look-up. */
  async #missing(base: string): Promise<void> {
    const title = `[internal] load metadata for ${imageName(base)}`;
    this.#vertex = { title, lines: [], cached: false, ns: 0, failed: false };
    this.#done.push(this.#vertex);
    await this.#say(`#${this.#done.length} ${title}\n`);
  }

  /** What a terminal shows in the end. */
  async #table(state: string): Promise<void> {
    if (this.#plain || this.options.quiet) return;
    const size = this.ctx.sys.winsize(2);
    const width = ('cols' in (size as object) && (size as { cols: number }).cols) || 80;
    const total = seconds(this.ctx.sys.now() - this.#start);
    const ended = this.#done.filter((v) => !v.failed).length;
    const right = (left: string, time: string): string => {
      const room = width - time.length - 1;
      const cut = left.length > room ? `${left.slice(0, room - 3)}...` : left;
      return `${cut.padEnd(room)} ${time}\n`;
    };
    let out = right(
      `[+] Building ${total}s (${ended}/${this.#done.length})${state === '' ? '' : ` ${state}`}`,
      'docker:default',
    );
    for (const v of this.#done) {
      out += right(` => ${v.failed ? 'ERROR ' : v.cached ? 'CACHED ' : ''}${v.title}`, `${seconds(v.ns)}s`);
      if (!v.cached && !v.title.includes('] RUN'))
        for (const l of v.lines) out += right(` => => ${l.replace(/ done$/, '')}`, '0.0s');
    }
    await this.ctx.err(out);
  }
}

/** What stands before the reason why a base image is not to be had. */
const unresolved = (base: string): string => `${base}: failed to resolve source metadata for ${imageName(base)}: `;

/** Errors of the classic builder in BuildKit's words. @param base the image that the step needs */
function reworded(message: string, base?: string): string {
  const missing = /stat (\S+): file does not exist$/.exec(message);
  if (missing)
    return `failed to compute cache key: failed to calculate checksum of ref: ${JSON.stringify(`/${missing[1]}`)}: not found`;
  const denied = /^pull access denied for (\S+),/.exec(message);
  if (denied)
    return `${unresolved(base ?? (denied[1] as string))}pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed`;
  if (base === undefined) return message;
  const unknown = /^manifest for \S+ not found/.test(message);
  if (unknown) return `${unresolved(base)}${imageName(base)}: not found`;
  const unreachable = /^Get "(https?:\/\/[^/]+\/v2\/)": (.*)$/.exec(message);
  if (!unreachable) return `${unresolved(base)}${message}`;
  const [, path = '', tag = 'latest'] = /^[^/]+\/(.*):([^:]*)$/.exec(imageName(base)) ?? [];
  return `${unresolved(base)}failed to do request: Head "${unreachable[1]}${path}/manifests/${tag}": ${unreachable[2]}`;
}
