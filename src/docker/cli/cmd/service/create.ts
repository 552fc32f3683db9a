/**
 * `docker service create`
 * Limits: no resources, health checks or rules of updates.
 */
import type { ServicePort, ServiceSpec } from '../../../api/swarm.ts';
import { Failure, failed } from '../../failure.ts';
import type { Options } from '../../flags/options.ts';
import { mount as checkMount } from '../../opts/validators.ts';
import { parseMount } from '../../opts/volumes.ts';
import { atLeast, command, type FlagSpec, flag } from '../../spec.ts';
import { imageName } from './image.ts';
import { serviceMode } from './mode.ts';
import { payloadFlag, type References, references } from './payloads.ts';
import { parsePublish } from './ports.ts';
import { watchService } from './progress.ts';
import { createService } from './send.ts';

export const DETACH_FLAGS: readonly FlagSpec[] = [
  flag('detach', 'bool', 'Do not wait until the tasks run', { short: 'd' }),
  flag('quiet', 'bool', 'Say nothing of the progress', { short: 'q' }),
];

export const PUBLISH_CHECK = (text: string) => {
  const parsed = parsePublish(text);
  return 'error' in parsed ? parsed : { value: text };
};

export const portsOf = (texts: readonly string[]): ServicePort[] =>
  texts.flatMap((t) => {
    const parsed = parsePublish(t);
    return 'ports' in parsed ? parsed.ports : [];
  });

export const serviceCreate = command({
  path: ['service', 'create'],
  use: '[OPTIONS] IMAGE [COMMAND] [ARG...]',
  short: 'Make a service',
  args: atLeast(1),
  stopAtFirst: true,
  flags: [
    payloadFlag('config', 'config', 'Configs for its containers'),
    flag('constraint', 'list', 'Conditions for nodes'),
    flag('container-label', 'list', 'Labels for its containers'),
    flag('dns', 'list', 'Name servers'),
    flag('dns-option', 'list', 'Options of the resolver'),
    flag('dns-search', 'list', 'Search domains'),
    flag('endpoint-mode', 'string', 'How its name is resolved (vip or dnsrr)', { default: 'vip' }),
    flag('entrypoint', 'command', "Instead of the image's entrypoint"),
    flag('env', 'list', 'Environment variables', { short: 'e' }),
    flag('host', 'list', 'Lines for the hosts file (host:ip)'),
    flag('hostname', 'string', "Containers' host name"),
    flag('init', 'bool', 'Run an init in each container'),
    flag('label', 'list', 'Labels for the service', { short: 'l' }),
    flag('max-concurrent', 'uint', 'How many tasks of a job at once'),
    flag('mode', 'string', 'How many tasks (replicated, global, replicated-job, global-job)', {
      default: 'replicated',
    }),
    flag('mount', 'mount', 'File systems to mount', { check: checkMount }),
    flag('name', 'string', 'Its name'),
    flag('network', 'network', 'Networks to be on'),
    flag('no-resolve-image', 'bool', 'Do not ask the registry for the digest'),
    flag('publish', 'port', 'Ports to publish', { short: 'p', check: PUBLISH_CHECK }),
    flag('read-only', 'bool', "Containers' own files cannot be written"),
    flag('replicas', 'uint', 'How many tasks'),
    flag('replicas-max-per-node', 'uint', 'How many tasks a node has at most'),
    flag('restart-condition', 'string', 'When to start again ("none", "on-failure", "any")'),
    flag('restart-delay', 'duration', 'How long to wait before (ns|us|ms|s|m|h)'),
    flag('restart-max-attempts', 'uint', 'How often at most'),
    payloadFlag('secret', 'secret', 'Secrets for its containers'),
    flag('stop-grace-period', 'duration', 'How long a container has to end by itself (ns|us|ms|s|m|h)'),
    flag('stop-signal', 'string', 'Signal that asks it to end'),
    flag('tty', 'bool', 'Give a terminal', { short: 't' }),
    flag('user', 'string', 'User or uid (and group) of the process', { short: 'u' }),
    flag('workdir', 'string', 'Directory it begins in', { short: 'w' }),
    ...DETACH_FLAGS,
  ],
  run: async (ctx, o, [image = '', ...args]) => {
    const name = imageName(image);
    if (failed(name)) return name;
    const given = await references(ctx, { secrets: o.list('secret'), configs: o.list('config') });
    if (failed(given)) return given;
    const asked = specOf(o, name, args, given);
    if (failed(asked)) return asked;
    const id = await createService(ctx, asked, !o.bool('no-resolve-image'));
    if (failed(id)) return id;
    await ctx.out(`${id}\n`);
    return (o.bool('detach') ? undefined : await watchService(ctx, id, o.bool('quiet'))) ?? 0;
  },
});

const CONDITIONS = ['none', 'on-failure', 'any'];

function specOf(o: Options, Image: string, args: readonly string[], given: References): ServiceSpec | Failure {
  const asked = modeOf(o);
  if (failed(asked)) return asked;
  const condition = o.string('restart-condition');
  if (condition !== '' && !CONDITIONS.includes(condition))
    return new Failure(`invalid restart condition ${JSON.stringify(condition)}`);
  const networks = o.list('network').map((Target) => ({ Target }));
  const constraints = o.list('constraint');
  const ports = portsOf(o.list('publish'));
  return {
    ...(o.string('name') === '' ? {} : { Name: o.string('name') }),
    Labels: o.map('label'),
    TaskTemplate: {
      ContainerSpec: { ...containerOf(o, Image, args), ...given },
      Resources: { Limits: {}, Reservations: {} },
      ...restartOf(o),
      Placement: {
        ...(constraints.length > 0 ? { Constraints: [...constraints] } : {}),
        ...(o.int('replicas-max-per-node') > 0 ? { MaxReplicas: o.int('replicas-max-per-node') } : {}),
      },
      ...(networks.length > 0 ? { Networks: networks } : {}),
      ForceUpdate: 0,
    },
    Mode: asked,
    EndpointSpec: {
      Mode: o.string('endpoint-mode') === 'dnsrr' ? 'dnsrr' : 'vip',
      ...(ports.length > 0 ? { Ports: ports } : {}),
    },
  };
}

function modeOf(o: Options): ServiceSpec['Mode'] | Failure {
  const mode = o.string('mode');
  const given = (name: string): number | undefined => (o.changed(name) ? o.int(name) : undefined);
  const made = serviceMode(mode, given('replicas'), given('max-concurrent'), ', only replicated and global supported');
  if (failed(made)) return made;
  if (mode.startsWith('global') && o.int('replicas-max-per-node') > 0)
    return new Failure('replicas-max-per-node can only be used with replicated or replicated-job mode');
  if (mode !== 'replicated-job' && o.changed('max-concurrent'))
    return new Failure('max-concurrent can only be used with replicated-job mode');
  return made;
}

function containerOf(
  o: Options,
  Image: string,
  args: readonly string[],
): NonNullable<ServiceSpec['TaskTemplate']['ContainerSpec']> {
  const some = <T>(key: string, value: readonly T[]): Record<string, readonly T[]> =>
    value.length > 0 ? { [key]: value } : {};
  const text = (key: string, name: string): Record<string, string> =>
    o.string(name) === '' ? {} : { [key]: o.string(name) };
  const own = o.map('container-label');
  return {
    Image,
    ...(Object.keys(own).length > 0 ? { Labels: own } : {}),
    ...some('Command', o.string('entrypoint') === '' ? [] : o.string('entrypoint').split(/\s+/)),
    ...some('Args', args),
    ...text('Hostname', 'hostname'),
    ...some('Env', o.list('env')),
    ...text('Dir', 'workdir'),
    ...text('User', 'user'),
    ...(o.bool('tty') ? { TTY: true } : {}),
    ...(o.bool('read-only') ? { ReadOnly: true } : {}),
    ...text('StopSignal', 'stop-signal'),
    ...some(
      'Mounts',
      o.list('mount').map((m) => parseMount(m)),
    ),
    ...(o.changed('stop-grace-period') ? { StopGracePeriod: o.duration('stop-grace-period') } : {}),
    ...some('Hosts', o.list('host').map(hostLine)),
    Init: o.bool('init'),
    DNSConfig: {
      ...some('Nameservers', o.list('dns')),
      ...some('Search', o.list('dns-search')),
      ...some('Options', o.list('dns-option')),
    },
  };
}

/** `name:ip` as a line of the hosts file. */
const hostLine = (text: string): string => `${text.slice(text.indexOf(':') + 1)} ${text.slice(0, text.indexOf(':'))}`;

function restartOf(o: Options): Pick<ServiceSpec['TaskTemplate'], 'RestartPolicy'> {
  const given = ['restart-condition', 'restart-delay', 'restart-max-attempts'].some((f) => o.changed(f));
  if (!given) return {};
  return {
    RestartPolicy: {
      ...(o.changed('restart-condition') ? { Condition: o.string('restart-condition') as 'any' } : {}),
      ...(o.changed('restart-delay') ? { Delay: o.duration('restart-delay') } : {}),
      ...(o.changed('restart-max-attempts') ? { MaxAttempts: o.int('restart-max-attempts') } : {}),
    },
  };
}
