/** Tokens of SQL. @see postgresql.org/docs/current/sql-syntax-lexical.html */
import { SqlError } from './error.ts';

export interface Token {
  readonly kind: 'word' | 'name' | 'string' | 'number' | 'op' | 'end';
  /** Words in lower case; quoted names and strings without their quotes. */
  readonly text: string;
  /** Offset in the query. */
  readonly at: number;
  /** As written. */
  readonly raw: string;
}

const OPERATORS = ['::', '<=', '>=', '<>', '!=', '||'];

export function tokens(sql: string): Token[] {
  const out: Token[] = [];
  for (let i = 0; ; ) {
    while (/\s/.test(sql[i] ?? '')) i++;
    const at = i;
    const c = sql[i];
    if (c === undefined) {
      out.push({ kind: 'end', text: '', at: sql.length, raw: '' });
      return out;
    }
    const push = (kind: Token['kind'], text: string): void => {
      out.push({ kind, text, at, raw: sql.slice(at, i) });
    };
    if (sql.startsWith('--', i)) while (i < sql.length && sql[i] !== '\n') i++;
    else if (sql.startsWith('/*', i)) {
      const end = sql.indexOf('*/', i);
      if (end < 0) throw new SqlError('42601', `unterminated /* comment at or near "${sql.slice(i)}"`, at);
      i = end + 2;
    } else if (/[A-Za-z_]/.test(c)) {
      while (/[\w$]/.test(sql[i] ?? '')) i++;
      push('word', sql.slice(at, i).toLowerCase());
    } else if (/\d/.test(c) || (c === '.' && /\d/.test(sql[i + 1] ?? ''))) {
      while (/[\d.]/.test(sql[i] ?? '')) i++;
      push('number', sql.slice(at, i));
    } else if (c === "'" || c === '"') {
      let text = '';
      for (i++; ; i++) {
        if (sql[i] === undefined)
          throw new SqlError(
            '42601',
            `unterminated quoted ${c === "'" ? 'string' : 'identifier'} at or near "${sql.slice(at)}"`,
            at,
          );
        if (sql[i] === c && sql[i + 1] !== c) break;
        if (sql[i] === c) i++;
        text += sql[i];
      }
      i++;
      push(c === "'" ? 'string' : 'name', text);
    } else {
      const op = OPERATORS.find((o) => sql.startsWith(o, i)) ?? c;
      i += op.length;
      push('op', op);
    }
  }
}

/** Cuts a text at semicolons that stand outside quotes. Each part keeps its offset. */
export function statements(sql: string): Token[][] {
  const out: Token[][] = [];
  let now: Token[] = [];
  for (const t of tokens(sql)) {
    if (t.kind === 'end' || (t.kind === 'op' && t.text === ';')) {
      if (now.length > 0) out.push([...now, { kind: 'end', text: '', at: t.at, raw: t.raw }]);
      now = [];
    } else now.push(t);
  }
  return out;
}
