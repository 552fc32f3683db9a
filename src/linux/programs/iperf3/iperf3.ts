/** `iperf3`: measures how much goes through between two ends. @see iperf3 3.12 */
import { defineProgram, flag, valued } from '../spec.ts';
import { ask } from './client.ts';
import { type Params, PORT } from './protocol.ts';
import { serve } from './server.ts';

/** Bits a second of UDP when nothing is said; bytes of a block of TCP, of a datagram. */
const UDP_RATE = 1048576;
const TCP_LEN = 131072;
const UDP_LEN = 1448;
const SUFFIX: Readonly<Record<string, number>> = { k: 1, m: 2, g: 3, t: 4 };

/** A number with k, m or g behind it. @param step 1000 for rates, 1024 for sizes */
function scaled(text: string, step: number): number | undefined {
  const power = SUFFIX[text.at(-1)?.toLowerCase() ?? ''];
  const n = Number(power === undefined ? text : text.slice(0, -1));
  return text === '' || !Number.isFinite(n) || n < 0 ? undefined : n * step ** (power ?? 0);
}

const USAGE =
  "Usage: iperf3 [-s|-c host] [options]\n       iperf3 [-h|--help] [-v|--version]\n\nTry 'iperf3 --help' for more information.\n";

/** The `iperf3` command. */
export const spec = defineProgram({
  name: 'iperf3',
  path: '/usr/bin/iperf3',
  summary: 'Measure the throughput between two ends',
  synopsis: ['-s [OPTION]...', '-c HOST [OPTION]...'],
  usageText: USAGE,
  version: 'iperf 3.12 (cJSON 1.7.15)',
  options: [
    flag('server', 's', 'wait for clients'),
    valued('client', 'c', 'HOST', 'run a test with the server at HOST'),
    valued('port', 'p', 'PORT', `port to listen at or to connect to (${PORT})`),
    valued('interval', 'i', 'SECONDS', 'seconds between two lines of the report (1)'),
    flag('one-off', '1', 'serve one test, then end'),
    flag('version4', '4', 'IPv4 only'),
    flag('udp', 'u', 'UDP instead of TCP'),
    valued('bitrate', 'b', 'RATE', 'bits a second, with K, M or G (UDP: 1M; TCP: no limit)'),
    valued('time', 't', 'SECONDS', 'how long to send (10)'),
    valued('bytes', 'n', 'SIZE', 'how much to send, instead of a time, with K, M or G'),
    valued('length', 'l', 'SIZE', 'bytes of a block (128K) or a datagram (1448)'),
    valued('parallel', 'P', 'N', 'streams side by side (1)'),
    flag('reverse', 'R', 'the server sends'),
    flag('version', 'v', 'show the version'),
  ],
  async run(ctx) {
    const o = ctx.options;
    const number = (name: string, fallback: number, step: number): number | undefined =>
      o.has(name) ? scaled(o.value(name) ?? '', step) : fallback;
    const numbers = {
      port: number('port', PORT, 1000),
      interval: number('interval', 1, 1000),
      time: number('time', 10, 1000),
      bytes: number('bytes', 0, 1024),
      length: number('length', o.has('udp') ? UDP_LEN : TCP_LEN, 1024),
      parallel: number('parallel', 1, 1000),
      bitrate: number('bitrate', o.has('udp') ? UDP_RATE : 0, 1000),
    };
    if (o.has('version')) {
      await ctx.out('iperf 3.12 (cJSON 1.7.15)\n');
      return 0;
    }
    for (const [name, n] of Object.entries(numbers))
      if (n === undefined) return wrong(ctx.err, `parameter error - --${name} takes a number`);
    const n = numbers as Record<keyof typeof numbers, number>;
    if (o.has('server') === o.has('client'))
      return wrong(
        ctx.err,
        o.has('server')
          ? 'cannot be both server and client'
          : 'parameter error - must either be a client (-c) or server (-s)',
      );
    if (n.port < 1 || n.port > 65535) return wrong(ctx.err, 'parameter error - bad port number');
    if (o.has('server')) return serve(ctx, { port: n.port, once: o.has('one-off'), interval: n.interval });
    if (n.parallel < 1 || n.parallel > 128)
      return wrong(ctx.err, 'parameter error - number of parallel streams too large (maximum = 128)');
    const params: Params = {
      ...(o.has('udp') ? { udp: true } : { tcp: true }),
      omit: 0,
      ...(n.bytes > 0 ? { time: 0, num: n.bytes } : { time: n.time, num: 0 }),
      blockcount: 0,
      parallel: n.parallel,
      ...(o.has('reverse') && { reverse: true }),
      len: n.length,
      ...(n.bitrate > 0 && { bandwidth: n.bitrate }),
      pacing_timer: 1000,
      client_version: '3.12',
    };
    return ask(ctx, { host: o.value('client') ?? '', port: n.port, interval: n.interval, params });
  },
});

async function wrong(err: (text: string) => Promise<unknown>, message: string): Promise<number> {
  await err(`iperf3: ${message}\n\n${USAGE}`);
  return 1;
}
