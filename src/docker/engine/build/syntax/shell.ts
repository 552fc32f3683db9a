/**
 * Words of Dockerfile instructions: quotes, escapes and the forms of `${…}`.
 * @see moby/buildkit frontend/dockerfile/shell/lex.go
 */
import { BuildFault } from './fault.ts';

/** Names and values that `$NAME` stands for. */
export type Variables = ReadonlyMap<string, string>;

/** How a text is read. */
export interface LexOptions {
  readonly escapeChar?: string;
  /** Quotes stay in the result. */
  readonly rawQuotes?: boolean;
  readonly rawEscapes?: boolean;
  /** Quotes are characters as any other. */
  readonly plainQuotes?: boolean;
  /** What is not set stays as it is written. */
  readonly keepUnset?: boolean;
}

/** What it comes to. */
export interface Lexed {
  readonly text: string;
  readonly words: readonly string[];
  /** Names that were looked up, and whether they were set. */
  readonly matched: ReadonlySet<string>;
  readonly unmatched: ReadonlySet<string>;
}

const SPACE = /\s/;
const SPECIAL = '@*#?-$!0';

/** Words as they grow: blanks part them, unless they were quoted. */
class Words {
  readonly out: string[] = [];
  #word = '';
  #inside = false;

  add(c: string): void {
    if (!SPACE.test(c)) this.raw(c);
    else if (this.#inside && this.#word !== '') this.#cut();
  }

  raw(text: string): void {
    this.#word += text;
    this.#inside = true;
  }

  done(): string[] {
    if (this.#word !== '') this.#cut();
    return this.out;
  }

  #cut(): void {
    this.out.push(this.#word);
    this.#word = '';
    this.#inside = false;
  }
}

class Lexer {
  #at = 0;
  readonly #chars: string[];
  readonly #escape: string;
  #rawEscapes: boolean;
  readonly matched = new Set<string>();
  readonly unmatched = new Set<string>();

  constructor(
    readonly source: string,
    readonly variables: Variables,
    readonly options: LexOptions,
  ) {
    this.#chars = [...source];
    this.#escape = options.escapeChar ?? '\\';
    this.#rawEscapes = options.rawEscapes ?? false;
  }

  get #peek(): string | undefined {
    return this.#chars[this.#at];
  }

  #next(): string | undefined {
    return this.#chars[this.#at++];
  }

  /** Up to a character that ends it, or the end of all. */
  until(stop: string | undefined, rawEscapes = this.#rawEscapes): { text: string; words: string[] } {
    const before = this.#rawEscapes;
    this.#rawEscapes = rawEscapes;
    const words = new Words();
    let out = '';
    for (let c = this.#peek; c !== undefined; c = this.#peek) {
      if (c === stop) {
        this.#at++;
        this.#rawEscapes = before;
        return { text: out, words: words.done() };
      }
      if (c === '$') {
        const value = this.#dollar();
        out += value;
        for (const x of value) words.add(x);
      } else if ((c === "'" || c === '"') && !this.options.plainQuotes) {
        const value = c === "'" ? this.#single() : this.#double();
        out += value;
        words.raw(value);
      } else out += this.#plain(words);
    }
    if (stop !== undefined) throw new BuildFault(`unexpected end of statement while looking for matching ${stop}`);
    return { text: out, words: words.done() };
  }

  #plain(words: Words): string {
    const c = this.#next() as string;
    if (c !== this.#escape) {
      words.add(c);
      return c;
    }
    const kept = this.#rawEscapes ? c : '';
    if (kept !== '') words.raw(kept);
    const escaped = this.#next();
    if (escaped === undefined) return kept;
    words.raw(escaped);
    return kept + escaped;
  }

  #single(): string {
    const quote = this.#next() as string;
    let out = this.options.rawQuotes ? quote : '';
    for (;;) {
      const c = this.#next();
      if (c === undefined) throw new BuildFault('unexpected end of statement while looking for matching single-quote');
      if (c === quote) return out + (this.options.rawQuotes ? c : '');
      out += c;
    }
  }

  #double(): string {
    const quote = this.#next() as string;
    let out = this.options.rawQuotes ? quote : '';
    for (;;) {
      const c = this.#peek;
      if (c === undefined) throw new BuildFault('unexpected end of statement while looking for matching double-quote');
      if (c === '$') {
        out += this.#dollar();
        continue;
      }
      this.#at++;
      if (c === quote) return out + (this.options.rawQuotes ? c : '');
      if (c !== this.#escape) {
        out += c;
        continue;
      }
      if (this.#rawEscapes) out += c;
      const after = this.#peek;
      if (after === undefined) continue;
      if (after === '"' || after === '$' || after === this.#escape) out += this.#next();
      else out += c;
    }
  }

  #dollar(): string {
    this.#at++;
    if (this.#peek !== '{') {
      const name = this.#name();
      if (name === '') return '$';
      return this.#value(name) ?? (this.options.keepUnset ? `$${name}` : '');
    }
    this.#at++;
    const first = this.#peek;
    if (first === undefined) throw new BuildFault("syntax error: missing '}'");
    if ('{}:'.includes(first)) throw new BuildFault('syntax error: bad substitution');
    return this.#braced(this.#name());
  }

  #braced(name: string): string {
    let c = this.#next() ?? '';
    let operator = c;
    if (c === '}') return this.#value(name) ?? (this.options.keepUnset ? `\${${name}}` : '');
    if (c === '/') return this.#replaced(name);
    const emptyIsUnset = c === ':';
    if (emptyIsUnset) {
      c = this.#next() ?? '';
      operator += c;
    } else if (c === '' || !'+-?#%'.includes(c))
      throw new BuildFault(`unsupported modifier (${operator}) in substitution`);
    const word = this.#part('}', '}', c === '#' || c === '%');
    const value = this.#value(name);
    if (value === undefined && this.options.keepUnset) return `\${${name}${operator}${word}}`;
    const missing = value === undefined || (emptyIsUnset && value === '');
    switch (c) {
      case '-':
        return missing ? word : value;
      case '+':
        return missing ? '' : word;
      case '?':
        if (!missing) return value;
        throw new BuildFault(
          `${name}: ${word || (value === undefined ? 'is not allowed to be unset' : 'is not allowed to be empty')}`,
        );
      case '#':
      case '%':
        return trimmed(value ?? '', c, word);
      default:
        throw new BuildFault(`unsupported modifier (${operator}) in substitution`);
    }
  }

  /** What stands up to a delimiter inside braces. @param missing what the error calls it */
  #part(stop: string, missing: string, raw: boolean): string {
    try {
      return this.until(stop, raw).text;
    } catch (e) {
      if (this.#peek !== undefined) throw e;
      throw new BuildFault(`syntax error: missing '${missing}'${missing === '/' ? ` in \${}` : ''}`);
    }
  }

  /** `${name/old/new}` and `${name//old/new}` */
  #replaced(name: string): string {
    const all = this.#peek === '/';
    if (all) this.#at++;
    const pattern = this.#part('/', '/', true);
    const replacement = this.#part('}', '}', true);
    const value = this.#value(name);
    if (value === undefined && this.options.keepUnset) return `\${${name}/${pattern}/${replacement}}`;
    const re = new RegExp(patternSource(pattern, true), all ? 'gsu' : 'su');
    return (value ?? '').replace(re, () => replacement);
  }

  #name(): string {
    const first = this.#peek;
    if (first === undefined) return '';
    if (/\d/.test(first)) {
      let digits = '';
      while (this.#peek !== undefined && /\d/.test(this.#peek)) digits += this.#next();
      return digits;
    }
    if (SPECIAL.includes(first)) {
      this.#at++;
      return first;
    }
    let out = '';
    while (this.#peek !== undefined && /[\p{L}\p{Nd}_]/u.test(this.#peek)) out += this.#next();
    return out;
  }

  #value(name: string): string | undefined {
    const value = this.variables.get(name);
    (value === undefined ? this.unmatched : this.matched).add(name);
    return value;
  }
}

/** A shell's pattern without brackets as a regular expression. */
function patternSource(pattern: string, greedy: boolean): string {
  let out = '';
  const chars = [...pattern];
  for (let i = 0; i < chars.length; i++) {
    const c = chars[i] as string;
    if (c === '*') out += greedy ? '.*' : '.*?';
    else if (c === '?') out += '.';
    else if (c === '\\') {
      const escaped = chars[i + 1];
      if (escaped === '}' || escaped === '/') continue;
      if (escaped === undefined || !'*?\\'.includes(escaped))
        throw new BuildFault(`invalid pattern (${pattern}) in substitution: invalid escapeChar '\\${escaped ?? ''}'`);
      out += `\\${escaped}`;
      i++;
    } else out += /[\]{}.+()|^$[/-]/.test(c) ? `\\${c === '-' ? 'x2d' : c}` : c;
  }
  return out;
}

const reversed = (text: string): string => [...text].reverse().join('');

/** Reversed, but that an escapeChar stays before what it escapes. */
function reversedPattern(pattern: string): string {
  let out = '';
  const chars = [...pattern];
  for (let i = chars.length - 1; i >= 0; i--) {
    if (chars[i - 1] === '\\') {
      out += `\\${chars[i]}`;
      i--;
    } else out += chars[i];
  }
  return out;
}

/** `${name#word}`, `##`, `%`, `%%` */
function trimmed(value: string, operator: '#' | '%', word: string): string {
  const greedy = word.startsWith(operator);
  const pattern = greedy ? word.slice(1) : word;
  const cut = (text: string, p: string): string => text.replace(new RegExp(`^${patternSource(p, greedy)}`, 'su'), '');
  return operator === '#' ? cut(value, pattern) : reversed(cut(reversed(value), reversedPattern(pattern)));
}

/** One pass over a text. @throws BuildFault */
export function lex(source: string, variables: Variables, options: LexOptions = {}): Lexed {
  const lexer = new Lexer(source, variables, options);
  try {
    const { text, words } = lexer.until(undefined);
    return { text, words, matched: lexer.matched, unmatched: lexer.unmatched };
  } catch (e) {
    if (e instanceof BuildFault) e.message = `failed to process ${JSON.stringify(source)}: ${e.message}`;
    throw e;
  }
}
