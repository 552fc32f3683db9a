/** Modules that look at the packet: iprange, length, ttl, tos, dscp, mac, pkttype, owner, physdev. @see iptables extensions/libxt_*.c */
import { formatIp, type IpAddr } from '../../../../base/ip.ts';
import type { Not } from '../../../kernel/netadmin.ts';
import type {
  DscpMatch,
  IprangeMatch,
  LengthMatch,
  MacMatch,
  OwnerMatch,
  PhysdevMatch,
  PkttypeMatch,
  TosMatch,
  TtlMatch,
} from '../../../kernel/nfmatch.ts';
import { UsageError } from '../values.ts';
import { addressOf, bang, extension, hex2, integer, masked, must, spanOf, spanText, type Words } from './spec.ts';

type Range = readonly [IpAddr, IpAddr];

function rangeOf(option: string, w: Words): Not<Range> {
  const text = w.take();
  const [a, b] = text.split('-') as [string, string?];
  const lo = addressOf(a, w.family);
  const hi = b === undefined ? lo : addressOf(b, w.family);
  if (!lo || !hi) throw new UsageError(`iprange: Bad value for "--${option}" option: "${lo ? b : a}"`);
  return { value: [lo, hi], not: w.not };
}

const rangeText = (r: Range): string => `${formatIp(r[0])}-${formatIp(r[1])}`;

export const iprange = extension<IprangeMatch>({
  module: 'iprange',
  options: {
    'src-range': (d, w) => {
      d.src = rangeOf('src-range', w);
    },
    'dst-range': (d, w) => {
      d.dst = rangeOf('dst-range', w);
    },
  },
  check(d) {
    if (!d.src && !d.dst) throw new UsageError("iprange match: You must specify `--src-range' or `--dst-range'");
  },
  save: (m) =>
    (m.src ? `${bang(m.src)} --src-range ${rangeText(m.src.value)}` : '') +
    (m.dst ? `${bang(m.dst)} --dst-range ${rangeText(m.dst.value)}` : ''),
  list: (m) =>
    [
      m.src ? `source IP range${bang(m.src)} ${rangeText(m.src.value)}` : '',
      m.dst ? `destination IP range${bang(m.dst)} ${rangeText(m.dst.value)}` : '',
    ]
      .filter((x) => x !== '')
      .join(' '),
});

export const length = extension<LengthMatch>({
  module: 'length',
  options: {
    length: (d, w) => {
      d.length = { value: spanOf('length', 'length', w.take(), ':', 65535), not: w.not };
    },
  },
  check(d) {
    if (!d.length) must('length', 'length');
  },
  save: (m) => `${bang(m.length)} --length ${spanText(m.length.value)}`,
  list: (m) => `length ${m.length.not ? '!' : ''}${spanText(m.length.value)}`,
});

const ttlOption =
  (how: TtlMatch['how']) =>
  (d: { how?: TtlMatch['how']; ttl?: Not<number> }, w: Words): void => {
    d.how = how;
    d.ttl = { value: integer('ttl', `ttl-${how}`, w.take(), 0, 255), not: w.not };
  };

export const ttl = extension<TtlMatch>({
  module: 'ttl',
  options: { 'ttl-eq': ttlOption('eq'), ttl: ttlOption('eq'), 'ttl-lt': ttlOption('lt'), 'ttl-gt': ttlOption('gt') },
  check(d) {
    if (!d.ttl) throw new UsageError("TTL match: You must specify one of `--ttl-eq', `--ttl-lt', `--ttl-gt");
  },
  save: (m) => `${bang(m.ttl)} --ttl-${m.how} ${m.ttl.value}`,
  list: (m) =>
    `TTL match TTL ${m.how === 'eq' ? (m.ttl.not ? '!=' : '==') : m.how === 'lt' ? '<' : '>'} ${m.ttl.value}`,
});

/** Names of the type of service, with the mask that is meant. @see extensions/tos_values.c */
export const TOS_NAMES: Readonly<Record<string, number>> = {
  'Minimize-Delay': 0x10,
  'Maximize-Throughput': 0x08,
  'Maximize-Reliability': 0x04,
  'Minimize-Cost': 0x02,
  'Normal-Service': 0,
};

/** A value of --tos and --set-tos. */
export function tosOf(module: string, option: string, text: string): { value: number; mask: number } {
  const named = Object.entries(TOS_NAMES).find(([n]) => n.toLowerCase() === text.toLowerCase());
  return named ? { value: named[1], mask: 0x3f } : masked(module, option, text, 0xff);
}

const tosText = (t: { readonly value: number; readonly mask: number }): string => `${hex2(t.value)}/${hex2(t.mask)}`;

export const tos = extension<TosMatch>({
  module: 'tos',
  options: {
    tos: (d, w) => {
      d.tos = { value: tosOf('tos', 'tos', w.take()), not: w.not };
    },
  },
  check(d) {
    if (!d.tos) must('tos', 'tos');
  },
  save: (m) => `${bang(m.tos)} --tos ${tosText(m.tos.value)}`,
  list: (m) => `tos match${m.tos.not ? '!' : ''}${tosText(m.tos.value)}`,
});

/** Class selectors, assured and expedited forwarding. @see extensions/dscp_helper.c, RFC 2474, 2597, 3246 */
export function dscpClass(text: string): number {
  const name = text.toUpperCase();
  if (name === 'EF') return 0x2e;
  if (name === 'BE') return 0;
  const class_ = name.startsWith('CS') ? Number(name.slice(2)) : Number.NaN;
  if (class_ >= 0 && class_ <= 7 && name.length === 3) return class_ * 8;
  const a = Number(name[2]);
  const b = Number(name[3]);
  if (name.startsWith('AF') && name.length === 4 && a >= 1 && a <= 4 && b >= 1 && b <= 3) return a * 8 + b * 2;
  throw new UsageError(`Invalid DSCP value \`${text}'`);
}

export const dscp = extension<DscpMatch>({
  module: 'dscp',
  options: {
    dscp: (d, w) => {
      d.dscp = { value: integer('dscp', 'dscp', w.take(), 0, 63), not: w.not };
    },
    'dscp-class': (d, w) => {
      d.dscp = { value: dscpClass(w.take()), not: w.not };
    },
  },
  check(d) {
    if (!d.dscp) throw new UsageError('DSCP match: Parameter --dscp is required');
  },
  save: (m) => `${bang(m.dscp)} --dscp ${hex2(m.dscp.value)}`,
  list: (m) => `DSCP match ${m.dscp.not ? '!' : ''}${hex2(m.dscp.value)}`,
});

function macOf(text: string): number {
  const parts = text.split(':');
  if (parts.length !== 6 || parts.some((p) => !/^[0-9a-fA-F]{1,2}$/.test(p)))
    throw new UsageError('Invalid MAC address specified.');
  return parts.reduce((n, p) => n * 256 + Number.parseInt(p, 16), 0);
}

const macText = (n: number): string =>
  Array.from({ length: 6 }, (_, i) => (Math.floor(n / 256 ** (5 - i)) % 256).toString(16).padStart(2, '0')).join(':');

export const mac = extension<MacMatch>({
  module: 'mac',
  options: {
    'mac-source': (d, w) => {
      d.source = { value: macOf(w.take()), not: w.not };
    },
  },
  check(d) {
    if (!d.source) must('mac', 'mac-source');
  },
  save: (m) => `${bang(m.source)} --mac-source ${macText(m.source.value)}`,
  list: (m) => `MAC${bang(m.source)} ${macText(m.source.value)}`,
});

export const pkttype = extension<PkttypeMatch>({
  module: 'pkttype',
  options: {
    'pkt-type': (d, w) => {
      const text = w.take().toLowerCase();
      const type = (['unicast', 'broadcast', 'multicast'] as const).find((t) => t === text || text === t.slice(0, 5));
      const host = text === 'host' ? 'unicast' : type;
      if (!host) throw new UsageError(`Bad packet type '${text}'`);
      d.type = { value: host, not: w.not };
    },
  },
  check(d) {
    if (!d.type) must('pkttype', 'pkt-type');
  },
  save: (m) => `${bang(m.type)} --pkt-type ${m.type.value}`,
  list: (m) => `PKTTYPE ${m.type.not ? '!=' : '='} ${m.type.value}`,
});

export const owner = extension<OwnerMatch>({
  module: 'owner',
  options: {
    'uid-owner': (d, w) => {
      const text = w.take();
      d.uid = {
        value: text === 'root' ? { from: 0, to: 0 } : spanOf('owner', 'uid-owner', text, '-', 2 ** 32 - 2),
        not: w.not,
      };
    },
    'gid-owner': (d, w) => {
      const text = w.take();
      d.gid = {
        value: text === 'root' ? { from: 0, to: 0 } : spanOf('owner', 'gid-owner', text, '-', 2 ** 32 - 2),
        not: w.not,
      };
    },
    'socket-exists': (d, w) => {
      d.socket = { value: true, not: w.not };
    },
  },
  check(d) {
    if (!d.uid && !d.gid && !d.socket)
      throw new UsageError('owner: At least one of --uid-owner, --gid-owner or --socket-exists is required');
  },
  save: (m) =>
    (m.socket ? `${bang(m.socket)} --socket-exists` : '') +
    (m.uid ? `${bang(m.uid)} --uid-owner ${spanText(m.uid.value, '-')}` : '') +
    (m.gid ? `${bang(m.gid)} --gid-owner ${spanText(m.gid.value, '-')}` : ''),
  list: (m) =>
    (
      (m.socket ? `${bang(m.socket)} owner socket exists` : '') +
      (m.uid ? `${bang(m.uid)} owner UID match ${spanText(m.uid.value, '-')}` : '') +
      (m.gid ? `${bang(m.gid)} owner GID match ${spanText(m.gid.value, '-')}` : '')
    ).trimStart(),
});

function physdevWords(m: PhysdevMatch): string {
  return (
    (m.isIn ? `${bang(m.isIn)} --physdev-is-in` : '') +
    (m.in ? `${bang(m.in)} --physdev-in ${m.in.value}` : '') +
    (m.isOut ? `${bang(m.isOut)} --physdev-is-out` : '') +
    (m.out ? `${bang(m.out)} --physdev-out ${m.out.value}` : '') +
    (m.isBridged ? `${bang(m.isBridged)} --physdev-is-bridged` : '')
  );
}

export const physdev = extension<PhysdevMatch>({
  module: 'physdev',
  options: {
    'physdev-in': (d, w) => {
      d.in = { value: w.take(), not: w.not };
    },
    'physdev-out': (d, w) => {
      d.out = { value: w.take(), not: w.not };
    },
    'physdev-is-in': (d, w) => {
      d.isIn = { value: true, not: w.not };
    },
    'physdev-is-out': (d, w) => {
      d.isOut = { value: true, not: w.not };
    },
    'physdev-is-bridged': (d, w) => {
      d.isBridged = { value: true, not: w.not };
    },
  },
  check(d) {
    if (!d.in && !d.out && !d.isIn && !d.isOut && !d.isBridged)
      throw new UsageError('PHYSDEV: no physdev option specified');
  },
  save: physdevWords,
  list: (m) => `PHYSDEV match${physdevWords(m)}`,
});
