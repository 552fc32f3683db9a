/** Lists. @see redis src/t_list.c */
import { type Commands, command, integer, NOT_INT, range, type Scope, typed, WRONGTYPE } from './command.ts';
import { array, bulk, bulks, error, int, OK, type Reply } from './resp.ts';
import type { Store } from './store.ts';

/** The list of a key, made when there is none. */
function list(store: Store, key: string): string[] | 'wrong' {
  const v = typed(store, key, 'list');
  if (v === 'wrong') return v;
  if (v) return v.items;
  const items: string[] = [];
  store.set(key, { type: 'list', items });
  return items;
}

function push(head: boolean, must: boolean): (s: Scope) => Reply {
  return ({ store, args }) => {
    const key = args[0] as string;
    if (must && !store.get(key)) return int(0);
    const items = list(store, key);
    if (items === 'wrong') return WRONGTYPE;
    for (const v of args.slice(1)) head ? items.unshift(v) : items.push(v);
    store.tidy(key);
    return int(items.length);
  };
}

/** Takes one from an end; undefined when there is none. */
export function popOne(store: Store, key: string, head: boolean): string | undefined | 'wrong' {
  const v = typed(store, key, 'list');
  if (v === 'wrong') return v;
  const item = head ? v?.items.shift() : v?.items.pop();
  if (item !== undefined) store.tidy(key);
  return item;
}

function pop(head: boolean): (s: Scope) => Reply {
  return ({ store, args }) => {
    const key = args[0] as string;
    const v = typed(store, key, 'list');
    if (v === 'wrong') return WRONGTYPE;
    if (args[1] === undefined) return bulk(v && popOne(store, key, head));
    const n = integer(args[1]);
    if (n === undefined || n < 0) return error('ERR value is out of range, must be positive');
    if (!v) return array(null);
    const out: string[] = [];
    while (out.length < n && v.items.length > 0) out.push((head ? v.items.shift() : v.items.pop()) as string);
    store.tidy(key);
    return bulks(out);
  };
}

/** A command on the items of a list that is there; `none` when it is not. */
function on(arity: number, none: Reply, run: (items: string[], s: Scope) => Reply): Commands[string] {
  return command(arity, (s) => {
    const v = typed(s.store, s.args[0] as string, 'list');
    return v === 'wrong' ? WRONGTYPE : v ? run(v.items, s) : none;
  });
}

export const LISTS: Commands = {
  lpush: command(-3, push(true, false)),
  rpush: command(-3, push(false, false)),
  lpushx: command(-3, push(true, true)),
  rpushx: command(-3, push(false, true)),
  lpop: command(-2, pop(true)),
  rpop: command(-2, pop(false)),
  llen: on(2, int(0), (items) => int(items.length)),
  lindex: on(3, bulk(null), (items, { args }) => {
    const i = integer(args[1]);
    return i === undefined ? NOT_INT : bulk(items.at(i));
  }),
  lrange: on(4, array([]), (items, { args }) => {
    const [from, to] = [integer(args[1]), integer(args[2])];
    if (from === undefined || to === undefined) return NOT_INT;
    const r = range(from, to, items.length);
    return bulks(r ? items.slice(r[0], r[1] + 1) : []);
  }),
  lset: on(4, error('ERR no such key'), (items, { args }) => {
    const i = integer(args[1]);
    if (i === undefined) return NOT_INT;
    const at = i < 0 ? items.length + i : i;
    if (items[at] === undefined) return error('ERR index out of range');
    items[at] = args[2] as string;
    return OK;
  }),
  lrem: on(4, int(0), (items, { store, args }) => {
    const n = integer(args[1]);
    if (n === undefined) return NOT_INT;
    let left = n === 0 ? Number.POSITIVE_INFINITY : Math.abs(n);
    let gone = 0;
    const order = items.map((_, i) => (n < 0 ? items.length - 1 - i : i));
    const drop = new Set(order.filter((i) => items[i] === args[2] && left-- > 0));
    gone = drop.size;
    const kept = items.filter((_, i) => !drop.has(i));
    items.splice(0, items.length, ...kept);
    store.tidy(args[0] as string);
    return int(gone);
  }),
  ltrim: on(4, OK, (items, { store, args }) => {
    const [from, to] = [integer(args[1]), integer(args[2])];
    if (from === undefined || to === undefined) return NOT_INT;
    const r = range(from, to, items.length);
    const kept = r ? items.slice(r[0], r[1] + 1) : [];
    items.splice(0, items.length, ...kept);
    store.tidy(args[0] as string);
    return OK;
  }),
  rpoplpush: command(3, ({ store, args }) => {
    const [from = '', to = ''] = args;
    if (typed(store, from, 'list') === 'wrong' || typed(store, to, 'list') === 'wrong') return WRONGTYPE;
    const item = popOne(store, from, false);
    if (item === undefined) return bulk(null);
    const items = list(store, to);
    if (items === 'wrong') return WRONGTYPE;
    items.unshift(item);
    return bulk(item);
  }),
};
