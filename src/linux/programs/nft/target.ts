/** What a rule does, as nft writes it. @see iptables extensions/libxt_*.c, libipt_*.c: *_xlate */
import { formatIp } from '../../../base/ip.ts';
import type { NfTarget, PortRange } from '../../kernel/netadmin.ts';
import { hexByte, hexWord } from './words.ts';

type Of<K extends NfTarget['kind']> = Extract<NfTarget, { kind: K }>;

/** Verdicts and NFLOG are stored natively, all else as a target of xtables. */
export function isNative(t: NfTarget): boolean {
  return ['ACCEPT', 'DROP', 'RETURN', 'jump', 'goto', 'NFLOG'].includes(t.kind);
}

const ports = (p: PortRange | undefined): string =>
  p === undefined ? '' : `:${p.from === p.to ? p.from : `${p.from}-${p.to}`}`;

function choice(t: Of<'DNAT' | 'SNAT' | 'MASQUERADE' | 'REDIRECT'>): string {
  const list = [t.random && 'random', t.fully && 'fully-random', 'persistent' in t && t.persistent && 'persistent'];
  const text = list.filter((x) => x).join(',');
  return text === '' ? '' : ` ${text}`;
}

function nat(t: Of<'DNAT' | 'SNAT'>): string {
  const end = t.ipTo && t.ip && formatIp(t.ipTo) !== formatIp(t.ip) ? `-${formatIp(t.ipTo)}` : '';
  const host = t.ip ? `${formatIp(t.ip)}${end}` : '';
  const to = t.ip?.v === 6 && t.ports ? `[${host}]` : host;
  return `${t.kind.toLowerCase()} to ${to}${ports(t.ports)}${choice(t)}`;
}

const REJECT: Readonly<Record<string, string>> = {
  'icmp-port-unreachable': '',
  'icmp6-port-unreachable': '',
  'icmp-host-unreachable': ' with icmp type host-unreachable',
  'icmp-net-unreachable': ' with icmp type net-unreachable',
  'icmp-proto-unreachable': ' with icmp type prot-unreachable',
  'icmp-net-prohibited': ' with icmp type net-prohibited',
  'icmp-host-prohibited': ' with icmp type host-prohibited',
  'icmp-admin-prohibited': ' with icmp type admin-prohibited',
  'icmp6-no-route': ' with icmpv6 type no-route',
  'icmp6-adm-prohibited': ' with icmpv6 type admin-prohibited',
  'icmp6-addr-unreachable': ' with icmpv6 type addr-unreachable',
  'icmp6-policy-fail': ' with icmpv6 type policy-fail',
  'icmp6-reject-route': ' with icmpv6 type reject-route',
  'tcp-reset': ' with tcp reset',
};

/** A change of some bits: what is kept, set and turned. */
function mark(t: Of<'MARK'>): string {
  const { value, mask } = t;
  if (mask === 0xffffffff) return `meta mark set ${hexWord(value)}`;
  if (value === 0) return `meta mark set mark and ${hexWord(~mask)}`;
  if (value === mask) return `meta mark set mark or ${hexWord(value)}`;
  if (mask === 0) return `meta mark set mark xor ${hexWord(value)}`;
  return `meta mark set mark and ${hexWord(~mask)} xor ${hexWord(value)}`;
}

function connmark(t: Of<'CONNMARK'>): string {
  const { value, mask, nfmask } = t;
  if (t.how !== 'set') {
    if (nfmask !== mask) return 'xt target "CONNMARK"';
    const and = mask === 0xffffffff ? '' : ` and ${hexWord(mask)}`;
    return t.how === 'save' ? `ct mark set mark${and}` : `meta mark set ct mark${and}`;
  }
  if (mask === 0xffffffff) return `ct mark set ${hexWord(value)}`;
  if (value === 0) return `ct mark set ct mark and ${hexWord(~mask)}`;
  if (value === mask) return `ct mark set ct mark or ${hexWord(value)}`;
  if (mask === 0) return `ct mark set ct mark xor ${hexWord(value)}`;
  return `ct mark set ct mark xor ${hexWord(value)} and ${hexWord(~mask)}`;
}

/** The six bits above the two of congestion, always under the name of IPv6. @see libxt_TOS.c: tos_xlate */
function tos(t: Of<'TOS'>): string {
  const value = t.value >> 2;
  const mask = t.mask >> 2;
  const keep = ~t.mask & 0xff;
  const set = 'ip6 dscp set';
  if (mask === 0x3f || t.mask === 0x3f) return `${set} ${hexByte(value)}`;
  if (t.value === 0) return `${set} ip6 dscp and ${hexByte(keep >> 2)}`;
  if (t.value === t.mask) return `${set} ip6 dscp or ${hexByte(value)}`;
  if (t.mask === 0) return `${set} ip6 dscp xor ${hexByte(value)}`;
  return `${set} ip6 dscp and ${hexByte(keep >> 2)} xor ${hexByte(value)}`;
}

const LEVELS = ['emerg', 'alert', 'crit', 'err', 'warn', 'notice', 'info', 'debug'];

function log(t: Of<'LOG'>): string {
  const flags = t.flags ?? 0;
  let s = 'log';
  if (t.prefix !== '') s += ` prefix "${t.prefix}"`;
  if (t.level !== 4) s += ` level ${LEVELS[t.level]}`;
  if ((flags & 47) === 47) return `${s} flags all`;
  const tcp = [flags & 1 && 'sequence', flags & 2 && 'options'].filter((x) => x).join(',');
  if (tcp !== '') s += ` flags tcp ${tcp}`;
  if (flags & 4) s += ' flags ip options';
  if (flags & 8) s += ' flags skuid';
  if (flags & 32) s += ' flags ether';
  return s;
}

/** The statement behind the counter. */
export function targetWords(t: NfTarget): string {
  switch (t.kind) {
    case 'ACCEPT':
    case 'DROP':
    case 'RETURN':
    case 'NOTRACK':
      return t.kind.toLowerCase();
    case 'jump':
    case 'goto':
      return `${t.kind} ${t.chain}`;
    case 'DNAT':
    case 'SNAT':
      return nat(t);
    case 'MASQUERADE':
    case 'REDIRECT':
      return `${t.kind.toLowerCase()}${t.ports ? ` to ${ports(t.ports)}` : ''}${choice(t)}`;
    case 'REJECT':
      return `reject${REJECT[t.with]}`;
    case 'MARK':
      return mark(t);
    case 'CONNMARK':
      return connmark(t);
    case 'TOS':
      return tos(t);
    case 'DSCP':
      return `ip dscp set ${hexByte(t.value)}`;
    case 'TCPMSS':
      return `tcp option maxseg size set ${t.mss ?? 'rt mtu'}`;
    case 'NFLOG':
      return `log${t.prefix === '' ? '' : ` prefix "${t.prefix}"`} group ${t.group}`;
    case 'LOG':
      return log(t);
    case 'TRACE':
      return 'meta nftrace set 1';
    default:
      return `xt target "${t.kind}"`;
  }
}
