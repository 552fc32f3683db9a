/** The rule tables of one namespace, mirrored into the core. @see Linux net/netfilter/x_tables.c */
import type { IpAddr } from '../../../base/ip.ts';
import { Hook, Table } from '../../core/core.ts';
import { EBUSY, EEXIST, EINVAL, ENOENT, ENOTEMPTY, type Errno, errnoOf } from '../errno.ts';
import type { NfChain, NfFamily, NfRule, NfTable, NfTableState, RecentEntry } from '../netadmin.ts';
import { fromAddr16, toAddr16 } from './addr16.ts';
import { recentTable } from './matches.ts';
import type { Netns } from './netns.ts';
import { ruleKey, toCoreRule } from './rules.ts';
import type { NetWorld } from './world.ts';

const HOOKS: Readonly<Record<NfTable, readonly (keyof typeof Hook)[]>> = {
  raw: ['PREROUTING', 'OUTPUT'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  security: ['INPUT', 'FORWARD', 'OUTPUT'],
};
const TABLE: Readonly<Record<NfTable, number>> = {
  raw: Table.RAW,
  nat: Table.NAT,
  filter: Table.FILTER,
  mangle: Table.MANGLE,
  security: Table.SECURITY,
};
/** The order in which iptables-save lists them. */
const ORDER: readonly NfTable[] = ['mangle', 'security', 'raw', 'filter', 'nat'];

class Rule {
  #key: string | undefined;

  constructor(
    readonly rule: NfRule,
    /** The core's. */
    readonly handle: number,
    /** Number in its table, in the order in which chains and rules were made. */
    readonly id: number,
  ) {}

  get key(): string {
    this.#key ??= ruleKey(this.rule);
    return this.#key;
  }
}

interface Chain {
  name: string;
  readonly handle: number;
  policy: 'ACCEPT' | 'DROP' | undefined;
  readonly rules: Rule[];
  /** As a rule's; 0: a built-in chain that nobody has put anything into. */
  id: number;
}

/** A table that somebody has made a chain in. */
interface Made {
  readonly family: NfFamily;
  readonly table: NfTable;
  /** Among the tables of the namespace, from 1. */
  readonly handle: number;
  /** The last number given to a chain or rule. */
  last: number;
}

export class Ruleset {
  /** `4 nat` → chains by name. */
  readonly #tables = new Map<string, Map<string, Chain>>();
  /** By the core's handle. */
  readonly #byHandle = new Map<number, { family: NfFamily; table: NfTable; chain: Chain }>();
  /** By the same key, oldest first. */
  readonly #made = new Map<string, Made>();
  /** The last number given to a table. */
  #lastTable = 0;

  constructor(
    readonly world: NetWorld,
    readonly ns: Netns,
  ) {}

  tables(family: NfFamily): NfTable[] {
    return ORDER.filter((t) => this.#made.has(`${family} ${t}`));
  }

  /** The next number of a table, which is made when it is not there yet. */
  #id(family: NfFamily, table: NfTable): number {
    const key = `${family} ${table}`;
    let made = this.#made.get(key);
    if (!made) {
      made = { family, table, handle: ++this.#lastTable, last: 0 };
      this.#made.set(key, made);
    }
    return ++made.last;
  }

  #table(family: NfFamily, table: NfTable): Map<string, Chain> {
    const key = `${family} ${table}`;
    let chains = this.#tables.get(key);
    if (!chains) {
      chains = new Map();
      for (const hook of HOOKS[table]) {
        const handle = this.world.core.nfBuiltin(this.ns.core, family, TABLE[table], Hook[hook]);
        const chain: Chain = { name: hook, handle, policy: 'ACCEPT', rules: [], id: 0 };
        chains.set(hook, chain);
        this.#byHandle.set(handle, { family, table, chain });
      }
      this.#tables.set(key, chains);
    }
    return chains;
  }

  chains(family: NfFamily, table: NfTable): NfChain[] {
    const chains = this.#table(family, table);
    const all = [...chains.values()];
    const user = all.filter((c) => c.policy === undefined).sort((a, b) => (a.name < b.name ? -1 : 1));
    return [...all.filter((c) => c.policy !== undefined), ...user].map((c) => this.#state(chains, c));
  }

  #state(chains: Map<string, Chain>, c: Chain): NfChain {
    const [packets, bytes] = c.policy === undefined ? [0, 0] : this.world.core.nfChainCounters(c.handle);
    return {
      name: c.name,
      handle: c.id,
      ...(c.policy && { policy: c.policy }),
      packets,
      bytes,
      rules: c.rules.map((r) => {
        const uncounted = r.rule.nft && !r.rule.nft.includes('counter');
        const [p, b] = uncounted ? [0, 0] : this.world.core.nfRuleCounters(r.handle);
        return { rule: r.rule, handle: r.id, packets: p, bytes: b };
      }),
      references: this.#references(chains, c.name),
    };
  }

  /** All that was made, oldest first, as nf_tables keeps it. */
  ruleset(): NfTableState[] {
    return [...this.#made.values()].map(({ family, table, handle }) => {
      const chains = this.#table(family, table);
      const made = [...chains.values()].filter((c) => c.id > 0).sort((a, b) => a.id - b.id);
      return { family, table, handle, chains: made.map((c) => this.#state(chains, c)) };
    });
  }

  #references(chains: Map<string, Chain>, name: string): number {
    let n = 0;
    for (const c of chains.values())
      for (const { rule } of c.rules)
        if ((rule.target?.kind === 'jump' || rule.target?.kind === 'goto') && rule.target.chain === name) n++;
    return n;
  }

  /** A chain by its handle in the core. */
  chainAt(handle: number): { family: NfFamily; table: NfTable; chain: string } | undefined {
    const found = this.#byHandle.get(handle);
    return found && { family: found.family, table: found.table, chain: found.chain.name };
  }

  /** A rule by the handles of its chain and itself, with its place in the chain. */
  ruleAt(chain: number, handle: number): { table: NfTable; chain: string; index: number; rule: NfRule } | undefined {
    const found = this.#byHandle.get(chain);
    const index = found?.chain.rules.findIndex((r) => r.handle === handle) ?? -1;
    const rule = found?.chain.rules[index];
    return found && rule && { table: found.table, chain: found.chain.name, index, rule: rule.rule };
  }

  newChain(family: NfFamily, table: NfTable, name: string): Errno | 0 {
    const chains = this.#table(family, table);
    if (chains.has(name)) return EEXIST;
    const handle = this.world.core.nfChainAdd(this.ns.core, family, TABLE[table]);
    if (handle < 0) return errnoOf(handle);
    const chain: Chain = { name, handle, policy: undefined, rules: [], id: this.#id(family, table) };
    chains.set(name, chain);
    this.#byHandle.set(handle, { family, table, chain });
    return 0;
  }

  delChain(family: NfFamily, table: NfTable, name: string): Errno | 0 {
    const chains = this.#table(family, table);
    const chain = chains.get(name);
    if (!chain) return ENOENT;
    if (chain.policy !== undefined) return EINVAL;
    if (chain.rules.length > 0) return ENOTEMPTY;
    if (this.#references(chains, name) > 0) return EBUSY;
    this.world.core.nfChainDel(chain.handle);
    chains.delete(name);
    this.#byHandle.delete(chain.handle);
    return 0;
  }

  renameChain(family: NfFamily, table: NfTable, name: string, to: string): Errno | 0 {
    const chains = this.#table(family, table);
    const chain = chains.get(name);
    if (!chain) return ENOENT;
    if (chain.policy !== undefined) return EINVAL;
    if (chains.has(to)) return EEXIST;
    for (const c of chains.values())
      for (const [i, r] of c.rules.entries()) {
        const t = r.rule.target;
        if ((t?.kind !== 'jump' && t?.kind !== 'goto') || t.chain !== name) continue;
        const rule: NfRule = { ...r.rule, target: { ...t, chain: to } };
        c.rules[i] = new Rule(rule, r.handle, r.id);
      }
    chains.delete(name);
    chain.name = to;
    chains.set(to, chain);
    return 0;
  }

  policy(family: NfFamily, table: NfTable, name: string, policy: 'ACCEPT' | 'DROP'): Errno | 0 {
    const chain = this.#table(family, table).get(name);
    if (!chain) return ENOENT;
    if (chain.policy === undefined) return EINVAL;
    chain.policy = policy;
    chain.id ||= this.#id(family, table);
    this.world.core.nfPolicy(chain.handle, policy === 'DROP');
    return 0;
  }

  /** @param index 0 is the head; undefined appends; EINVAL beyond the end */
  insert(family: NfFamily, table: NfTable, name: string, rule: NfRule, index?: number): Errno | 0 {
    const chains = this.#table(family, table);
    const chain = chains.get(name);
    if (!chain) return ENOENT;
    const at = index ?? chain.rules.length;
    if (at > chain.rules.length) return EINVAL;
    const t = rule.target;
    if (t?.kind === 'jump' || t?.kind === 'goto') {
      const to = chains.get(t.chain);
      if (!to) return ENOENT;
      if (to.policy !== undefined) return EINVAL;
    }
    const core = toCoreRule(rule, (c) => chains.get(c)?.handle ?? 0, this.world.clock.epochNs);
    const handle = this.world.core.nfRuleAdd(chain.handle, index === undefined ? -1 : at, core);
    if (handle < 0) return errnoOf(handle);
    chain.id ||= this.#id(family, table);
    chain.rules.splice(at, 0, new Rule(rule, handle, this.#id(family, table)));
    return 0;
  }

  replace(family: NfFamily, table: NfTable, name: string, index: number, rule: NfRule): Errno | 0 {
    const chain = this.#table(family, table).get(name);
    if (!chain) return ENOENT;
    if (index >= chain.rules.length) return EINVAL;
    const err = this.insert(family, table, name, rule, index);
    return err || this.delete(family, table, name, index + 1);
  }

  delete(family: NfFamily, table: NfTable, name: string, index: number): Errno | 0 {
    const chain = this.#table(family, table).get(name);
    if (!chain) return ENOENT;
    const rule = chain.rules[index];
    if (!rule) return EINVAL;
    this.world.core.nfRuleDel(chain.handle, rule.handle);
    chain.rules.splice(index, 1);
    return 0;
  }

  find(family: NfFamily, table: NfTable, name: string, rule: NfRule): number {
    const key = ruleKey(rule);
    return (
      this.#table(family, table)
        .get(name)
        ?.rules.findIndex((r) => r.key === key) ?? -1
    );
  }

  flush(family: NfFamily, table: NfTable, name?: string): Errno | 0 {
    const chains = this.#table(family, table);
    if (name !== undefined && !chains.has(name)) return ENOENT;
    for (const c of chains.values()) {
      if (name !== undefined && c.name !== name) continue;
      for (const r of c.rules.splice(0)) this.world.core.nfRuleDel(c.handle, r.handle);
    }
    return 0;
  }

  /** Removes the tables of a family, or all. */
  clear(only?: NfFamily): Errno | 0 {
    for (const [key, { family, table }] of [...this.#made]) {
      if (only !== undefined && family !== only) continue;
      const chains = this.#table(family, table);
      this.flush(family, table);
      for (const c of [...chains.values()]) {
        if (c.policy === undefined) {
          this.delChain(family, table, c.name);
          continue;
        }
        this.policy(family, table, c.name, 'ACCEPT');
        this.world.core.nfZero(c.handle);
        c.id = 0;
      }
      this.#made.delete(key);
    }
    return 0;
  }

  /** @param index of the one rule meant */
  zero(family: NfFamily, table: NfTable, name?: string, index?: number): Errno | 0 {
    const chains = this.#table(family, table);
    if (name !== undefined && !chains.has(name)) return ENOENT;
    if (name !== undefined && index !== undefined) return this.count(family, table, name, index, 0, 0);
    for (const c of chains.values()) if (name === undefined || c.name === name) this.world.core.nfZero(c.handle);
    return 0;
  }

  /** Sets counters of a chain, or of one of its rules. */
  count(
    family: NfFamily,
    table: NfTable,
    name: string,
    index: number | undefined,
    packets: number,
    bytes: number,
  ): Errno | 0 {
    const chain = this.#table(family, table).get(name);
    if (!chain) return ENOENT;
    if (index === undefined) {
      this.world.core.nfChainCount(chain.handle, packets, bytes);
      return 0;
    }
    const rule = chain.rules[index];
    if (!rule) return EINVAL;
    this.world.core.nfRuleCount(rule.handle, packets, bytes);
    return 0;
  }

  /** Names of the tables of `recent`: each lives as long as a rule names it. */
  recentTables(): string[] {
    const names = new Set<string>();
    for (const chains of this.#tables.values())
      for (const c of chains.values())
        for (const { rule } of c.rules) for (const m of rule.more ?? []) if (m.module === 'recent') names.add(m.name);
    return [...names].sort();
  }

  recentEntries(table: string): RecentEntry[] {
    const list = this.world.core.recent(this.ns.core, recentTable(table));
    return typeof list === 'number' ? [] : list.map(({ addr, ...rest }) => ({ ip: fromAddr16(addr), ...rest }));
  }

  recentSet(table: string, how: 'flush' | 'add' | 'del', ip?: IpAddr): Errno | 0 {
    const done = this.world.core.recentSet(this.ns.core, recentTable(table), how, ip && toAddr16(ip));
    return done < 0 ? errnoOf(done) : 0;
  }

  /** The rule that the core knows by a handle. */
  ruleOf(handle: number): NfRule | undefined {
    for (const chains of this.#tables.values())
      for (const c of chains.values()) for (const r of c.rules) if (r.handle === handle) return r.rule;
    return undefined;
  }
}
