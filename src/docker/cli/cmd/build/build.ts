/** `docker build`. @see docker/buildx commands/build.go, docker/cli cli/command/image/build.go */
import { isErr } from '../../../../linux/kernel/errno.ts';
import { readStdin } from '../../archive/write.ts';
import type { Ctx } from '../../context.ts';
import { DaemonError, Failure, failed } from '../../failure.ts';
import type { Options } from '../../flags/options.ts';
import { goMarshal } from '../../gojson.ts';
import { parseReference } from '../../reference.ts';
import { command, exactly, flag } from '../../spec.ts';
import { BuildKitView, bytesShown } from './buildkit.ts';
import { type BuildContext, readContext } from './context.ts';
import { isRemote, remoteContext } from './remote.ts';

interface Message {
  readonly stream?: string;
  readonly status?: string;
  readonly error?: string;
  readonly errorDetail?: { readonly code?: number; readonly message: string };
  readonly aux?: { readonly ID?: string };
}

const LEGACY = `DEPRECATED: The legacy builder is deprecated and will be removed in a future release.
            BuildKit is currently disabled; enable it by removing the DOCKER_BUILDKIT=0
            environment-variable.

`;

/** `A=1`, or `A` with its value in the environment. */
function argMap(ctx: Ctx, list: readonly string[]): Record<string, string | null> {
  return Object.fromEntries(
    list.map((a) => {
      const eq = a.indexOf('=');
      return eq < 0 ? [a, ctx.sys.env[a] ?? null] : [a.slice(0, eq), a.slice(eq + 1)];
    }),
  );
}

export const build = command({
  path: ['build'],
  aliases: ['image build', 'build', 'builder build', 'buildx build'],
  use: '[OPTIONS] PATH | URL | -',
  short: 'Build an image from a Dockerfile',
  args: exactly(1),
  flags: [
    flag('add-host', 'strings', 'Add a name and an address (host:ip)'),
    flag('build-arg', 'stringArray', 'Set a build-time variable'),
    flag('cache-from', 'stringArray', 'Images whose steps may be taken over'),
    flag('compress', 'bool', 'Accepted, and without effect', { hidden: true }),
    flag('file', 'string', 'Name of the Dockerfile (PATH/Dockerfile)', { short: 'f' }),
    flag('force-rm', 'bool', 'Remove the containers of steps that fail too'),
    flag('iidfile', 'string', "Write the image's id to a file"),
    flag('label', 'stringArray', 'Set a label of the image'),
    flag('load', 'bool', 'Keep the image (always so here)'),
    flag('network', 'string', 'Network of RUN instructions', { default: 'default' }),
    flag('no-cache', 'bool', 'Do each step anew'),
    flag('platform', 'string', 'Platform to build for'),
    flag('progress', 'string', 'How progress is shown (auto, plain, tty, quiet)', { default: 'auto' }),
    flag('pull', 'bool', 'Pull the images of FROM anew'),
    flag('quiet', 'bool', "Print only the image's id", { short: 'q' }),
    flag('rm', 'bool', 'Remove containers of steps that succeed', { default: 'true' }),
    flag('shm-size', 'bytes', 'Size of /dev/shm of RUN instructions'),
    flag('tag', 'stringArray', 'Name and tag of the image (name:tag)', { short: 't' }),
    flag('target', 'string', 'Stage to build'),
  ],
  run: async (ctx, o, args) => {
    for (const t of o.list('tag')) {
      const ref = parseReference(t);
      if ('error' in ref) return new Failure(`ERROR: failed to build: invalid tag ${JSON.stringify(t)}: ${ref.error}`);
    }
    const where = args[0] as string;
    const modern = ctx.sys.env.DOCKER_BUILDKIT !== '0';
    if (!modern) await ctx.err(LEGACY);
    const context = await contextOf(ctx, where, o.string('file'), modern);
    if (failed(context)) return context;
    return modern ? withBuildKit(ctx, o, context) : classic(ctx, o, context);
  },
});

async function contextOf(ctx: Ctx, where: string, file: string, modern: boolean): Promise<BuildContext | Failure> {
  if (where === '-') {
    const bytes = await readStdin(ctx);
    const tmp = `/tmp/.docker-build-${ctx.sys.pid}`;
    ctx.sys.mkdir(tmp, 0o700);
    const made = readContext(ctx, tmp, '-', bytes);
    ctx.sys.rmdir(tmp);
    return made;
  }
  if (isRemote(where)) return remoteContext(ctx, where, file, modern);
  const stdin = file === '-' ? await readStdin(ctx) : undefined;
  const made = readContext(ctx, where, file, stdin);
  if (!failed(made) || !modern) return made;
  const lstat = /: lstat (\S+)\/([^/]+): no such file or directory$/.exec(made.message);
  if (lstat)
    return new Failure(
      `ERROR: failed to build: failed to solve: failed to read dockerfile: open ${lstat[2]}: no such file or directory`,
    );
  return new Failure(`ERROR: ${made.message}`);
}

function query(ctx: Ctx, o: Options, c: BuildContext): Record<string, string | readonly string[] | undefined> {
  const network = o.string('network');
  return {
    buildargs: goMarshal(argMap(ctx, o.list('build-arg'))),
    cachefrom: o.list('cache-from').length > 0 ? goMarshal(o.list('cache-from')) : undefined,
    dockerfile: c.dockerfile,
    extrahosts: o.list('add-host').length > 0 ? o.list('add-host') : undefined,
    forcerm: o.bool('force-rm') ? '1' : undefined,
    labels: goMarshal(argMap(ctx, o.list('label'))),
    networkmode: network === 'default' ? undefined : network,
    nocache: o.bool('no-cache') ? '1' : undefined,
    platform: o.string('platform') || undefined,
    pull: o.bool('pull') ? '1' : undefined,
    shmsize: o.changed('shm-size') ? String(o.int('shm-size')) : undefined,
    rm: o.bool('rm') ? '1' : '0',
    t: o.list('tag'),
    target: o.string('target') || undefined,
  };
}

async function withBuildKit(ctx: Ctx, o: Options, c: BuildContext): Promise<number | Failure> {
  const view = new BuildKitView(ctx, c, o.list('tag'), {
    quiet: o.bool('quiet') || o.string('progress') === 'quiet',
    progress: o.string('progress'),
  });
  await view.begin();
  const headers = { 'content-type': 'application/x-tar' };
  const asked = { ...query(ctx, o, c), version: '2' };
  const reply = await ctx.client.call('POST', '/build', { query: asked, raw: c.archive, headers });
  if (failed(reply)) {
    if (!(reply instanceof DaemonError)) return new Failure(`ERROR: ${reply.message}`);
    return new Failure(await view.fail({ message: reply.reason }));
  }
  let id = '';
  for await (const m of reply.values<Message>()) {
    if (m.errorDetail || m.error) return new Failure(await view.fail(m.errorDetail ?? { message: m.error ?? '' }));
    if (m.aux?.ID) id = m.aux.ID;
    await view.take(m);
  }
  await view.finish(id);
  return written(ctx, o, id);
}

async function classic(ctx: Ctx, o: Options, c: BuildContext): Promise<number | Failure> {
  const quiet = o.bool('quiet');
  if (!quiet) await ctx.out(`Sending build context to Docker daemon  ${bytesShown(c.archive.length)}\r\r\n`);
  const headers = { 'content-type': 'application/x-tar' };
  const asked = { ...query(ctx, o, c), q: quiet ? '1' : undefined };
  const reply = await ctx.client.call('POST', '/build', { query: asked, raw: c.archive, headers });
  if (failed(reply)) return reply;
  let id = '';
  for await (const m of reply.values<Message>()) {
    if (m.errorDetail || m.error) return new Failure(m.errorDetail?.message ?? m.error ?? '', m.errorDetail?.code ?? 1);
    if (m.aux?.ID) id = m.aux.ID;
    await ctx.out(m.stream ?? (m.status === undefined ? '' : `${m.status}\n`));
  }
  return written(ctx, o, id);
}

function written(ctx: Ctx, o: Options, id: string): number | Failure {
  const file = o.string('iidfile');
  if (file === '') return 0;
  const e = ctx.sys.writeFile(file, new TextEncoder().encode(id));
  return isErr(e) ? new Failure(`open ${file}: ${e.text.toLowerCase()}`) : 0;
}
