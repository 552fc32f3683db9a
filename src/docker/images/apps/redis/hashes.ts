/** Hashes. @see redis src/t_hash.c */
import {
  type Command,
  type Commands,
  command,
  integer,
  NOT_INT,
  type Scope,
  typed,
  WRONGTYPE,
  wrongArity,
} from './command.ts';
import { array, bulk, bulks, error, int, OK, type Reply } from './resp.ts';
import type { Store } from './store.ts';

function fieldsOf(store: Store, key: string): Map<string, string> | 'wrong' {
  const v = typed(store, key, 'hash');
  if (v === 'wrong') return v;
  if (v) return v.fields;
  const fields = new Map<string, string>();
  store.set(key, { type: 'hash', fields });
  return fields;
}

/** A command that only reads. */
const read = (arity: number, run: (fields: ReadonlyMap<string, string>, s: Scope) => Reply): Command =>
  command(arity, (s) => {
    const v = typed(s.store, s.args[0] as string, 'hash');
    return v === 'wrong' ? WRONGTYPE : run(v?.fields ?? new Map(), s);
  });

function set(reply: (added: number) => Reply): (s: Scope) => Reply {
  return ({ store, args, name }) => {
    if (args.length % 2 === 0) return wrongArity(name);
    const fields = fieldsOf(store, args[0] as string);
    if (fields === 'wrong') return WRONGTYPE;
    const before = fields.size;
    for (let i = 1; i < args.length; i += 2) fields.set(args[i] as string, args[i + 1] as string);
    store.tidy(args[0] as string);
    return reply(fields.size - before);
  };
}

export const HASHES: Commands = {
  hset: command(-4, set(int)),
  hmset: command(
    -4,
    set(() => OK),
  ),
  hsetnx: command(4, ({ store, args }) => {
    const fields = fieldsOf(store, args[0] as string);
    if (fields === 'wrong') return WRONGTYPE;
    if (fields.has(args[1] as string)) return int(0);
    fields.set(args[1] as string, args[2] as string);
    return int(1);
  }),
  hget: read(3, (f, { args }) => bulk(f.get(args[1] as string))),
  hmget: read(-3, (f, { args }) => array(args.slice(1).map((k) => bulk(f.get(k))))),
  hgetall: read(2, (f) => bulks([...f].flat())),
  hkeys: read(2, (f) => bulks([...f.keys()])),
  hvals: read(2, (f) => bulks([...f.values()])),
  hlen: read(2, (f) => int(f.size)),
  hexists: read(3, (f, { args }) => int(f.has(args[1] as string) ? 1 : 0)),
  hstrlen: read(3, (f, { args }) => int(f.get(args[1] as string)?.length ?? 0)),
  hdel: command(-3, ({ store, args }) => {
    const v = typed(store, args[0] as string, 'hash');
    if (v === 'wrong') return WRONGTYPE;
    const gone = args.slice(1).filter((k) => v?.fields.delete(k)).length;
    if (v) store.tidy(args[0] as string);
    return int(gone);
  }),
  hincrby: command(4, ({ store, args }) => {
    const by = integer(args[2]);
    if (by === undefined) return NOT_INT;
    const fields = fieldsOf(store, args[0] as string);
    if (fields === 'wrong') return WRONGTYPE;
    const n = integer(fields.get(args[1] as string) ?? '0');
    if (n === undefined) return error('ERR hash value is not an integer');
    fields.set(args[1] as string, String(n + by));
    return int(n + by);
  }),
};
