/**
 * Python source to its tree: statements.
 *
 * Limits: no class, decorator, generator, match, async, global, del, assert.
 * @see The Python Language Reference §7, §8
 */
import type { Expr, Handler, Stmt } from './ast.ts';
import { Expressions } from './expressions.ts';
import { SyntaxFault, type Token, tokens } from './lex.ts';

class Statements extends Expressions {
  program(): Stmt[] {
    const out: Stmt[] = [];
    while (this.kind() !== 'end') {
      if (this.kind() === 'indent') throw new SyntaxFault('unexpected indent', this.now.line);
      out.push(...this.statement());
    }
    return out;
  }

  protected statement(): Stmt[] {
    const { line, text, kind } = this.now;
    const compound = kind === 'name' ? this.compound(text, line) : undefined;
    if (compound) return [compound];
    const out: Stmt[] = [];
    do {
      if (this.kind() === 'newline') break;
      out.push(this.simple());
    } while (this.take(';'));
    if (this.kind() !== 'newline') this.fail();
    this.at++;
    return out;
  }

  protected block(): Stmt[] {
    this.need(':');
    if (this.kind() !== 'newline') return this.statement();
    this.at++;
    if (this.kind() !== 'indent') throw new SyntaxFault('expected an indented block', this.now.line);
    this.at++;
    const out: Stmt[] = [];
    while (this.kind() !== 'dedent' && this.kind() !== 'end') out.push(...this.statement());
    if (this.kind() === 'dedent') this.at++;
    return out;
  }

  protected compound(word: string, line: number): Stmt | undefined {
    switch (word) {
      case 'if':
        this.at++;
        return this.if(line);
      case 'while': {
        this.at++;
        const test = this.expr();
        return { kind: 'while', line, test, body: this.block() };
      }
      case 'for': {
        this.at++;
        const target = this.targets();
        this.need('in');
        const over = this.tuple();
        return { kind: 'for', line, target, over, body: this.block() };
      }
      case 'try':
        this.at++;
        return this.try(line);
      case 'with': {
        this.at++;
        const value = this.expr();
        const as = this.take('as') ? this.postfix() : undefined;
        return { kind: 'with', line, value, as, body: this.block() };
      }
      case 'def':
        this.at++;
        return this.def(line);
      default:
        return undefined;
    }
  }

  protected if(line: number): Stmt {
    const test = this.expr();
    const body = this.block();
    const next = this.now.line;
    if (this.take('elif')) return { kind: 'if', line, test, body, otherwise: [this.if(next)] };
    return { kind: 'if', line, test, body, otherwise: this.take('else') ? this.block() : [] };
  }

  protected try(line: number): Stmt {
    const body = this.block();
    const handlers: Handler[] = [];
    while (this.take('except')) {
      const type = this.is(':') ? undefined : this.tuple();
      const as = this.take('as') ? this.name() : undefined;
      handlers.push({ type, as, body: this.block() });
    }
    const otherwise = this.take('else') ? this.block() : [];
    const last = this.take('finally') ? this.block() : [];
    if (handlers.length === 0 && last.length === 0) this.fail("expected 'except' or 'finally' block");
    return { kind: 'try', line, body, handlers, otherwise, last };
  }

  protected def(line: number): Stmt {
    const name = this.name();
    this.need('(');
    const params: { name: string; fallback: Expr | undefined }[] = [];
    while (!this.is(')')) {
      if (this.is('*') || this.is('**')) throw new SyntaxFault('*', line, true);
      const param = this.name();
      if (this.take(':')) this.expr();
      params.push({ name: param, fallback: this.take('=') ? this.expr() : undefined });
      if (!this.take(',')) break;
    }
    this.need(')');
    if (this.take('->')) this.expr();
    return { kind: 'def', line, name, params, body: this.block() };
  }

  protected simple(): Stmt {
    const { line } = this.now;
    for (const kind of ['pass', 'break', 'continue'] as const) if (this.take(kind)) return { kind, line };
    for (const kind of ['return', 'raise'] as const)
      if (this.take(kind)) {
        const value = this.kind() === 'newline' || this.is(';') ? undefined : this.tuple();
        if (kind === 'raise' && this.take('from')) this.expr();
        return { kind, line, value };
      }
    if (this.take('import')) {
      const module = this.dotted();
      const as = this.take('as') ? this.name() : (module.split('.')[0] as string);
      if (this.is(',')) this.again('import');
      return { kind: 'import', line, module, as };
    }
    if (this.take('from')) return this.from(line);
    return this.assignment(line);
  }

  /** `import a, b`: the comma is read as `; import`. */
  protected again(word: string): void {
    const { line } = this.now;
    (this.list as Token[]).splice(this.at, 1, { kind: 'op', text: ';', line }, { kind: 'name', text: word, line });
  }

  protected dotted(): string {
    let name = this.name();
    while (this.take('.')) name += `.${this.name()}`;
    return name;
  }

  protected from(line: number): Stmt {
    const module = this.dotted();
    this.need('import');
    const names: [string, string][] = [];
    const paren = this.take('(');
    do {
      if (this.is(')')) break;
      const name = this.name();
      names.push([name, this.take('as') ? this.name() : name]);
    } while (this.take(','));
    if (paren) this.need(')');
    return { kind: 'from', line, module, names };
  }

  protected assignment(line: number): Stmt {
    const first = this.tuple();
    const op = this.kind() === 'op' ? this.now.text : '';
    if (/^(?:\+|-|\*|\/|\/\/|%|&|\||\^|<<|>>|\*\*)=$/.test(op)) {
      this.at++;
      return { kind: 'augment', line, op: op.slice(0, -1), target: this.assignable(first), value: this.tuple() };
    }
    const targets: Expr[] = [];
    let value = first;
    while (this.take('=')) {
      targets.push(this.assignable(value));
      value = this.tuple();
    }
    return targets.length === 0 ? { kind: 'expr', line, value } : { kind: 'assign', line, targets, value };
  }

  protected assignable(e: Expr): Expr {
    if (e.kind === 'name' || e.kind === 'attr' || e.kind === 'index') return e;
    if (e.kind === 'tuple' || e.kind === 'list') {
      for (const item of e.items) this.assignable(item);
      return e;
    }
    return this.fail("cannot assign to expression here. Maybe you meant '==' instead of '='?");
  }

  /** Targets of `for`: names with commas between. */
  protected targets(): Expr {
    const items = [this.postfix()];
    let comma = false;
    while (this.take(',')) {
      comma = true;
      if (this.is('in')) break;
      items.push(this.postfix());
    }
    return comma ? { kind: 'tuple', items } : (items[0] as Expr);
  }
}

/** @throws SyntaxFault */
export function parse(source: string): Stmt[] {
  return new Statements(tokens(source)).program();
}
