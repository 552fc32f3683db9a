/** Sets. @see redis src/t_set.c */
import { type Command, type Commands, command, type Scope, typed, WRONGTYPE } from './command.ts';
import { array, bulk, bulks, int, type Reply } from './resp.ts';
import type { Store } from './store.ts';

const read = (arity: number, run: (members: Set<string>, s: Scope) => Reply): Command =>
  command(arity, (s) => {
    const v = typed(s.store, s.args[0] as string, 'set');
    return v === 'wrong' ? WRONGTYPE : run(v?.members ?? new Set(), s);
  });

function combine(
  how: (a: Set<string>, b: Set<string>) => Set<string>,
  from: number,
): (s: Scope) => Set<string> | Reply {
  return ({ store, args }) => {
    const all: Set<string>[] = [];
    for (const key of args.slice(from)) {
      const v = typed(store, key, 'set');
      if (v === 'wrong') return WRONGTYPE;
      all.push(v?.members ?? new Set());
    }
    return all.reduce((a, b) => how(a, b), new Set(all[0]));
  };
}

const inter = (a: Set<string>, b: Set<string>): Set<string> => new Set([...a].filter((x) => b.has(x)));
const union = (a: Set<string>, b: Set<string>): Set<string> => new Set([...a, ...b]);

/** Difference with all but the first, which `reduce` meets too. */
function difference({ store, args }: Scope): Reply {
  const sets = args.map((k) => typed(store, k, 'set'));
  if (sets.includes('wrong')) return WRONGTYPE;
  const [first, ...rest] = sets.map((v) => (v && v !== 'wrong' ? v.members : new Set<string>()));
  return bulks([...(first ?? [])].filter((x) => !rest.some((s) => s.has(x))));
}

function members(store: Store, key: string): Set<string> | 'wrong' {
  const v = typed(store, key, 'set');
  if (v === 'wrong') return v;
  if (v) return v.members;
  const made = new Set<string>();
  store.set(key, { type: 'set', members: made });
  return made;
}

const shown = (got: Set<string> | Reply): Reply => (got instanceof Set ? bulks([...got]) : got);

export const SETS: Commands = {
  sadd: command(-3, ({ store, args }) => {
    const set = members(store, args[0] as string);
    if (set === 'wrong') return WRONGTYPE;
    const before = set.size;
    for (const m of args.slice(1)) set.add(m);
    store.tidy(args[0] as string);
    return int(set.size - before);
  }),
  srem: command(-3, ({ store, args }) => {
    const v = typed(store, args[0] as string, 'set');
    if (v === 'wrong') return WRONGTYPE;
    const gone = args.slice(1).filter((m) => v?.members.delete(m)).length;
    if (v) store.tidy(args[0] as string);
    return int(gone);
  }),
  smembers: read(2, (m) => bulks([...m])),
  sismember: read(3, (m, { args }) => int(m.has(args[1] as string) ? 1 : 0)),
  smismember: read(-3, (m, { args }) => array(args.slice(1).map((x) => int(m.has(x) ? 1 : 0)))),
  scard: read(2, (m) => int(m.size)),
  srandmember: read(2, (m, { random }) => bulk([...m][random(Math.max(1, m.size))])),
  spop: read(2, (m, { store, args, random }) => {
    const one = [...m][random(Math.max(1, m.size))];
    if (one === undefined) return bulk(null);
    m.delete(one);
    store.tidy(args[0] as string);
    return bulk(one);
  }),
  sinter: command(-2, (s) => shown(combine(inter, 0)(s))),
  sunion: command(-2, (s) => shown(combine(union, 0)(s))),
  sdiff: command(-2, difference),
};
