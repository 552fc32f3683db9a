/**
 * What a build takes from URLs: sources of ADD, and contexts that are an archive or a Dockerfile.
 * @see moby builder/remotecontext/remote.go, builder/dockerfile/copy.go: downloadSource
 */
import { rootEntry, type TarEntry } from '../../../base/tar.ts';
import { Failure } from '../../errdefs.ts';
import { type Fetched, fetchUrl, isUrl } from '../../images/fetch.ts';
import { entriesOf } from '../archive/container.ts';
import type { Daemon } from '../daemon.ts';
import { errors } from '../errors.ts';
import { fetching, line } from '../progress.ts';
import type { Tree } from './context.ts';

/** Sources of one instruction, where URLs have become paths of fetched files. */
export interface Sources {
  readonly files: Tree;
  readonly sources: readonly string[];
}

const file = (name: string, { bytes, modified: mtime }: Fetched): TarEntry =>
  rootEntry(name, bytes, { mode: 0o600, mtime });

/** @param named whether the files keep their names, in a directory */
export async function* fetchSources(
  daemon: Daemon,
  instruction: string,
  given: readonly string[],
  named: boolean,
): AsyncGenerator<Uint8Array, Sources | Failure> {
  const files = new Map<string, TarEntry>();
  const sources: string[] = [];
  for (const [n, source] of given.entries()) {
    if (!isUrl(source)) {
      sources.push(source);
      continue;
    }
    if (instruction !== 'ADD') return new Failure('invalid', `source can't be a URL for ${instruction}`);
    const got = await fetchUrl(daemon.controller.daemon.sys, source);
    if (got instanceof Failure) return got;
    if (named && got.name === '') return new Failure('invalid', `cannot determine filename for source ${source}`);
    yield fetching('Downloading', got.bytes.length);
    yield line({ stream: '\n' });
    // No file of a context is there: names in archives have no NUL.
    const path = `\0${n}/${got.name}`;
    files.set(path, file(path, got));
    sources.push(path);
  }
  return { files, sources };
}

/** Types of what a context may be. @see moby builder/remotecontext/remote.go: acceptableRemoteMIME */
const ARCHIVES = /^application\/(?:x-)?(?:tar|octet-stream|gzip|bzip2?|xz)$/;

/** @param dockerfile its name in the context */
export async function remoteContext(daemon: Daemon, url: string, dockerfile: string): Promise<TarEntry[] | Failure> {
  if (!isUrl(url) || /\.git(?:#|$)/.test(url)) return errors.noRemoteContext(url);
  const got = await fetchUrl(daemon.controller.daemon.sys, url);
  if (got instanceof Failure) return got.wrap(`error downloading remote context ${url}`);
  if (got.bytes.length === 0) return errors.remoteContext(url, 'empty response');
  const sniffed = got.type === '' || got.type === 'application/octet-stream';
  if (sniffed ? isText(got.bytes) : got.type === 'text/plain') return [file(dockerfile, got)];
  if (!sniffed && !ARCHIVES.test(got.type))
    return errors.remoteContext(url, `unsupported Content-Type ${JSON.stringify(got.type)}`);
  return entriesOf(got.bytes);
}

/** No byte of its beginning is one that texts do not have. @see Go net/http/sniff.go: DetectContentType */
const isText = (bytes: Uint8Array): boolean =>
  bytes.subarray(0, 100).every((b) => b >= 0x20 || [0x09, 0x0a, 0x0c, 0x0d, 0x1b].includes(b));
