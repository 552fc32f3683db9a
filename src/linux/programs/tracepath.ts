/**
 * `tracepath`: the routers on the way and the path MTU, by UDP datagrams as large as the way takes.
 * @see iputils tracepath.c
 */
import { formatIp, type IpAddr } from '../../base/ip.ts';
import { isErr } from '../kernel/errno.ts';
import type { Fd } from '../kernel/sys.ts';
import { GAI_TEXT, getaddrinfo, getnameinfo } from './resolve.ts';
import { type Context, defineProgram } from './spec.ts';

const FIRST_PORT = 44444;
const PMTUDISC_PROBE = 3;
/** How long a probe is waited for, ns. */
const WAIT = 1e9;
const TRIES = 3;

interface State {
  mtu: number;
  port: number;
  /** Hops that answered, there and back. */
  hops: number;
  back: number;
}

interface Answer {
  readonly from: IpAddr;
  readonly ms: number;
  readonly type: number;
  readonly code: number;
}

async function run(ctx: Context): Promise<number> {
  const { sys, options: o } = ctx;
  const [target, given] = (ctx.operands[0] ?? '').split('/');
  if (!target) {
    await ctx.err(`\nUsage\n  ${ctx.name} [options] <destination>\n`);
    return 255;
  }
  const found = await getaddrinfo(sys, target, o.has('6') || ctx.name.endsWith('6') ? 6 : o.has('4') ? 4 : 0);
  if (typeof found === 'string') return ctx.fail(`${target}: ${GAI_TEXT[found]}`);
  const dst = found.addrs[0] as IpAddr;
  const max = Number(o.value('max-hops') ?? 30);
  const overhead = dst.v === 4 ? 28 : 48;
  const fd = sys.socket(dst.v === 4 ? 'inet' : 'inet6', 'dgram');
  if (isErr(fd)) return ctx.fail(`socket: ${fd.text}`);
  sys.setsockopt(fd, 'mtu_discover', PMTUDISC_PROBE);
  sys.setsockopt(fd, 'recverr', 1);
  const route = sys.net.lookupRoute(dst);
  const link = isErr(route) ? undefined : sys.net.link(route.ifindex ?? 0);
  const s: State = {
    mtu: Number(o.value('length') ?? Math.min(65535, link?.mtu ?? 1500)),
    port: Number(o.value('port') ?? given ?? FIRST_PORT),
    hops: -1,
    back: -1,
  };
  await ctx.out(` 1?: ${'[LOCALHOST]'.padEnd(32)} pmtu ${s.mtu}\n`);
  for (let ttl = 1; ttl <= max; ttl++) {
    sys.setsockopt(fd, 'ttl', ttl);
    let done: boolean | undefined;
    for (let turn = 0; turn < TRIES && done === undefined; turn++) done = await hop(ctx, fd, dst, ttl, overhead, s);
    if (done === undefined) await ctx.out(`${String(ttl).padStart(2)}:  no reply\n`);
    if (done) {
      await ctx.out(
        `     Resume: pmtu ${s.mtu} ${s.hops >= 0 ? `hops ${s.hops} ` : ''}${s.back >= 0 ? `back ${s.back} ` : ''}\n`,
      );
      return 0;
    }
  }
  await ctx.out(`     Too many hops: pmtu ${s.mtu}\n     Resume: pmtu ${s.mtu} \n`);
  return 0;
}

/** One probe. @returns whether the end was reached; undefined: nothing came */
async function hop(
  ctx: Context,
  fd: Fd,
  dst: IpAddr,
  ttl: number,
  overhead: number,
  s: State,
): Promise<boolean | undefined> {
  const { sys } = ctx;
  for (;;) {
    const start = sys.now();
    const sent = await sys.sendto(fd, new Uint8Array(Math.max(0, s.mtu - overhead)), {
      ip: dst,
      port: s.port + ttl - 1,
    });
    if (isErr(sent) && sent.name === 'EMSGSIZE') {
      const e = await sys.recvfrom(fd);
      const mtu = isErr(e) ? 0 : (e.icmpError?.mtu ?? 0);
      if (mtu <= 0 || mtu >= s.mtu) return true;
      s.mtu = mtu;
      await ctx.out(`${String(ttl).padStart(2)}?: ${'[LOCALHOST]'.padEnd(32)} pmtu ${mtu}\n`);
      continue;
    }
    const got = await reply(ctx, fd, start);
    if (got === undefined) return undefined;
    if (typeof got === 'number') {
      s.mtu = got;
      continue;
    }
    return print(ctx, got, ttl, s);
  }
}

/** What came for a probe: a smaller MTU, or who answered. */
async function reply(ctx: Context, fd: Fd, start: number): Promise<Answer | number | undefined> {
  const { sys } = ctx;
  for (;;) {
    const left = start + WAIT - sys.now();
    if (left <= 0) return undefined;
    const ready = await sys.poll([{ fd, in: true }], left);
    if (isErr(ready)) continue;
    if (ready.length === 0) return undefined;
    const d = await sys.recvfrom(fd);
    if (isErr(d) || !d.icmpError) continue;
    const e = d.icmpError;
    const tooBig = e.errno.name === 'EMSGSIZE';
    if (tooBig && e.mtu > 0) {
      const from = `${formatIp(e.from)}`;
      await ctx.out(`    ${from.padEnd(40)}  pmtu ${e.mtu}\n`);
      return e.mtu;
    }
    return { from: e.from, ms: (d.time - start) / 1e6, type: e.type, code: e.code };
  }
}

async function print(ctx: Context, a: Answer, ttl: number, s: State): Promise<boolean> {
  const text = formatIp(a.from);
  const numeric = ctx.options.has('numeric');
  const name = numeric ? text : ((await getnameinfo(ctx.sys, a.from)) ?? text);
  const shown = ctx.options.has('both') && name !== text ? `${name} (${text})` : name;
  const line = `${String(ttl).padStart(2)}:  ${shown.padEnd(52)} ${a.ms.toFixed(3)}ms `;
  const unreachable = a.type === (a.from.v === 4 ? 3 : 1);
  if (!unreachable) {
    await ctx.out(`${line}\n`);
    return false;
  }
  const port = a.from.v === 4 ? 3 : 4;
  if (a.code === port) {
    s.hops = ttl;
    s.back = ttl;
    await ctx.out(`${line}reached\n`);
  } else await ctx.out(`${line}${a.code === 1 ? '!H' : a.code === 0 ? '!N' : a.code === 13 ? '!A' : `!<${a.code}>`}\n`);
  return true;
}

/** The `tracepath` command. */
export const spec = defineProgram({
  name: 'tracepath',
  path: '/usr/bin/tracepath',
  summary: 'Trace the path to a network host, finding its MTU',
  synopsis: ['[options] <destination>'],
  usageExit: 255,
  options: [
    { name: '4', short: '4', shortOnly: true, help: 'use IPv4' },
    { name: '6', short: '6', shortOnly: true, help: 'use IPv6' },
    { name: 'both', short: 'b', shortOnly: true, help: 'print both name and ip' },
    { name: 'length', short: 'l', shortOnly: true, arg: 'required', metavar: '<length>', help: 'use packet <length>' },
    { name: 'max-hops', short: 'm', shortOnly: true, arg: 'required', metavar: '<hops>', help: 'use maximum <hops>' },
    { name: 'numeric', short: 'n', shortOnly: true, help: 'no dns name resolution' },
    { name: 'port', short: 'p', shortOnly: true, arg: 'required', metavar: '<port>', help: 'use destination <port>' },
  ],
  run,
});
