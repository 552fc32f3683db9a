/** One client: its database, name, transaction and subscriptions. @see redis src/multi.c, src/pubsub.c, src/blocked.c */
import { utf8 } from '../../../../base/http.ts';
import { isErr } from '../../../../linux/kernel/errno.ts';
import type { Fd, SockAddr } from '../../../../linux/kernel/sys.ts';
import { ADMIN } from './admin.ts';
import { type Command, type Commands, float, unknown, WRONGTYPE, wrongArity } from './command.ts';
import { HASHES } from './hashes.ts';
import { KEYS } from './keys.ts';
import { LISTS, popOne } from './lists.ts';
import { array, bulk, bulks, CommandReader, encode, error, int, OK, type Reply, simple } from './resp.ts';
import type { Server } from './server.ts';
import { SETS } from './sets.ts';
import type { Store } from './store.ts';
import { STRINGS } from './strings.ts';
import { ZSETS } from './zsets.ts';

export const DATA: Commands = { ...STRINGS, ...KEYS, ...LISTS, ...HASHES, ...SETS, ...ZSETS };

/** Commands that a session answers itself, with their arity. */
const OWN: Readonly<Record<string, number>> = {
  auth: -2,
  quit: -1,
  multi: 1,
  exec: 1,
  discard: 1,
  watch: -2,
  unwatch: 1,
  subscribe: -2,
  psubscribe: -2,
  unsubscribe: -1,
  punsubscribe: -1,
  blpop: -3,
  brpop: -3,
  save: 1,
  bgsave: -1,
  shutdown: -1,
  monitor: 1,
  debug: -2,
};

/** Names of all commands there are. */
export const COMMAND_COUNT = Object.keys(DATA).length + Object.keys(ADMIN).length + Object.keys(OWN).length;

/** What may be sent while subscribed. */
const WHILE_SUBSCRIBED = new Set(['subscribe', 'psubscribe', 'unsubscribe', 'punsubscribe', 'ping', 'quit']);

export class Session {
  db = 0;
  name = '';
  libName = '';
  libVersion = '';
  lastCommand = 'NULL';
  lastUsed: number;
  readonly since: number;
  readonly channels = new Set<string>();
  readonly patterns = new Set<string>();
  readonly watched = new Map<string, string>();
  queue: string[][] | undefined;
  #broken = false;
  #authorized: boolean;
  #over = false;

  constructor(
    readonly server: Server,
    readonly fd: Fd,
    readonly id: number,
    readonly peer: SockAddr,
    readonly local: SockAddr,
  ) {
    this.since = server.sys.now();
    this.lastUsed = this.since;
    this.#authorized = server.settings.get('requirepass') === '';
  }

  get store(): Store {
    return this.server.stores[this.db] as Store;
  }

  get subscribed(): boolean {
    return this.channels.size + this.patterns.size > 0;
  }

  /** Serves the client until it goes. */
  async run(): Promise<void> {
    const { sys } = this.server;
    const reader = new CommandReader();
    while (!this.#over) {
      const bytes = await sys.read(this.fd);
      if (isErr(bytes)) {
        if (bytes.name === 'EINTR') continue;
        break;
      }
      if (bytes.length === 0) break;
      reader.push(bytes);
      for (let words = reader.next(); words && !this.#over; words = reader.next()) {
        if (!Array.isArray(words)) {
          await this.send(error(`ERR ${words.wrong}`));
          this.#over = true;
        } else if (words.length > 0) for (const reply of await this.command(words)) await this.send(reply);
      }
    }
    this.end();
  }

  async send(reply: Reply): Promise<void> {
    if (this.server.sessions.has(this)) await this.server.sys.write(this.fd, utf8(encode(reply)));
  }

  end(): void {
    this.#over = true;
    if (this.server.sessions.delete(this)) this.server.sys.close(this.fd);
  }

  /** One command. @returns its replies: one, or one for each channel */
  async command(words: string[]): Promise<Reply[]> {
    const [name = '', ...args] = words;
    const key = name.toLowerCase();
    this.lastUsed = this.server.sys.now();
    this.lastCommand = key;
    this.server.counts.commands++;
    const arity = DATA[key]?.arity ?? ADMIN[key]?.arity ?? OWN[key];
    const wrong =
      arity === undefined
        ? unknown(name, args)
        : (arity > 0 ? words.length !== arity : words.length < -arity)
          ? wrongArity(name)
          : undefined;
    if (wrong) {
      if (this.queue) this.#broken = true;
      return [wrong];
    }
    if (!this.#authorized && !['auth', 'hello', 'quit'].includes(key))
      return [error('NOAUTH Authentication required.')];
    if (this.subscribed && !WHILE_SUBSCRIBED.has(key))
      return [
        error(
          `ERR Can't execute '${key}': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed in this context`,
        ),
      ];
    this.server.monitor(this, words);
    if (this.queue && !['exec', 'discard', 'multi', 'watch', 'quit'].includes(key)) {
      this.queue.push(words);
      return [simple('QUEUED')];
    }
    return key in OWN ? this.#own(key, args) : [this.#plain(key, name, args)];
  }

  #plain(key: string, name: string, args: readonly string[]): Reply {
    const data: Command | undefined = DATA[key];
    const reply = data
      ? data.run({ store: this.store, args, name, random: (n) => this.server.sys.rng.below(n) })
      : (ADMIN[key]?.run(this.server, this, args) ?? unknown(name, args));
    if (data) this.server.wake();
    return reply;
  }

  async #own(key: string, args: readonly string[]): Promise<Reply[]> {
    switch (key) {
      case 'auth':
        return [this.#auth(args)];
      case 'quit':
        this.#over = true;
        return [OK];
      case 'multi':
        if (this.queue) return [error('ERR MULTI calls can not be nested')];
        this.queue = [];
        this.#broken = false;
        return [OK];
      case 'discard':
        if (!this.queue) return [error('ERR DISCARD without MULTI')];
        this.queue = undefined;
        this.watched.clear();
        return [OK];
      case 'exec':
        return [await this.#exec()];
      case 'watch':
        if (this.queue) return [error('ERR WATCH inside MULTI is not allowed')];
        for (const k of args) this.watched.set(k, this.#state(k));
        return [OK];
      case 'unwatch':
        this.watched.clear();
        return [OK];
      case 'subscribe':
      case 'psubscribe':
        return args.map((c) => this.#subscribe(key, c));
      case 'unsubscribe':
      case 'punsubscribe':
        return this.#unsubscribe(key, args);
      case 'blpop':
      case 'brpop':
        return [await this.#blockingPop(args, key === 'blpop')];
      case 'save':
        return [(await this.server.save()) ? OK : error('ERR')];
      case 'bgsave':
        void this.server.backgroundSave();
        return [simple('Background saving started')];
      case 'monitor':
        this.server.monitors.add(this);
        return [OK];
      case 'debug':
        return [
          error(
            'ERR DEBUG command not allowed. If the enable-debug-command option is set to "local", you can run it from a local connection, otherwise you need to set this option in the configuration file, and then restart the server.',
          ),
        ];
      default:
        this.server.stop('User requested shutdown...', args[0]?.toLowerCase() !== 'nosave');
        this.#over = true;
        return [];
    }
  }

  #auth(args: readonly string[]): Reply {
    const wanted = this.server.settings.get('requirepass');
    if (wanted === '' && args.length === 1)
      return error(
        'ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?',
      );
    if (args.at(-1) !== wanted || (args.length === 2 && args[0] !== 'default'))
      return error('WRONGPASS invalid username-password pair or user is disabled.');
    this.#authorized = true;
    return OK;
  }

  /** A key's value as text, to see whether it changed. */
  #state(key: string): string {
    const v = this.store.get(key);
    return v === undefined ? '' : JSON.stringify(v, (_k, x) => (x instanceof Map || x instanceof Set ? [...x] : x));
  }

  async #exec(): Promise<Reply> {
    const { queue } = this;
    if (!queue) return error('ERR EXEC without MULTI');
    this.queue = undefined;
    const changed = [...this.watched].some(([k, was]) => this.#state(k) !== was);
    this.watched.clear();
    if (this.#broken) return error('EXECABORT Transaction discarded because of previous errors.');
    if (changed) return array(null);
    const out: Reply[] = [];
    for (const words of queue) out.push(...(await this.command(words)));
    return array(out);
  }

  #subscribe(key: string, channel: string): Reply {
    (key === 'subscribe' ? this.channels : this.patterns).add(channel);
    return array([bulk(key), bulk(channel), int(this.channels.size + this.patterns.size)]);
  }

  #unsubscribe(key: string, args: readonly string[]): Reply[] {
    const set = key === 'unsubscribe' ? this.channels : this.patterns;
    const gone = args.length > 0 ? args : [...set];
    if (gone.length === 0) return [array([bulk(key), bulk(null), int(this.channels.size + this.patterns.size)])];
    return gone.map((c) => {
      set.delete(c);
      return array([bulk(key), bulk(c), int(this.channels.size + this.patterns.size)]);
    });
  }

  async #blockingPop(args: readonly string[], head: boolean): Promise<Reply> {
    const seconds = float(args.at(-1));
    if (seconds === undefined) return error('ERR timeout is not a float or out of range');
    if (seconds < 0) return error('ERR timeout is negative');
    const { sys } = this.server;
    const deadline = seconds === 0 ? Number.POSITIVE_INFINITY : sys.now() + seconds * 1e9;
    for (;;) {
      for (const key of args.slice(0, -1)) {
        const item = popOne(this.store, key, head);
        if (item === 'wrong') return WRONGTYPE;
        if (item !== undefined) return bulks([key, item]);
      }
      if (sys.now() >= deadline) return array(null);
      await this.server.changed(deadline);
    }
  }
}
