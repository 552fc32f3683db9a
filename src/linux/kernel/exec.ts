/**
 * From a path to something that runs: execve's search and checks, `#!` lines, and the program registry.
 * @see execve(2), Linux fs/binfmt_script.c
 */
import { EACCES, ELOOP, ENOENT, ENOEXEC, type Errno, isErr } from './errno.ts';
import type { Crossing } from './fs/path.ts';
import { pathOf } from './fs/path.ts';
import { TreeInode } from './fs/tree.ts';
import { find } from './fs/vfs.ts';
import type { Program } from './machine.ts';
import type { NamedProgram } from './world.ts';

/** What execve found. */
export interface Image {
  /** Name in the program registry. */
  readonly program: string;
  readonly argv: readonly string[];
  readonly comm: string;
  /** Absolute path of the file that runs (for scripts the interpreter). */
  readonly exe: string;
}

const SCRIPT_DEPTH = 5;
const COMM_MAX = 15;

/** Last part of a path, cut as the kernel cuts comm. */
export function commOf(path: string): string {
  return (path.split('/').pop() as string).slice(0, COMM_MAX);
}

/** @returns ENOENT, EACCES, ENOTDIR, ELOOP, ENOEXEC */
export function resolveImage(
  tree: Crossing,
  cwd: string,
  path: string,
  argv: readonly string[],
  comm = commOf(path),
  depth = 0,
): Image | Errno {
  const place = find(tree, cwd, path);
  if (isErr(place)) return place;
  const { inode } = place;
  if (inode.kind !== 'file' || (inode.stat().mode & 0o111) === 0) return EACCES;
  const { program } = inode;
  if (program !== undefined) return { program, argv, comm, exe: pathOf(place) };
  if (!(inode instanceof TreeInode)) return EACCES;
  const line = interpreterLine(inode.bytes());
  if (!line) return ENOEXEC;
  if (depth >= SCRIPT_DEPTH) return ELOOP;
  const [interpreter, ...extra] = line as [string, ...string[]];
  const next = [interpreter, ...extra, path, ...argv.slice(1)];
  return resolveImage(tree, cwd, interpreter, next, comm, depth + 1);
}

/** `#!/bin/sh -e` → ['/bin/sh', '-e']; all after the first blank is one argument. */
function interpreterLine(bytes: Uint8Array): string[] | undefined {
  if (bytes[0] !== 0x23 || bytes[1] !== 0x21) return undefined;
  const newline = bytes.indexOf(10);
  const line = new TextDecoder().decode(bytes.subarray(2, newline < 0 ? bytes.length : newline)).trim();
  if (line === '') return undefined;
  const blank = line.search(/[ \t]/);
  return blank < 0 ? [line] : [line.slice(0, blank), line.slice(blank).trim()];
}

/** Looks a name without a slash up in $PATH. @returns ENOENT, or EACCES when something was there that may not run */
export function searchPath(tree: Crossing, cwd: string, name: string, path: string | undefined): string | Errno {
  if (name.includes('/')) return name;
  let error: Errno = ENOENT;
  for (const dir of (path ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin').split(':')) {
    const at = `${dir === '' ? '.' : dir}/${name}`;
    const place = find(tree, cwd, at);
    if (isErr(place)) continue;
    if (place.inode.kind === 'file' && (place.inode.stat().mode & 0o111) !== 0) return at;
    error = EACCES;
  }
  return error;
}

/** The program of an image, loaded on first use. @returns undefined when none of that name is registered */
export async function loadProgram(
  programs: Map<string, NamedProgram>,
  name: string,
  hold: <T>(work: Promise<T>) => Promise<T>,
): Promise<Program | undefined> {
  const entry = programs.get(name);
  if (typeof entry !== 'function') return entry;
  const program = await hold(entry());
  programs.set(name, program);
  return program;
}
