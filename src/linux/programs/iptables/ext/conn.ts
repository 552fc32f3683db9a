/** Modules that look at the connection or the address: conntrack, connmark, connbytes, addrtype, ipvs. @see iptables extensions/libxt_*.c */
import { formatIp, type Prefix } from '../../../../base/ip.ts';
import type { Not } from '../../../kernel/netadmin.ts';
import {
  ADDR_TYPES,
  type AddrType,
  type AddrtypeMatch,
  type ConnbytesMatch,
  type ConnmarkMatch,
  type ConntrackMatch,
  type IpvsMatch,
} from '../../../kernel/nfmatch.ts';
import { protocolNumber } from '../names.ts';
import { UsageError } from '../values.ts';
import {
  bang,
  type Draft,
  extension,
  integer,
  masked,
  maskedText,
  must,
  spanOf,
  spanText,
  type Words,
} from './spec.ts';

const ADDRS = ['origsrc', 'origdst', 'replsrc', 'repldst'] as const;
const PORTS = ['origsrcport', 'origdstport', 'replsrcport', 'repldstport'] as const;
const STATUSES = ['NONE', 'EXPECTED', 'SEEN_REPLY', 'ASSURED', 'CONFIRMED'];

const prefixText = (p: Prefix): string =>
  p.bits === (p.addr.v === 4 ? 32 : 128) ? formatIp(p.addr) : `${formatIp(p.addr)}/${p.bits}`;

/** @param dash `--` in -S, nothing in -L */
function conntrackWords(m: ConntrackMatch, dash: string): string {
  let s = '';
  if (m.proto) s += `${bang(m.proto)} ${dash}ctproto ${m.proto.value}`;
  for (const a of ADDRS) {
    const x = m[a];
    if (x) s += `${bang(x)} ${dash}ct${a} ${prefixText(x.value)}`;
  }
  for (const a of PORTS) {
    const x = m[a];
    if (x) s += `${bang(x)} ${dash}ct${a} ${spanText(x.value)}`;
  }
  if (m.status) s += `${bang(m.status)} ${dash}ctstatus ${m.status.value.join(',')}`;
  if (m.expire) s += `${bang(m.expire)} ${dash}ctexpire ${spanText(m.expire.value)}`;
  if (m.dir) s += ` ${dash}ctdir ${m.dir}`;
  return s;
}

const tupleOptions = Object.fromEntries([
  ...ADDRS.map((a) => [
    `ct${a}`,
    (d: Draft<ConntrackMatch>, w: Words) => {
      d[a] = { value: w.address(w.take()), not: w.not };
    },
  ]),
  ...PORTS.map((a) => [
    `ct${a}`,
    (d: Draft<ConntrackMatch>, w: Words) => {
      d[a] = { value: spanOf('conntrack', `ct${a}`, w.take(), ':', 65535), not: w.not };
    },
  ]),
]);

export const conntrack = extension<ConntrackMatch>({
  module: 'conntrack',
  options: {
    ...tupleOptions,
    ctproto: (d, w) => {
      const text = w.take();
      const n = protocolNumber(text);
      if (n === undefined) throw new UsageError(`unknown protocol "${text.toLowerCase()}" specified`);
      d.proto = { value: n, not: w.not };
    },
    ctstatus: (d, w) => {
      const text = w.take();
      const names = text.toUpperCase().split(',');
      if (names.some((n) => !STATUSES.includes(n))) throw new UsageError(`Bad ctstatus "${text}"`);
      d.status = { value: STATUSES.filter((s) => names.includes(s)), not: w.not };
    },
    ctexpire: (d, w) => {
      d.expire = { value: spanOf('conntrack', 'ctexpire', w.take(), ':', 2 ** 32 - 1), not: w.not };
    },
    ctdir: (d, w) => {
      const text = w.take().toUpperCase();
      if (text !== 'ORIGINAL' && text !== 'REPLY')
        throw new UsageError(`conntrack: Bad value for "--ctdir" option: "${text}"`);
      d.dir = text;
    },
  },
  save: (m) => conntrackWords(m, '--'),
  list: (m) => conntrackWords(m, '').trimStart(),
});

export const connmark = extension<ConnmarkMatch>({
  module: 'connmark',
  options: {
    mark: (d, w) => {
      d.mark = { value: masked('connmark', 'mark', w.take(), 0xffffffff), not: w.not };
    },
  },
  check(d) {
    if (!d.mark) must('connmark', 'mark');
  },
  save: (m) => `${bang(m.mark)} --mark ${maskedText(m.mark.value)}`,
  list: (m) => `connmark match ${m.mark.not ? '!' : ''} ${maskedText(m.mark.value)}`,
});

const countText = (c: ConnbytesMatch['count']['value']): string => `${c.from}${c.to === undefined ? '' : `:${c.to}`}`;

export const connbytes = extension<ConnbytesMatch>({
  module: 'connbytes',
  options: {
    connbytes: (d, w) => {
      const [a, b] = w.take().split(':') as [string, string?];
      const n = (s: string): number => integer('connbytes', 'connbytes', s, 0, Number.MAX_SAFE_INTEGER);
      d.count = {
        value: { from: a === '' ? 0 : n(a), to: b === undefined || b === '' ? undefined : n(b) },
        not: w.not,
      };
    },
    'connbytes-dir': (d, w) => {
      const text = w.take();
      if (text !== 'original' && text !== 'reply' && text !== 'both')
        throw new UsageError(`Unknown --connbytes-dir \`${text}'`);
      d.dir = text;
    },
    'connbytes-mode': (d, w) => {
      const text = w.take();
      if (text !== 'packets' && text !== 'bytes' && text !== 'avgpkt')
        throw new UsageError(`Unknown --connbytes-mode \`${text}'`);
      d.mode = text;
    },
  },
  check(d) {
    if (!d.count) must('connbytes', 'connbytes');
    if (!d.dir) must('connbytes', 'connbytes-dir');
    if (!d.mode) must('connbytes', 'connbytes-mode');
  },
  save: (m) =>
    `${bang(m.count)} --connbytes ${countText(m.count.value)} --connbytes-mode ${m.mode} --connbytes-dir ${m.dir}`,
  list: (m) =>
    `${m.count.not ? '! ' : ''}connbytes ${countText(m.count.value)} connbytes mode ${m.mode} connbytes direction ${m.dir}`,
});

function typesOf(w: Words): Not<readonly AddrType[]> {
  const text = w.take();
  const names = text.toUpperCase().split(',');
  for (const n of names)
    if (!(ADDR_TYPES as readonly string[]).includes(n)) throw new UsageError(`addrtype: bad type \`${n}'`);
  return { value: ADDR_TYPES.filter((t) => names.includes(t)), not: w.not };
}

export const addrtype = extension<AddrtypeMatch>({
  module: 'addrtype',
  options: {
    'src-type': (d, w) => {
      d.src = typesOf(w);
    },
    'dst-type': (d, w) => {
      d.dst = typesOf(w);
    },
    'limit-iface-in': (d) => {
      d.limit = 'in';
    },
    'limit-iface-out': (d) => {
      d.limit = 'out';
    },
  },
  check(d) {
    if (!d.src && !d.dst) throw new UsageError('addrtype: you must specify --src-type or --dst-type');
  },
  save: (m) =>
    (m.src ? `${bang(m.src)} --src-type ${m.src.value.join(',')}` : '') +
    (m.dst ? `${bang(m.dst)} --dst-type ${m.dst.value.join(',')}` : '') +
    (m.limit ? ` --limit-iface-${m.limit}` : ''),
  list: (m) =>
    'ADDRTYPE match' +
    (m.src ? ` src-type ${m.src.not ? '!' : ''}${m.src.value.join(',')}` : '') +
    (m.dst ? ` dst-type ${m.dst.not ? '!' : ''}${m.dst.value.join(',')}` : '') +
    (m.limit ? ` limit-${m.limit}` : ''),
});

function ipvsWords(m: IpvsMatch, dash: string): string {
  return (
    (m.ipvs ? `${bang(m.ipvs)} ${dash}ipvs` : '') +
    (m.proto ? `${bang(m.proto)} ${dash}vproto ${m.proto.value}` : '') +
    (m.addr ? `${bang(m.addr)} ${dash}vaddr ${prefixText(m.addr.value)}` : '') +
    (m.port ? `${bang(m.port)} ${dash}vport ${m.port.value}` : '') +
    (m.dir ? `${bang(m.dir)} ${dash}vdir ${m.dir.value}` : '') +
    (m.method ? `${bang(m.method)} ${dash}vmethod ${m.method.value}` : '')
  );
}

export const ipvs = extension<IpvsMatch>({
  module: 'ipvs',
  options: {
    ipvs: (d, w) => {
      d.ipvs = { value: true, not: w.not };
    },
    vproto: (d, w) => {
      d.proto = { value: protocolNumber(w.take()) ?? 0, not: w.not };
    },
    vaddr: (d, w) => {
      d.addr = { value: w.address(w.take()), not: w.not };
    },
    vport: (d, w) => {
      d.port = { value: integer('ipvs', 'vport', w.take(), 0, 65535), not: w.not };
    },
    vdir: (d, w) => {
      const text = w.take().toUpperCase();
      if (text !== 'ORIGINAL' && text !== 'REPLY')
        throw new UsageError(`ipvs: Bad value for "--vdir" option: "${text}"`);
      d.dir = { value: text, not: w.not };
    },
    vmethod: (d, w) => {
      const text = w.take().toUpperCase();
      if (text !== 'GATE' && text !== 'IPIP' && text !== 'MASQ')
        throw new UsageError(`ipvs: Bad value for "--vmethod" option: "${text}"`);
      d.method = { value: text, not: w.not };
    },
  },
  check(d) {
    if (!d.ipvs && !d.proto && !d.addr && !d.port && !d.dir && !d.method)
      throw new UsageError('IPVS: At least one option is required');
  },
  save: (m) => ipvsWords(m, '--'),
  list: (m) => ipvsWords(m, '').trimStart(),
});
