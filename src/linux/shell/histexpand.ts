/**
 * History expansion: events (`!!`, `!n`, `!string`, `!?string?`, `!#`, `^old^new`), words of them and modifiers.
 * @see bash lib/readline/histexpand.c: history_expand
 */

import { wordsOf } from '../tty/recall.ts';
import { singleQuote } from './expand/quote.ts';
import type { History } from './history.ts';

/** Outcome of an expansion. */
export type Expansion =
  | { readonly kind: 'none' }
  | { readonly kind: 'expanded'; readonly text: string; readonly printOnly: boolean }
  | { readonly kind: 'failed'; readonly message: string };

/** What `:&` and `:%` refer to. */
interface Memory {
  old: string;
  put: string;
  word: string;
}
const memories = new WeakMap<History, Memory>();

class Failed extends Error {}

/** Replaces the history references of a line. */
export function expansion(history: History, line: string): Expansion {
  const memory = memories.get(history) ?? { old: '', put: '', word: '' };
  memories.set(history, memory);
  try {
    return new Expander(history, memory, line.startsWith('^') ? `!!:s${line}` : line).scan();
  } catch (e) {
    if (e instanceof Failed) return { kind: 'failed', message: e.message };
    throw e;
  }
}

class Expander {
  #at = 0;
  #out = '';
  #printOnly = false;
  #double = false;

  constructor(
    private readonly history: History,
    private readonly memory: Memory,
    private readonly line: string,
  ) {}

  scan(): Expansion {
    const { line } = this;
    let changed = false;
    let single = false;
    while (this.#at < line.length) {
      const c = line[this.#at] as string;
      if (c === '\\' && !single) this.#copy(2);
      else if (c === '!' && !single && this.#refers()) {
        this.#out += this.#reference();
        changed = true;
      } else {
        if (c === "'" && !this.#double) single = !single;
        if (c === '"' && !single) this.#double = !this.#double;
        this.#copy(1);
      }
    }
    return changed ? { kind: 'expanded', text: this.#out, printOnly: this.#printOnly } : { kind: 'none' };
  }

  #copy(n: number): void {
    this.#out += this.line.slice(this.#at, this.#at + n);
    this.#at += n;
  }

  /** Does this `!` begin a reference? */
  #refers(): boolean {
    const { line } = this;
    const i = this.#at;
    if (/^(?:[\s=]|$)/.test(line.slice(i + 1)) || (this.#double && line[i + 1] === '"')) return false;
    return !(line[i - 1] === '$' || (line[i - 1] === '{' && line[i - 2] === '$') || line[i - 1] === '[');
  }

  #reference(): string {
    const from = this.#at;
    const event = this.#event();
    if (event === undefined) throw new Failed(`${this.line.slice(from, this.#at)}: event not found`);
    return this.#modified(this.#words(event));
  }

  #event(): string | undefined {
    const { lines, base } = this.history;
    const rest = this.line.slice(this.#at + 1);
    const number = /^-?\d+/.exec(rest)?.[0];
    if (number !== undefined) {
      this.#at += 1 + number.length;
      const n = Number(number);
      return n < 0 ? lines[lines.length + n] : lines[n - base];
    }
    if (rest[0] === '!' || rest[0] === '#') {
      this.#at += 2;
      return rest[0] === '!' ? lines.at(-1) : this.#out;
    }
    if (/^[:$^*%-]/.test(rest)) {
      this.#at++;
      return lines.at(-1);
    }
    return this.#named(rest);
  }

  /** `!string` and `!?string?`. */
  #named(rest: string): string | undefined {
    const inside = rest[0] === '?';
    const end = inside ? /[?\n]/ : this.#double ? /[\s:^$*%;&()|<>"]/ : /[\s:^$*%;&()|<>]/;
    const text = rest.slice(inside ? 1 : 0);
    const length = end.exec(text)?.index ?? text.length;
    const wanted = text.slice(0, length);
    this.#at += 1 + length + (inside ? (text[length] === '?' ? 2 : 1) : 0);
    const found = this.history.lines.findLast((l) => (inside ? l.includes(wanted) : l.startsWith(wanted)));
    if (inside && found !== undefined) this.memory.word = wordsOf(found).find((w) => w.includes(wanted)) ?? '';
    return found;
  }

  /** The words of an event that `:1`, `$`, `:2-3` pick; all of it without. */
  #words(event: string): string {
    const rest = this.line.slice(this.#at);
    const m = /^(?::?([%*$])|(?::(\d+)|:?(\^)|:?(?=-))(?:([*^])|(-)(\d+|[$^])?)?)/.exec(rest);
    if (!m) return event;
    this.#at += m[0].length;
    const words = wordsOf(event);
    const last = words.length - 1;
    if (m[1] === '%') return this.memory.word;
    if (m[1] === '*') return words.slice(1).join(' ');
    if (m[1] === '$') return words[last] ?? '';
    const from = m[2] !== undefined ? Number(m[2]) : m[3] ? 1 : 0;
    let to = m[4] === '*' ? last : m[4] === '^' ? 1 : from;
    if (m[5]) to = m[6] === undefined ? last - 1 : m[6] === '$' ? last : m[6] === '^' ? 1 : Number(m[6]);
    if (from > last || to > last || to < from) throw new Failed(`${m[0]}: bad word specifier`);
    return words.slice(from, to + 1).join(' ');
  }

  #modified(text: string): string {
    let value = text;
    let quote = '';
    while (this.line[this.#at] === ':') {
      const from = this.#at;
      const how = /^:([gaG]?)(.?)/s.exec(this.line.slice(from)) as RegExpExecArray;
      this.#at += how[0].length;
      const letter = how[2] as string;
      if (letter === 'q' || letter === 'x') quote = letter;
      else if (letter === 'p') this.#printOnly = true;
      else if (letter === 's' || letter === '&') {
        if (letter === 's') this.#pattern();
        value = this.#substituted(value, how[1] as string, from);
      } else value = shortened(value, letter, this.line.slice(from + 1 + (how[1] as string).length));
    }
    if (quote === 'q') return singleQuote(value);
    return quote === 'x' ? value.split(/\s+/).map(singleQuote).join(' ') : value;
  }

  /** What stands after `:s`: delimiter, old, new. */
  #pattern(): void {
    const delimiter = this.line[this.#at++] ?? '';
    const part = (): string => {
      let out = '';
      while (this.#at < this.line.length && this.line[this.#at] !== delimiter) {
        if (this.line[this.#at] === '\\' && this.line[this.#at + 1] === delimiter) this.#at++;
        out += this.line[this.#at++];
      }
      this.#at++;
      return out;
    };
    const old = part();
    if (old !== '') this.memory.old = old;
    this.memory.put = part().replace(/\\?&/g, (x) => (x === '&' ? this.memory.old : '&'));
    this.#at = Math.min(this.#at, this.line.length);
  }

  #substituted(value: string, how: string, from: number): string {
    const { old, put } = this.memory;
    if (old === '' || !value.includes(old)) throw new Failed(`${this.line.slice(from, this.#at)}: substitution failed`);
    if (how === 'G') return wordsOf(value).map((w) => w.replace(old, () => put)).join(' '); // biome-ignore format: one line
    return how === '' ? value.replace(old, () => put) : value.replaceAll(old, () => put);
  }
}

function shortened(value: string, letter: string, rest: string): string {
  switch (letter) {
    case 'h':
      return value.replace(/\/[^/]*$/, '');
    case 't':
      return value.replace(/^.*\//s, '');
    case 'r':
      return value.replace(/\.[^.]*$/, '');
    case 'e':
      return /\.[^.]*$/.exec(value)?.[0] ?? value;
    default:
      throw new Failed(`${rest[0] ?? ''}: unrecognized history modifier`);
  }
}
