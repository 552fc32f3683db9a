/** Statements of the subset, by recursive descent. @see PostgreSQL src/backend/parser/gram.y */
import {
  type ColumnDef,
  type Expr,
  LEVELS,
  NILADIC,
  RESERVED,
  type Select,
  type Statement,
  TYPE_WORDS,
} from './ast.ts';
import { SqlError, unsupported } from './error.ts';
import type { Token } from './lex.ts';

/** @throws SqlError */
export function parse(list: readonly Token[]): Statement {
  const p = new Parser(list);
  const s = p.statement();
  p.end();
  return s;
}

class Parser {
  #i = 0;
  constructor(readonly list: readonly Token[]) {}

  get #t(): Token {
    return this.list[this.#i] as Token;
  }

  #wrong(): SqlError {
    const t = this.#t;
    if (t.kind === 'end') return new SqlError('42601', 'syntax error at end of input', t.at);
    return new SqlError('42601', `syntax error at or near "${t.raw}"`, t.at);
  }

  /** Takes words in order when they all stand there. */
  #accept(...words: string[]): boolean {
    const here = words.every((w, k) => {
      const t = this.list[this.#i + k];
      return t !== undefined && (t.kind === 'word' || t.kind === 'op') && t.text === w;
    });
    if (here) this.#i += words.length;
    return here;
  }

  #expect(...words: string[]): void {
    for (const w of words) if (!this.#accept(w)) throw this.#wrong();
  }

  #name(): string {
    const t = this.#t;
    if (t.kind !== 'word' && t.kind !== 'name') throw this.#wrong();
    this.#i++;
    if (!this.#accept('.')) return t.text;
    const inner = this.#name();
    return t.text === 'public' || t.text === 'pg_catalog' ? inner : `${t.text}.${inner}`;
  }

  end(): void {
    if (this.#t.kind !== 'end') throw this.#wrong();
  }

  statement(): Statement {
    if (this.#accept('select')) return this.#select();
    if (this.#accept('create')) return this.#create();
    if (this.#accept('drop')) return this.#drop();
    if (this.#accept('insert', 'into')) return this.#insert();
    if (this.#accept('update')) return this.#update();
    if (this.#accept('delete', 'from')) {
      const { at } = this.#t;
      return { kind: 'delete', table: this.#name(), at, ...this.#where() };
    }
    if (this.#accept('truncate')) {
      this.#accept('table');
      const { at } = this.#t;
      return { kind: 'truncate', table: this.#name(), at };
    }
    if (this.#accept('show')) return { kind: 'show', name: this.#name() };
    if (this.#accept('set')) {
      while (this.#t.kind !== 'end') this.#i++;
      return { kind: 'set' };
    }
    for (const [word, kind] of [
      ['begin', 'begin'],
      ['start', 'begin'],
      ['commit', 'commit'],
      ['end', 'commit'],
      ['rollback', 'rollback'],
      ['abort', 'rollback'],
    ] as const)
      if (this.#accept(word)) {
        if (!this.#accept('transaction')) this.#accept('work');
        return { kind };
      }
    const known = [
      'alter',
      'grant',
      'revoke',
      'copy',
      'explain',
      'with',
      'vacuum',
      'analyze',
      'listen',
      'notify',
      'table',
      'values',
      'prepare',
    ];
    if (this.#t.kind === 'word' && known.includes(this.#t.text))
      throw unsupported(this.#t.raw.toUpperCase(), this.#t.at);
    throw this.#wrong();
  }

  #items(): Select['items'] {
    const items: { expr: Expr; as?: string }[] = [];
    do {
      if (this.#accept('*')) items.push({ expr: { op: 'star' } });
      else {
        const expr = this.#expr();
        const as = this.#accept('as') ? this.#name() : undefined;
        const next = this.#t;
        const bare = as === undefined && (next.kind === 'name' || (next.kind === 'word' && !RESERVED.has(next.text)));
        items.push({ expr, ...(as !== undefined ? { as } : bare ? { as: this.#name() } : {}) });
      }
    } while (this.#accept(','));
    return items;
  }

  #select(): Select {
    const items = this.#items();
    let from: Select['from'];
    if (this.#accept('from')) {
      const { at } = this.#t;
      if (this.#t.text === '(') throw unsupported('a subquery', at);
      from = { name: this.#name(), at };
      if (this.#t.text === ',' || ['join', 'left', 'inner', 'right', 'cross', 'full'].includes(this.#t.text))
        throw unsupported('a join', this.#t.at);
    }
    const where = this.#where();
    if (this.#accept('group')) throw unsupported('GROUP BY', this.#t.at);
    const order: { expr: Expr; descending: boolean }[] = [];
    if (this.#accept('order', 'by'))
      do {
        const expr = this.#expr();
        order.push({ expr, descending: this.#accept('desc') });
        this.#accept('asc');
      } while (this.#accept(','));
    const limit = this.#accept('limit') ? this.#count() : undefined;
    const offset = this.#accept('offset') ? this.#count() : undefined;
    return {
      kind: 'select',
      items,
      order,
      ...where,
      ...(from ? { from } : {}),
      ...(limit === undefined ? {} : { limit }),
      ...(offset === undefined ? {} : { offset }),
    };
  }

  #count(): number {
    const t = this.#t;
    if (t.kind !== 'number') throw this.#wrong();
    this.#i++;
    return Number(t.text);
  }

  #where(): { where?: Expr } {
    return this.#accept('where') ? { where: this.#expr() } : {};
  }

  #create(): Statement {
    if (this.#accept('table')) {
      const ifNot = this.#accept('if', 'not', 'exists');
      const name = this.#name();
      this.#expect('(');
      const columns: ColumnDef[] = [];
      do columns.push(this.#column());
      while (this.#accept(','));
      this.#expect(')');
      return { kind: 'create table', name, columns, ifNot };
    }
    if (this.#accept('database')) {
      const name = this.#name();
      this.#accept('with');
      const owned = this.#accept('owner');
      if (owned) this.#accept('=');
      const owner = owned ? this.#name() : undefined;
      return { kind: 'create database', name, ...(owner === undefined ? {} : { owner }) };
    }
    if (this.#accept('user') || this.#accept('role')) {
      const name = this.#name();
      let password: string | undefined;
      let superuser = false;
      while (this.#t.kind === 'word') {
        if (this.#accept('password')) {
          password = this.#t.text;
          this.#i++;
        } else {
          superuser ||= this.#t.text === 'superuser';
          this.#i++;
        }
      }
      return { kind: 'create role', name, superuser, ...(password === undefined ? {} : { password }) };
    }
    throw unsupported(`CREATE ${this.#t.raw.toUpperCase()}`, this.#t.at);
  }

  #column(): ColumnDef {
    const name = this.#name();
    const t = this.#t;
    const type = TYPE_WORDS[t.text];
    if (!type) throw t.kind === 'word' ? new SqlError('42704', `type "${t.text}" does not exist`, t.at) : this.#wrong();
    this.#i++;
    for (const word of ['varying', 'precision']) this.#accept(word);
    if (this.#accept('(')) {
      while (!this.#accept(')')) this.#i++;
    }
    if (this.#accept('with') || this.#accept('without')) this.#expect('time', 'zone');
    let notNull = false;
    let unique = false;
    let serial = t.text.endsWith('serial');
    for (;;) {
      if (this.#accept('not', 'null')) notNull = true;
      else if (this.#accept('primary', 'key')) notNull = unique = true;
      else if (this.#accept('unique')) unique = true;
      else if (this.#accept('generated')) {
        while (!this.#accept('identity')) {
          if (this.#t.kind === 'end') throw this.#wrong();
          this.#i++;
        }
        serial = true;
      } else if (this.#accept('null')) notNull = false;
      else if (this.#accept('default') || this.#accept('references') || this.#accept('check'))
        throw unsupported('this kind of column constraint', this.#t.at);
      else return { name, type, notNull: notNull || serial, unique, serial };
    }
  }

  #drop(): Statement {
    for (const [word, what] of [
      ['table', 'table'],
      ['database', 'database'],
      ['user', 'role'],
      ['role', 'role'],
    ] as const)
      if (this.#accept(word)) {
        const ifExists = this.#accept('if', 'exists');
        return { kind: 'drop', what, name: this.#name(), ifExists };
      }
    throw unsupported(`DROP ${this.#t.raw.toUpperCase()}`, this.#t.at);
  }

  #insert(): Statement {
    const { at } = this.#t;
    const table = this.#name();
    let columns: string[] | undefined;
    if (this.#accept('(')) {
      columns = [];
      do columns.push(this.#name());
      while (this.#accept(','));
      this.#expect(')');
    }
    this.#expect('values');
    const rows: Expr[][] = [];
    do {
      this.#expect('(');
      rows.push(this.#list());
    } while (this.#accept(','));
    const returning = this.#accept('returning') ? { returning: this.#items() } : {};
    return { kind: 'insert', table, at, rows, ...(columns ? { columns } : {}), ...returning };
  }

  #update(): Statement {
    const { at } = this.#t;
    const table = this.#name();
    this.#expect('set');
    const set: [string, Expr][] = [];
    do {
      const name = this.#name();
      this.#expect('=');
      set.push([name, this.#expr()]);
    } while (this.#accept(','));
    return { kind: 'update', table, at, set, ...this.#where() };
  }

  /** Up to a closing parenthesis. */
  #list(): Expr[] {
    const out: Expr[] = [];
    if (this.#accept(')')) return out;
    do out.push(this.#accept('*') ? { op: 'star' } : this.#expr());
    while (this.#accept(','));
    this.#expect(')');
    return out;
  }

  #expr(level = 0): Expr {
    const ops = LEVELS[level];
    if (!ops) return this.#unary();
    if (level === 2 && this.#t.text === 'not' && this.#accept('not'))
      return { op: 'unary', name: 'not', args: [this.#expr(level)], at: this.#t.at };
    let left = this.#expr(level + 1);
    for (;;) {
      const { at } = this.#t;
      if (level === 3 && this.#accept('is')) {
        const name = this.#accept('not') ? 'is not null' : 'is null';
        this.#expect('null');
        left = { op: 'unary', name, args: [left], at };
        continue;
      }
      const op = ops.find((o) => this.#accept(o));
      if (op === undefined) return left;
      left = { op: 'binary', name: op === '!=' ? '<>' : op, args: [left, this.#expr(level + 1)], at };
    }
  }

  #unary(): Expr {
    const { at } = this.#t;
    if (this.#accept('-')) return { op: 'unary', name: '-', args: [this.#unary()], at };
    let e = this.#primary();
    while (this.#accept('::')) {
      const t = this.#t;
      const type = TYPE_WORDS[t.text];
      if (!type) throw new SqlError('42704', `type "${t.text}" does not exist`, t.at);
      this.#i++;
      e = { op: 'cast', arg: e, type };
    }
    return e;
  }

  #primary(): Expr {
    const t = this.#t;
    if (this.#accept('(')) {
      if (this.#t.text === 'select') throw unsupported('a subquery', t.at);
      const e = this.#expr();
      this.#expect(')');
      return e;
    }
    this.#i++;
    if (t.kind === 'number') {
      const n = Number(t.text);
      return { op: 'value', value: n, type: t.text.includes('.') ? 'numeric' : n > 2147483647 ? 'bigint' : 'integer' };
    }
    if (t.kind === 'string') return { op: 'value', value: t.text, type: 'text' };
    if (t.kind === 'word') {
      if (t.text === 'true' || t.text === 'false') return { op: 'value', value: t.text === 'true', type: 'boolean' };
      if (t.text === 'null') return { op: 'value', value: null, type: 'text' };
      if (NILADIC.has(t.text)) return { op: 'call', name: t.text, args: [], at: t.at };
      if (RESERVED.has(t.text)) {
        this.#i--;
        throw this.#wrong();
      }
    }
    if (t.kind !== 'word' && t.kind !== 'name') {
      this.#i--;
      throw this.#wrong();
    }
    let name = t.text;
    if (this.#accept('.')) name = this.#name();
    if (t.kind === 'word' && this.#accept('(')) return { op: 'call', name, args: this.#list(), at: t.at };
    return { op: 'column', name, at: t.at };
  }
}
