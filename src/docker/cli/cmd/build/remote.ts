/**
 * A context behind a URL: an archive, or a Dockerfile alone.
 * Limits: this laboratory has no git.
 * @see docker/cli cli/command/image/build/context.go: GetContextFromURL; moby/buildkit source/http/source.go
 */

import { join } from '../../../../base/bytes.ts';
import { decompress } from '../../../../base/decompress.ts';
import { readTar, rootEntry, type TarEntry, writeTar } from '../../../../base/tar.ts';
import { fetchUrl, isUrl } from '../../../images/fetch.ts';
import type { Ctx } from '../../context.ts';
import { Failure } from '../../failure.ts';
import type { BuildContext } from './context.ts';
import { bytesShown } from './trace.ts';

/** @see moby/buildkit frontend/dockerfile/dfgitutil, docker/cli build/internal/urlutil: IsGitURL */
const isGit = (where: string): boolean =>
  /^(git:\/\/|git@|github\.com\/|ssh:\/\/)/.test(where) || (isUrl(where) && /\.git(#.*)?$/.test(where));

/** Whether a context is behind a URL, or in a repository. */
export const isRemote = (where: string): boolean => isGit(where) || isUrl(where);

const NO_GIT = 'exec: "git": executable file not found in $PATH';

/** For the classic builder, which gets the files from the command. */
export async function remoteContext(ctx: Ctx, where: string, file: string): Promise<BuildContext | Failure> {
  const refuse = (why: string): Failure => new Failure(`unable to prepare context: ${why}`);
  if (isGit(where)) return refuse(`unable to find 'git': ${NO_GIT}`);
  const got = await fetchUrl(ctx.sys, where);
  if ('message' in got) return refuse(`unable to download remote context ${where}: ${got.message}`);
  await ctx.out(`Downloading build context from remote url: ${where}  ${bytesShown(got.bytes.length)}\r\r\n`);
  const entries = entriesOf(got.bytes);
  const dockerfile = entries ? file || 'Dockerfile' : 'Dockerfile';
  const found = entries ?? [rootEntry(dockerfile, got.bytes, { mode: 0o600 })];
  if (!found.some((e) => e.name.replace(/^\.\//, '') === dockerfile))
    return new Failure(`Cannot locate specified Dockerfile: ${dockerfile}`);
  return { archive: join(writeTar(found)), dockerfile };
}

/** @returns undefined: no archive */
function entriesOf(bytes: Uint8Array): TarEntry[] | undefined {
  const tar = decompress(bytes);
  const read = tar && readTar(tar);
  return Array.isArray(read) && read.length > 0 ? read : undefined;
}
