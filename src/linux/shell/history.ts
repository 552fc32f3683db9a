/**
 * The list of commands typed, and history expansion: `!!`, `!n`, `!-n`, `!string`, `!?string?`, `!$`, `^old^new`.
 * Limits: word designators `:n`, `:^`, `:$`, `:*` and the modifiers `:p` `:h` `:t` `:r` `:e` `:s/a/b/` only.
 * @see bash lib/readline/histexpand.c
 */

/** Outcome of an expansion. */
export type Expansion =
  | { readonly kind: 'none' }
  | { readonly kind: 'expanded'; readonly text: string; readonly printOnly: boolean }
  | { readonly kind: 'failed'; readonly message: string };

export class History {
  /** Oldest first. */
  lines: string[] = [];
  /** Number of `lines[0]`. */
  base = 1;
  /** Most lines kept (HISTSIZE). */
  limit = 500;
  /** Lines that `history -a` and the end of the shell have yet to write. */
  fresh = 0;

  /** The same list for a forked shell. */
  copy(): History {
    const h = new History();
    h.lines = [...this.lines];
    h.base = this.base;
    h.limit = this.limit;
    return h;
  }

  /** Adds a line unless HISTCONTROL forbids. */
  add(line: string, control = ''): void {
    if (line.trim() === '') return;
    const rules = control.split(':');
    if ((rules.includes('ignorespace') || rules.includes('ignoreboth')) && line.startsWith(' ')) return;
    if ((rules.includes('ignoredups') || rules.includes('ignoreboth')) && this.lines.at(-1) === line) return;
    if (rules.includes('erasedups')) this.lines = this.lines.filter((l) => l !== line);
    this.lines.push(line);
    this.fresh++;
    while (this.lines.length > this.limit) {
      this.lines.shift();
      this.base++;
    }
  }

  clear(): void {
    this.lines = [];
    this.base = 1;
    this.fresh = 0;
  }

  /** The number that the next line will have. */
  get next(): number {
    return this.base + this.lines.length;
  }

  /** Replaces history references in a line. */
  expand(line: string): Expansion {
    const quick = /^\^([^^\n]*)\^([^^\n]*)\^?(.*)$/.exec(line);
    if (quick) {
      const last = this.lines.at(-1);
      const [, from, to, rest] = quick as unknown as [string, string, string, string];
      if (last === undefined) return { kind: 'failed', message: `:s${line}: event not found` };
      if (!last.includes(from)) return { kind: 'failed', message: `:s${line}: substitution failed` };
      return { kind: 'expanded', text: last.replace(from, () => to) + rest, printOnly: false };
    }
    return this.#scan(line);
  }

  #scan(line: string): Expansion {
    let out = '';
    let changed = false;
    let printOnly = false;
    let single = false;
    let double = false;
    for (let i = 0; i < line.length; ) {
      const c = line[i] as string;
      if (c === '\\' && !single) {
        out += line.slice(i, i + 2);
        i += 2;
      } else if (c === "'" && !double) {
        single = !single;
        out += c;
        i++;
      } else if (c === '"' && !single) {
        double = !double;
        out += c;
        i++;
      } else if (c === '!' && !single && !/^(?:[\s=(]|$)/.test(line.slice(i + 1)) && !(double && line[i + 1] === '"')) {
        if (line[i - 1] === '$' || (line[i - 1] === '{' && line[i - 2] === '$') || line[i - 1] === '[') {
          out += c;
          i++;
          continue;
        }
        const ref = this.#reference(line.slice(i), out);
        if (typeof ref === 'string') return { kind: 'failed', message: ref };
        out += ref.text;
        printOnly ||= ref.printOnly;
        changed = true;
        i += ref.length;
      } else {
        out += c;
        i++;
      }
    }
    return changed ? { kind: 'expanded', text: out, printOnly } : { kind: 'none' };
  }

  #event(text: string, before: string): { line: string | undefined; length: number; last?: boolean } {
    const at = (n: number): string | undefined => this.lines[n - this.base];
    if (text.startsWith('!!')) return { line: this.lines.at(-1), length: 2 };
    if (text.startsWith('!#')) return { line: before, length: 2 };
    let m = /^!(-?\d+)/.exec(text);
    if (m) {
      const n = Number(m[1]);
      return { line: n < 0 ? this.lines[this.lines.length + n] : at(n), length: m[0].length };
    }
    if (/^![$^*:]/.test(text)) return { line: this.lines.at(-1), length: 1 };
    m = /^!\?([^?\n]+)\??/.exec(text);
    if (m) return { line: this.#find((l) => l.includes((m as RegExpExecArray)[1] as string)), length: m[0].length };
    m = /^!([^\s:;&|<>()"'^$*]+)/.exec(text);
    if (m) return { line: this.#find((l) => l.startsWith((m as RegExpExecArray)[1] as string)), length: m[0].length };
    return { line: undefined, length: 1 };
  }

  #find(test: (line: string) => boolean): string | undefined {
    for (let i = this.lines.length - 1; i >= 0; i--) if (test(this.lines[i] as string)) return this.lines[i];
    return undefined;
  }

  #reference(text: string, before: string): { text: string; length: number; printOnly: boolean } | string {
    const event = this.#event(text, before);
    if (event.line === undefined) return `${text.slice(0, event.length)}: event not found`;
    let value = event.line;
    let length = event.length;
    const words = value.match(/(?:\\.|"(?:\\.|[^"])*"|'[^']*'|[^\s"'\\])+/g) ?? [];
    const d = /^(?::?([$^*])|:(\d+)(?:-(\d+|\$)?)?(\*)?)/.exec(text.slice(length));
    if (d) {
      const picked = pick(words, d);
      if (picked === undefined) return `${text.slice(0, length + d[0].length)}: bad word specifier`;
      value = picked;
      length += d[0].length;
    }
    let printOnly = false;
    for (;;) {
      const m = /^:(?:([phtre])|(g?)s(.)(.*?)\3(.*?)(?:\3|$))/.exec(text.slice(length));
      if (!m) break;
      if (m[1] === 'p') printOnly = true;
      else value = modify(value, m);
      length += m[0].length;
    }
    return { text: value, length, printOnly };
  }
}

function pick(words: readonly string[], d: RegExpExecArray): string | undefined {
  if (d[1] === '$') return words.at(-1) ?? '';
  if (d[1] === '^') return words[1];
  if (d[1] === '*') return words.slice(1).join(' ');
  const from = Number(d[2]);
  if (from >= words.length) return undefined;
  if (d[4]) return words.slice(from).join(' ');
  if (!d[0].includes('-')) return words[from];
  const to = d[3] === '$' ? words.length - 1 : d[3] === undefined ? words.length - 2 : Number(d[3]);
  return words.slice(from, to + 1).join(' ');
}

function modify(value: string, m: RegExpExecArray): string {
  switch (m[1]) {
    case 'h':
      return value.replace(/\/[^/]*$/, '');
    case 't':
      return value.replace(/^.*\//, '');
    case 'r':
      return value.replace(/\.[^./]*$/, '');
    case 'e':
      return (/\.[^./]*$/.exec(value) ?? [''])[0];
    default:
      return m[2] === 'g'
        ? value.replaceAll(m[4] as string, m[5] as string)
        : value.replace(m[4] as string, () => m[5] as string);
  }
}
