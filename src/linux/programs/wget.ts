/** `wget` of GNU and of busybox. @see GNU wget src/http.c; busybox networking/wget.c */
import { civil } from '../../base/civil.ts';
import { formatIp, type IpAddr, parseIp } from '../../base/ip.ts';
import { isErr } from '../kernel/errno.ts';
import type { Fd } from '../kernel/sys.ts';
import { type CurlUrl, hostPort, parseUrl, resolveLocation } from './curl/url.ts';
import { header, type ResponseHead, readBody, readHead } from './httpclient.ts';
import { GAI_TEXT, getaddrinfo } from './resolve.ts';
import { type Context, defineProgram, valued } from './spec.ts';
import { connectBy, Wire } from './wire.ts';

interface Job {
  readonly ctx: Context;
  readonly busybox: boolean;
  readonly quiet: boolean;
  readonly output: string | undefined;
  /** ns; Infinity when not limited. */
  readonly timeout: number;
}

/** Progress and complaints: standard error unless -q. */
async function say(j: Job, text: string): Promise<void> {
  if (!j.quiet) await j.ctx.err(text);
}

function stamp(ctx: Context): string {
  const t = civil(ctx.sys.realtime());
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${t.year}-${two(t.month)}-${two(t.day)} ${two(t.hour)}:${two(t.minute)}:${two(t.second)}`;
}

async function connect(j: Job, u: CurlUrl): Promise<Fd | number> {
  const { ctx } = j;
  const { sys } = ctx;
  const found = await getaddrinfo(sys, u.host);
  if (typeof found === 'string') {
    if (j.busybox) return -(await ctx.fail(`bad address '${hostPort(u, false)}'`));
    await say(j, `Resolving ${u.host} (${u.host})... failed: ${GAI_TEXT[found]}.\n`);
    await ctx.err(`wget: unable to resolve host address ‘${u.host}’\n`);
    return -4;
  }
  if (!j.busybox && !parseIp(u.host))
    await say(j, `Resolving ${u.host} (${u.host})... ${found.addrs.map(formatIp).join(', ')}\n`);
  const addrs: readonly IpAddr[] = j.busybox
    ? [found.addrs.find((a) => a.v === 4) ?? (found.addrs[0] as IpAddr)]
    : found.addrs;
  for (const ip of addrs) {
    const text = ip.v === 6 ? `[${formatIp(ip)}]` : formatIp(ip);
    const where = parseIp(u.host) ? `${text}:${u.port}` : `${u.host} (${u.host})|${formatIp(ip)}|:${u.port}`;
    await say(
      j,
      j.busybox ? `Connecting to ${hostPort(u, false)} (${text}:${u.port})\n` : `Connecting to ${where}... `,
    );
    const fd = sys.socket(ip.v === 4 ? 'inet' : 'inet6', 'stream');
    if (isErr(fd)) return -4;
    const e = await connectBy(
      sys,
      fd,
      { ip, port: u.port },
      j.timeout === Number.POSITIVE_INFINITY ? j.timeout : sys.now() + j.timeout,
    );
    if (!isErr(e)) {
      if (!j.busybox) await say(j, 'connected.\n');
      return fd;
    }
    sys.close(fd);
    if (j.busybox)
      return -(await ctx.fail(
        e.name === 'ETIMEDOUT' && j.timeout !== Number.POSITIVE_INFINITY
          ? 'download timed out'
          : `can't connect to remote host (${formatIp(ip)}): ${e.text}`,
      ));
    await say(j, `failed: ${e.text}.\n`);
  }
  return -4;
}

function requestText(j: Job, u: CurlUrl): string {
  const o = j.ctx.options;
  const data = o.value('post-data');
  const lines = [
    `${data === undefined ? (o.has('spider') ? 'HEAD' : 'GET') : 'POST'} ${u.target} HTTP/1.1`,
    `Host: ${hostPort(u, false)}`,
  ];
  lines.push(`User-Agent: ${o.value('user-agent') ?? (j.busybox ? 'Wget' : 'Wget/1.25.0')}`);
  if (!j.busybox) lines.push('Accept: */*', 'Accept-Encoding: identity');
  lines.push(`Connection: ${j.busybox ? 'close' : 'Keep-Alive'}`);
  for (const h of o.values('header')) lines.push(h);
  if (data !== undefined)
    lines.push(
      'Content-Type: application/x-www-form-urlencoded',
      `Content-Length: ${new TextEncoder().encode(data).length}`,
    );
  return `${lines.join('\r\n')}\r\n\r\n${data ?? ''}`;
}

/** Where the body goes. `-` is standard output. */
function fileName(j: Job, u: CurlUrl): string {
  if (j.output !== undefined) return j.output;
  const path = u.target.replace(/\?.*$/s, '');
  const base = path.slice(path.lastIndexOf('/') + 1) || 'index.html';
  const dir = j.ctx.options.value('prefix');
  if (j.busybox) return dir === undefined ? base : `${dir}/${base}`;
  let name = base;
  for (let i = 1; !isErr(j.ctx.sys.stat(name)); i++) name = `${base}.${i}`;
  return dir === undefined ? name : `${dir}/${name}`;
}

async function fetch(j: Job, url: string, redirects: number): Promise<number> {
  const { ctx } = j;
  const { sys } = ctx;
  const u = parseUrl(url);
  if ('code' in u) {
    await ctx.err(j.busybox ? `wget: not an http or ftp url: ${url}\n` : `${url}: ${u.message}.\n`);
    return 1;
  }
  if (!j.busybox) await say(j, `--${stamp(ctx)}--  ${u.scheme}://${hostPort(u, false)}${u.target}\n`);
  const fd = await connect(j, u);
  if (fd < 0) return -fd;
  const wire = new Wire(sys, fd, j.timeout === Number.POSITIVE_INFINITY ? j.timeout : sys.now() + j.timeout);
  if (!j.busybox) await say(j, 'HTTP request sent, awaiting response... ');
  await wire.write(new TextEncoder().encode(requestText(j, u)));
  const head = await readHead(wire);
  if (typeof head === 'string' || isErr(head)) {
    wire.close();
    if (j.busybox)
      return ctx.fail(
        isErr(head) && head.name === 'ETIMEDOUT'
          ? 'download timed out'
          : isErr(head)
            ? `read error: ${head.text}`
            : 'error getting response',
      );
    await say(j, isErr(head) ? `Read error (${head.text}) in headers.\n` : 'No data received.\n');
    return 4;
  }
  const reason = head.statusLine.split(' ').slice(1).join(' ');
  if (!j.busybox) await say(j, `${reason}\n`);
  const location = header(head, 'location');
  if (head.status >= 300 && head.status < 400 && location !== undefined) {
    wire.close();
    if (redirects >= 20) return ctx.fail('too many redirections');
    if (!j.busybox) await say(j, `Location: ${location} [following]\n`);
    return fetch(j, resolveLocation(u, location), redirects + 1);
  }
  if (head.status >= 400) {
    wire.close();
    if (j.busybox) return ctx.fail(`server returned error: ${head.statusLine}`);
    await say(j, `${stamp(ctx)} ERROR ${reason.replace(' ', ': ')}.\n\n`);
    return 8;
  }
  const code = await receive(j, wire, head, u);
  wire.close();
  return code;
}

async function receive(j: Job, wire: Wire, head: ResponseHead, u: CurlUrl): Promise<number> {
  const { ctx } = j;
  const { sys } = ctx;
  if (ctx.options.has('spider')) {
    await say(j, j.busybox ? 'remote file exists\n' : 'Remote file exists.\n\n');
    return 0;
  }
  const name = fileName(j, u);
  const length = header(head, 'content-length');
  if (!j.busybox) {
    const type = header(head, 'content-type')?.replace(/;.*/, '');
    await say(
      j,
      `Length: ${length ?? 'unspecified'}${type === undefined ? '' : ` [${type}]`}\nSaving to: ‘${name === '-' ? 'STDOUT' : name}’\n\n`,
    );
  } else if (name !== '-') await say(j, `saving to '${name}'\n`);
  const fd = name === '-' ? 1 : sys.open(name, { write: true, create: true, truncate: true });
  if (isErr(fd))
    return ctx.fail(j.busybox ? `can't open '${name}': ${fd.text}` : `${name}: ${fd.text}`, j.busybox ? 1 : 3);
  const start = sys.now();
  let got = 0;
  const end = await readBody(wire, head, true, async (bytes) => {
    got += bytes.length;
    await sys.write(fd, bytes);
  });
  if (fd !== 1) sys.close(fd);
  if (isErr(end) || end === 'partial')
    return j.busybox ? ctx.fail(isErr(end) ? 'download timed out' : 'connection closed prematurely') : 4;
  const spent = Math.max(1, sys.now() - start);
  if (j.busybox) {
    const bar = `\r${(name === '-' ? '-' : name).padEnd(20).slice(0, 20)} 100% |${'*'.repeat(31)}| ${String(got).padStart(5)}  0:00:00 ETA\n`;
    await say(j, bar);
    await say(j, name === '-' ? 'written to stdout\n' : `'${name}' saved\n`);
  } else {
    const rate = (got * 1e9) / spent;
    const speed =
      rate >= 1048576
        ? `${(rate / 1048576).toPrecision(3)} MB/s`
        : rate >= 1024
          ? `${(rate / 1024).toPrecision(3)} KB/s`
          : `${rate.toPrecision(3)} B/s`;
    await say(
      j,
      `\n${stamp(ctx)} (${speed}) - ${name === '-' ? 'written to stdout' : `‘${name}’ saved`} [${got}${length === undefined ? '' : `/${length}`}]\n\n`,
    );
  }
  return 0;
}

async function run(ctx: Context): Promise<number> {
  const o = ctx.options;
  const busybox = ctx.flavour === 'busybox';
  if (ctx.operands.length === 0) {
    await ctx.err(
      busybox
        ? 'Usage: wget [-cqS] [--spider] [-O FILE] [-o LOGFILE] [--header STR] [--post-data STR] [-T SEC] URL...\n'
        : "wget: missing URL\nUsage: wget [OPTION]... [URL]...\n\nTry `wget --help' for more options.\n",
    );
    return 1;
  }
  const timeout = o.has('timeout') ? Number(o.value('timeout')) * 1e9 : busybox ? 900e9 : Number.POSITIVE_INFINITY;
  const job: Job = { ctx, busybox, quiet: o.has('quiet'), output: o.value('output-document'), timeout };
  let code = 0;
  for (const url of ctx.operands) {
    const c = await fetch(job, url, 0);
    if (c !== 0) code = c;
  }
  return code;
}

/** The `wget` command. */
export const spec = defineProgram({
  name: 'wget',
  path: '/usr/bin/wget',
  summary: 'Retrieve files over HTTP',
  synopsis: ['[OPTION]... [URL]...'],
  usageExit: 2,
  version: 'GNU Wget 1.25.0 built on linux-gnu.',
  options: [
    { name: 'quiet', short: 'q', help: 'quiet (no output)' },
    { name: 'no-verbose', help: 'less output' },
    { name: 'server-response', short: 'S', help: 'print server response' },
    { name: 'spider', help: "don't download anything" },
    { name: 'continue', short: 'c', help: 'resume getting a file' },
    valued('output-document', 'O', 'FILE', 'write documents to FILE'),
    valued('prefix', 'P', 'DIR', 'save files to DIR'),
    valued('timeout', 'T', 'SECONDS', 'set all timeout values'),
    valued('tries', 't', 'NUMBER', 'set number of retries'),
    valued('user-agent', 'U', 'AGENT', 'identify as AGENT'),
    valued('header', undefined, 'STRING', 'insert STRING among the headers'),
    valued('post-data', undefined, 'STRING', 'use the POST method'),
    { name: 'no-check-certificate', help: 'ignored' },
  ],
  run,
});
