/** An awk program as a tree. @see POSIX.1-2017 awk, grammar */
import { type Expr, isTarget, type Program, type Rule, type Stmt } from './ast.ts';
import { AwkError, lex, type Token } from './lex.ts';

/** @throws AwkError with mawk-like words */
export function parseAwk(text: string): Program {
  return new Parser(lex(text)).program();
}

const COMPARE = ['<', '<=', '==', '!=', '>', '>='];
const OPERAND_KINDS: readonly Token['kind'][] = ['number', 'string', 'regex', 'name', 'func', 'builtin'];

class Parser {
  #i = 0;
  /** Inside a print without parentheses `>` redirects, and in a for head `in` is not an operator. */
  #noGt = false;
  #noIn = false;

  constructor(readonly t: readonly Token[]) {}

  get #cur(): Token {
    return this.t[this.#i] as Token;
  }
  #is(...texts: string[]): boolean {
    const { kind, text } = this.#cur;
    return (kind === 'op' || kind === 'keyword') && texts.includes(text);
  }
  #take(...texts: string[]): boolean {
    if (!this.#is(...texts)) return false;
    this.#i++;
    return true;
  }
  #fail(): never {
    const c = this.#cur;
    throw new AwkError(
      `line ${c.line}: syntax error at or near ${c.kind === 'end' ? 'end of file' : c.text === '\n' ? 'end of line' : c.text}`,
    );
  }
  #need(text: string): void {
    if (!this.#take(text)) this.#fail();
  }
  #newlines(): void {
    while (this.#cur.kind === 'newline') this.#i++;
  }
  #terminators(): void {
    while (this.#cur.kind === 'newline' || this.#is(';')) this.#i++;
  }

  program(): Program {
    const rules: Rule[] = [];
    const functions = new Map<string, { params: string[]; body: Stmt }>();
    this.#terminators();
    for (let id = 0; this.#cur.kind !== 'end'; id++) {
      if (this.#take('function', 'func')) {
        const name = this.#cur.text;
        this.#i++;
        this.#need('(');
        const params: string[] = [];
        while (!this.#take(')')) {
          params.push(this.#cur.text);
          this.#i++;
          this.#take(',');
          this.#newlines();
        }
        this.#newlines();
        functions.set(name, { params, body: this.#block() });
      } else rules.push(this.#rule(id));
      this.#terminators();
    }
    return { rules, functions };
  }

  #rule(id: number): Rule {
    const special = this.#is('BEGIN', 'END') ? (this.#cur.text as 'BEGIN' | 'END') : undefined;
    if (special) {
      this.#i++;
      this.#newlines();
      return { kind: special, pattern: undefined, until: undefined, body: this.#block(), id };
    }
    let pattern: Expr | undefined;
    let until: Expr | undefined;
    if (!this.#is('{')) {
      pattern = this.#expr();
      if (this.#take(',')) {
        this.#newlines();
        until = this.#expr();
      }
    }
    return { kind: 'main', pattern, until, body: this.#is('{') ? this.#block() : undefined, id };
  }

  #block(): Stmt {
    this.#need('{');
    const list: Stmt[] = [];
    this.#terminators();
    while (!this.#take('}')) {
      list.push(this.#statement());
      this.#terminators();
    }
    return { k: 'block', list };
  }

  /** A statement that stands as a body: may begin on the next line. */
  #body(): Stmt {
    this.#newlines();
    if (this.#take(';')) return { k: 'block', list: [] };
    return this.#statement();
  }

  #statement(): Stmt {
    if (this.#is('{')) return this.#block();
    if (this.#take('if')) {
      const c = this.#parens();
      const a = this.#body();
      const back = this.#i;
      this.#terminators();
      if (this.#take('else')) return { k: 'if', c, a, b: this.#body() };
      this.#i = back;
      return { k: 'if', c, a, b: undefined };
    }
    if (this.#take('while')) return { k: 'while', c: this.#parens(), body: this.#body(), first: false };
    if (this.#take('do')) {
      const body = this.#body();
      this.#terminators();
      this.#need('while');
      return { k: 'while', c: this.#parens(), body, first: true };
    }
    if (this.#take('for')) return this.#for();
    return this.#simple();
  }

  #parens(): Expr {
    this.#need('(');
    const e = this.#expr();
    this.#need(')');
    return e;
  }

  #for(): Stmt {
    this.#need('(');
    const [a, b, c, d] = [this.#cur, this.t[this.#i + 1], this.t[this.#i + 2], this.t[this.#i + 3]];
    if (a.kind === 'name' && b?.text === 'in' && c?.kind === 'name' && d?.text === ')') {
      this.#i += 4;
      return { k: 'forin', name: a.text, array: c.text, body: this.#body() };
    }
    const init = this.#is(';') ? undefined : this.#simple();
    this.#need(';');
    this.#newlines();
    const cond = this.#is(';') ? undefined : this.#expr();
    this.#need(';');
    this.#newlines();
    const step = this.#is(')') ? undefined : this.#simple();
    this.#need(')');
    return { k: 'for', init, c: cond, step, body: this.#body() };
  }

  #ends(): boolean {
    return this.#cur.kind === 'newline' || this.#cur.kind === 'end' || this.#is(';', '}');
  }

  #simple(): Stmt {
    for (const what of ['break', 'continue', 'next', 'nextfile'] as const)
      if (this.#take(what)) return { k: 'jump', what };
    for (const k of ['exit', 'return'] as const)
      if (this.#take(k)) return { k, e: this.#ends() ? undefined : this.#expr() };
    if (this.#take('delete')) {
      const name = this.#cur.text;
      this.#i++;
      return { k: 'delete', name, subs: this.#take('[') ? this.#subscripts() : undefined };
    }
    if (this.#is('print', 'printf')) return this.#print();
    return { k: 'expr', e: this.#expr() };
  }

  #subscripts(): Expr[] {
    const subs = this.#list(']');
    this.#need(']');
    return subs;
  }

  #list(end: string): Expr[] {
    const saved = [this.#noGt, this.#noIn] as const;
    this.#noGt = this.#noIn = false;
    const out: Expr[] = [];
    this.#newlines();
    while (!this.#is(end)) {
      out.push(this.#expr());
      if (!this.#take(',')) break;
      this.#newlines();
    }
    this.#newlines();
    [this.#noGt, this.#noIn] = saved;
    return out;
  }

  #print(): Stmt {
    const format = this.#cur.text === 'printf';
    this.#i++;
    let args: Expr[] = [];
    const redirects = (): boolean => this.#is('>', '>>', '|');
    if (this.#is('(')) {
      const back = this.#i;
      this.#i++;
      args = this.#list(')');
      this.#need(')');
      if (!this.#ends() && !redirects()) {
        this.#i = back;
        args = [];
      }
    }
    if (args.length === 0 && !this.#ends() && !redirects()) {
      this.#noGt = true;
      do {
        this.#newlines();
        args.push(this.#expr());
      } while (this.#take(','));
      this.#noGt = false;
    }
    let redirect: '' | '>' | '>>' | '|' = '';
    let to: Expr | undefined;
    if (redirects()) {
      redirect = this.#cur.text as '>';
      this.#i++;
      to = this.#concat();
    }
    return { k: 'print', args, format, redirect, to };
  }

  #expr(): Expr {
    const c = this.#or();
    if (this.#take('?')) {
      this.#newlines();
      const a = this.#expr();
      this.#newlines();
      this.#need(':');
      this.#newlines();
      return { k: 'cond', c, a, b: this.#expr() };
    }
    if (this.#is('=', '+=', '-=', '*=', '/=', '%=', '^=') && isTarget(c)) {
      const op = this.#cur.text.slice(0, -1);
      this.#i++;
      this.#newlines();
      return { k: 'assign', op, to: c, e: this.#expr() };
    }
    return c;
  }

  #left(ops: readonly string[], next: () => Expr): Expr {
    let a = next();
    while (this.#is(...ops)) {
      const op = this.#cur.text;
      this.#i++;
      this.#newlines();
      a = { k: 'bin', op, a, b: next() };
    }
    return a;
  }

  #or = (): Expr => this.#left(['||'], this.#and);
  #and = (): Expr => this.#left(['&&'], this.#in);

  #in = (): Expr => {
    let a = this.#match();
    while (!this.#noIn && this.#take('in')) {
      const name = this.#cur.text;
      this.#i++;
      a = { k: 'in', subs: [a.k === 'group' ? a.e : a], name };
    }
    return a;
  };

  #match = (): Expr => this.#left(['~', '!~'], this.#compare);

  #compare = (): Expr => {
    const a = this.#concat();
    if (this.#is(...COMPARE) && !(this.#noGt && this.#is('>'))) {
      const op = this.#cur.text;
      this.#i++;
      return { k: 'bin', op, a, b: this.#concat() };
    }
    return this.#pipes(a);
  };

  /** `cmd | getline [var]` */
  #pipes(a: Expr): Expr {
    let e = a;
    while (this.#is('|') && this.t[this.#i + 1]?.text === 'getline') {
      this.#i += 2;
      e = { k: 'getline', to: this.#target(), from: 'pipe', source: e };
    }
    return e;
  }

  #target(): Expr | undefined {
    return this.#cur.kind === 'name' || this.#is('$') ? this.#postfix() : undefined;
  }

  #concat(): Expr {
    let a = this.#add();
    while (this.#startsOperand()) a = { k: 'bin', op: '', a, b: this.#add() };
    return a;
  }

  #startsOperand(): boolean {
    const { kind, text } = this.#cur;
    if (OPERAND_KINDS.includes(kind)) return true;
    return kind === 'op' && ['$', '(', '-', '+', '++', '--'].includes(text);
  }

  #add = (): Expr => this.#left(['+', '-'], this.#mul);
  #mul = (): Expr => this.#left(['*', '/', '%'], this.#unary);

  #unary = (): Expr => {
    if (this.#is('!', '-', '+')) {
      const op = this.#cur.text;
      this.#i++;
      return { k: 'un', op, e: this.#unary() };
    }
    return this.#power();
  };

  #power(): Expr {
    const a = this.#postfix();
    if (!this.#take('^')) return a;
    const b = this.#is('-', '+', '!') ? this.#unary() : this.#power();
    return { k: 'bin', op: '^', a, b };
  }

  #postfix(): Expr {
    if (this.#is('++', '--')) {
      const by = this.#cur.text === '++' ? 1 : -1;
      this.#i++;
      return { k: 'incr', by, post: false, to: this.#primary() };
    }
    const e = this.#primary();
    if (this.#is('++', '--') && isTarget(e)) {
      const by = this.#cur.text === '++' ? 1 : -1;
      this.#i++;
      return { k: 'incr', by, post: true, to: e };
    }
    return e;
  }

  #primary(): Expr {
    const t = this.#cur;
    if (t.kind === 'end' || t.kind === 'newline') this.#fail();
    this.#i++;
    switch (t.kind) {
      case 'number':
        return { k: 'num', v: Number(t.text) };
      case 'string':
        return { k: 'str', v: t.text };
      case 'regex':
        return { k: 'regex', v: t.text };
      case 'func':
      case 'builtin': {
        if (!this.#take('(')) return { k: 'call', name: t.text, args: [], builtin: true };
        const args = this.#list(')');
        this.#need(')');
        return { k: 'call', name: t.text, args, builtin: t.kind === 'builtin' };
      }
      case 'name':
        return this.#take('[') ? { k: 'index', name: t.text, subs: this.#subscripts() } : { k: 'var', name: t.text };
      default:
        return this.#special(t);
    }
  }

  #special(t: Token): Expr {
    if (t.text === '$')
      return {
        k: 'field',
        e: this.#is('++', '--') ? this.#postfix() : this.#is('-') ? this.#unary() : this.#primary(),
      };
    if (t.text === '(') {
      const subs = this.#list(')');
      this.#need(')');
      if (subs.length > 1) {
        this.#need('in');
        const name = this.#cur.text;
        this.#i++;
        return { k: 'in', subs, name };
      }
      return { k: 'group', e: subs[0] ?? this.#fail() };
    }
    if (t.text === 'getline') {
      const to = this.#target();
      if (this.#take('<')) return { k: 'getline', to, from: 'file', source: this.#primary() };
      return { k: 'getline', to, from: 'main', source: undefined };
    }
    this.#i--;
    return this.#fail();
  }
}
