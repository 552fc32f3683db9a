/** Words of a filter, and its arithmetic as a tree. @see libpcap scanner.l, grammar.y */
import { type Expression, numberOf } from './arithmetic.ts';

/** libpcap's complaint, without `tcpdump: `. */
export class FilterError extends Error {}

const SIGN = /^(&&|\|\||!=|==|<=|>=|<<|>>|[()[\]!&|=<>+*%^/:-])/;
const WORD = /^[^\s()[\]!&|=<>+*%^]+/;
/** Between brackets `:` and `/` are signs, too. */
const INNER = /^[^\s()[\]!&|=<>+*%^:/]+/;

/** Splits an expression into words and signs. */
export function tokens(text: string): string[] {
  const out: string[] = [];
  let depth = 0;
  for (let rest = text.trimStart(); rest !== ''; rest = rest.trimStart()) {
    // an address may begin with two colons
    const sign = depth === 0 && rest.startsWith('::') ? undefined : SIGN.exec(rest)?.[0];
    const token = sign ?? (depth > 0 ? INNER : WORD).exec(rest)?.[0] ?? rest;
    if (token === '[') depth++;
    if (token === ']') depth--;
    out.push(token);
    rest = rest.slice(token.length);
  }
  return out;
}

/** Signs by how tightly they bind; libpcap's `|` and `^` bind alike, looser than `&`. */
const BINDING: Readonly<Record<string, number>> = {
  '|': 1,
  '^': 1,
  '&': 2,
  '<<': 3,
  '>>': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
};

/** Reads words from a place on. */
export class Reader {
  at = 0;
  constructor(readonly words: readonly string[]) {}

  peek(): string | undefined {
    return this.words[this.at];
  }

  next(): string | undefined {
    return this.words[this.at++];
  }

  /** Takes a sign that has to stand here. */
  expect(sign: string): void {
    if (this.next() !== sign) throw new FilterError('syntax error');
  }

  /** Arithmetic from here on. @param protocol tells names that may stand before `[` */
  expression(protocol: (word: string) => boolean, binding = 1): Expression {
    let left = this.#operand(protocol);
    for (;;) {
      const op = this.peek() ?? '';
      const own = BINDING[op];
      if (own === undefined || own < binding) return left;
      this.at++;
      const right = this.expression(protocol, own + 1);
      if ((op === '/' || op === '%') && right.kind === 'number' && right.value === 0)
        throw new FilterError(op === '/' ? 'division by zero' : 'modulus by zero');
      left = { kind: 'operation', op, left, right };
    }
  }

  #operand(protocol: (word: string) => boolean): Expression {
    const w = this.next();
    if (w === '(') {
      const e = this.expression(protocol);
      this.expect(')');
      return e;
    }
    if (w === '-')
      return {
        kind: 'operation',
        op: '-',
        left: { kind: 'number', value: 0 },
        right: this.#operand(protocol),
      };
    if (w === 'len') return { kind: 'len' };
    if (w !== undefined && protocol(w) && this.peek() === '[') return this.#load(w, protocol);
    const value = w === undefined ? undefined : numberOf(w);
    if (value === undefined) throw new FilterError('syntax error');
    return { kind: 'number', value };
  }

  #load(base: string, protocol: (word: string) => boolean): Expression {
    this.expect('[');
    const at = this.expression(protocol);
    let size = 1;
    if (this.peek() === ':') {
      this.at++;
      size = numberOf(this.next() ?? '') ?? 0;
      if (size !== 1 && size !== 2 && size !== 4) throw new FilterError('data size must be 1, 2, or 4');
    }
    this.expect(']');
    return { kind: 'load', base, at, size: size as 1 | 2 | 4 };
  }
}
