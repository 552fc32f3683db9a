/** What a builtin command is and where it prints. */
import type * as ast from 'unbash';
import type { Shell } from '../shell.ts';
import { Unwind } from '../unwind.ts';

/** Runs in the shell's own process; args[0] is its name. Gives the exit status. */
export type Builtin = (sh: Shell, args: readonly string[], out: Output) => Promise<number> | number;

const SPECIAL = new Set([
  '.', ':', 'break', 'continue', 'eval', 'exec', 'exit', 'export', 'readonly', 'return', 'set', 'shift', 'source',
  'times', 'trap', 'unset',
]); // biome-ignore format: names

/** POSIX special builtins: their errors end a POSIX shell. */
export function isSpecialBuiltin(name: string): boolean {
  return SPECIAL.has(name);
}

/** Standard output and error of a builtin: collected, and written when it ends. */
export class Output {
  #out = '';
  #err = '';

  constructor(
    private readonly sh: Shell,
    private readonly name: string,
    /** Assignments among the arguments of a declaration builtin, by place in args. */
    readonly arrays: ReadonlyMap<number, ast.Assignment>,
  ) {}

  print(text: string): void {
    this.#out += text;
  }

  /** `bash: line 1: NAME: text` on standard error; gives `status`. */
  error(text: string, status = 1): number {
    this.#err += `${this.sh.prefix()}${this.name}: ${text}\n`;
    return status;
  }

  /** An error that ends the smaller shells, unless they are interactive. */
  async fatal(text: string): Promise<number> {
    this.error(text, 2);
    if (this.sh.interactive) return 2;
    await this.flush();
    throw new Unwind('exit', 2);
  }

  /** A message without the builtin's name. */
  message(text: string, status = 1): number {
    this.#err += `${this.sh.prefix()}${text}\n`;
    return status;
  }

  /** A wrong option, then how the builtin is used. */
  usage(option: string, usage: string): number {
    this.error(`${option}: invalid option`);
    this.#err += `${this.name}: usage: ${usage}\n`;
    return 2;
  }

  raw(text: string): void {
    this.#err += text;
  }

  /** @returns false when standard output could not be written */
  async flush(): Promise<boolean> {
    const err = this.#err;
    const out = this.#out;
    this.#err = '';
    this.#out = '';
    let ok = true;
    const failed = out === '' ? 0 : await this.sh.put(1, out);
    if (failed !== 0) {
      ok = false;
      await this.sh.write(2, `${this.sh.prefix()}${this.name}: write error: ${failed.text}\n`);
    }
    if (err !== '') await this.sh.write(2, err);
    return ok;
  }
}

/** Splits leading options `-abc` (and `+abc`); stops at `--` or the first operand. */
export function options(
  args: readonly string[],
  known: string,
  withValue = '',
): { flags: Map<string, string>; rest: string[]; bad?: string } {
  const flags = new Map<string, string>();
  let i = 1;
  for (; i < args.length; i++) {
    const a = args[i] as string;
    if (a === '--') {
      i++;
      break;
    }
    if (!/^-[^-]/.test(a) || a === '-') break;
    for (let k = 1; k < a.length; k++) {
      const c = a[k] as string;
      if (withValue.includes(c)) {
        const value = a.slice(k + 1) || args[++i];
        if (value === undefined) return { flags, rest: [], bad: `-${c}` };
        flags.set(c, value);
        break;
      }
      if (!known.includes(c)) return { flags, rest: [], bad: `-${c}` };
      flags.set(c, '');
    }
  }
  return { flags, rest: args.slice(i) };
}
