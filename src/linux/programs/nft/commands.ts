/** The command language, as far as it lists and changes rules. @see nftables src/parser_bison.y: base_cmd, list_cmd */
import { type Change, change } from './change.ts';
import { AFTER_LIST, CommandError, FAMILIES, Line, VERBS, type Word } from './line.ts';

/** What is asked for. `at` is the word that an error of the kernel points at. */
export interface Listing {
  readonly what: 'ruleset' | 'tables' | 'chains' | 'objects' | 'table' | 'chain';
  readonly family: string | undefined;
  readonly table?: Word;
  readonly chain?: Word;
  readonly line: string;
}

/** Kinds of objects of which there are none here: their list is that of the tables. */
const OBJECTS = ['sets', 'maps', 'flowtables', 'counters', 'quotas', 'limits'];
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

const CARRIED = ['list', 'add', 'insert', 'delete', 'flush'];

/** All commands of a text; nothing is carried out when one is wrong. @throws CommandError */
export function parseCommands(text: string): (Listing | Change)[] {
  const out: (Listing | Change)[] = [];
  for (const line of text.split('\n')) {
    const l = new Line(line);
    while (l.word.kind !== 'newline') {
      if (l.word.kind === 'semicolon') {
        l.next();
        continue;
      }
      const verb = l.word;
      if (!VERBS.includes(verb.text)) l.unexpected(VERBS.join(', '));
      if (!CARRIED.includes(verb.text))
        throw new CommandError(`Error: ${verb.text} is not carried out here`, line, verb);
      l.next();
      out.push(verb.text === 'list' ? listing(l) : change(l, verb));
      if (!l.over) l.unexpected(END);
    }
  }
  return out;
}
