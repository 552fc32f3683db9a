/**
 * One rule as nft writes it: matches in the order in which iptables-nft stores them, the counter, what is done.
 * @see iptables iptables/nft-ipv4.c: nft_ipv4_add, nft.c: add_match; nftables src/netlink_delinearize.c
 */
import { formatIp, type Prefix } from '../../../base/ip.ts';
import {
  CT,
  type NfFamily,
  type NfRule,
  type NfRuleState,
  type NftStatement,
  type Not,
  type PortRange,
} from '../../kernel/netadmin.ts';
import type { AddrtypeMatch, ConntrackMatch } from '../../kernel/nfmatch.ts';
import { moduleOrder, partsOf } from '../iptables/print.ts';
import { serviceName } from '../services.ts';
import {
  addrtypeWords,
  conntrackWords,
  icmpWords,
  moduleWords,
  multiportWords,
  tcpWords,
  untranslated,
} from './match.ts';
import { isNative, targetWords } from './target.ts';
import { hexFull, protocolWord, tcpFlagWords, UNIT_WORDS } from './words.ts';

/** How a listing is wanted. */
export interface Style {
  readonly handles: boolean;
  readonly stateless: boolean;
  readonly numericProtocol: boolean;
  readonly numericPriority: boolean;
  readonly services: boolean;
}

const ne = (n: Not<unknown>): string => (n.not ? '!= ' : '');
const NATIVE = ['tcp', 'udp', 'limit', 'mark'];

/** Whether a module is stored natively in this rule; -m tcp or udp with nothing native to say is not. */
function native(module: string, r: NfRule): boolean {
  if (module === 'tcp') return !r.tcpOption && Boolean(r.sport || r.dport || r.tcpFlags);
  if (module === 'udp') return Boolean(r.sport || r.dport);
  return NATIVE.includes(module);
}

/** Whether a rule needs xtables' own records. */
export function hasXt(r: NfRule): boolean {
  if (r.nft) return false;
  return moduleOrder(r).some((m) => !native(m, r)) || (r.target !== undefined && !isNative(r.target));
}

/** An address or prefix as a match has it. */
export function address(p: Not<Prefix>): string {
  const all = p.value.addr.v === 4 ? 32 : 128;
  return `${ne(p)}${formatIp(p.value.addr)}${p.value.bits === all ? '' : `/${p.value.bits}`}`;
}

/** A device's name; `+` at its end is nft's `*`. */
export const iface = (n: Not<string>): string =>
  `${ne(n)}"${n.value.endsWith('+') ? `${n.value.slice(0, -1)}*` : n.value}"`;

function port(proto: 'tcp' | 'udp', side: string, p: Not<PortRange>, style: Style): string {
  const name = (n: number): string => (style.services ? `"${serviceName(n, proto) ?? n}"` : String(n));
  const { from, to } = p.value;
  return `${proto} ${side} ${ne(p)}${from === to ? name(from) : `${name(from)}-${name(to)}`}`;
}

function tcpFlags(f: NonNullable<NfRule['tcpFlags']>): string {
  const mask = tcpFlagWords(f.value.mask);
  const comp = tcpFlagWords(f.value.comp);
  if (comp.length === 0) return `tcp flags ${f.not ? '' : '! '}${mask.join(',')}`;
  const head = mask.length === 1 ? mask[0] : `(${mask.join(' | ')})`;
  return `tcp flags & ${head} ${f.not ? '!=' : '=='} ${comp.join(' | ')}`;
}

function transport(module: 'tcp' | 'udp', r: NfRule, style: Style): string {
  return [
    r.sport && port(module, 'sport', r.sport, style),
    r.dport && port(module, 'dport', r.dport, style),
    r.tcpFlags && tcpFlags(r.tcpFlags),
  ]
    .filter((x) => x)
    .join(' ');
}

function mark(m: NonNullable<NfRule['mark']>): string {
  const { value, mask } = m.value;
  if (mask === 0xffffffff) return `meta mark ${ne(m)}${hexFull(value)}`;
  return `meta mark & ${hexFull(mask)} ${m.not ? '!=' : '=='} ${hexFull(value)}`;
}

/** What a match module says; '' for nothing. */
export function module(family: NfFamily, name: string, r: NfRule, style: Style): string {
  if (native(name, r)) {
    if (name === 'mark') return r.mark ? mark(r.mark) : '';
    if (name === 'limit') {
      const l = r.limit;
      return l ? `limit rate ${l.count}/${UNIT_WORDS[l.per]} burst ${l.burst} packets` : '';
    }
    return transport(name as 'tcp' | 'udp', r, style);
  }
  const part = partsOf(name, r)[0];
  switch (name) {
    case 'tcp':
      return tcpWords(r);
    case 'udp':
      return 'meta l4proto udp';
    case 'icmp':
    case 'icmp6':
      return icmpWords(family, r);
    case 'conntrack':
    case 'state':
      return conntrackWords(r, part as ConntrackMatch | undefined);
    case 'addrtype':
      return addrtypeWords(r, part as AddrtypeMatch | undefined);
    case 'multiport':
      return multiportWords(r);
    case 'comment':
      return `comment "${r.comment ?? ''}"`;
    default:
      return part ? moduleWords(part) : untranslated(name);
  }
}

/** The protocol, unless ports follow that tell it: native ones with at most other native matches of no header between. */
export function protocol(family: NfFamily, r: NfRule, style: Style): string | undefined {
  const p = r.proto;
  if (!p || (p.value === 0 && !p.not)) return undefined;
  if (!p.not && (p.value === 6 || p.value === 17)) {
    const name = p.value === 6 ? 'tcp' : 'udp';
    const order = moduleOrder(r);
    const at = order.findIndex((m) => m === name && native(m, r));
    if (at >= 0 && !r.fragment && order.slice(0, at).every((m) => native(m, r))) return undefined;
  }
  return `${family === 4 ? 'ip protocol' : 'meta l4proto'} ${ne(p)}${protocolWord(p.value, style.numericProtocol)}`;
}

/** In the order of the kernel's bits. @see nftables src/ct.c: ct_state_tbl */
const STATES = ['INVALID', 'ESTABLISHED', 'RELATED', 'NEW', 'UNTRACKED'] as const;

/** A statement of a rule that nft made. */
function statement(family: NfFamily, s: NfRuleState, what: NftStatement, style: Style): string {
  const r = s.rule;
  const ip = family === 4 ? 'ip' : 'ip6';
  const proto = r.proto && `${ne(r.proto)}${protocolWord(r.proto.value, style.numericProtocol)}`;
  const ports = r.proto?.value === 17 ? 'udp' : 'tcp';
  switch (what) {
    case 'saddr':
      return r.src ? `${ip} saddr ${address(r.src)}` : '';
    case 'daddr':
      return r.dst ? `${ip} daddr ${address(r.dst)}` : '';
    case 'iifname':
      return r.in ? `iifname ${iface(r.in)}` : '';
    case 'oifname':
      return r.out ? `oifname ${iface(r.out)}` : '';
    case 'protocol':
      return `ip protocol ${proto}`;
    case 'l4proto':
      return `meta l4proto ${proto}`;
    case 'sport':
      return r.sport ? port(ports, 'sport', r.sport, style) : '';
    case 'dport':
      return r.dport ? port(ports, 'dport', r.dport, style) : '';
    case 'state': {
      const named = STATES.filter((n) => (r.ctstate?.value ?? 0) & CT[n]).map((n) => n.toLowerCase());
      return r.ctstate ? `ct state ${ne(r.ctstate)}${named.join(',')}` : '';
    }
    default:
      return style.stateless ? 'counter' : `counter packets ${s.packets} bytes ${s.bytes}`;
  }
}

/** The statements of a rule. */
export function ruleText(family: NfFamily, s: NfRuleState, style: Style): string {
  const r = s.rule;
  if (r.nft) {
    const words = r.nft.map((what) => statement(family, s, what, style));
    return [...words, ...(r.target ? [targetWords(r.target)] : [])].join(' ');
  }
  const ip = family === 4 ? 'ip' : 'ip6';
  const parts = [
    r.src && `${ip} saddr ${address(r.src)}`,
    r.dst && `${ip} daddr ${address(r.dst)}`,
    r.in && `iifname ${iface(r.in)}`,
    r.out && `oifname ${iface(r.out)}`,
    protocol(family, r, style),
    r.fragment && `ip frag-off & 0x1fff ${r.fragment.not ? '==' : '!='} 0x0`,
    ...moduleOrder(r).map((m) => module(family, m, r, style)),
    style.stateless ? 'counter' : `counter packets ${s.packets} bytes ${s.bytes}`,
    r.target && targetWords(r.target),
  ];
  return parts.filter((x) => x).join(' ');
}
