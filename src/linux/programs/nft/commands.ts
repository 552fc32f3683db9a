/**
 * The command language, as far as it lists: words with their places in the line, so that an error can point at one.
 * @see nftables src/parser_bison.y: list_cmd, src/scanner.l, src/erec.c
 */

/** What is asked for. `at` is the word that an error of the kernel points at. */
export interface Listing {
  readonly what: 'ruleset' | 'tables' | 'chains' | 'objects' | 'table' | 'chain';
  readonly family: string | undefined;
  readonly table?: Word;
  readonly chain?: Word;
  readonly line: string;
}

export interface Word {
  readonly text: string;
  /** Columns in the line: first, and behind the last. */
  readonly from: number;
  readonly to: number;
  readonly kind: 'string' | 'number' | 'quoted string' | 'newline' | 'semicolon' | 'end of file';
}

/** A message with the line it is about and a mark under the word. */
export class CommandError extends Error {
  constructor(message: string, line: string, at: Word) {
    super(`${message}\n${line}\n${' '.repeat(at.from)}${'^'.repeat(Math.max(1, at.to - at.from))}`);
  }
}

const FAMILIES = ['inet', 'netdev', 'bridge', 'arp', 'ip', 'ip6'];
/** Kinds of objects of which there are none here: their list is that of the tables. */
const OBJECTS = ['sets', 'maps', 'flowtables', 'counters', 'quotas', 'limits'];
const VERBS =
  'add replace create insert delete destroy get list reset flush rename import export monitor describe'.split(' ');
const AFTER_LIST =
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

class Line {
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

  unexpected(expected: string): never {
    const w = this.word;
    const name = w.kind === 'string' && KEYWORDS.has(w.text) ? w.text : w.kind;
    throw new CommandError(`Error: syntax error, unexpected ${name}\nexpected any of: ${expected}`, this.line, w);
  }

  family(): string | undefined {
    return FAMILIES.includes(this.word.text) ? this.next().text : undefined;
  }

  name(expected: string): Word {
    if (this.word.kind !== 'string') this.unexpected(expected);
    return this.next();
  }
}

const NAME = '<string>, last';
const FAMILY_OR_NAME = 'inet, netdev, <string>, bridge, arp, ip, ip6, last';
const END = 'end of file, newline, semicolon';

function listing(l: Line): Listing {
  const { line } = l;
  const noun = l.word.text;
  if (noun === 'table' || noun === 'chain') {
    l.next();
    const family = l.family();
    const table = l.name(family === undefined ? FAMILY_OR_NAME : NAME);
    return { what: noun, family, table, line, ...(noun === 'chain' && { chain: l.name(NAME) }) };
  }
  const many = noun === 'ruleset' || noun === 'tables' || noun === 'chains';
  if (!many && !OBJECTS.includes(noun)) l.unexpected(AFTER_LIST);
  l.next();
  const family = l.family();
  if (!l.over && family === undefined) l.unexpected(`${END}, ${FAMILIES.join(', ')}`);
  return { what: many ? noun : 'objects', family, line };
}

/** All listings of one line; nothing is carried out when one is wrong. @throws CommandError */
export function parseCommands(text: string): Listing[] {
  const out: Listing[] = [];
  for (const line of text.split('\n')) {
    const l = new Line(line);
    while (l.word.kind !== 'newline') {
      if (l.word.kind === 'semicolon') {
        l.next();
        continue;
      }
      const verb = l.word;
      if (!VERBS.includes(verb.text)) l.unexpected(VERBS.join(', '));
      if (verb.text !== 'list')
        throw new CommandError(`Error: only list is carried out here; rules are made with iptables`, line, verb);
      l.next();
      out.push(listing(l));
      if (!l.over) l.unexpected(END);
    }
  }
  return out;
}
