/**
 * Parser of Go templates, with Go's error texts.
 * @see Go src/text/template/parse/parse.go
 */
import { goQuote } from '../flags/gostrconv.ts';
import type { Arg, Command, Node, Pipe } from './ast.ts';
import { argText } from './ast.ts';
import { lex, type Token, type TokenKind } from './lex.ts';

/** A template and those that it defines. */
export interface Template {
  readonly name: string;
  readonly source: string;
  readonly root: readonly Node[];
  readonly defined: ReadonlyMap<string, readonly Node[]>;
}

/** Internal: unwinds the parser with a message; never leaves this file. */
class Stop {
  constructor(readonly message: string) {}
}

interface Body {
  list: Node[];
  end: 'end' | 'else' | 'eof';
}

class Parser {
  readonly #tokens: Token[];
  #i = 0;
  #vars: string[] = ['$'];
  #ranges = 0;
  readonly defined = new Map<string, readonly Node[]>();

  constructor(
    readonly name: string,
    src: string,
    readonly functions: ReadonlySet<string>,
  ) {
    this.#tokens = lex(src);
  }

  #fail(message: string, line = this.#peek().line): never {
    throw new Stop(`template: ${this.name}:${line}: ${message}`);
  }

  #peek(): Token {
    return this.#tokens[Math.min(this.#i, this.#tokens.length - 1)] as Token;
  }

  #next(): Token {
    const t = this.#peek();
    this.#i++;
    return t;
  }

  #peekSolid(): Token {
    while (this.#peek().kind === 'space') this.#i++;
    return this.#peek();
  }

  #nextSolid(): Token {
    this.#peekSolid();
    return this.#next();
  }

  #unexpected(t: Token, context: string): never {
    if (t.kind === 'error') this.#fail(t.text, t.line);
    this.#fail(`unexpected ${describe(t)} in ${context}`, t.line);
  }

  #expect(kind: TokenKind, context: string): Token {
    const t = this.#nextSolid();
    if (t.kind !== kind) this.#unexpected(t, context);
    return t;
  }

  parse(): readonly Node[] {
    const body = this.#list('input');
    if (body.end === 'end') this.#fail('unexpected {{end}}', this.#tokens[this.#i - 1]?.line);
    if (body.end === 'else') this.#fail('unexpected {{else}}', this.#tokens[this.#i - 1]?.line);
    return body.list;
  }

  /** Nodes up to `{{end}}`, `{{else` or the end of the text. */
  #list(context: string): Body {
    const list: Node[] = [];
    for (;;) {
      const t = this.#next();
      if (t.kind === 'text') list.push({ n: 'text', text: t.text, pos: t.pos, line: t.line });
      else if (t.kind === 'eof') {
        if (context !== 'input') this.#fail('unexpected EOF', t.line);
        return { list, end: 'eof' };
      } else if (t.kind === 'error') this.#fail(t.text, t.line);
      else {
        const got = this.#action(t);
        if (got === 'end' || got === 'else') return { list, end: got };
        if (got) list.push(got);
      }
    }
  }

  #action(left: Token): Node | 'end' | 'else' | undefined {
    const t = this.#nextSolid();
    if (t.kind !== 'keyword') {
      this.#i--;
      const pipe = this.#pipe('command', 'right');
      return { n: 'action', pipe, pos: left.pos, line: t.line };
    }
    switch (t.text) {
      case 'end':
        this.#expect('right', 'end');
        return 'end';
      case 'else':
        return 'else';
      case 'if':
      case 'with':
      case 'range':
        return this.#control(t.text, t);
      case 'define':
        return this.#define();
      case 'block':
        return this.#block(t);
      case 'template':
        return this.#template(t);
      default: {
        if (this.#ranges === 0) this.#fail(`{{${t.text}}} outside {{range}}`, t.line);
        this.#expect('right', `{{${t.text}}}`);
        return { n: t.text as 'break', pos: t.pos, line: t.line };
      }
    }
  }

  #control(n: 'if' | 'with' | 'range', t: Token): Node {
    const vars = this.#vars.length;
    const pipe = this.#pipe(n, 'right');
    if (n === 'range') this.#ranges++;
    const body = this.#list(n);
    if (n === 'range') this.#ranges--;
    let otherwise: readonly Node[] | undefined;
    if (body.end === 'else') {
      const after = this.#peekSolid();
      if (after.kind === 'keyword' && after.text === n && n !== 'range') {
        this.#next();
        otherwise = [this.#control(n, after)];
      } else {
        this.#expect('right', 'else');
        const rest = this.#list(n);
        if (rest.end === 'else') this.#fail('expected end; found {{else}}');
        otherwise = rest.list;
      }
    }
    this.#vars.length = vars;
    return { n, pipe, list: body.list, otherwise, pos: t.pos, line: t.line };
  }

  #nameAt: Token | undefined;

  #templateName(context: string): string {
    const t = this.#nextSolid();
    this.#nameAt = t;
    if (t.kind !== 'string' && t.kind !== 'raw') this.#unexpected(t, context);
    return unquote(t.text) ?? this.#fail('invalid syntax');
  }

  #define(): undefined {
    const name = this.#templateName('define clause');
    this.#expect('right', 'define clause');
    const outer = this.#vars;
    this.#vars = ['$'];
    const body = this.#list('define clause');
    if (body.end !== 'end') this.#fail('unexpected {{else}} in define clause');
    this.#vars = outer;
    this.defined.set(name, body.list);
    return undefined;
  }

  #block(t: Token): Node {
    const name = this.#templateName('block clause');
    const pipe = this.#pipe('block clause', 'right');
    const outer = this.#vars;
    this.#vars = ['$'];
    const body = this.#list('block clause');
    this.#vars = outer;
    if (!this.defined.has(name)) this.defined.set(name, body.list);
    return { n: 'template', name, pipe, pos: t.pos, line: t.line };
  }

  #template(t: Token): Node {
    const name = this.#templateName('template clause');
    const at = this.#nameAt ?? t;
    let pipe: Pipe | undefined;
    if (this.#peekSolid().kind === 'right') this.#next();
    else pipe = this.#pipe('template clause', 'right');
    return { n: 'template', name, pipe, pos: at.pos, line: at.line };
  }

  #declarations(context: string): { decl: string[]; assign: boolean } {
    const start = this.#i;
    const decl: string[] = [];
    const first = this.#peekSolid();
    if (first.kind !== 'variable') return { decl, assign: false };
    this.#next();
    const after = this.#peekSolid();
    if (after.kind === 'declare' || after.kind === 'assign') {
      this.#next();
      decl.push(first.text);
      const assign = after.kind === 'assign';
      if (!assign) this.#vars.push(first.text);
      else if (!this.#vars.includes(first.text)) this.#fail(`undefined variable ${goQuote(first.text)}`);
      return { decl, assign };
    }
    if (context === 'range' && after.kind === 'comma') {
      this.#next();
      const second = this.#nextSolid();
      if (second.kind !== 'variable') this.#fail(`range can only initialize variables`);
      const op = this.#nextSolid();
      if (op.kind !== 'declare' && op.kind !== 'assign') this.#unexpected(op, context);
      decl.push(first.text, second.text);
      if (op.kind === 'declare') this.#vars.push(first.text, second.text);
      return { decl, assign: op.kind === 'assign' };
    }
    this.#i = start;
    return { decl, assign: false };
  }

  #pipe(context: string, end: TokenKind): Pipe {
    const at = this.#peekSolid();
    const { decl, assign } = this.#declarations(context);
    const cmds: Command[] = [];
    for (;;) {
      const t = this.#nextSolid();
      if (t.kind === end) {
        if (cmds.length === 0) this.#fail(`missing value for ${context}`, t.line);
        for (const [i, c] of cmds.entries()) {
          const first = c.args[0] as Arg;
          if (i > 0 && ['bool', 'dot', 'nil', 'number', 'string'].includes(first.n))
            this.#fail(`non executable command in pipeline stage ${i + 1}`, t.line);
        }
        return { decl, assign, cmds, pos: at.pos, line: at.line };
      }
      if (
        ['bool', 'char', 'dot', 'field', 'identifier', 'number', 'nil', 'raw', 'string', 'variable', 'lparen'].includes(
          t.kind,
        )
      ) {
        this.#i--;
        cmds.push(this.#command());
      } else this.#unexpected(t, context);
    }
  }

  #command(): Command {
    const at = this.#peekSolid();
    const args: Arg[] = [];
    for (;;) {
      this.#peekSolid();
      const operand = this.#operand();
      if (operand) args.push(operand);
      const t = this.#next();
      if (t.kind === 'space') continue;
      if (t.kind === 'right' || t.kind === 'rparen') this.#i--;
      else if (t.kind === 'pipe') {
        // The next command follows.
      } else this.#unexpected(t, 'operand');
      break;
    }
    if (args.length === 0) this.#fail('empty command');
    return { args, pos: at.pos, line: at.line };
  }

  #operand(): Arg | undefined {
    const node = this.#term();
    if (!node) return undefined;
    if (this.#peek().kind !== 'field') return node;
    const at = this.#peek();
    const fields: string[] = [];
    while (this.#peek().kind === 'field') fields.push(this.#next().text.slice(1));
    const where = { pos: at.pos, line: at.line };
    switch (node.n) {
      case 'field':
        return { n: 'field', idents: [...node.idents, ...fields], ...where };
      case 'variable':
        return { n: 'variable', idents: [...node.idents, ...fields], ...where };
      case 'bool':
      case 'string':
      case 'number':
      case 'nil':
      case 'dot':
        this.#fail(`unexpected . after term ${goQuote(argText(node))}`);
        break;
      default:
        return { n: 'chain', node, fields, ...where };
    }
  }

  #term(): Arg | undefined {
    const t = this.#nextSolid();
    const at = { pos: t.pos, line: t.line };
    switch (t.kind) {
      case 'identifier':
        if (!this.functions.has(t.text)) this.#fail(`function ${goQuote(t.text)} not defined`, t.line);
        return { n: 'identifier', name: t.text, ...at };
      case 'dot':
        return { n: 'dot', ...at };
      case 'nil':
        return { n: 'nil', ...at };
      case 'variable':
        if (!this.#vars.includes(t.text)) this.#fail(`undefined variable ${goQuote(t.text)}`, t.line);
        return { n: 'variable', idents: [t.text], ...at };
      case 'field':
        return { n: 'field', idents: [t.text.slice(1)], ...at };
      case 'bool':
        return { n: 'bool', value: t.text === 'true', ...at };
      case 'char':
      case 'number':
        return number(t) ?? this.#fail(`illegal number syntax: ${goQuote(t.text)}`, t.line);
      case 'lparen': {
        const pipe = this.#pipe('parenthesized pipeline', 'rparen');
        return { n: 'pipe', pipe, ...at };
      }
      case 'string':
      case 'raw': {
        const value = unquote(t.text);
        if (value === undefined) this.#fail('invalid syntax', t.line);
        return { n: 'string', quoted: t.text, value, ...at };
      }
      case 'error':
        return this.#fail(t.text, t.line);
      default:
        this.#i--;
        return undefined;
    }
  }
}

function describe(t: Token): string {
  if (t.kind === 'eof') return 'EOF';
  if (t.kind === 'keyword' || t.kind === 'dot' || t.kind === 'nil') return `<${t.text}>`;
  if ([...t.text].length > 10) return `${goQuote([...t.text].slice(0, 10).join(''))}...`;
  return goQuote(t.text);
}

function number(t: Token): Arg | undefined {
  const at = { pos: t.pos, line: t.line };
  if (t.kind === 'char') {
    const c = unquote(`"${t.text.slice(1, -1).replaceAll('"', '\\"')}"`);
    const value = c?.codePointAt(0);
    return value === undefined ? undefined : { n: 'number', text: t.text, value, isInt: true, ...at };
  }
  const text = t.text.replaceAll('_', '');
  const octal = /^[+-]?0[0-7]+$/.test(text);
  const sign = text.startsWith('-') ? -1 : 1;
  const value = octal ? sign * Number.parseInt(text.replace(/^[+-]/, ''), 8) : sign * Number(text.replace(/^[+-]/, ''));
  if (Number.isNaN(value)) return undefined;
  return { n: 'number', text: t.text, value, isInt: Number.isInteger(value), ...at };
}

/** strconv.Unquote of "…" and `…`. */
function unquote(s: string): string | undefined {
  if (s.startsWith('`')) return s.slice(1, -1).replaceAll('\r', '');
  let out = '';
  const body = s.slice(1, -1);
  const re = /\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)|[^\\]/gsu;
  const simple: Record<string, string> = {
    a: '\x07',
    b: '\b',
    f: '\f',
    n: '\n',
    r: '\r',
    t: '\t',
    v: '\v',
    '\\': '\\',
    '"': '"',
  };
  for (const m of body.matchAll(re)) {
    const code = m[1];
    if (code === undefined) out += m[0];
    else if (code.length > 1)
      out += String.fromCodePoint(Number.parseInt(code.replace(/^[xuU]/, ''), /^[xuU]/.test(code) ? 16 : 8));
    else if (simple[code] === undefined) return undefined;
    else out += simple[code];
  }
  return out;
}

/** @returns the template, or Go's message (`template: NAME:1: …`) */
export function parseTemplate(name: string, source: string, functions: ReadonlySet<string>): Template | string {
  const parser = new Parser(name, source, functions);
  try {
    const root = parser.parse();
    return { name, source, root, defined: parser.defined };
  } catch (stop) {
    if (stop instanceof Stop) return stop.message;
    throw stop;
  }
}
