/**
 * What differs between the shells that share this implementation: bash, dash (Debian's sh) and the ash of busybox.
 * Texts and defaults; what they lack of bash's grammar is in `posix.ts`.
 * @see dash src/error.c, src/exec.c; busybox shell/ash.c: ash_vmsg
 */

/** The bash that this one is like. */
export const RELEASE = '5.3.15';

/** Which shell it is. */
export type Flavour = 'bash' | 'dash' | 'ash';

/** Texts of one shell. `line` is the line of the command; `interactive` shells leave it out. */
export interface Dialect {
  readonly flavour: Flavour;
  /** What stands before each message: `bash: line 1: `. */
  prefix(name: string, line: number, interactive: boolean): string;
  notFound(command: string): string;
  /** A file that redirection could not open or create. */
  cannotOpen(path: string, text: string, create: boolean): string;
  cannotChdir(path: string, text: string): string;
  /** An unset variable under -u. */
  unset(name: string): string;
  /** `${name:?}` without words of its own. */
  readonly unsetOrNull: string;
  badSubstitution(text: string): string;
  readOnly(name: string): string;
  /** An expression that cannot be evaluated. @param message bash's */
  arithmetic(text: string, why: ArithmeticFault, message: string): string;
  /** No process more can be made, and the status that this gives. */
  cannotFork(text: string): readonly [text: string, status: number];
}

/** Why an expression failed: a division by zero, a missing operand, or more text than an expression. */
export type ArithmeticFault = 'zero' | 'operand' | 'rest';

const DASH_FAULTS: Readonly<Record<ArithmeticFault, string>> = {
  zero: 'division by zero',
  operand: 'expecting primary',
  rest: 'expecting EOF',
};

/** The C library's words, but for a way that does not lead there. @see busybox shell/ash.c: errmsg */
const shortText = (text: string, create: boolean, dash: boolean): string => {
  if (text !== 'No such file or directory' && text !== 'Not a directory') return text;
  if (create) return dash ? 'Directory nonexistent' : 'nonexistent directory';
  return dash ? 'No such file' : 'no such file';
};

/** The texts of each. */
export const DIALECTS: Readonly<Record<Flavour, Dialect>> = {
  bash: {
    flavour: 'bash',
    prefix: (name, line, interactive) => (interactive ? `${name}: ` : `${name}: line ${line}: `),
    notFound: (c) => `${c}: command not found`,
    cannotOpen: (path, text) => `${path}: ${text}`,
    cannotChdir: (path, text) => `cd: ${path}: ${text}`,
    unset: (name) => `${name}: unbound variable`,
    unsetOrNull: 'parameter null or not set',
    badSubstitution: (text) => `${text}: bad substitution`,
    readOnly: (name) => `${name}: readonly variable`,
    arithmetic: (_text, _why, message) => message,
    cannotFork: (text) => [`fork: ${text}`, 254],
  },
  dash: {
    flavour: 'dash',
    prefix: (name, line) => `${name}: ${line}: `,
    notFound: (c) => `${c}: not found`,
    cannotOpen: (path, text, create) =>
      `cannot ${create ? 'create' : 'open'} ${path}: ${shortText(text, create, true)}`,
    cannotChdir: (path) => `cd: can't cd to ${path}`,
    unset: (name) => `${name}: parameter not set`,
    unsetOrNull: 'parameter not set or null',
    badSubstitution: () => 'Bad substitution',
    readOnly: (name) => `${name}: is read only`,
    arithmetic: (text, why) => `arithmetic expression: ${DASH_FAULTS[why]}: "${text}"`,
    cannotFork: () => ['Cannot fork', 2],
  },
  ash: {
    flavour: 'ash',
    prefix: (name, line, interactive) => (interactive ? `${name}: ` : `${name}: line ${line - 1}: `),
    notFound: (c) => `${c}: not found`,
    cannotOpen: (path, text, create) =>
      `can't ${create ? 'create' : 'open'} ${path}: ${shortText(text, create, false)}`,
    cannotChdir: (path, text) => `cd: can't cd to ${path}: ${text}`,
    unset: (name) => `${name}: parameter not set`,
    unsetOrNull: 'parameter not set or null',
    badSubstitution: () => 'syntax error: bad substitution',
    readOnly: (name) => `${name}: is read only`,
    arithmetic: (_text, why) => (why === 'zero' ? 'divide by zero' : 'arithmetic syntax error'),
    cannotFork: (text) => [`can't fork: ${text}`, 2],
  },
};
