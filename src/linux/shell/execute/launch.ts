/**
 * Processes of the shell: forked subshells, programs, and waiting for foreground jobs with the terminal's hand-over.
 * @see bash jobs.c: make_child, wait_for; execute_cmd.c: shell_execve
 */
import type * as ast from 'unbash';
import { ENOEXEC, type Errno, isErr } from '../../kernel/errno.ts';
import { SIGNALS } from '../../kernel/signal.ts';
import type { SpawnOptions, Sys, Termios, WaitStatus } from '../../kernel/sys.ts';
import { type Job, jobStatus, note, STATE_WIDTH, signalText, stateOf } from '../jobs.ts';
import type { Shell, SourceFrame } from '../shell.ts';
import { runExitTrap, runPendingTraps } from '../traps.ts';
import { Unwind } from '../unwind.ts';
import { runScript } from './list.ts';

type ForkOptions = Omit<SpawnOptions, 'argv'>;

/** Forks a copy of the shell, taken now; `body` runs in it. The result is its exit status. */
export function forkShell(sh: Shell, options: ForkOptions, body: (sub: Shell) => Promise<number>): number | Errno {
  const sub = sh.forked();
  const fds = options.fds ?? sh.childFds();
  sub.io = new Map(Object.keys(fds).map((n) => [Number(n), Number(n)]));
  return sh.sys.fork({ ...options, fds }, (sys: Sys) => {
    sub.sys = sys;
    return runToEnd(sub, () => body(sub));
  });
}

/** Forks a subshell for the commands of a substitution. */
export function forkScript(sh: Shell, options: ForkOptions, frame: SourceFrame, script: ast.Script): number | Errno {
  return forkShell(sh, options, async (sub) => {
    sub.frame = frame;
    sub.tail = true;
    return runScript(sub, script);
  });
}

/** Runs a shell process's work and its EXIT trap; gives the exit code. */
export async function runToEnd(sh: Shell, body: () => Promise<number>): Promise<number> {
  let code: number;
  try {
    code = await body();
  } catch (e) {
    if (!(e instanceof Unwind)) throw e;
    code = e.kind === 'break' || e.kind === 'continue' ? 0 : e.value;
  }
  sh.status = code & 255;
  return (await runExitTrap(sh)) & 255;
}

/** Makes the shell's descriptors real, then becomes the program. Gives only on failure. */
export async function becomeProgram(
  sh: Shell,
  path: string,
  argv: readonly string[],
  env: Record<string, string>,
): Promise<Errno> {
  const { sys } = sh;
  const targets = [...sh.io.entries()];
  const numbers = new Set(targets.map(([n]) => n));
  const moved: [number, number][] = [];
  const spare: number[] = [];
  for (const [n, fd] of targets) {
    if (n === fd) continue;
    let copy = sys.dup(fd);
    while (!isErr(copy) && numbers.has(copy)) {
      spare.push(copy);
      copy = sys.dup(fd);
    }
    if (!isErr(copy)) moved.push([n, copy]);
  }
  for (const fd of spare) if (![...sh.io.values()].includes(fd)) sys.close(fd);
  for (const [n, copy] of moved) sys.dup2(copy, n);
  for (const fd of sys.fds()) if (!numbers.has(fd)) sys.close(fd);
  sh.io = new Map(targets.map(([n]) => [n, n]));
  sh.replaced = true;
  const e = await sys.exec(path, argv, env);
  sh.replaced = false;
  return e;
}

/** Starts a program as a child. */
export function spawnProgram(
  sh: Shell,
  path: string,
  argv: readonly string[],
  env: Record<string, string>,
  options: { pgid?: number; foreground?: boolean; ignore?: readonly number[] } = {},
): number | Errno {
  return sh.sys.spawn(path, { argv, env, fds: sh.childFds(), ...options });
}

/** Is it a text that this shell can run itself (execve said ENOEXEC)? */
export function isScriptError(e: Errno): boolean {
  return e === ENOEXEC;
}

/** Puts the terminal's foreground back to the shell. */
function takeTerminal(sh: Shell): void {
  if (sh.jobControl && sh.interactive) sh.sys.tcsetpgrp(sh.terminal, sh.ownGroup);
}

/** Waits for a foreground job to end or stop; gives its status. */
export async function waitForeground(sh: Shell, job: Job): Promise<number> {
  const { sys } = sh;
  let interrupted = false;
  const guard = !sh.interactive && !sh.traps.has('INT');
  const before = guard ? sys.sigaction(SIGNALS.SIGINT, () => void (interrupted = true)) : undefined;
  if (before === 'ignore') sys.sigaction(SIGNALS.SIGINT, 'ignore');
  const modes: Termios | Errno | undefined = sh.interactive ? sys.tcgetattr(sh.terminal) : undefined;
  for (const p of job.processes) {
    while (p.status === undefined) {
      const st = await sys.wait(p.pid, { untraced: true });
      if (st === 0) continue;
      if (isErr(st)) {
        if (st.name === 'EINTR') continue;
        p.status = { pid: p.pid, state: 'exited', code: 127, signal: 0 };
      } else note(job, st);
    }
  }
  if (before !== undefined) sys.sigaction(SIGNALS.SIGINT, before);
  takeTerminal(sh);
  if (modes && !isErr(modes) && job.processes.some((p) => p.status?.state !== 'exited'))
    sys.tcsetattr(sh.terminal, modes);
  return afterForeground(sh, job, interrupted);
}

async function afterForeground(sh: Shell, job: Job, interrupted: boolean): Promise<number> {
  const status = pipelineStatus(sh, job);
  const last = job.processes.at(-1)?.status as WaitStatus;
  if (stateOf(job) === 'stopped') {
    sh.jobs.add(job);
    sh.jobs.touch(job);
    job.foreground = false;
    job.notified = true;
    await sh.write(2, `${sh.setup.flavour === 'bash' ? '\n' : ''}${sh.jobs.line(job, sh.setup.flavour)}\n`);
    if (sh.loops > 0) throw new Unwind('break', sh.loops);
    return status;
  }
  sh.jobs.remove(job);
  const killed = last.state === 'signaled' ? last.signal : 0;
  if (killed === SIGNALS.SIGINT) {
    if (sh.interactive) sh.interrupted = true;
    else if (interrupted) {
      sh.sys.sigaction(SIGNALS.SIGINT, 'default');
      sh.sys.kill(sh.sys.pid, SIGNALS.SIGINT);
      await sh.sys.cpu(0);
    }
  } else if (killed !== 0 && killed !== SIGNALS.SIGPIPE) await tellKilled(sh, job, killed);
  await runPendingTraps(sh);
  return status;
}

/** `bash: line 1:  123 Terminated                 sleep 9`, or without the beginning when interactive. */
export async function tellKilled(sh: Shell, job: Job, signal: number): Promise<void> {
  if (sh.dialect.flavour !== 'bash') {
    await sh.write(2, `${signalText(signal)}\n`);
    return;
  }
  if (sh.interactive) {
    await sh.write(2, `${signalText(signal).padEnd(STATE_WIDTH)}${job.text}\n`);
    return;
  }
  const pid = String(job.processes.at(-1)?.pid).padStart(5);
  await sh.complain(`${pid} ${signalText(signal).padEnd(STATE_WIDTH)}${job.text}`);
}

/** Status of a pipeline with pipefail; sets PIPESTATUS. */
function pipelineStatus(sh: Shell, job: Job): number {
  const all = job.processes.map((p) =>
    p.status ? (p.status.state === 'exited' ? p.status.code : 128 + p.status.signal) : 0,
  );
  sh.pipeStatus = all;
  if (!sh.has('pipefail')) return jobStatus(job);
  return [...all].reverse().find((s) => s !== 0) ?? 0;
}

/** Options that put a process into a job's group. */
export function groupOptions(sh: Shell, pgid: number, background: boolean): ForkOptions {
  if (sh.jobControl) return { pgid, foreground: sh.interactive && !background };
  return background ? { ignore: [SIGNALS.SIGINT, SIGNALS.SIGQUIT] } : {};
}
