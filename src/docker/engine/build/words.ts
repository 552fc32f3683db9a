/**
 * Words of Dockerfile instructions: quotes, escapes and variables.
 * @see moby/buildkit frontend/dockerfile/shell/lex.go
 */

/** Names and values that `$NAME` stands for. */
export type Variables = ReadonlyMap<string, string>;

/** One pass over a text. */
class Lexer {
  #at = 0;
  constructor(
    readonly text: string,
    readonly variables: Variables,
    readonly escapeChar: string,
  ) {}

  /** Words between blanks that are not quoted. @param raw quotes and escapes stay (LABEL, ENV names are cut later) */
  words(): string[] {
    const out: string[] = [];
    let word: string | undefined;
    while (this.#at < this.text.length) {
      const c = this.text[this.#at] as string;
      if (/\s/.test(c)) {
        if (word !== undefined) out.push(word);
        word = undefined;
        this.#at++;
      } else word = (word ?? '') + this.#piece();
    }
    if (word !== undefined) out.push(word);
    return out;
  }

  /** The whole text as one word, blanks and all. */
  all(): string {
    let out = '';
    while (this.#at < this.text.length) out += this.#piece();
    return out;
  }

  #piece(): string {
    const c = this.text[this.#at] as string;
    if (c === "'") return this.#until("'", false);
    if (c === '"') return this.#until('"', true);
    if (c === '$') return this.#variable();
    this.#at++;
    if (c === this.escapeChar && this.#at < this.text.length) return this.text[this.#at++] as string;
    return c;
  }

  #until(quote: string, expands: boolean): string {
    this.#at++;
    let out = '';
    while (this.#at < this.text.length && this.text[this.#at] !== quote) {
      const c = this.text[this.#at] as string;
      if (expands && c === '$') out += this.#variable();
      else if (expands && c === this.escapeChar && '"$\\'.includes(this.text[this.#at + 1] ?? ' ')) {
        out += this.text[this.#at + 1];
        this.#at += 2;
      } else {
        out += c;
        this.#at++;
      }
    }
    this.#at++;
    return out;
  }

  #variable(): string {
    const rest = this.text.slice(this.#at);
    const plain = /^\$([A-Za-z_]\w*|\d)/.exec(rest);
    if (plain) {
      this.#at += plain[0].length;
      return this.variables.get(plain[1] as string) ?? '';
    }
    const braced = /^\$\{([A-Za-z_]\w*)(?:(:?[-+])([^}]*))?\}/.exec(rest);
    if (!braced) {
      this.#at++;
      return '$';
    }
    this.#at += braced[0].length;
    const [, name = '', operator = '', word = ''] = braced;
    const value = this.variables.get(name);
    const set = operator.startsWith(':') ? value !== undefined && value !== '' : value !== undefined;
    const other = new Lexer(word, this.variables, this.escapeChar).all();
    if (operator.endsWith('+')) return set ? other : '';
    return set ? (value as string) : other;
  }
}

export const words = (text: string, variables: Variables, escapeChar = '\\'): string[] =>
  new Lexer(text, variables, escapeChar).words();
export const expand = (text: string, variables: Variables, escapeChar = '\\'): string =>
  new Lexer(text, variables, escapeChar).all();
