/**
 * Rules as text: the words of -S and iptables-save, and the columns of -L.
 * @see iptables iptables/nft-shared.c, extensions/libxt_*.c, libipt_*.c
 */
import { formatIp, mask4, type Prefix } from '../../../base/ip.ts';
import type { NfChain, NfRule, NfRuleState, Not, PortRange } from '../../kernel/netadmin.ts';
import type { NfMatch } from '../../kernel/nfmatch.ts';
import { serviceName } from '../services.ts';
import { EXTENSIONS } from './ext/index.ts';
import { ctStateText, icmpName, PORT_MODULES, protocolName, tcpFlagsText } from './names.ts';
import { saveString, targetList, targetWords } from './print-target.ts';

const ports = (r: PortRange): string => (r.from === r.to ? String(r.from) : `${r.from}:${r.to}`);
const hex = (n: number): string => `0x${(n >>> 0).toString(16)}`;
const bang = (n: Not<unknown>): string => (n.not ? '! ' : '');
const UNITS: Readonly<Record<number, string>> = { 1: 'sec', 60: 'min', 3600: 'hour', 86400: 'day' };

/** The matches of -m in the order in which the modules were given; those not named come after. */
export function moduleOrder(r: NfRule): string[] {
  const present: string[] = [];
  if (r.sport || r.dport || r.tcpFlags || r.tcpOption) present.push(PORT_MODULES[r.proto?.value ?? 6] ?? 'tcp');
  if (r.icmp) present.push(r.proto?.value === 58 ? 'icmp6' : 'icmp');
  if (r.multiport) present.push('multiport');
  if (r.srcType || r.dstType) present.push('addrtype');
  if (r.ctstate) present.push(r.ctstateModule ?? 'conntrack');
  if (r.mark) present.push('mark');
  if (r.limit) present.push('limit');
  if (r.comment !== undefined) present.push('comment');
  for (const m of r.more ?? []) present.push(m.module);
  const named = r.modules.filter((m, i) => r.modules.indexOf(m) === i);
  return [...named, ...present.filter((m) => !named.includes(m))];
}

/** What an extension knows of a rule, once for each time it was named. */
export const partsOf = (module: string, r: NfRule): NfMatch[] => (r.more ?? []).filter((m) => m.module === module);

/** The words of one match module. */
function matchWords(module: string, r: NfRule): string {
  let s = `-m ${module}`;
  switch (module) {
    case 'tcp':
    case 'udp':
    case 'sctp':
    case 'dccp':
      if (r.sport) s += ` ${bang(r.sport)}--sport ${ports(r.sport.value)}`;
      if (r.dport) s += ` ${bang(r.dport)}--dport ${ports(r.dport.value)}`;
      if (r.tcpOption) s += ` ${bang(r.tcpOption)}--tcp-option ${r.tcpOption.value}`;
      if (r.tcpFlags)
        s += ` ${bang(r.tcpFlags)}--tcp-flags ${tcpFlagsText(r.tcpFlags.value.mask)} ${tcpFlagsText(r.tcpFlags.value.comp)}`;
      return s;
    case 'icmp':
    case 'icmp6':
      if (r.icmp) {
        const { type, code } = r.icmp.value;
        s += ` ${bang(r.icmp)}--${module === 'icmp' ? 'icmp' : 'icmpv6'}-type ${type === 255 && module === 'icmp' ? 'any' : `${type}${code === undefined ? '' : `/${code}`}`}`;
      }
      return s;
    case 'conntrack':
      if (r.ctstate) s += ` ${bang(r.ctstate)}--ctstate ${ctStateText(r.ctstate.value)}`;
      return s + extensionSave(module, r);
    case 'state':
      return r.ctstate ? `${s} ${bang(r.ctstate)}--state ${ctStateText(r.ctstate.value)}` : s;
    case 'addrtype':
      if (r.srcType) s += ` ${bang(r.srcType)}--src-type ${r.srcType.value}`;
      if (r.dstType) s += ` ${bang(r.dstType)}--dst-type ${r.dstType.value}`;
      return s + extensionSave(module, r);
    case 'mark':
      return r.mark ? `${s} ${bang(r.mark)}--mark ${markText(r.mark.value)}` : s;
    case 'limit':
      if (r.limit) {
        s += ` --limit ${r.limit.count}/${UNITS[r.limit.per]}`;
        if (r.limit.burst !== 5) s += ` --limit-burst ${r.limit.burst}`;
      }
      return s;
    case 'multiport':
      if (r.multiport) {
        const { side, ports: list } = r.multiport.value;
        s += ` ${bang(r.multiport)}--${side === 'source' ? 'sports' : side === 'destination' ? 'dports' : 'ports'} ${list.map(ports).join(',')}`;
      }
      return s;
    case 'comment':
      return `${s} --comment ${saveString(r.comment ?? '')}`;
    default:
      return s + extensionSave(module, r);
  }
}

function extensionSave(module: string, r: NfRule): string {
  return partsOf(module, r)
    .map((m) => EXTENSIONS.get(module)?.save(m) ?? '')
    .join(` -m ${module}`);
}

function extensionList(module: string, r: NfRule): string {
  return partsOf(module, r)
    .map((m) => EXTENSIONS.get(module)?.list(m) ?? '')
    .join(' ');
}

function markText(m: { value: number; mask: number }): string {
  return m.mask === 0xffffffff ? hex(m.value) : `${hex(m.value)}/${hex(m.mask)}`;
}

/** A prefix with its mask as -S prints it: `172.17.0.2/32`. */
function savePrefix(p: Prefix): string {
  return `${formatIp(p.addr)}/${p.bits}`;
}

/** The words of a rule, without `-A CHAIN`. */
export function ruleWords(r: NfRule): string {
  const out: string[] = [];
  if (r.src) out.push(`${bang(r.src)}-s ${savePrefix(r.src.value)}`);
  if (r.dst) out.push(`${bang(r.dst)}-d ${savePrefix(r.dst.value)}`);
  if (r.in) out.push(`${bang(r.in)}-i ${r.in.value}`);
  if (r.out) out.push(`${bang(r.out)}-o ${r.out.value}`);
  if (r.proto && (r.proto.value !== 0 || r.proto.not)) out.push(`${bang(r.proto)}-p ${protocolName(r.proto.value)}`);
  if (r.fragment) out.push(`${bang(r.fragment)}-f`);
  for (const m of moduleOrder(r)) out.push(matchWords(m, r));
  if (r.target) out.push(targetWords(r.target));
  return out.join(' ');
}

/** One line of -S. */
export function saveRule(chain: string, s: NfRuleState, counters: 'none' | 'after' | 'before'): string {
  const count = `[${s.packets}:${s.bytes}]`;
  const words = ruleWords(s.rule);
  const tail = counters === 'after' ? ` -c ${s.packets} ${s.bytes}` : '';
  if (counters !== 'after')
    return `${counters === 'before' ? `${count} ` : ''}-A ${chain}${words === '' ? '' : ` ${words}`}`;
  // -S -v puts the counters before the target
  const at = words.search(/(^| )-[jg] /);
  const head = at < 0 ? words : words.slice(0, at);
  const target = at < 0 ? '' : words.slice(at).trim();
  return `-A ${[chain, head, tail.trim(), target].filter((x) => x !== '').join(' ')}`;
}

/** How a listing is wanted. */
export interface ListStyle {
  readonly family: 4 | 6;
  readonly numeric: boolean;
  readonly verbose: boolean;
  readonly exact: boolean;
  readonly lineNumbers: boolean;
}

/** `12345` up to five digits, then K, M, G, T. @see xtables_print_num */
export function countText(n: number, exact: boolean): string {
  if (exact || n <= 99999) return exact ? String(n) : String(n).padStart(5);
  for (const unit of ['K', 'M', 'G']) {
    n = Math.floor((n + 500) / 1000);
    if (n <= 9999) return `${String(n).padStart(4)}${unit}`;
  }
  return `${String(Math.floor((n + 500) / 1000)).padStart(4)}T`;
}

const column = (n: number, exact: boolean): string => (exact ? String(n).padStart(8) : countText(n, false));

/** `Chain DOCKER (2 references)` and the titles under it. */
export function chainHead(c: NfChain, style: ListStyle): string {
  const counters = style.verbose
    ? ` ${style.exact ? c.packets : countText(c.packets, false).trim()} packets, ${style.exact ? c.bytes : countText(c.bytes, false).trim()} bytes`
    : '';
  const what = c.policy ? `policy ${c.policy}${counters}` : `${c.references} references`;
  let s = `Chain ${c.name} (${what})\n`;
  if (style.lineNumbers) s += 'num  ';
  if (style.verbose) s += style.exact ? '    pkts      bytes ' : ' pkts bytes ';
  s += 'target     prot opt ';
  if (style.verbose) s += 'in     out     ';
  return `${s}source               destination         \n`;
}

function addressColumn(p: Not<Prefix> | undefined, style: ListStyle): string {
  const not = p?.not ? '!' : '';
  let text: string;
  if (!p || p.value.bits === 0) text = style.numeric ? (style.family === 4 ? '0.0.0.0/0' : '::/0') : 'anywhere';
  else {
    const all = p.value.addr.v === 4 ? 32 : 128;
    text = formatIp(p.value.addr);
    if (!style.numeric && text === '127.0.0.1' && p.value.bits === all) text = 'localhost';
    if (p.value.bits !== all) text += `/${p.value.bits}`;
  }
  // "%-19s " and, negated, "!%-18s "
  return not === '' ? ` ${text.padEnd(19)} ` : `!${text.padEnd(19)} `;
}

/** The column `opt`. */
function fragmentText(r: NfRule, style: ListStyle): string {
  if (style.family === 6) return '--';
  return r.fragment ? (r.fragment.not ? '!f' : '-f') : '--';
}

/** One row of -L. */
export function listRule(s: NfRuleState, index: number, style: ListStyle): string {
  const r = s.rule;
  let line = style.lineNumbers ? `${String(index + 1).padEnd(4)} ` : '';
  if (style.verbose)
    line += `${style.exact ? `${column(s.packets, true)}   ${String(s.bytes).padStart(8)}` : `${column(s.packets, false)} ${column(s.bytes, false)}`} `;
  const t = r.target;
  const name = !t ? '' : t.kind === 'jump' || t.kind === 'goto' ? t.chain : t.kind === 'NOTRACK' ? 'CT' : t.kind;
  line += `${name.padEnd(9)}  `;
  const proto = r.proto?.value ?? 0;
  const protoText = protocolName(proto);
  line += `${(r.proto?.not ? `!${protoText}` : protoText).padEnd(4)} ${fragmentText(r, style)} `;
  if (style.verbose) {
    const iface = (n: Not<string> | undefined): string =>
      (n ? `${n.not ? '!' : ''}${n.value}` : style.numeric ? '*' : 'any').padEnd(6);
    line += ` ${iface(r.in)} ${iface(r.out)} `;
  }
  line += addressColumn(r.src, style);
  line += addressColumn(r.dst, style);
  const rest = [...moduleOrder(r).map((m) => matchList(m, r, style)), t ? targetList(t, style.numeric) : '']
    .filter((x) => x !== '')
    .join(' ');
  if (t?.kind === 'goto') line += ' [goto] ';
  return `${line}${rest === '' ? '' : ` ${rest}`}\n`;
}

const lport = (label: string, p: Not<PortRange>, proto: number, numeric: boolean): string => {
  const one = (n: number): string =>
    numeric ? String(n) : (serviceName(n, proto === 17 ? 'udp' : 'tcp') ?? String(n));
  const text = p.value.from === p.value.to ? one(p.value.from) : `${one(p.value.from)}:${one(p.value.to)}`;
  return p.value.from === p.value.to ? `${label}:${p.not ? '!' : ''}${text}` : `${label}s:${p.not ? '!' : ''}${text}`;
};

function matchList(module: string, r: NfRule, style: ListStyle): string {
  switch (module) {
    case 'tcp':
    case 'udp':
    case 'sctp':
    case 'dccp': {
      const parts: string[] = [module];
      if (r.sport) parts.push(lport('spt', r.sport, r.proto?.value ?? 6, style.numeric));
      if (r.dport) parts.push(lport('dpt', r.dport, r.proto?.value ?? 6, style.numeric));
      if (r.tcpOption) parts.push(`option=${r.tcpOption.not ? '!' : ''}${r.tcpOption.value}`);
      if (r.tcpFlags)
        parts.push(
          `flags:${r.tcpFlags.not ? '!' : ''}${style.numeric ? `0x${hex2(r.tcpFlags.value.mask)}/0x${hex2(r.tcpFlags.value.comp)}` : `${tcpFlagsText(r.tcpFlags.value.mask)}/${tcpFlagsText(r.tcpFlags.value.comp)}`}`,
        );
      return parts.join(' ');
    }
    case 'icmp':
    case 'icmp6': {
      if (!r.icmp) return module;
      const { type, code } = r.icmp.value;
      const label = module === 'icmp' ? 'icmp' : 'ipv6-icmp';
      const name = style.numeric ? undefined : icmpName(module === 'icmp' ? 4 : 6, type, code);
      if (type === 255 && module === 'icmp') return `${label} any`;
      if (name !== undefined) return `${label} ${r.icmp.not ? '!' : ''}${name}`;
      return `${label}${r.icmp.not ? ' !' : ''}type ${type}${code === undefined ? '' : ` code ${code}`}`;
    }
    case 'conntrack':
      return [r.ctstate ? `${bang(r.ctstate)}ctstate ${ctStateText(r.ctstate.value)}` : '', extensionList(module, r)]
        .filter((x) => x !== '')
        .join(' ');
    case 'state':
      return r.ctstate ? `${bang(r.ctstate)}state ${ctStateText(r.ctstate.value)}` : '';
    case 'addrtype': {
      const more = extensionList(module, r);
      if (!r.srcType && !r.dstType) return more;
      const parts = [...(more === '' ? [] : [more]), 'ADDRTYPE match'];
      if (r.srcType) parts.push(`src-type ${r.srcType.not ? '!' : ''}${r.srcType.value}`);
      if (r.dstType) parts.push(`dst-type ${r.dstType.not ? '!' : ''}${r.dstType.value}`);
      return parts.join(' ');
    }
    case 'mark':
      return r.mark ? `mark match ${bang(r.mark)}${markText(r.mark.value)}` : '';
    case 'limit':
      return r.limit ? `limit: avg ${r.limit.count}/${UNITS[r.limit.per]} burst ${r.limit.burst}` : '';
    case 'multiport': {
      if (!r.multiport) return '';
      const { side, ports: list } = r.multiport.value;
      const label = side === 'source' ? 'sports' : side === 'destination' ? 'dports' : 'ports';
      return `multiport ${label} ${r.multiport.not ? ' !' : ''}${list.map(ports).join(',')}`;
    }
    case 'comment':
      return `/* ${r.comment ?? ''} */`;
    default:
      return extensionList(module, r);
  }
}

const hex2 = (n: number): string => n.toString(16).toUpperCase().padStart(2, '0');

/** A dotted mask such as /255.255.0.0 as a prefix length; undefined when it has holes. */
export function maskBits(mask: number): number | undefined {
  for (let bits = 0; bits <= 32; bits++) if (mask4(bits) === mask) return bits;
  return undefined;
}
