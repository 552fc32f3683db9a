/**
 * Tokens of Python source: lines, indentation, names, numbers, strings, operators.
 *
 * Limits: integers and floats in decimal, integers in hexadecimal; format specifications in f-strings are refused.
 * @see The Python Language Reference §2
 */
import { ESCAPES as C_ESCAPES } from '../../../base/escapes.ts';

/** A piece of source. */
export interface Token {
  readonly kind: 'name' | 'int' | 'float' | 'str' | 'bytes' | 'fstr' | 'op' | 'newline' | 'indent' | 'dedent' | 'end';
  /** Of strings: what they mean (of f-strings: as written, escapes resolved). */
  readonly text: string;
  readonly line: number;
}

/** Source that is no Python, or none that is known here. @see errors.ts for those of running programs */
export class SyntaxFault extends Error {
  constructor(
    message: string,
    readonly line: number,
    /** Python itself would take it. */
    readonly unknown = false,
  ) {
    super(message);
  }
}

const OPERATORS = [
  ['**=', '//=', '>>=', '<<=', '...'],
  ['==', '!=', '<=', '>=', '->', '**', '//', '<<', '>>', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', ':='],
  [...'+-*/%&|^~<>()[]{},:.;=@'],
];
const OPEN = '([{';
const CLOSE = ')]}';
const ESCAPES: Readonly<Record<string, string>> = { ...C_ESCAPES, '0': '\0', "'": "'", '"': '"' };

const isNameStart = (c: string): boolean => /[A-Za-z_\u0080-\uffff]/.test(c);
const isName = (c: string): boolean => /[A-Za-z0-9_\u0080-\uffff]/.test(c);
const isDigit = (c: string): boolean => c >= '0' && c <= '9';

class Lexer {
  readonly tokens: Token[] = [];
  readonly #indents = [0];
  #at = 0;
  #line = 1;
  /** Brackets that are open, and where they were opened. */
  readonly #open: { readonly text: string; readonly line: number }[] = [];

  constructor(readonly source: string) {}

  run(): Token[] {
    let fresh = true;
    while (this.#at < this.source.length) {
      if (fresh && this.#open.length === 0) {
        fresh = !this.#indentation();
        if (fresh) continue;
      }
      fresh = this.#token();
    }
    const unclosed = this.#open.at(-1);
    if (unclosed) throw new SyntaxFault(`'${unclosed.text}' was never closed`, unclosed.line);
    if (this.tokens.length > 0 && this.tokens.at(-1)?.kind !== 'newline') this.#push('newline', '');
    for (; this.#indents.length > 1; this.#indents.pop()) this.#push('dedent', '');
    this.#push('end', '');
    return this.tokens;
  }

  #push(kind: Token['kind'], text: string): void {
    this.tokens.push({ kind, text, line: this.#line });
  }

  /** The blanks at a line's begin. @returns false when the line is empty: it was passed over */
  #indentation(): boolean {
    const start = this.#at;
    while (this.source[this.#at] === ' ' || this.source[this.#at] === '\t') this.#at++;
    const width = this.#at - start;
    const c = this.source[this.#at];
    if (c === '#') while (this.#at < this.source.length && this.source[this.#at] !== '\n') this.#at++;
    if (c === '#' || c === '\n' || c === undefined) {
      this.#at++;
      this.#line++;
      return false;
    }
    if (width > (this.#indents.at(-1) as number)) {
      this.#indents.push(width);
      this.#push('indent', '');
    }
    while (width < (this.#indents.at(-1) as number)) {
      this.#indents.pop();
      this.#push('dedent', '');
    }
    if (width !== this.#indents.at(-1))
      throw new SyntaxFault('unindent does not match any outer indentation level', this.#line);
    return true;
  }

  /** One token. @returns whether a line has ended */
  #token(): boolean {
    const s = this.source;
    const c = s[this.#at] as string;
    if (c === '\n') {
      this.#at++;
      if (this.#open.length === 0) this.#push('newline', '');
      this.#line++;
      return this.#open.length === 0;
    }
    if (c === ' ' || c === '\t' || c === '\r') this.#at++;
    else if (c === '#') while (this.#at < s.length && s[this.#at] !== '\n') this.#at++;
    else if (c === '\\' && s[this.#at + 1] === '\n') {
      this.#at += 2;
      this.#line++;
    } else if (isNameStart(c)) this.#nameOrString();
    else if (isDigit(c) || (c === '.' && isDigit(s[this.#at + 1] ?? ''))) this.#number();
    else if (c === '"' || c === "'") this.#string('');
    else this.#operator();
    return false;
  }

  #nameOrString(): void {
    const start = this.#at;
    while (isName(this.source[this.#at] ?? '')) this.#at++;
    const name = this.source.slice(start, this.#at);
    const quote = this.source[this.#at];
    if ((quote === '"' || quote === "'") && /^(?:[bruf]|[bf]r|r[bf])$/i.test(name)) this.#string(name.toLowerCase());
    else this.#push('name', name);
  }

  #number(): void {
    const m = /^(?:0[xX][0-9a-fA-F_]+|(?:\d[\d_]*)?\.?\d[\d_]*(?:[eE][+-]?\d+)?\.?)/.exec(this.source.slice(this.#at));
    const text = m?.[0] ?? '0';
    this.#at += text.length;
    const float = !/^0[xX]/.test(text) && /[.eE]/.test(text);
    this.#push(float ? 'float' : 'int', text.replaceAll('_', ''));
  }

  /** @param prefix letters before the quote */
  #string(prefix: string): void {
    const s = this.source;
    const quote = s[this.#at] as string;
    const end = s.startsWith(quote.repeat(3), this.#at) ? quote.repeat(3) : quote;
    const line = this.#line;
    this.#at += end.length;
    let text = '';
    while (!s.startsWith(end, this.#at)) {
      const c = s[this.#at];
      if (c === undefined || (c === '\n' && end.length === 1))
        throw new SyntaxFault(
          end.length === 1
            ? `unterminated string literal (detected at line ${line})`
            : `unterminated triple-quoted string literal (detected at line ${this.#line})`,
          line,
        );
      if (c === '\n') this.#line++;
      text += c === '\\' && !prefix.includes('r') ? this.#escape() : c;
      if (c !== '\\' || prefix.includes('r')) this.#at++;
    }
    this.#at += end.length;
    this.#push(prefix.includes('b') ? 'bytes' : prefix.includes('f') ? 'fstr' : 'str', text);
  }

  #escape(): string {
    const s = this.source;
    const c = s[this.#at + 1] ?? '';
    if (c === '\n') {
      this.#at += 2;
      this.#line++;
      return '';
    }
    const digits = c === 'x' ? 2 : c === 'u' ? 4 : 0;
    if (digits > 0) {
      const code = Number.parseInt(s.slice(this.#at + 2, this.#at + 2 + digits), 16);
      this.#at += 2 + digits;
      return String.fromCharCode(code);
    }
    this.#at += 2;
    return ESCAPES[c] ?? `\\${c}`;
  }

  #operator(): void {
    for (const group of OPERATORS)
      for (const op of group)
        if (this.source.startsWith(op, this.#at)) {
          if (OPEN.includes(op)) this.#open.push({ text: op, line: this.#line });
          if (CLOSE.includes(op)) this.#open.pop();
          this.#at += op.length;
          this.#push('op', op);
          return;
        }
    throw new SyntaxFault('invalid syntax', this.#line);
  }
}

/** @throws SyntaxFault */
export function tokens(source: string): Token[] {
  return new Lexer(source.endsWith('\n') ? source : `${source}\n`).run();
}
