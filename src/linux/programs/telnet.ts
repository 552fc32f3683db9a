/**
 * `telnet`: a connection to a port, with what is typed and what comes back.
 *
 * Limits: of the protocol's options all are refused; the escape prompt knows quit, close and help.
 * @see inetutils telnet/commands.c, telnet.c; RFC 854
 */
import { formatIp } from '../../base/ip.ts';
import { type Errno, isErr } from '../kernel/errno.ts';
import type { Fd, Sys } from '../kernel/sys.ts';
import { GAI_TEXT, getaddrinfo } from './resolve.ts';
import { servicePort } from './services.ts';
import { type Context, defineProgram } from './spec.ts';
import { LineReader } from './stdio.ts';

const ESCAPE = 0x1d;
const IAC = 255;

async function run(ctx: Context): Promise<number> {
  const { sys } = ctx;
  const [host, service = '23'] = ctx.operands;
  const busybox = ctx.flavour === 'busybox';
  if (host === undefined) return prompt(ctx, new LineReader(sys, 0));
  const port = /^\d+$/.test(service) ? Number(service) : servicePort(service);
  if (port === undefined) return ctx.fail(`${service}: bad port`);
  const found = await getaddrinfo(sys, host);
  if (typeof found === 'string') {
    await ctx.err(
      busybox ? `telnet: bad address '${host}'\n` : `Server lookup failure:  ${host}:${service}, ${GAI_TEXT[found]}\n`,
    );
    return 1;
  }
  let last: Errno | undefined;
  for (const ip of found.addrs) {
    if (!busybox) await ctx.out(`Trying ${formatIp(ip)}...\n`);
    const fd = sys.socket(ip.v === 4 ? 'inet' : 'inet6', 'stream');
    if (isErr(fd)) return ctx.fail(fd.text);
    const e = await sys.connect(fd, { ip, port });
    if (!isErr(e)) {
      await ctx.out(
        busybox
          ? `Connected to ${host}\n\nEntering character mode\nEscape character is '^]'.\n\n`
          : `Connected to ${host}.\nEscape character is '^]'.\n`,
      );
      return session(ctx, fd);
    }
    sys.close(fd);
    last = e;
  }
  await ctx.err(
    busybox
      ? `telnet: can't connect to remote host (${formatIp(found.addrs[0] as never)}): ${last?.text}\n`
      : `telnet: Unable to connect to remote host: ${last?.text}\n`,
  );
  return 1;
}

async function session(ctx: Context, fd: Fd): Promise<number> {
  const { sys } = ctx;
  let stdin = true;
  for (;;) {
    const ready = await sys.poll([...(stdin ? [{ fd: 0, in: true }] : []), { fd, in: true }], Number.POSITIVE_INFINITY);
    if (isErr(ready)) continue;
    for (const r of ready) {
      const bytes = await sys.read(r.fd);
      if (isErr(bytes)) {
        if (bytes.name === 'EINTR') continue;
        await ctx.err(`${bytes.name === 'ECONNRESET' ? 'Connection closed by foreign host.' : bytes.text}\n`);
        return 1;
      }
      if (r.fd === 0) {
        if (bytes.length === 0) {
          if (ctx.flavour === 'gnu') return ended(ctx, fd);
          stdin = false;
          sys.shutdown(fd, 'write');
        } else if (bytes.includes(ESCAPE)) {
          if ((await prompt(ctx, new LineReader(sys, 0))) === 0) return ended(ctx, fd, 'Connection closed.\n');
        } else await sys.write(fd, crlf(bytes));
      } else if (bytes.length === 0) {
        await ctx.out('Connection closed by foreign host.\n');
        return ctx.flavour === 'busybox' ? 1 : 0;
      } else await sys.write(1, await plain(sys, fd, bytes));
    }
  }
}

async function ended(ctx: Context, fd: Fd, text = 'Connection closed by foreign host.\n'): Promise<number> {
  ctx.sys.close(fd);
  await ctx.out(text);
  return 0;
}

/** Lines go out with the line end of NVT. */
function crlf(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  for (const [i, b] of bytes.entries()) {
    if (b === 10 && bytes[i - 1] !== 13) out.push(13);
    out.push(b);
  }
  return Uint8Array.from(out);
}

/** What is text; requests for options are refused. */
async function plain(sys: Sys, fd: Fd, bytes: Uint8Array): Promise<Uint8Array> {
  if (!bytes.includes(IAC)) return bytes;
  const out: number[] = [];
  const refused: number[] = [];
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] !== IAC) {
      out.push(bytes[i] as number);
      continue;
    }
    const command = bytes[++i] ?? 0;
    if (command === IAC) out.push(IAC);
    else if (command >= 251 && command <= 254) refused.push(IAC, command >= 253 ? 252 : 254, bytes[++i] ?? 0);
  }
  if (refused.length > 0) await sys.write(fd, Uint8Array.from(refused));
  return Uint8Array.from(out);
}

/** `telnet>`: 0 quits, 1 goes on. */
async function prompt(ctx: Context, lines: LineReader): Promise<number> {
  for (;;) {
    await ctx.out('\ntelnet> ');
    const line = await lines.next();
    const word = line?.text.trim() ?? 'quit';
    if (word === '') return 1;
    if ('quit'.startsWith(word) || 'close'.startsWith(word)) return 0;
    await ctx.out(
      word === '?' || word === 'help' ? 'close\tclose current connection\nquit\texit telnet\n' : '?Invalid command\n',
    );
  }
}

const options = [
  { name: '4', short: '4', shortOnly: true, help: 'use IPv4' },
  { name: '6', short: '6', shortOnly: true, help: 'use IPv6' },
];

/** The `telnet` command, and busybox's. */
export const spec = defineProgram({
  name: 'telnet',
  path: '/usr/bin/telnet',
  summary: 'Login to remote system HOST (optionally, on service port PORT)',
  synopsis: ['[OPTION...] [HOST [PORT]]'],
  options,
  run,
});
