/** Commands that change rules. @see nftables src/parser_bison.y: add_cmd, insert_cmd, delete_cmd, flush_cmd */
import type { NfRule } from '../../kernel/netadmin.ts';
import { CommandError, type Line, type Word } from './line.ts';
import { statements } from './statement.ts';

interface Place {
  readonly line: string;
  readonly family: 'ip' | 'ip6';
  readonly table: Word;
}

/** A change with the words that an error of the kernel points at. */
export type Change =
  | { readonly what: 'flush ruleset'; readonly line: string; readonly family: 'ip' | 'ip6' | undefined }
  | (Place & { readonly what: 'flush table' })
  | (Place & { readonly what: 'flush chain'; readonly chain: Word })
  | (Place & { readonly what: 'delete rule'; readonly chain: Word; readonly handle: Word })
  | (Place & {
      readonly what: 'add rule' | 'insert rule';
      readonly chain: Word;
      /** Beside the rule with this handle. */
      readonly handle?: Word;
      readonly rule: NfRule;
      /** The chain that is jumped to. */
      readonly target?: Word;
    });

/** A change among the commands of a line. */
export const isChange = (c: { readonly what: string }): c is Change => c.what.includes(' ');

function familyOf(l: Line): 'ip' | 'ip6' | undefined {
  const at = l.word;
  const family = l.family();
  if (family === undefined || family === 'ip' || family === 'ip6') return family;
  throw new CommandError(`Error: tables of family ${family} are not carried out here`, l.line, at);
}

function place(l: Line): Place {
  const family = familyOf(l) ?? 'ip';
  return { line: l.line, family, table: l.name('') };
}

function number(l: Line): Word {
  if (l.word.kind !== 'number') l.unexpected('number');
  return l.next();
}

function flush(l: Line): Change {
  const noun = l.word;
  if (!['ruleset', 'table', 'chain'].includes(noun.text)) l.unexpected();
  l.next();
  if (noun.text === 'ruleset') return { what: 'flush ruleset', line: l.line, family: familyOf(l) };
  const at = place(l);
  return noun.text === 'table' ? { ...at, what: 'flush table' } : { ...at, what: 'flush chain', chain: l.name('') };
}

/** What follows the verb. @throws CommandError */
export function change(l: Line, verb: Word): Change {
  if (verb.text === 'flush') return flush(l);
  const noun = l.word;
  if (noun.text !== 'rule') {
    if (l.over) l.unexpected();
    throw new CommandError(
      `Error: ${verb.text} ${noun.text} is not carried out here, only ${verb.text} rule`,
      l.line,
      noun,
    );
  }
  l.next();
  const at = place(l);
  const chain = l.name('');
  if (verb.text === 'delete') {
    l.expect('handle');
    return { ...at, what: 'delete rule', chain, handle: number(l) };
  }
  let handle: Word | undefined;
  if (l.word.text === 'handle' || l.word.text === 'position') {
    l.next();
    handle = number(l);
  }
  const what = verb.text === 'add' ? 'add rule' : 'insert rule';
  return { ...at, what, chain, ...(handle && { handle }), ...statements(l, at.family, at.table.text) };
}
