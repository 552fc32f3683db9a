/**
 * The job table: pipelines that were started, what became of their processes, and how `jobs` shows them.
 * @see bash jobs.c: pretty_print_job
 */
import { SIGNALS } from '../kernel/signal.ts';
import type { WaitStatus } from '../kernel/sys.ts';
import type { Flavour } from './dialect.ts';
import type { Shell } from './shell.ts';

/** A process of a job. `status` is undefined while it runs. */
export interface JobProcess {
  readonly pid: number;
  status: WaitStatus | undefined;
}

export type JobState = 'running' | 'stopped' | 'done';

/** A pipeline. */
export interface Job {
  /** Job number; 0 for a foreground job that was never put in the table. */
  id: number;
  readonly processes: JobProcess[];
  /** Process group, 0 without job control. */
  readonly pgid: number;
  readonly text: string;
  /** Texts of a pipeline's stages. */
  readonly parts?: readonly string[];
  /** Its end or stop has been told. */
  notified: boolean;
  foreground: boolean;
  disowned?: boolean;
}

/** glibc's strsignal texts. */
const SIGNAL_TEXT: Readonly<Record<number, string>> = {
  1: 'Hangup',
  2: 'Interrupt',
  3: 'Quit',
  4: 'Illegal instruction',
  5: 'Trace/breakpoint trap',
  6: 'Aborted',
  7: 'Bus error',
  8: 'Floating point exception',
  9: 'Killed',
  10: 'User defined signal 1',
  11: 'Segmentation fault',
  12: 'User defined signal 2',
  13: 'Broken pipe',
  14: 'Alarm clock',
  15: 'Terminated',
  24: 'CPU time limit exceeded',
  25: 'File size limit exceeded',
  26: 'Virtual timer expired',
  27: 'Profiling timer expired',
  30: 'Power failure',
  31: 'Bad system call',
};

/** What is told of a process that a signal ended. @see strsignal(3) */
export function signalText(signal: number): string {
  return SIGNAL_TEXT[signal] ?? `Unknown signal ${signal}`;
}

/** Columns of a job's state. @see bash jobs.c: LONGEST_SIGNAL_DESC */
export const STATE_WIDTH = 27;

/** `$?` of a process that ended or stopped. */
export function statusOf(st: WaitStatus): number {
  return st.state === 'exited' ? st.code : 128 + st.signal;
}

/** A job runs while a process of it does, and is stopped when one is and none runs. */
export function stateOf(job: Job): JobState {
  if (job.processes.some((p) => p.status === undefined)) return 'running';
  return job.processes.some((p) => p.status?.state === 'stopped') ? 'stopped' : 'done';
}

/** Status of a job: of its last process. */
export function jobStatus(job: Job): number {
  const last = job.processes.at(-1)?.status;
  return last ? statusOf(last) : 0;
}

/** The word in the second column: `Running`, `Done`, `Exit 3`, `Terminated`; with `long` why it stopped. */
function stateText(job: Job, long = false): string {
  switch (stateOf(job)) {
    case 'running':
      return 'Running';
    case 'stopped':
      return long ? stopText(job) : 'Stopped';
    default: {
      const last = job.processes.at(-1)?.status;
      if (last?.state === 'signaled') return signalText(last.signal);
      return last && last.code !== 0 ? `Exit ${last.code}` : 'Done';
    }
  }
}

function stopText(job: Job): string {
  const signal = job.processes.find((p) => p.status?.state === 'stopped')?.status?.signal;
  if (signal === SIGNALS.SIGTSTP) return 'Stopped';
  if (signal === SIGNALS.SIGSTOP) return 'Stopped (signal)';
  return signal === SIGNALS.SIGTTIN ? 'Stopped (tty input)' : 'Stopped (tty output)';
}

/** The jobs of a shell. */
export class Jobs {
  list: Job[] = [];
  /** Jobs by recency: the last is `%+`. */
  #recent: Job[] = [];
  /** Ended background processes that `wait PID` may still ask for. */
  readonly ended = new Map<number, number>();
  /** Processes of process substitutions: children, but no jobs. */
  readonly watched = new Set<number>();

  /** The parent's jobs: a subshell shows them until it has its own; they cannot be waited for. */
  inherited: Job[] = [];

  inherit(parent: Jobs): void {
    this.inherited = parent.list;
  }

  watch(pid: number): void {
    this.watched.add(pid);
  }

  add(job: Job): void {
    if (job.id === 0) job.id = Math.max(0, ...this.list.map((j) => j.id)) + 1;
    if (!this.list.includes(job)) this.list.push(job);
    this.inherited = [];
    this.list.sort((a, b) => a.id - b.id);
    this.touch(job);
  }

  /** Makes it the current job. */
  touch(job: Job): void {
    this.#recent = [...this.#recent.filter((j) => j !== job), job];
  }

  remove(job: Job): void {
    this.list = this.list.filter((j) => j !== job);
    this.#recent = this.#recent.filter((j) => j !== job);
  }

  /** `%+` and `%-`: stopped jobs come first. */
  get current(): Job | undefined {
    return this.#ordered().at(-1);
  }
  get previous(): Job | undefined {
    return this.#ordered().at(-2) ?? this.current;
  }
  #ordered(): Job[] {
    const live = this.#recent.filter((j) => this.list.includes(j));
    return [...live.filter((j) => stateOf(j) !== 'stopped'), ...live.filter((j) => stateOf(j) === 'stopped')];
  }

  /** The current job first, as the smaller shells list them. */
  latest(): Job[] {
    return this.#ordered().reverse();
  }

  mark(job: Job): string {
    if (job === this.current) return '+';
    return job === this.#ordered().at(-2) ? '-' : ' ';
  }

  /** The job that `%1`, `%+`, `%name`, `%?text` means; 'ambiguous' when several. */
  find(spec: string): Job | undefined | 'ambiguous' {
    const s = spec.replace(/^%/, '');
    if (s === '' || s === '%' || s === '+') return this.current;
    if (s === '-') return this.previous;
    if (/^\d+$/.test(s)) return this.list.find((j) => j.id === Number(s));
    const found = this.list.filter((j) => (s.startsWith('?') ? j.text.includes(s.slice(1)) : j.text.startsWith(s)));
    return found.length > 1 ? 'ambiguous' : found[0];
  }

  byPid(pid: number): Job | undefined {
    return this.list.find((j) => j.processes.some((p) => p.pid === pid));
  }

  /** Notes what `wait` told. @returns the job it belongs to */
  update(st: WaitStatus): Job | undefined {
    this.watched.delete(st.pid);
    const job = this.byPid(st.pid);
    if (job) note(job, st);
    return job;
  }

  /** `[1]+  Running                    sleep 100 &`; with `long` every process has a line. */
  line(job: Job, flavour: Flavour, long = false): string {
    const state = stateText(job, long);
    const tail = flavour === 'bash' && stateOf(job) === 'running' && !job.foreground ? ' &' : '';
    const mark = this.mark(job);
    if (flavour !== 'bash') {
      const head = `[${job.id}]${flavour === 'dash' ? ` ${mark}` : `${mark} `} ${long ? `${job.processes[0]?.pid} ` : ''}${state}`;
      return `${head.padEnd(33)}${job.text}`;
    }
    const number = (n: number): string => ` ${String(job.processes[n]?.pid).padStart(5)} `;
    const parts = (long && job.parts) || [job.text];
    const more = parts.slice(1).map((p, i) => `\n    ${number(i + 1)}${' '.repeat(STATE_WIDTH - 2)}| ${p}`);
    return `[${job.id}]${mark}${long ? number(0) : '  '}${state.padEnd(STATE_WIDTH)}${parts[0]}${more.join('')}${tail}`;
  }
}

/** What keeps a shell from ending at once, as it is told: stopped jobs, and with checkjobs running ones. */
export function remaining(sh: Shell): string {
  const { list } = sh.jobs;
  const running = sh.shopt.has('checkjobs') && list.some((j) => stateOf(j) === 'running');
  const stopped = list.some((j) => stateOf(j) === 'stopped');
  if (sh.commandNumber - sh.exitWarned < 2 || !(stopped || running)) return '';
  sh.exitWarned = sh.commandNumber;
  if (sh.setup.flavour !== 'bash') return 'You have stopped jobs.\n';
  const lines = sh.shopt.has('checkjobs') ? list.map((j) => `${sh.jobs.line(j, 'bash')}\n`).join('') : '';
  return `There are ${stopped ? 'stopped' : 'running'} jobs.\n${lines}`;
}

/** Records a process's new state in its job. */
export function note(job: Job, st: WaitStatus): void {
  const p = job.processes.find((x) => x.pid === st.pid);
  if (p) p.status = st.state === 'continued' ? undefined : st;
  if (st.state === 'stopped') job.notified = false;
}
