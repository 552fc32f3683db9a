/** sed scripts as commands. @see POSIX.1-2017 sed, GNU sed 4.9 */
import { compile } from '../regex.ts';

/** What selects lines. */
export type Address =
  | { readonly kind: 'line'; readonly n: number }
  | { readonly kind: 'last' }
  | { readonly kind: 'step'; readonly first: number; readonly step: number }
  | { readonly kind: 'regex'; readonly re: RegExp | undefined }
  | { readonly kind: 'plus'; readonly n: number };

/** One command of a script. */
export interface Command {
  readonly a1?: Address;
  readonly a2?: Address;
  readonly not: boolean;
  readonly name: string;
  /** Label, file name, or the text of a, i, c. */
  readonly text: string;
  /** `{ … }` */
  readonly block?: readonly Command[];
  readonly re?: RegExp | undefined;
  readonly replacement?: readonly Piece[];
  readonly flags?: {
    readonly global: boolean;
    readonly print: boolean;
    readonly nth: number;
    readonly file: string | undefined;
  };
  /** y: characters for characters. */
  readonly map?: ReadonlyMap<string, string>;
  /** Of a range: where the range is while lines go by; kept by the machine, indexed by this. */
  readonly id: number;
}

/** A piece of a replacement: text, a group (0 is all), or a change of case. */
export type Piece = string | number | { readonly change: 'U' | 'L' | 'u' | 'l' | 'E' };

export class ScriptError extends Error {}

/** Reads a script. @throws ScriptError with GNU sed's text */
export function parse(script: string, extended: boolean): Command[] {
  return new Parser(script, extended).commands(false);
}

class Parser {
  #i = 0;
  #id = 0;

  constructor(
    readonly s: string,
    readonly extended: boolean,
  ) {}

  fail(message: string): never {
    throw new ScriptError(`-e expression #1, char ${this.#i}: ${message}`);
  }

  commands(inner: boolean): Command[] {
    const out: Command[] = [];
    for (;;) {
      while (/[\s;]/.test(this.s[this.#i] ?? '')) this.#i++;
      const c = this.s[this.#i];
      if (c === undefined) {
        if (inner) throw new ScriptError("-e expression #1, char 0: unmatched `{'");
        return out;
      }
      if (c === '#') {
        while (this.#i < this.s.length && this.s[this.#i] !== '\n') this.#i++;
        continue;
      }
      if (c === '}') {
        this.#i++;
        if (!inner) this.fail("unexpected `}'");
        return out;
      }
      out.push(this.#command());
    }
  }

  #command(): Command {
    const id = this.#id++;
    const a1 = this.#address();
    let a2: Address | undefined;
    this.#blanks();
    if (a1 && this.s[this.#i] === ',') {
      this.#i++;
      this.#blanks();
      a2 = this.#address(true);
      if (!a2) this.fail("unexpected `,'");
    }
    this.#blanks();
    let not = false;
    while (this.s[this.#i] === '!') {
      not = true;
      this.#i++;
      this.#blanks();
    }
    const name = this.s[this.#i++];
    if (name === undefined) this.fail('missing command');
    const base = { ...(a1 && { a1 }), ...(a2 && { a2 }), not, name, id };
    switch (name) {
      case '{':
        return { ...base, text: '', block: this.commands(true) };
      case 's':
        return { ...base, text: '', ...this.#substitute() };
      case 'y':
        return { ...base, text: '', map: this.#transliterate() };
      case 'a':
      case 'i':
      case 'c':
        return { ...base, text: this.#textArgument() };
      case ':':
      case 'b':
      case 't':
      case 'T':
      case 'r':
      case 'R':
      case 'w':
      case 'W':
        return { ...base, text: this.#word(name) };
      case 'q':
      case 'Q':
      case 'l':
        return { ...base, text: this.#word('q') };
      default:
        if (!'=dDgGhHnNpPxzF'.includes(name)) this.fail(`unknown command: \`${name}'`);
        this.#end();
        return { ...base, text: '' };
    }
  }

  #blanks(): void {
    while (this.s[this.#i] === ' ' || this.s[this.#i] === '\t') this.#i++;
  }

  #end(): void {
    this.#blanks();
    const c = this.s[this.#i];
    if (c !== undefined && !';\n}#'.includes(c)) {
      this.#i++;
      this.fail('extra characters after command');
    }
  }

  #number(): number | undefined {
    const from = this.#i;
    while (/\d/.test(this.s[this.#i] ?? '')) this.#i++;
    return this.#i > from ? Number(this.s.slice(from, this.#i)) : undefined;
  }

  #address(second = false): Address | undefined {
    const c = this.s[this.#i];
    if (c === '$') {
      this.#i++;
      return { kind: 'last' };
    }
    if (second && c === '+') {
      this.#i++;
      return { kind: 'plus', n: this.#number() ?? 0 };
    }
    const n = this.#number();
    if (n !== undefined) {
      if (this.s[this.#i] !== '~') return { kind: 'line', n };
      this.#i++;
      return { kind: 'step', first: n, step: this.#number() ?? 0 };
    }
    if (c !== '/' && c !== '\\') return undefined;
    if (c === '\\') this.#i++;
    const source = this.#delimited(this.s[this.#i++] as string, true);
    if (source === undefined) this.fail('unterminated address regex');
    let flags = '';
    while ('IM'.includes(this.s[this.#i] ?? '-')) flags += this.s[this.#i++] === 'I' ? 'i' : 'm';
    return { kind: 'regex', re: this.#compile(source, flags) };
  }

  /** Empty means: the last one used. */
  #compile(source: string, flags: string): RegExp | undefined {
    if (source === '') return undefined;
    const c = compile(source, this.extended, `g${flags}`);
    if ('error' in c) this.fail(c.error);
    return c.re;
  }

  /** Text up to a delimiter; in an expression a bracket may hold the delimiter, and `\n` stays. */
  #delimited(d: string, regex: boolean): string | undefined {
    let out = '';
    for (let bracket = false; this.#i < this.s.length; this.#i++) {
      const c = this.s[this.#i] as string;
      if (c === '\\') {
        const next = this.s[++this.#i] ?? '';
        out += next === d && !(regex && '|(){}+?.*[]^$'.includes(d)) ? next : `\\${next}`;
      } else if (c === d && !bracket) {
        this.#i++;
        return out;
      } else {
        if (regex && c === '[' && !bracket) {
          bracket = true;
          out += c;
          if (this.s[this.#i + 1] === '^') out += this.s[++this.#i];
          if (this.s[this.#i + 1] === ']') out += this.s[++this.#i];
          continue;
        }
        if (c === ']') bracket = false;
        if (c === '\n' && regex) return undefined;
        out += c;
      }
    }
    return undefined;
  }

  #substitute(): Pick<Command, 're' | 'replacement' | 'flags'> {
    const d = this.s[this.#i++];
    const source = d === undefined ? undefined : this.#delimited(d, true);
    const to = source === undefined ? undefined : this.#delimited(d as string, false);
    if (source === undefined || to === undefined) return this.fail("unterminated `s' command");
    let global = false;
    let print = false;
    let nth = 0;
    let file: string | undefined;
    let re = '';
    for (;;) {
      const c = this.s[this.#i];
      if (c === 'g') global = true;
      else if (c === 'p') print = true;
      else if (c === 'i' || c === 'I') re += 'i';
      else if (c === 'm' || c === 'M') re += 'm';
      else if (c === 'w') {
        this.#i++;
        file = this.#word('w');
        break;
      } else if (c !== undefined && c >= '0' && c <= '9') {
        nth = this.#number() ?? 1;
        if (nth === 0) this.fail("number option to `s' command may not be zero");
        continue;
      } else break;
      this.#i++;
    }
    const c = this.s[this.#i];
    if (c !== undefined && !' \t;\n}#'.includes(c)) {
      this.#i++;
      this.fail("unknown option to `s'");
    }
    this.#end();
    return { re: this.#compile(source, re), replacement: pieces(to), flags: { global, print, nth: nth || 1, file } };
  }

  #transliterate(): ReadonlyMap<string, string> {
    const d = this.s[this.#i++];
    const from = d === undefined ? undefined : this.#delimited(d, false);
    const to = from === undefined ? undefined : this.#delimited(d as string, false);
    if (from === undefined || to === undefined) return this.fail("unterminated `y' command");
    const plain = (s: string): string[] => [
      ...s.replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c === 't' ? '\t' : c)),
    ];
    const [a, b] = [plain(from), plain(to)];
    if (a.length !== b.length) this.fail("strings for `y' command are different lengths");
    this.#end();
    return new Map(a.map((c, i) => [c, b[i] as string]));
  }

  #textArgument(): string {
    this.#blanks();
    if (this.s[this.#i] === '\\') {
      this.#i++;
      this.#blanks();
      if (this.s[this.#i] === '\n') this.#i++;
    }
    if (this.#i >= this.s.length) this.fail("expected \\ after `a', `c' or `i'");
    let out = '';
    while (this.#i < this.s.length && this.s[this.#i] !== '\n') {
      if (this.s[this.#i] === '\\' && this.#i + 1 < this.s.length) this.#i++;
      out += this.s[this.#i++];
    }
    return `${out}\n`;
  }

  #word(kind: string): string {
    this.#blanks();
    const stop = 'rRwW'.includes(kind) ? '\n' : ';\n}';
    const from = this.#i;
    while (this.#i < this.s.length && !stop.includes(this.s[this.#i] as string)) this.#i++;
    return this.s.slice(from, this.#i).trim();
  }
}

/** A replacement's text, groups and changes of case. */
function pieces(s: string): Piece[] {
  const out: Piece[] = [];
  let text = '';
  const flush = (): void => {
    if (text !== '') out.push(text);
    text = '';
  };
  for (let i = 0; i < s.length; i++) {
    const c = s[i] as string;
    if (c === '&') {
      flush();
      out.push(0);
    } else if (c === '\\') {
      const next = s[++i] ?? '';
      if (next >= '0' && next <= '9') {
        flush();
        out.push(Number(next));
      } else if ('ULulE'.includes(next) && next !== '') {
        flush();
        out.push({ change: next as 'U' });
      } else text += next === 'n' ? '\n' : next === 't' ? '\t' : next === 'r' ? '\r' : next;
    } else text += c;
  }
  flush();
  return out;
}
