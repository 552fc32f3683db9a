/**
 * Modules that look deeper into a packet, or ask what this machine would do with it: tcpmss, ecn, rpfilter, socket, helper,
 * hl. @see iptables extensions/libxt_*.c, libip6t_hl.c
 */
import type {
  EcnMatch,
  HelperMatch,
  HlMatch,
  RpfilterMatch,
  SocketMatch,
  TcpmssMatch,
} from '../../../kernel/nfmatch.ts';
import { UsageError } from '../values.ts';
import { bang, type Draft, extension, integer, must, spanText, type Words } from './spec.ts';

/** An option that no ! may stand before. */
function plain(module: string, option: string, w: Words): true {
  if (w.not) throw new UsageError(`${module}: option "--${option}" cannot be inverted.\n`);
  return true;
}

function mss(text: string): { from: number; to: number } {
  const one = (s: string, none: number): number => {
    if (s === '') return none;
    if (!/^\d+$/.test(s) || Number(s) > 65535)
      throw new UsageError(`tcpmss: bad value for option "--mss" near "${s}", or out of range (0-65535).\n`);
    return Number(s);
  };
  const [a, b] = text.split(':') as [string, string?];
  const from = one(a, 0);
  const to = b === undefined ? from : one(b, 65535);
  if (to < from) throw new UsageError('tcpmss: invalid range given');
  return { from, to };
}

export const tcpmss = extension<TcpmssMatch>({
  module: 'tcpmss',
  options: {
    mss: (d, w) => {
      d.mss = { value: mss(w.take()), not: w.not };
    },
  },
  check(d) {
    if (!d.mss) must('tcpmss', 'mss');
  },
  save: (m) => `${bang(m.mss)} --mss ${spanText(m.mss.value)}`,
  list: (m) => `tcpmss match ${m.mss.not ? '!' : ''}${spanText(m.mss.value)}`,
});

export const ecn = extension<EcnMatch>({
  module: 'ecn',
  options: {
    'ecn-tcp-cwr': (d, w) => {
      d.cwr = { value: true, not: w.not };
    },
    'ecn-tcp-ece': (d, w) => {
      d.ece = { value: true, not: w.not };
    },
    'ecn-ip-ect': (d, w) => {
      d.ect = { value: integer('ecn', 'ecn-ip-ect', w.take(), 0, 3), not: w.not };
    },
  },
  check(d) {
    if (!d.cwr && !d.ece && !d.ect) throw new UsageError('ECN match: some option required');
  },
  save: (m) =>
    (m.ece ? `${bang(m.ece)} --ecn-tcp-ece` : '') +
    (m.cwr ? `${bang(m.cwr)} --ecn-tcp-cwr` : '') +
    (m.ect ? `${bang(m.ect)} --ecn-ip-ect ${m.ect.value}` : ''),
  list: (m) =>
    'ECN match' +
    (m.ece ? ` ${m.ece.not ? '!' : ''}ECE` : '') +
    (m.cwr ? ` ${m.cwr.not ? '!' : ''}CWR` : '') +
    (m.ect ? ` ${m.ect.not ? '!' : ''}ECT=${m.ect.value}` : ''),
});

const RPFILTER = { loose: 'loose', validmark: 'validmark', 'accept-local': 'acceptLocal', invert: 'invert' } as const;
const SOCKET = { transparent: 'transparent', nowildcard: 'nowildcard', 'restore-skmark': 'restore' } as const;

/** Options that are there or not, by name. */
function switches<M extends RpfilterMatch | SocketMatch>(module: M['module'], names: Readonly<Record<string, string>>) {
  const set = (option: string, field: string) => (d: Draft<M>, w: Words) => {
    (d as Record<string, unknown>)[field] = plain(module, option, w);
  };
  const given = (m: M, dash: string): string =>
    Object.entries(names)
      .filter(([, field]) => (m as unknown as Record<string, unknown>)[field])
      .map(([option]) => ` ${dash}${option}`)
      .join('');
  return { options: Object.fromEntries(Object.entries(names).map(([o, f]) => [o, set(o, f)])), given };
}

const rp = switches<RpfilterMatch>('rpfilter', RPFILTER);
export const rpfilter = extension<RpfilterMatch>({
  module: 'rpfilter',
  options: rp.options,
  save: (m) => rp.given(m, '--'),
  list: (m) => `rpfilter${rp.given(m, '')}`,
});

const so = switches<SocketMatch>('socket', SOCKET);
export const socket = extension<SocketMatch>({
  module: 'socket',
  options: so.options,
  save: (m) => so.given(m, '--'),
  list: (m) => `socket${so.given(m, '--')}`,
});

export const helper = extension<HelperMatch>({
  module: 'helper',
  options: {
    helper: (d, w) => {
      d.helper = { value: w.take(), not: w.not };
    },
  },
  check(d) {
    if (!d.helper) must('helper', 'helper');
  },
  save: (m) => `${bang(m.helper)} --helper ${m.helper.value === '' ? '""' : m.helper.value}`,
  list: (m) => `helper match ${m.helper.not ? '! ' : ''}"${m.helper.value}"`,
});

const hlOption = (how: HlMatch['how']) => (d: Draft<HlMatch>, w: Words) => {
  d.how = how;
  d.hl = { value: integer('hl', `hl-${how}`, w.take(), 0, 255), not: w.not };
};

export const hl = extension<HlMatch>({
  module: 'hl',
  options: { 'hl-eq': hlOption('eq'), 'hl-lt': hlOption('lt'), 'hl-gt': hlOption('gt') },
  check(d) {
    if (!d.hl) throw new UsageError("HL match: You must specify one of `--hl-eq', `--hl-lt', `--hl-gt'");
  },
  save: (m) => `${bang(m.hl)} --hl-${m.how} ${m.hl.value}`,
  list: (m) => `HL match HL ${m.how === 'eq' ? (m.hl.not ? '!=' : '==') : m.how === 'lt' ? '<' : '>'} ${m.hl.value}`,
});
