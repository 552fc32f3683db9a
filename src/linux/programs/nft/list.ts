/** Tables and chains as nft prints them. @see nftables src/rule.c: table_print, chain_print_declaration, do_list_chains */
import type { NfChain, NfFamily, NfTable, NfTableState } from '../../kernel/netadmin.ts';
import { hasXt, ruleText, type Style } from './rule.ts';

export const familyWord = (f: NfFamily): 'ip' | 'ip6' => (f === 4 ? 'ip' : 'ip6');

/** Priorities at which iptables-nft hangs its chains; nat's source side comes late. @see include/uapi/linux/netfilter_ipv4.h */
const PRIORITY: Readonly<Record<NfTable, readonly [number, string?]>> = {
  raw: [-300, 'raw'],
  mangle: [-150, 'mangle'],
  nat: [-100, 'dstnat'],
  filter: [0, 'filter'],
  security: [150],
};
const SRCNAT = [100, 'srcnat'] as const;

const handle = (style: Style, n: number): string => (style.handles ? ` # handle ${n}` : '');

/** `type nat hook prerouting priority dstnat; policy accept;` of a built-in chain. */
function hookText(table: NfTable, c: NfChain, style: Style): string {
  const type = table === 'nat' ? 'nat' : table === 'mangle' && c.name === 'OUTPUT' ? 'route' : 'filter';
  const late = table === 'nat' && (c.name === 'INPUT' || c.name === 'POSTROUTING');
  const [number, name] = late ? SRCNAT : PRIORITY[table];
  const priority = style.numericPriority ? number : (name ?? number);
  return `\t\ttype ${type} hook ${c.name.toLowerCase()} priority ${priority}; policy ${(c.policy ?? '').toLowerCase()};\n`;
}

function chainText(t: NfTableState, c: NfChain, style: Style, rules: boolean): string {
  const head = `\tchain ${c.name} {${rules ? handle(style, c.handle) : ''}\n`;
  const hook = c.policy ? hookText(t.table, c, style) : '';
  const lines = rules
    ? c.rules.map((r) => `\t\t${ruleText(t.family, r, style)}${handle(style, r.handle)}\n`).join('')
    : '';
  return `${head}${hook}${lines}\t}\n`;
}

/** A table with its chains, or with one of them. */
export function tableText(t: NfTableState, style: Style, only?: NfChain): string {
  const chains = only ? [only] : t.chains;
  const head = `table ${familyWord(t.family)} ${t.table} {${handle({ ...style, handles: style.handles && !only }, t.handle)}\n`;
  return `${head}${chains.map((c) => chainText(t, c, style, true)).join('\n')}}\n`;
}

/** A table with the heads of its chains. */
export function chainsText(t: NfTableState, style: Style): string {
  const head = `table ${familyWord(t.family)} ${t.table} {\n`;
  return `${head}${t.chains.map((c) => chainText(t, c, style, false)).join('')}}\n`;
}

/** What is said of a table that holds records of xtables, among the chains that are listed. */
export function warning(t: NfTableState): string {
  const xt = t.chains.some((c) => c.rules.some((r) => hasXt(r.rule)));
  return xt ? `# Warning: table ${familyWord(t.family)} ${t.table} is managed by iptables-nft, do not touch!\n` : '';
}
