/**
 * Traps: commands run on signals, on EXIT and on ERR.
 * Limits: DEBUG and RETURN can be set and shown but are not run.
 * @see bash trap.c
 */
import { parse } from 'unbash';
import { SIGNALS, signalName, signalNumber } from '../kernel/signal.ts';
import { runScript } from './execute/list.ts';
import type { Shell } from './shell.ts';
import { Unwind } from './unwind.ts';

const PSEUDO = new Set(['EXIT', 'ERR', 'DEBUG', 'RETURN']);

/** `INT`, `EXIT`: the key of a trap, of a name or number; undefined when there is no such signal. */
export function trapKey(spec: string): string | undefined {
  const upper = spec.toUpperCase().replace(/^SIG/, '');
  if (spec === '0') return 'EXIT';
  if (PSEUDO.has(upper)) return upper;
  const n = signalNumber(spec);
  return n === undefined ? undefined : signalName(n)?.slice(3);
}

/** How `trap -p` and `trap -l` name a key. */
export function trapName(key: string): string {
  return PSEUDO.has(key) ? key : `SIG${key}`;
}

/** Sets (`''` ignores) or, with undefined, resets a trap. */
export function setTrap(sh: Shell, key: string, action: string | undefined): void {
  if (action === undefined) sh.traps.delete(key);
  else sh.traps.set(key, action);
  const signal = (SIGNALS as Record<string, number>)[`SIG${key}`];
  if (signal === undefined || signal === SIGNALS.SIGKILL || signal === SIGNALS.SIGSTOP) return;
  if (action === undefined) sh.sys.sigaction(signal, sh.signalAction(signal));
  else if (action === '') sh.sys.sigaction(signal, 'ignore');
  else sh.sys.sigaction(signal, (n) => void sh.pending.push(n));
}

async function runTrap(sh: Shell, key: string, text: string): Promise<void> {
  if (sh.trapsRunning.has(key)) return;
  const { status, frame, pos, tail, pipeStatus } = sh;
  sh.trapsRunning.add(key);
  sh.frame = { text, firstLine: sh.line };
  sh.pos = 0;
  sh.tail = false;
  try {
    await runScript(sh, parse(text));
  } finally {
    sh.trapsRunning.delete(key);
    sh.frame = frame;
    sh.pos = pos;
    sh.tail = tail;
    sh.pipeStatus = pipeStatus;
  }
  sh.status = status;
}

/** Runs the traps of signals that have come. */
export async function runPendingTraps(sh: Shell): Promise<void> {
  while (sh.pending.length > 0) {
    const n = sh.pending.shift() as number;
    const key = signalName(n)?.slice(3) ?? '';
    const text = sh.traps.get(key);
    if (text) await runTrap(sh, key, text);
  }
}

/** The ERR trap; inherited by functions only with errtrace. */
export async function runErrTrap(sh: Shell): Promise<void> {
  const text = sh.traps.get('ERR');
  if (text && (sh.vars.depth === 0 || sh.has('errtrace'))) await runTrap(sh, 'ERR', text);
}

/** The EXIT trap; gives the shell's exit status. */
export async function runExitTrap(sh: Shell): Promise<number> {
  const text = sh.traps.get('EXIT');
  sh.traps.delete('EXIT');
  if (!text) return sh.status;
  try {
    await runTrap(sh, 'EXIT', text);
  } catch (e) {
    if (!(e instanceof Unwind)) throw e;
    if (e.kind === 'exit') sh.status = e.value;
  }
  return sh.status;
}
