import { utf8 } from '../../../../base/http.ts';
import { isErr } from '../../../../linux/kernel/errno.ts';
import type { CreateAnswer } from '../../../api/types.ts';
import { platformFault } from '../../../platform.ts';
import type { Ctx } from '../../context.ts';
import { DaemonError, Failure, failed, withHelp } from '../../failure.ts';
import type { Options } from '../../flags/options.ts';
import { type ContainerBody, containerBody } from '../../opts/container.ts';
import { CONTAINER_FLAGS, CREATE_FLAGS } from '../../opts/flags.ts';
import { familiarString, parseReference, tagged } from '../../reference.ts';
import { atLeast, command } from '../../spec.ts';
import { pullImage } from '../pull.ts';

/** What is wrong with `--pull`. */
export function pullOption(o: Options): Failure | undefined {
  const pull = o.string('pull');
  if (['always', 'missing', 'never', ''].includes(pull)) return undefined;
  return new Failure(`invalid pull option: '${pull}': must be one of "always", "missing" or "never"`, 125);
}

/** `--cidfile` must not be there yet; it is made before the container is. */
function cidFile(ctx: Ctx, path: string): Failure | undefined {
  if (path === '') return undefined;
  if (!isErr(ctx.sys.stat(path)))
    return new Failure(`container ID file found, make sure the other container isn't running or delete ${path}`);
  const made = ctx.sys.writeFile(path, new Uint8Array());
  return isErr(made)
    ? new Failure(`failed to create the container ID file: open ${path}: ${made.text.toLowerCase()}`)
    : undefined;
}

/**
 * Makes the container; pulls the image when it is missing. Warnings go to stderr. The id goes to `--cidfile`, which does
 * not outlive a failure.
 * @returns its id
 * @see docker/cli cli/command/container/create.go: createContainer, cidFile.Close
 */
export async function createContainer(ctx: Ctx, body: ContainerBody, o: Options): Promise<string | Failure> {
  const file = o.string('cidfile');
  const taken = cidFile(ctx, file);
  if (taken) return taken;
  const id = await make(ctx, body, o);
  if (file === '') return id;
  if (failed(id)) ctx.sys.unlink(file);
  else ctx.sys.writeFile(file, utf8(id));
  return id;
}

async function make(ctx: Ctx, body: ContainerBody, o: Options): Promise<string | Failure> {
  const parsed = parseReference(body.Image);
  if ('error' in parsed) return new Failure(parsed.error);
  const ref = tagged(parsed.value);
  const pull = (): Promise<Failure | undefined> =>
    pullImage(ctx, ref, { platform: o.string('platform'), quiet: o.bool('quiet'), fd: 2 });
  if (o.string('pull') === 'always') {
    const refused = await pull();
    if (refused) return refused;
  }
  for (const dns of o.list('dns'))
    if (/^(127\.\d{1,3}\.\d{1,3}\.\d{1,3}|::1)$/.test(dns))
      await ctx.err(`WARNING: Localhost DNS (${dns}) may fail in containers.\n`);
  const unknown = platformFault(o.string('platform'));
  if (unknown) return new Failure(`error parsing specified platform: ${unknown}`);
  const size = ctx.sys.winsize(1);
  if (!isErr(size)) body.HostConfig.ConsoleSize = [size.rows, size.cols];
  const send = (): Promise<CreateAnswer | Failure> =>
    ctx.client.post<CreateAnswer>('/containers/create', {
      query: { name: o.string('name') || undefined, platform: o.string('platform') || undefined },
      body,
    });
  let made = await send();
  if (made instanceof DaemonError && made.status === 404 && o.string('pull') === 'missing') {
    if (!o.bool('quiet')) await ctx.err(`Unable to find image '${familiarString(ref)}' locally\n`);
    const refused = await pull();
    if (refused) return refused;
    made = await send();
  }
  if (failed(made)) return made;
  for (const warning of made.Warnings ?? []) await ctx.err(`WARNING: ${warning}\n`);
  return made.Id;
}

/** `docker create` */
export const create = command({
  path: ['create'],
  aliases: ['container create', 'create'],
  use: '[OPTIONS] IMAGE [COMMAND] [ARG...]',
  short: 'Make a new container',
  args: atLeast(1),
  stopAtFirst: true,
  flags: [...CONTAINER_FLAGS, ...CREATE_FLAGS],
  names: ['image'],
  run: async (ctx, o, args) => {
    const wrong = pullOption(o);
    if (wrong) return withHelp(wrong, 'create');
    const body = containerBody(ctx, o, args);
    if ('error' in body) return withHelp(new Failure(body.error, 125), 'create');
    const id = await createContainer(ctx, body.value, o);
    if (failed(id)) return id;
    await ctx.out(`${id}\n`);
    return 0;
  },
});
