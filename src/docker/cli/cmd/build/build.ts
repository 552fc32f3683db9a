/** `docker build`. @see docker/buildx commands/build.go, docker/cli cli/command/image/build.go */

import type { Ctx } from '../../context.ts';
import type { Options } from '../../flags/options.ts';
import { goMarshal } from '../../gojson.ts';
import { buildsWithKit } from '../../help.ts';
import { command, exactly, flag } from '../../spec.ts';
import { buildClassic } from './classic.ts';
import { buildWithKit } from './kit.ts';

/** `A=1`, or `A` with its value in the environment. */
function argMap(ctx: Ctx, list: readonly string[], isLabel = false): Record<string, string | null> {
  return Object.fromEntries(
    list.map((a) => {
      const eq = a.indexOf('=');
      return eq < 0 ? [a, isLabel ? '' : (ctx.sys.env[a] ?? null)] : [a.slice(0, eq), a.slice(eq + 1)];
    }),
  );
}

type Query = Record<string, string | readonly string[] | undefined>;

/** What both builders are asked. @param dockerfile its name in what is sent */
export function query(ctx: Ctx, o: Options, dockerfile: string): Query {
  const network = o.string('network');
  const ulimits = o.list('ulimit');
  return {
    buildargs: goMarshal(argMap(ctx, o.list('build-arg'))),
    cachefrom: o.list('cache-from').length > 0 ? goMarshal(o.list('cache-from')) : undefined,
    dockerfile,
    extrahosts: o.list('add-host').length > 0 ? o.list('add-host') : undefined,
    forcerm: o.bool('force-rm') ? '1' : undefined,
    labels: goMarshal(argMap(ctx, o.list('label'), true)),
    networkmode: network === 'default' ? undefined : network,
    nocache: o.bool('no-cache') ? '1' : undefined,
    platform: o.list('platform')[0],
    pull: o.bool('pull') ? '1' : undefined,
    shmsize: o.changed('shm-size') ? String(o.int('shm-size')) : undefined,
    rm: o.bool('rm') ? '1' : '0',
    t: o.list('tag'),
    target: o.string('target') || undefined,
    ulimits: ulimits.length > 0 ? goMarshal(ulimits.map(ulimit)) : undefined,
  };
}

/** `nofile=1024:2048` */
function ulimit(text: string): Record<string, unknown> {
  const [Name = '', values = ''] = text.split('=');
  const [soft = '', hard = soft] = values.split(':');
  return { Name, Hard: Number(hard), Soft: Number(soft) };
}

const hidden = { hidden: true } as const;

/** `docker build`, `docker buildx build` */
export const build = command({
  path: ['buildx', 'build'],
  buildx: true,
  aliases: ['buildx build', 'build', 'image build', 'builder build', 'buildx b'],
  use: '[OPTIONS] PATH | URL | -',
  short: 'Build an image from a Dockerfile',
  args: exactly(1),
  flags: [
    flag('add-host', 'strings', 'Add a name and an address (host:ip)'),
    flag('allow', 'strings', 'Rights that steps may have (network.host)'),
    flag('annotation', 'stringArray', 'Add an annotation to the image'),
    flag('attest', 'stringArray', 'Attestations to make (type=sbom)'),
    flag('build-arg', 'stringArray', 'Set a build-time variable'),
    flag('build-context', 'stringArray', 'Another context by name (name=path)'),
    flag('builder', 'string', 'Builder that is to do it'),
    flag('cache-from', 'stringArray', 'Images whose steps may be taken over'),
    flag('cache-to', 'stringArray', 'Where the cache is to go'),
    flag('call', 'string', 'What to do with the Dockerfile (build, check, outline, targets)', { default: 'build' }),
    flag('cgroup-parent', 'string', 'Parent cgroup of RUN instructions'),
    flag('check', 'bool', 'Short for --call=check'),
    flag('compress', 'bool', 'Accepted, and without effect', hidden),
    flag('cpu-period', 'int', 'CPU period of RUN instructions (classic builder)', hidden),
    flag('cpu-quota', 'int', 'CPU quota of RUN instructions (classic builder)', hidden),
    flag('cpu-shares', 'int', 'CPU shares of RUN instructions (classic builder)', { short: 'c', hidden: true }),
    flag('cpuset-cpus', 'string', 'CPUs of RUN instructions (classic builder)', hidden),
    flag('cpuset-mems', 'string', 'Memory nodes of RUN instructions (classic builder)', hidden),
    flag('file', 'string', 'Name of the Dockerfile (PATH/Dockerfile)', { short: 'f' }),
    flag('force-rm', 'bool', 'Remove the containers of steps that fail too', hidden),
    flag('iidfile', 'string', "Write the image's id to a file"),
    flag('isolation', 'string', 'Accepted, and without effect', hidden),
    flag('label', 'stringArray', 'Set a label of the image'),
    flag('load', 'bool', 'Short for --output=type=docker'),
    flag('memory', 'string', 'Memory of RUN instructions (classic builder)', { short: 'm', hidden: true }),
    flag('memory-swap', 'string', 'Memory and swap of RUN instructions (classic builder)', hidden),
    flag('metadata-file', 'string', 'Write what is known of the result to a file'),
    flag('network', 'string', 'Network of RUN instructions', { default: 'default' }),
    flag('no-cache', 'bool', 'Do each step anew'),
    flag('no-cache-filter', 'stringArray', 'Do the steps of these stages anew'),
    flag('output', 'stringArray', 'What becomes of the result (type=local,dest=path)', { short: 'o' }),
    flag('platform', 'stringArray', 'Platform to build for'),
    flag('progress', 'string', 'How progress is shown (auto, none, plain, quiet, rawjson, tty)', { default: 'auto' }),
    flag('provenance', 'string', 'Short for --attest=type=provenance'),
    flag('pull', 'bool', 'Pull the images of FROM anew'),
    flag('push', 'bool', 'Short for --output=type=registry'),
    flag('quiet', 'bool', "Print only the image's id", { short: 'q' }),
    flag('rm', 'bool', 'Remove containers of steps that succeed', { default: 'true', hidden: true }),
    flag('sbom', 'string', 'Short for --attest=type=sbom'),
    flag('secret', 'stringArray', 'A secret for steps (id=mysecret,src=file)'),
    flag('security-opt', 'strings', 'Accepted, and without effect', hidden),
    flag('shm-size', 'bytes', 'Size of /dev/shm of RUN instructions'),
    flag('squash', 'bool', 'Accepted, and without effect', hidden),
    flag('ssh', 'stringArray', 'Keys or an agent for steps (default)'),
    flag('tag', 'stringArray', 'Name and tag of the image (name:tag)', { short: 't' }),
    flag('target', 'string', 'Stage to build'),
    flag('ulimit', 'stringArray', 'Limits of RUN instructions (nofile=1024:1024)'),
  ],
  run: (ctx, o, args) => {
    const where = args[0] as string;
    const isKit = buildsWithKit(ctx.invoked, ctx.sys.env.DOCKER_BUILDKIT !== '0');
    return isKit ? buildWithKit(ctx, o, where) : buildClassic(ctx, o, where);
  },
});
