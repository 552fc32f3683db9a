/** `docker compose config` over files in memory: what it prints, what it says, how it ends. */
import { text, utf8 } from '../../../src/base/http.ts';
import { Ctx } from '../../../src/docker/cli/context.ts';
import { failed } from '../../../src/docker/cli/failure.ts';
import { parseFlags } from '../../../src/docker/cli/flags/parse.ts';
import { config } from '../../../src/docker/compose/cmd/config.ts';
import { loadOptions } from '../../../src/docker/compose/compose.ts';
import { clean } from '../../../src/docker/compose/model/files.ts';
import { ROOT_FLAGS } from '../../../src/docker/compose/root.ts';
import { EISDIR, ENOENT } from '../../../src/linux/kernel/errno.ts';
import type { Sys } from '../../../src/linux/kernel/sys.ts';

export interface World {
  /** Files by absolute path. */
  readonly files: Record<string, string>;
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  readonly stdin?: string;
}

export interface Said {
  readonly out: string;
  /** Warnings and the error, without the times of the log. */
  readonly err: string;
  readonly code: number;
}

/** Runs the command in `/w` unless told otherwise. @param args compose's flags and the command's, in any order */
export async function composeConfig(world: World, ...args: string[]): Promise<Said> {
  const cwd = world.cwd ?? '/w';
  const said = { 1: '', 2: '' };
  const at = (path: string): string => clean(path.startsWith('/') ? path : `${cwd}/${path}`);
  const isDir = (path: string): boolean => Object.keys(world.files).some((f) => f.startsWith(`${path}/`));
  const stdin = [utf8(world.stdin ?? '')];
  const sys = {
    env: { HOME: '/root', ...world.env },
    cwd: () => cwd,
    load: (work: () => Promise<unknown>) => work(),
    readFile: (path: string) => (isDir(at(path)) ? EISDIR : (bytes(world.files[at(path)]) ?? ENOENT)),
    stat: (path: string) => {
      if (isDir(at(path))) return { kind: 'dir' };
      return world.files[at(path)] === undefined ? ENOENT : { kind: 'file' };
    },
    writeFile: (path: string, data: Uint8Array) => {
      world.files[at(path)] = text(data);
    },
    isatty: () => false,
    realtime: () => 0n,
    read: async () => stdin.shift() ?? new Uint8Array(0),
    write: async (fd: 1 | 2, data: Uint8Array) => {
      said[fd] += text(data);
      return data.length;
    },
  } as unknown as Sys;
  const { options: o, args: services, error } = parseFlags([...ROOT_FLAGS, ...config.flags], args);
  if (error) throw new Error(error);
  const ctx = new Ctx(sys, undefined as never, 'docker compose config', undefined as never);
  const got = await config.run(
    { ctx, separator: '-', root: o, loadOptions: (asked) => loadOptions(o, asked) },
    o,
    services,
  );
  const log = said[2].replace(/^time="[^"]*" /gm, '');
  if (failed(got)) return { out: said[1], err: `${log}${got.message}\n`, code: got.code };
  return { out: said[1], err: log, code: got };
}

const bytes = (s: string | undefined): Uint8Array | undefined => (s === undefined ? undefined : utf8(s));

/** The same with one file, `/w/compose.yaml`. */
export const configOf = (yaml: string, ...args: string[]): Promise<Said> =>
  composeConfig({ files: { '/w/compose.yaml': yaml } }, ...args);

/** What follows a key in printed YAML, without its indentation. */
export function under(out: string, ...keys: string[]): string {
  let lines = out.split('\n');
  for (const key of keys) {
    const from = lines.findIndex((l) => l === `${key}:` || l.startsWith(`${key}: `));
    if (from < 0) return '';
    const line = lines[from] as string;
    if (line.length > key.length + 1) return line.slice(key.length + 2);
    const body = lines.slice(from + 1);
    const end = body.findIndex((l) => l !== '' && !l.startsWith(' '));
    lines = (end < 0 ? body : body.slice(0, end)).map((l) => l.slice(2));
  }
  return lines.join('\n').trimEnd();
}
