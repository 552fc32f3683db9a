/** Why a text is no JSON, in the words of Go's decoder. @see Go encoding/json/scanner.go */

class Fault extends Error {}

/** @param whole nothing may follow its first value (Unmarshal; else Decode) @returns undefined when it is well-formed */
export function jsonFault(source: string, whole = false): string | undefined {
  try {
    new Scanner(source, whole).run();
    return undefined;
  } catch (e) {
    if (e instanceof Fault) return e.message;
    throw e;
  }
}

/** How deep values may lie in each other. Limits: Go's decoder takes ten thousand. */
const DEEPEST = 1000;

/** @returns Go's words for values that lie too deep in each other, whether the text is JSON or not */
export function depthFault(source: string): string | undefined {
  if (source.split(/[[{]/, DEEPEST + 2).length <= DEEPEST + 1) return undefined;
  let depth = 0;
  for (let i = 0; i < source.length; i++) {
    const c = source[i];
    if (c === '"') for (i++; i < source.length && source[i] !== '"'; i++) if (source[i] === '\\') i++;
    if (c === ']' || c === '}') depth--;
    if ((c === '[' || c === '{') && ++depth > DEEPEST) return `invalid character '${c}' exceeded max depth`;
  }
  return undefined;
}

/** Reads a text from its beginning, and throws a Fault where it is no JSON. */
class Scanner {
  #at = 0;

  constructor(
    readonly source: string,
    readonly whole: boolean,
  ) {}

  run(): void {
    this.#value();
    this.#blank();
    if (this.whole && this.#at < this.source.length) this.#bad('after top-level value');
  }

  /** The character that is read; undefined at the end. */
  #peek(): string | undefined {
    return this.source[this.#at];
  }

  #bad(where: string): never {
    const c = this.#peek();
    const end = this.whole ? 'unexpected end of JSON input' : 'unexpected EOF';
    throw new Fault(c === undefined ? end : `invalid character ${quoted(c)} ${where}`);
  }

  #blank(): void {
    while (/[ \t\r\n]/.test(this.#peek() ?? 'x')) this.#at++;
  }

  #value(): void {
    this.#blank();
    const c = this.#peek() ?? '';
    if (c === '{') this.#list('}');
    else if (c === '[') this.#list(']');
    else if (c === '"') this.#string();
    else if (c === 't') this.#word('true');
    else if (c === 'f') this.#word('false');
    else if (c === 'n') this.#word('null');
    else if (/[-0-9]/.test(c)) this.#number();
    else this.#bad('looking for beginning of value');
  }

  /** An object or an array, by what closes it. */
  #list(close: '}' | ']'): void {
    this.#at++;
    this.#blank();
    if (this.#peek() === close) {
      this.#at++;
      return;
    }
    for (;;) {
      if (close === '}') this.#pair();
      else this.#value();
      this.#blank();
      if (this.#peek() === close) break;
      if (this.#peek() !== ',') this.#bad(close === '}' ? 'after object key:value pair' : 'after array element');
      this.#at++;
      this.#blank();
    }
    this.#at++;
  }

  #pair(): void {
    if (this.#peek() !== '"') this.#bad('looking for beginning of object key string');
    this.#string();
    this.#blank();
    if (this.#peek() !== ':') this.#bad('after object key');
    this.#at++;
    this.#value();
  }

  #string(): void {
    for (this.#at++; this.#peek() !== '"'; this.#at++) {
      const c = this.#peek();
      if (c === undefined || c < ' ') this.#bad('in string literal');
      if (c === '\\') this.#escape();
    }
    this.#at++;
  }

  /** From the backslash to the last character of what it escapes. */
  #escape(): void {
    this.#at++;
    if (!'bfnrt\\/"u'.includes(this.#peek() ?? ' ')) this.#bad('in string escape code');
    if (this.#peek() !== 'u') return;
    for (let n = 0; n < 4; n++) {
      this.#at++;
      if (!/[0-9a-fA-F]/.test(this.#peek() ?? '')) this.#bad('in \\u hexadecimal character escape');
    }
  }

  #word(literal: string): void {
    for (const [i, c] of [...literal].entries())
      if (this.#peek() === c) this.#at++;
      else if (i > 0) this.#bad(`in literal ${literal} (expecting ${quoted(c)})`);
  }

  #number(): void {
    if (this.#peek() === '-') this.#at++;
    if (this.#peek() === '0') this.#at++;
    else this.#digits('in numeric literal');
    if (this.#peek() === '.') {
      this.#at++;
      this.#digits('after decimal point in numeric literal');
    }
    if (/[eE]/.test(this.#peek() ?? '')) {
      this.#at++;
      if (/[+-]/.test(this.#peek() ?? '')) this.#at++;
      this.#digits('in exponent of numeric literal');
    }
  }

  #digits(where: string): void {
    if (!/\d/.test(this.#peek() ?? '')) this.#bad(where);
    while (/\d/.test(this.#peek() ?? '')) this.#at++;
  }
}

/** As Go shows a character. */
function quoted(c: string): string {
  if (c === "'") return "'\\''";
  if (c === '"') return `'"'`;
  return `'${JSON.stringify(c).slice(1, -1)}'`;
}
