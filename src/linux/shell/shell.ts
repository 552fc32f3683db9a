/**
 * The state of one shell process: variables, functions, options, descriptors, jobs, traps. A subshell gets a copy.
 *
 * Descriptors are a table of the shell's own (`io`: the number a script uses → the process's descriptor), so that a
 * redirection of a builtin needs neither dup nor restore.
 * @see bash shell.c, execute_cmd.c
 */
import type * as ast from 'unbash';
import { EBADF, type Errno, isErr } from '../kernel/errno.ts';
import { SIGNALS } from '../kernel/signal.ts';
import type { Fd, SignalAction, Sys } from '../kernel/sys.ts';
import type { CompleterMap } from './complete.ts';
import type { CompletionSpec } from './compspec.ts';
import { DIALECTS, type Dialect, type Flavour } from './dialect.ts';
import { installDynamics } from './dynamic.ts';
import { ArithmeticError, evaluate } from './expand/arithmetic.ts';
import { arithmeticVariables } from './expand/parameter.ts';
import { decodePrompt } from './expand/prompt.ts';
import { History } from './history.ts';
import { Jobs } from './jobs.ts';
import { Unwind } from './unwind.ts';
import { Variables } from './variables.ts';

/** A defined function: its body and the text in which the body's positions count. */
export interface ShellFunction {
  readonly name: string;
  readonly body: ast.Function['body'];
  readonly text: string;
  readonly firstLine: number;
  readonly source: string;
  exported?: boolean;
}

/** The text being run: positions of nodes count in `text`, whose first line has number `firstLine`. */
export interface SourceFrame {
  readonly text: string;
  readonly firstLine: number;
}

/** One call of a function, or of a sourced file. */
export interface CallFrame {
  readonly name: string;
  readonly source: string;
  readonly line: number;
}

/** How a shell was called. */
export interface ShellOptions {
  readonly flavour: Flavour;
  readonly completers: CompleterMap;
}

/** Virtual CPU time of one command of the shell itself, ns. */
const COMMAND_COST = 4000;
/** Commands between two cancellation points. */
const COMMANDS_PER_SLICE = 32;

const encoder = new TextEncoder();

export class Shell {
  vars = new Variables();
  functions = new Map<string, ShellFunction>();
  aliases = new Map<string, string>();
  /** `set -o` options that are on. */
  options = new Set<string>(['braceexpand', 'hashall', 'interactive-comments']);
  /** `shopt` options that are on. */
  shopt = new Set<string>([
    'checkwinsize',
    'cmdhist',
    'complete_fullquote',
    'extquote',
    'force_fignore',
    'globasciiranges',
    'globskipdots',
    'hostcomplete',
    'interactive_comments',
    'patsub_replacement',
    'progcomp',
    'promptvars',
    'sourcepath',
  ]);
  disabled = new Set<string>();
  hashed = new Map<string, { path: string; hits: number }>();
  io = new Map<number, Fd>([
    [0, 0],
    [1, 1],
    [2, 2],
  ]);
  arg0 = 'bash';
  params: string[] = [];
  status = 0;
  /** `$$`: the pid of the outermost shell. */
  shellPid: number;
  backgroundPid: number | undefined;
  frame: SourceFrame = { text: '', firstLine: 1 };
  pos = 0;
  calls: CallFrame[] = [];
  interactive = false;
  login = false;
  /** Commands came by -c. */
  commandString: string | undefined;
  /** Each foreground job is its own process group that gets the terminal. */
  jobControl = false;
  /** Descriptor of the controlling terminal. */
  terminal: Fd = 0;
  ownGroup = 0;
  subshell = 0;
  loops = 0;
  /** Above 0 where a failing command does not end a shell with -e: conditions, `!`, `&&` and `||`. */
  condition = 0;
  /** The command being run is the last of this process: a program may replace the shell. */
  tail = false;
  jobs = new Jobs();
  traps = new Map<string, string>();
  trapsRunning = new Set<string>();
  pending: number[] = [];
  interrupted = false;
  history = new History();
  /** Keys that `bind` gave something else to do, variables of the line editor, what `complete` was told. */
  readonly keys = new Map<string, string>();
  readonly inputrc = new Map<string, string>();
  readonly completions = new Map<string, CompletionSpec>();
  /** The specification whose function runs. */
  completing: CompletionSpec | undefined;
  /** The command that runs is not in the history. */
  hidden = false;
  /** Lines of the last input that have not been read yet. */
  typed: string[] = [];
  directories: string[] = [];
  /** Status of the last command substitution of the present command; undefined when there was none. */
  substitutionStatus: number | undefined;
  /** Descriptors and processes of process substitutions to end with the present command. */
  substitutions: { fd: number; pid: number }[] = [];
  getoptsAt = 0;
  #count = 0;

  constructor(
    public sys: Sys,
    readonly setup: ShellOptions,
  ) {
    this.shellPid = sys.pid;
    this.parentPid = sys.ppid;
  }

  get dialect(): Dialect {
    return DIALECTS[this.setup.flavour];
  }

  /** The shell of a forked process: same state, other system calls (set by the forker). Jobs are not inherited; caught traps are reset. */
  forked(): Shell {
    const s = new Shell(this.sys, this.setup);
    s.vars = this.vars.copy();
    s.functions = new Map(this.functions);
    s.aliases = new Map(this.aliases);
    s.options = new Set(this.options);
    s.shopt = new Set(this.shopt);
    s.disabled = new Set(this.disabled);
    s.hashed = new Map(this.hashed);
    s.arg0 = this.arg0;
    s.params = [...this.params];
    s.status = this.status;
    s.shellPid = this.shellPid;
    s.parentPid = this.parentPid;
    s.backgroundPid = this.backgroundPid;
    s.frame = this.frame;
    s.pos = this.pos;
    s.calls = [...this.calls];
    s.login = this.login;
    s.commandString = this.commandString;
    s.terminal = this.terminal;
    s.subshell = this.subshell + 1;
    s.loops = this.loops;
    s.condition = this.condition;
    s.directories = [...this.directories];
    s.getoptsAt = this.getoptsAt;
    for (const [name, action] of this.traps) if (action === '') s.traps.set(name, '');
    s.jobs.inherit(this.jobs);
    s.history = this.history.copy();
    s.messageInteractive = this.messageInteractive;
    installDynamics(s);
    return s;
  }

  /** Value of an array subscript. @throws Unwind when it is no expression */
  evaluateIndex(text: string): bigint {
    try {
      return evaluate(text, arithmeticVariables(this));
    } catch (e) {
      if (e instanceof ArithmeticError) throw new Unwind('discard', 1);
      throw e;
    }
  }

  /** execve is under way: descriptors are the new program's. */
  replaced = false;
  /** Number of the command at which `exit` warned of jobs, or `jobs` showed them. */
  exitWarned = Number.NEGATIVE_INFINITY;
  /** `kill` was the last command. */
  killed = false;
  /** Lines that were typed. */
  lines = 0;

  /** Are aliases expanded here? */
  get expandsAliases(): boolean {
    return this.interactive || this.shopt.has('expand_aliases') || this.setup.flavour !== 'bash';
  }
  shoptOn(name: string): boolean {
    if (name === 'login_shell') return this.login;
    return name === 'expand_aliases' ? this.expandsAliases : this.shopt.has(name);
  }
  setShopt(name: string, on: boolean): void {
    if (on) this.shopt.add(name);
    else this.shopt.delete(name);
  }

  /** Statuses of the last pipeline. */
  pipeStatus: number[] = [0];

  /** Decodes the escapes of a prompt string. */
  promptText(format: string): string {
    return decodePrompt(this, format);
  }

  /** Messages are those of an interactive shell (no line number), also in its subshells. */
  messageInteractive = false;

  /** Descriptors for a child: every one that scripts know. */
  childFds(): Record<number, Fd> {
    const out: Record<number, Fd> = {};
    for (const [n, fd] of this.io) out[n] = fd;
    return out;
  }

  /** Line of the command being run. */
  get line(): number {
    const { text, firstLine } = this.frame;
    let line = firstLine;
    for (let i = text.indexOf('\n'); i >= 0 && i < this.pos; i = text.indexOf('\n', i + 1)) line++;
    return line;
  }

  /** What stands before a message. */
  prefix(): string {
    const base = this.arg0.startsWith('-') ? this.arg0 : this.interactive ? this.arg0.replace(/^.*\//, '') : this.arg0;
    const name = this.calls.at(-1)?.source || base;
    return this.dialect.prefix(this.messageInteractive ? base : name, this.line, this.messageInteractive);
  }

  async write(n: number, text: string): Promise<boolean> {
    return (await this.put(n, text)) === 0;
  }

  /** The same. @returns 0 or why it could not be written */
  async put(n: number, text: string): Promise<Errno | 0> {
    const fd = this.io.get(n);
    if (fd === undefined) return EBADF;
    const r = await this.sys.write(fd, encoder.encode(text));
    return isErr(r) ? r : 0;
  }

  /** A message of the shell on its standard error. */
  async complain(text: string): Promise<void> {
    await this.write(2, `${this.prefix()}${text}\n`);
  }

  /** A failure that ends a script and drops the line of an interactive shell. */
  async fail(text: string, status = 1): Promise<never> {
    await this.complain(text);
    // the smaller shells end, where bash drops the line
    if (this.setup.flavour !== 'bash' && !this.interactive) throw new Unwind('exit', 2);
    throw new Unwind('discard', status);
  }

  /** What an unset variable under -u, or `${x:?}`, leads to: the end of a script, or of an interactive line. */
  fatal(): Unwind {
    if (this.interactive) return new Unwind('discard', 1);
    if (this.setup.flavour !== 'bash') return new Unwind('exit', 2);
    return new Unwind('exit', this.commandString !== undefined && this.subshell === 0 ? 127 : 1);
  }

  /** Called for each command: virtual time passes now and then, and signals arrive. */
  async tick(): Promise<void> {
    if (++this.#count % COMMANDS_PER_SLICE === 0) await this.sys.cpu(COMMANDS_PER_SLICE * COMMAND_COST);
    this.checkInterrupt();
  }

  /** ^C in an interactive shell ends the command line. */
  checkInterrupt(): void {
    if (this.interrupted) {
      this.interrupted = false;
      this.status = 130;
      throw new Unwind('interrupt', 130);
    }
  }

  /** The action that the shell has set for a signal which traps do not decide. */
  signalAction(signal: number): SignalAction {
    if (this.interactive && signal === SIGNALS.SIGINT) return () => void (this.interrupted = true);
    if (this.interactive && (signal === SIGNALS.SIGTERM || signal === SIGNALS.SIGQUIT)) return () => {};
    return 'default';
  }

  has(option: string): boolean {
    return this.options.has(option);
  }

  /** `$-` */
  get flags(): string {
    let out = '';
    for (const [letter, name] of OPTION_LETTERS) if (this.options.has(name)) out += letter;
    if (this.interactive) out += 'i';
    if (this.jobControl && !out.includes('m')) out += 'm';
    const order = 'abefhikmnprtuvxBCEHPT';
    out = [...out].sort((a, b) => order.indexOf(a) - order.indexOf(b)).join('');
    if (this.commandString !== undefined) out += 'c';
    else if (this.readsStdin) out += 's';
    return out;
  }
  readsStdin = false;
  /** Commands run so far at prompts. */
  commandNumber = 1;
  /** The parent of the outermost shell. */
  parentPid: number;
}

/** Letters of `set` and the names of `set -o`. */
export const OPTION_LETTERS: readonly (readonly [string, string])[] = [
  ['a', 'allexport'],
  ['b', 'notify'],
  ['e', 'errexit'],
  ['f', 'noglob'],
  ['h', 'hashall'],
  ['k', 'keyword'],
  ['m', 'monitor'],
  ['n', 'noexec'],
  ['p', 'privileged'],
  ['t', 'onecmd'],
  ['u', 'nounset'],
  ['v', 'verbose'],
  ['x', 'xtrace'],
  ['B', 'braceexpand'],
  ['C', 'noclobber'],
  ['E', 'errtrace'],
  ['H', 'histexpand'],
  ['P', 'physical'],
  ['T', 'functrace'],
];
