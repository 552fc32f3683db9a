/**
 * Command substitution `$(…)` and process substitution `<(…)`: a forked subshell at the other end of a pipe.
 * @see bash subst.c: command_substitute, process_substitute
 */
import type * as ast from 'unbash';
import { isErr } from '../../kernel/errno.ts';
import type { Fd, Sys } from '../../kernel/sys.ts';
import { forkScript } from '../execute/launch.ts';
import { statusOf } from '../jobs.ts';
import type { Shell, SourceFrame } from '../shell.ts';
import { explainError } from '../source.ts';
import { expandString } from './word.ts';

/** All that can be read from a descriptor; a signal does not end it. */
export async function readAll(sys: Sys, fd: Fd, stop: () => void = () => {}): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const r = await sys.read(fd, 65536);
    if (isErr(r)) {
      if (r.name !== 'EINTR') break;
      stop();
      continue;
    }
    if (r.length === 0) break;
    chunks.push(r);
    size += r.length;
  }
  const out = new Uint8Array(size);
  let at = 0;
  for (const c of chunks) {
    out.set(c, at);
    at += c.length;
  }
  return out;
}

const clean = (bytes: Uint8Array): string => new TextDecoder().decode(bytes).replace(/\0/g, '').replace(/\n+$/, '');

function frameOf(sh: Shell, script: ast.ParsedScript): SourceFrame {
  return script.source === undefined ? sh.frame : { text: script.source, firstLine: sh.line };
}

/** The output of the commands, without the newlines at its end. Sets `sh.substitutionStatus`. */
export async function commandSubstitution(sh: Shell, part: ast.CommandExpansionPart): Promise<string> {
  const script = part.script;
  if (!script) return '';
  const frame = frameOf(sh, script);
  if (script.errors?.length) {
    await explainError(sh, frame.text, script.errors[0] as ast.ParseError, 'command substitution');
    sh.substitutionStatus = 2;
    return '';
  }
  const file = onlyInput(script);
  if (file) return readFile(sh, file);
  const { sys } = sh;
  const [r, w] = sys.pipe();
  const pid = forkScript(sh, { fds: { ...sh.childFds(), 1: w } }, frame, script);
  sys.close(w);
  if (isErr(pid)) {
    sys.close(r);
    return sh.fail(...sh.dialect.cannotFork(pid.text));
  }
  const bytes = await readAll(sys, r);
  sys.close(r);
  sh.substitutionStatus = await waitFor(sh, pid);
  sh.checkInterrupt();
  return clean(bytes);
}

async function waitFor(sh: Shell, pid: number): Promise<number> {
  for (;;) {
    const st = await sh.sys.wait(pid);
    if (st !== 0 && !isErr(st)) {
      if (st.state === 'signaled' && st.signal === 2 && sh.interactive) sh.interrupted = true;
      return statusOf(st);
    }
    if (isErr(st) && st.name !== 'EINTR') return 127;
  }
}

/** `$(<file)`: the redirection when there is nothing else. */
function onlyInput(script: ast.ParsedScript): ast.Redirect | undefined {
  const c = script.commands.length === 1 ? script.commands[0]?.command : undefined;
  if (c?.type !== 'Command' || c.name || c.prefix.length + c.suffix.length !== 1) return undefined;
  const r = c.redirects[0];
  return r?.type === 'Redirect' && r.operator === '<' && !r.descriptor ? r : undefined;
}

async function readFile(sh: Shell, redirect: ast.Redirect): Promise<string> {
  const path = redirect.target ? await expandString(sh, redirect.target) : '';
  const fd = sh.sys.open(path, { read: true });
  if (isErr(fd)) {
    await sh.complain(sh.dialect.cannotOpen(path, fd.text, false));
    sh.substitutionStatus = 1;
    return '';
  }
  const bytes = await readAll(sh.sys, fd);
  sh.sys.close(fd);
  sh.substitutionStatus = 0;
  return clean(bytes);
}

/** Starts the commands and gives the path `/dev/fd/63` of the pipe's end that the command is to use. */
export async function processSubstitution(sh: Shell, part: ast.ProcessSubstitutionPart): Promise<string> {
  const script = part.script;
  if (!script) return '/dev/null';
  const { sys } = sh;
  const [r, w] = sys.pipe();
  const read = part.operator === '<';
  const frame = frameOf(sh, script);
  const fds = { ...sh.childFds(), [read ? 1 : 0]: read ? w : r };
  for (const s of sh.substitutions) delete fds[s.fd];
  const pid = forkScript(sh, { fds }, frame, script);
  sys.close(read ? w : r);
  if (isErr(pid)) return sh.fail(...sh.dialect.cannotFork(pid.text));
  let n = 63;
  while (sh.io.has(n)) n--;
  sh.io.set(n, read ? r : w);
  sh.substitutions.push({ fd: n, pid });
  sh.jobs.watch(pid);
  return `/dev/fd/${n}`;
}
