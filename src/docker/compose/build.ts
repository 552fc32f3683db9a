/** Building services by docker's own builder. @see docker/compose pkg/compose/build.go */
import { utf8 } from '../../base/http.ts';
import { build } from '../cli/cmd/build/build.ts';
import { Failure, failed } from '../cli/failure.ts';
import type { Compose } from './compose.ts';
import { imageOf } from './create/body.ts';
import { docker } from './docker.ts';
import { COMPOSE_VERSION, PROJECT, SERVICE, VERSION } from './labels.ts';
import type { Project, ServiceConfig } from './model/project.ts';

/** Flags of a build. */
interface BuildChoice {
  readonly quiet?: boolean;
  readonly noCache?: boolean;
  readonly pull?: boolean;
  readonly args?: readonly string[];
  /** For all platforms that the file names, not just this one's. */
  readonly allPlatforms?: boolean;
  /** More flags of the builder's own. */
  readonly more?: readonly string[];
}

/** The words of a `docker build` that makes a service's image. */
function words(c: Compose, project: Project, s: ServiceConfig, choice: BuildChoice, inline?: string): string[] {
  const b = s.build ?? {};
  const context = b.context ?? '.';
  const out: string[] = [];
  const put = (name: string, value: string): void => {
    out.push(`--${name}=${value}`);
  };
  for (const tag of [imageOf(c, project, s), ...(b.tags ?? [])]) put('tag', tag);
  for (const [k, v] of Object.entries(b.args ?? {})) if (v !== null) put('build-arg', `${k}=${v}`);
  for (const a of choice.args ?? []) put('build-arg', a);
  const labels = { ...b.labels, [VERSION]: COMPOSE_VERSION, [PROJECT]: project.name, [SERVICE]: s.name };
  for (const [k, v] of Object.entries(labels)) put('label', `${k}=${v}`);
  for (const from of b.cache_from ?? []) put('cache-from', from);
  for (const to of b.cache_to ?? []) put('cache-to', to);
  for (const right of [...(b.entitlements ?? []), ...(b.privileged ? ['security.insecure'] : [])]) put('allow', right);
  for (const host of b.extra_hosts ?? []) put('add-host', host.replace('=', ':'));
  if (inline !== undefined) put('file', inline);
  else if (b.dockerfile) put('file', b.dockerfile.startsWith('/') ? b.dockerfile : `${context}/${b.dockerfile}`);
  for (const [name, where] of Object.entries(b.additional_contexts ?? {}))
    put('build-context', `${name}=${place(c, project, where)}`);
  for (const ref of b.secrets ?? []) {
    const { file, environment } = project.secrets[ref.source] ?? {};
    put('secret', `id=${ref.target ?? ref.source},${environment ? `env=${environment}` : `src=${file}`}`);
  }
  for (const key of b.ssh ?? []) put('ssh', key);
  for (const stage of b.no_cache_filter ?? []) put('no-cache-filter', stage);
  for (const [name, u] of Object.entries(b.ulimits ?? {}))
    put('ulimit', `${name}=${typeof u === 'number' ? u : `${u.soft}:${u.hard}`}`);
  if (b.target) put('target', b.target);
  if (b.network) put('network', b.network);
  if (b.shm_size) put('shm-size', b.shm_size);
  if (s.platform) put('platform', s.platform);
  else if (choice.allPlatforms && b.platforms?.length) put('platform', b.platforms.join(','));
  for (const key of ['provenance', 'sbom'] as const) if (b[key] !== undefined) put(key, String(b[key]));
  if (b.no_cache || choice.noCache) out.push('--no-cache');
  if (b.pull || choice.pull) out.push('--pull');
  if (choice.quiet) out.push('--quiet');
  else if (['plain', 'tty', 'quiet'].includes(c.buildProgress)) put('progress', c.buildProgress);
  out.push(...(choice.more ?? []), context);
  return out;
}

const SERVICE_CONTEXT = 'service:';

/** Where a named context is; `service:x` is the image of that service. */
function place(c: Compose, project: Project, where: string): string {
  const s = where.startsWith(SERVICE_CONTEXT) ? project.services[where.slice(SERVICE_CONTEXT.length)] : undefined;
  return s ? `docker-image://${imageOf(c, project, s)}` : where;
}

/** Those first whose images others build upon. */
function inOrder(services: readonly ServiceConfig[]): ServiceConfig[] {
  const out: ServiceConfig[] = [];
  const add = (s: ServiceConfig): void => {
    if (out.includes(s)) return;
    for (const where of Object.values(s.build?.additional_contexts ?? {})) {
      const base = services.find((x) => x !== s && where === `${SERVICE_CONTEXT}${x.name}`);
      if (base) add(base);
    }
    out.push(s);
  };
  for (const s of services) add(s);
  return out;
}

/** Builds one after the other. */
export async function buildServices(
  c: Compose,
  project: Project,
  services: readonly ServiceConfig[],
  choice: BuildChoice,
): Promise<Failure | undefined> {
  for (const s of inOrder(services)) {
    if (c.dryRun) {
      c.progress.event({ id: imageOf(c, project, s), status: 'done', statusText: 'Built' });
      continue;
    }
    const text = s.build?.dockerfile_inline;
    const dir = `/tmp/compose-${c.ctx.sys.rng.hex(10)}`;
    const inline = text === undefined ? undefined : `${dir}/Dockerfile`;
    if (inline !== undefined) {
      c.ctx.sys.mkdir(dir, 0o700);
      c.ctx.sys.writeFile(inline, utf8(text as string));
    }
    const got = await docker(c, build, words(c, project, s, choice, inline));
    if (inline !== undefined) {
      c.ctx.sys.unlink(inline);
      c.ctx.sys.rmdir(dir);
    }
    if (failed(got))
      return new Failure(got.message.replace(/^ERROR: (?:failed to build: )?/, `target ${s.name}: `), got.code);
    c.progress.event({ id: imageOf(c, project, s), status: 'done', statusText: 'Built' });
  }
  return undefined;
}
