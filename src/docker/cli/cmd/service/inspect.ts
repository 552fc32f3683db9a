import type { Service, ServiceSpec } from '../../../api/swarm.ts';
import type { NetworkInspect } from '../../../api/types.ts';
import type { Ctx } from '../../context.ts';
import { DaemonError, Failure, failed } from '../../failure.ts';
import { inspectAll } from '../../inspector.ts';
import { atLeast, command, flag } from '../../spec.ts';
import { INSPECT_FORMAT_HELP } from '../format.ts';
import { fetchKind } from '../system/inspect.ts';

/** `docker service inspect` */
export const serviceInspect = command({
  path: ['service', 'inspect'],
  use: '[OPTIONS] SERVICE [SERVICE...]',
  short: 'Show everything about services',
  args: atLeast(1),
  flags: [flag('format', 'string', INSPECT_FORMAT_HELP, { short: 'f' }), flag('pretty', 'bool', 'Print it for people')],
  run: async (ctx, o, args) => {
    const format = o.bool('pretty') ? 'pretty' : o.string('format');
    if (o.bool('pretty') && o.string('format') !== '')
      return new Failure('--format is incompatible with human friendly format');
    const missing = (f: Failure, term: string): Failure =>
      f instanceof DaemonError && f.status === 404 ? new Failure(`Error: no such service: ${term}`) : f;
    if (format !== 'pretty')
      return inspectAll(ctx, args, format, async (term) => {
        const found = await fetchKind(ctx, 'service', term, { insertDefaults: 'true' });
        return failed(found) ? missing(found, term) : found;
      });
    for (const term of args) {
      const service = await ctx.client.get<Service>(`/services/${term}`, { insertDefaults: 'true' });
      if (failed(service)) return missing(service, term);
      await ctx.out(await page(ctx, service));
    }
    return 0;
  },
});

/** @see docker/cli cli/command/service/formatter.go: serviceInspectPrettyTemplate */
async function page(ctx: Ctx, { ID, Spec, Endpoint }: Service): Promise<string> {
  const c = Spec.TaskTemplate.ContainerSpec ?? { Image: '' };
  const labels = Object.entries(Spec.Labels ?? {}).map(([k, v]) => ` ${k}${v === '' ? '' : `=${v}`}`);
  const constraints = Spec.TaskTemplate.Placement?.Constraints ?? [];
  const names: string[] = [];
  for (const { Target } of Spec.TaskTemplate.Networks ?? []) {
    const found = await ctx.client.get<NetworkInspect>(`/networks/${Target}`);
    names.push(failed(found) ? Target : found.Name);
  }
  const ports = Endpoint.Ports ?? [];
  const lines = [
    '',
    `ID:\t\t${ID}`,
    `Name:\t\t${Spec.Name ?? ''}`,
    ...(labels.length > 0 ? ['Labels:', ...labels] : []),
    `Service Mode:\t${Spec.Mode.Global ? 'Global' : 'Replicated'}`,
    ...(Spec.Mode.Replicated ? [` Replicas:\t${Spec.Mode.Replicated.Replicas ?? 0}`] : []),
    'Placement:',
    ...(constraints.length > 0 ? [` Constraints:\t[${constraints.join(' ')}]`] : []),
    ...rule('UpdateConfig', 'Update order:      ', Spec.UpdateConfig),
    ...rule('RollbackConfig', 'Rollback order:    ', Spec.RollbackConfig),
    'ContainerSpec:',
    ` Image:\t\t${c.Image}`,
    ...(c.Args ? [` Args:\t\t${c.Args.map((a) => `${a} `).join('')}`] : []),
    ...(c.Env ? [` Env:\t\t${c.Env.map((e) => `${e} `).join('')}`] : []),
    ...(c.Dir ? [` Dir:\t\t${c.Dir}`] : []),
    ...(c.Init === undefined ? [] : [` Init:\t\t${c.Init}`]),
    ...(c.User ? [` User: ${c.User}`] : []),
    ...(c.Mounts?.length ? ['Mounts:'] : []),
    ...(c.Mounts ?? []).flatMap((v) => [
      ` Target:\t${v.Target}`,
      `  Source:\t${v.Source ?? ''}`,
      `  ReadOnly:\t${v.ReadOnly ?? false}`,
      `  Type:\t\t${v.Type ?? ''}`,
    ]),
    ...files(
      'Configs:',
      c.Configs?.map((f) => [f.File?.Name, f.ConfigName]),
    ),
    ...files(
      'Secrets:',
      c.Secrets?.map((f) => [f.File?.Name, f.SecretName]),
    ),
    ...(Spec.TaskTemplate.Resources ? ['Resources:'] : []),
    ...(names.length > 0 ? [`Networks:${names.map((n) => ` ${n}`).join('')} `] : []),
    `Endpoint Mode:\t${Spec.EndpointSpec?.Mode ?? 'vip'}`,
    ...(ports.length > 0 ? ['Ports:'] : []),
    ...ports.flatMap((p) => [
      ` PublishedPort = ${p.PublishedPort ?? 0}`,
      `  Protocol = ${p.Protocol}`,
      `  TargetPort = ${p.TargetPort}`,
      `  PublishMode = ${p.PublishMode}`,
    ]),
  ];
  return `${lines.join('\n')}${ports.length > 0 ? ' ' : ''}\n\n`;
}

const files = (title: string, of: readonly (readonly (string | undefined)[])[] = []): string[] =>
  of.length > 0 ? [title, ...of.flatMap(([to, from]) => [` Target:\t${to ?? ''}`, `  Source:\t${from}`])] : [];

function rule(title: string, order: string, of: ServiceSpec['UpdateConfig']): string[] {
  if (!of) return [];
  return [
    `${title}:`,
    ` Parallelism:\t${of.Parallelism}`,
    ` On failure:\t${of.FailureAction}`,
    ` Monitoring Period: ${Number(of.Monitor) / 1e9}s`,
    ` Max failure ratio: ${of.MaxFailureRatio}`,
    ` ${order}${of.Order}`,
  ];
}
