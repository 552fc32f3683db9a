import { fromBase64 } from '../../../../base/base64.ts';
import { join } from '../../../../base/bytes.ts';
import { readTar, writeTar } from '../../../../base/tar.ts';
import { isErr } from '../../../../linux/kernel/errno.ts';
import { packLocal, unpackLocal } from '../../archive/local.ts';
import { outputPathError, readStdin, splitPath } from '../../archive/write.ts';
import type { Ctx } from '../../context.ts';
import { Failure, failed } from '../../failure.ts';
import type { Options } from '../../flags/options.ts';
import { humanSize } from '../../formatter/units.ts';
import { command, exactly, flag } from '../../spec.ts';

/** Go's FileMode bits. */
const DIR = 2 ** 31;
const SYMLINK = 2 ** 27;

/** A path of a container as `X-Docker-Container-Path-Stat` tells of it. */
interface PathStat {
  readonly name: string;
  readonly mode: number;
  readonly linkTarget: string;
}

/** `web:/etc/hosts` → container and path; a path of the host has none. @see cp.go: splitCpArg */
function split(arg: string): readonly [container: string, path: string] {
  if (arg.startsWith('/') || arg.startsWith('.')) return ['', arg];
  const colon = arg.indexOf(':');
  return colon <= 0 ? ['', arg] : [arg.slice(0, colon), arg.slice(colon + 1)];
}

const isDir = (mode: number): boolean => mode >= DIR;
const isLink = (mode: number): boolean => Math.floor(mode / SYMLINK) % 2 === 1;
/** It names what is in a directory, or at least that it is one. */
const dotted = (path: string): boolean => /(?:^|\/)\.$/.test(path);
const asksForDir = (path: string): boolean => path.endsWith('/') || dotted(path);

async function statIn(ctx: Ctx, container: string, path: string): Promise<PathStat | Failure> {
  const got = await ctx.client.call('HEAD', `/containers/${container}/archive`, { query: { path } });
  if (failed(got)) return got;
  const header = got.response.headers['x-docker-container-path-stat'] ?? '';
  return JSON.parse(fromBase64(header) ?? '{}') as PathStat;
}

/** On a terminal the command says how much it has copied. */
async function report(ctx: Ctx, o: Options, bytes: number, to: string): Promise<number> {
  const quiet = o.changed('quiet') ? o.bool('quiet') : !ctx.sys.isatty(1);
  if (!quiet) await ctx.err(`Successfully copied ${humanSize(bytes, 3)} to ${to}\n`);
  return 0;
}

/** @see cp.go: copyFromContainer, go-archive copy.go: CopyTo */
async function copyOut(ctx: Ctx, o: Options, from: string, source: string, target: string): Promise<number | Failure> {
  const bad = target === '-' ? undefined : outputPathError(ctx, absolute(ctx, target));
  if (bad) return bad;
  let path = source;
  const link = o.bool('follow-link') ? await statIn(ctx, from, source) : undefined;
  if (link && !failed(link) && isLink(link.mode)) path = link.linkTarget;
  const reply = await ctx.client.call('GET', `/containers/${from}/archive`, { query: { path } });
  if (failed(reply)) return reply;
  if (target === '-') {
    for await (const chunk of reply.chunks()) await ctx.bytes(1, chunk);
    return 0;
  }
  const archive = await reply.bytes();
  const entries = readTar(archive);
  if (!Array.isArray(entries)) return new Failure(entries);
  const first = entries[0]?.name.replace(/\/+$/, '') ?? '';
  const directory = entries[0]?.kind === 'dir';
  const there = ctx.sys.stat(target);
  const into = !isErr(there) && there.kind === 'dir';
  if (!isErr(there) && !into && directory) return new Failure('cannot copy directory');
  if (isErr(there) && !directory && asksForDir(target)) return new Failure('no such directory');
  const [parent, base] = splitPath(target);
  const dir = into ? target.replace(/(?<=.)\/+\.?$/, '') : parent;
  const called = into ? (dotted(source) ? '' : splitPath(source)[1]) : base;
  const rename = (name: string): string => (name === first ? called : `${called}${name.slice(first.length)}`);
  const failure = unpackLocal(ctx.sys, dir, entries, (n) => rename(n).replace(/^\/+/, ''), o.bool('archive'));
  return failure ?? report(ctx, o, archive.length, target);
}

/** @see cp.go: copyToContainer, go-archive copy.go: PrepareArchiveCopy */
async function copyIn(ctx: Ctx, o: Options, source: string, to: string, target: string): Promise<number | Failure> {
  const put = (path: string, raw: Uint8Array): ReturnType<Ctx['client']['call']> =>
    ctx.client.call('PUT', `/containers/${to}/archive`, {
      query: { ...(o.bool('archive') ? { copyUIDGID: 'true' } : {}), noOverwriteDirNonDir: 'true', path },
      raw,
    });
  if (source === '-') {
    const there = await statIn(ctx, to, target);
    if (failed(there) || !isDir(there.mode)) return new Failure(`destination "${to}:${target}" must be a directory`);
    const reply = await put(target, await readStdin(ctx));
    return failed(reply) ? reply : 0;
  }
  let path = target;
  let there = await statIn(ctx, to, target);
  if (!failed(there) && isLink(there.mode)) {
    path = there.linkTarget;
    there = await statIn(ctx, to, path);
  }
  const bare = source.replace(/(?<=.)\/+\.?$/, '').replace(/^\.$/, ctx.sys.cwd());
  const own = o.bool('follow-link') ? ctx.sys.stat(bare) : ctx.sys.lstat(bare);
  if (isErr(own)) return new Failure(`lstat ${absolute(ctx, bare)}: ${own.text.toLowerCase()}`);
  const into = !failed(there) && isDir(there.mode);
  if (!failed(there) && !into && own.kind === 'dir') return new Failure('cannot copy directory');
  if (failed(there) && own.kind !== 'dir' && asksForDir(target)) return new Failure('no such directory');
  const [parent, base] = splitPath(path);
  const contents = own.kind === 'dir' && dotted(source);
  const name = into ? (contents ? '.' : splitPath(bare)[1]) : base;
  const real = o.bool('follow-link') ? ctx.sys.realpath(bare) : bare;
  const archive = join(writeTar(packLocal(ctx.sys, isErr(real) ? bare : real, name)));
  const reply = await put(into ? path : parent === '.' ? '/' : parent, archive);
  return failed(reply) ? reply : report(ctx, o, archive.length, `${to}:${target}`);
}

const absolute = (ctx: Ctx, path: string): string =>
  path.startsWith('/') ? path : `${ctx.sys.cwd()}/${path}`.replace(/\/\.?(?=\/)/g, '');

/** `docker cp` */
export const cp = command({
  path: ['cp'],
  aliases: ['container cp', 'cp'],
  use: '[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-\n\tdocker cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH',
  short: 'Copy files out of a container or into one',
  long: "Copy files out of a container or into one\n\n'-' as the source reads a tar archive from standard input and\nunpacks it in a directory of the container.\n'-' as the destination writes what is copied as a tar archive\nto standard output.",
  args: exactly(2),
  flags: [
    flag('follow-link', 'bool', 'Follow symbolic links in the source path', { short: 'L' }),
    flag('archive', 'bool', 'Keep owner and group', { short: 'a' }),
    flag('quiet', 'bool', 'Show no progress', { short: 'q' }),
  ],
  names: ['container', 'container'],
  run: async (ctx, o, args) => {
    const [[from, source], [to, target]] = [split(args[0] as string), split(args[1] as string)];
    if (args[0] === '') return new Failure('source can not be empty');
    if (args[1] === '') return new Failure('destination can not be empty');
    if (from !== '' && to !== '') return new Failure('copying between containers is not supported');
    if (from !== '') return copyOut(ctx, o, from, source, target);
    if (to !== '') return copyIn(ctx, o, source, to, target);
    return new Failure('must specify at least one container source');
  },
});
