/** Signals by name and number, and what they do when a process has no handler. @see signal(7) */
export const SIGNALS = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGSTKFLT: 16,
  SIGCHLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGTSTP: 20,
  SIGTTIN: 21,
  SIGTTOU: 22,
  SIGURG: 23,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGVTALRM: 26,
  SIGPROF: 27,
  SIGWINCH: 28,
  SIGIO: 29,
  SIGPWR: 30,
  SIGSYS: 31,
} as const;

export type SignalName = keyof typeof SIGNALS;

/** `TERM`, `SIGTERM`, `15` → 15; undefined when there is no such signal. Case does not matter. */
export function signalNumber(s: string): number | undefined {
  const n = Number(s);
  if (s !== '' && Number.isInteger(n)) return n >= 0 && n <= 64 ? n : undefined;
  const name = s.toUpperCase();
  const full = name.startsWith('SIG') ? name : `SIG${name}`;
  return (SIGNALS as Record<string, number>)[full] ?? realTime(full.slice(3));
}

/** `RTMIN`, `RTMIN+3`, `RTMAX-3`: 34 to 64 */
function realTime(name: string): number | undefined {
  const m = /^RT(?:MIN(?:\+(\d+))?|MAX(?:-(\d+))?)$/.exec(name);
  if (!m) return undefined;
  const n = name.startsWith('RTMIN') ? 34 + Number(m[1] ?? 0) : 64 - Number(m[2] ?? 0);
  return n >= 34 && n <= 64 ? n : undefined;
}

/** 15 → `SIGTERM`; undefined for real-time and unknown numbers. */
export function signalName(n: number): SignalName | undefined {
  return (Object.keys(SIGNALS) as SignalName[]).find((k) => SIGNALS[k] === n);
}

export type DefaultAction = 'terminate' | 'ignore' | 'stop' | 'continue';

export function defaultAction(n: number): DefaultAction {
  switch (n) {
    case SIGNALS.SIGCHLD:
    case SIGNALS.SIGURG:
    case SIGNALS.SIGWINCH:
      return 'ignore';
    case SIGNALS.SIGCONT:
      return 'continue';
    case SIGNALS.SIGSTOP:
    case SIGNALS.SIGTSTP:
    case SIGNALS.SIGTTIN:
    case SIGNALS.SIGTTOU:
      return 'stop';
    default:
      return 'terminate';
  }
}
