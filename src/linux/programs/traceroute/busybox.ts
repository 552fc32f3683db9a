/** busybox's traceroute: one probe after the other. @see busybox networking/traceroute.c */
import { formatIp, type IpAddr, sameIp } from '../../../base/ip.ts';
import { isErr } from '../../kernel/errno.ts';
import type { Fd } from '../../kernel/sys.ts';
import { echoRequest, parseIcmp } from '../ping/icmp.ts';
import { getnameinfo } from '../resolve.ts';
import type { Context } from '../spec.ts';
import { type Answer, answerOf, headersOf, timeExceeded, unreachable } from './answer.ts';
import { FIRST_PORT } from './methods.ts';
import type { Trace } from './probes.ts';

/** Sends one probe and waits for what it causes. */
async function probe(
  ctx: Context,
  udp: Fd,
  icmp: Fd,
  dst: IpAddr,
  ttl: number,
  serial: number,
  waitNs: number,
  size: number,
  echo: boolean,
): Promise<Answer | undefined | string> {
  const { sys } = ctx;
  const port = FIRST_PORT + serial;
  const out = echo ? icmp : udp;
  sys.setsockopt(out, 'ttl', ttl);
  const start = sys.now();
  const id = sys.pid & 0xffff;
  const sent = await sys.sendto(
    out,
    echo
      ? echoRequest(dst.v, id, serial + 1, new Uint8Array(Math.max(0, size - headersOf(dst))))
      : new Uint8Array(Math.max(0, size - headersOf(dst))).fill(0x40),
    { ip: dst, port },
  );
  if (isErr(sent)) return sent.text;
  for (;;) {
    const left = start + waitNs - sys.now();
    const ready = left > 0 ? await sys.poll([{ fd: icmp, in: true }], left) : [];
    if (isErr(ready)) continue;
    if (ready.length === 0) return undefined;
    const d = await sys.recvfrom(icmp);
    if (isErr(d) || !d.from.ip) continue;
    const m = parseIcmp(dst.v, d.data, d.ttl ?? 0);
    if (!m) continue;
    const ms = (d.time - start) / 1e6;
    if (m.kind === 'reply') {
      if (echo && m.id === id && m.seq === serial + 1) return { from: d.from.ip, ms, mark: '', last: true };
      continue;
    }
    if (echo ? m.id !== id || m.seq !== serial + 1 : m.port !== port) continue;
    if (m.type === timeExceeded(dst.v) || m.type === unreachable(dst.v)) return answerOf(d.from.ip, m.type, m.code, ms);
  }
}

/** @returns the exit code */
export async function oneByOne(ctx: Context, dst: IpAddr, size: number, trace: Trace, header: string): Promise<number> {
  const { sys, options: o } = ctx;
  const family = dst.v === 4 ? 'inet' : 'inet6';
  const icmp = sys.socket(family, 'raw', dst.v === 4 ? 1 : 58);
  const udp = sys.socket(family, 'dgram');
  if (!isErr(udp)) sys.setsockopt(udp, 'mtu_discover', 0);
  if (isErr(icmp) || isErr(udp)) return ctx.fail(`socket: ${isErr(icmp) ? icmp.text : 'failed'}`);
  await ctx.out(header);
  let serial = 0;
  for (let ttl = trace.first; ttl <= trace.max; ttl++) {
    let line = `${String(ttl).padStart(2)} `;
    let previous: IpAddr | undefined;
    let done = false;
    for (let q = 0; q < trace.queries; q++) {
      const a = await probe(ctx, udp, icmp, dst, ttl, serial++, trace.waitNs, size, o.has('icmp'));
      if (typeof a === 'string') {
        await ctx.err(`traceroute: sendto: ${a}\n`);
        return 1;
      }
      if (!a) {
        line += ' *';
        continue;
      }
      if (!previous || !sameIp(previous, a.from)) {
        const text = formatIp(a.from);
        line += ` ${trace.numeric ? text : `${(await getnameinfo(sys, a.from)) ?? text} (${text})`}`;
      }
      previous = a.from;
      line += `  ${a.ms.toFixed(3)} ms${a.mark}`;
      done ||= a.last;
    }
    await ctx.out(`${line}\n`);
    if (done || (previous && sameIp(previous, dst))) break;
  }
  return 0;
}
