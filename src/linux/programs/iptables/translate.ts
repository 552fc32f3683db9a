/**
 * iptables-translate: what a command of iptables is in nft's language. Nothing is changed.
 * Limits: connlimit, which nft needs a set for, is not translated.
 * @see iptables iptables/xtables-translate.c, extensions' xlate functions
 */
import type { NfRule } from '../../kernel/netadmin.ts';
import { address, iface, module as moduleText, protocol, type Style } from '../nft/rule.ts';
import { targetWords } from '../nft/target.ts';
import { hexWord, protocolWord, tcpFlagWords } from '../nft/words.ts';
import { defineProgram } from '../spec.ts';
import { complain, hostsName } from './iptables.ts';
import { lackingText } from './lacking.ts';
import { Parser } from './parse.ts';
import { moduleOrder } from './print.ts';
import type { Command } from './words.ts';

const STYLE: Style = {
  handles: false,
  stateless: true,
  numericProtocol: false,
  numericPriority: false,
  services: false,
};

const NOT = 'Translation not implemented\n';

/** Modules whose text nft's listing writes otherwise. */
function own(name: string, r: NfRule): string | undefined {
  const not = (n: { readonly not?: boolean } | undefined): string => (n?.not ? '!= ' : '');
  if (name === 'comment') return '';
  if (name === 'mark' && r.mark) {
    const { value, mask } = r.mark.value;
    return mask === 0xffffffff
      ? `mark ${not(r.mark)}${hexWord(value)}`
      : `mark and ${hexWord(mask)} ${r.mark.not ? '!=' : '=='} ${hexWord(value)}`;
  }
  if ((name === 'tcp' || name === 'udp') && !r.tcpOption) {
    const port = (side: string, p: NfRule['sport']): string =>
      p ? `${name} ${side} ${not(p)}${p.value.from}${p.value.to === p.value.from ? '' : `-${p.value.to}`}` : '';
    const flags = r.tcpFlags;
    const text = flags
      ? `tcp flags ${not(flags)}${tcpFlagWords(flags.value.comp).join(',') || '0x0'} / ${tcpFlagWords(flags.value.mask).join(',')}`
      : '';
    return [port('sport', r.sport), port('dport', r.dport), text].filter((x) => x).join(' ');
  }
  return undefined;
}

/** Statements of a rule, in the order of the command line's parts. */
function ruleWords(family: 4 | 6, r: NfRule): string {
  const ip = family === 4 ? 'ip' : 'ip6';
  const modules = moduleOrder(r).map((m) => own(m, r) ?? moduleText(family, m, r, STYLE));
  const told = modules.some((m) => /^(?:tcp|udp) (?:[sd]port|flags)|^icmp(?:v6)? type/.test(m)) && !r.multiport;
  const proto =
    r.multiport && r.proto ? `ip protocol ${protocolWord(r.proto.value, false)}` : protocol(family, r, STYLE);
  const words = [
    r.in && `iifname ${iface(r.in)}`,
    r.out && `oifname ${iface(r.out)}`,
    r.fragment && `ip frag-off & 0x1fff ${r.fragment.not ? '==' : '!='} 0`,
    r.src && `${ip} saddr ${address(r.src)}`,
    r.dst && `${ip} daddr ${address(r.dst)}`,
    told ? '' : proto,
    ...modules,
    'counter',
    r.target && targetWords(r.target),
    r.comment === undefined ? '' : `comment "${r.comment}"`,
  ];
  return words.filter((x) => x).join(' ');
}

function translated(c: Command, family: 4 | 6): string | undefined {
  const table = `${family === 4 ? 'ip' : 'ip6'} ${c.table}`;
  switch (c.verb) {
    case 'append':
    case 'insert': {
      const verb = c.verb === 'append' ? 'add' : 'insert';
      const index =
        (c.number ?? 0) > 1 || (c.verb === 'insert' && c.number === 1 && c.numeric) ? ` index ${c.number}` : '';
      return c.rules.map((r) => `nft '${verb} rule ${table} ${c.chain}${index} ${ruleWords(family, r)}'\n`).join('');
    }
    case 'new':
      return `nft add chain ${table} ${c.chain}\n`;
    case 'delete-chain':
      return `nft delete chain ${table} ${c.chain ?? '(null)'}\n`;
    case 'flush':
      return c.chain === undefined ? `nft flush table ${table}\n` : `nft flush chain ${table} ${c.chain}\n`;
    case 'list':
      return c.chain === undefined ? `nft list table ${table}\n` : `nft list chain ${table} ${c.chain}\n`;
    default:
      return undefined;
  }
}

/** The `iptables-translate` command. */
export const spec = defineProgram({
  name: 'iptables-translate',
  path: '/usr/sbin/iptables-translate',
  summary: 'Say a command of iptables in nft’s language',
  order: 'own',
  options: [],
  async run(ctx) {
    const family = ctx.name.startsWith('ip6') ? 6 : 4;
    try {
      const c = new Parser(family, ctx.args, hostsName(ctx.sys, family)).parse();
      for (const name of c.lacking) await ctx.err(lackingText(name));
      const text = translated(c, family);
      if (text !== undefined) {
        // what nft has no words for stays as it is, behind a #
        await ctx.out(/ xt (?:match|target) /.test(text) ? `nft # ${ctx.args.join(' ')} \n` : text);
        return 0;
      }
      await ctx.err(NOT);
      await ctx.out('nft ');
      return 1;
    } catch (e) {
      return complain(ctx, e);
    }
  },
});
