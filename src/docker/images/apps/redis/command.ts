/** What a command is, and what goes wrong with commands. */
import { error, type Reply } from './resp.ts';
import type { Store, TypeName, Value } from './store.ts';

/** What a command works on. */
export interface Scope {
  readonly store: Store;
  /** Words after the command's name. */
  readonly args: readonly string[];
  /** The command's name as it was written. */
  readonly name: string;
  /** Uniform in [0, n). */
  random(n: number): number;
}

/** One command. Arity as redis counts it: words with the name; negative: at least so many. */
export interface Command {
  readonly arity: number;
  run(s: Scope): Reply;
}

export type Commands = Readonly<Record<string, Command>>;

export const command = (arity: number, run: (s: Scope) => Reply): Command => ({ arity, run });

export const WRONGTYPE = error('WRONGTYPE Operation against a key holding the wrong kind of value');
export const NOT_INT = error('ERR value is not an integer or out of range');
export const NOT_FLOAT = error('ERR value is not a valid float');
export const SYNTAX = error('ERR syntax error');
export const wrongArity = (name: string): Reply =>
  error(`ERR wrong number of arguments for '${name.toLowerCase()}' command`);

/** The first 128 characters or so of the arguments are said back. */
export function unknown(name: string, args: readonly string[]): Reply {
  let said = '';
  for (const a of args) {
    if (said.length >= 128) break;
    said += `'${a.slice(0, 128 - said.length)}' `;
  }
  return error(`ERR unknown command '${name.slice(0, 128)}', with args beginning with: ${said}`);
}

/** A 64-bit integer as redis reads one; undefined when it is none. */
export function integer(s: string | undefined): number | undefined {
  return s !== undefined && /^(0|-?[1-9]\d{0,18})$/.test(s) ? Number(s) : undefined;
}

export function float(s: string | undefined): number | undefined {
  if (s === undefined || s.trim() !== s || s === '') return undefined;
  if (/^[+-]?inf(inity)?$/i.test(s)) return s.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const n = Number(s);
  return Number.isNaN(n) ? undefined : n;
}

/** A score as redis prints it. */
export const number = (n: number): string =>
  n === Number.POSITIVE_INFINITY ? 'inf' : n === Number.NEGATIVE_INFINITY ? '-inf' : String(n);

/** A key's value of one type. @returns undefined when there is none, 'wrong' when it is of another type */
export function typed<T extends TypeName>(
  store: Store,
  key: string,
  type: T,
): Extract<Value, { type: T }> | undefined | 'wrong' {
  const v = store.get(key);
  if (!v) return undefined;
  return v.type === type ? (v as Extract<Value, { type: T }>) : 'wrong';
}

/** Start and end of a range with negative indices, clipped. @returns undefined when it is empty */
export function range(from: number, to: number, size: number): [number, number] | undefined {
  const start = Math.max(0, from < 0 ? size + from : from);
  const end = Math.min(size - 1, to < 0 ? size + to : to);
  return start > end || start >= size ? undefined : [start, end];
}
