/**
 * Match modules that are stored as records of their own, as libxtables translates them.
 * @see iptables extensions/libxt_*.c, libipt_*.c: the functions named *_xlate; nftables src/xt.c: xt_stmt_xlate
 */
import { formatIp, type IpAddr, type Prefix } from '../../../base/ip.ts';
import type { NfRule, Not, PortRange } from '../../kernel/netadmin.ts';
import type {
  AddrtypeMatch,
  ConnbytesMatch,
  ConntrackMatch,
  HashlimitMatch,
  NfMatch,
  OwnerMatch,
  StatisticMatch,
} from '../../kernel/nfmatch.ts';
import { ctStateText } from '../iptables/names.ts';
import { hexByte, hexWord, icmpWord, protocolWord, tcpFlagWords, UNIT_WORDS } from './words.ts';

/** What is printed where there is no translation. */
export const untranslated = (module: string): string => `xt match "${module}"`;

const ne = (n: Not<unknown>): string => (n.not ? '!= ' : '');
const span = (s: PortRange): string => (s.from === s.to ? `${s.from}` : `${s.from}-${s.to}`);
const range = ([a, b]: readonly [IpAddr, IpAddr]): string => `${formatIp(a)}-${formatIp(b)}`;
const net = (p: Prefix): string => {
  const all = p.addr.v === 4 ? 32 : 128;
  return p.bits === all ? formatIp(p.addr) : `${formatIp(p.addr)}/${p.bits}`;
};
const words = (parts: readonly (string | undefined | false)[]): string => parts.filter((x) => x).join(' ');

/** `-m tcp` with --tcp-option, which is not stored natively, or with nothing at all. */
export function tcpWords(r: NfRule): string {
  if (!r.tcpOption) return 'meta l4proto tcp';
  const flags = r.tcpFlags;
  return words([
    r.sport && `tcp sport ${ne(r.sport)}${span(r.sport.value)}`,
    r.dport && `tcp dport ${ne(r.dport)}${span(r.dport.value)}`,
    `tcp option ${r.tcpOption.value} ${r.tcpOption.not ? 'missing' : 'exists'}`,
    flags &&
      `tcp flags ${ne(flags)}${tcpFlagWords(flags.value.comp).join(',') || '0x0'} / ${tcpFlagWords(flags.value.mask).join(',')}`,
  ]);
}

export function icmpWords(family: 4 | 6, r: NfRule): string {
  const module = family === 4 ? 'icmp' : 'icmp6';
  if (!r.icmp) return untranslated(module);
  const { type, code } = r.icmp.value;
  if (family === 4 && type === 255) return 'ip protocol icmp';
  const name = icmpWord(family, type);
  if (name === undefined || code !== undefined) return untranslated(module);
  return `${family === 4 ? 'icmp' : 'icmpv6'} type ${ne(r.icmp)}${name}`;
}

/** States that a rule names: those of translation are told as a status, and hide the others. */
function stateWords(s: Not<number>): string {
  const names = ctStateText(s.value).toLowerCase().split(',');
  const nat = names.find((n) => n === 'snat') ?? names.find((n) => n === 'dnat');
  return nat === undefined ? `ct state ${s.not ? '! ' : ''}${names.join(',')}` : `ct status ${nat}`;
}

export function conntrackWords(r: NfRule, m: ConntrackMatch | undefined): string {
  const at = (name: string, v: Not<string> | undefined): string | undefined => v && `ct ${name} ${ne(v)}${v.value}`;
  const as = <T>(v: Not<T> | undefined, f: (x: T) => string): Not<string> | undefined =>
    v && { value: f(v.value), not: v.not };
  const status = m?.status;
  return words([
    m?.dir && `ct direction ${m.dir.toLowerCase()}`,
    at('original protocol', as(m?.proto, String)),
    r.ctstate && stateWords(r.ctstate),
    status &&
      `ct status ${status.not ? '! ' : ''}${status.value
        .filter((x) => x !== 'NONE')
        .map((x) => x.toLowerCase().replace('_', '-'))
        .join(',')}`.trimEnd(),
    at('expiration', as(m?.expire, span)),
    at('original saddr', as(m?.origsrc, net)),
    at('original daddr', as(m?.origdst, net)),
    at('reply saddr', as(m?.replsrc, net)),
    at('reply daddr', as(m?.repldst, net)),
    at('original proto-src', as(m?.origsrcport, span)),
    at('original proto-dst', as(m?.origdstport, span)),
    at('reply proto-src', as(m?.replsrcport, span)),
    at('reply proto-dst', as(m?.repldstport, span)),
  ]);
}

/** One side only: libxtables forgets the destination when there is a source. */
export function addrtypeWords(r: NfRule, m: AddrtypeMatch | undefined): string {
  const one = (x: Not<string> | undefined): Not<readonly string[]> | undefined => x && { ...x, value: [x.value] };
  const src = m?.src ?? one(r.srcType);
  const types = src ?? m?.dst ?? one(r.dstType);
  if (!types) return untranslated('addrtype');
  const dev = m?.limit === 'in' ? ' . iif' : m?.limit === 'out' ? ' . oif' : '';
  const names = types.value.map((t) => t.toLowerCase());
  const list = names.length === 1 ? names[0] : `{ ${names.join(', ')} }`;
  return `fib ${src ? 'saddr' : 'daddr'}${dev} type ${ne(types)}${list}`;
}

export function multiportWords(r: NfRule): string {
  const m = r.multiport;
  if (!m) return untranslated('multiport');
  const proto = protocolWord(r.proto?.value ?? 0, false);
  const { side, ports } = m.value;
  if (side === 'both') {
    const all = ports.flatMap((p) =>
      Array.from({ length: p.to - p.from + 1 }, (_, i) => `0-65535 . ${p.from + i}, ${p.from + i} . 0-65535`),
    );
    return `${proto} sport . ${proto} dport { ${all.join(', ')} }`;
  }
  const list = ports.map(span).join(', ');
  const one = ports.length === 1 && ports[0]?.from === ports[0]?.to;
  return `${proto} ${side === 'source' ? 'sport' : 'dport'} ${ne(m)}${one ? list : `{ ${list} }`}`;
}

function statistic(m: StatisticMatch): string {
  if (m.mode === 'random') return `meta random & 2147483647 ${m.not ? '>=' : '<'} ${m.probability ?? 0}`;
  return `numgen inc mod ${m.every} ${m.not ? '!= ' : ''}${m.packet ?? 0}`;
}

function hashlimit(m: HashlimitMatch): string {
  if (m.mode.length === 0) return untranslated('hashlimit');
  const masked = (bits: number): string =>
    bits === 32 ? '' : ` and ${formatIp({ v: 4, value: bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0 })}`;
  const keys: Readonly<Record<string, string>> = {
    dstip: `ip daddr${masked(m.dstmask)}`,
    dstport: 'tcp dport',
    srcip: `ip saddr${masked(m.srcmask)}`,
    srcport: 'tcp sport',
  };
  const named = Object.keys(keys).filter((k) => m.mode.includes(k));
  const idle = m.expire === undefined ? (m.per === 1 ? 0 : m.per) : Math.floor(m.expire / 1000);
  return words([
    `meter ${m.name} {`,
    named.map((k) => keys[k]).join(' . '),
    idle > 0 && `timeout ${idle}s`,
    `limit rate${m.above ? ' over' : ''} ${m.count}/${UNIT_WORDS[m.per]}`,
    m.burst !== 5 && `burst ${m.burst} packets`,
    '}',
  ]);
}

function connbytes(m: ConnbytesMatch): string {
  const { from, to } = m.count.value;
  const what = `ct ${m.dir === 'both' ? '' : `${m.dir} `}${m.mode} `;
  if (to === undefined) return `${what}${m.count.not ? 'lt' : 'ge'} ${from}`;
  return `${what}${ne(m.count)}${from === to ? from : `${from}-${to}`}`;
}

function owner(m: OwnerMatch): string {
  const given = [m.uid && `skuid ${ne(m.uid)}${span(m.uid.value)}`, m.gid && `skgid ${ne(m.gid)}${span(m.gid.value)}`];
  const one = given.filter((x) => x !== undefined);
  return m.socket || one.length !== 1 ? untranslated('owner') : (one[0] as string);
}

/** A module whose part of the rule is a record. */
export function moduleWords(m: NfMatch): string {
  switch (m.module) {
    case 'connmark': {
      const { value, mask } = m.mark.value;
      const masked = mask !== 0xffffffff;
      return `ct mark ${masked ? `and ${hexWord(mask)} ${m.mark.not ? '!=' : '=='} ` : ne(m.mark)}${hexWord(value)}`;
    }
    case 'iprange':
      return words([
        m.src && `${m.src.value[0].v === 4 ? 'ip' : 'ip6'} saddr ${ne(m.src)}${range(m.src.value)}`,
        m.dst && `${m.dst.value[0].v === 4 ? 'ip' : 'ip6'} daddr ${ne(m.dst)}${range(m.dst.value)}`,
      ]);
    case 'statistic':
      return statistic(m);
    case 'mac': {
      const hex = m.source.value.toString(16).padStart(12, '0');
      return `ether saddr ${ne(m.source)}${hex.match(/../g)?.join(':')}`;
    }
    case 'owner':
      return owner(m);
    case 'pkttype':
      return `pkttype ${ne(m.type)}${m.type.value}`;
    case 'length':
      return `meta length ${ne(m.length)}${span(m.length.value)}`;
    case 'ttl':
      return `ip ttl ${m.how === 'eq' ? ne(m.ttl) : `${m.how} `}${m.ttl.value}`;
    case 'dscp':
      return `ip dscp ${ne(m.dscp)}${hexByte(m.dscp.value)}`;
    case 'hashlimit':
      return hashlimit(m);
    case 'quota':
      return `quota ${m.bytes.not ? 'over ' : ''}${m.bytes.value} bytes`;
    case 'connbytes':
      return connbytes(m);
    default:
      return untranslated(m.module);
  }
}
