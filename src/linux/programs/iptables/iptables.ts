/**
 * `iptables`, `ip6tables` (nf_tables back end): lists and changes netfilter's rules.
 *
 * @see iptables iptables/xtables.c, iptables/nft.c
 */
import { type IpAddr, parseIp } from '../../../base/ip.ts';
import { type Errno, isErr } from '../../kernel/errno.ts';
import { type NetAdmin, type NfChain, type NfTable, onlyNft } from '../../kernel/netadmin.ts';
import type { Sys } from '../../kernel/sys.ts';
import { type Context, defineProgram } from '../spec.ts';
import { readText } from '../stdio.ts';
import { BUILTIN, refused } from './kernel.ts';
import { lackingText } from './lacking.ts';
import { Parser } from './parse.ts';
import { chainHead, type ListStyle, listRule, saveRule } from './print.ts';
import { UsageError } from './values.ts';
import { type Command, TARGETS } from './words.ts';

/** Name and version as messages begin. */
export const VERSION = 'v1.8.13 (nf_tables)';

/** Names of /etc/hosts, the only ones a rule may use. */
export function hostsName(sys: Sys, v: 4 | 6): (name: string) => IpAddr | undefined {
  return (name) => {
    const text = readText(sys, '/etc/hosts');
    if (isErr(text)) return undefined;
    for (const line of text.split('\n')) {
      const [addr, ...names] = line.replace(/#.*/, '').trim().split(/\s+/);
      const ip = parseIp(addr ?? '');
      if (ip?.v === v && names.includes(name)) return ip;
    }
    return undefined;
  };
}

/** What went wrong in the kernel: message without a program name, and exit code. */
export class KernelError extends Error {
  constructor(
    message: string,
    readonly code = 1,
    /** `iptables: …` instead of `iptables v1.8.13 (nf_tables): …`. */
    readonly plain = true,
  ) {
    super(message);
  }
}

const isNfTable = (t: string): t is NfTable => t in BUILTIN;

/** The chains of a table; those built in always exist for the tool. */
export function chainsOf(net: NetAdmin, family: 4 | 6, table: string): NfChain[] {
  const own = isNfTable(table) ? net.nfChains(family, table) : [];
  const order = BUILTIN[table] ?? [];
  const built = own.filter((c) => c.policy).sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  return [...built, ...own.filter((c) => !c.policy)];
}

/** Whether a chain has rules that only nft can show. */
export const hasOnlyNft = (c: NfChain): boolean => c.rules.some((r) => onlyNft(r.rule));

function explain(e: Errno): KernelError {
  const texts: Readonly<Record<string, string>> = {
    ENOENT: 'No chain/target/match by that name.',
    EPERM: 'Permission denied (you must be root).',
    EINVAL: "Invalid argument. Run `dmesg' for more information.",
    ELOOP: 'Too many levels of symbolic links.',
    EOPNOTSUPP: 'Operation not supported.',
  };
  return new KernelError(texts[e.name] ?? `${e.text}.`, e.name === 'EPERM' ? 4 : 1);
}

/** @see iptables xshared.c: do_parse */
const NO_FILTER = '\nThe "nat" table is not intended for filtering, the use of DROP is therefore inhibited.\n\n';

/** Carries a command out. Shared with iptables-restore. */
export class Tables {
  constructor(
    readonly net: NetAdmin,
    readonly family: 4 | 6,
  ) {}

  #table(c: Command): NfTable {
    if (!(c.table in BUILTIN))
      throw new KernelError(
        `table '${c.table}' does not exist\nPerhaps iptables or your kernel needs to be upgraded.`,
        3,
        false,
      );
    return c.table as NfTable;
  }

  /** @returns lines for standard output */
  run(c: Command): string {
    if (!(c.table in BUILTIN)) this.#table(c);
    switch (c.verb) {
      case 'list':
        return this.#list(c);
      case 'list-rules':
        return this.#listRules(c);
      case 'append':
      case 'insert':
      case 'replace':
        this.#add(c);
        return '';
      case 'check':
        for (const r of c.rules)
          if (this.#find(c, r) < 0) throw new KernelError('Bad rule (does a matching rule exist in that chain?).');
        return '';
      case 'delete':
        this.#delete(c);
        return '';
      default:
        this.#chainCommand(c);
        return '';
    }
  }

  #check(e: Errno | 0): void {
    if (isErr(e)) throw explain(e);
  }

  #chain(c: Command): NfChain {
    const chain = chainsOf(this.net, this.family, c.table).find((x) => x.name === c.chain);
    if (!chain) throw new KernelError('No chain/target/match by that name.');
    return chain;
  }

  #add(c: Command): void {
    const table = this.#table(c);
    const name = c.chain as string;
    const chain = this.#chain(c);
    if (c.lacking.length > 0) {
      const what = c.verb === 'insert' ? 'RULE_INSERT' : c.verb === 'append' ? 'RULE_APPEND' : 'RULE_REPLACE';
      throw new KernelError(` ${what} failed (No such file or directory): rule in chain ${name}`, 4, false);
    }
    if (table === 'nat' && c.rules.some((r) => r.target?.kind === 'DROP')) throw new UsageError(NO_FILTER);
    for (const [k, rule] of c.rules.entries()) {
      const t = rule.target;
      if (t && (t.kind === 'jump' || t.kind === 'goto')) {
        const known = chainsOf(this.net, this.family, table).some((x) => x.name === t.chain && !x.policy);
        if (!known) throw new UsageError(`Chain '${t.chain}' does not exist`);
      }
      this.#restrictions(table, name, rule);
      if (c.verb === 'append') {
        this.#check(this.net.nfInsert(this.family, table, name, rule));
        if (c.counters) this.net.nfCount(this.family, table, name, chain.rules.length + k, ...c.counters);
      } else if (c.verb === 'insert') {
        const index = (c.number ?? 1) - 1 + k;
        if (index > chain.rules.length + k) throw new KernelError('Index of insertion too big.');
        this.#check(this.net.nfInsert(this.family, table, name, rule, index));
        if (c.counters) this.net.nfCount(this.family, table, name, index, ...c.counters);
      } else {
        if ((c.number ?? 0) > chain.rules.length) throw new KernelError('Index of replacement too big.');
        this.#check(this.net.nfReplace(this.family, table, name, (c.number as number) - 1, rule));
      }
    }
  }

  /** What the kernel refuses by table, hook and protocol. @see nft_compat, xt_check_target */
  #restrictions(table: NfTable, chain: string, rule: Command['rules'][number]): void {
    const kind = rule.target?.kind ?? '';
    if (refused(table, chain, rule))
      throw new KernelError(` RULE_APPEND failed (Invalid argument): rule in chain ${chain}`, 4, false);
    if (kind === 'REJECT' && !['INPUT', 'FORWARD', 'OUTPUT'].includes(chain) && BUILTIN[table]?.includes(chain))
      throw new KernelError(` RULE_APPEND failed (Invalid argument): rule in chain ${chain}`, 4, false);
    const t = rule.target;
    if (t && 'ports' in t && t.ports && ![6, 17, 33, 132].includes(rule.proto?.value ?? 0))
      throw new UsageError('Need TCP, UDP, SCTP or DCCP with port specification');
    if (rule.in && (chain === 'OUTPUT' || chain === 'POSTROUTING'))
      throw new UsageError(`Can't use -i with ${chain}\n`);
    if (rule.out && (chain === 'INPUT' || chain === 'PREROUTING')) throw new UsageError(`Can't use -o with ${chain}\n`);
  }

  #find(c: Command, rule: Command['rules'][number]): number {
    const table = this.#table(c);
    this.#chain(c);
    if (c.lacking.length > 0) return -1;
    return this.net.nfFind(this.family, table, c.chain as string, rule);
  }

  #delete(c: Command): void {
    const table = this.#table(c);
    const chain = this.#chain(c);
    if (c.number !== undefined) {
      if (c.number > chain.rules.length) throw new KernelError('Index of deletion too big.');
      this.#check(this.net.nfDelete(this.family, table, chain.name, c.number - 1));
      return;
    }
    for (const r of c.rules) {
      const t = r.target;
      if (
        t &&
        (t.kind === 'jump' || t.kind === 'goto') &&
        !chainsOf(this.net, this.family, table).some((x) => x.name === t.chain)
      )
        throw new UsageError(`Chain '${t.chain}' does not exist`);
      const at = this.#find(c, r);
      if (at < 0) throw new KernelError('Bad rule (does a matching rule exist in that chain?).');
      this.#check(this.net.nfDelete(this.family, table, chain.name, at));
    }
  }

  #chainCommand(c: Command): void {
    const table = this.#table(c);
    const { net, family } = this;
    switch (c.verb) {
      case 'flush':
        if (c.chain !== undefined) this.#chain(c);
        this.#check(net.nfFlush(family, table, c.chain));
        return;
      case 'zero':
        if (c.chain !== undefined) this.#chain(c);
        if (c.number !== undefined && c.number > this.#chain(c).rules.length)
          throw new KernelError('Index of zeroing too big.');
        this.#check(net.nfZero(family, table, c.chain, c.number === undefined ? undefined : c.number - 1));
        return;
      case 'new':
        this.#newChain(c, table);
        return;
      case 'delete-chain':
        this.#deleteChains(c, table);
        return;
      case 'policy':
        if (c.value !== 'ACCEPT' && c.value !== 'DROP')
          throw new KernelError("Bad policy name. Run `dmesg' for more information.", 1);
        if (table === 'nat' && c.value === 'DROP') throw new UsageError(NO_FILTER);
        if (!BUILTIN[table]?.includes(c.chain as string)) throw new KernelError('Bad built-in chain name.');
        this.#check(net.nfPolicy(family, table, c.chain as string, c.value));
        return;
      case 'rename':
        this.#chain(c);
        if (chainsOf(net, family, table).some((x) => x.name === c.value)) throw new KernelError('File exists.');
        this.#check(net.nfRenameChain(family, table, c.chain as string, c.value as string));
        return;
      default:
        throw new UsageError('no command specified');
    }
  }

  #newChain(c: Command, table: NfTable): void {
    const name = c.chain as string;
    if (name.length > 28) throw new UsageError(`chain name \`${name}' too long (must be under 29 chars)`);
    if (name.startsWith('-') || name.startsWith('!'))
      throw new UsageError(`chain name not allowed to start with \`${name[0]}'`);
    if (TARGETS.includes(name)) throw new UsageError(`chain name may not clash with target name`);
    if (chainsOf(this.net, this.family, table).some((x) => x.name === name))
      throw new KernelError('Chain already exists.');
    this.#check(this.net.nfNewChain(this.family, table, name));
  }

  #deleteChains(c: Command, table: NfTable): void {
    const own = chainsOf(this.net, this.family, table).filter((x) => !x.policy);
    if (c.chain !== undefined) this.#chain(c);
    let left = c.chain === undefined ? own.map((x) => x.name) : [c.chain];
    // all of them: those that nothing refers to any more first
    for (let progress = true; progress && left.length > 0; ) {
      progress = false;
      const still: string[] = [];
      for (const name of left) {
        const e = this.net.nfDelChain(this.family, table, name);
        if (isErr(e)) still.push(name);
        else progress = true;
      }
      left = still;
    }
    if (left.length > 0)
      throw new KernelError(` CHAIN_DEL failed (Device or resource busy): chain ${left[0]}`, 4, false);
  }

  /** Chains that are listed, all of which iptables has to understand. */
  #listed(c: Command): NfChain[] {
    const all = c.chain === undefined ? chainsOf(this.net, this.family, c.table) : [this.#chain(c)];
    if (!all.some(hasOnlyNft)) return all;
    const what = c.chain === undefined ? 'table' : `chain \`${c.chain}' in table`;
    throw new KernelError(`${what} \`${c.table}' is incompatible, use 'nft' tool.`, 1, false);
  }

  #list(c: Command): string {
    const style: ListStyle = {
      family: this.family,
      numeric: c.numeric,
      verbose: c.verbose > 0,
      exact: c.exact,
      lineNumbers: c.lineNumbers,
    };
    const chains = this.#listed(c);
    if (c.number !== undefined) {
      const rule = chains[0]?.rules[c.number - 1];
      return rule ? listRule(rule, c.number - 1, style) : '';
    }
    return chains.map((ch) => chainHead(ch, style) + ch.rules.map((r, i) => listRule(r, i, style)).join('')).join('\n');
  }

  #listRules(c: Command): string {
    const chains = this.#listed(c);
    const counters = c.verbose > 0 ? 'after' : 'none';
    if (c.number !== undefined) {
      const rule = chains[0]?.rules[c.number - 1];
      return rule ? `${saveRule(c.chain as string, rule, counters)}\n` : '';
    }
    const count = (ch: NfChain): string => (c.verbose > 0 && ch.policy ? ` -c ${ch.packets} ${ch.bytes}` : '');
    const heads = chains.map((ch) => (ch.policy ? `-P ${ch.name} ${ch.policy}${count(ch)}\n` : `-N ${ch.name}\n`));
    const rules = chains.flatMap((ch) => ch.rules.map((r) => `${saveRule(ch.name, r, counters)}\n`));
    return [...heads, ...rules].join('');
  }
}

/** Which family a program name means. */
export const familyOf = (name: string): 4 | 6 => (name.startsWith('ip6') ? 6 : 4);

/** Prints an error as the tool does. @returns the exit code */
export async function complain(ctx: Context, e: unknown, name = ctx.name): Promise<number> {
  if (e instanceof UsageError) {
    await ctx.err(e.bare ? `${e.message}\n` : `${name} ${VERSION}: ${e.message}\n`);
    if (e.hint && !e.message.startsWith("Chain '"))
      await ctx.err(`Try \`${name} -h' or '${name} --help' for more information.\n`);
    return e.code;
  }
  if (e instanceof KernelError) {
    await ctx.err(e.plain ? `${name}: ${e.message}\n` : `${name} ${VERSION}: ${e.message}\n`);
    return e.code;
  }
  throw e;
}

const HELP = (name: string): string => `${name} ${VERSION}

Usage: ${name} -[ACD] chain rule-specification [options]
       ${name} -I chain [rulenum] rule-specification [options]
       ${name} -R chain rulenum rule-specification [options]
       ${name} -D chain rulenum [options]
       ${name} -[LS] [chain [rulenum]] [options]
       ${name} -[FZ] [chain] [options]
       ${name} -[NX] chain
       ${name} -E old-chain-name new-chain-name
       ${name} -P chain target [options]
       ${name} -h (print this help information)
`;

async function run(ctx: Context): Promise<number> {
  const { sys } = ctx;
  const family = familyOf(ctx.name);
  try {
    const command = new Parser(family, ctx.args, hostsName(sys, family)).parse();
    if (command.version) {
      await ctx.out(`${ctx.name} ${VERSION}\n`);
      return 0;
    }
    for (const name of command.lacking) await ctx.err(lackingText(name));
    if (command.help) {
      await ctx.out(HELP(ctx.name));
      return 0;
    }
    if (sys.getuid() !== 0)
      throw new KernelError('Could not fetch rule set generation id: Permission denied (you must be root)', 4, false);
    await ctx.out(new Tables(sys.net, family).run(command));
    return 0;
  } catch (e) {
    return complain(ctx, e);
  }
}

/** The `iptables` command. */
export const spec = defineProgram({
  name: 'iptables',
  path: '/usr/sbin/iptables',
  summary: 'Administration tool for packet filtering and NAT',
  order: 'own',
  options: [
    { name: 'append', short: 'A', arg: 'required', metavar: 'chain', help: 'append a rule' },
    { name: 'check', short: 'C', arg: 'required', metavar: 'chain', help: 'check for a rule' },
    { name: 'delete', short: 'D', arg: 'required', metavar: 'chain', help: 'delete a rule' },
    { name: 'insert', short: 'I', arg: 'required', metavar: 'chain', help: 'insert a rule' },
    { name: 'replace', short: 'R', arg: 'required', metavar: 'chain', help: 'replace a rule' },
    { name: 'list', short: 'L', arg: 'optional', metavar: 'chain', help: 'list the rules' },
    { name: 'list-rules', short: 'S', arg: 'optional', metavar: 'chain', help: 'print the rules' },
    { name: 'flush', short: 'F', arg: 'optional', metavar: 'chain', help: 'delete all rules' },
    { name: 'zero', short: 'Z', arg: 'optional', metavar: 'chain', help: 'zero counters' },
    { name: 'new-chain', short: 'N', arg: 'required', metavar: 'chain', help: 'create a chain' },
    { name: 'delete-chain', short: 'X', arg: 'optional', metavar: 'chain', help: 'delete a chain' },
    { name: 'policy', short: 'P', arg: 'required', metavar: 'chain', help: 'change the policy' },
    {
      name: 'table',
      short: 't',
      arg: 'required',
      metavar: 'table',
      help: 'table to work on',
      values: ['filter', 'nat', 'raw', 'mangle', 'security'],
    },
    { name: 'protocol', short: 'p', arg: 'required', metavar: 'proto', help: 'protocol' },
    { name: 'jump', short: 'j', arg: 'required', metavar: 'target', help: 'target of the rule', values: TARGETS },
    { name: 'numeric', short: 'n', help: 'numeric output' },
    { name: 'verbose', short: 'v', help: 'verbose mode' },
    { name: 'line-numbers', help: 'print line numbers' },
  ],
  run,
});
