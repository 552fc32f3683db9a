/** Carries changes out. @see nftables src/mnl.c; Linux net/netfilter/nf_tables_api.c */
import { type Errno, isErr } from '../../kernel/errno.ts';
import type { NetAdmin, NfChain, NfTableState } from '../../kernel/netadmin.ts';
import type { Change } from './change.ts';
import { CommandError, type Word } from './line.ts';
import { familyWord } from './list.ts';

const refused = (c: Change, at: Word, text = 'No such file or directory'): CommandError =>
  new CommandError(`Error: Could not process rule: ${text}`, c.line, at);

/** The whole command, of which an error speaks that names no word. */
const whole = (c: Change): Word => ({ text: c.line, from: 0, to: c.line.length, kind: 'string' });

function tableOf(net: NetAdmin, c: Exclude<Change, { what: 'flush ruleset' }>): NfTableState {
  const t = net.nfRuleset().find((x) => familyWord(x.family) === c.family && x.table === c.table.text);
  if (!t) throw refused(c, c.table);
  return t;
}

function chainOf(t: NfTableState, c: Change & { chain: Word }): NfChain {
  const chain = t.chains.find((x) => x.name === c.chain.text);
  if (!chain) throw refused(c, c.chain);
  return chain;
}

function ruleAt(chain: NfChain, c: Change, handle: Word): number {
  const at = chain.rules.findIndex((r) => r.handle === Number(handle.text));
  if (at < 0) throw refused(c, handle);
  return at;
}

/** Where a new rule goes; undefined is the end. */
function place(chain: NfChain, c: Extract<Change, { rule: unknown }>): number | undefined {
  const add = c.what === 'add rule';
  if (c.handle) return ruleAt(chain, c, c.handle) + (add ? 1 : 0);
  return add ? undefined : 0;
}

/** Whether jumps lead from one chain to another. */
function leads(t: NfTableState, from: string, to: string): boolean {
  const seen = new Set([from]);
  for (const name of seen)
    for (const { rule } of t.chains.find((x) => x.name === name)?.rules ?? [])
      if (rule.target?.kind === 'jump' || rule.target?.kind === 'goto') seen.add(rule.target.chain);
  return seen.has(to);
}

function perform(net: NetAdmin, c: Change): Errno | 0 {
  if (c.what === 'flush ruleset') return net.nfClear(c.family && (c.family === 'ip' ? 4 : 6));
  const t = tableOf(net, c);
  const { family, table } = t;
  if (c.what === 'flush table') return net.nfFlush(family, table);
  const chain = chainOf(t, c);
  if (c.what === 'flush chain') return net.nfFlush(family, table, chain.name);
  if (c.what === 'delete rule') return net.nfDelete(family, table, chain.name, ruleAt(chain, c, c.handle));
  if (c.target) {
    const to = t.chains.find((x) => x.name === c.target?.text);
    if (!to) throw refused(c, c.target);
    if (to.policy) throw refused(c, c.target, 'Operation not supported');
    if (leads(t, to.name, chain.name)) throw refused(c, whole(c), 'Too many links');
  }
  return net.nfInsert(family, table, chain.name, c.rule, place(chain, c));
}

/** @throws CommandError */
export function apply(net: NetAdmin, c: Change): void {
  const e = perform(net, c);
  if (!isErr(e)) return;
  throw refused(c, whole(c), e.text);
}
