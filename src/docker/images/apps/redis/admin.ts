/** Commands that ask the server about itself. @see redis src/server.c, src/networking.c, src/config.c */
import { formatIp } from '../../../../base/ip.ts';
import { wrongArity } from './command.ts';
import { FIXED } from './config.ts';
import { array, bulk, bulks, error, int, OK, type Reply, simple } from './resp.ts';
import type { Server } from './server.ts';
import type { Session } from './session.ts';
import { globMatch } from './store.ts';

/** What a server says of itself. */
export const VERSION = '8.0.2';

type Admin = (server: Server, session: Session, args: readonly string[]) => Reply;

const sub = (name: string, args: readonly string[]): Reply =>
  error(`ERR unknown subcommand '${args[0]}'. Try ${name} HELP.`);

function config(server: Server, _s: Session, args: readonly string[]): Reply {
  const what = args[0]?.toLowerCase();
  if (what === 'get') {
    const hits = [...server.settings].filter(([k]) => args.slice(1).some((p) => globMatch(p.toLowerCase(), k)));
    return bulks(hits.flat());
  }
  if (what === 'resetstat' || what === 'rewrite') return OK;
  if (what !== 'set') return sub('CONFIG', args);
  if (args.length < 3 || args.length % 2 === 0) return wrongArity('config|set');
  for (let i = 1; i < args.length; i += 2) {
    const key = (args[i] as string).toLowerCase();
    if (!server.settings.has(key))
      return error(`ERR Unknown option or number of arguments for CONFIG SET - '${args[i]}'`);
    if (FIXED.has(key))
      return error(`ERR CONFIG SET failed (possibly related to argument '${key}') - can't set immutable config`);
    server.settings.set(key, args[i + 1] as string);
  }
  return OK;
}

const at = (a: { ip?: Parameters<typeof formatIp>[0]; port?: number }): string =>
  `${a.ip ? formatIp(a.ip) : '?'}:${a.port ?? 0}`;

function describe(server: Server, s: Session): string {
  const age = Math.floor((server.sys.now() - s.since) / 1e9);
  const idle = Math.floor((server.sys.now() - s.lastUsed) / 1e9);
  const flags = s.channels.size + s.patterns.size > 0 ? 'P' : s.queue ? 'x' : 'N';
  return (
    `id=${s.id} addr=${at(s.peer)} laddr=${at(s.local)} fd=${s.fd} name=${s.name} age=${age} idle=${idle} flags=${flags} db=${s.db} ` +
    `sub=${s.channels.size} psub=${s.patterns.size} ssub=0 multi=${s.queue ? s.queue.length : -1} watch=${s.watched.size} qbuf=26 ` +
    `qbuf-free=20448 argv-mem=10 multi-mem=0 rbs=16384 rbp=16384 obl=0 oll=0 omem=0 tot-mem=37746 events=r ` +
    `cmd=${s.lastCommand} user=default redir=-1 resp=2 lib-name=${s.libName} lib-ver=${s.libVersion}\n`
  );
}

function client(server: Server, s: Session, args: readonly string[]): Reply {
  switch (args[0]?.toLowerCase()) {
    case 'list':
      return bulk([...server.sessions].map((x) => describe(server, x)).join(''));
    case 'info':
      return bulk(describe(server, s));
    case 'id':
      return int(s.id);
    case 'getname':
      return bulk(s.name === '' ? null : s.name);
    case 'setname':
      s.name = args[1] ?? '';
      return OK;
    case 'setinfo':
      if (args[1]?.toLowerCase() === 'lib-name') s.libName = args[2] ?? '';
      else s.libVersion = args[2] ?? '';
      return OK;
    case 'kill': {
      const hits = [...server.sessions].filter(
        (x) => at(x.peer) === args[1] || (args[1]?.toLowerCase() === 'id' && String(x.id) === args[2]),
      );
      for (const x of hits) x.end();
      if (args.length === 2) return hits.length > 0 ? OK : error('ERR No such client');
      return int(hits.length);
    }
    case 'no-evict':
    case 'no-touch':
    case 'reply':
      return OK;
    default:
      return sub('CLIENT', args);
  }
}

function hello(_server: Server, s: Session, args: readonly string[]): Reply {
  if (args[0] !== undefined && args[0] !== '2') return error('NOPROTO unsupported protocol version');
  const pairs: [string, Reply][] = [
    ['server', bulk('redis')],
    ['version', bulk(VERSION)],
    ['proto', int(2)],
    ['id', int(s.id)],
    ['mode', bulk('standalone')],
    ['role', bulk('master')],
    ['modules', array([])],
  ];
  return array(pairs.flatMap(([k, v]) => [bulk(k), v]));
}

function info(server: Server, _s: Session, args: readonly string[]): Reply {
  const { sys } = server;
  const up = Math.floor((sys.now() - server.since) / 1e9);
  const sections: Record<string, string[]> = {
    server: [
      `redis_version:${VERSION}`,
      'redis_git_sha1:00000000',
      'redis_git_dirty:0',
      'redis_mode:standalone',
      `os:Linux ${sys.uname().release} x86_64`,
      'arch_bits:64',
      'multiplexing_api:epoll',
      `process_id:${sys.pid}`,
      `run_id:${server.runId}`,
      `tcp_port:${server.settings.get('port')}`,
      `uptime_in_seconds:${up}`,
      `uptime_in_days:${Math.floor(up / 86400)}`,
      'hz:10',
      'executable:/usr/bin/redis-server',
      'config_file:',
    ],
    clients: [
      `connected_clients:${server.sessions.size}`,
      `maxclients:${server.settings.get('maxclients')}`,
      'blocked_clients:0',
    ],
    persistence: [
      'loading:0',
      `rdb_changes_since_last_save:${server.dirty}`,
      `rdb_last_save_time:${server.lastSave}`,
      'rdb_last_bgsave_status:ok',
      'aof_enabled:0',
    ],
    stats: [
      `total_connections_received:${server.counts.connections}`,
      `total_commands_processed:${server.counts.commands}`,
      `rejected_connections:${server.counts.rejected}`,
    ],
    replication: [
      'role:master',
      'connected_slaves:0',
      'master_failover_state:no-failover',
      `master_replid:${server.runId}`,
      'master_repl_offset:0',
    ],
    keyspace: server.stores.flatMap((s, i) =>
      s.size === 0 ? [] : [`db${i}:keys=${s.size},expires=${s.expiring},avg_ttl=0,subexpiry=0`],
    ),
  };
  const wanted = args.length === 0 ? Object.keys(sections) : args.map((a) => a.toLowerCase());
  const all = wanted.some((w) => w === 'all' || w === 'default' || w === 'everything');
  const shown = Object.entries(sections).filter(([name]) => all || wanted.includes(name));
  return bulk(
    shown
      .map(([name, lines]) => `# ${name[0]?.toUpperCase()}${name.slice(1)}\r\n${lines.map((l) => `${l}\r\n`).join('')}`)
      .join('\r\n'),
  );
}

/** Name → least number of words (as an arity) and what it does. */
export const ADMIN: Readonly<Record<string, { readonly arity: number; readonly run: Admin }>> = {
  ping: {
    arity: -1,
    run: (_v, s, a) =>
      a.length > 1
        ? wrongArity('ping')
        : s.subscribed
          ? bulks(['pong', a[0] ?? ''])
          : a[0] === undefined
            ? simple('PONG')
            : bulk(a[0]),
  },
  echo: { arity: 2, run: (_v, _s, a) => bulk(a[0]) },
  select: {
    arity: 2,
    run: (v, s, a) => {
      const n = Number(a[0]);
      if (!/^-?\d+$/.test(a[0] ?? '')) return error('ERR invalid DB index');
      if (!v.stores[n]) return error('ERR DB index is out of range');
      s.db = n;
      return OK;
    },
  },
  flushall: {
    arity: -1,
    run: (v) => {
      for (const s of v.stores) s.clear();
      return OK;
    },
  },
  config: { arity: -2, run: config },
  client: { arity: -2, run: client },
  hello: { arity: -1, run: hello },
  info: { arity: -1, run: info },
  command: { arity: -1, run: (v, _s, a) => (a[0]?.toLowerCase() === 'count' ? int(v.commandCount) : array([])) },
  time: {
    arity: 1,
    run: (v) => {
      const us = v.sys.realtime() / 1000n;
      return bulks([String(us / 1_000_000n), String(us % 1_000_000n)]);
    },
  },
  lastsave: { arity: 1, run: (v) => int(v.lastSave) },
  role: { arity: 1, run: () => array([bulk('master'), int(0), array([])]) },
  publish: { arity: 3, run: (v, _s, a) => int(v.publish(a[0] as string, a[1] as string)) },
  pubsub: {
    arity: -2,
    run: (v, _s, a) => {
      const counts = (c: string): number => [...v.sessions].filter((s) => s.channels.has(c)).length;
      if (a[0]?.toLowerCase() === 'numsub') return array(a.slice(1).flatMap((c) => [bulk(c), int(counts(c))]));
      if (a[0]?.toLowerCase() === 'numpat') return int([...v.sessions].reduce((n, s) => n + s.patterns.size, 0));
      if (a[0]?.toLowerCase() !== 'channels') return sub('PUBSUB', a);
      const all = new Set([...v.sessions].flatMap((s) => [...s.channels]));
      return bulks([...all].filter((c) => a[1] === undefined || globMatch(a[1], c)));
    },
  },
};
