/**
 * redis-server: the socket, the clients, the snapshot, the log.
 * @see redis src/server.c: main, prepareForShutdown
 */
import { civil, MONTH_NAMES, two } from '../../../../base/civil.ts';
import { MS } from '../../../../base/clock.ts';
import { text, utf8 } from '../../../../base/http.ts';
import { formatIp } from '../../../../base/ip.ts';
import { isErr } from '../../../../linux/kernel/errno.ts';
import type { Program } from '../../../../linux/kernel/machine.ts';
import { SIGNALS } from '../../../../linux/kernel/signal.ts';
import type { Fd, Sys } from '../../../../linux/kernel/sys.ts';
import { print } from '../serve.ts';
import { VERSION } from './admin.ts';
import { readSettings } from './config.ts';
import { bindAddresses, DENIED, isLocal, listenOn } from './listen.ts';
import { array, bulk, simple } from './resp.ts';
import { COMMAND_COUNT, Session } from './session.ts';
import { dump, globMatch, restore, Store } from './store.ts';

const MAGIC = 'REDIS0012';

export const redisServer: Program = {
  name: 'redis-server',
  async main(sys) {
    if (['--version', '-v'].includes(sys.argv[1] ?? '')) {
      await print(sys, 1, `Redis server v=${VERSION} sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=0\n`);
      return 0;
    }
    const settings = readSettings(sys);
    const server = new Server(sys, typeof settings === 'string' ? new Map() : settings.values);
    await server.log('* oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo', 'C');
    if (typeof settings === 'string') {
      await print(sys, 2, `${settings}\n`);
      return 1;
    }
    await server.log(
      `* Redis version=${VERSION}, bits=64, commit=00000000, modified=0, pid=${sys.pid}, just started`,
      'C',
    );
    await server.log(
      settings.given
        ? '* Configuration loaded'
        : '# Warning: no config file specified, using the default config. In order to specify a config file use redis-server /path/to/redis.conf',
      'C',
    );
    return server.run();
  },
};

export class Server {
  readonly stores: Store[];
  readonly sessions = new Set<Session>();
  readonly monitors = new Set<Session>();
  readonly counts = { connections: 0, rejected: 0, commands: 0 };
  readonly commandCount = COMMAND_COUNT;
  readonly since: number;
  readonly runId: string;
  /** Unix seconds. */
  lastSave: number;
  #stopping: { reason: string; save: boolean } | undefined;
  #waiting: (() => void)[] = [];

  constructor(
    readonly sys: Sys,
    readonly settings: Map<string, string>,
  ) {
    const ms = (): number => Number(sys.realtime() / 1_000_000n);
    this.stores = Array.from({ length: Number(settings.get('databases') ?? 16) }, () => new Store(ms));
    this.since = sys.now();
    this.runId = sys.rng.hex(40);
    this.#catchSignals();
    this.lastSave = Math.floor(ms() / 1000);
  }

  get dirty(): number {
    return this.stores.reduce((n, s) => n + s.dirty, 0);
  }

  /** @param role C child or starting, M master */
  log(line: string, role = 'M'): Promise<void> {
    const c = civil(this.sys.realtime());
    const day = `${two(c.day)} ${(MONTH_NAMES[c.month - 1] as string).slice(0, 3)} ${c.year}`;
    const ms = String(Math.floor(c.nanos / 1e6)).padStart(3, '0');
    const at = `${day} ${two(c.hour)}:${two(c.minute)}:${two(c.second)}.${ms}`;
    return print(this.sys, 1, `${this.sys.pid}:${role} ${at} ${line}\n`);
  }

  /** SIGTERM and SIGINT end the server when it has started. */
  #catchSignals(): void {
    const { sys } = this;
    for (const [signal, name] of [
      [SIGNALS.SIGTERM, 'SIGTERM'],
      [SIGNALS.SIGINT, 'SIGINT'],
    ] as const)
      sys.sigaction(signal, () => {
        const at = Math.floor(Number(sys.realtime()) / 1e9);
        void print(sys, 1, `${sys.pid}:signal-handler (${at}) Received ${name} scheduling shutdown...\n`);
        this.stop('User requested shutdown...', true);
      });
  }

  async run(): Promise<number> {
    const { sys } = this;
    await sys.cpu(30 * MS);
    const port = Number(this.settings.get('port'));
    await this.log('* monotonic clock: POSIX clock_gettime');
    const bind = this.settings.get('bind') ?? '';
    const backlog = Number(this.settings.get('tcp-backlog'));
    const listeners = port === 0 ? [] : await listenOn(sys, { bind, port, backlog }, (line) => this.log(`# ${line}`));
    if (!listeners || listeners.length === 0) {
      await this.log(
        listeners
          ? '# Configured to not listen anywhere, exiting.'
          : `# Failed listening on port ${port} (tcp), aborting.`,
      );
      return 1;
    }
    sys.setTitle([`redis-server ${bindAddresses(bind)[0]}:${port}`]);
    await this.log(`* Running mode=standalone, port=${port}.`);
    await this.log('* Server initialized');
    await this.#load();
    await this.log('* Ready to accept connections tcp');
    await this.#serve(listeners);
    return this.#shutdown();
  }

  async #serve(listeners: readonly Fd[]): Promise<void> {
    const { sys } = this;
    for (const fd of listeners) sys.setNonBlocking(fd, true);
    const wanted = listeners.map((fd) => ({ fd, in: true }));
    while (!this.#stopping) {
      const ready = await sys.poll(wanted, Number.POSITIVE_INFINITY);
      if (isErr(ready) || this.#stopping) continue;
      for (const fd of listeners) this.#take(await sys.accept(fd));
    }
  }

  #take(got: Awaited<ReturnType<Sys['accept']>>): void {
    if (isErr(got)) return;
    const { sys } = this;
    sys.setNonBlocking(got.fd, false);
    const open = this.settings.get('protected-mode') !== 'yes' || this.settings.get('requirepass') !== '';
    if (!open && !isLocal(got.peer.ip)) {
      this.counts.rejected++;
      void sys.write(got.fd, utf8(DENIED)).then(() => sys.close(got.fd));
      return;
    }
    const local = sys.getsockname(got.fd);
    const id = ++this.counts.connections + this.counts.rejected;
    const session = new Session(this, got.fd, id, got.peer, isErr(local) ? {} : local);
    this.sessions.add(session);
    void session.run();
  }

  /** Ends the server. SHUTDOWN comes from a client: the loop is woken by a signal of its own. */
  stop(reason: string, save: boolean): void {
    if (this.#stopping) return;
    this.#stopping = { reason, save };
    this.sys.sigaction(SIGNALS.SIGUSR2, () => {});
    this.sys.kill(this.sys.pid, SIGNALS.SIGUSR2);
  }

  async #shutdown(): Promise<number> {
    await this.log(`* ${this.#stopping?.reason}`);
    if (this.#stopping?.save && this.settings.get('save') !== '') {
      await this.log('* Saving the final RDB snapshot before exiting.');
      await this.save();
    }
    await this.log('# Redis is now ready to exit, bye bye...');
    return 0;
  }

  get #file(): string {
    const dir = this.settings.get('dir') ?? '.';
    return `${dir === '.' ? this.sys.cwd() : dir}/${this.settings.get('dbfilename')}`;
  }

  async save(role = 'M'): Promise<boolean> {
    await this.sys.cpu(2 * MS);
    const e = this.sys.writeFile(this.#file, utf8(`${MAGIC}\n${dump(this.stores)}\n`), 0o600);
    if (isErr(e)) {
      await this.log(
        `# Failed opening the temp RDB file temp-${this.sys.pid}.rdb (in server root dir ${this.settings.get('dir')}) for saving: ${e.text}`,
        role,
      );
      return false;
    }
    for (const s of this.stores) s.dirty = 0;
    this.lastSave = Math.floor(Number(this.sys.realtime()) / 1e9);
    await this.log('* DB saved on disk', role);
    return true;
  }

  async backgroundSave(): Promise<void> {
    await this.log(`* Background saving started by pid ${this.sys.pid + 1}`);
    await this.save();
    await this.log('* Background saving terminated with success');
  }

  async #load(): Promise<void> {
    const bytes = this.sys.readFile(this.#file);
    if (isErr(bytes)) return;
    const all = text(bytes);
    const body = all.slice(MAGIC.length + 1);
    if (!all.startsWith(MAGIC)) return;
    await this.log(`* Loading RDB produced by version ${VERSION}`);
    const keys = restore(this.stores, body);
    await this.log(`* Done loading RDB, keys loaded: ${keys}, keys expired: 0.`);
    await this.log('* DB loaded from disk: 0.000 seconds');
  }

  /** @returns how many clients got it */
  publish(channel: string, message: string): number {
    let n = 0;
    for (const s of this.sessions) {
      if (s.channels.has(channel)) {
        void s.send(array([bulk('message'), bulk(channel), bulk(message)]));
        n++;
      }
      for (const p of s.patterns)
        if (globMatch(p, channel)) {
          void s.send(array([bulk('pmessage'), bulk(p), bulk(channel), bulk(message)]));
          n++;
        }
    }
    return n;
  }

  /** Shows a command to those who watch. */
  monitor(from: Session, words: readonly string[]): void {
    if (this.monitors.size === 0) return;
    const us = this.sys.realtime() / 1000n;
    const at = `${us / 1_000_000n}.${String(us % 1_000_000n).padStart(6, '0')}`;
    const who = `${from.peer.ip ? formatIp(from.peer.ip) : '?'}:${from.peer.port}`;
    const said = words.map((w) => `"${w.replace(/[\\"]/g, '\\$&')}"`).join(' ');
    for (const m of this.monitors) void m.send(simple(`${at} [${from.db} ${who}] ${said}`));
  }

  /** Data may have changed: those who wait look again. */
  wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const w of waiting) w();
  }

  /** Waits for a change, at most until `deadline`. */
  async changed(deadline: number): Promise<void> {
    const change = new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (deadline === Number.POSITIVE_INFINITY) return change;
    await Promise.race([change, this.sys.sleep(Math.max(0, deadline - this.sys.now()))]);
  }
}
