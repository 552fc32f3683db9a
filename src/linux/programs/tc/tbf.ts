/** tbf's options and how they are shown. Limits: no overhead, mpu, linklayer. @see iproute2 tc/q_tbf.c */
import type { QdiscSettings } from '../../kernel/netadmin.ts';
import { matches, type Words } from '../ip/args.ts';
import { type QdiscKind, Refusal } from './kind.ts';
import { parseRate, parseSize, parseTime, rateText, sizeText, timeText } from './units.ts';

type Tbf = Extract<QdiscSettings, { kind: 'tbf' }>;

const USAGE = `Usage: ... tbf limit BYTES burst BYTES[/BYTES] rate KBPS [ mtu BYTES[/BYTES] ]
	[ peakrate KBPS ] [ latency TIME ] [ overhead BYTES ] [ linklayer TYPE ]
`;

interface Given {
  rate?: number;
  peakrate?: number;
  burst?: number;
  mtu?: number;
  limit?: number;
  /** ns */
  latency?: number;
}

const NAMES: readonly (readonly [
  key: keyof Given,
  names: readonly string[],
  parse: (t: string) => number | undefined,
])[] = [
  ['limit', ['limit'], parseSize],
  ['latency', ['latency'], parseTime],
  ['burst', ['burst', 'buffer', 'maxburst'], bucket],
  ['mtu', ['mtu', 'minburst'], bucket],
  ['rate', ['rate'], parseRate],
  ['peakrate', ['peakrate'], parseRate],
];

/** `BYTES[/CELL]`; cells are of no use any more. */
function bucket(text: string): number | undefined {
  return parseSize(text.split('/')[0] as string);
}

function parse(w: Words): QdiscSettings {
  const g: Given = {};
  for (let word = w.take(); word !== undefined; word = w.take()) {
    if (word === 'help') throw new Refusal(USAGE);
    const known = NAMES.find(([key, names]) =>
      key === 'limit' || key === 'latency'
        ? matches(word as string, names[0] as string)
        : names.includes(word as string),
    );
    if (!known) throw new Refusal(`tbf: unknown parameter "${word}"\n${USAGE}`);
    const [key, , read] = known;
    const value = w.need();
    const n = read(value);
    if (n === undefined) throw new Refusal(`tbf: illegal value for "${word}": "${value}"\n`);
    g[key] = n;
  }
  return complete(g);
}

/** Says what is missing, or gives the settings. */
function complete(g: Given): QdiscSettings {
  const missing: string[] = [];
  if (!g.rate) missing.push('tbf: the "rate" parameter is mandatory.\n');
  if (!g.burst) missing.push('tbf: the "burst" parameter is mandatory.\n');
  if (g.limit === undefined && g.latency === undefined) missing.push('tbf: either "limit" or "latency" is required.\n');
  if (g.peakrate && !g.mtu) missing.push('tbf: when "peakrate" is specified, "mtu" must also be specified.\n');
  if (missing.length > 0) throw new Refusal(`${missing.join('')}${USAGE}`);
  if (g.limit !== undefined && g.latency !== undefined)
    throw new Refusal('tbf: specifying both "limit" and "/latency" is not allowed\n');
  const rate = g.rate as number;
  const burst = g.burst as number;
  let limit = g.limit ?? 0;
  if (g.latency !== undefined) {
    const seconds = Math.trunc(g.latency / 1000) / 1e6;
    limit = Math.trunc(rate * seconds + burst);
    if (g.peakrate && g.mtu) limit = Math.min(limit, Math.trunc(g.peakrate * seconds + g.mtu));
  }
  return { kind: 'tbf', rate, burst, limit, ...(g.peakrate && { peakrate: g.peakrate, mtu: g.mtu ?? 0 }) };
}

/** Whole µs that bytes take, which is what tc keeps of a bucket. */
const micros = (bytes: number, rate: number): number => Math.trunc((bytes / rate) * 1e6);
const bucketSize = (bytes: number, rate: number): number => Math.trunc((rate * micros(bytes, rate)) / 1e6);

/** How long the queue may grow, µs; negative: the bucket alone holds more. */
function latency(s: Tbf): number {
  const of = (rate: number, bytes: number): number => (s.limit / rate) * 1e6 - micros(bytes, rate);
  const lat = of(s.rate, s.burst);
  return s.peakrate && s.mtu ? Math.max(lat, of(s.peakrate, s.mtu)) : lat;
}

function text(q: QdiscSettings, details: boolean): string {
  const s = q as Tbf;
  const cells = details ? '/1 mpu 0b' : '';
  let out = `rate ${rateText(s.rate)} burst ${sizeText(bucketSize(s.burst, s.rate))}${cells} `;
  if (s.peakrate && s.mtu) {
    const mtu = sizeText(bucketSize(s.mtu, s.peakrate));
    out += `peakrate ${rateText(s.peakrate)} ${details ? 'mtu' : 'minburst'} ${mtu}${cells} `;
  }
  const lat = latency(s);
  out += lat >= 0 ? `lat ${timeText(lat * 1000, 'us')} ` : `limit ${sizeText(s.limit)} `;
  return details ? `${out}linklayer ethernet ` : out;
}

function json(q: QdiscSettings): Record<string, unknown> {
  const s = q as Tbf;
  const lat = latency(s);
  return {
    rate: s.rate,
    burst: bucketSize(s.burst, s.rate),
    ...(s.peakrate && s.mtu && { minburst: bucketSize(s.mtu, s.peakrate) }),
    ...(lat >= 0 ? { lat: Math.trunc(lat) } : { limit: s.limit }),
  };
}

/** tbf. */
export const tbf: QdiscKind = { parse, text, json };
