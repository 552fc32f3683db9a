/**
 * Tokens of a Go template.
 * @see Go src/text/template/parse/lex.go
 */

export type TokenKind =
  | 'text'
  | 'left'
  | 'right'
  | 'space'
  | 'assign'
  | 'declare'
  | 'bool'
  | 'char'
  | 'number'
  | 'string'
  | 'raw'
  | 'field'
  | 'variable'
  | 'identifier'
  | 'keyword'
  | 'dot'
  | 'nil'
  | 'pipe'
  | 'lparen'
  | 'rparen'
  | 'comma'
  | 'comment'
  | 'eof'
  | 'error';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** Offset in the source. */
  readonly pos: number;
  /** From 1. */
  readonly line: number;
}

const KEYWORDS = new Set(['block', 'break', 'continue', 'define', 'else', 'end', 'if', 'range', 'template', 'with']);
const isSpace = (c: string | undefined): boolean => c === ' ' || c === '\t' || c === '\r' || c === '\n';
const isAlnum = (c: string | undefined): boolean => c !== undefined && /[\p{L}\p{Nd}_]/u.test(c);

class Lexer {
  readonly tokens: Token[] = [];
  #at = 0;
  #line = 1;
  #depth = 0;
  constructor(readonly src: string) {}

  #emit(kind: TokenKind, end: number): void {
    const text = this.src.slice(this.#at, end);
    this.tokens.push({ kind, text, pos: this.#at, line: this.#line });
    this.#skip(end);
  }

  #skip(end: number): void {
    for (let i = this.#at; i < end; i++) if (this.src[i] === '\n') this.#line++;
    this.#at = end;
  }

  #error(text: string): false {
    this.tokens.push({ kind: 'error', text, pos: this.#at, line: this.#line });
    return false;
  }

  run(): Token[] {
    while (this.#at < this.src.length) if (!(this.#text() && this.#inside())) return this.tokens;
    this.tokens.push({ kind: 'eof', text: '', pos: this.#at, line: this.#line });
    return this.tokens;
  }

  /** Up to and with `{{`. */
  #text(): boolean {
    const open = this.src.indexOf('{{', this.#at);
    const end = open < 0 ? this.src.length : open;
    let stop = end;
    const trims = open >= 0 && this.src[open + 2] === '-' && isSpace(this.src[open + 3]);
    if (trims) while (stop > this.#at && isSpace(this.src[stop - 1])) stop--;
    if (stop > this.#at) this.#emit('text', stop);
    this.#skip(end);
    if (open < 0) return true;
    const inner = open + 2 + (trims ? 2 : 0);
    if (this.src.startsWith('/*', inner)) return this.#comment(inner);
    this.#emit('left', open + 2);
    this.#skip(inner);
    this.#depth = 0;
    return true;
  }

  #comment(inner: number): boolean {
    const close = this.src.indexOf('*/', inner);
    if (close < 0) return this.#error('unclosed comment');
    let end = close + 2;
    const trims = isSpace(this.src[end]) && this.src[end + 1] === '-';
    if (trims) end += 2;
    if (!this.src.startsWith('}}', end)) return this.#error('comment ends before closing delimiter');
    end += 2;
    if (trims) while (isSpace(this.src[end])) end++;
    this.#skip(end);
    return true;
  }

  /** Between the braces, up to and with `}}`. Nothing to do when a comment ended the text. */
  #inside(): boolean {
    if (this.tokens[this.tokens.length - 1]?.kind !== 'left') return true;
    for (;;) {
      const s = this.src;
      const at = this.#at;
      const trims = isSpace(s[at]) && s[at + 1] === '-' && s.startsWith('}}', at + 2);
      if (trims || s.startsWith('}}', at)) {
        if (this.#depth > 0) return this.#error('unclosed left paren');
        if (trims) this.#skip(at + 2);
        this.#emit('right', this.#at + 2);
        if (trims) {
          let end = this.#at;
          while (isSpace(s[end])) end++;
          this.#skip(end);
        }
        return true;
      }
      if (at >= s.length) return this.#error('unclosed action');
      if (!this.#item(s[at] as string)) return false;
    }
  }

  #item(c: string): boolean {
    const s = this.src;
    const at = this.#at;
    if (isSpace(c)) {
      let end = at;
      while (isSpace(s[end]) && !(isSpace(s[end]) && s[end + 1] === '-' && s.startsWith('}}', end + 2) && end > at))
        end++;
      this.#emit('space', end);
      return true;
    }
    if (c === '=') return this.#one('assign', 1);
    if (c === ':') return s[at + 1] === '=' ? this.#one('declare', 2) : this.#error('expected :=');
    if (c === '|') return this.#one('pipe', 1);
    if (c === '"') return this.#quote('"', 'string', 'unterminated quoted string');
    if (c === "'") return this.#quote("'", 'char', 'unterminated character constant');
    if (c === '`') {
      const end = s.indexOf('`', at + 1);
      return end < 0 ? this.#error('unterminated raw quoted string') : this.#one('raw', end + 1 - at);
    }
    if (c === '$') return this.#word('variable', at + 1);
    if (c === '.') {
      const next = s[at + 1];
      if (next === undefined || next < '0' || next > '9') {
        if (this.#ends(at + 1)) return this.#one('dot', 1);
        return this.#word('field', at + 1);
      }
    }
    if (/[+\-0-9.]/.test(c)) return this.#number();
    if (isAlnum(c)) return this.#word('identifier', at);
    if (c === '(') {
      this.#depth++;
      return this.#one('lparen', 1);
    }
    if (c === ')') {
      this.#depth--;
      return this.#depth < 0 ? this.#error('unexpected right paren') : this.#one('rparen', 1);
    }
    if (c === ',') return this.#one('comma', 1);
    const code = c.codePointAt(0) as number;
    if (code > 32 && code < 127) return this.#one('comma', 1);
    return this.#error(
      `unrecognized character in action: U+${code.toString(16).toUpperCase().padStart(4, '0')}${code > 32 ? ` '${c}'` : ''}`,
    );
  }

  #one(kind: TokenKind, length: number): true {
    this.#emit(kind, this.#at + length);
    return true;
  }

  #quote(mark: string, kind: TokenKind, error: string): boolean {
    let i = this.#at + 1;
    while (this.src[i] !== mark) {
      if (this.src[i] === '\\') i++;
      if (i >= this.src.length || this.src[i] === '\n') return this.#error(error);
      i++;
    }
    return this.#one(kind, i + 1 - this.#at);
  }

  #number(): boolean {
    const m = /^[+-]?(0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|[0-9_]*\.?[0-9_]*([eE][+-]?[0-9_]*)?)i?/.exec(
      this.src.slice(this.#at),
    );
    const end = this.#at + (m?.[0].length ?? 1);
    if (isAlnum(this.src[end]) || !/\d/.test(m?.[0] ?? '')) {
      let bad = end;
      if (isAlnum(this.src[bad])) bad++;
      return this.#error(`bad number syntax: "${this.src.slice(this.#at, bad)}"`);
    }
    return this.#one('number', end - this.#at);
  }

  /** Whether a word may end here. */
  #ends(at: number): boolean {
    const next = this.src[at];
    return next === undefined || isSpace(next) || '.,|:)('.includes(next) || this.src.startsWith('}}', at);
  }

  #word(kind: 'identifier' | 'field' | 'variable', from: number): boolean {
    let end = from;
    while (isAlnum(this.src[end])) end++;
    const next = this.src[end];
    if (next !== undefined && next !== '=' && !this.#ends(end))
      return this.#error(
        `bad character U+${next.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')} '${next}'`,
      );
    if (kind !== 'identifier') return this.#one(kind, end - this.#at);
    const word = this.src.slice(this.#at, end);
    if (KEYWORDS.has(word)) return this.#one('keyword', word.length);
    if (word === 'true' || word === 'false') return this.#one('bool', word.length);
    if (word === 'nil') return this.#one('nil', 3);
    return this.#one('identifier', word.length);
  }
}

/** All tokens; the last is `eof` or `error`. */
export function lex(src: string): Token[] {
  return new Lexer(src).run();
}
