/** A worker process: accepts, reads requests, writes answers, logs. @see nginx src/os/unix/ngx_process_cycle.c */
import { join } from '../../../../base/bytes.ts';
import { utf8 } from '../../../../base/http.ts';
import { isErr } from '../../../../linux/kernel/errno.ts';
import { SIGNALS } from '../../../../linux/kernel/signal.ts';
import type { Fd, SockAddr, Sys } from '../../../../linux/kernel/sys.ts';
import { Wire } from '../../../../linux/programs/wire.ts';
import { httpDate } from '../../../time.ts';
import { type Answer, answer, fail, type Worker } from './answer.ts';
import { keyOf } from './build.ts';
import { Logs } from './log.ts';
import type { Config, Listen } from './model.ts';
import { REASONS, serverName } from './pages.ts';
import { type Arrival, headerOf, hostOf, type Request, readRequest, serverFor } from './request.ts';
import { Balancer } from './upstream.ts';
import { expand } from './variables.ts';

/** A socket that a worker inherits. */
export interface Socket {
  readonly listen: Listen;
  readonly fd: Fd;
}

/** An idle connection is closed after so long, ns. */
const KEEPALIVE = 65e9;

/** Statuses with which `add_header` works without `always`. */
const ADDED = new Set([200, 201, 204, 206, 301, 302, 303, 304, 307, 308]);

/** All log files that a configuration names. */
export function logPaths(config: Config): string[] {
  const out = new Set([config.errorLog.path]);
  for (const s of config.servers) {
    const settings = [s.settings, ...s.locations.map((l) => l.settings)];
    for (const x of settings) {
      out.add(x.errorLog.path);
      for (const log of x.accessLogs) out.add(log.path);
    }
  }
  return [...out];
}

/** Runs until SIGQUIT (open requests are finished), or until SIGTERM ends it. @param opened the master's logs */
export async function work(sys: Sys, config: Config, sockets: readonly Socket[], opened: Logs): Promise<number> {
  sys.setTitle(['nginx: worker process']);
  let quitting = false;
  for (const s of [SIGNALS.SIGTERM, SIGNALS.SIGINT]) sys.sigaction(s, 'default');
  for (const s of [SIGNALS.SIGHUP, SIGNALS.SIGUSR1, SIGNALS.SIGCHLD]) sys.sigaction(s, 'ignore');
  sys.sigaction(SIGNALS.SIGQUIT, () => {
    quitting = true;
  });
  const logs = new Logs(sys, opened);
  const w: Worker = { logs, balancer: new Balancer(), counts: { accepts: 0, requests: 0, active: 0 } };
  const service = new Service(sys, config, w);
  for (const s of sockets) sys.setNonBlocking(s.fd, true);
  while (!quitting) {
    const ready = await sys.poll(
      sockets.map((s) => ({ fd: s.fd, in: true })),
      Number.POSITIVE_INFINITY,
    );
    if (isErr(ready)) continue;
    for (const { fd } of ready) {
      const got = await sys.accept(fd);
      if (!isErr(got)) service.open(got.fd, got.peer, (sockets.find((s) => s.fd === fd) as Socket).listen);
    }
  }
  for (const s of sockets) sys.close(s.fd);
  await logs.error(config.errorLog, 'notice', 'gracefully shutting down');
  await service.idle();
  await logs.error(config.errorLog, 'notice', 'exiting');
  await logs.error(config.errorLog, 'notice', 'exit');
  return 0;
}

class Service {
  #busy = 0;
  #waiting: (() => void) | undefined;

  constructor(
    readonly sys: Sys,
    readonly config: Config,
    readonly worker: Worker,
  ) {}

  /** Resolves when no request is being answered. */
  async idle(): Promise<void> {
    if (this.#busy > 0)
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
  }

  open(fd: Fd, peer: SockAddr, listen: Listen): void {
    void this.#connection(fd, peer, listen);
  }

  async #connection(fd: Fd, peer: SockAddr, listen: Listen): Promise<void> {
    const { counts } = this.worker;
    counts.accepts++;
    counts.active++;
    this.sys.setNonBlocking(fd, false);
    const name = this.sys.getsockname(fd);
    const local = { ip: isErr(name) ? listen.ip : (name.ip ?? listen.ip), port: listen.port };
    const from = { ip: peer.ip ?? listen.ip, port: peer.port ?? 0 };
    const arrival: Arrival = { peer: from, local, connection: counts.accepts };
    const wire = new Wire(this.sys, fd);
    for (;;) {
      wire.deadline = this.sys.now() + KEEPALIVE;
      const more = await this.#one(wire, arrival, listen);
      if (!more) break;
    }
    counts.active--;
    this.sys.close(fd);
  }

  /** One request and its answer. @returns whether the connection stays open */
  async #one(wire: Wire, arrival: Arrival, listen: Listen): Promise<boolean> {
    const got = await readRequest(this.sys, wire);
    if (!got) return false;
    this.#busy++;
    this.worker.counts.requests++;
    const read = 'bad' in got ? badRequest(got.bad, this.sys.now()) : got;
    const r: Request = { ...read, ...arrival, sys: this.sys, server: this.#server(listen, read) };
    const bad = 'bad' in got;
    const made = bad ? fail(r, r.server.settings, 400) : await answer(this.worker, r);
    r.status = made.status;
    const keep = !bad && keeps(r) && made.status !== 444;
    if (made.status !== 444) await write(wire, r, made, keep);
    await this.worker.logs.access(r);
    if (--this.#busy === 0) this.#waiting?.();
    return keep;
  }

  #server(listen: Listen, read: Pick<Request, 'headers'>): Request['server'] {
    const key = keyOf(listen);
    const { servers } = this.config;
    const host = hostOf({ ...read, server: { names: [] } as unknown as Request['server'] });
    return serverFor(
      servers,
      (s) => {
        const here = s.listens.find((l) => keyOf(l) === key);
        return here ? (here.isDefault ? 'default' : 'yes') : 'no';
      },
      host,
    );
  }
}

const badRequest = (line: string, start: number): Omit<Request, keyof Arrival | 'sys' | 'server'> => ({
  line,
  method: 'GET',
  protocol: 'HTTP/1.0',
  target: '/',
  headers: [],
  body: new Uint8Array(0),
  start,
  uri: '/',
  args: '',
  vars: new Map(),
  status: 0,
  sent: 0,
  proxyHost: '',
});

function keeps(r: Request): boolean {
  const c = headerOf(r, 'connection')?.toLowerCase();
  return r.protocol === 'HTTP/1.1' ? c !== 'close' : c === 'keep-alive';
}

async function write(wire: Wire, r: Request, a: Answer, keep: boolean): Promise<void> {
  const { settings } = a;
  const whole = a.body instanceof Uint8Array ? a.body : undefined;
  const length = whole ? whole.length : (a.body as { length?: number }).length;
  const none = a.status === 204 || a.status === 304;
  const chunked = length === undefined && r.protocol === 'HTTP/1.1' && !none;
  const stays = keep && (length !== undefined || chunked || none);
  const lines = [
    `HTTP/1.1 ${a.status} ${a.reason || (REASONS[a.status] ?? '')}`.trimEnd(),
    `Server: ${serverName(settings.tokens)}`,
    `Date: ${httpDate(r.sys.realtime())}`,
  ];
  if (a.type !== undefined && !none) lines.push(`Content-Type: ${a.type}`);
  if (length !== undefined && !none) lines.push(`Content-Length: ${length}`);
  if (a.modified !== undefined) lines.push(`Last-Modified: ${a.modified}`);
  if (a.location !== undefined) lines.push(`Location: ${a.location}`);
  if (chunked) lines.push('Transfer-Encoding: chunked');
  lines.push(`Connection: ${stays ? 'keep-alive' : 'close'}`);
  for (const [name, value] of a.headers) lines.push(`${name}: ${value}`);
  for (const h of settings.addHeaders) {
    const value = expand(r, h.value);
    if (value !== '' && (h.always || ADDED.has(a.status))) lines.push(`${h.name}: ${value}`);
  }
  const head = utf8(`${lines.join('\r\n')}\r\n\r\n`);
  const body = r.method === 'HEAD' || none ? new Uint8Array(0) : whole;
  if (body) {
    await wire.write(join([head, body]));
    r.sent = body.length;
    return;
  }
  await wire.write(head);
  await (a.body as Exclude<Answer['body'], Uint8Array>).pump(async (part) => {
    r.sent += part.length;
    if (chunked) await wire.write(join([utf8(`${part.length.toString(16)}\r\n`), part, utf8('\r\n')]));
    else await wire.write(part);
  });
  if (chunked) await wire.write(utf8('0\r\n\r\n'));
}
