/**
 * Python source to its tree: expressions.
 *
 * Limits: no lambda, comprehension, star arguments, walrus.
 * @see The Python Language Reference §6
 */
import type { Expr } from './ast.ts';
import { SyntaxFault, type Token, tokens } from './lex.ts';

/** What is Python and is not known here. */
const UNKNOWN = new Set(['class', 'lambda', 'async', 'await', 'yield', 'match', 'nonlocal', 'assert', 'del', 'global']);
const KEYWORDS = new Set(['and', 'as', 'break', 'continue', 'def', 'elif', 'else', 'except', 'finally', 'for', 'from']);
for (const k of ['if', 'import', 'in', 'is', 'not', 'or', 'pass', 'raise', 'return', 'try', 'while', 'with'])
  KEYWORDS.add(k);
const COMPARE = new Set(['==', '!=', '<', '>', '<=', '>=', 'in', 'is', 'not']);
/** Binary operators by how tight they bind, the loosest first. */
const LEVELS: readonly (readonly string[])[] = [['|'], ['^'], ['&'], ['<<', '>>'], ['+', '-'], ['*', '/', '//', '%']];

/** The part of the parser that reads expressions. */
export class Expressions {
  protected at = 0;

  constructor(readonly list: readonly Token[]) {}

  protected get now(): Token {
    return this.list[this.at] as Token;
  }

  protected fail(message = 'invalid syntax'): never {
    const word = this.now.kind === 'name' && UNKNOWN.has(this.now.text);
    throw new SyntaxFault(word ? this.now.text : message, this.now.line, word);
  }

  /** The present token's kind. (A call, so that it is looked at anew.) */
  protected kind(): Token['kind'] {
    return this.now.kind;
  }

  protected is(text: string): boolean {
    return (this.now.kind === 'op' || this.now.kind === 'name') && this.now.text === text;
  }

  protected take(text: string): boolean {
    if (!this.is(text)) return false;
    this.at++;
    return true;
  }

  protected need(text: string): void {
    if (!this.take(text)) this.fail(text === ':' ? "expected ':'" : 'invalid syntax');
  }

  protected name(): string {
    if (this.now.kind !== 'name' || KEYWORDS.has(this.now.text)) this.fail();
    return (this.list[this.at++] as Token).text;
  }

  /** An expression that fills a string (of an f-string). */
  whole(): Expr {
    const value = this.tuple();
    if (this.now.kind !== 'newline') this.fail();
    return value;
  }

  protected tuple(): Expr {
    const first = this.expr();
    if (!this.is(',')) return first;
    const items = [first];
    while (this.take(',')) {
      if (this.now.kind === 'newline' || this.is(')') || this.is('=') || this.is(':') || this.is(']')) break;
      items.push(this.expr());
    }
    return { kind: 'tuple', items };
  }

  protected expr(): Expr {
    const then = this.or();
    if (!this.take('if')) return then;
    const test = this.or();
    this.need('else');
    return { kind: 'if', test, then, otherwise: this.expr() };
  }

  protected or(): Expr {
    let left = this.and();
    while (this.take('or')) left = { kind: 'or', left, right: this.and() };
    return left;
  }

  protected and(): Expr {
    let left = this.not();
    while (this.take('and')) left = { kind: 'and', left, right: this.not() };
    return left;
  }

  protected not(): Expr {
    return this.take('not') ? { kind: 'unary', op: 'not', value: this.not() } : this.comparison();
  }

  protected comparison(): Expr {
    const first = this.binary(0);
    const rest: [string, Expr][] = [];
    while ((this.now.kind === 'op' || this.now.kind === 'name') && COMPARE.has(this.now.text)) {
      let op = this.now.text;
      this.at++;
      if (op === 'not') {
        this.need('in');
        op = 'not in';
      } else if (op === 'is' && this.take('not')) op = 'is not';
      rest.push([op, this.binary(0)]);
    }
    return rest.length === 0 ? first : { kind: 'compare', first, rest };
  }

  protected binary(level: number): Expr {
    const ops = LEVELS[level];
    if (!ops) return this.unary();
    let left = this.binary(level + 1);
    while (this.now.kind === 'op' && ops.includes(this.now.text)) {
      const op = this.now.text;
      this.at++;
      left = { kind: 'binary', op, left, right: this.binary(level + 1) };
    }
    return left;
  }

  protected unary(): Expr {
    for (const op of ['-', '+', '~']) if (this.take(op)) return { kind: 'unary', op, value: this.unary() };
    const base = this.postfix();
    return this.take('**') ? { kind: 'binary', op: '**', left: base, right: this.unary() } : base;
  }

  protected postfix(): Expr {
    let e = this.atom();
    for (;;) {
      if (this.take('.')) e = { kind: 'attr', of: e, name: this.name() };
      else if (this.take('(')) e = this.call(e);
      else if (this.take('[')) {
        const index = this.subscript();
        this.need(']');
        e = { kind: 'index', of: e, index };
      } else return e;
    }
  }

  protected subscript(): Expr {
    const from = this.is(':') ? undefined : this.tuple();
    if (!this.take(':')) return from as Expr;
    return { kind: 'slice', from, to: this.is(']') ? undefined : this.expr() };
  }

  protected call(callee: Expr): Expr {
    const args: Expr[] = [];
    const named: [string, Expr][] = [];
    while (!this.is(')')) {
      if (this.is('*') || this.is('**')) throw new SyntaxFault('*', this.now.line, true);
      const value = this.expr();
      if (value.kind === 'name' && this.take('=')) named.push([value.name, this.expr()]);
      else args.push(value);
      if (this.is('for')) throw new SyntaxFault('for', this.now.line, true);
      if (!this.take(',')) break;
    }
    if (!this.take(')')) this.fail("'(' was never closed");
    return { kind: 'call', callee, args, named };
  }

  protected atom(): Expr {
    const t = this.now;
    if (t.kind === 'int' || t.kind === 'float') {
      this.at++;
      return { kind: t.kind, value: Number(t.text) };
    }
    if (t.kind === 'str' || t.kind === 'bytes' || t.kind === 'fstr') return this.strings(t.kind);
    if (t.kind === 'name') return this.word(t.text);
    for (const [open, close] of ['()', '[]', '{}'] as unknown as [string, string][])
      if (this.take(open)) return this.group(open, close);
    return this.fail();
  }

  protected word(text: string): Expr {
    if (text === 'True' || text === 'False' || text === 'None') {
      this.at++;
      return { kind: 'const', value: text === 'None' ? null : text === 'True' };
    }
    if (UNKNOWN.has(text) && text !== 'match') this.fail();
    return { kind: 'name', name: this.name() };
  }

  protected group(open: string, close: string): Expr {
    if (open === '{') return this.dict();
    const items: Expr[] = [];
    let comma = false;
    while (!this.is(close)) {
      items.push(this.expr());
      if (this.is('for')) throw new SyntaxFault('for', this.now.line, true);
      if (!this.take(',')) break;
      comma = true;
    }
    if (!this.take(close)) this.fail(`'${open}' was never closed`);
    if (open === '[') return { kind: 'list', items };
    return items.length === 1 && !comma ? (items[0] as Expr) : { kind: 'tuple', items };
  }

  protected dict(): Expr {
    const entries: [Expr, Expr][] = [];
    while (!this.is('}')) {
      const key = this.expr();
      this.need(':');
      entries.push([key, this.expr()]);
      if (!this.take(',')) break;
    }
    if (!this.take('}')) this.fail("'{' was never closed");
    return { kind: 'dict', entries };
  }

  /** Literals that stand side by side are one. */
  protected strings(kind: 'str' | 'bytes' | 'fstr'): Expr {
    let value = '';
    let joined = kind === 'fstr';
    const parts: (string | { value: Expr; repr: boolean })[] = [];
    while (this.now.kind === 'str' || this.now.kind === 'bytes' || this.now.kind === 'fstr') {
      const t = this.now;
      if ((t.kind === 'bytes') !== (kind === 'bytes')) this.fail('cannot mix bytes and nonbytes literals');
      joined ||= t.kind === 'fstr';
      if (t.kind === 'fstr') parts.push(...formatted(t));
      else parts.push(t.text);
      value += t.text;
      this.at++;
    }
    return joined ? { kind: 'joined', parts } : { kind: kind === 'bytes' ? 'bytes' : 'str', value };
  }
}

/** The parts of an f-string. */
function formatted(t: Token): (string | { value: Expr; repr: boolean })[] {
  const out: (string | { value: Expr; repr: boolean })[] = [];
  const text = t.text;
  let plain = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i] as string;
    if ((c === '{' || c === '}') && text[i + 1] === c) {
      plain += c;
      i++;
    } else if (c === '{') {
      const end = text.indexOf('}', i);
      if (end < 0) throw new SyntaxFault("f-string: expecting '}'", t.line);
      const inner = text.slice(i + 1, end);
      const repr = inner.endsWith('!r');
      const source = inner.replace(/![rs]$/, '');
      if (/:[^\])]*$/.test(source)) throw new SyntaxFault('f"{…:…}"', t.line, true);
      out.push(plain, { value: new Expressions(tokens(source)).whole(), repr });
      plain = '';
      i = end;
    } else plain += c;
  }
  return [...out, plain];
}
