/** What BuildKit would ask a client's session for, in one archive: contexts, Dockerfile, secrets. @see docker/buildx build/opt.go: loadInputs */
import { join } from '../../../../base/bytes.ts';
import { utf8 } from '../../../../base/http.ts';
import { rootEntry, type TarEntry, writeTar } from '../../../../base/tar.ts';
import { isErr } from '../../../../linux/kernel/errno.ts';
import type { SessionOptions } from '../../../api/buildkit.ts';
import { packLocal } from '../../archive/local.ts';
import { readStdin } from '../../archive/write.ts';
import type { Ctx } from '../../context.ts';
import { Failure } from '../../failure.ts';
import { familiarString, parseReference } from '../../reference.ts';
import { isRemote } from './remote.ts';

/** What is sent to BuildKit. */
export interface Session {
  readonly archive: Uint8Array;
  /** Name of the Dockerfile in its directory. */
  readonly dockerfile: string;
  /** What it is called in messages. */
  readonly filename: string;
  /** URL of the context; 'client-session': it is in the archive; '': the archive is the context. */
  readonly remote: string;
}

const EMPTY = new Uint8Array(0);

/** Files below a directory, without their owners. */
function below(ctx: Ctx, dir: string, prefix: string): TarEntry[] {
  const root = dir.replace(/(?<=.)\/+$/, '');
  const out: TarEntry[] = [];
  for (const e of packLocal(ctx.sys, root, '.')) {
    const name = e.name.replace(/^\.\//, '').replace(/\/$/, '');
    if (name !== '.' && name !== '') out.push({ ...e, name: `${prefix}${name}${e.kind === 'dir' ? '/' : ''}` });
  }
  return out;
}

const notFound = (path: string): Failure =>
  new Failure(`ERROR: failed to build: unable to prepare context: path ${JSON.stringify(path)} not found`);

const isDir = (ctx: Ctx, path: string): boolean => {
  const st = ctx.sys.stat(path);
  return !isErr(st) && st.kind === 'dir';
};

/** Whether bytes are an archive, by how they begin. @see moby pkg/archive */
function isArchive(b: Uint8Array): boolean {
  const begins = (...m: number[]): boolean => m.every((x, i) => b[i] === x);
  const ustar = b.length > 262 && String.fromCharCode(...b.subarray(257, 262)) === 'ustar';
  return ustar || begins(0x1f, 0x8b, 8) || begins(0x42, 0x5a, 0x68) || begins(0xfd, 0x37, 0x7a, 0x58, 0x5a, 0);
}

/** @param where PATH, URL or - @param file of `-f` */
export async function readSession(
  ctx: Ctx,
  where: string,
  file: string,
  options: SessionOptions,
  more: readonly TarEntry[],
): Promise<Session | Failure> {
  if (where === '-' && file === '-')
    return new Failure(
      "ERROR: failed to build: invalid argument: can't use stdin for both build context and dockerfile",
    );
  const make = (entries: readonly TarEntry[], dockerfile: string, filename: string, remote: string): Session => {
    const told = rootEntry('options.json', utf8(JSON.stringify({ ...options, filename })));
    return { archive: join([...writeTar([told, ...more, ...entries])]), dockerfile, filename, remote };
  };
  const standard = 'Dockerfile';
  if (where === '-') {
    const bytes = await readStdin(ctx);
    if (isArchive(bytes))
      return { archive: bytes, dockerfile: file || standard, filename: file || standard, remote: '' };
    if (file !== '')
      return new Failure(
        'ERROR: failed to build: ambiguous Dockerfile source: both stdin and flag correspond to Dockerfiles',
      );
    return make([rootEntry('dockerfile/Dockerfile', bytes)], standard, standard, 'client-session');
  }
  if (isRemote(where) && !isDir(ctx, where)) return make([], file || standard, file || standard, where);
  if (!isDir(ctx, where)) return notFound(where);
  const entries = below(ctx, where, 'context/');
  if (file === '-') {
    const bytes = await readStdin(ctx);
    return make([...entries, rootEntry('dockerfile/Dockerfile', bytes)], standard, standard, 'client-session');
  }
  const path = file === '' ? `${where.replace(/(?<=.)\/+$/, '')}/Dockerfile` : file;
  const name = path.split('/').pop() as string;
  const found: TarEntry[] = [];
  for (const n of [name, `${name}.dockerignore`]) {
    const bytes = ctx.sys.readFile(`${path.slice(0, path.length - name.length)}${n}`);
    if (!isErr(bytes)) found.push(rootEntry(`dockerfile/${n}`, bytes));
  }
  return make([...entries, ...found], name, name, 'client-session');
}

/** `--build-context NAME=…`. */
export function readContexts(
  ctx: Ctx,
  contexts: readonly string[],
): { readonly names: Record<string, string>; readonly entries: TarEntry[] } | Failure {
  const names: Record<string, string> = {};
  const entries: TarEntry[] = [];
  for (const text of contexts) {
    const eq = text.indexOf('=');
    if (eq < 0) return new Failure(`ERROR: invalid context value: ${text}, expected key=value`);
    const [given, value] = [text.slice(0, eq), text.slice(eq + 1)];
    const ref = parseReference(given);
    if ('error' in ref) return new Failure(`ERROR: invalid context name ${given}: ${ref.error}`);
    const name = familiarString(ref.value).replace(/:latest$/, '');
    if (/^docker-image:\/\//.test(value)) names[name] = value;
    else if (isRemote(value) || /^(?:oci-layout|target):/.test(value))
      return new Failure(`ERROR: failed to build: build context ${JSON.stringify(value)} is not supported here`);
    else if (isDir(ctx, value))
      entries.push(
        rootEntry(`named/${encodeURIComponent(name)}/`, EMPTY, { kind: 'dir', mode: 0o755 }),
        ...below(ctx, value, `named/${encodeURIComponent(name)}/`),
      );
    else
      return new Failure(
        `ERROR: failed to build: failed to get build context ${name}: stat ${value}: no such file or directory`,
      );
  }
  return { names, entries };
}
