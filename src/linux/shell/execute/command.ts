/**
 * Commands: finding a simple command's builtin, function or program and running it.
 * @see bash execute_cmd.c: execute_simple_command, execute_disk_command; findcmd.c
 */
import type * as ast from 'unbash';
import { EACCES, EAGAIN, EISDIR, ENOENT, type Errno, isErr } from '../../kernel/errno.ts';
import type { Sys } from '../../kernel/sys.ts';
import { type Builtin, isSpecialBuiltin, Output } from '../builtins/builtin.ts';
import { builtinFor } from '../builtins/table.ts';
import { quoteIfNeeded } from '../expand/quote.ts';
import { expandHere, expandWord } from '../expand/word.ts';
import type { Job } from '../jobs.ts';
import { runFile } from '../script.ts';
import type { Shell, ShellFunction } from '../shell.ts';
import { runPendingTraps } from '../traps.ts';
import { Unwind } from '../unwind.ts';
import type { Variable } from '../variables.ts';
import { assign } from './assign.ts';
import { runCompound } from './compound.ts';
import { becomeProgram, forkShell, groupOptions, isScriptError, spawnProgram, waitForeground } from './launch.ts';
import { textOf } from './list.ts';
import { openRedirects, withRedirects } from './redirect.ts';

/** Builtins whose arguments may be assignments. */
const DECLARATION = new Set(['declare', 'typeset', 'local', 'export', 'readonly']);

/** Runs any command; gives its status. */
export async function runCommand(sh: Shell, node: ast.CommandNode): Promise<number> {
  switch (node.type) {
    case 'Command':
      return runSimple(sh, node);
    case 'Redirected': {
      sh.pos = node.pos;
      if (node.command.type === 'Subshell') return runCompound(sh, node.command, node.redirects);
      return withRedirects(sh, node.redirects, () => runCompound(sh, node.command));
    }
    case 'Function':
      sh.functions.set(node.name.value, {
        name: node.name.value,
        body: node.body,
        text: sh.frame.text,
        firstLine: sh.frame.firstLine,
        source:
          sh.calls.at(-1)?.source ?? (sh.interactive ? '' : sh.commandString !== undefined ? 'environment' : sh.arg0),
      });
      return 0;
    case 'Coproc':
      await sh.complain('coproc: not supported');
      return 1;
    default:
      return runCompound(sh, node);
  }
}

async function runSimple(sh: Shell, node: ast.Command): Promise<number> {
  const tail = sh.tail;
  sh.tail = false;
  sh.pos = node.pos;
  await sh.tick();
  sh.substitutionStatus = undefined;
  const first = sh.substitutions.length;
  try {
    const assignments = node.prefix.filter((p): p is ast.Assignment => p.type === 'Assignment');
    const { argv, arrays } = await expandArguments(sh, node);
    if (argv.length === 0) return await onlyAssignments(sh, node, assignments);
    if (sh.has('xtrace') && assignments.length === 0) await trace(sh, argv.map(quoteIfNeeded).join(' '));
    return await dispatch(sh, node, argv, arrays, assignments, tail);
  } finally {
    endSubstitutions(sh, first);
    if (sh.pending.length > 0) await runPendingTraps(sh);
  }
}

/** Closes the shell's ends of the process substitutions of a command. */
function endSubstitutions(sh: Shell, first: number): void {
  if (sh.replaced) return;
  for (const s of sh.substitutions.splice(first)) {
    const fd = sh.io.get(s.fd);
    if (fd !== undefined) sh.sys.close(fd);
    sh.io.delete(s.fd);
  }
}

/** A line of `set -x`. */
export async function trace(sh: Shell, text: string): Promise<void> {
  const raw = sh.vars.get('PS4') ?? '+ ';
  const ps4 = /[$`]/.test(raw) ? await expandHere(sh, raw) : raw;
  await sh.write(2, `${ps4.slice(0, 1).repeat(Math.min(sh.subshell, 0))}${ps4}${text}\n`);
}

interface Arguments {
  readonly argv: string[];
  /** Array assignments among the arguments of a declaration builtin, by their place in argv. */
  readonly arrays: Map<number, ast.Assignment>;
}

async function expandArguments(sh: Shell, node: ast.Command): Promise<Arguments> {
  const argv: string[] = node.name ? await expandName(sh, node.name) : [];
  const arrays = new Map<number, ast.Assignment>();
  const declaration = DECLARATION.has(argv[0] ?? '') && !sh.disabled.has(argv[0] ?? '');
  for (const a of node.args) {
    if (a.type === 'Word') argv.push(...(await expandWord(sh, a)));
    else if (declaration) {
      arrays.set(argv.length, a);
      argv.push(a.text);
    } else argv.push(...(await expandWord(sh, { type: 'Word', ...wordOfAssignment(a) })));
  }
  return { argv, arrays };
}

function wordOfAssignment(a: ast.Assignment): Omit<ast.Word, 'type'> {
  const head = a.text.slice(0, a.text.length - (a.value.type === 'Word' ? a.value.text.length : 0));
  const literal = { type: 'Literal' as const, pos: a.pos, end: a.pos, value: head, text: head };
  if (a.value.type !== 'Word') return { text: a.text, value: a.text, pos: a.pos, end: a.end };
  const tail = a.value.parts ?? [{ ...literal, value: a.value.value, text: a.value.text }];
  return { text: a.text, value: a.text, pos: a.pos, end: a.end, parts: [literal, ...tail] };
}

async function expandName(sh: Shell, name: ast.Word): Promise<string[]> {
  return expandWord(sh, name);
}

async function onlyAssignments(sh: Shell, node: ast.Command, list: readonly ast.Assignment[]): Promise<number> {
  const run = async (): Promise<number> => {
    for (const a of list) {
      const shown = await assign(sh, a);
      if (sh.has('xtrace')) await trace(sh, shown);
    }
    return sh.substitutionStatus ?? 0;
  };
  return node.redirects.length > 0 ? withRedirects(sh, node.redirects, run) : run();
}

async function dispatch(
  sh: Shell,
  node: ast.Command,
  argv: string[],
  arrays: Map<number, ast.Assignment>,
  assignments: readonly ast.Assignment[],
  tail: boolean,
): Promise<number> {
  const name = argv[0] as string;
  const fn = name.includes('/') ? undefined : sh.functions.get(name);
  const builtin = fn || name.includes('/') ? undefined : builtinFor(sh, name);
  if (name === 'exec') return runExec(sh, node, argv, assignments);
  if (fn)
    return withAssignments(sh, assignments, () => withRedirects(sh, node.redirects, () => callFunction(sh, fn, argv)));
  if (builtin) return runBuiltinCommand(sh, node, builtin, argv, arrays, assignments);
  const temporary = await temporaryEnv(sh, assignments);
  if (sh.has('xtrace') && assignments.length > 0) await trace(sh, argv.map(quoteIfNeeded).join(' '));
  return withRedirects(sh, node.redirects, async () => {
    const status = await runProgram(sh, argv, { ...sh.vars.environ(), ...temporary }, tail, textOf(sh, node));
    sh.vars.set('_', argv.at(-1) as string);
    return status;
  });
}

async function runBuiltinCommand(
  sh: Shell,
  node: ast.Command,
  builtin: Builtin,
  argv: readonly string[],
  arrays: Map<number, ast.Assignment>,
  assignments: readonly ast.Assignment[],
): Promise<number> {
  const call = (): Promise<number> => withRedirects(sh, node.redirects, () => callBuiltin(sh, builtin, argv, arrays));
  const status = await withAssignments(sh, assignments, call);
  sh.vars.set('_', argv.at(-1) as string);
  if (
    status !== 0 &&
    sh.setup.flavour === 'dash' &&
    !sh.interactive &&
    isSpecialBuiltin(argv[0] as string) &&
    status === 2
  ) {
    throw new Unwind('exit', 2);
  }
  return status;
}

/** Calls a builtin and writes what it printed. */
export async function callBuiltin(
  sh: Shell,
  builtin: Builtin,
  argv: readonly string[],
  arrays: Map<number, ast.Assignment> = new Map(),
): Promise<number> {
  const out = new Output(sh, argv[0] as string, arrays);
  try {
    const status = await builtin(sh, argv, out);
    return (await out.flush()) ? status : 1;
  } catch (e) {
    if (e instanceof Unwind) await out.flush();
    throw e;
  }
}

/** Values of `a=1 cmd`, not assigned in the shell. */
async function temporaryEnv(sh: Shell, list: readonly ast.Assignment[]): Promise<Record<string, string>> {
  const out: Record<string, string> = {};
  await withAssignments(sh, list, async () => {
    for (const a of list) out[a.name] = sh.vars.get(a.name) ?? '';
    return 0;
  });
  return out;
}

/** Runs with variables assigned and exported for that time. */
async function withAssignments(
  sh: Shell,
  list: readonly ast.Assignment[],
  body: () => Promise<number>,
): Promise<number> {
  if (list.length === 0) return body();
  const saved = new Map<string, Variable | undefined>();
  try {
    for (const a of list) {
      const v = sh.vars.raw(a.name);
      if (!saved.has(a.name)) saved.set(a.name, v && { ...v, ...(v.items && { items: new Map(v.items) }) });
      const shown = await assign(sh, a);
      if (sh.has('xtrace')) await trace(sh, shown);
      sh.vars.export(a.name);
    }
    return await body();
  } finally {
    for (const [name, v] of saved) {
      if (v) Object.assign(sh.vars.declare(name), { exported: undefined, items: undefined }, v);
      else sh.vars.forget(name);
    }
  }
}

/** Calls a function with its arguments. */
export async function callFunction(sh: Shell, fn: ShellFunction, argv: readonly string[]): Promise<number> {
  const { params, frame, loops, pos } = sh;
  if (sh.calls.length > 1000) return sh.fail(`${fn.name}: maximum function nesting level exceeded (1000)`);
  sh.calls.push({ name: fn.name, source: fn.source, line: sh.line });
  sh.params = argv.slice(1);
  sh.frame = { text: fn.text, firstLine: fn.firstLine };
  sh.loops = 0;
  sh.vars.enter();
  try {
    const { body } = fn;
    if (body.type === 'CompoundList') return 0;
    return await runCommand(sh, body);
  } catch (e) {
    if (e instanceof Unwind && e.kind === 'return') return e.value;
    throw e;
  } finally {
    sh.vars.leave();
    sh.calls.pop();
    sh.params = params;
    sh.frame = frame;
    sh.loops = loops;
    sh.pos = pos;
  }
}

/** Where a command name leads in $PATH. */
export function searchPath(sys: Sys, name: string, path: string): { path: string } | { error: Errno | undefined } {
  let denied: Errno | undefined;
  for (const dir of path.split(':')) {
    const full = `${dir === '' ? '.' : dir.replace(/\/$/, '')}/${name}`;
    const st = sys.stat(full);
    if (isErr(st) || st.kind === 'dir') continue;
    if (isErr(sys.access(full, { exec: true }))) denied ??= EACCES;
    else return { path: full };
  }
  return { error: denied };
}

/** Looks a command up, remembering where it was. */
export function findProgram(sh: Shell, name: string): { path: string } | { error: Errno | undefined } {
  if (name.includes('/')) return { path: name };
  const known = sh.hashed.get(name);
  if (known && sh.vars.get('PATH') !== undefined && !isErr(sh.sys.stat(known.path))) {
    known.hits++;
    return { path: known.path };
  }
  const found = searchPath(sh.sys, name, sh.vars.get('PATH') ?? '');
  if ('path' in found && sh.has('hashall')) sh.hashed.set(name, { path: found.path, hits: 1 });
  return found;
}

/** Runs a program in the foreground; with `tail` the shell becomes it. */
export async function runProgram(
  sh: Shell,
  argv: readonly string[],
  env: Record<string, string>,
  tail: boolean,
  text: string,
): Promise<number> {
  const name = argv[0] as string;
  const found = name === '' ? { error: undefined } : findProgram(sh, name);
  if ('error' in found) return notFound(sh, name, found.error, argv);
  env._ = found.path;
  const replace = tail && sh.traps.size === 0 && !sh.interactive;
  if (replace) {
    const e = await becomeProgram(sh, found.path, argv, env);
    if (isScriptError(e)) return runFile(sh, found.path, argv);
    return cannotExecute(sh, name, found.path, e);
  }
  const r = spawnProgram(sh, found.path, argv, env, groupOptions(sh, 0, false));
  if (!isErr(r)) return foreground(sh, r, text);
  if (!isScriptError(r)) return cannotExecute(sh, name, found.path, r);
  const pid = forkShell(sh, groupOptions(sh, 0, false), (sub) => runFile(sub, found.path, argv));
  return isErr(pid) ? cannotExecute(sh, name, found.path, pid) : foreground(sh, pid, text);
}

function foreground(sh: Shell, pid: number, text: string): Promise<number> {
  const job: Job = {
    id: 0,
    processes: [{ pid, status: undefined }],
    pgid: sh.jobControl ? pid : 0,
    text,
    notified: false,
    foreground: true,
  };
  return waitForeground(sh, job);
}

async function notFound(sh: Shell, name: string, error: Errno | undefined, argv: readonly string[]): Promise<number> {
  if (error) {
    await sh.complain(`${name}: ${error.text}`);
    return 126;
  }
  const handler = sh.functions.get('command_not_found_handle');
  if (handler) return callFunction(sh, handler, [handler.name, ...argv]);
  const lost = sh.dialect.flavour === 'bash' && sh.vars.get('PATH') === undefined;
  await sh.complain(lost ? `${name}: ${ENOENT.text}` : sh.dialect.notFound(name));
  return 127;
}

async function cannotExecute(sh: Shell, name: string, path: string, e: Errno): Promise<number> {
  if (e === EAGAIN) return sh.fail(...sh.dialect.cannotFork(e.text));
  const st = sh.sys.stat(path);
  // the file is there, so it is its interpreter that is not
  if (e === ENOENT && !isErr(st) && sh.dialect.flavour === 'bash') {
    await sh.complain(`${name}: cannot execute: required file not found`);
    return 127;
  }
  const why = !isErr(st) && st.kind === 'dir' ? EISDIR : e;
  if (sh.dialect.flavour !== 'bash' && why === ENOENT) await sh.complain(sh.dialect.notFound(name));
  else
    await sh.complain(`${name}: ${sh.dialect.flavour === 'bash' ? why.text : why === EISDIR ? EACCES.text : why.text}`);
  return why === ENOENT || e.name === 'ENOTDIR' ? (e.name === 'ENOTDIR' ? 126 : 127) : 126;
}

/** `exec`: without a command its redirections stay. */
async function runExec(sh: Shell, node: ast.Command, argv: string[], list: readonly ast.Assignment[]): Promise<number> {
  const r = await openRedirects(sh, node.redirects);
  if (!r) {
    if (!sh.interactive) throw new Unwind('exit', 1);
    return 1;
  }
  const options = execOptions(argv.slice(1));
  if (options.argv.length === 0) {
    const before = new Set(sh.io.values());
    sh.io = r.io;
    const now = new Set(r.io.values());
    for (const fd of [...before, ...r.opened]) if (!now.has(fd)) sh.sys.close(fd);
    for (const a of list) await assign(sh, a);
    return 0;
  }
  const env = options.clean ? {} : { ...sh.vars.environ(), ...(await temporaryEnv(sh, list)) };
  const before = sh.io;
  sh.io = r.io;
  const name = options.argv[0] as string;
  const found = findProgram(sh, name);
  if ('path' in found) {
    const title = options.name ?? `${options.login ? '-' : ''}${name}`;
    const e = await becomeProgram(sh, found.path, [title, ...options.argv.slice(1)], env);
    await sh.complain(`exec: ${name}: cannot execute: ${e.text}`);
  } else await sh.complain(`exec: ${name}: ${found.error ? found.error.text : 'not found'}`);
  sh.io = before;
  const status = 'path' in found || found.error ? 126 : 127;
  if (!sh.interactive && !sh.shopt.has('execfail')) throw new Unwind('exit', status);
  return status;
}

function execOptions(args: string[]): { argv: string[]; clean: boolean; login: boolean; name?: string } {
  const out: { argv: string[]; clean: boolean; login: boolean; name?: string } = {
    argv: [],
    clean: false,
    login: false,
  };
  let i = 0;
  for (; i < args.length && /^-[cla]+$/.test(args[i] as string); i++) {
    const o = args[i] as string;
    if (o.includes('c')) out.clean = true;
    if (o.includes('l')) out.login = true;
    if (o.includes('a')) out.name = args[++i] ?? '';
  }
  if (args[i] === '--') i++;
  out.argv = args.slice(i);
  return out;
}
