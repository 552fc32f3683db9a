/**
 * A configuration file as a tree of directives. Each is checked when its `;` or `{` is read, so the first complaint
 * is the one nginx makes, with the line it makes it for.
 * @see nginx src/core/ngx_conf_file.c: ngx_conf_read_token, ngx_conf_handler
 */
import { type Place, RULES, type Rule, UPSTREAM_SERVER } from './table.ts';

/** Where something stands. */
export interface Spot {
  readonly file: string;
  readonly line: number;
}

/** One directive with its arguments, unquoted. */
export interface Directive extends Spot {
  readonly name: string;
  readonly args: readonly string[];
  readonly block?: readonly Directive[];
}

/** Why the configuration is refused: nginx's `[emerg]` line. */
export class Emerg {
  constructor(
    readonly message: string,
    readonly errno = '',
  ) {}
}

/** ` in FILE:LINE`, which ends most complaints. */
export const at = (spot: Spot): string => ` in ${spot.file}:${spot.line}`;

/** What the parser needs of the machine: a file's text, and the names that fit a pattern of `include`. */
export interface Source {
  /** Text, or the error's number and text: `(2: No such file or directory)`. */
  read(path: string): string | { readonly error: string };
  /** @returns undefined when the text is no pattern */
  glob(pattern: string): string[] | undefined;
  /** Directory of the main file, against which relative names are taken. */
  readonly dir: string;
}

interface Word {
  readonly text: string;
  readonly quoted: boolean;
}
/** What ended a token list. */
type End = ';' | '{' | '}' | 'eof';

/** Reads one file and what it includes. */
export function parseConfig(source: Source, path: string): Directive[] | Emerg {
  return parseFile(source, path, 'main');
}

/** Reads directives of a text: the value of `-g`. */
export function parseText(source: Source, text: string, file: string): Directive[] | Emerg {
  return new Reader(source, text, file).block('main', false);
}

function parseFile(source: Source, path: string, place: Place): Directive[] | Emerg {
  const text = source.read(path);
  if (typeof text !== 'string') return new Emerg(`open() "${path}" failed ${text.error}`);
  return new Reader(source, text, path).block(place, false);
}

class Reader {
  #at = 0;
  #line = 1;

  constructor(
    readonly source: Source,
    readonly text: string,
    readonly file: string,
  ) {}

  get #spot(): Spot {
    return { file: this.file, line: this.#line };
  }

  /** @param inner a closing brace ends it, not the end of the file */
  block(place: Place, inner: boolean): Directive[] | Emerg {
    const out: Directive[] = [];
    for (;;) {
      const got = this.#tokens();
      if (got instanceof Emerg) return got;
      const { words, end } = got;
      if (end === 'eof') {
        if (words.length > 0) return new Emerg(`unexpected end of file, expecting ";" or "}"${at(this.#spot)}`);
        return inner ? new Emerg(`unexpected end of file, expecting "}"${at(this.#spot)}`) : out;
      }
      if (end === '}') {
        if (words.length > 0 || !inner) return new Emerg(`unexpected "}"${at(this.#spot)}`);
        return out;
      }
      const name = words[0];
      if (name === undefined) return new Emerg(`unexpected "${end}"${at(this.#spot)}`);
      const made = this.#directive(name.text, words.slice(1), end, place);
      if (made instanceof Emerg) return made;
      out.push(...made);
    }
  }

  #directive(name: string, words: readonly Word[], end: ';' | '{', place: Place): Directive[] | Emerg {
    const spot = this.#spot;
    const args = words.map((w) => w.text);
    if (place === 'types' && name !== 'include') return [{ ...spot, name, args }];
    const rule: Rule | undefined = place === 'upstream' && name === 'server' ? UPSTREAM_SERVER : RULES.get(name);
    if (!rule) return new Emerg(`unknown directive "${name}"${at(spot)}`);
    if (!rule.places.includes(place)) return new Emerg(`"${name}" directive is not allowed here${at(spot)}`);
    if (!rule.block && end === '{') return new Emerg(`directive "${name}" is not terminated by ";"${at(spot)}`);
    if (rule.block && end === ';') return new Emerg(`directive "${name}" has no opening "{"${at(spot)}`);
    if (args.length < rule.args[0] || args.length > rule.args[1])
      return new Emerg(`invalid number of arguments in "${name}" directive${at(spot)}`);
    if (rule.flag && args[0] !== 'on' && args[0] !== 'off')
      return new Emerg(`invalid value "${args[0]}" in "${name}" directive, it must be "on" or "off"${at(spot)}`);
    if (name === 'include') return this.#include(args[0] as string, place, spot);
    if (!rule.block) return [{ ...spot, name, args }];
    const block = this.block(rule.block, true);
    return block instanceof Emerg ? block : [{ ...spot, name, args, block }];
  }

  #include(pattern: string, place: Place, spot: Spot): Directive[] | Emerg {
    const path = pattern.startsWith('/') ? pattern : `${this.source.dir}/${pattern}`;
    const out: Directive[] = [];
    for (const file of this.source.glob(path) ?? [path]) {
      const got = parseFile(this.source, file, place);
      if (got instanceof Emerg) return got.message.startsWith('open()') ? new Emerg(got.message + at(spot)) : got;
      out.push(...got);
    }
    return out;
  }

  /** Words up to `;`, `{`, `}` or the end of the file. */
  #tokens(): { words: Word[]; end: End } | Emerg {
    const words: Word[] = [];
    for (;;) {
      const c = this.text[this.#at];
      if (c === undefined) return { words, end: 'eof' };
      if (c === '\n') this.#line++;
      if (c === ';' || c === '{' || c === '}') {
        this.#at++;
        return { words, end: c };
      }
      if (c === '#') while (this.#at < this.text.length && this.text[this.#at] !== '\n') this.#at++;
      else if (c === ' ' || c === '\t' || c === '\r' || c === '\n') this.#at++;
      else {
        const word = c === '"' || c === "'" ? this.#quoted(c) : this.#bare();
        if (word instanceof Emerg) return word;
        words.push(word);
      }
    }
  }

  #quoted(quote: string): Word | Emerg {
    let text = '';
    for (this.#at++; ; this.#at++) {
      const c = this.text[this.#at];
      if (c === undefined) return new Emerg(`unexpected end of file, expecting ";" or "}"${at(this.#spot)}`);
      if (c === '\n') this.#line++;
      if (c === quote) break;
      text += c === '\\' ? this.#escape() : c;
    }
    this.#at++;
    const next = this.text[this.#at];
    if (next !== undefined && !/[\s;{})]/.test(next)) return new Emerg(`unexpected "${next}"${at(this.#spot)}`);
    return { text, quoted: true };
  }

  #bare(): Word {
    let text = '';
    for (; ; this.#at++) {
      const c = this.text[this.#at];
      if (c === undefined || /[\s;]/.test(c)) break;
      if (c === '{' && !text.endsWith('$')) break;
      text += c === '\\' ? this.#escape() : c;
      if (text.endsWith('${'))
        while (this.text[this.#at] !== '}' && this.#at < this.text.length - 1) text += this.text[++this.#at];
    }
    return { text, quoted: false };
  }

  /** `\n`, `\t` and escaped quotes; any other backslash stays (regular expressions). */
  #escape(): string {
    const c = this.text[++this.#at] ?? '';
    if (c === 'n') return '\n';
    if (c === 't') return '\t';
    if (c === 'r') return '\r';
    return c === '"' || c === "'" || c === '\\' ? c : `\\${c}`;
  }
}
