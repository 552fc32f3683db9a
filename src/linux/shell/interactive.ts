/**
 * The interactive shell: terminal set-up, prompts, history, one command after another.
 * @see bash eval.c: reader_loop; shell.c: set_shell_name; jobs.c: initialize_job_control
 */
import { parse } from 'unbash';
import { isErr } from '../kernel/errno.ts';
import { SIGNALS } from '../kernel/signal.ts';
import { type EditResult, LineEditor } from '../tty/editor.ts';
import { expandAliases } from './alias.ts';
import { readUntil } from './builtins/readline.ts';
import { runScript } from './execute/list.ts';
import { expandHere } from './expand/word.ts';
import { remaining } from './jobs.ts';
import { notifyJobs } from './reap.ts';
import { runText } from './script.ts';
import type { Shell } from './shell.ts';
import { explainError, readText } from './source.ts';
import { runPendingTraps } from './traps.ts';
import { Unwind } from './unwind.ts';

/** Takes the terminal: own process group, signals, job control. */
export function prepareTerminal(sh: Shell): void {
  const { sys } = sh;
  sh.options.add('history');
  if (sh.setup.flavour === 'bash') sh.options.add('histexpand').add('emacs');
  for (const s of [SIGNALS.SIGINT, SIGNALS.SIGTERM, SIGNALS.SIGQUIT]) sys.sigaction(s, sh.signalAction(s));
  if (!sys.isatty(0)) return;
  for (const s of [SIGNALS.SIGTSTP, SIGNALS.SIGTTIN, SIGNALS.SIGTTOU]) sys.sigaction(s, () => {});
  const pgid = sys.getpgid();
  if (!isErr(pgid) && pgid !== sys.pid) sys.setpgid(0, 0);
  const own = sys.getpgid();
  sh.ownGroup = isErr(own) ? sys.pid : own;
  sh.terminal = 0;
  sh.jobControl = !isErr(sys.tcsetpgrp(0, sh.ownGroup));
  if (sh.jobControl) sh.options.add('monitor');
  else
    void sh.write(
      2,
      `${sh.arg0}: cannot set terminal process group (${sys.pid}): Inappropriate ioctl for device\n${sh.arg0}: no job control in this shell\n`,
    );
}

const DEFAULT_PS1 = { bash: '\\u@\\h:\\w\\$ ', dash: '# ', ash: '\\w \\$ ' };

function defaults(sh: Shell): void {
  const { vars } = sh;
  if (vars.get('PS1') === undefined) vars.set('PS1', DEFAULT_PS1[sh.setup.flavour]);
  if (vars.get('PS2') === undefined) vars.set('PS2', '> ');
  if (sh.setup.flavour !== 'bash') return;
  if (vars.get('HISTFILE') === undefined) vars.set('HISTFILE', `${vars.get('HOME') ?? '/root'}/.bash_history`);
  if (vars.get('HISTSIZE') === undefined) vars.set('HISTSIZE', '500');
  if (vars.get('HISTFILESIZE') === undefined) vars.set('HISTFILESIZE', '500');
}

function loadHistory(sh: Shell): void {
  const file = sh.vars.get('HISTFILE');
  if (!file) return;
  const bytes = sh.sys.readFile(file);
  if (isErr(bytes)) return;
  for (const l of new TextDecoder().decode(bytes).split('\n')) sh.history.add(l);
  sh.history.fresh = 0;
}

function saveHistory(sh: Shell): void {
  const file = sh.vars.get('HISTFILE');
  const { history } = sh;
  if (!file || history.fresh === 0) return;
  const old = sh.sys.readFile(file);
  const before = isErr(old) ? [] : new TextDecoder().decode(old).split('\n').slice(0, -1);
  const all = [...before, ...history.lines.slice(-history.fresh)].slice(-(Number(sh.vars.get('HISTFILESIZE')) || 500));
  sh.sys.writeFile(file, new TextEncoder().encode(all.map((l) => `${l}\n`).join('')), 0o600);
}

/** Text of a prompt variable with everything expanded. */
async function prompt(sh: Shell, name: string): Promise<string> {
  const raw = sh.vars.get(name) ?? '';
  if (sh.setup.flavour === 'dash') return expandHere(sh, raw);
  const text = sh.promptText(raw);
  const status = sh.status;
  const out = /[$`]/.test(raw.replace(/\\\$/g, '')) ? await expandHere(sh, text) : text;
  sh.status = status;
  return out;
}

/** One line from the person; undefined at the end of the input, '' with `interrupted` after ^C. */
type LineSource = (promptText: string, offered: string) => Promise<EditResult>;

function lineSource(sh: Shell, editing: boolean): LineSource {
  const tty = sh.sys.isatty(0);
  if (tty && editing && sh.setup.flavour !== 'dash') {
    const editor = new LineEditor({
      sys: sh.sys,
      input: 0,
      output: 2,
      history: sh.history,
      search: sh.setup.flavour === 'bash',
      bracketedPaste: sh.setup.flavour === 'bash' && sh.vars.get('TERM') !== 'dumb',
      keys: sh.keys,
      variables: sh.inputrc,
      complete: async (before) => (await sh.sys.load(() => import('./completion.ts'))).candidates(sh, before),
      expand: async (line, all) => (await sh.sys.load(() => import('./expandline.ts'))).expandLine(sh, line, all),
      interrupted: () => {
        const was = sh.interrupted || sh.pending.includes(SIGNALS.SIGINT);
        sh.interrupted = false;
        return was;
      },
    });
    // several lines at once (pasted, or recalled) are handed on one by one, without prompts for the later ones
    sh.typed = [];
    return async (text, offered) => {
      const ready = sh.typed.shift();
      if (ready !== undefined) return { kind: 'line', text: ready };
      editor.text = offered;
      const got = await editor.readLine(text);
      if (got.kind !== 'line') return got;
      const [first, ...rest] = got.text.split('\n');
      sh.typed = rest;
      return { ...got, text: first as string };
    };
  }
  return async (text) => {
    await sh.write(2, text.replace(/[\x01\x02]/g, ''));
    const a = await readUntil(sh, sh.io.get(0) ?? 0, {});
    if (a.end === 'interrupt') {
      sh.interrupted = false;
      return { kind: 'interrupt' };
    }
    return a.end === 'eof' && a.text === '' ? { kind: 'eof' } : { kind: 'line', text: a.text };
  };
}

function resetAfterUnwind(sh: Shell): void {
  sh.condition = 0;
  sh.loops = 0;
  sh.tail = false;
  while (sh.vars.depth > 0) sh.vars.leave();
  sh.calls = [];
}

/** Runs one complete command; Unwind of an exit passes on. */
async function runOne(sh: Shell, text: string): Promise<void> {
  const io = sh.io;
  try {
    const aliased = sh.aliases.size > 0 ? expandAliases(sh, text) : text;
    sh.frame = { text: aliased, firstLine: sh.lines + 2 - text.split('\n').length };
    sh.pos = 0;
    await runScript(sh, parse(aliased));
    if (sh.interrupted) {
      sh.typed = [];
      await sh.write(2, '\n');
    }
  } catch (e) {
    if (!(e instanceof Unwind) || e.kind === 'exit') throw e;
    if (e.kind === 'interrupt') {
      sh.typed = [];
      await sh.write(2, '\n');
    }
    if (e.kind !== 'break' && e.kind !== 'continue') sh.status = e.value;
    sh.io = io;
    resetAfterUnwind(sh);
  }
}

/** ^C at a prompt: its trap, then a row for the next prompt. */
async function interrupted(sh: Shell): Promise<'again'> {
  const bash = sh.setup.flavour === 'bash';
  // ash has read the key and sends itself the signal
  if (!bash && sh.traps.get('INT') && sh.pending.length === 0) sh.pending.push(SIGNALS.SIGINT);
  const trapped = sh.pending.length > 0;
  await runPendingTraps(sh);
  if (bash || !trapped) await sh.write(2, '\n');
  sh.status = 130;
  return 'again';
}

/** A line with its history references replaced; with `edit` it is to be edited once more. */
async function expanded(sh: Shell, line: string): Promise<{ text: string; edit?: boolean } | 'again'> {
  const { expansion } = await sh.sys.load(() => import('./histexpand.ts'));
  const x = expansion(sh.history, line);
  if (x.kind === 'none') return { text: line };
  if (x.kind === 'failed') {
    await sh.write(2, `${sh.arg0}: ${x.message}\n`);
    sh.status = 1;
    return sh.shopt.has('histreedit') ? { text: line, edit: true } : 'again';
  }
  if (sh.shopt.has('histverify')) return { text: x.text, edit: true };
  await sh.write(2, `${x.text}\n`);
  if (!x.printOnly) return x;
  sh.history.add(x.text, sh.vars.get('HISTCONTROL'));
  return 'again';
}

/** Reads one complete command, with PS2 for its later lines. */
async function readCommand(sh: Shell, next: LineSource): Promise<{ text: string } | 'eof' | 'again'> {
  const firstLine = sh.lines + 1;
  const bash = sh.setup.flavour === 'bash';
  let buffer = '';
  let offered = '';
  for (;;) {
    const got = await next(await prompt(sh, buffer === '' ? 'PS1' : 'PS2'), offered);
    offered = '';
    if (got.kind === 'interrupt') return interrupted(sh);
    if (got.kind === 'eof') {
      if (buffer === '') return 'eof';
      const reading = readText(buffer, sh.setup.flavour);
      if (reading.kind === 'incomplete' && reading.error?.message === 'here-document') {
        sh.frame = { text: buffer, firstLine };
        await remember(sh, buffer);
        return { text: buffer };
      }
      sh.frame = { text: buffer, firstLine };
      if (reading.kind !== 'commands' && reading.error) await explainError(sh, buffer, reading.error);
      sh.status = 2;
      return bash ? 'eof' : 'again';
    }
    sh.lines++;
    let line = got.text;
    sh.hidden = got.kind === 'line' && got.hidden === true;
    if (sh.hidden) return { text: `${line}\n` };
    if (sh.has('histexpand') && /!|^\^/.test(line)) {
      const x = await expanded(sh, line);
      if (x === 'again') return x;
      if (x.edit) {
        offered = x.text;
        continue;
      }
      line = x.text;
    }
    if (!bash) await remember(sh, `${line}\n`);
    buffer = buffer === '' ? line : `${buffer.replace(/\\\n$/, '')}${line}`;
    buffer += '\n';
    const reading = readText(buffer, sh.setup.flavour);
    if (reading.kind === 'incomplete') continue;
    if (bash) await remember(sh, buffer);
    if (reading.kind === 'commands') return { text: buffer };
    sh.frame = { text: buffer, firstLine };
    await explainError(sh, buffer, reading.error);
    sh.status = 2;
    return 'again';
  }
}

/** Puts a command into the history; its lines joined as cmdhist does. */
async function remember(sh: Shell, text: string): Promise<void> {
  if (!sh.has('history')) return;
  let line: string | undefined = text.slice(0, -1);
  if (line.includes('\n') || sh.vars.get('HISTIGNORE'))
    line = (await sh.sys.load(() => import('./remember.ts'))).historyText(sh, line);
  const size = Number(sh.vars.get('HISTSIZE') || 'all');
  sh.history.limit = size >= 0 ? size : Number.POSITIVE_INFINITY;
  if (line === undefined) return;
  sh.history.add(line, sh.vars.get('HISTCONTROL'));
  sh.history.times.set(sh.history.next - 1, sh.sys.realtime());
}

/** $LINES and $COLUMNS are the terminal's. */
function followSize(sh: Shell): void {
  const size = sh.sys.winsize(0);
  if (isErr(size)) return;
  sh.vars.set('COLUMNS', String(size.cols || 80));
  sh.vars.set('LINES', String(size.rows || 24));
}

/** Prompts until the end of the input or `exit`; gives the exit status. */
export async function interactiveLoop(sh: Shell, editing: boolean): Promise<number> {
  defaults(sh);
  loadHistory(sh);
  const next = lineSource(sh, editing);
  let ends = 0;
  try {
    for (;;) {
      sh.interrupted = false;
      await runPendingTraps(sh);
      await notifyJobs(sh);
      followSize(sh);
      for (const pre of sh.vars.lookup('PROMPT_COMMAND')?.items?.values() ?? [sh.vars.get('PROMPT_COMMAND')]) {
        const { status } = sh;
        if (pre) await runText(sh, pre, 'eval');
        sh.status = status;
      }
      sh.sys.mark(0, { kind: 'prompt', status: sh.status });
      const got = await readCommand(sh, next);
      if (got === 'eof') {
        const most = sh.vars.get('IGNOREEOF') ?? (sh.has('ignoreeof') ? '10' : '0');
        if (ends++ < (/^\d+$/.test(most) ? Number(most) : 10)) {
          await sh.write(2, `Use "${sh.login ? 'logout' : 'exit'}" to leave the shell.\n`);
          continue;
        }
        await sh.write(2, sh.login ? 'logout\n' : sh.setup.flavour === 'bash' ? 'exit\n' : '\n');
        const left = remaining(sh);
        if (left) {
          await sh.write(2, left);
          continue;
        }
        return sh.status;
      }
      ends = 0;
      if (got === 'again') continue;
      followSize(sh);
      sh.sys.mark(0, { kind: 'command', text: got.text.trimEnd() });
      if (sh.vars.get('PS0')) await sh.write(2, (await prompt(sh, 'PS0')).replace(/[\x01\x02]/g, ''));
      await runOne(sh, got.text);
      if (got.text.trim() !== '') sh.commandNumber++;
    }
  } finally {
    saveHistory(sh);
  }
}
