/** Building services by docker's own builder. @see docker/compose pkg/compose/build.go */
import { utf8 } from '../../base/http.ts';
import { build } from '../cli/cmd/build/build.ts';
import { Failure, failed } from '../cli/failure.ts';
import { parseFlags } from '../cli/flags/parse.ts';
import type { Compose } from './compose.ts';
import { imageOf } from './create/body.ts';
import { COMPOSE_VERSION, PROJECT, SERVICE, VERSION } from './labels.ts';
import type { Project, ServiceConfig } from './model/project.ts';

export interface BuildChoice {
  readonly quiet?: boolean;
  readonly noCache?: boolean;
  readonly pull?: boolean;
  readonly args?: readonly string[];
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
  for (const host of b.extra_hosts ?? []) put('add-host', host.replace('=', ':'));
  if (inline !== undefined) put('file', inline);
  else if (b.dockerfile) put('file', b.dockerfile.startsWith('/') ? b.dockerfile : `${context}/${b.dockerfile}`);
  if (b.target) put('target', b.target);
  if (b.network) put('network', b.network);
  if (b.shm_size) put('shm-size', b.shm_size);
  if (s.platform) put('platform', s.platform);
  if (b.no_cache || choice.noCache) out.push('--no-cache');
  if (b.pull || choice.pull) out.push('--pull');
  if (choice.quiet) out.push('--quiet');
  else if (['plain', 'tty', 'quiet'].includes(c.buildProgress)) put('progress', c.buildProgress);
  out.push(context);
  return out;
}

/** Builds one after the other. */
export async function buildServices(
  c: Compose,
  project: Project,
  services: readonly ServiceConfig[],
  choice: BuildChoice,
): Promise<Failure | undefined> {
  for (const s of services) {
    if (c.dryRun) {
      c.progress.event({ id: imageOf(c, project, s), status: 'done', statusText: 'Built' });
      continue;
    }
    const missing = (['additional_contexts', 'secrets', 'ssh'] as const).find((k) => s.build?.[k] !== undefined);
    if (missing) return new Failure(`docker compose: 'build.${missing}' is not part of this laboratory`);
    const text = s.build?.dockerfile_inline;
    const inline = text === undefined ? undefined : `/tmp/dockerfile${c.ctx.sys.rng.hex(10)}`;
    if (inline !== undefined) c.ctx.sys.writeFile(inline, utf8(text as string));
    const parsed = parseFlags(build.flags, words(c, project, s, choice, inline));
    const got = await build.run?.(c.ctx, parsed.options, parsed.args);
    if (inline !== undefined) c.ctx.sys.unlink(inline);
    if (failed(got)) return got;
    c.progress.event({ id: imageOf(c, project, s), status: 'done', statusText: 'Built' });
  }
  return undefined;
}
