/** Targets of iptables rules and the values they share with matches: ports, marks, rates. @see iptables extensions/ */
import { type IpAddr, parseIp } from '../../../base/ip.ts';
import type { NfTarget, PortRange } from '../../kernel/netadmin.ts';
import { servicePort } from '../services.ts';
import { logLevel } from './print.ts';

/** A command line that cannot be carried out. `hint` adds the line that points to --help. */
export class UsageError extends Error {
  constructor(
    message: string,
    readonly hint = true,
    /** 2 wrong words, 3 version problem, 1 other. */
    readonly code = 2,
  ) {
    super(message);
  }
}

/** A port by number or name. */
export function portNumber(text: string): number {
  const n = /^\d+$/.test(text) ? Number(text) : servicePort(text);
  if (n === undefined || n > 65535) throw new UsageError(`invalid port/service \`${text}' specified`);
  return n;
}

/** The target of -j (or -g) with its options. */
export function buildTarget(family: 4 | 6, name: string, goto: boolean, o: Readonly<Record<string, string>>): NfTarget {
  if (goto) return { kind: 'goto', chain: name };
  const portsOf = (text: string | undefined): PortRange | undefined => {
    if (text === undefined) return undefined;
    const [a, b] = text.split('-') as [string, string?];
    const from = portNumber(a);
    return { from, to: b === undefined ? from : portNumber(b) };
  };
  const random = 'random' in o || 'random-fully' in o ? true : undefined;
  switch (name) {
    case 'ACCEPT':
    case 'DROP':
    case 'RETURN':
    case 'NOTRACK':
      return { kind: name };
    case 'CT':
      return { kind: 'NOTRACK' };
    case 'MASQUERADE':
    case 'REDIRECT':
      return { kind: name, ports: portsOf(o['to-ports']), random };
    case 'DNAT':
    case 'SNAT': {
      const key = name === 'DNAT' ? 'to-destination' : 'to-source';
      if (o[key] === undefined) throw new UsageError(`${name}: option "--${key}" must be specified`);
      return { kind: name, ...natAddress(family, o[key]), random };
    }
    case 'REJECT':
      return { kind: 'REJECT', with: rejectWith(family, o['reject-with']) };
    case 'MARK': {
      const [how, text] = Object.entries(o).find(([k]) => k.endsWith('mark')) ?? [undefined, undefined];
      if (text === undefined)
        throw new UsageError('MARK: One of the --set-xmark, --{and,or,xor,set}-mark options is required');
      const m = markValue(text, 0xffffffff);
      if (how === 'and-mark') return { kind: 'MARK', value: 0, mask: ~m.value >>> 0 };
      if (how === 'or-mark') return { kind: 'MARK', value: m.value, mask: m.value };
      return { kind: 'MARK', ...m };
    }
    case 'LOG': {
      const level = o['log-level'] === undefined ? 4 : logLevel(o['log-level']);
      if (level === undefined) throw new UsageError(`LOG: log-level "${o['log-level']}" unknown`);
      return { kind: 'LOG', prefix: o['log-prefix'] ?? '', level };
    }
    default:
      return { kind: 'jump', chain: name };
  }
}

function natAddress(family: 4 | 6, text: string): { ip?: IpAddr; ipTo?: IpAddr; ports?: PortRange } {
  const m =
    family === 6 ? /^(?:\[([^\]]*)\]|([0-9a-fA-F:]*))(?::(.*))?$/.exec(text) : /^()([\d.-]*)(?::(.*))?$/.exec(text);
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

/** `VALUE[/MASK]`, decimal or hexadecimal. */
export function markValue(text: string, dflt: number): { value: number; mask: number } {
  const [v, m] = text.split('/') as [string, string?];
  const value = Number(v);
  const mask = m === undefined ? dflt : Number(m);
  if (v === '' || !Number.isInteger(value) || !Number.isInteger(mask))
    throw new UsageError(`mark: bad mark value "${text}"`);
  return { value: value >>> 0, mask: mask >>> 0 };
}

/** `5/min` */
export function limitRate(text: string): { count: number; per: 1 | 60 | 3600 | 86400 } {
  const m = /^(\d+)(?:\/(s|sec|second|m|min|minute|h|hour|d|day)s?)?$/.exec(text);
  if (!m || Number(m[1]) === 0) throw new UsageError(`bad rate "${text}"'`);
  const per = { s: 1, m: 60, h: 3600, d: 86400 }[(m[2] ?? 's')[0] as 's'] as 1 | 60 | 3600 | 86400;
  return { count: Number(m[1]), per };
}
