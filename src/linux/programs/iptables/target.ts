/** Targets of iptables rules. @see iptables extensions/ */
import { type IpAddr, network, parseIp, parsePrefix } from '../../../base/ip.ts';
import type { NfTarget, PortRange } from '../../kernel/netadmin.ts';
import { LEVELS } from './names.ts';
import { mangleTarget } from './target-mangle.ts';
import { sendTarget } from './target-send.ts';
import { markValue, portNumber, UsageError } from './values.ts';

/** The target of -j (or -g) with its options. */
export function buildTarget(family: 4 | 6, name: string, goto: boolean, o: Readonly<Record<string, string>>): NfTarget {
  if (goto) return { kind: 'goto', chain: name };
  const portsOf = (text: string | undefined): PortRange | undefined => {
    if (text === undefined) return undefined;
    const [a, b] = text.split('-') as [string, string?];
    const from = portNumber(a);
    return { from, to: b === undefined ? from : portNumber(b) };
  };
  const random = 'random' in o ? true : undefined;
  const fully = 'random-fully' in o ? true : undefined;
  const persistent = 'persistent' in o ? true : undefined;
  switch (name) {
    case 'ACCEPT':
    case 'DROP':
    case 'RETURN':
    case 'NOTRACK':
    case 'TRACE':
      return { kind: name };
    case 'CT':
      return 'notrack' in o ? { kind: 'NOTRACK', ct: true } : ctZone(o);
    case 'MASQUERADE':
    case 'REDIRECT':
      return { kind: name, ports: portsOf(o['to-ports']), random, fully };
    case 'NETMAP':
      return netmap(family, o.to);
    case 'DNAT':
    case 'SNAT': {
      const key = name === 'DNAT' ? 'to-destination' : 'to-source';
      if (o[key] === undefined) throw new UsageError(`${name}: option "--${key}" must be specified\n`);
      return { kind: name, ...natAddress(family, o[key]), random, fully, persistent };
    }
    case 'REJECT':
      return { kind: 'REJECT', with: rejectWith(family, o['reject-with']) };
    case 'MARK':
      return markTarget(o);
    case 'LOG': {
      const level = o['log-level'] === undefined ? 4 : logLevel(o['log-level']);
      if (level === undefined) throw new UsageError(`LOG: log-level "${o['log-level']}" unknown`);
      return { kind: 'LOG', prefix: o['log-prefix'] ?? '', level, ...logFlags(o) };
    }
    case 'CONNMARK':
    case 'TOS':
    case 'DSCP':
    case 'TTL':
    case 'HL':
    case 'TCPMSS':
    case 'NFLOG':
      return mangleTarget(name, o);
    case 'NFQUEUE':
    case 'TEE':
    case 'TPROXY':
    case 'CLASSIFY':
    case 'CHECKSUM':
    case 'AUDIT':
      return sendTarget(family, name, o);
    default:
      return { kind: 'jump', chain: name };
  }
}

/** @see iptables extensions/libxt_MARK.c */
function markTarget(o: Readonly<Record<string, string>>): NfTarget {
  const [how, text] = Object.entries(o).find(([k]) => k.endsWith('mark')) ?? [undefined, undefined];
  if (text === undefined)
    throw new UsageError('MARK: One of the --set-xmark, --{and,or,xor,set}-mark options is required');
  const m = markValue(text, 0xffffffff);
  if (how === 'set-mark') return { kind: 'MARK', value: m.value, mask: (m.value | m.mask) >>> 0 };
  if (how === 'xor-mark') return { kind: 'MARK', value: m.value, mask: 0 };
  if (how === 'and-mark') return { kind: 'MARK', value: 0, mask: ~m.value >>> 0 };
  if (how === 'or-mark') return { kind: 'MARK', value: m.value, mask: m.value };
  return { kind: 'MARK', ...m };
}

/** @see iptables extensions/libipt_NETMAP.c: parse_to */
function netmap(family: 4 | 6, text: string | undefined): NfTarget {
  if (text === undefined) throw new UsageError('NETMAP: option "--to" must be specified\n');
  const p = text.includes('/') ? parsePrefix(text) : undefined;
  const addr = p?.addr ?? parseIp(text);
  if (!addr || addr.v !== family) throw new UsageError(`Bad IP address "${text.split('/')[0]}"\n`);
  return { kind: 'NETMAP', to: network(p ?? { addr, bits: addr.v === 4 ? 32 : 128 }) };
}

/** @see iptables extensions/libxt_CT.c: ct_parse_zone_id */
function ctZone(o: Readonly<Record<string, string>>): NfTarget {
  const side = (['both', 'orig', 'reply'] as const).find((s) => (s === 'both' ? 'zone' : `zone-${s}`) in o) ?? 'both';
  const text = o[side === 'both' ? 'zone' : `zone-${side}`];
  if (text === 'mark') return { kind: 'CT', zone: 'mark', side };
  const zone = text === undefined ? 0 : /^(0[xX][0-9a-fA-F]+|\d+)$/.test(text) ? Number(text) : Number.NaN;
  if (!(zone <= 65535)) throw new UsageError(`Cannot parse ${text} as a zone ID`);
  return { kind: 'CT', zone, side };
}

function natAddress(family: 4 | 6, text: string): { ip?: IpAddr; ipTo?: IpAddr; ports?: PortRange } {
  const m =
    family === 6
      ? /^(?:\[([^\]]*)\]|([0-9a-fA-F:]*(?:-[0-9a-fA-F:]+)?))(?::(.*))?$/.exec(text)
      : /^()([\d.-]*)(?::(.*))?$/.exec(text);
  if (!m) throw new UsageError(`Bad IP address "${text}"`);
  const hostText = m[1] || m[2] || '';
  const [a, b] = hostText.split('-') as [string, string?];
  const ip = a === '' ? undefined : parseIp(a);
  const ipTo = b === undefined ? undefined : parseIp(b);
  if ((a !== '' && ip?.v !== family) || (b !== undefined && !ipTo))
    throw new UsageError(`Bad IP address "${hostText}"`);
  if (m[3] === undefined) return { ip, ipTo };
  const [p, q] = m[3].split('-') as [string, string?];
  if (!/^\d+$/.test(p) || Number(p) > 65535 || Number(p) === 0 || (q !== undefined && !/^\d+$/.test(q)))
    throw new UsageError(`Port \`${m[3]}' not valid`);
  return { ip, ipTo, ports: { from: Number(p), to: q === undefined ? Number(p) : Number(q) } };
}

function rejectWith(family: 4 | 6, text: string | undefined): Extract<NfTarget, { kind: 'REJECT' }>['with'] {
  if (text === undefined) return family === 4 ? 'icmp-port-unreachable' : 'icmp6-port-unreachable';
  const alias: Readonly<Record<string, string>> = {
    'net-unreach': 'icmp-net-unreachable',
    'host-unreach': 'icmp-host-unreachable',
    'proto-unreach': 'icmp-proto-unreachable',
    'port-unreach': 'icmp-port-unreachable',
    'net-prohib': 'icmp-net-prohibited',
    'host-prohib': 'icmp-host-prohibited',
    'tcp-rst': 'tcp-reset',
    'admin-prohib': 'icmp-admin-prohibited',
  };
  const alias6: Readonly<Record<string, string>> = {
    'no-route': 'icmp6-no-route',
    'adm-prohibited': 'icmp6-adm-prohibited',
    'addr-unreach': 'icmp6-addr-unreachable',
    'port-unreach': 'icmp6-port-unreachable',
    'policy-fail': 'icmp6-policy-fail',
    'reject-route': 'icmp6-reject-route',
    'tcp-rst': 'tcp-reset',
  };
  const full = (family === 4 ? alias : alias6)[text] ?? text;
  const known = [
    'icmp-port-unreachable',
    'icmp-host-unreachable',
    'icmp-net-unreachable',
    'icmp-proto-unreachable',
    'icmp-net-prohibited',
    'icmp-host-prohibited',
    'icmp-admin-prohibited',
    'tcp-reset',
    'icmp6-no-route',
    'icmp6-adm-prohibited',
    'icmp6-addr-unreachable',
    'icmp6-port-unreachable',
    'icmp6-policy-fail',
    'icmp6-reject-route',
  ];
  if (!known.includes(full) || (full !== 'tcp-reset' && full.startsWith('icmp6') !== (family === 6)))
    throw new UsageError(`unknown reject type "${text}"`);
  return full as 'tcp-reset';
}

/** Levels by name, for --log-level. */
function logLevel(text: string): number | undefined {
  if (/^[0-7]$/.test(text)) return Number(text);
  const lower = text.toLowerCase();
  const name = { err: 'error', warn: 'warning', panic: 'emerg' }[lower] ?? lower;
  const i = (LEVELS as readonly string[]).indexOf(name);
  return i < 0 ? undefined : i;
}

const LOG_FLAGS = {
  'log-tcp-sequence': 1,
  'log-tcp-options': 2,
  'log-ip-options': 4,
  'log-uid': 8,
  'log-macdecode': 32,
};

/** What LOG is to tell beside the usual. */
function logFlags(o: Readonly<Record<string, string>>): { flags?: number } {
  const flags = Object.entries(LOG_FLAGS).reduce((n, [name, bit]) => (name in o ? n | bit : n), 0);
  return flags === 0 ? {} : { flags };
}
