/** Keys, whatever they hold. @see redis src/db.c, src/expire.c */
import { type Commands, command, integer, NOT_INT, type Scope, SYNTAX } from './command.ts';
import { array, bulk, bulks, error, int, OK, type Reply, simple } from './resp.ts';
import { globMatch, type Store } from './store.ts';

function expire(unit: number, absolute: boolean): (s: Scope) => Reply {
  return ({ store, args }) => {
    const n = integer(args[1]);
    if (n === undefined) return NOT_INT;
    const key = args[0] as string;
    if (!store.get(key)) return int(0);
    const at = n * unit + (absolute ? 0 : store.now());
    const old = store.expiry(key);
    const when = args[2]?.toUpperCase();
    if (when !== undefined && !['NX', 'XX', 'GT', 'LT'].includes(when))
      return error(`ERR Unsupported option ${args[2]}`);
    if (when === 'NX' && old !== undefined) return int(0);
    if (when === 'XX' && old === undefined) return int(0);
    if (when === 'GT' && (old === undefined || at <= old)) return int(0);
    if (when === 'LT' && old !== undefined && at >= old) return int(0);
    if (at <= store.now()) store.delete(key);
    else store.expire(key, at);
    return int(1);
  };
}

function ttl(unit: number): (s: Scope) => Reply {
  return ({ store, args }) => {
    const key = args[0] as string;
    if (!store.get(key)) return int(-2);
    const at = store.expiry(key);
    return int(at === undefined ? -1 : Math.floor((at - store.now() + unit / 2) / unit));
  };
}

const encodings: Readonly<Record<string, string>> = {
  list: 'listpack',
  hash: 'listpack',
  set: 'listpack',
  zset: 'listpack',
};

function object({ store, args }: Scope): Reply {
  const v = store.get(args[1] ?? '');
  const what = args[0]?.toLowerCase();
  if (what !== 'encoding' && what !== 'idletime' && what !== 'refcount')
    return error(`ERR unknown subcommand '${args[0]}'. Try OBJECT HELP.`);
  if (!v) return bulk(null);
  if (what !== 'encoding') return int(what === 'refcount' ? 1 : 0);
  if (v.type !== 'string') return bulk(encodings[v.type]);
  return bulk(integer(v.text) !== undefined ? 'int' : v.text.length <= 44 ? 'embstr' : 'raw');
}

function scan({ store, args }: Scope): Reply {
  let pattern = '*';
  let type: string | undefined;
  for (let i = 1; i < args.length; i += 2) {
    const value = args[i + 1];
    const option = (args[i] as string).toUpperCase();
    if (value === undefined || !['MATCH', 'COUNT', 'TYPE'].includes(option)) return SYNTAX;
    if (option === 'MATCH') pattern = value;
    if (option === 'TYPE') type = value;
  }
  if (!/^\d+$/.test(args[0] ?? '')) return error('ERR invalid cursor');
  const keys = store.keys().filter((k) => globMatch(pattern, k) && (type === undefined || store.get(k)?.type === type));
  return array([bulk('0'), bulks(keys)]);
}

const remove = ({ store, args }: Scope): Reply => int(args.filter((k) => store.get(k) && store.delete(k)).length);

function rename(onlyNew: boolean): (s: Scope) => Reply {
  return ({ store, args }) => {
    const [from = '', to = ''] = args;
    const v = store.get(from);
    if (!v) return error('ERR no such key');
    if (onlyNew && store.get(to)) return int(0);
    const at = store.expiry(from);
    store.delete(from);
    store.set(to, v);
    if (at !== undefined) store.expire(to, at);
    return onlyNew ? int(1) : OK;
  };
}

const count = (store: Store, keys: readonly string[]): Reply => int(keys.filter((k) => store.get(k)).length);

export const KEYS: Commands = {
  del: command(-2, remove),
  unlink: command(-2, remove),
  exists: command(-2, ({ store, args }) => count(store, args)),
  touch: command(-2, ({ store, args }) => count(store, args)),
  type: command(2, ({ store, args }) => simple(store.get(args[0] as string)?.type ?? 'none')),
  keys: command(2, ({ store, args }) => bulks(store.keys().filter((k) => globMatch(args[0] as string, k)))),
  scan: command(-2, scan),
  randomkey: command(1, ({ store, random }) => bulk(store.keys()[random(Math.max(1, store.size))])),
  rename: command(3, rename(false)),
  renamenx: command(3, rename(true)),
  expire: command(-3, expire(1000, false)),
  pexpire: command(-3, expire(1, false)),
  expireat: command(-3, expire(1000, true)),
  pexpireat: command(-3, expire(1, true)),
  ttl: command(2, ttl(1000)),
  pttl: command(2, ttl(1)),
  persist: command(2, ({ store, args }) => {
    const had = store.get(args[0] as string) && store.expiry(args[0] as string) !== undefined;
    if (had) store.expire(args[0] as string, undefined);
    return int(had ? 1 : 0);
  }),
  object: command(-2, object),
  dbsize: command(1, ({ store }) => int(store.size)),
  flushdb: command(-1, ({ store }) => {
    store.clear();
    return OK;
  }),
};
