/**
 * A context behind a URL: an archive, or a Dockerfile alone.
 * Limits: the command fetches it, also for BuildKit; this laboratory has no git.
 * @see docker/cli cli/command/image/build/context.go: GetContextFromURL; moby/buildkit source/http/source.go
 */

import { join } from '../../../../base/bytes.ts';
import { decompress } from '../../../../base/decompress.ts';
import { readTar, rootEntry, type TarEntry, writeTar } from '../../../../base/tar.ts';
import { fetchUrl, isUrl } from '../../../images/fetch.ts';
import type { Ctx } from '../../context.ts';
import { Failure } from '../../failure.ts';
import { bytesShown } from './buildkit.ts';
import type { BuildContext } from './context.ts';

/** @see moby/buildkit frontend/dockerfile/dfgitutil, docker/cli build/internal/urlutil: IsGitURL */
const isGit = (where: string): boolean =>
  /^(git:\/\/|git@|github\.com\/|ssh:\/\/)/.test(where) || (isUrl(where) && /\.git(#.*)?$/.test(where));

export const isRemote = (where: string): boolean => isGit(where) || isUrl(where);

const NO_GIT = 'exec: "git": executable file not found in $PATH';

export async function remoteContext(
  ctx: Ctx,
  where: string,
  file: string,
  modern: boolean,
): Promise<BuildContext | Failure> {
  const refuse = (classic: string, why: string): Failure =>
    new Failure(
      modern
        ? `ERROR: failed to build: failed to solve: failed to load cache key: ${why}`
        : `unable to prepare context: ${classic}${why}`,
    );
  if (isGit(where)) return refuse("unable to find 'git': ", NO_GIT);
  const got = await fetchUrl(ctx.sys, where);
  if ('message' in got) {
    const status = / with status (\d+)/.exec(got.message)?.[1];
    return refuse(
      `unable to download remote context ${where}: `,
      modern && status ? `invalid response status ${status}` : got.message,
    );
  }
  if (!modern)
    await ctx.out(`Downloading build context from remote url: ${where}  ${bytesShown(got.bytes.length)}\r\r\n`);
  const entries = entriesOf(got.bytes);
  const dockerfile = entries ? file || 'Dockerfile' : 'Dockerfile';
  const found = entries ?? [rootEntry(dockerfile, got.bytes, { mode: 0o600 })];
  const source = found.find((e) => e.name.replace(/^\.\//, '') === dockerfile);
  if (!source)
    return modern
      ? new Failure(
          `ERROR: failed to build: failed to solve: failed to read dockerfile: open ${dockerfile}: no such file or directory`,
        )
      : new Failure(`Cannot locate specified Dockerfile: ${dockerfile}`);
  return {
    archive: join(writeTar(found)),
    dockerfile,
    source: new TextDecoder().decode(source.bytes),
    ignoreSize: 2,
    size: got.bytes.length,
    remote: true,
  };
}

/** @returns undefined: no archive */
function entriesOf(bytes: Uint8Array): TarEntry[] | undefined {
  const tar = decompress(bytes);
  const read = tar && readTar(tar);
  return Array.isArray(read) && read.length > 0 ? read : undefined;
}
