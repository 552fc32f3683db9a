/** `ping` of GNU inetutils. @see inetutils ping/ping.c, ping/ping_echo.c */
import { formatIp, type IpAddr } from '../../../base/ip.ts';
import { isErr } from '../../kernel/errno.ts';
import { SIGNALS } from '../../kernel/signal.ts';
import { getaddrinfo } from '../resolve.ts';
import { type Context, defineProgram } from '../spec.ts';
import { Pinger, RttStats } from './pinger.ts';

/** How long an answer to the last request is waited for, ns. */
const LINGER = 10e9;
/** ICMP, and the time stamp, come before what is counted as data. */
const HEADER = 8;

const ms = (us: number): string => (us / 1000).toFixed(3);

/** What an error message says. @see ping_common.c: print_icmp_header */
function errorText(type: number, code: number): string {
  if (type === 11) return code === 0 ? 'Time to live exceeded' : 'Frag reassembly time exceeded';
  const texts = [
    'Destination Net Unreachable',
    'Destination Host Unreachable',
    'Destination Protocol Unreachable',
    'Destination Port Unreachable',
    'Fragmentation needed and DF set',
  ];
  if (type === 3) return code === 13 ? 'Packet filtered' : (texts[code] ?? `Dest Unreachable, Unknown Code: ${code}`);
  return `Bad ICMP type: ${type}`;
}

async function run(ctx: Context): Promise<number> {
  const { sys, options: o } = ctx;
  const target = ctx.operands[0];
  if (target === undefined) {
    await ctx.err(
      `${ctx.name}: missing host operand\nTry '${ctx.name} --help' or '${ctx.name} --usage' for more information.\n`,
    );
    return 64;
  }
  const found = await getaddrinfo(sys, target, ctx.name.endsWith('6') ? 6 : 4);
  if (typeof found === 'string') return ctx.fail('unknown host');
  const dst = found.addrs[0] as IpAddr;
  const count = Number(o.value('count') ?? 0);
  const size = Number(o.value('size') ?? 56);
  const interval = Number(o.value('interval') ?? 1) * 1e9;
  const deadline = o.has('timeout') ? sys.now() + Number(o.value('timeout')) * 1e9 : Number.POSITIVE_INFINITY;
  const linger = o.has('linger') ? Number(o.value('linger')) * 1e9 : LINGER;
  const pinger = Pinger.open(sys, {
    dst,
    size,
    first: 'raw',
    ...(o.has('ttl') ? { ttl: Number(o.value('ttl')) } : {}),
  });
  if (isErr(pinger))
    return ctx.fail(pinger.name === 'EPERM' ? 'Lacking privilege for icmp socket.' : `socket: ${pinger.text}`);
  let stopped = false;
  sys.sigaction(SIGNALS.SIGINT, () => {
    stopped = true;
  });
  await ctx.out(
    `PING ${target} (${formatIp(dst)}): ${size} data bytes${o.has('verbose') ? `, id 0x${pinger.id.toString(16).padStart(4, '0')} = ${pinger.id}` : ''}\n`,
  );
  const rtt = new RttStats();
  let [sent, received, duplicates] = [0, 0, 0];
  let due = sys.now();
  while (!stopped && sys.now() < deadline && !(count > 0 && received >= count)) {
    const more = count === 0 || sent < count;
    if (more && sys.now() >= due) {
      const e = await pinger.send(sent++);
      if (isErr(e)) return ctx.fail(`sending packet: ${e.text}`);
      due = sys.now() + interval;
      continue;
    }
    const until = Math.min(deadline, more ? due : due - interval + linger);
    if (!more && sys.now() >= until) break;
    const e = await pinger.next(until);
    if (e === undefined || e === 'signal' || isErr(e) || e.kind === 'local') continue;
    if (e.kind === 'error') {
      await ctx.out(`${size + HEADER + 28} bytes from ${formatIp(e.from)}: ${errorText(e.type, e.code)}\n`);
      continue;
    }
    const us = Math.round(e.rttNs / 1000);
    if (e.duplicate) duplicates++;
    else {
      received++;
      rtt.add(us);
    }
    if (!o.has('quiet'))
      await ctx.out(
        `${e.bytes} bytes from ${formatIp(e.from)}: icmp_seq=${e.seq} ttl=${e.ttl} time=${ms(us)} ms${e.duplicate ? ' (DUP!)' : ''}\n`,
      );
  }
  const loss = sent > 0 ? Math.floor(((sent - received) * 100) / sent) : 0;
  let s = `--- ${target} ping statistics ---\n${sent} packets transmitted, ${received} packets received, `;
  if (duplicates > 0) s += `+${duplicates} duplicates, `;
  s += `${loss}% packet loss\n`;
  if (rtt.n > 0) {
    const mean = rtt.sum / rtt.n;
    const deviation = Math.sqrt(Math.max(0, rtt.sum2 / rtt.n - mean * mean));
    s += `round-trip min/avg/max/stddev = ${ms(rtt.min)}/${ms(mean)}/${ms(rtt.max)}/${ms(deviation)} ms\n`;
  }
  await ctx.out(s);
  return received === 0 ? 1 : 0;
}

/** The `ping` command of inetutils-ping. */
export const spec = defineProgram({
  name: 'ping',
  path: '/usr/bin/ping',
  summary: 'Send ICMP ECHO_REQUEST packets to network hosts',
  synopsis: ['[OPTION...] HOST ...'],
  usageExit: 64,
  options: [
    { name: 'count', short: 'c', arg: 'required', metavar: 'NUMBER', help: 'stop after sending NUMBER packets' },
    { name: 'interval', short: 'i', arg: 'required', metavar: 'NUMBER', help: 'wait NUMBER seconds between packets' },
    { name: 'size', short: 's', arg: 'required', metavar: 'NUMBER', help: 'send NUMBER data octets' },
    { name: 'ttl', arg: 'required', metavar: 'N', help: 'specify N as time-to-live' },
    { name: 'timeout', short: 'w', arg: 'required', metavar: 'N', help: 'stop after N seconds' },
    { name: 'linger', short: 'W', arg: 'required', metavar: 'N', help: 'number of seconds to wait for response' },
    { name: 'numeric', short: 'n', help: 'do not resolve host addresses' },
    { name: 'quiet', short: 'q', help: 'quiet output' },
    { name: 'verbose', short: 'v', help: 'verbose output' },
  ],
  run,
});
