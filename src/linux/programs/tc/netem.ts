/**
 * netem's options and how they are shown.
 * Limits: no `ecn`, no `slot`.
 * @see iproute2 tc/q_netem.c
 */
import type { Distribution, QdiscSettings } from '../../kernel/netadmin.ts';
import { matches, type Words } from '../ip/args.ts';
import { type QdiscKind, Refusal } from './kind.ts';
import { parsePercent, parseRate, parseSize, parseTime, percentText, rateText, timeText } from './units.ts';

type Netem = Extract<QdiscSettings, { kind: 'netem' }>;
type Draft = { -readonly [K in keyof Netem]: Netem[K] };

const USAGE = `Usage: ... netem [ limit PACKETS ]
                 [ delay TIME [ JITTER [CORRELATION]]]
                 [ distribution {uniform|normal|pareto|paretonormal} ]
                 [ corrupt PERCENT [CORRELATION]]
                 [ duplicate PERCENT [CORRELATION]]
                 [ loss random PERCENT [CORRELATION]]
                 [ loss state P13 [P31 [P32 [P23 P14]]]
                 [ loss gemodel PERCENT [R [1-H [1-K]]]
                 [ reorder PERCENT [CORRELATION] [ gap DISTANCE ]]
                 [ rate RATE [PACKETOVERHEAD] [CELLSIZE] [CELLOVERHEAD]]
                 [ seed SEED ]
`;
const ALL = 0xffffffff;

const illegal = (what: string): Refusal => new Refusal(`Illegal "${what}"\n`);

function isNumber(word: string | undefined): boolean {
  const c = word?.[0] ?? '';
  return c >= '0' && c <= '9';
}

/** A value by a parser, or the complaint about `what`. */
function value<T>(w: Words, parse: (text: string) => T | undefined, what: string): T {
  const v = parse(w.need());
  if (v === undefined) throw illegal(what);
  return v;
}

/** The next word when it is a number. */
function maybe<T>(w: Words, parse: (text: string) => T | undefined, what: string): T | undefined {
  return isNumber(w.peek()) ? value(w, parse, what) : undefined;
}

const integer = (text: string): number | undefined => {
  const n = Number(text);
  return Number.isInteger(n) ? n : undefined;
};

function delay(w: Words, s: Draft): void {
  s.delay = value(w, parseTime, 'latency');
  s.jitter = maybe(w, parseTime, 'latency');
  if (s.jitter !== undefined) s.delayCorrelation = maybe(w, parsePercent, 'latency');
}

function loss(w: Words, s: Draft): void {
  if (s.loss || s.lossState || s.lossGemodel) throw illegal('duplicate loss argument');
  const word = w.peek();
  if (word === 'random' || isNumber(word)) {
    if (word === 'random') w.take();
    s.loss = [value(w, parsePercent, 'loss percent'), maybe(w, parsePercent, 'loss correlation') ?? 0];
  } else if (word === 'state') {
    w.take();
    const p13 = value(w, parsePercent, 'loss p13');
    const rest = ['p31', 'p32', 'p23', 'p14'].map((name) => maybe(w, parsePercent, `loss ${name}`));
    s.lossState = [p13, rest[0] ?? ALL - p13, rest[1] ?? 0, rest[2] ?? ALL, rest[3] ?? 0];
  } else if (word === 'gemodel') {
    w.take();
    const p = value(w, parsePercent, 'loss gemodel p');
    const r = maybe(w, parsePercent, 'loss gemodel r') ?? ALL - p;
    const bad = maybe(w, parsePercent, 'loss gemodel 1-h');
    const good = maybe(w, parsePercent, 'loss gemodel 1-k') ?? 0;
    s.lossGemodel = [p, r, bad === undefined ? 0 : ALL - bad, good];
  } else throw new Refusal(`Unknown loss parameter: ${word ?? ''}\n`);
}

function rate(w: Words, s: Draft): void {
  s.rate = value(w, parseRate, 'rate');
  s.overhead = maybe(w, integer, 'rate');
  if (s.overhead !== undefined) s.cell = maybe(w, integer, 'rate');
  if (s.cell !== undefined) s.cellOverhead = maybe(w, integer, 'rate');
}

const pair = (w: Words, what: string): readonly [number, number] => [
  value(w, parsePercent, what),
  maybe(w, parsePercent, what) ?? 0,
];

const DISTRIBUTIONS: readonly string[] = ['uniform', 'normal', 'pareto', 'paretonormal'] satisfies Distribution[];

function distribution(w: Words): Distribution {
  const name = w.need();
  if (!DISTRIBUTIONS.includes(name))
    throw new Refusal(`No distribution data for ${name} (/usr/lib/tc//${name}.dist: No such file or directory)\n`);
  return name as Distribution;
}

function option(word: string, w: Words, s: Draft): boolean {
  if (matches(word, 'limit')) s.limit = value(w, parseSize, 'limit');
  else if (matches(word, 'latency') || matches(word, 'delay')) delay(w, s);
  else if (matches(word, 'loss') || matches(word, 'drop')) loss(w, s);
  else if (matches(word, 'reorder')) s.reorder = pair(w, 'reorder');
  else if (matches(word, 'corrupt')) s.corrupt = pair(w, 'corrupt');
  else if (matches(word, 'gap')) s.gap = value(w, integer, 'gap');
  else if (matches(word, 'duplicate')) s.duplicate = pair(w, 'duplicate');
  else if (matches(word, 'distribution')) s.distribution = distribution(w);
  else if (matches(word, 'rate')) rate(w, s);
  else if (matches(word, 'seed')) s.seed = BigInt(value(w, integer, 'seed'));
  else return false;
  return true;
}

function parse(w: Words): QdiscSettings {
  const s: Draft = { kind: 'netem', limit: 1000 };
  for (let word = w.take(); word !== undefined; word = w.take()) {
    if (word === 'help') throw new Refusal(USAGE);
    if (!option(word, w, s)) throw new Refusal(`What is "${word}"?\n${USAGE}`);
  }
  if (s.reorder?.[0]) {
    if (!s.delay) throw new Refusal(`reordering not possible without specifying some delay\n${USAGE}`);
    s.gap ||= 1;
  } else if (s.gap) throw new Refusal(`gap specified without reorder probability\n${USAGE}`);
  if (s.distribution && (!s.delay || !s.jitter))
    throw new Refusal(`distribution specified but no latency and jitter values\n${USAGE}`);
  return s;
}

const withCorrelation = (name: string, p: readonly [number, number] | undefined): string =>
  p ? ` ${name} ${percentText(p[0])}${p[1] ? ` ${percentText(p[1])}` : ''}` : '';

function text(q: QdiscSettings): string {
  const s = q as Netem;
  let out = `limit ${s.limit}`;
  if (s.delay) {
    out += ` delay ${timeText(s.delay)}`;
    if (s.jitter) out += `  ${timeText(s.jitter)}`;
    if (s.jitter && s.delayCorrelation) out += ` ${percentText(s.delayCorrelation)}`;
  }
  out += withCorrelation('loss', s.loss);
  if (s.lossState) {
    const [p13, p31, p32, p23, p14] = s.lossState.map(percentText);
    out += ` loss state p13 ${p13} p31 ${p31} p32 ${p32} p23 ${p23} p14 ${p14}`;
  }
  if (s.lossGemodel) {
    const [p, r, h, k] = s.lossGemodel as [number, number, number, number];
    out += ` loss gemodel p ${percentText(p)} r ${percentText(r)} 1-h ${percentText(ALL - h)} 1-k ${percentText(k)}`;
  }
  out += withCorrelation('duplicate', s.duplicate);
  out += withCorrelation('reorder', s.reorder);
  out += withCorrelation('corrupt', s.corrupt);
  if (s.rate) {
    out += ` rate ${rateText(s.rate)}`;
    if (s.overhead) out += ` packetoverhead ${s.overhead}`;
    if (s.cell) out += ` cellsize ${s.cell}`;
    if (s.cellOverhead) out += ` celloverhead ${s.cellOverhead}`;
  }
  if (s.gap) out += ` gap ${s.gap}`;
  return s.seed === undefined ? out : `${out} seed ${s.seed}`;
}

function json(q: QdiscSettings): Record<string, unknown> {
  const s = q as Netem;
  const part = (n: number): number => n / ALL;
  const chance = (name: string, p: readonly [number, number] | undefined): Record<string, unknown> =>
    p ? { [name]: { [name === 'loss-random' ? 'loss' : name]: part(p[0]), correlation: part(p[1]) } } : {};
  return {
    limit: s.limit,
    ...(s.delay && {
      delay: { delay: s.delay / 1e9, jitter: (s.jitter ?? 0) / 1e9, correlation: part(s.delayCorrelation ?? 0) },
    }),
    ...chance('loss-random', s.loss),
    ...chance('duplicate', s.duplicate),
    ...chance('reorder', s.reorder),
    ...chance('corrupt', s.corrupt),
    ...(s.rate && {
      rate: {
        rate: s.rate,
        packetoverhead: s.overhead ?? 0,
        cellsize: s.cell ?? 0,
        celloverhead: s.cellOverhead ?? 0,
      },
    }),
    ecn: false,
    ...(s.gap && { gap: s.gap }),
    ...(s.seed !== undefined && { seed: Number(s.seed) }),
  };
}

/** netem. */
export const netem: QdiscKind = { parse, text, json };
