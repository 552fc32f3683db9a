/** Builders: one for each context of the command, and those of `buildx create`. @see docker/buildx store/store.go, builder/builder.go */
import { text, utf8 } from '../../../../base/http.ts';
import { isErr } from '../../../../linux/kernel/errno.ts';
import { rfc3339Nano } from '../../../time.ts';
import type { Ctx } from '../../context.ts';
import { failed } from '../../failure.ts';

/** BuildKit of the engine. */
export const BUILDKIT = 'v0.25.2';
/** What the machine's processor runs. */
export const PLATFORMS: readonly string[] = ['linux/amd64', 'linux/amd64/v2', 'linux/amd64/v3', 'linux/386'];

/** Version of the plugin: upstream's, and that of its package. */
export const BUILDX = { version: '0.29.1+ds1', revision: '0.29.1+ds1-4' } as const;
const SECOND = 1_000_000_000n;

/** Where one builds. */
export interface Node {
  readonly Name: string;
  readonly Endpoint: string;
  readonly Platforms: readonly string[] | null;
  readonly DriverOpts: Readonly<Record<string, string>> | null;
  readonly Flags: readonly string[] | null;
}

/** As it lies in `~/.docker/buildx/instances`. */
export interface Builder {
  readonly Name: string;
  readonly Driver: string;
  readonly Nodes: readonly Node[];
  /** It is a context's. */
  readonly Dynamic: boolean;
}

/** What `buildx create` can be asked for. */
export const DRIVERS = ['docker-container', 'kubernetes', 'remote'];

const dirOf = (ctx: Ctx): string => `${ctx.contexts.config.dir}/buildx`;
/** Where one is written down. */
export const instancePath = (ctx: Ctx, name: string): string => `${dirOf(ctx)}/instances/${name.toLowerCase()}`;

function ofContext(name: string): Builder {
  const node: Node = { Name: name, Endpoint: name, Platforms: null, DriverOpts: null, Flags: null };
  return { Name: name, Driver: 'docker', Nodes: [node], Dynamic: true };
}

/** Those of contexts first, the current context's at the head. */
export function allBuilders(ctx: Ctx): Builder[] {
  const contexts = ctx.contexts.list();
  const names = failed(contexts) ? [ctx.contexts.current] : contexts.map((c) => c.Name);
  const made: Builder[] = [];
  const list = ctx.sys.readdir(`${dirOf(ctx)}/instances`);
  for (const { name } of isErr(list) ? [] : list) {
    const found = stored(ctx, name);
    if (found) made.push(found);
  }
  return [...made.sort((a, b) => (a.Name < b.Name ? -1 : 1)), ...names.map(ofContext)];
}

function stored(ctx: Ctx, name: string): Builder | undefined {
  const bytes = ctx.sys.readFile(instancePath(ctx, name));
  if (isErr(bytes)) return undefined;
  try {
    return { ...(JSON.parse(text(bytes)) as Builder), Dynamic: false };
  } catch {
    return undefined;
  }
}

/** @param name '' for the current one */
export function findBuilder(ctx: Ctx, name: string): Builder | undefined {
  if (name === '') return currentBuilder(ctx);
  return stored(ctx, name) ?? allBuilders(ctx).find((b) => b.Dynamic && b.Name === name);
}

/** The one in use: of `buildx use`, else the context's. */
export function currentBuilder(ctx: Ctx): Builder {
  const name = ctx.sys.env.BUILDX_BUILDER || chosen(ctx);
  return (name && stored(ctx, name)) || ofContext(ctx.contexts.current);
}

function chosen(ctx: Ctx): string {
  const bytes = ctx.sys.readFile(`${dirOf(ctx)}/current`);
  if (isErr(bytes)) return '';
  try {
    return (JSON.parse(text(bytes)) as { Name?: string }).Name ?? '';
  } catch {
    return '';
  }
}

function write(ctx: Ctx, path: string, content: string): void {
  const dir = path.slice(0, path.lastIndexOf('/'));
  const parts = dir.split('/');
  for (let n = 2; n <= parts.length; n++) {
    const at = parts.slice(0, n).join('/');
    if (isErr(ctx.sys.stat(at))) ctx.sys.mkdir(at, 0o700);
  }
  ctx.sys.writeFile(path, utf8(content), 0o600);
}

/** Makes it the current one. */
export function choose(ctx: Ctx, name: string): void {
  const current = { Key: 'unix:///var/run/docker.sock', Name: name, Global: false };
  write(ctx, `${dirOf(ctx)}/current`, JSON.stringify(current));
}

const activityPath = (ctx: Ctx, { Name }: Builder): string => `${dirOf(ctx)}/activity/${Name}`;

/** Notes that it builds now. */
export function noteActivity(ctx: Ctx, b: Builder): void {
  write(ctx, activityPath(ctx, b), rfc3339Nano((ctx.sys.realtime() / SECOND) * SECOND));
}

/** When it built last, as RFC 3339; undefined: it never did. */
export function lastActivity(ctx: Ctx, b: Builder): string | undefined {
  const bytes = ctx.sys.readFile(activityPath(ctx, b));
  return isErr(bytes) ? undefined : text(bytes);
}

/** Writes one of `buildx create`. */
export function saveBuilder(ctx: Ctx, b: Builder): void {
  const { Dynamic: _, ...kept } = b;
  write(ctx, instancePath(ctx, b.Name), JSON.stringify(kept));
}

/** Removes one, and what is known of it. */
export function forget(ctx: Ctx, b: Builder): void {
  ctx.sys.unlink(activityPath(ctx, b));
  ctx.sys.unlink(instancePath(ctx, b.Name));
  if (chosen(ctx) === b.Name) ctx.sys.unlink(`${dirOf(ctx)}/current`);
}
