/**
 * `docker stack deploy`: networks, secrets, configs, then services, each made or changed.
 * Limits: what a map of Go has in any order is taken in the order of names here.
 * @see docker/cli cli/command/stack/swarm/deploy_composefile.go
 */
import { base64 } from '../../../base/base64.ts';
import { isErr } from '../../../linux/kernel/errno.ts';
import type { Service, ServiceSpec } from '../../api/swarm.ts';
import { type References, references } from '../cmd/service/payloads.ts';
import { watchService } from '../cmd/service/progress.ts';
import { createService, updateService } from '../cmd/service/send.ts';
import { managing, remove, scopeFilter } from '../cmd/stack/shared.ts';
import type { Ctx } from '../context.ts';
import { DaemonError, Failure, failed } from '../failure.ts';
import type { Options } from '../flags/options.ts';
import { isUserDefined } from '../opts/endpoint.ts';
import { IMAGE, imageOf, labelsOf, nameIn, scoped, serviceSpec } from './convert.ts';
import { type Config, loadConfig } from './load.ts';
import { isMapping, type Mapping } from './schema.ts';
import { unsupportedNotes } from './unsupported.ts';

const RESOLVE = ['always', 'changed', 'never'];
const IN_BACKGROUND =
  'Since --detach=false was not specified, tasks will be created in the background.\n' +
  'In a future release, --detach=false will become the default.\n';

const is404 = (f: unknown): boolean => f instanceof DaemonError && f.status === 404;

export async function deploy(ctx: Ctx, o: Options, stack: string): Promise<number | Failure> {
  const config = await loadConfig(ctx, o.list('compose-file'));
  if (failed(config)) return config;
  await ctx.err(unsupportedNotes(config.raw));
  const unnamed = Object.entries(config.services)
    .map(([key, s]) => imageOf(key, s))
    .find(failed);
  if (unnamed) return unnamed;
  const resolve = o.string('resolve-image');
  if (!RESOLVE.includes(resolve)) return new Failure(`Invalid option ${resolve} for flag --resolve-image`);
  if (o.bool('detach') && !o.changed('detach')) await ctx.err(IN_BACKGROUND);
  const refused = await managing(ctx);
  if (refused) return refused;
  const before = o.bool('prune') ? await prune(ctx, config, stack) : undefined;
  const failure =
    before ??
    (await networks(ctx, config, stack)) ??
    (await payloads(ctx, config, stack, 'secret')) ??
    (await payloads(ctx, config, stack, 'config'));
  if (failure) return failure;
  const ids = await services(ctx, config, stack, resolve);
  if (failed(ids)) return ids;
  const faults: string[] = [];
  for (const id of o.bool('detach') ? [] : ids) {
    const bad = await watchService(ctx, id, o.bool('quiet'));
    if (bad) faults.push(`${id}: ${bad.message}`);
  }
  return faults.length > 0 ? new Failure(faults.join('\n')) : 0;
}

const there = (ctx: Ctx, stack: string): Promise<Service[] | Failure> =>
  ctx.client.get<Service[]>('/services', { filters: scopeFilter(stack) });

/** Services that the file has no longer. */
async function prune(ctx: Ctx, config: Config, stack: string): Promise<Failure | undefined> {
  const old = await there(ctx, stack);
  if (failed(old)) return old;
  const kept = new Set(Object.keys(config.services).map((k) => scoped(stack, k)));
  const gone = old.filter((s) => !kept.has(s.Spec.Name ?? ''));
  await remove(ctx, 'service', gone);
  return undefined;
}

async function networks(ctx: Ctx, config: Config, stack: string): Promise<Failure | undefined> {
  const used = new Set(
    Object.values(config.services).flatMap((s) => (isMapping(s.networks) ? Object.keys(s.networks) : ['default'])),
  );
  const wanted = [...used]
    .sort()
    .map((key) => [nameIn(stack, key, config.networks[key]), config.networks[key] ?? {}] as const);
  for (const [name, n] of wanted) {
    if (n.external !== true || !isUserDefined(name)) continue;
    const found = await ctx.client.get<{ Scope: string }>(`/networks/${name}`);
    if (is404(found))
      return new Failure(
        `network ${JSON.stringify(name)} is declared as external, but could not be found. You need to create a swarm-scoped network before the stack is deployed`,
      );
    if (failed(found)) return found;
    if (found.Scope !== 'swarm')
      return new Failure(
        `network ${JSON.stringify(name)} is declared as external, but it is not in the right scope: ${JSON.stringify(found.Scope)} instead of "swarm"`,
      );
  }
  const old = await ctx.client.get<{ Name: string }[]>('/networks', { filters: scopeFilter(stack) });
  if (failed(old)) return old;
  for (const [name, n] of wanted) {
    if (n.external === true || old.some((x) => x.Name === name)) continue;
    await ctx.out(`Creating network ${name}\n`);
    const made = await ctx.client.post('/networks/create', { body: networkBody(stack, name, n) });
    if (failed(made)) return new Failure(`failed to create network ${name}: ${made.message}`);
  }
  return undefined;
}

function networkBody(stack: string, Name: string, n: Mapping): Record<string, unknown> {
  const ipam = isMapping(n.ipam) ? n.ipam : {};
  const configs = (Array.isArray(ipam.config) ? ipam.config : []).map((c) => ({
    Subnet: isMapping(c) ? c.subnet : '',
  }));
  return {
    Driver: n.driver ?? 'overlay',
    Scope: '',
    ...(Object.keys(ipam).length > 0
      ? { IPAM: { Driver: ipam.driver ?? '', Options: null, Config: configs.length > 0 ? configs : null } }
      : {}),
    Internal: n.internal === true,
    Attachable: n.attachable === true,
    Ingress: false,
    ConfigOnly: false,
    ConfigFrom: null,
    Options: n.driver_opts ?? null,
    Labels: labelsOf(stack, n.labels),
    Name,
  };
}

/** Secrets or configs of the file: new ones are made, others get their labels anew. */
async function payloads(
  ctx: Ctx,
  config: Config,
  stack: string,
  kind: 'secret' | 'config',
): Promise<Failure | undefined> {
  for (const [key, object] of Object.entries(kind === 'secret' ? config.secrets : config.configs)) {
    if (object.external === true) continue;
    const Name = nameIn(stack, key, object);
    const bytes = typeof object.file === 'string' ? ctx.sys.readFile(object.file) : new Uint8Array();
    if (isErr(bytes)) return new Failure(`open ${object.file}: ${bytes.text.toLowerCase()}`);
    const template = object.template_driver;
    const body = {
      Name,
      Labels: labelsOf(stack, object.labels),
      Data: base64(bytes),
      ...(template ? { Templating: { Name: template } } : {}),
    };
    const old = await ctx.client.get<{ ID: string; Version: { Index: number } }>(`/${kind}s/${Name}`);
    if (is404(old)) {
      await ctx.out(`Creating ${kind} ${Name}\n`);
      const made = await ctx.client.post(`/${kind}s/create`, { body });
      if (failed(made)) return new Failure(`failed to create ${kind} ${Name}: ${made.message}`);
      continue;
    }
    if (failed(old)) return old;
    const query = { version: String(old.Version.Index) };
    const changed = await ctx.client.post(`/${kind}s/${old.ID}/update`, { query, body });
    if (failed(changed)) return new Failure(`failed to update ${kind} ${Name}: ${changed.message}`);
  }
  return undefined;
}

/** The secrets and configs of a service, by id. */
async function given(ctx: Ctx, config: Config, stack: string, key: string, s: Mapping): Promise<References | Failure> {
  const texts = (field: 'secrets' | 'configs'): string[] | Failure => {
    const out: [string, string][] = [];
    for (const ref of Array.isArray(s[field]) ? s[field].filter(isMapping) : []) {
      const source = String(ref.source);
      const object = config[field][source];
      if (!object) return new Failure(`service ${key}: undefined ${field.slice(0, -1)} ${JSON.stringify(source)}`);
      const target = String(ref.target ?? source);
      const more = ['uid', 'gid'].flatMap((k) => (ref[k] === undefined ? [] : [`,${k}=${ref[k]}`])).join('');
      const mode = ref.mode === undefined ? '' : `,mode=0${Number(ref.mode).toString(8)}`;
      const name = nameIn(stack, source, object);
      out.push([name, `source=${name},target=${target}${more}${mode}`]);
    }
    return out.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, text]) => text);
  };
  const [secrets, configs] = [texts('secrets'), texts('configs')];
  if (failed(secrets)) return secrets;
  if (failed(configs)) return configs;
  const found = await references(ctx, { secrets, configs });
  return failed(found) ? new Failure(`service ${key}: ${found.message}`) : found;
}

async function services(ctx: Ctx, config: Config, stack: string, resolve: string): Promise<string[] | Failure> {
  const specs: ServiceSpec[] = [];
  for (const [key, s] of Object.entries(config.services)) {
    const refs = await given(ctx, config, stack, key, s);
    const spec = failed(refs) ? refs : serviceSpec(config, stack, key, s, refs);
    if (failed(spec)) return spec;
    specs.push(spec);
  }
  const old = await there(ctx, stack);
  if (failed(old)) return old;
  const ids: string[] = [];
  for (const spec of specs) {
    const now = old.find((s) => s.Spec.Name === spec.Name);
    const id = await (now ? change(ctx, now, spec, resolve) : create(ctx, spec, resolve));
    if (failed(id)) return id;
    ids.push(id);
  }
  return ids;
}

async function create(ctx: Ctx, spec: ServiceSpec, resolve: string): Promise<string | Failure> {
  await ctx.out(`Creating service ${spec.Name}\n`);
  const id = await createService(ctx, spec, resolve !== 'never');
  return failed(id) ? new Failure(`failed to create service ${spec.Name}: ${id.message}`) : id;
}

async function change(ctx: Ctx, old: Service, spec: ServiceSpec, resolve: string): Promise<string | Failure> {
  await ctx.out(`Updating service ${spec.Name} (id: ${old.ID})\n`);
  const same = old.Spec.Labels?.[IMAGE] === spec.Labels?.[IMAGE];
  const pin = resolve === 'always' || (resolve === 'changed' && !same);
  const task = spec.TaskTemplate;
  const image = !pin && same ? old.Spec.TaskTemplate.ContainerSpec?.Image : undefined;
  const asked: ServiceSpec = {
    ...spec,
    TaskTemplate: {
      ...task,
      ...(task.ContainerSpec && image ? { ContainerSpec: { ...task.ContainerSpec, Image: image } } : {}),
      ForceUpdate: old.Spec.TaskTemplate.ForceUpdate,
    },
  };
  const failure = await updateService(ctx, old, asked, { pin });
  return failure ? new Failure(`failed to update service ${spec.Name}: ${failure.message}`) : old.ID;
}
