/** jobs, fg, bg, wait, kill, disown. @see bash builtins/jobs.def, fg_bg.def, wait.def, kill.def */
import { isErr } from '../../kernel/errno.ts';
import { SIGNALS, signalName, signalNumber } from '../../kernel/signal.ts';
import { tellKilled, waitForeground } from '../execute/launch.ts';
import { type Job, jobStatus, note, stateOf, statusOf } from '../jobs.ts';
import { reap } from '../reap.ts';
import type { Shell } from '../shell.ts';
import { runPendingTraps } from '../traps.ts';
import { type Builtin, type Output, options } from './builtin.ts';

/** The builtin `jobs`. */
export const jobs: Builtin = async (sh, args, out) => {
  const o = options(args, 'lnprs');
  if (o.bad) return out.usage(o.bad, 'jobs [-lnprs] [jobspec ...] or jobs -x command [args]');
  await reap(sh);
  let list = sh.jobs.list.length > 0 ? sh.jobs.list : sh.jobs.inherited;
  let status = 0;
  if (sh.setup.flavour === 'bash') sh.exitWarned = sh.commandNumber;
  if (o.rest.length > 0) {
    list = [];
    for (const spec of o.rest) {
      const j = sh.jobs.find(spec);
      if (j && j !== 'ambiguous') list.push(j);
      else status = out.error(`${spec}: no such job`);
    }
  }
  const smaller = sh.setup.flavour !== 'bash';
  for (const j of smaller && o.rest.length === 0 ? sh.jobs.latest() : [...list]) {
    const state = stateOf(j);
    if (o.flags.has('r') && state !== 'running') continue;
    if (o.flags.has('s') && state !== 'stopped') continue;
    if (o.flags.has('p')) out.print(`${j.processes[0]?.pid}\n`);
    else out.print(`${sh.jobs.line(j, sh.setup.flavour, o.flags.has('l'))}\n`);
    if (state === 'done') sh.jobs.remove(j);
    j.notified = true;
  }
  return status;
};

function find(sh: Shell, out: Output, spec: string | undefined): Job | undefined {
  const text = spec === undefined ? '%%' : spec.startsWith('%') ? spec : `%${spec}`;
  const j = sh.jobs.find(text);
  if (j && j !== 'ambiguous') return j;
  if (j === 'ambiguous') out.error(`${spec?.replace(/^%/, '')}: ambiguous job spec`);
  else out.error(`${spec ?? 'current'}: no such job`);
  return undefined;
}

/** The builtin `fg`. */
export const fg: Builtin = async (sh, args, out) => {
  if (!sh.jobControl) return out.error('no job control');
  const job = find(sh, out, args[1]);
  if (!job) return 1;
  if (stateOf(job) === 'done') {
    sh.jobs.remove(job);
    return out.error('job has terminated');
  }
  await sh.write(1, `${job.text}\n`);
  job.foreground = true;
  sh.jobs.touch(job);
  sh.sys.tcsetpgrp(sh.terminal, job.pgid);
  resume(sh, job);
  return waitForeground(sh, job);
};

function resume(sh: Shell, job: Job): void {
  for (const p of job.processes) if (p.status?.state === 'stopped') p.status = undefined;
  sh.sys.kill(-job.pgid, SIGNALS.SIGCONT);
}

/** The builtin `bg`. */
export const bg: Builtin = (sh, args, out) => {
  if (!sh.jobControl) return out.error('no job control');
  let status = 0;
  for (const spec of args.length > 1 ? args.slice(1) : [undefined]) {
    const job = find(sh, out, spec);
    if (!job) {
      status = 1;
      continue;
    }
    if (stateOf(job) === 'running') {
      out.error(`job ${job.id} already in background`);
      continue;
    }
    out.print(
      sh.setup.flavour === 'bash' ? `[${job.id}]${sh.jobs.mark(job)} ${job.text} &\n` : `[${job.id}] ${job.text}\n`,
    );
    job.foreground = false;
    job.notified = false;
    sh.backgroundPid = job.processes.at(-1)?.pid;
    resume(sh, job);
  }
  return status;
};

/** Waits for one process; undefined when a signal with a trap, or ^C, ended the wait. */
async function waitPid(sh: Shell, pid: number): Promise<number | undefined> {
  for (;;) {
    const st = await sh.sys.wait(pid);
    if (st === 0) continue;
    if (isErr(st)) {
      if (st.name !== 'EINTR') return sh.jobs.ended.get(pid) ?? 127;
      if (sh.interrupted || sh.pending.length > 0) return undefined;
      continue;
    }
    const job = sh.jobs.update(st);
    if (job) note(job, st);
    return statusOf(st);
  }
}

async function interrupted(sh: Shell): Promise<number> {
  const signal = sh.pending[0] ?? SIGNALS.SIGINT;
  await runPendingTraps(sh);
  sh.checkInterrupt();
  return 128 + signal;
}

async function waitJob(sh: Shell, job: Job): Promise<number | undefined> {
  for (const p of job.processes) {
    if (p.status === undefined || p.status.state === 'stopped') {
      if ((await waitPid(sh, p.pid)) === undefined) return undefined;
    }
  }
  const status = jobStatus(job);
  const last = job.processes.at(-1)?.status;
  if (
    !sh.interactive &&
    last?.state === 'signaled' &&
    last.signal !== SIGNALS.SIGINT &&
    last.signal !== SIGNALS.SIGPIPE
  ) {
    await tellKilled(sh, job, last.signal);
  }
  waited(sh, job);
  return status;
}

/** A job that was waited for is told of before the next prompt. */
function waited(sh: Shell, job: Job): void {
  if (!sh.interactive || !sh.jobControl) sh.jobs.remove(job);
}

/** The builtin `wait`. */
export const wait: Builtin = async (sh, args, out) => {
  const o = options(args, 'fn', 'p');
  if (o.bad) return out.usage(o.bad, 'wait [-fn] [-p var] [id ...]');
  sh.killed = false;
  if (o.flags.has('n')) return waitAny(sh, o);
  if (o.rest.length === 0) {
    for (const j of [...sh.jobs.list]) {
      if (stateOf(j) === 'stopped') continue;
      if ((await waitJob(sh, j)) === undefined) return interrupted(sh);
    }
    return 0;
  }
  let status = 0;
  for (const spec of o.rest) {
    if (spec.startsWith('%')) {
      const j = sh.jobs.find(spec);
      if (!j || j === 'ambiguous') {
        status = out.error(`${spec}: no such job`, 127);
        continue;
      }
      status = (await waitJob(sh, j)) ?? (await interrupted(sh));
      continue;
    }
    if (!/^\d+$/.test(spec)) {
      status = out.error(`\`${spec}': not a pid or valid job spec`);
      continue;
    }
    status = await waitNumber(sh, out, Number(spec));
  }
  return status;
};

async function waitNumber(sh: Shell, out: Output, pid: number): Promise<number> {
  const job = sh.jobs.byPid(pid);
  const known = sh.jobs.ended.get(pid);
  if (!job && known !== undefined) return known;
  if (!job && !sh.jobs.watched.has(pid))
    return sh.setup.flavour === 'bash' ? out.error(`pid ${pid} is not a child of this shell`, 127) : 127;
  const p = job?.processes.find((x) => x.pid === pid);
  const status = p?.status && p.status.state !== 'stopped' ? statusOf(p.status) : await waitPid(sh, pid);
  if (status === undefined) return interrupted(sh);
  sh.jobs.ended.set(pid, status);
  if (job && stateOf(job) === 'done') waited(sh, job);
  return status;
}

async function waitAny(sh: Shell, o: { flags: Map<string, string>; rest: string[] }): Promise<number> {
  const candidates = (): Job[] =>
    o.rest.length === 0
      ? sh.jobs.list
      : sh.jobs.list.filter((j) =>
          o.rest.some((r) => r === `%${j.id}` || j.processes.some((p) => String(p.pid) === r)),
        );
  if (candidates().length === 0) return 127;
  for (;;) {
    const done = candidates().find((j) => stateOf(j) === 'done');
    if (done) {
      if (sh.interactive && sh.jobControl) await sh.write(2, `${sh.jobs.line(done, sh.setup.flavour)}\n`);
      sh.jobs.remove(done);
      const name = o.flags.get('p');
      if (name) sh.vars.set(name, String(done.processes.at(-1)?.pid));
      return jobStatus(done);
    }
    const st = await sh.sys.wait(-1);
    if (st !== 0 && !isErr(st)) sh.jobs.update(st);
    else if (isErr(st)) {
      if (st.name !== 'EINTR') return 127;
      if (sh.interrupted || sh.pending.length > 0) return interrupted(sh);
    }
  }
}

const KILL_USAGE = 'kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]';

function listSignals(out: Output, specs: readonly string[]): number {
  if (specs.length === 0) {
    const names = Array.from({ length: 31 }, (_, i) => `${String(i + 1).padStart(2)}) ${signalName(i + 1)}`);
    for (let i = 34; i <= 64; i++)
      names.push(
        `${i}) ${i === 34 ? 'SIGRTMIN' : i === 64 ? 'SIGRTMAX' : i <= 49 ? `SIGRTMIN+${i - 34}` : `SIGRTMAX-${64 - i}`}`,
      );
    for (let i = 0; i < names.length; i += 5) out.print(`${names.slice(i, i + 5).join('\t')}\n`);
    return 0;
  }
  for (const s of specs) {
    const n = signalNumber(s);
    if (n === undefined && !/^\d+$/.test(s)) return out.error(`${s}: invalid signal specification`);
    const number = n ?? Number(s) - 128;
    out.print(
      /^\d+$/.test(s) ? `${signalName(number > 128 ? number - 128 : number)?.slice(3) ?? ''}\n` : `${number}\n`,
    );
  }
  return 0;
}

/** The builtin `kill`. */
export const kill: Builtin = async (sh, args, out) => {
  let i = 1;
  let signal: number | undefined = SIGNALS.SIGTERM;
  const first = args[1];
  if (first === undefined) {
    out.raw(`kill: usage: ${KILL_USAGE}\n`);
    return 2;
  }
  if (first === '-l' || first === '-L') return listSignals(out, args.slice(2));
  if (first === '-s' || first === '-n') {
    if (args[2] === undefined) return out.error(`${first}: option requires an argument`);
    signal = signalNumber(args[2]);
    if (signal === undefined) return out.error(`${args[2]}: invalid signal specification`);
    i = 3;
  } else if (/^-[^-]/.test(first)) {
    signal = signalNumber(first.slice(1));
    if (signal === undefined) return out.error(`${first.slice(1)}: invalid signal specification`);
    i = 2;
  }
  if (args[i] === '--') i++;
  if (args[i] === undefined) {
    out.raw(`kill: usage: ${KILL_USAGE}\n`);
    return 2;
  }
  let status = 0;
  const stopped = sh.jobs.list.some((j) => stateOf(j) === 'stopped');
  for (const spec of args.slice(i)) status = killOne(sh, out, spec, signal as number) || status;
  await out.flush();
  sh.killed = sh.interactive && status === 0 && !stopped;
  await sh.sys.cpu(1000);
  return status;
};

function killOne(sh: Shell, out: Output, spec: string, signal: number): number {
  if (spec.startsWith('%')) {
    const job = sh.jobs.find(spec);
    if (job === 'ambiguous') return out.error(`${spec.slice(1)}: ambiguous job spec`);
    if (!job) return out.error(`${spec}: no such job`);
    const targets = job.pgid > 0 ? [-job.pgid] : job.processes.map((p) => p.pid);
    for (const t of targets) sh.sys.kill(t, signal);
    if (stateOf(job) === 'stopped' && (signal === SIGNALS.SIGTERM || signal === SIGNALS.SIGHUP)) resume(sh, job);
    return 0;
  }
  if (!/^-?\d+$/.test(spec))
    return out.error(
      sh.setup.flavour === 'bash' ? `\`${spec}': not a pid or valid job spec` : `Illegal number: ${spec}`,
    );
  const r = sh.sys.kill(Number(spec), signal);
  if (!isErr(r)) return 0;
  if (sh.setup.flavour === 'bash') return out.error(`(${spec}) - ${r.text}`);
  if (sh.setup.flavour === 'dash') return out.error(r.text);
  out.raw(`${sh.arg0}: can't kill pid ${spec}: ${r.text}\n`);
  return 1;
}

/** The builtin `disown`. */
export const disown: Builtin = (sh, args, out) => {
  const o = options(args, 'ahr');
  if (o.bad) return out.usage(o.bad, 'disown [-h] [-ar] [jobspec ... | pid ...]');
  let list: Job[] = [];
  let status = 0;
  if (o.flags.has('a') || (o.flags.has('r') && o.rest.length === 0)) {
    list = sh.jobs.list.filter((j) => !o.flags.has('r') || stateOf(j) === 'running');
  } else {
    for (const spec of o.rest.length > 0 ? o.rest : ['%%']) {
      const j = /^\d+$/.test(spec) ? sh.jobs.byPid(Number(spec)) : sh.jobs.find(spec);
      if (j && j !== 'ambiguous') list.push(j);
      else status = out.error(`${o.rest.length > 0 ? spec : 'current'}: no such job`);
    }
  }
  for (const j of list) {
    if (o.flags.has('h')) j.disowned = true;
    else sh.jobs.remove(j);
  }
  return status;
};
