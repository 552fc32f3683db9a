/** What of a directory is sent to the builder. @see docker/cli cli/command/image/build/context.go; patternmatcher */
import { join } from '../../../../base/bytes.ts';
import { rootEntry, type TarEntry, writeTar } from '../../../../base/tar.ts';
import { isErr } from '../../../../linux/kernel/errno.ts';
import { ignoreRules, isIgnored } from '../../../ignore.ts';
import { packLocal } from '../../archive/local.ts';
import type { Ctx } from '../../context.ts';
import { Failure } from '../../failure.ts';

/** What is sent to the classic builder. */
export interface BuildContext {
  readonly archive: Uint8Array;
  /** Name of the Dockerfile in the archive. */
  readonly dockerfile: string;
}

/** @param dir absolute or relative @param file of `-f`; '' for DIR/Dockerfile; '-' standard input */
export function readContext(
  ctx: Ctx,
  dir: string,
  file: string,
  stdin: Uint8Array | undefined,
): BuildContext | Failure {
  const { sys } = ctx;
  const st = sys.stat(dir);
  if (isErr(st)) return new Failure(`unable to prepare context: path ${JSON.stringify(dir)} not found`);
  if (st.kind !== 'dir') return new Failure(`unable to prepare context: context must be a directory: ${dir}`);
  const root = dir.replace(/(?<=.)\/+$/, '');
  const ignore = sys.readFile(`${root}/.dockerignore`);
  const rules = isErr(ignore) ? [] : ignoreRules(new TextDecoder().decode(ignore));
  const entries: TarEntry[] = [];
  for (const e of packLocal(sys, root, '.')) {
    const name = e.name.replace(/^\.\//, '').replace(/\/$/, '');
    if (name === '.' || name === '') continue;
    if (!isIgnored(rules, name)) entries.push({ ...e, name: e.kind === 'dir' ? `${name}/` : name });
  }
  let name = file === '' ? 'Dockerfile' : relative(ctx, root, file);
  if (file === '-') {
    name = '.dockerfile.stdin';
    entries.push(rootEntry(name, stdin ?? new Uint8Array(0), { mode: 0o600 }));
  } else {
    const path = file === '' ? `${root}/Dockerfile` : file;
    const bytes = sys.readFile(path);
    if (isErr(bytes))
      return new Failure(
        `unable to prepare context: unable to evaluate symlinks in Dockerfile path: lstat ${absolute(ctx, path)}: ${bytes.text.toLowerCase()}`,
      );
    if (!entries.some((e) => e.name === name)) entries.push(rootEntry(name, bytes));
  }
  return { archive: join(writeTar(entries)), dockerfile: name };
}

const absolute = (ctx: Ctx, path: string): string =>
  path.startsWith('/') ? path : `${ctx.sys.cwd()}/${path.replace(/^\.\//, '')}`;

/** A Dockerfile's name below the context; one outside gets a name of its own. */
function relative(ctx: Ctx, root: string, file: string): string {
  const base = `${absolute(ctx, root === '.' ? '' : root).replace(/\/$/, '')}/`;
  const full = absolute(ctx, file);
  return full.startsWith(base) ? full.slice(base.length) : `.dockerfile.${full.replace(/\W/g, '')}`;
}
