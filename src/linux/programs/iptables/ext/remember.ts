/** Modules that remember: recent, connlimit. @see iptables extensions/libxt_recent.c, libxt_connlimit.c */
import { formatIp, ip4, parseIp } from '../../../../base/ip.ts';
import type { ConnlimitMatch, RecentMatch } from '../../../kernel/nfmatch.ts';
import { UsageError } from '../values.ts';
import { type Draft, extension, integer, type Words } from './spec.ts';

/** Two options of which only one may be given. */
function clash(module: string, option: string, other: string): never {
  throw new UsageError(`${module}: option "--${option}" cannot be used together with "--${other}".\n`);
}

type How = RecentMatch['how'];

const action = (how: How) => (d: Draft<RecentMatch>, w: Words) => {
  if (d.how && d.how !== how) {
    const [a, b] = HOWS.indexOf(how) < HOWS.indexOf(d.how) ? [how, d.how] : [d.how, how];
    clash('recent', a, b);
  }
  d.how = how;
  d.not = w.not;
};

const HOWS: readonly How[] = ['set', 'rcheck', 'update', 'remove'];
const LIST: Readonly<Record<How, string>> = { set: 'SET', rcheck: 'CHECK', update: 'UPDATE', remove: 'REMOVE' };

export const recent = extension<RecentMatch>({
  module: 'recent',
  options: {
    set: action('set'),
    rcheck: action('rcheck'),
    update: action('update'),
    remove: action('remove'),
    seconds: (d, w) => {
      d.seconds = integer('recent', 'seconds', w.take(), 1, 2 ** 32 - 1);
    },
    reap: (d) => {
      d.reap = true;
    },
    hitcount: (d, w) => {
      d.hitcount = integer('recent', 'hitcount', w.take(), 0, 2 ** 32 - 1);
    },
    rttl: (d) => {
      d.rttl = true;
    },
    name: (d, w) => {
      d.name = w.take();
    },
    mask: (d, w) => {
      const text = w.take();
      const mask = parseIp(text);
      if (mask?.v !== w.family) throw new UsageError(`recent: Bad value for "--mask" option: "${text}"`);
      d.mask = mask;
    },
    rsource: (d) => {
      d.side = 'source';
    },
    rdest: (d) => {
      d.side = 'dest';
    },
  },
  check(d, family) {
    if (!d.how) throw new UsageError("recent: you must specify one of `--set', `--rcheck' `--update' or `--remove'");
    if (d.reap && d.seconds === undefined) throw new UsageError('recent: option "--reap" also requires "--seconds".\n');
    d.not ??= false;
    d.name ??= 'DEFAULT';
    d.side ??= 'source';
    d.mask ??= family === 4 ? ip4(0xffffffff) : { v: 6, value: 2n ** 128n - 1n };
  },
  save: (m) =>
    `${m.not ? ' !' : ''} --${m.how}` +
    (m.seconds === undefined ? '' : ` --seconds ${m.seconds}`) +
    (m.reap ? ' --reap' : '') +
    (m.hitcount ? ` --hitcount ${m.hitcount}` : '') +
    (m.rttl ? ' --rttl' : '') +
    ` --name ${m.name} --mask ${formatIp(m.mask)} --r${m.side}`,
  list: (m) =>
    `${m.not ? '! ' : ''}recent: ${LIST[m.how]}` +
    (m.seconds === undefined ? '' : ` seconds: ${m.seconds}`) +
    (m.reap ? ' reap' : '') +
    (m.hitcount ? ` hit_count: ${m.hitcount}` : '') +
    (m.rttl ? ' TTL-Match' : '') +
    ` name: ${m.name} side: ${m.side} mask: ${formatIp(m.mask)}`,
});

const limit = (upto: boolean) => (d: Draft<ConnlimitMatch>, w: Words) => {
  if (d.limit !== undefined)
    clash('connlimit', `connlimit-${upto ? 'upto' : 'above'}`, `connlimit-${upto ? 'above' : 'upto'}`);
  d.limit = integer('connlimit', `connlimit-${upto ? 'upto' : 'above'}`, w.take(), 0, 2 ** 32 - 1);
  d.upto = upto !== w.not;
};

export const connlimit = extension<ConnlimitMatch>({
  module: 'connlimit',
  options: {
    'connlimit-above': limit(false),
    'connlimit-upto': limit(true),
    'connlimit-mask': (d, w) => {
      const bits = integer('connlimit', 'connlimit-mask', w.take(), 0, w.family === 4 ? 32 : 128);
      d.net = { addr: w.family === 4 ? ip4(0) : { v: 6, value: 0n }, bits };
    },
    'connlimit-saddr': (d) => {
      d.side = 'src';
    },
    'connlimit-daddr': (d) => {
      d.side = 'dst';
    },
  },
  check(d, family) {
    if (d.limit === undefined) throw new UsageError('You must specify "--connlimit-above" or "--connlimit-upto".');
    d.side ??= 'src';
    d.net ??= family === 4 ? { addr: ip4(0), bits: 32 } : { addr: { v: 6, value: 0n }, bits: 128 };
  },
  save: (m) =>
    ` --connlimit-${m.upto ? 'upto' : 'above'} ${m.limit} --connlimit-mask ${m.net.bits} --connlimit-${m.side === 'src' ? 'saddr' : 'daddr'}`,
  list: (m) => `#conn ${m.side}/${m.net.bits} ${m.upto ? '<=' : '>'} ${m.limit}`,
});
