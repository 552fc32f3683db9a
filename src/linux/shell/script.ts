/**
 * Running texts: -c strings, script files, `eval`, `source`, standard input.
 * @see bash evalstring.c: parse_and_execute; evalfile.c
 */

import type * as ast from 'unbash';
import { EBADF, type Errno, isErr } from '../kernel/errno.ts';
import { expandAliases } from './alias.ts';
import { runStatement } from './execute/list.ts';
import { readAll } from './expand/substitution.ts';
import type { Shell } from './shell.ts';
import { explainError, readCommands } from './source.ts';
import { Unwind } from './unwind.ts';

/** Runs a text; a syntax error gives status 2 after what stood before it ran. */
export async function runText(sh: Shell, text: string, where = '', firstLine = 1): Promise<number> {
  const frame = sh.frame;
  const pos = sh.pos;
  const tail = sh.tail;
  sh.status = text.trim() === '' && where !== '' ? 0 : sh.status;
  try {
    for (const part of readCommands(text, firstLine, rewriter(sh, text), sh.setup.flavour)) {
      sh.frame = { text: part.text, firstLine: part.line };
      sh.pos = 0;
      if (sh.has('verbose')) await sh.write(2, part.text.endsWith('\n') ? part.text : `${part.text}\n`);
      if (part.reading.kind !== 'commands') {
        if (part.reading.error) await explainError(sh, part.text, part.reading.error, where);
        sh.status = 2;
        if (sh.interactive) return 2;
        if (where === 'eval') throw sh.dialect.flavour === 'bash' ? new Unwind('discard', 2) : new Unwind('exit', 2);
        return 2;
      }
      sh.tail = tail;
      await runLines(sh, part.reading.script, part.text);
    }
    return sh.status;
  } finally {
    sh.frame = frame;
    sh.pos = pos;
    sh.tail = false;
  }
}

/** Aliases are replaced line by line, since a line may define what the next one uses. */
function rewriter(sh: Shell, text: string): ((line: string) => string) | undefined {
  if (sh.aliases.size === 0 && !/\balias\b/.test(text)) return undefined;
  return (line) => (sh.aliases.size > 0 && sh.expandsAliases ? expandAliases(sh, line) : line);
}

/** Runs a script's commands; a failed expansion drops the rest of its line only. */
async function runLines(sh: Shell, script: ast.Script, text: string): Promise<void> {
  const tail = sh.tail;
  const { commands } = script;
  for (let i = 0; i < commands.length; i++) {
    sh.tail = tail && i === commands.length - 1;
    try {
      await runStatement(sh, commands[i] as ast.Statement);
    } catch (e) {
      if (!(e instanceof Unwind) || e.kind !== 'discard' || sh.subshell > 0 || sh.interactive) throw e;
      sh.status = e.value;
      sh.condition = 0;
      while (
        i + 1 < commands.length &&
        !text.slice((commands[i] as ast.Statement).end, (commands[i + 1] as ast.Statement).pos).includes('\n')
      )
        i++;
    }
  }
}

/** What comes out of a pipe: `source <(command)`. */
async function readPipe(sh: Shell, path: string): Promise<Uint8Array | Errno> {
  const own = /^\/dev\/(?:fd\/(\d+)|stdin)$/.exec(path);
  const fd = own ? (sh.io.get(Number(own[1] ?? 0)) ?? EBADF) : sh.sys.open(path, { read: true });
  if (isErr(fd)) return fd;
  const all = await readAll(sh.sys, fd);
  if (!own) sh.sys.close(fd);
  return all;
}

/** Text of a script file, or why it is none. */
export async function scriptText(sh: Shell, path: string): Promise<string | { error: string; status: number }> {
  const st = sh.sys.stat(path);
  if (!isErr(st) && st.kind === 'dir') return { error: 'Is a directory', status: 126 };
  const bytes =
    /^\/dev\/(fd\/|stdin$)/.test(path) || (!isErr(st) && st.kind !== 'file')
      ? await readPipe(sh, path)
      : sh.sys.readFile(path);
  if (isErr(bytes)) return { error: bytes.text, status: bytes.name === 'EACCES' ? 126 : 127 };
  if (bytes.subarray(0, 80).includes(0)) return { error: 'cannot execute binary file', status: 126 };
  return new TextDecoder().decode(bytes);
}

/** A file without `#!` that execve refused: this process becomes a shell that runs it. */
export async function runFile(sh: Shell, path: string, argv: readonly string[]): Promise<number> {
  const text = await scriptText(sh, path);
  if (typeof text !== 'string') {
    await sh.complain(`${path}: ${text.error}`);
    return text.status;
  }
  sh.arg0 = path;
  sh.params = argv.slice(1);
  sh.calls = [];
  sh.commandString = undefined;
  sh.functions.clear();
  sh.tail = false;
  return runText(sh, text);
}
