/** Sorted sets. @see redis src/t_zset.c */
import {
  type Command,
  type Commands,
  command,
  float,
  integer,
  NOT_FLOAT,
  NOT_INT,
  number,
  range,
  type Scope,
  SYNTAX,
  typed,
  WRONGTYPE,
} from './command.ts';
import { bulk, bulks, error, int, type Reply } from './resp.ts';

type Scores = Map<string, number>;

const sorted = (scores: Scores): [string, number][] => [...scores].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1));

const read = (arity: number, run: (scores: Scores, s: Scope) => Reply): Command =>
  command(arity, (s) => {
    const v = typed(s.store, s.args[0] as string, 'zset');
    return v === 'wrong' ? WRONGTYPE : run(v?.scores ?? new Map(), s);
  });

/** The scores of a key, made when there are none. */
function own({ store, args }: Scope): Scores | 'wrong' {
  const v = typed(store, args[0] as string, 'zset');
  if (v === 'wrong') return v;
  if (v) return v.scores;
  const scores: Scores = new Map();
  store.set(args[0] as string, { type: 'zset', scores });
  return scores;
}

function add(s: Scope): Reply {
  const rest = [...s.args.slice(1)];
  const flags = new Set<string>();
  while (/^(NX|XX|GT|LT|CH|INCR)$/i.test(rest[0] ?? '')) flags.add((rest.shift() as string).toUpperCase());
  if (rest.length === 0 || rest.length % 2 !== 0) return SYNTAX;
  const pairs: [string, number][] = [];
  for (let i = 0; i < rest.length; i += 2) {
    const score = float(rest[i]);
    if (score === undefined) return NOT_FLOAT;
    pairs.push([rest[i + 1] as string, score]);
  }
  const scores = own(s);
  if (scores === 'wrong') return WRONGTYPE;
  let added = 0;
  let changed = 0;
  for (const [m, score] of pairs) {
    const old = scores.get(m);
    if ((flags.has('NX') && old !== undefined) || (flags.has('XX') && old === undefined)) continue;
    if (old === undefined) added++;
    else if (old !== score) changed++;
    scores.set(m, score);
  }
  s.store.tidy(s.args[0] as string);
  return int(flags.has('CH') ? added + changed : added);
}

function span(reverse: boolean): (scores: Scores, s: Scope) => Reply {
  return (scores, { args }) => {
    const options = args.slice(3).map((a) => a.toUpperCase());
    const [from, to] = [integer(args[1]), integer(args[2])];
    if (from === undefined || to === undefined) return NOT_INT;
    if (options.some((o) => o !== 'WITHSCORES' && o !== 'REV')) return SYNTAX;
    const all = sorted(scores);
    if (reverse !== options.includes('REV')) all.reverse();
    const r = range(from, to, all.length);
    return rows(r ? all.slice(r[0], r[1] + 1) : [], options.includes('WITHSCORES'));
  };
}

const rows = (all: readonly [string, number][], withScores: boolean): Reply =>
  bulks(all.flatMap(([m, s]) => (withScores ? [m, number(s)] : [m])));

/** `(1` is exclusive. */
function bound(s: string): { value: number; open: boolean } | undefined {
  const open = s.startsWith('(');
  const value = float(open ? s.slice(1) : s);
  return value === undefined ? undefined : { value, open };
}

function byScore(scores: Scores, args: readonly string[]): [string, number][] | Reply {
  const [low, high] = [bound(args[1] ?? ''), bound(args[2] ?? '')];
  if (!low || !high) return error('ERR min or max is not a float');
  return sorted(scores).filter(
    ([, s]) => (low.open ? s > low.value : s >= low.value) && (high.open ? s < high.value : s <= high.value),
  );
}

function rank(reverse: boolean): (scores: Scores, s: Scope) => Reply {
  return (scores, { args }) => {
    const all = sorted(scores);
    if (reverse) all.reverse();
    const i = all.findIndex(([m]) => m === args[1]);
    return i < 0 ? bulk(null) : int(i);
  };
}

export const ZSETS: Commands = {
  zadd: command(-4, add),
  zrange: read(-4, span(false)),
  zrevrange: read(-4, span(true)),
  zrangebyscore: read(-4, (scores, { args }) => {
    const got = byScore(scores, args);
    return Array.isArray(got)
      ? rows(
          got,
          args.slice(3).some((a) => a.toUpperCase() === 'WITHSCORES'),
        )
      : (got as Reply);
  }),
  zcount: read(4, (scores, { args }) => {
    const got = byScore(scores, args);
    return Array.isArray(got) ? int(got.length) : (got as Reply);
  }),
  zscore: read(3, (scores, { args }) => {
    const s = scores.get(args[1] as string);
    return bulk(s === undefined ? null : number(s));
  }),
  zcard: read(2, (scores) => int(scores.size)),
  zrank: read(3, rank(false)),
  zrevrank: read(3, rank(true)),
  zrem: read(-3, (scores, { store, args }) => {
    const gone = args.slice(1).filter((m) => scores.delete(m)).length;
    if (gone > 0) store.tidy(args[0] as string);
    return int(gone);
  }),
  zincrby: command(4, (s) => {
    const by = float(s.args[1]);
    if (by === undefined) return NOT_FLOAT;
    const scores = own(s);
    if (scores === 'wrong') return WRONGTYPE;
    const next = (scores.get(s.args[2] as string) ?? 0) + by;
    scores.set(s.args[2] as string, next);
    return bulk(number(next));
  }),
};
