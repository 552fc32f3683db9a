/** pull, push, build. @see docker/compose cmd/compose/{pull,push,build}.go, pkg/compose/{pull,push,build}.go */
import type { Progress } from '../../cli/cmd/pull.ts';
import { Failure, failed } from '../../cli/failure.ts';
import type { Options } from '../../cli/flags/options.ts';
import { fullName, parseReference, tagged } from '../../cli/reference.ts';
import { ANY, flag } from '../../cli/spec.ts';
import { buildServices } from '../build.ts';
import type { Compose } from '../compose.ts';
import { all, dependencies, reach } from '../graph.ts';
import { type Images, localImages, pullService } from '../images.ts';
import type { Project, ServiceConfig } from '../model/project.ts';
import { only } from '../recalled.ts';
import { composeCommand } from '../spec.ts';

/** The services asked for, and what they depend on when that is wanted. */
function chosen(project: Project, services: readonly string[], wide: boolean): Project {
  if (services.length === 0) return project;
  return only(project, wide ? reach(dependencies(project), services) : new Set(services));
}

/** Why a service is not pulled. */
function skipped(s: ServiceConfig, images: Images, pulling: Map<string, string>, o: Options): string | undefined {
  if (!s.image) return 'Skipped - No image to be pulled';
  const policy = o.changed('policy') ? o.string('policy') : s.pull_policy;
  if (policy === 'never' || policy === 'build') return 'Skipped';
  const latest = /:latest$/.test(s.image) || !/:[^/]+$/.test(s.image);
  if (['missing', 'if_not_present'].includes(policy ?? '') && images.has(s.image) && !latest)
    return 'Skipped - Image is already present locally';
  if (s.build && o.bool('ignore-buildable')) return 'Skipped - Image can be built';
  const other = pulling.get(s.image);
  return other === undefined ? undefined : `Skipped - Image is already being pulled by ${other}`;
}

async function pullAll(c: Compose, project: Project, o: Options): Promise<Failure | undefined> {
  const images = await localImages(c, project);
  if (failed(images)) return images;
  const pulling = new Map<string, string>();
  const mustBuild: string[] = [];
  const errors: Failure[] = [];
  const tasks: Promise<unknown>[] = [];
  for (const s of Object.values(project.services)) {
    const text = skipped(s, images, pulling, o);
    if (text !== undefined) {
      c.progress.event({ id: s.name, status: 'done', text });
      continue;
    }
    pulling.set(s.image as string, s.name);
    const one = async (): Promise<Failure | undefined> => {
      const got = await pullService(c, project, s, o.bool('quiet'));
      if (!failed(got)) return undefined;
      errors.push(got);
      if (s.build) mustBuild.push(s.name);
      return o.bool('ignore-pull-failures') || s.build ? undefined : got;
    };
    tasks.push(one());
  }
  const bad = await all(tasks);
  if (mustBuild.length > 0)
    c.progress.tail(
      `WARNING: Some service image(s) must be built from source by running:\n    docker compose build ${mustBuild.join(' ')}`,
    );
  if (bad) return bad;
  if (o.bool('ignore-pull-failures') || errors.length === 0) return undefined;
  return new Failure(errors.map((e) => e.message).join('\n'));
}

/** `docker compose pull` */
export const pull = composeCommand({
  name: 'pull',
  use: '[OPTIONS] [SERVICE...]',
  short: 'Pull the images of services',
  args: ANY,
  flags: [
    flag('ignore-buildable', 'bool', 'Leave out images that can be built'),
    flag('ignore-pull-failures', 'bool', 'Go on when an image cannot be pulled'),
    flag('include-deps', 'bool', 'Those of dependencies too'),
    flag('policy', 'string', 'When to pull ("missing"|"always")'),
    flag('quiet', 'bool', 'Show no progress', { short: 'q' }),
  ],
  run: async (c, o, services) => {
    const loaded = await c.project(services);
    if (failed(loaded)) return loaded;
    const project = chosen(loaded, services, o.bool('include-deps'));
    const work = (): Promise<Failure | undefined> => pullAll(c, project, o);
    return (await (o.bool('quiet') ? work() : c.run('Pulling', work))) ?? 0;
  },
});

async function pushOne(c: Compose, s: ServiceConfig, image: string, quiet: boolean): Promise<Failure | undefined> {
  const parsed = parseReference(image);
  if ('error' in parsed) return new Failure(parsed.error);
  const ref = tagged(parsed.value);
  c.progress.event({ id: image, status: 'working', text: 'Pushing' });
  const reply = await c.ctx.client.call('POST', `/images/${fullName(ref)}/push`, {
    query: { tag: ref.tag || undefined },
  });
  if (failed(reply)) return reply;
  for await (const m of reply.values<Progress>()) {
    if (m.error || m.errorDetail) return new Failure(m.errorDetail?.message ?? m.error ?? '');
    if (quiet || !m.id) continue;
    const done = ['Already exists', 'Pushed'].includes(m.status ?? '');
    c.progress.event({
      id: m.id,
      parent: s.name,
      text: m.status,
      status: done ? 'done' : 'working',
      statusText: m.progress,
    });
  }
  c.progress.event({ id: image, status: 'done', text: 'Pushed' });
  return undefined;
}

/** `docker compose push` */
export const push = composeCommand({
  name: 'push',
  use: '[OPTIONS] [SERVICE...]',
  short: 'Send the images of services to their registry',
  args: ANY,
  flags: [
    flag('ignore-push-failures', 'bool', 'Go on when an image cannot be sent'),
    flag('include-deps', 'bool', 'Those of dependencies too'),
    flag('quiet', 'bool', 'Show no progress', { short: 'q' }),
  ],
  run: async (c, o, services) => {
    const loaded = await c.project(services);
    if (failed(loaded)) return loaded;
    const project = chosen(loaded, services, o.bool('include-deps'));
    const bad = await c.run('Pushing', () =>
      all(
        Object.values(project.services).map(async (s) => {
          if (!s.build || !s.image) {
            c.progress.event({ id: s.name, status: 'done', statusText: 'Skipped' });
            return undefined;
          }
          const got = await pushOne(c, s, s.image, o.bool('quiet'));
          if (!got || !o.bool('ignore-push-failures')) return got;
          c.progress.tail(`Pushing ${s.name}: ${got.message}`);
          return undefined;
        }),
      ),
    );
    return bad ?? 0;
  },
});

/** `docker compose build` */
export const build = composeCommand({
  name: 'build',
  use: '[OPTIONS] [SERVICE...]',
  short: 'Build the images of services',
  args: ANY,
  flags: [
    flag('build-arg', 'stringArray', 'Set a build-time variable'),
    flag('builder', 'string', 'Builder to use'),
    flag('check', 'bool', 'Check the build configuration'),
    flag('memory', 'bytes', 'Limit of memory; without effect', { short: 'm' }),
    flag('no-cache', 'bool', 'Do each step anew'),
    flag('print', 'bool', 'Print the equivalent bake file (not here)'),
    flag('provenance', 'string', 'Add a provenance attestation'),
    flag('pull', 'bool', 'Pull the images of FROM anew'),
    flag('push', 'bool', 'Send the images to their registry'),
    flag('quiet', 'bool', 'Print nothing', { short: 'q' }),
    flag('sbom', 'string', 'Add an SBOM attestation'),
    flag('ssh', 'string', 'SSH keys of a build'),
    flag('with-dependencies', 'bool', 'What the services depend on too'),
    flag('parallel', 'bool', 'Old flag without effect', { default: 'true', hidden: true }),
    flag('compress', 'bool', 'Old flag without effect', { hidden: true }),
    flag('force-rm', 'bool', 'Old flag without effect', { hidden: true }),
    flag('no-rm', 'bool', 'Old flag without effect', { hidden: true }),
    flag('progress', 'string', 'Old place of --progress', { hidden: true }),
  ],
  run: async (c, o, services) => {
    if (o.bool('print')) return new Failure("docker compose: '--print' is not part of this laboratory");
    const more = (['check', 'sbom', 'ssh', 'provenance', 'builder'] as const)
      .filter((f) => o.changed(f))
      .map((f) => `--${f}=${o.string(f)}`);
    const loaded = await c.project(services);
    if (failed(loaded)) return loaded;
    const project = chosen(loaded, services, o.bool('with-dependencies'));
    const wanted = Object.values(project.services).filter((s) => s.build);
    if (wanted.length === 0) {
      await c.warn('No services to build');
      return 0;
    }
    const choice = {
      quiet: o.bool('quiet'),
      noCache: o.bool('no-cache'),
      pull: o.bool('pull'),
      allPlatforms: true,
      more,
      args: o.list('build-arg').map((a) => (a.includes('=') ? a : `${a}=${project.environment[a] ?? ''}`)),
    };
    const bad = await c.run('Building', async () => {
      const failure = await buildServices(c, project, wanted, choice);
      if (failure || !o.bool('push')) return failure;
      return all(wanted.filter((s) => s.image).map((s) => pushOne(c, s, s.image as string, choice.quiet)));
    });
    return bad ?? 0;
  },
});
