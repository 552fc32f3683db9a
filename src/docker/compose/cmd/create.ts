/** `docker compose create`, and what `up` and `scale` share with it. @see docker/compose cmd/compose/create.go, scale.go */
import { Failure, failed } from '../../cli/failure.ts';
import { atoi, goQuote } from '../../cli/flags/gostrconv.ts';
import type { Options } from '../../cli/flags/options.ts';
import { ANY, type FlagSpec, flag } from '../../cli/spec.ts';
import { type Compose, truth } from '../compose.ts';
import { type CreateOptions, create as createAll } from '../create.ts';
import type { Project } from '../model/project.ts';
import { noService } from '../recalled.ts';
import { scaleServices } from '../scale.ts';
import { composeCommand } from '../spec.ts';

/** Flags that `create` and `up` have in common. */
export const CREATE_FLAGS: readonly FlagSpec[] = [
  flag('build', 'bool', 'Build images first'),
  flag('no-build', 'bool', 'Build nothing, whatever the file says'),
  flag('pull', 'string', 'When to pull ("always"|"missing"|"never"|"build")', { default: 'policy' }),
  flag('quiet-pull', 'bool', 'Pull without showing progress'),
  flag('force-recreate', 'bool', 'Recreate containers that have not changed too'),
  flag('no-recreate', 'bool', 'Leave containers that are there as they are'),
  flag('remove-orphans', 'bool', 'Remove containers of services that the file does not have'),
  flag('scale', 'stringArray', 'How many containers a service has: SERVICE=NUM'),
  flag('yes', 'bool', 'Answer every question with yes', { short: 'y' }),
];

/** What is wrong with flags that exclude one another. */
export function createFault(o: Options): Failure | undefined {
  if (o.bool('build') && o.bool('no-build')) return new Failure('--build and --no-build are incompatible');
  if (o.bool('force-recreate') && o.bool('no-recreate'))
    return new Failure('--force-recreate and --no-recreate are incompatible');
  return undefined;
}

/** `--scale` and `--pull` put into the project. */
export function applied(project: Project, o: Options): Project | Failure {
  const services = { ...project.services };
  if (o.changed('pull')) {
    const policy = o.string('pull');
    if (
      !['always', 'missing', 'never', 'build', 'policy'].includes(policy) &&
      !/^(?:daily|weekly|every_.+)$/.test(policy)
    )
      return new Failure(`invalid --pull option ${goQuote(policy)}`);
    if (policy !== 'policy')
      for (const [name, s] of Object.entries(services))
        if (!s.build || policy !== 'missing') services[name] = { ...s, pull_policy: policy };
  }
  if (o.bool('build'))
    for (const [name, s] of Object.entries(services)) if (s.build) services[name] = { ...s, pull_policy: 'build' };
  for (const scale of o.list('scale')) {
    const [name = '', count = ''] = scale.split('=');
    if (!scale.includes('=')) return new Failure(`invalid --scale option ${goQuote(scale)}. Should be SERVICE=NUM`);
    const parsed = atoi(count);
    if ('error' in parsed) return new Failure(parsed.error);
    const scaled = withScale({ ...project, services }, name, parsed.value);
    if (failed(scaled)) return scaled;
    services[name] = scaled;
  }
  return { ...project, services };
}

/** A service with that many containers. */
export function withScale(project: Project, name: string, scale: number): Project['services'][string] | Failure {
  const s = project.services[name];
  if (!s) return noService(name);
  return { ...s, scale, ...(s.deploy ? { deploy: { ...s.deploy, replicas: scale } } : {}) };
}

/** `--timeout`, if it was given. */
export const timeoutOf = (o: Options): number | undefined => (o.changed('timeout') ? o.int('timeout') : undefined);

/** The flags as options of a creation. */
export function createOptions(c: Compose, o: Options, services: readonly string[]): CreateOptions | Failure {
  const { env } = c.ctx.sys;
  const removeOrphans = o.changed('remove-orphans') ? o.bool('remove-orphans') : truth(env.COMPOSE_REMOVE_ORPHANS);
  const ignoreOrphans = truth(env.COMPOSE_IGNORE_ORPHANS);
  if (ignoreOrphans && removeOrphans) return new Failure('cannot combine COMPOSE_IGNORE_ORPHANS and --remove-orphans');
  const force = o.bool('force-recreate');
  const never = o.bool('no-recreate');
  return {
    images: {
      build: o.bool('no-build') ? 'no' : 'missing',
      quietPull: o.bool('quiet-pull'),
      quietBuild: o.bool('quiet-build'),
    },
    services,
    removeOrphans,
    ignoreOrphans,
    recreate: never ? 'never' : force ? 'force' : 'diverged',
    recreateDependencies: never ? 'never' : o.bool('always-recreate-deps') ? 'force' : 'diverged',
    inherit: !o.bool('renew-anon-volumes'),
    timeout: timeoutOf(o),
    yes: o.bool('yes'),
  };
}

/** `docker compose create` */
export const create = composeCommand({
  name: 'create',
  use: '[OPTIONS] [SERVICE...]',
  short: 'Make the containers of services',
  args: ANY,
  flags: CREATE_FLAGS,
  run: async (c, o, services) => {
    const wrong = createFault(o);
    if (wrong) return wrong;
    const loaded = await c.project(services);
    const project = failed(loaded) ? loaded : applied(loaded, o);
    if (failed(project)) return project;
    const options = createOptions(c, o, services);
    if (failed(options)) return options;
    const got = await c.run('Creating', () => createAll(c, project, options));
    return failed(got) ? got : 0;
  },
});

/** `docker compose scale` */
export const scale = composeCommand({
  name: 'scale',
  use: '[SERVICE=REPLICAS...]',
  short: 'Set how many containers services have',
  args: { min: 1, max: Number.POSITIVE_INFINITY },
  flags: [flag('no-deps', 'bool', 'Leave services alone that these depend on')],
  run: async (c, o, words) => {
    const wanted = new Map<string, number>();
    for (const word of words) {
      const [name = '', count = ''] = word.split('=');
      if (word.split('=').length !== 2) return new Failure(`invalid scale specifier: ${word}`);
      if (!/^\d+$/.test(count))
        return new Failure(`invalid scale specifier: can't parse replica value as int: ${word}`);
      wanted.set(name, Number(count));
    }
    const services = [...wanted.keys()].sort();
    return scaleServices(c, services, wanted, o.bool('no-deps'));
  },
});
