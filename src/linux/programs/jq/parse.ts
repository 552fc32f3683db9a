/** Filters from text. @see jq src/parser.y */
import type { Filter, Pattern } from './ast.ts';
import { JqSyntax, type Token, tokens } from './lex.ts';

const IDENTITY: Filter = { op: 'identity' };

/** Binary operators, loosest first; `r` associate to the right, `n` not at all. */
const LEVELS: readonly { readonly ops: readonly string[]; readonly to: 'l' | 'r' | 'n' }[] = [
  { ops: ['//'], to: 'r' },
  { ops: ['=', '|=', '+=', '-=', '*=', '/=', '%=', '//='], to: 'n' },
  { ops: ['or'], to: 'l' },
  { ops: ['and'], to: 'l' },
  { ops: ['==', '!=', '<', '<=', '>', '>='], to: 'n' },
  { ops: ['+', '-'], to: 'l' },
  { ops: ['*', '/', '%'], to: 'l' },
];

/** @throws JqSyntax */
export function parse(source: string): Filter {
  const list = tokens(source);
  if (list.length === 1) return IDENTITY;
  const p = new Parser(list);
  const f = p.pipe();
  p.end();
  return f;
}

class Parser {
  #i = 0;
  constructor(readonly list: readonly Token[]) {}

  get #t(): Token {
    return this.list[this.#i] ?? { kind: 'end', text: '' };
  }

  #is(text: string, kind: Token['kind'] = 'op'): boolean {
    return this.#t.kind === kind && this.#t.text === text;
  }

  #accept(text: string, kind: Token['kind'] = 'op'): boolean {
    if (!this.#is(text, kind)) return false;
    this.#i++;
    return true;
  }

  #wrong(): JqSyntax {
    const t = this.#t;
    if (t.kind === 'end') return new JqSyntax('syntax error, unexpected end of file');
    const shown =
      t.kind === 'op'
        ? `'${t.text}'`
        : {
            word: 'IDENT',
            field: 'FIELD',
            number: 'LITERAL',
            string: 'QQSTRING_START',
            variable: "'$'",
            format: 'FORMAT',
          }[t.kind as 'word'];
    return new JqSyntax(`syntax error, unexpected ${KEYWORDS.has(t.text) ? t.text : shown}`);
  }

  #expect(text: string, kind: Token['kind'] = 'op'): void {
    if (!this.#accept(text, kind)) throw this.#wrong();
  }

  end(): void {
    if (this.#t.kind !== 'end') throw this.#wrong();
  }

  pipe(): Filter {
    if (this.#accept('def', 'word')) return this.#def();
    if (this.#accept('label', 'word')) {
      const name = this.#variable();
      this.#expect('|');
      return { op: 'label', name, body: this.pipe() };
    }
    const left = this.#comma();
    if (this.#accept('as', 'word')) {
      const pattern = this.#pattern();
      this.#expect('|');
      return { op: 'as', source: left, pattern, body: this.pipe() };
    }
    return this.#accept('|') ? { op: 'pipe', left, right: this.pipe() } : left;
  }

  #def(): Filter {
    const name = this.#word();
    const params: string[] = [];
    if (this.#accept('('))
      do params.push(this.#t.kind === 'variable' ? `$${this.#variable()}` : this.#word());
      while (this.#accept(';'));
    if (params.length > 0) this.#expect(')');
    this.#expect(':');
    const body = this.pipe();
    this.#expect(';');
    const rest = this.#t.kind === 'end' ? IDENTITY : this.pipe();
    return { op: 'def', name, params, body, rest };
  }

  #word(): string {
    if (this.#t.kind !== 'word') throw this.#wrong();
    return (this.list[this.#i++] as Token).text;
  }

  #variable(): string {
    if (this.#t.kind !== 'variable') throw this.#wrong();
    return (this.list[this.#i++] as Token).text;
  }

  #comma(): Filter {
    let left = this.#level(0);
    while (this.#accept(',')) left = { op: 'comma', left, right: this.#level(0) };
    return left;
  }

  #level(n: number): Filter {
    const level = LEVELS[n];
    if (!level) return this.#unary();
    let left = this.#level(n + 1);
    for (;;) {
      const op = this.#t.kind === 'op' ? level.ops.find((o) => o === this.#t.text) : undefined;
      if (op === undefined) return left;
      this.#i++;
      const right = this.#level(level.to === 'r' ? n : n + 1);
      left = made(op, left, right);
      if (level.to === 'n') return left;
    }
  }

  #unary(): Filter {
    if (this.#accept('-')) return { op: 'negate', of: this.#postfix() };
    return this.#postfix();
  }

  #postfix(): Filter {
    let f = this.#primary();
    for (;;) {
      if (this.#t.kind === 'field')
        f = { op: 'index', of: f, key: { op: 'literal', value: (this.list[this.#i++] as Token).text } };
      else if (this.#is('.') && this.list[this.#i + 1]?.kind === 'string') {
        this.#i++;
        f = { op: 'index', of: f, key: this.#string() };
      } else if (this.#is('.') && this.list[this.#i + 1]?.text === '[') this.#i++;
      else if (this.#accept('[')) f = this.#bracket(f);
      else if (this.#accept('?')) f = { op: 'try', body: f };
      else return f;
    }
  }

  #bracket(of: Filter): Filter {
    if (this.#accept(']')) return { op: 'iterate', of };
    if (this.#accept(':')) {
      const to = this.pipe();
      this.#expect(']');
      return { op: 'slice', of, to };
    }
    const key = this.pipe();
    if (this.#accept(':')) {
      const to = this.#is(']') ? {} : { to: this.pipe() };
      this.#expect(']');
      return { op: 'slice', of, from: key, ...to };
    }
    this.#expect(']');
    return { op: 'index', of, key };
  }

  #string(format?: string): Filter {
    const t = this.list[this.#i++] as Token;
    const parts = (t.parts ?? []).map((p) =>
      typeof p === 'string' ? p : new Parser([...p, { kind: 'end', text: '' }]).pipe(),
    );
    if (parts.length === 1 && format === undefined) return { op: 'literal', value: parts[0] };
    return { op: 'string', parts, ...(format === undefined ? {} : { format }) };
  }

  #primary(): Filter {
    const t = this.#t;
    if (t.kind === 'string') return this.#string();
    this.#i++;
    switch (t.kind) {
      case 'number':
        return { op: 'literal', value: Number(t.text) };
      case 'field':
        return { op: 'index', of: IDENTITY, key: { op: 'literal', value: t.text } };
      case 'variable':
        return { op: 'variable', name: t.text };
      case 'format':
        return this.#t.kind === 'string' ? this.#string(t.text) : { op: 'format', name: t.text };
      case 'word':
        return this.#named(t.text);
      case 'op':
        break;
      default:
        this.#i--;
        throw this.#wrong();
    }
    if (t.text === '..') return { op: 'recurse' };
    if (t.text === '.') {
      if (this.#t.kind === 'string') return { op: 'index', of: IDENTITY, key: this.#string() };
      return IDENTITY;
    }
    if (t.text === '(') {
      const f = this.pipe();
      this.#expect(')');
      return f;
    }
    if (t.text === '[') {
      if (this.#accept(']')) return { op: 'array' };
      const of = this.pipe();
      this.#expect(']');
      return { op: 'array', of };
    }
    if (t.text === '{') return this.#object();
    this.#i--;
    throw this.#wrong();
  }

  #named(name: string): Filter {
    switch (name) {
      case 'null':
      case 'true':
      case 'false':
        return { op: 'literal', value: { null: null, true: true, false: false }[name] };
      case 'if':
        return this.#if();
      case 'try': {
        const body = this.#postfix();
        return this.#accept('catch', 'word') ? { op: 'try', body, handler: this.#postfix() } : { op: 'try', body };
      }
      case 'break':
        return { op: 'break', name: this.#variable() };
      case 'reduce':
      case 'foreach': {
        const source = this.#postfix();
        this.#expect('as', 'word');
        const pattern = this.#pattern();
        this.#expect('(');
        const init = this.pipe();
        this.#expect(';');
        const update = this.pipe();
        const extract = name === 'foreach' && this.#accept(';') ? { extract: this.pipe() } : {};
        this.#expect(')');
        return name === 'reduce'
          ? { op: 'reduce', source, pattern, init, update }
          : { op: 'foreach', source, pattern, init, update, ...extract };
      }
    }
    if (KEYWORDS.has(name)) {
      this.#i--;
      throw this.#wrong();
    }
    const args: Filter[] = [];
    if (this.#accept('(')) {
      do args.push(this.pipe());
      while (this.#accept(';'));
      this.#expect(')');
    }
    return { op: 'call', name, args };
  }

  #if(): Filter {
    const test = this.pipe();
    this.#expect('then', 'word');
    const then = this.pipe();
    if (this.#accept('elif', 'word')) return { op: 'if', test, then, otherwise: this.#if() };
    const otherwise = this.#accept('else', 'word') ? { otherwise: this.pipe() } : {};
    this.#expect('end', 'word');
    return { op: 'if', test, then, ...otherwise };
  }

  #object(): Filter {
    const fields: { key: Filter; value: Filter }[] = [];
    while (!this.#accept('}')) {
      const t = this.#t;
      let key: Filter;
      let value: Filter | undefined;
      if (t.kind === 'variable') {
        this.#i++;
        key = { op: 'literal', value: t.text };
        value = { op: 'variable', name: t.text };
      } else if (t.kind === 'word' || (t.kind === 'op' && (t.text === 'and' || t.text === 'or'))) {
        this.#i++;
        key = { op: 'literal', value: t.text };
      } else if (t.kind === 'number') {
        this.#i++;
        key = { op: 'literal', value: t.text };
      } else if (t.kind === 'string') key = this.#string();
      else if (t.kind === 'format') {
        this.#i++;
        key = this.#string(t.text);
      } else if (this.#accept('(')) {
        key = this.pipe();
        this.#expect(')');
      } else throw this.#wrong();
      if (this.#accept(':')) value = this.#fieldValue();
      fields.push({ key, value: value ?? { op: 'index', of: IDENTITY, key } });
      if (!this.#accept(',') && !this.#is('}')) throw this.#wrong();
    }
    return { op: 'object', fields };
  }

  /** Without commas; pipes may stand between. */
  #fieldValue(): Filter {
    const left = this.#level(0);
    return this.#accept('|') ? { op: 'pipe', left, right: this.#fieldValue() } : left;
  }

  #pattern(): Pattern {
    if (this.#t.kind === 'variable') return { kind: 'variable', name: this.#variable() };
    if (this.#accept('[')) {
      const items: Pattern[] = [];
      do items.push(this.#pattern());
      while (this.#accept(','));
      this.#expect(']');
      return { kind: 'array', items };
    }
    this.#expect('{');
    const fields: { key: Filter; pattern?: Pattern; bind?: string }[] = [];
    do {
      const t = this.#t;
      if (t.kind === 'variable') {
        this.#i++;
        fields.push({
          key: { op: 'literal', value: t.text },
          bind: t.text,
          ...(this.#accept(':') ? { pattern: this.#pattern() } : {}),
        });
        continue;
      }
      const key: Filter = t.kind === 'string' ? this.#string() : { op: 'literal', value: this.#word() };
      this.#expect(':');
      fields.push({ key, pattern: this.#pattern() });
    } while (this.#accept(','));
    this.#expect('}');
    return { kind: 'object', fields };
  }
}

const KEYWORDS = new Set([
  'then',
  'else',
  'elif',
  'end',
  'as',
  'catch',
  'def',
  'label',
  'import',
  'include',
  '__loc__',
]);

function made(op: string, left: Filter, right: Filter): Filter {
  if (op === '//') return { op: 'alternative', left, right };
  if (op === 'and' || op === 'or') return { op, left, right };
  if (op.endsWith('=') && !['==', '!=', '<=', '>='].includes(op)) return { op: 'update', name: op, left, right };
  return { op: 'binary', name: op, left, right };
}
