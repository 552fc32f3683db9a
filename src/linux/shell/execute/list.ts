/**
 * Lists, and-or lists, pipelines and background jobs.
 * @see bash execute_cmd.c: execute_connection, execute_pipeline
 */
import type * as ast from 'unbash';
import { EAGAIN, isErr } from '../../kernel/errno.ts';
import type { Job } from '../jobs.ts';
import type { Shell } from '../shell.ts';
import { runErrTrap, runPendingTraps } from '../traps.ts';
import { Unwind } from '../unwind.ts';
import { runCommand } from './command.ts';
import { forkShell, groupOptions, waitForeground } from './launch.ts';
import { timed } from './time.ts';

/** Runs all statements of a script or list; gives the last status. */
export async function runScript(sh: Shell, list: { readonly commands: readonly ast.Statement[] }): Promise<number> {
  const tail = sh.tail;
  for (let i = 0; i < list.commands.length; i++) {
    sh.tail = tail && i === list.commands.length - 1;
    await runStatement(sh, list.commands[i] as ast.Statement);
  }
  sh.tail = false;
  return list.commands.length === 0 ? (sh.status = 0) : sh.status;
}

export async function runStatement(sh: Shell, st: ast.Statement): Promise<number> {
  if (sh.pending.length > 0) await runPendingTraps(sh);
  if (sh.has('noexec') && !sh.interactive) return 0;
  if (st.background) return startBackground(sh, st);
  return runNode(sh, st.command);
}

/** Runs an and-or list or a pipeline. */
async function runNode(sh: Shell, node: ast.PipelineNode | ast.AndOr): Promise<number> {
  return node.type === 'AndOr' ? runAndOr(sh, node) : runPipelineNode(sh, node);
}

async function runAndOr(sh: Shell, node: ast.AndOr): Promise<number> {
  const tail = sh.tail;
  const last = node.commands.length - 1;
  for (let i = 0; i <= last; i++) {
    const op = node.operators[i - 1];
    if (op === '&&' && sh.status !== 0) continue;
    if (op === '||' && sh.status === 0) continue;
    sh.tail = tail && i === last;
    const command = node.commands[i] as ast.PipelineNode;
    if (i === last) await runPipelineNode(sh, command);
    else await inCondition(sh, () => runPipelineNode(sh, command));
  }
  sh.tail = false;
  return sh.status;
}

/** Runs where a failure does not end a shell with -e. */
export async function inCondition(sh: Shell, body: () => Promise<number>): Promise<number> {
  sh.condition++;
  try {
    return await body();
  } finally {
    sh.condition--;
  }
}

async function runPipelineNode(sh: Shell, node: ast.PipelineNode): Promise<number> {
  if (node.type !== 'Pipeline') {
    sh.status = await runCommand(sh, node);
    if (node.type === 'Command') sh.pipeStatus = [sh.status];
    if (sh.status !== 0) await failed(sh, node);
    return sh.status;
  }
  sh.pos = node.pos;
  const negations = node.prefixes.filter((p) => p.type === 'Negation').length;
  const time = node.prefixes.find((p) => p.type === 'Time');
  const run = async (): Promise<number> => {
    if (node.commands.length === 0) return 0;
    return node.commands.length === 1 ? runCommand(sh, node.commands[0] as ast.CommandNode) : runPipeline(sh, node);
  };
  if (time || negations > 0) sh.tail = false;
  const guarded = negations > 0 ? (): Promise<number> => inCondition(sh, run) : run;
  let status = time ? await timed(sh, guarded, time.type === 'Time' && time.posix !== undefined) : await guarded();
  if (negations % 2 === 1) status = status === 0 ? 1 : 0;
  sh.status = status;
  if (status !== 0 && negations === 0) await failed(sh, node);
  return status;
}

/** A command failed: the ERR trap, and the end of a shell with -e. */
async function failed(sh: Shell, node: ast.PipelineNode): Promise<void> {
  if (sh.condition > 0) return;
  const counts = ['Command', 'Subshell', 'TestCommand', 'ArithmeticCommand', 'Pipeline'];
  const inner = node.type === 'Redirected' ? node.command.type : node.type;
  if (!counts.includes(inner)) return;
  if (
    node.type === 'Pipeline' &&
    node.commands.length === 1 &&
    !counts.includes((node.commands[0] as ast.CommandNode).type)
  )
    return;
  const status = sh.status;
  await runErrTrap(sh);
  sh.status = status;
  if (sh.has('errexit')) throw new Unwind('exit', status);
}

/** Source text of a node, on one line as `jobs` shows it. */
export function textOf(
  sh: Shell,
  node: { readonly pos: number; readonly end: number; readonly type?: string },
): string {
  const text = sh.frame.text
    .slice(node.pos, node.end)
    .trim()
    .replace(/\\\n/g, '')
    .replace(/\s*\n\s*/g, '; ');
  return node.type === 'Subshell' && sh.setup.flavour === 'bash' ? `( ${text.slice(1, -1).trim()} )` : text;
}

/** Runs one stage in the forked shell `sub`; a subshell's body needs no process more. */
async function runStage(sub: Shell, node: ast.PipelineNode | ast.AndOr): Promise<number> {
  sub.tail = true;
  if (node.type === 'Subshell') return runScript(sub, node.body);
  return runNode(sub, node);
}

async function runPipeline(sh: Shell, node: ast.Pipeline): Promise<number> {
  sh.tail = false;
  const job = startPipeline(sh, node, textOf(sh, node), false);
  if (!job) return sh.fail(...sh.dialect.cannotFork(EAGAIN.text));
  return waitForeground(sh, job);
}

function startPipeline(sh: Shell, node: ast.Pipeline, text: string, background: boolean): Job | undefined {
  const { sys } = sh;
  const processes: { pid: number; status: undefined }[] = [];
  let group = 0;
  let input: number | undefined;
  for (let i = 0; i < node.commands.length; i++) {
    const command = node.commands[i] as ast.CommandNode;
    const last = i === node.commands.length - 1;
    const pipe = last ? undefined : sys.pipe();
    const fds = sh.childFds();
    if (input !== undefined) fds[0] = input;
    if (pipe) {
      fds[1] = pipe[1];
      if (node.operators[i] === '|&') fds[2] = pipe[1];
    }
    const pid = forkShell(sh, { fds, ...groupOptions(sh, group, background) }, (sub) => runStage(sub, command));
    if (input !== undefined) sys.close(input);
    if (pipe) sys.close(pipe[1]);
    input = pipe?.[0];
    if (isErr(pid)) {
      if (input !== undefined) sys.close(input);
      return undefined;
    }
    if (group === 0) group = pid;
    processes.push({ pid, status: undefined });
  }
  const parts = node.commands.map((c) => textOf(sh, c));
  return { id: 0, processes, pgid: sh.jobControl ? group : 0, text, parts, notified: false, foreground: !background };
}

async function startBackground(sh: Shell, st: ast.Statement): Promise<number> {
  sh.tail = false;
  sh.pos = st.pos;
  const node = st.command;
  const text = textOf(sh, node);
  let job: Job | undefined;
  if (node.type === 'Pipeline' && node.commands.length > 1 && node.prefixes.length === 0) {
    job = startPipeline(sh, node, text, true);
  } else {
    const fds = sh.childFds();
    const nothing = sh.jobControl ? undefined : sh.sys.open('/dev/null', { read: true });
    if (nothing !== undefined && !isErr(nothing)) fds[0] = nothing;
    const pid = forkShell(sh, { fds, ...groupOptions(sh, 0, true) }, (sub) => runStage(sub, node));
    if (nothing !== undefined && !isErr(nothing)) sh.sys.close(nothing);
    if (!isErr(pid)) {
      const processes = [{ pid, status: undefined }];
      job = { id: 0, processes, pgid: sh.jobControl ? pid : 0, text, notified: false, foreground: false };
    }
  }
  if (!job) return sh.fail(...sh.dialect.cannotFork(EAGAIN.text));
  sh.jobs.add(job);
  sh.backgroundPid = job.processes.at(-1)?.pid;
  if (sh.interactive) await sh.write(2, sh.dialect.flavour === 'bash' ? `[${job.id}] ${sh.backgroundPid}\n` : '');
  return (sh.status = 0);
}
