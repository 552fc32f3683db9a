/** A line of the command language: words with their places, so that an error can point at one. @see nftables src/scanner.l, src/erec.c */

export interface Word {
  readonly text: string;
  /** Columns in the line: first, and behind the last. */
  readonly from: number;
  readonly to: number;
  readonly kind: 'string' | 'number' | 'quoted string' | 'newline' | 'semicolon' | 'end of file';
}

/** A message with the line it is about and a mark under the word. */
export class CommandError extends Error {
  constructor(message: string, line: string, at: Word, mark?: string) {
    super(`${message}\n${line}\n${mark ?? `${' '.repeat(at.from)}${'^'.repeat(Math.max(1, at.to - at.from))}`}`);
  }
}

export const FAMILIES = ['inet', 'netdev', 'bridge', 'arp', 'ip', 'ip6'];

export const VERBS =
  'add replace create insert delete destroy get list reset flush rename import export monitor describe'.split(' ');
export const AFTER_LIST =
  'synproxy, hooks, table, tables, chain, chains, sets, set, map, maps, flowtable, ruleset, flow, meter, meters, flowtables, ct, counter, tunnel, counters, quotas, limits, tunnels, synproxys, limit, quota, secmark, secmarks';
/** Words of the language that an error names by themselves. */
const KEYWORDS = new Set([...FAMILIES, ...VERBS, ...AFTER_LIST.split(', '), 'rule', 'rules', 'element', 'last']);

function kindOf(text: string): Word['kind'] {
  if (/^[0-9]/.test(text)) return 'number';
  return text.startsWith('"') ? 'quoted string' : 'string';
}

/** Words of a line; a number ends where its digits do. */
function scan(line: string): Word[] {
  const out: Word[] = [];
  for (const m of line.matchAll(/;|"[^"]*"|\d+|[^\s;"]+/g)) {
    const from = m.index;
    const kind = m[0] === ';' ? 'semicolon' : kindOf(m[0]);
    out.push({ text: m[0], from, to: from + m[0].length, kind });
  }
  out.push({ text: '', from: line.length, to: line.length + 1, kind: 'newline' });
  return out;
}

export class Line {
  readonly #words: Word[];
  #at = 0;

  constructor(readonly line: string) {
    this.#words = scan(line);
  }

  get word(): Word {
    return this.#words[this.#at] as Word;
  }
  next(): Word {
    return this.#words[this.#at++] as Word;
  }
  get over(): boolean {
    return this.word.kind === 'newline' || this.word.kind === 'semicolon';
  }

  unexpected(expected = ''): never {
    const w = this.word;
    const list = expected === '' ? '' : `\nexpected any of: ${expected}`;
    const name = w.kind === 'string' && KEYWORDS.has(w.text) ? w.text : w.kind;
    throw new CommandError(`Error: syntax error, unexpected ${name}${list}`, this.line, w);
  }

  family(): string | undefined {
    return FAMILIES.includes(this.word.text) ? this.next().text : undefined;
  }

  name(expected: string): Word {
    if (this.word.kind !== 'string') this.unexpected(expected);
    return this.next();
  }

  /** A value: words that touch each other, or follow a comma, as one. */
  value(): Word {
    if (this.over) this.unexpected();
    let { text, to } = this.word;
    const { from, kind } = this.next();
    while (!this.over && (this.word.from === to || text.endsWith(',') || this.word.text.startsWith(','))) {
      text += this.word.text;
      to = this.next().to;
    }
    return { text, from, to, kind };
  }

  /** The next word, which has to be this one. */
  expect(text: string): void {
    if (this.word.text !== text) this.unexpected(text);
    this.next();
  }
}
