/** Strings and counters. @see redis src/t_string.c */
import {
  type Commands,
  command,
  float,
  integer,
  NOT_FLOAT,
  NOT_INT,
  range,
  type Scope,
  SYNTAX,
  typed,
  WRONGTYPE,
} from './command.ts';
import { array, bulk, error, int, OK, type Reply } from './resp.ts';
import type { Store } from './store.ts';

function set({ store, args, name }: Scope): Reply {
  const [key = '', text = '', ...options] = args;
  let expiry: number | undefined;
  let keep = false;
  let only: 'NX' | 'XX' | undefined;
  let get = false;
  for (let i = 0; i < options.length; i++) {
    const o = (options[i] as string).toUpperCase();
    if (o === 'NX' || o === 'XX') {
      if (only && only !== o) return SYNTAX;
      only = o;
    } else if (o === 'GET') get = true;
    else if (o === 'KEEPTTL') keep = true;
    else if (['EX', 'PX', 'EXAT', 'PXAT'].includes(o)) {
      const given = options[++i];
      if (given === undefined || expiry !== undefined || keep) return SYNTAX;
      const n = integer(given);
      if (n === undefined) return NOT_INT;
      if (n <= 0) return error(`ERR invalid expire time in '${name.toLowerCase()}' command`);
      expiry = (o.startsWith('P') ? n : n * 1000) + (o.endsWith('AT') ? 0 : store.now());
    } else return SYNTAX;
  }
  const old = store.get(key);
  if (get && old && old.type !== 'string') return WRONGTYPE;
  const before = bulk(old?.type === 'string' ? old.text : null);
  if ((only === 'NX' && old) || (only === 'XX' && !old)) return get ? before : bulk(null);
  store.set(key, { type: 'string', text }, keep);
  if (expiry !== undefined) store.expire(key, expiry);
  return get ? before : OK;
}

function get(store: Store, key: string): Reply {
  const v = typed(store, key, 'string');
  return v === 'wrong' ? WRONGTYPE : bulk(v?.text);
}

function add(store: Store, key: string, by: number): Reply {
  const v = typed(store, key, 'string');
  if (v === 'wrong') return WRONGTYPE;
  const n = integer(v?.text ?? '0');
  if (n === undefined) return NOT_INT;
  if (!Number.isSafeInteger(n + by)) return error('ERR increment or decrement would overflow');
  store.set(key, { type: 'string', text: String(n + by) }, true);
  return int(n + by);
}

function by(sign: 1 | -1): (s: Scope) => Reply {
  return ({ store, args }) => {
    const n = integer(args[1]);
    return n === undefined ? NOT_INT : add(store, args[0] as string, sign * n);
  };
}

function withExpiry(unit: number): (s: Scope) => Reply {
  return ({ store, args, name }) => {
    const n = integer(args[1]);
    if (n === undefined) return NOT_INT;
    if (n <= 0) return error(`ERR invalid expire time in '${name.toLowerCase()}' command`);
    store.set(args[0] as string, { type: 'string', text: args[2] as string });
    store.expire(args[0] as string, store.now() + n * unit);
    return OK;
  };
}

function setAll({ store, args, name }: Scope): Reply {
  if (args.length % 2 !== 0) return error(`ERR wrong number of arguments for '${name.toLowerCase()}' command`);
  for (let i = 0; i < args.length; i += 2)
    store.set(args[i] as string, { type: 'string', text: args[i + 1] as string });
  return OK;
}

export const STRINGS: Commands = {
  set: command(-3, set),
  get: command(2, ({ store, args }) => get(store, args[0] as string)),
  getset: command(3, ({ store, args }) => {
    const old = get(store, args[0] as string);
    if (old.kind !== 'error') store.set(args[0] as string, { type: 'string', text: args[1] as string });
    return old;
  }),
  getdel: command(2, ({ store, args }) => {
    const old = get(store, args[0] as string);
    if (old.kind !== 'error') store.delete(args[0] as string);
    return old;
  }),
  setnx: command(3, ({ store, args }) => {
    if (store.get(args[0] as string)) return int(0);
    store.set(args[0] as string, { type: 'string', text: args[1] as string });
    return int(1);
  }),
  setex: command(4, withExpiry(1000)),
  psetex: command(4, withExpiry(1)),
  mset: command(-3, setAll),
  mget: command(-2, ({ store, args }) =>
    array(
      args.map((k) => {
        const v = typed(store, k, 'string');
        return bulk(v === 'wrong' ? null : v?.text);
      }),
    ),
  ),
  incr: command(2, ({ store, args }) => add(store, args[0] as string, 1)),
  decr: command(2, ({ store, args }) => add(store, args[0] as string, -1)),
  incrby: command(3, by(1)),
  decrby: command(3, by(-1)),
  incrbyfloat: command(3, ({ store, args }) => {
    const v = typed(store, args[0] as string, 'string');
    if (v === 'wrong') return WRONGTYPE;
    const a = float(v?.text ?? '0');
    const b = float(args[1]);
    if (a === undefined || b === undefined) return NOT_FLOAT;
    const text = String(Number((a + b).toPrecision(15)));
    store.set(args[0] as string, { type: 'string', text }, true);
    return bulk(text);
  }),
  append: command(3, ({ store, args }) => {
    const v = typed(store, args[0] as string, 'string');
    if (v === 'wrong') return WRONGTYPE;
    const text = (v?.text ?? '') + args[1];
    store.set(args[0] as string, { type: 'string', text }, true);
    return int(text.length);
  }),
  strlen: command(2, ({ store, args }) => {
    const v = typed(store, args[0] as string, 'string');
    return v === 'wrong' ? WRONGTYPE : int(v?.text.length ?? 0);
  }),
  getrange: command(4, ({ store, args }) => {
    const v = typed(store, args[0] as string, 'string');
    if (v === 'wrong') return WRONGTYPE;
    const [from, to] = [integer(args[1]), integer(args[2])];
    if (from === undefined || to === undefined) return NOT_INT;
    const r = range(from, to, v?.text.length ?? 0);
    return bulk(r ? (v?.text.slice(r[0], r[1] + 1) ?? '') : '');
  }),
};
