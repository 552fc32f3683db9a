/** `DOCKER_BUILDKIT=0 docker build`: the steps of the classic builder. @see docker/cli cli/command/image/build.go */
import { isErr } from '../../../../linux/kernel/errno.ts';
import { readStdin } from '../../archive/write.ts';
import type { Ctx } from '../../context.ts';
import { Failure, failed } from '../../failure.ts';
import type { Options } from '../../flags/options.ts';
import { parseReference } from '../../reference.ts';
import { query } from './build.ts';
import { type BuildContext, readContext } from './context.ts';
import { isRemote, remoteContext } from './remote.ts';
import { bytesShown } from './trace.ts';

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

/** Sends the context to the classic builder and prints what it says. @returns the exit code */
export async function buildClassic(ctx: Ctx, o: Options, where: string): Promise<number | Failure> {
  await ctx.err(LEGACY);
  for (const t of o.list('tag')) {
    const ref = parseReference(t);
    if ('error' in ref)
      return new Failure(
        `invalid argument ${JSON.stringify(t)} for "-t, --tag" flag: ${ref.error}\n\nUsage:  docker build [OPTIONS] PATH | URL | -\n\nRun 'docker build --help' for more information`,
        125,
      );
  }
  const c = await contextOf(ctx, where, o.string('file'));
  if (failed(c)) return c;
  const quiet = o.bool('quiet');
  if (!quiet) await ctx.out(`Sending build context to Docker daemon  ${bytesShown(c.archive.length)}\r\r\n`);
  const headers = { 'content-type': 'application/x-tar' };
  const asked = { ...query(ctx, o, c.dockerfile), q: quiet ? '1' : undefined };
  const reply = await ctx.client.call('POST', '/build', { query: asked, raw: c.archive, headers });
  if (failed(reply)) return reply;
  let id = '';
  for await (const m of reply.values<Message>()) {
    if (m.errorDetail || m.error) return new Failure(m.errorDetail?.message ?? m.error ?? '', m.errorDetail?.code ?? 1);
    if (m.aux?.ID) id = m.aux.ID;
    await ctx.out(m.stream ?? (m.status === undefined ? '' : `${m.status}\n`));
  }
  return writeId(ctx, o, id) ?? 0;
}

async function contextOf(ctx: Ctx, where: string, file: string): Promise<BuildContext | Failure> {
  if (where === '-') {
    const bytes = await readStdin(ctx);
    const tmp = `/tmp/.docker-build-${ctx.sys.pid}`;
    ctx.sys.mkdir(tmp, 0o700);
    const made = readContext(ctx, tmp, '-', bytes);
    ctx.sys.rmdir(tmp);
    return made;
  }
  if (isRemote(where)) return remoteContext(ctx, where, file);
  return readContext(ctx, where, file, file === '-' ? await readStdin(ctx) : undefined);
}

/** `--iidfile` */
export function writeId(ctx: Ctx, o: Options, id: string): Failure | undefined {
  const file = o.string('iidfile');
  if (file === '') return undefined;
  const e = ctx.sys.writeFile(file, new TextEncoder().encode(id));
  return isErr(e) ? new Failure(`open ${file}: ${e.text.toLowerCase()}`) : undefined;
}
