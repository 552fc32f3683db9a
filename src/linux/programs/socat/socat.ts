/** The socat command: a relay between two addresses. @see socat socat.c */
import { civil, two } from '../../../base/civil.ts';
import { isErr } from '../../kernel/errno.ts';
import { SIGNALS } from '../../kernel/signal.ts';
import type { Fd, Sys } from '../../kernel/sys.ts';
import { type Context, defineProgram } from '../spec.ts';
import { type Address, parseAddress } from './address.ts';
import { accepted, type Channel, datagram, Failed, listener, open } from './open.ts';

const VERSION = `socat by Gerhard Rieger and contributors - see www.dest-unreach.org
socat version 1.8.0.3 on Jan  1 2026 00:00:00
`;
const USAGE = `${VERSION}Usage:
socat [options] <bi-address> <bi-address>
   options:
      -V     print version and feature information to stdout, and exit
      -h|-?  print these lines
      -d[d]  say more of what is done
      -v     print the bytes that are carried, as text, to stderr
      -u     carry from the first address to the second only
      -U     carry from the second address to the first only
      -t<s>  wait so long for the other end after one has ended
      -T<s>  end when nothing has moved for so long
`;

interface Options {
  readonly level: number;
  readonly verbose: boolean;
  readonly direction: 'both' | 'left' | 'right';
  /** ns after one side has ended. */
  readonly linger: number;
  /** ns without traffic. */
  readonly idle: number;
}

async function run(ctx: Context): Promise<number> {
  const { sys } = ctx;
  const args = [...ctx.args];
  let level = 0;
  let verbose = false;
  let direction: Options['direction'] = 'both';
  let linger = 0.5e9;
  let idle = Number.POSITIVE_INFINITY;
  while (args[0]?.startsWith('-') && args[0] !== '-' && !args[0].startsWith('-,')) {
    const a = args.shift() as string;
    if (/^-d+\d?$/.test(a)) level = /\d/.test(a) ? Number(a.at(-1)) : a.length - 1;
    else if (a === '-v' || a === '-x') verbose = true;
    else if (a === '-u') direction = 'right';
    else if (a === '-U') direction = 'left';
    else if (a.startsWith('-t')) linger = Number(a.slice(2) || args.shift()) * 1e9;
    else if (a.startsWith('-T')) idle = Number(a.slice(2) || args.shift()) * 1e9;
    else if (a === '-V') return ctx.out(VERSION).then(() => 0);
    else if (a === '-h' || a === '-?') return ctx.out(USAGE).then(() => 0);
    else if (a === '-4' || a === '-6') continue;
    else return complain(ctx, 'E', `unknown option "${a.slice(1)}"`).then(() => 1);
  }
  if (args.length !== 2)
    return complain(ctx, 'E', `exactly 2 addresses required (there are ${args.length}); use option "-h" for help`).then(
      () => 1,
    );
  const [first, second] = args.map(parseAddress) as [Address | string, Address | string];
  for (const a of [first, second]) if (typeof a === 'string') return complain(ctx, 'E', a).then(() => 1);
  const o: Options = { level, verbose, direction, linger, idle };
  const [left, right] = [first as Address, second as Address];
  if (left.options.has('fork')) return forking(ctx, left, right, o);
  const a = await open(sys, left);
  if (a instanceof Failed) return complain(ctx, 'E', a.message).then(() => 1);
  const b = await open(sys, right);
  if (b instanceof Failed) return complain(ctx, 'E', b.message).then(() => 1);
  await relay(ctx, sys, a, b, o);
  return 0;
}

async function complain(ctx: Context, severity: string, message: string): Promise<void> {
  const c = civil(ctx.sys.realtime());
  await ctx.err(
    `${c.year}/${two(c.month)}/${two(c.day)} ${two(c.hour)}:${two(c.minute)}:${two(c.second)} socat[${ctx.sys.pid}] ${severity} ${message}\n`,
  );
}

/** A child for each client. */
async function forking(ctx: Context, left: Address, right: Address, o: Options): Promise<number> {
  const { sys } = ctx;
  sys.sigaction(SIGNALS.SIGCHLD, 'ignore');
  if (left.kind === 'udp-listen') return udpForking(ctx, left, right, o);
  const l = listener(sys, left);
  if (l instanceof Failed) return complain(ctx, 'E', l.message).then(() => 1);
  if (o.level >= 2) await complain(ctx, 'N', `listening on AF=2 0.0.0.0:${left.params[0]}`);
  for (;;) {
    const got = await accepted(sys, l);
    const fds: Record<number, Fd> = { 0: 0, 1: 1, 2: 2, 3: got.fd };
    sys.fork({ fds }, async (child) => {
      const b = await open(child, right);
      if (b instanceof Failed) {
        await complain({ ...ctx, sys: child }, 'E', b.message);
        return 1;
      }
      await relay(ctx, child, { read: 3, write: 3, socket: true, name: 'TCP-LISTEN' }, b, o);
      return 0;
    });
    sys.close(got.fd);
  }
}

/** Datagrams of one peer after the other: each gets its answer before the next is taken. */
async function udpForking(ctx: Context, left: Address, right: Address, o: Options): Promise<number> {
  const { sys } = ctx;
  for (;;) {
    const fd = datagram(sys, left);
    if (fd instanceof Failed) return complain(ctx, 'E', fd.message).then(() => 1);
    const d = await sys.recvfrom(fd);
    if (isErr(d)) continue;
    await sys.connect(fd, d.from);
    const b = await open(sys, right);
    if (b instanceof Failed) return complain(ctx, 'E', b.message).then(() => 1);
    await sys.write(b.write, d.data);
    await relay(ctx, sys, { read: fd, write: fd, socket: true, name: 'UDP' }, b, {
      ...o,
      idle: Math.min(o.idle, o.linger),
    });
    sys.close(fd);
  }
}

/** Carries bytes until both ends are done. */
async function relay(ctx: Context, sys: Sys, a: Channel, b: Channel, o: Options): Promise<void> {
  const ways = [
    { from: a, to: b, open: o.direction !== 'left', mark: '>' },
    { from: b, to: a, open: o.direction !== 'right', mark: '<' },
  ];
  let until = Number.POSITIVE_INFINITY;
  while (ways.some((w) => w.open)) {
    const left = Math.min(o.idle, Math.max(0, until - sys.now()));
    const ready = await sys.poll(
      ways.filter((w) => w.open).map((w) => ({ fd: w.from.read, in: true })),
      left,
    );
    if (isErr(ready)) continue;
    if (ready.length === 0) break;
    for (const w of ways) {
      if (!w.open || !ready.some((r) => r.fd === w.from.read)) continue;
      const bytes = await take(sys, w.from);
      if (bytes === undefined) continue;
      if (bytes.length === 0) {
        w.open = false;
        finish(sys, w.to);
        until = sys.now() + o.linger;
        if (o.direction !== 'both') return;
        continue;
      }
      if (o.verbose) await shown(ctx, sys, w.mark, bytes);
      if (isErr(await sys.write(w.to.write, bytes))) return;
    }
  }
}

/** What is there; a datagram socket without a peer takes its first sender for one. */
async function take(sys: Sys, c: Channel): Promise<Uint8Array | undefined> {
  if (c.datagram && isErr(sys.getpeername(c.read))) {
    const d = await sys.recvfrom(c.read);
    if (isErr(d)) return undefined;
    await sys.connect(c.read, d.from);
    return d.data;
  }
  const bytes = await sys.read(c.read);
  if (!isErr(bytes)) return bytes;
  return bytes.name === 'EINTR' ? undefined : new Uint8Array(0);
}

function finish(sys: Sys, c: Channel): void {
  if (c.socket) sys.shutdown(c.write, 'write');
  else if (c.write > 2) sys.close(c.write);
}

async function shown(ctx: Context, sys: Sys, mark: string, bytes: Uint8Array): Promise<void> {
  const c = civil(sys.realtime());
  const at = `${c.year}/${two(c.month)}/${two(c.day)} ${two(c.hour)}:${two(c.minute)}:${two(c.second)}.${String(Math.floor(c.nanos / 1000)).padStart(9, '0')}`;
  const text = new TextDecoder().decode(bytes).replace(/\r/g, '\\r');
  await ctx.err(`${mark} ${at}  length=${bytes.length} from=0 to=${bytes.length - 1}\n${text}`);
}

/** The `socat` command. */
export const spec = defineProgram({
  name: 'socat',
  path: '/usr/bin/socat',
  summary: 'Multipurpose relay',
  synopsis: ['[options] <address> <address>'],
  order: 'own',
  options: [
    { name: 'debug', short: 'd', help: 'say more' },
    { name: 'verbose', short: 'v', help: 'print what is carried' },
    { name: 'unidirectional', short: 'u', help: 'left to right only' },
  ],
  run,
});
