/** Archives of containers and images. @see docker/cli cli/command/container/export.go, image/{save,load,import}.go */
import { isErr } from '../../../linux/kernel/errno.ts';
import { outputFileError, readStdin, writeOut } from '../archive/write.ts';
import type { Ctx } from '../context.ts';
import { Failure, failed } from '../failure.ts';
import { parseReference } from '../reference.ts';
import { atLeast, type CommandSpec, command, exactly, flag, NONE } from '../spec.ts';
import { platformQuery } from './image/platform.ts';

const TERMINAL = 'cowardly refusing to save to a terminal. Use the -o flag or redirect';
const output = flag('output', 'string', 'Write to this file, not to standard output', { short: 'o', names: 'file' });

/** An archive goes to a file whose directory is there, or to what is no terminal. */
function refused(ctx: Ctx, path: string, what: string): Failure | undefined {
  if (path === '') return ctx.sys.isatty(1) ? new Failure(TERMINAL) : undefined;
  const bad = outputFileError(ctx, path);
  return bad === undefined ? undefined : new Failure(`failed to ${what}: ${bad}`);
}

/** `--platform` as many times as it stands there. */
function platforms(given: readonly string[]): string[] | undefined | Failure {
  const out: string[] = [];
  for (const one of given) {
    const query = platformQuery(one);
    if (failed(query)) return query;
    if (query !== undefined) out.push(query);
  }
  return out.length > 0 ? out : undefined;
}

/** `docker export` */
export const exported = command({
  path: ['export'],
  aliases: ['container export', 'export'],
  use: '[OPTIONS] CONTAINER',
  short: 'Write the files of a container as a tar archive',
  args: exactly(1),
  flags: [output],
  names: ['container'],
  run: async (ctx, o, args) => {
    const bad = refused(ctx, o.string('output'), 'export container');
    if (bad) return bad;
    const got = await ctx.client.call('GET', `/containers/${args[0]}/export`);
    return failed(got) ? got : writeOut(ctx, got, o.string('output'));
  },
});

const save = command({
  path: ['save'],
  aliases: ['image save', 'save'],
  use: '[OPTIONS] IMAGE [IMAGE...]',
  short: 'Save images in a tar archive',
  args: atLeast(1),
  flags: [output, flag('platform', 'strings', 'Only these variants')],
  names: ['image'],
  run: async (ctx, o, args) => {
    const bad = refused(ctx, o.string('output'), 'save image');
    if (bad) return bad;
    const platform = platforms(o.list('platform'));
    if (failed(platform)) return platform;
    const got = await ctx.client.call('GET', '/images/get', { query: { names: [...args], platform } });
    return failed(got) ? got : writeOut(ctx, got, o.string('output'));
  },
});

/** What a load or an import says, one JSON value a line. */
interface Said {
  readonly stream?: string;
  readonly status?: string;
  readonly error?: string;
}

const load = command({
  path: ['load'],
  aliases: ['image load', 'load'],
  use: '[OPTIONS]',
  short: 'Load images from a tar archive',
  args: NONE,
  flags: [
    flag('input', 'string', 'Read this file, not standard input', { short: 'i', names: 'file' }),
    flag('quiet', 'bool', 'Show no progress', { short: 'q' }),
    flag('platform', 'strings', 'Only these variants'),
  ],
  run: async (ctx, o) => {
    const path = o.string('input');
    if (path === '' && ctx.sys.isatty(0)) return new Failure('requested load from stdin, but stdin is empty');
    const raw = path === '' ? await readStdin(ctx) : ctx.sys.readFile(path);
    if (isErr(raw)) return new Failure(`open ${path}: ${raw.text.toLowerCase()}`);
    const platform = platforms(o.list('platform'));
    if (failed(platform)) return platform;
    const quiet = o.bool('quiet') || !ctx.sys.isatty(1);
    const got = await ctx.client.call('POST', '/images/load', {
      query: { quiet: quiet ? '1' : '0', platform },
      raw,
      headers: { 'content-type': 'application/x-tar' },
    });
    if (failed(got)) return got;
    for await (const said of got.values<Said>()) {
      if (said.error) return new Failure(said.error);
      if (said.stream) await ctx.out(said.stream);
    }
    return 0;
  },
});

const imported = command({
  path: ['import'],
  aliases: ['image import', 'import'],
  use: '[OPTIONS] file|URL|- [REPOSITORY[:TAG]]',
  short: 'Make an image of a tar archive',
  args: atLeast(1),
  flags: [
    flag('change', 'list', 'Dockerfile instruction to apply to it', { short: 'c' }),
    flag('message', 'string', 'Commit message', { short: 'm' }),
    flag('platform', 'string', 'Platform to set'),
  ],
  names: ['file'],
  run: async (ctx, o, args) => {
    const source = args[0] as string;
    const [repo = '', tag = ''] = (args[1] ?? '').split(/:(?=[^/]*$)/);
    const isUrl = /^https?:\/\//.test(source);
    const raw = source === '-' ? await readStdin(ctx) : isUrl ? undefined : ctx.sys.readFile(source);
    if (isErr(raw)) return new Failure(`open ${source}: ${raw.text.toLowerCase()}`);
    const ref = args[1] === undefined ? undefined : parseReference(args[1]);
    if (ref && 'error' in ref) return new Failure(ref.error);
    const got = await ctx.client.call('POST', '/images/create', {
      query: {
        changes: o.list('change').length > 0 ? [...o.list('change')] : undefined,
        fromSrc: isUrl ? source : '-',
        message: o.string('message') || undefined,
        platform: o.string('platform') || undefined,
        repo,
        tag: tag || undefined,
      },
      ...(raw ? { raw, headers: { 'content-type': 'application/x-tar' } } : {}),
    });
    if (failed(got)) return got;
    for await (const said of got.values<Said>()) {
      if (said.error) return new Failure(said.error);
      await ctx.out(`${said.status ?? ''}\n`);
    }
    return 0;
  },
});

export const ARCHIVE_COMMANDS: readonly CommandSpec[] = [exported, imported, load, save];
