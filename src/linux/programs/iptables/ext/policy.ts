/** The module policy: what IPsec did or will do with a packet, which here is nothing. @see iptables extensions/libxt_policy.c */
import { formatIp, type Prefix } from '../../../../base/ip.ts';
import type { PolicyElement, PolicyMatch } from '../../../kernel/nfmatch.ts';
import { protocolNumber } from '../names.ts';
import { UsageError } from '../values.ts';
import { bang, type Draft, extension, hex, integer, type Words } from './spec.ts';

type Elements = { -readonly [K in keyof PolicyElement]: PolicyElement[K] }[];

/** The element being read. */
function last(d: Draft<PolicyMatch>): Elements[number] {
  d.elements ??= [{}];
  return d.elements[d.elements.length - 1] as Elements[number];
}

/** Elements there are at most. */
const DEPTH = 4;
const PROTOCOLS: Readonly<Record<number, string>> = { 50: 'esp', 51: 'ah', 108: 'ipcomp' };

const element =
  (read: (e: Elements[number], w: Words) => void) =>
  (d: Draft<PolicyMatch>, w: Words): void =>
    read(last(d), w);

function protocol(text: string): number {
  const n = protocolNumber(text);
  if (n === undefined || !(n in PROTOCOLS)) throw new UsageError('policy match: protocol must be ah/esp/ipcomp');
  return n;
}

const place = (p: Prefix): string =>
  p.bits === (p.addr.v === 4 ? 32 : 128) ? formatIp(p.addr) : `${formatIp(p.addr)}/${p.bits}`;

/** @param dash `--` in -S, nothing in -L */
function elementText(e: PolicyElement, dash: string): string {
  return (
    (e.reqid ? `${bang(e.reqid)} ${dash}reqid ${e.reqid.value}` : '') +
    (e.spi ? `${bang(e.spi)} ${dash}spi ${hex(e.spi.value)}` : '') +
    (e.proto ? `${bang(e.proto)} ${dash}proto ${PROTOCOLS[e.proto.value]}` : '') +
    (e.mode ? `${bang(e.mode)} ${dash}mode ${e.mode.value}` : '') +
    (e.dst ? `${bang(e.dst)} ${dash}tunnel-dst ${place(e.dst.value)}` : '') +
    (e.src ? `${bang(e.src)} ${dash}tunnel-src ${place(e.src.value)}` : '')
  );
}

export const policy = extension<PolicyMatch>({
  module: 'policy',
  options: {
    dir: (d, w) => {
      const text = w.take();
      if (text !== 'in' && text !== 'out') throw new UsageError(`policy match: invalid dir "${text}"`);
      d.dir = text;
    },
    pol: (d, w) => {
      const text = w.take();
      if (text !== 'none' && text !== 'ipsec') throw new UsageError(`policy match: invalid policy "${text}"`);
      d.pol = text;
    },
    strict: (d) => {
      d.strict = true;
    },
    reqid: element((e, w) => {
      e.reqid = { value: integer('policy', 'reqid', w.take(), 0, 2 ** 32 - 1), not: w.not };
    }),
    spi: element((e, w) => {
      e.spi = { value: integer('policy', 'spi', w.take(), 0, 2 ** 32 - 1), not: w.not };
    }),
    proto: element((e, w) => {
      e.proto = { value: protocol(w.take()), not: w.not };
    }),
    mode: element((e, w) => {
      const text = w.take();
      if (text !== 'transport' && text !== 'tunnel') throw new UsageError(`policy match: invalid mode "${text}"`);
      e.mode = { value: text, not: w.not };
    }),
    'tunnel-src': element((e, w) => {
      e.src = { value: w.address(w.take()), not: w.not };
    }),
    'tunnel-dst': element((e, w) => {
      e.dst = { value: w.address(w.take()), not: w.not };
    }),
    next: (d) => {
      if (!d.strict) throw new UsageError('policy: option "--next" also requires "--strict".\n');
      last(d);
      if ((d.elements?.length ?? 0) === DEPTH) throw new UsageError('policy match: maximum policy depth reached');
      d.elements = [...(d.elements ?? []), {}];
    },
  },
  check(d) {
    if (!d.dir) throw new UsageError('policy match: neither --dir in nor --dir out specified');
    d.pol ??= 'ipsec';
    d.elements ??= [];
    if (d.pol === 'none' && (d.strict || d.elements.length > 0))
      throw new UsageError('policy match: policy none but --strict given');
    if (d.strict && d.elements.some((e) => Object.keys(e).length === 0))
      throw new UsageError('policy match: element 0 has no options');
    if (d.elements.some((e) => (e.src || e.dst) && e.mode?.value !== 'tunnel'))
      throw new UsageError('policy match: --tunnel-src/--tunnel-dst is only valid in tunnel mode');
  },
  save: (m) =>
    ` --dir ${m.dir} --pol ${m.pol}${m.strict ? ' --strict' : ''}${m.elements.map((e) => elementText(e, '--')).join(' --next')}`,
  list: (m) =>
    `policy match dir ${m.dir} pol ${m.pol}${m.strict ? ' strict' : ''}` +
    m.elements.map((e, i) => `${m.elements.length > 1 ? ` [${i}]` : ''}${elementText(e, '')}`).join(''),
});
