/**
 * Changes of services: `docker service update`, `scale`, `rollback`.
 * Limits: those of create.
 */
import type { ContainerSpec, Service, ServiceSpec } from '../../../api/swarm.ts';
import type { Ctx } from '../../context.ts';
import { Failure, failed } from '../../failure.ts';
import type { Options } from '../../flags/options.ts';
import { usageLine } from '../../help.ts';
import { atLeast, type CommandSpec, command, exactly, flag } from '../../spec.ts';
import { DETACH_FLAGS, PUBLISH_CHECK, portsOf } from './create.ts';
import { imageName } from './image.ts';
import { payloadFlag, type References, references } from './payloads.ts';
import { watchService } from './progress.ts';
import { updateService } from './send.ts';

export const serviceUpdate = command({
  path: ['service', 'update'],
  use: '[OPTIONS] SERVICE',
  short: 'Change a service',
  args: exactly(1),
  flags: [
    flag('args', 'command', 'Arguments of its command'),
    payloadFlag('config', 'config-add', 'Add or change a config'),
    flag('config-rm', 'list', 'Take one away'),
    flag('constraint-add', 'list', 'Add a condition for nodes'),
    flag('constraint-rm', 'list', 'Take one away'),
    flag('env-add', 'list', 'Add or change an environment variable'),
    flag('env-rm', 'list', 'Take one away'),
    flag('force', 'bool', 'New tasks although nothing has changed'),
    flag('image', 'string', 'Another image'),
    flag('label-add', 'list', 'Add or change a label'),
    flag('label-rm', 'list', 'Take one away'),
    flag('network-add', 'network', 'Be on another network, too'),
    flag('network-rm', 'list', 'Leave a network'),
    flag('no-resolve-image', 'bool', 'Do not ask the registry for the digest'),
    flag('publish-add', 'port', 'Publish a port', { check: PUBLISH_CHECK }),
    flag('publish-rm', 'port', 'Publish a port no longer, by its target'),
    flag('replicas', 'uint', 'How many tasks'),
    flag('rollback', 'bool', 'Go back to the spec before'),
    payloadFlag('secret', 'secret-add', 'Add or change a secret'),
    flag('secret-rm', 'list', 'Take one away'),
    ...DETACH_FLAGS,
  ],
  run: async (ctx, o, [term = '']) => {
    const service = await ctx.client.get<Service>(`/services/${term}`);
    if (failed(service)) return service;
    const asked = await merged(ctx, service.Spec, o);
    if (failed(asked)) return asked;
    const pin = o.changed('image') && !o.bool('no-resolve-image');
    const rollback = o.bool('rollback') ? 'previous' : undefined;
    const failure = await updateService(ctx, service, asked, { pin, rollback });
    if (failure) return failure;
    await ctx.out(`${term}\n`);
    return (o.bool('detach') ? undefined : await watchService(ctx, term, o.bool('quiet'))) ?? 0;
  },
});

async function merged(ctx: Ctx, spec: ServiceSpec, o: Options): Promise<ServiceSpec | Failure> {
  const task = spec.TaskTemplate;
  const container = task.ContainerSpec ?? { Image: '' };
  const image = o.changed('image') ? imageName(o.string('image')) : container.Image;
  if (failed(image)) return image;
  if (o.changed('replicas') && !spec.Mode.Replicated)
    return new Failure('replicas can only be used with replicated mode');
  const networks = await networksOf(ctx, task.Networks ?? [], o);
  if (failed(networks)) return networks;
  const payloads = await payloadsMerged(ctx, container, o);
  if (failed(payloads)) return payloads;
  const gone = (names: readonly string[]) => (text: string) => !names.includes(text.split('=')[0] as string);
  const added = (texts: readonly string[]) => texts.map((t) => t.split('=')[0] as string);
  const Env = [
    ...(container.Env ?? []).filter(gone([...o.list('env-rm'), ...added(o.list('env-add'))])),
    ...o.list('env-add'),
  ];
  const all = { ...spec.Labels, ...o.map('label-add') };
  for (const key of o.list('label-rm')) delete all[key];
  const constraints = (task.Placement?.Constraints ?? []).filter((c) => !o.list('constraint-rm').includes(c));
  constraints.push(...o.list('constraint-add').filter((c) => !constraints.includes(c)));
  const { Constraints: _, ...placement } = task.Placement ?? {};
  return {
    ...spec,
    Labels: all,
    TaskTemplate: {
      ...task,
      ContainerSpec: {
        ...container,
        ...payloads,
        Image: image,
        ...(Env.length > 0 || container.Env ? { Env } : {}),
        ...(o.changed('args')
          ? {
              Args: o
                .string('args')
                .split(/\s+/)
                .filter((w) => w !== ''),
            }
          : {}),
      },
      Placement: { ...placement, ...(constraints.length > 0 ? { Constraints: constraints } : {}) },
      ...(networks.length > 0 || task.Networks ? { Networks: networks } : {}),
      ForceUpdate: task.ForceUpdate + (o.bool('force') ? 1 : 0),
    },
    ...(o.changed('replicas') ? { Mode: { Replicated: { Replicas: o.int('replicas') } } } : {}),
    ...portsMerged(spec, o),
  };
}

/** @see docker/cli cli/command/service/update.go: getUpdatedSecrets, getUpdatedConfigs */
async function payloadsMerged(
  ctx: Ctx,
  { Secrets, Configs }: ContainerSpec,
  o: Options,
): Promise<References | Failure> {
  const added = await references(ctx, { secrets: o.list('secret-add'), configs: o.list('config-add') });
  if (failed(added)) return added;
  const kept = {
    Secrets: (Secrets ?? []).filter((s) => !o.list('secret-rm').includes(s.SecretName)),
    Configs: (Configs ?? []).filter((c) => !o.list('config-rm').includes(c.ConfigName)),
  };
  const changes = (kind: string): boolean => o.changed(`${kind}-add`) || o.changed(`${kind}-rm`);
  return {
    ...(changes('secret') ? { Secrets: [...kept.Secrets, ...(added.Secrets ?? [])] } : {}),
    ...(changes('config') ? { Configs: [...kept.Configs, ...(added.Configs ?? [])] } : {}),
  };
}

async function networksOf(
  ctx: Ctx,
  before: readonly { Target: string }[],
  o: Options,
): Promise<{ Target: string }[] | Failure> {
  const ids = new Map<string, string>();
  for (const name of [...o.list('network-add'), ...o.list('network-rm')]) {
    const found = await ctx.client.get<{ Id: string }>(`/networks/${name}`);
    if (failed(found)) return found;
    ids.set(name, found.Id);
  }
  const out = o.list('network-rm').map((n) => ids.get(n));
  const add = o.list('network-add').map((n) => ids.get(n) as string);
  const present = before.map((b) => b.Target);
  const twice = add.findIndex((id) => present.includes(id));
  if (twice >= 0) return new Failure(`service is already attached to network ${o.list('network-add')[twice]}`);
  return [...before.filter((b) => !out.includes(b.Target)), ...add.map((Target) => ({ Target }))];
}

function portsMerged({ EndpointSpec }: ServiceSpec, o: Options): Pick<ServiceSpec, 'EndpointSpec'> {
  if (!o.changed('publish-add') && !o.changed('publish-rm')) return EndpointSpec ? { EndpointSpec } : {};
  const gone = o.list('publish-rm').map((t) => Number.parseInt(t.split(':').pop() ?? '', 10));
  const add = portsOf(o.list('publish-add'));
  const kept = (EndpointSpec?.Ports ?? []).filter(
    (p) =>
      !gone.includes(p.TargetPort) &&
      !add.some((a) => a.TargetPort === p.TargetPort && a.PublishedPort === p.PublishedPort),
  );
  return { EndpointSpec: { Mode: EndpointSpec?.Mode ?? 'vip', Ports: [...kept, ...add] } };
}

export const serviceScale: CommandSpec = command({
  path: ['service', 'scale'],
  use: 'SERVICE=REPLICAS [SERVICE=REPLICAS...]',
  short: 'Set how many replicas services have',
  args: atLeast(1),
  flags: [flag('detach', 'bool', 'Do not wait until the tasks run', { short: 'd' })],
  run: async (ctx, o, args) => {
    for (const arg of args)
      if (!/^[^=]+=.*$/.test(arg))
        return new Failure(
          `invalid scale specifier '${arg}'.\nSee '${ctx.invoked} --help'.\n\n` +
            `${usageLine(serviceScale, ctx.invoked).trimEnd()}\n\n${serviceScale.short}`,
        );
    const errors: string[] = [];
    const scaled: string[] = [];
    for (const arg of args) {
      const [name = '', text = ''] = arg.split('=');
      const failure = await scale(ctx, name, text);
      if (failure) errors.push(`${name}: ${failure.message}`);
      else {
        await ctx.out(`${name} scaled to ${text}\n`);
        scaled.push(name);
      }
    }
    if (!o.bool('detach'))
      for (const name of scaled) {
        const failure = await watchService(ctx, name, false);
        if (failure) errors.push(failure.message);
      }
    return errors.length > 0 ? new Failure(errors.join('\n')) : 0;
  },
});

async function scale(ctx: Ctx, name: string, text: string): Promise<Failure | undefined> {
  if (!/^\d+$/.test(text))
    return new Failure(
      `invalid replicas value ${text}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  const service = await ctx.client.get<Service>(`/services/${name}`);
  if (failed(service)) return service;
  if (!service.Spec.Mode.Replicated)
    return new Failure('scale can only be used with replicated or replicated-job mode');
  return updateService(ctx, service, { ...service.Spec, Mode: { Replicated: { Replicas: Number(text) } } });
}

export const serviceRollback = command({
  path: ['service', 'rollback'],
  use: '[OPTIONS] SERVICE',
  short: 'Take back the last change of a service',
  args: exactly(1),
  flags: DETACH_FLAGS,
  run: async (ctx, o, [term = '']) => {
    const service = await ctx.client.get<Service>(`/services/${term}`);
    if (failed(service)) return service;
    const failure = await updateService(ctx, service, service.Spec, { rollback: 'previous' });
    if (failure) return failure;
    await ctx.out(`${term}\n`);
    return (o.bool('detach') ? undefined : await watchService(ctx, term, o.bool('quiet'))) ?? 0;
  },
});
