/** Tokens of jq's language. @see jq src/lexer.l */

export interface Token {
  readonly kind: 'word' | 'field' | 'variable' | 'number' | 'string' | 'format' | 'op' | 'end';
  readonly text: string;
  /** Of strings: pieces of text and the tokens of `\(…)`. */
  readonly parts?: readonly (string | readonly Token[])[];
}

/** What ends reading. */
export class JqSyntax extends Error {}

const OPS = ['?//=', '?//', '|=', '+=', '-=', '*=', '/=', '%=', '//=', '==', '!=', '<=', '>=', '//', '..', 'and', 'or'];

export function tokens(source: string): Token[] {
  const lexer = new Lexer(source);
  const out = lexer.run(undefined);
  out.push({ kind: 'end', text: '' });
  return out;
}

class Lexer {
  #i = 0;
  constructor(readonly s: string) {}

  /** @param close a parenthesis that ends it */
  run(close: string | undefined): Token[] {
    const out: Token[] = [];
    let depth = 0;
    for (;;) {
      const c = this.s[this.#i];
      if (c === undefined) {
        if (close !== undefined) throw new JqSyntax('unterminated string literal');
        return out;
      }
      if (close !== undefined && c === close && depth === 0) {
        this.#i++;
        return out;
      }
      if (/\s/.test(c)) this.#i++;
      else if (c === '#') while (this.#i < this.s.length && this.s[this.#i] !== '\n') this.#i++;
      else {
        if (c === '(') depth++;
        if (c === ')') depth--;
        out.push(this.#token(c));
      }
    }
  }

  #match(re: RegExp): string | undefined {
    re.lastIndex = this.#i;
    const m = re.exec(this.s);
    if (m) this.#i += m[0].length;
    return m?.[0];
  }

  #token(c: string): Token {
    if (c === '"') return this.#string();
    const field = this.#match(/\.[A-Za-z_]\w*/y);
    if (field !== undefined) return { kind: 'field', text: field.slice(1) };
    const variable = this.#match(/\$(?:__loc__|[A-Za-z_]\w*(?:::\w+)*)/y);
    if (variable !== undefined) return { kind: 'variable', text: variable.slice(1) };
    const format = this.#match(/@[A-Za-z_]\w*/y);
    if (format !== undefined) return { kind: 'format', text: format };
    const number = this.#match(/(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y);
    if (number !== undefined) return { kind: 'number', text: number };
    const word = this.#match(/[A-Za-z_]\w*(?:::\w+)*/y);
    if (word !== undefined) return { kind: word === 'and' || word === 'or' ? 'op' : 'word', text: word };
    const op = OPS.find((o) => this.s.startsWith(o, this.#i)) ?? c;
    this.#i += op.length;
    return { kind: 'op', text: op };
  }

  #string(): Token {
    const parts: (string | readonly Token[])[] = [];
    let text = '';
    for (this.#i++; ; ) {
      const c = this.s[this.#i++];
      if (c === undefined) throw new JqSyntax('unterminated string literal');
      if (c === '"') break;
      if (c !== '\\') {
        text += c;
        continue;
      }
      const e = this.s[this.#i++] ?? '';
      if (e === '(') {
        parts.push(text, this.run(')'));
        text = '';
      } else if (e === 'u') {
        text += String.fromCharCode(Number.parseInt(this.s.slice(this.#i, this.#i + 4), 16));
        this.#i += 4;
      } else {
        const simple = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '"': '"', '\\': '\\', '/': '/' }[e];
        if (simple === undefined) throw new JqSyntax(`Invalid escape at line 1, column 4 (while parsing '"\\${e}"')`);
        text += simple;
      }
    }
    parts.push(text);
    return { kind: 'string', text, parts };
  }
}
