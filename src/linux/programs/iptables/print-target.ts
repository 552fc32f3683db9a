/** Targets as text: the words of -S, and what -L says behind the columns. @see iptables extensions/libxt_*.c, libipt_*.c */
import { formatIp, formatPrefix } from '../../../base/ip.ts';
import type { NfTarget, PortRange } from '../../kernel/netadmin.ts';
import { TOS_NAMES } from './ext/packet.ts';
import { hex, hex2 } from './ext/spec.ts';
import { LEVELS } from './names.ts';
import { sendList, sendWords } from './target-send.ts';

type Of<K extends NfTarget['kind']> = Extract<NfTarget, { kind: K }>;

/** Text with quotes where the shell needs them. @see xtables_save_string */
export function saveString(s: string): string {
  if (/^[A-Za-z0-9_,.+=@/-]+$/.test(s)) return s;
  return `"${s.replace(/["\\]/g, '\\$&')}"`;
}

const natPorts = (p: PortRange): string => (p.from === p.to ? String(p.from) : `${p.from}-${p.to}`);

function natTo(t: Of<'DNAT' | 'SNAT'>): string {
  let s = '';
  if (t.ip) {
    const wrap = t.ip.v === 6 && t.ports;
    s = wrap ? `[${formatIp(t.ip)}]` : formatIp(t.ip);
    if (t.ipTo && formatIp(t.ipTo) !== formatIp(t.ip)) s += `-${formatIp(t.ipTo)}`;
  }
  return t.ports ? `${s}:${natPorts(t.ports)}` : s;
}

/** --random and its like. @param dash `--` in -S, nothing in -L */
function choice(t: Of<'DNAT' | 'SNAT' | 'MASQUERADE' | 'REDIRECT'>, dash: string): string {
  const persistent = 'persistent' in t && t.persistent;
  return (
    (t.random ? ` ${dash}random` : '') +
    (t.fully ? ` ${dash}random-fully` : '') +
    (persistent ? ` ${dash}persistent` : '')
  );
}

const LOG_FLAGS: readonly (readonly [number, string])[] = [
  [1, 'tcp-sequence'],
  [2, 'tcp-options'],
  [4, 'ip-options'],
  [8, 'uid'],
  [32, 'macdecode'],
];

/** LOG's prefix stands in quotes whatever it is. */
const quoted = (s: string): string => `"${s.replace(/["\\]/g, '\\$&')}"`;

function logWords(t: Of<'LOG'>): string {
  let s = '-j LOG';
  if (t.prefix !== '') s += ` --log-prefix ${quoted(t.prefix)}`;
  if (t.level !== 4) s += ` --log-level ${t.level}`;
  for (const [bit, name] of LOG_FLAGS) if ((t.flags ?? 0) & bit) s += ` --log-${name}`;
  return s;
}

function connmarkWords(t: Of<'CONNMARK'>): string {
  if (t.how === 'set') return `-j CONNMARK --set-xmark ${hex(t.value)}/${hex(t.mask)}`;
  return `-j CONNMARK --${t.how}-mark --nfmask ${hex(t.nfmask)} --ctmask ${hex(t.mask)}`;
}

/** @param dash `--` in -S, nothing in -L */
function ctWords(t: Of<'CT'>, dash: string): string {
  if (t.zone === 0) return '';
  return ` ${dash}zone${t.side === 'both' ? '' : `-${t.side}`} ${t.zone}`;
}

/** A network, or a single address without its length. */
function netmapTo({ to }: Of<'NETMAP'>): string {
  return to.bits === (to.addr.v === 4 ? 32 : 128) ? formatIp(to.addr) : formatPrefix(to);
}

/** The words of a target. */
export function targetWords(t: NfTarget): string {
  switch (t.kind) {
    case 'jump':
      return `-j ${t.chain}`;
    case 'goto':
      return `-g ${t.chain}`;
    case 'DNAT':
    case 'SNAT':
      return `-j ${t.kind} --to-${t.kind === 'DNAT' ? 'destination' : 'source'} ${natTo(t)}${choice(t, '--')}`;
    case 'NETMAP':
      return `-j NETMAP --to ${netmapTo(t)}`;
    case 'MASQUERADE':
    case 'REDIRECT':
      return `-j ${t.kind}${t.ports ? ` --to-ports ${natPorts(t.ports)}` : ''}${choice(t, '--')}`;
    case 'REJECT':
      return `-j REJECT --reject-with ${t.with}`;
    case 'MARK':
      return `-j MARK --set-xmark ${hex(t.value)}/${hex(t.mask)}`;
    case 'CONNMARK':
      return connmarkWords(t);
    case 'TOS':
      return `-j TOS --set-tos ${hex2(t.value)}/${hex2(t.mask)}`;
    case 'DSCP':
      return `-j DSCP --set-dscp ${hex2(t.value)}`;
    case 'TTL':
    case 'HL':
      return `-j ${t.kind} --${t.kind.toLowerCase()}-${t.how} ${t.value}`;
    case 'NFQUEUE':
    case 'TEE':
    case 'TPROXY':
    case 'CLASSIFY':
    case 'CHECKSUM':
    case 'AUDIT':
      return `-j ${t.kind}${sendWords(t)}`;
    case 'TCPMSS':
      return t.mss === undefined ? '-j TCPMSS --clamp-mss-to-pmtu' : `-j TCPMSS --set-mss ${t.mss}`;
    case 'NFLOG':
      return `-j NFLOG${t.prefix === '' ? '' : ` --nflog-prefix ${saveString(t.prefix)}`}${t.group === 0 ? '' : ` --nflog-group ${t.group}`}`;
    case 'LOG':
      return logWords(t);
    case 'NOTRACK':
      return t.ct ? '-j CT --notrack' : '-j NOTRACK';
    case 'CT':
      return `-j CT${ctWords(t, '--')}`;
    default:
      return `-j ${t.kind}`;
  }
}

/** What a change of a mark comes to. */
function markList(name: string, value: number, mask: number): string {
  if (value === 0) return `${name} and ${hex(~mask)}`;
  if (value === mask) return `${name} or ${hex(value)}`;
  if (mask === 0) return `${name} xor ${hex(value)}`;
  if (mask === 0xffffffff) return `${name} set ${hex(value)}`;
  return `${name} xset ${hex(value)}/${hex(mask)}`;
}

function connmarkList(t: Of<'CONNMARK'>): string {
  if (t.how === 'set') return markList('CONNMARK', t.value, t.mask);
  if (t.nfmask === 0xffffffff && t.mask === 0xffffffff) return `CONNMARK ${t.how}`;
  if (t.nfmask === t.mask) return `CONNMARK ${t.how} mask ${hex(t.mask)}`;
  return t.how === 'save'
    ? `CONNMARK save nfmask ${hex(t.nfmask)} ctmask ~${hex(t.mask)}`
    : `CONNMARK restore ctmask ${hex(t.mask)} nfmask ~${hex(t.nfmask)}`;
}

function tosList(t: Of<'TOS'>, numeric: boolean): string {
  const plain = `TOS set ${hex2(t.value)}/${hex2(t.mask)}`;
  if (numeric) return plain;
  const name = t.mask === 0x3f ? Object.entries(TOS_NAMES).find(([, v]) => v === t.value)?.[0] : undefined;
  if (name !== undefined) return `TOS set ${name}`;
  if (t.mask === 0) return `TOS xor ${hex2(t.value)}`;
  if (t.value === 0) return `TOS and ${hex2(~t.mask & 0xff)}`;
  return t.value === t.mask ? `TOS or ${hex2(t.value)}` : plain;
}

function logList(t: Of<'LOG'>, numeric: boolean): string {
  const flags = t.flags ?? 0;
  const names = LOG_FLAGS.filter(([bit]) => flags & bit).map(([, n]) => ` ${n}`);
  const head = numeric
    ? `LOG flags ${flags} level ${t.level}`
    : `LOG level ${LEVELS[t.level] ?? t.level}${names.join('')}`;
  return `${head}${t.prefix === '' ? '' : ` prefix ${quoted(t.prefix)}`}`;
}

/** What -L says of a target behind the columns. */
export function targetList(t: NfTarget, numeric: boolean): string {
  switch (t.kind) {
    case 'DNAT':
    case 'SNAT':
      return `to:${natTo(t)}${choice(t, '')}`;
    case 'NETMAP':
      return `to:${netmapTo(t)}`;
    case 'MASQUERADE':
      return `${t.ports ? `masq ports: ${natPorts(t.ports)}` : ''}${choice(t, '')}`.trim();
    case 'REDIRECT':
      return `${t.ports ? `redir ports ${natPorts(t.ports)}` : ''}${choice(t, '')}`.trim();
    case 'REJECT':
      return `reject-with ${t.with}`;
    case 'MARK':
      return markList('MARK', t.value, t.mask);
    case 'CONNMARK':
      return connmarkList(t);
    case 'TOS':
      return tosList(t, numeric);
    case 'DSCP':
      return `DSCP set ${hex2(t.value)}`;
    case 'NFQUEUE':
    case 'TEE':
    case 'TPROXY':
    case 'CLASSIFY':
    case 'CHECKSUM':
    case 'AUDIT':
      return sendList(t);
    case 'TTL':
    case 'HL':
      return `${t.kind} ${{ set: 'set to', inc: 'increment by', dec: 'decrement by' }[t.how]} ${t.value}`;
    case 'TCPMSS':
      return t.mss === undefined ? 'TCPMSS clamp to PMTU' : `TCPMSS set ${t.mss}`;
    case 'NFLOG':
      return [
        t.prefix === '' ? '' : `nflog-prefix ${saveString(t.prefix)}`,
        t.group === 0 ? '' : `nflog-group ${t.group}`,
      ]
        .filter((x) => x !== '')
        .join(' ');
    case 'LOG':
      return logList(t, numeric);
    case 'NOTRACK':
      return t.ct ? 'CT notrack' : 'NOTRACK';
    case 'CT':
      return `CT${ctWords(t, '')}`;
    default:
      return '';
  }
}
