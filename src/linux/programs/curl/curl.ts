/**
 * `curl`: transfers of URLs over HTTP/1.
 * @see curl src/tool_operate.c
 */

import { join } from '../../../base/bytes.ts';
import { isErr } from '../../kernel/errno.ts';
import type { Fd } from '../../kernel/sys.ts';
import { getopt, type OptionError, type Options } from '../getopt.ts';
import { sleepFully } from '../sleep.ts';
import { type Context, defineProgram, helpText } from '../spec.ts';
import { readAll, STDIN } from '../stdio.ts';
import { formBody } from './form.ts';
import { CURLE, type CurlFailure, OPTIONS, type Report, type Transfer, USER_AGENT } from './options.ts';
import { Meter } from './progress.ts';
import { type Idle, Job, type Sink } from './transfer.ts';
import { parseUrl } from './url.ts';
import { writeOut } from './writeout.ts';

const HINT = "curl: try 'curl --help' or 'curl --manual' for more information\n";

const DATA = ['data', 'data-ascii', 'data-binary', 'data-raw', 'data-urlencode', 'json'];

/** Reads `@file`, `@-`. */
async function fromFile(ctx: Context, name: string): Promise<Uint8Array | CurlFailure> {
  const bytes = name === '-' ? await readAll(ctx.sys, STDIN) : ctx.sys.readFile(name);
  if (isErr(bytes)) return { code: CURLE.READ_ERROR, message: `Failed to open ${name}` };
  return bytes;
}

/** POST data: all -d joined by `&`. */
async function postData(ctx: Context, o: Options): Promise<Uint8Array | undefined | CurlFailure> {
  const parts: Uint8Array[] = [];
  for (const { name, value } of o.list) {
    if (!DATA.includes(name)) continue;
    let bytes = new TextEncoder().encode(value) as Uint8Array;
    if (name === 'data-urlencode') {
      const [key, rest] = value.includes('=') ? (value.split(/=(.*)/s) as [string, string]) : ['', value];
      bytes = new TextEncoder().encode(`${key === '' ? '' : `${key}=`}${encodeURIComponentPlus(rest)}`);
    } else if (value.startsWith('@') && name !== 'data-raw') {
      const file = await fromFile(ctx, value.slice(1));
      if ('code' in file) return file;
      bytes = name === 'data' || name === 'data-ascii' ? file.filter((b) => b !== 10 && b !== 13 && b !== 0) : file;
    }
    if (parts.length > 0 && name !== 'json') parts.push(Uint8Array.of(38));
    parts.push(bytes);
  }
  if (parts.length === 0) return undefined;
  return join(parts);
}

function encodeURIComponentPlus(s: string): string {
  return [...new TextEncoder().encode(s)]
    .map((b) =>
      /[A-Za-z0-9._~-]/.test(String.fromCharCode(b))
        ? String.fromCharCode(b)
        : `%${b.toString(16).toUpperCase().padStart(2, '0')}`,
    )
    .join('');
}

/** Seconds with a fraction as ns; a failure when the text is no number. */
function seconds(o: Options, name: string): number | string {
  const v = o.value(name);
  if (v === undefined) return Number.POSITIVE_INFINITY;
  const n = Number(v);
  if (v === '' || Number.isNaN(n) || n < 0)
    return `curl: option ${name === 'max-time' ? '-m' : `--${name}`}: expected a proper numerical parameter\n`;
  return n === 0 ? Number.POSITIVE_INFINITY : n * 1e9;
}

/** `%{…}` and -w @file are read once. */
async function formatOf(ctx: Context, o: Options): Promise<string | undefined> {
  const w = o.value('write-out');
  if (w === undefined || !w.startsWith('@')) return w;
  const bytes = await fromFile(ctx, w.slice(1));
  return 'code' in bytes ? '' : new TextDecoder().decode(bytes);
}

function report(url: string, filename: string): Report {
  return {
    url,
    effective: url,
    method: 'GET',
    httpCode: 0,
    httpVersion: '0',
    namelookup: 0,
    connect: 0,
    pretransfer: 0,
    starttransfer: 0,
    redirect: 0,
    total: 0,
    download: 0,
    upload: 0,
    headerSize: 0,
    requestSize: 0,
    remoteIp: '',
    remotePort: -1,
    localIp: '',
    localPort: -1,
    redirects: 0,
    redirectUrl: '',
    contentType: undefined,
    connects: 0,
    exitcode: 0,
    errormsg: undefined,
    filename,
    scheme: '',
    headers: [],
  };
}

/** Output of one URL: standard output, or a file that is made with the first byte. */
class Output implements Sink {
  #fd: Fd | undefined;
  constructor(
    readonly ctx: Context,
    readonly path: string | undefined,
    readonly include: boolean,
    readonly dump: string | undefined,
  ) {}

  async #bytes(bytes: Uint8Array): Promise<boolean> {
    if (this.path === undefined || this.path === '-') return !isErr(await this.ctx.sys.write(1, bytes));
    if (this.#fd === undefined) {
      const fd = this.ctx.sys.open(this.path, { write: true, create: true, truncate: true });
      if (isErr(fd)) {
        await this.ctx.err(`Warning: Failed to open the file ${this.path}: ${fd.text}\n`);
        return false;
      }
      this.#fd = fd;
    }
    return !isErr(await this.ctx.sys.write(this.#fd, bytes));
  }

  write(bytes: Uint8Array): Promise<boolean> {
    return this.#bytes(bytes);
  }

  async headers(text: string): Promise<void> {
    const bytes = new TextEncoder().encode(text);
    if (this.include) await this.#bytes(bytes);
    if (this.dump === undefined) return;
    if (this.dump === '-') await this.ctx.sys.write(1, bytes);
    else {
      const fd = this.ctx.sys.open(this.dump, { write: true, create: true, append: true });
      if (isErr(fd)) return;
      await this.ctx.sys.write(fd, bytes);
      this.ctx.sys.close(fd);
    }
  }

  /** An empty answer still makes the file. */
  async finish(ok: boolean): Promise<void> {
    if (ok && this.path !== undefined && this.path !== '-' && this.#fd === undefined)
      await this.#bytes(new Uint8Array(0));
    if (this.#fd !== undefined) this.ctx.sys.close(this.#fd);
  }
}

async function transferOf(ctx: Context, o: Options, url: string): Promise<Transfer | { text: string; code: number }> {
  const maxTime = seconds(o, 'max-time');
  const connectTimeout = seconds(o, 'connect-timeout');
  for (const v of [maxTime, connectTimeout]) if (typeof v === 'string') return { text: v + HINT, code: 2 };
  let body = await postData(ctx, o);
  const upload = o.value('upload-file');
  if (upload !== undefined && !body) body = await fromFile(ctx, upload);
  if (body && 'code' in body) return { text: `curl: (${body.code}) ${body.message}\n`, code: body.code };
  const form = o.has('form') ? await formBody(ctx.sys, o.values('form')) : undefined;
  if (form && 'code' in form) return { text: `curl: (${form.code}) ${form.message}\n`, code: form.code };
  body = form?.body ?? body;
  let target = url;
  if (o.has('get') && body) {
    const u = url.replace(/#.*$/s, '');
    target = `${u}${u.includes('?') ? '&' : '?'}${new TextDecoder().decode(body)}`;
    body = undefined;
  }
  const json = o.has('json');
  return {
    url: target,
    method: o.value('request'),
    headers: o.values('header'),
    userAgent: o.value('user-agent') ?? USER_AGENT,
    referer: o.value('referer'),
    cookie: o.value('cookie'),
    user: o.value('user'),
    body,
    contentType: form?.type,
    json,
    upload: upload !== undefined,
    head: o.has('head'),
    include: o.has('include') || o.has('show-headers') || o.has('head'),
    fail: o.has('fail-with-body') ? 'with-body' : o.has('fail') ? 'fail' : 'no',
    follow: o.has('location'),
    maxRedirs: Number(o.value('max-redirs') ?? 50),
    http10: o.last('http1.0', 'http1.1') === 'http1.0',
    family: o.has('ipv4') ? 4 : o.has('ipv6') ? 6 : 0,
    resolve: o.values('resolve'),
    connectTo: o.values('connect-to'),
    proxy: o.value('proxy'),
    noproxy: o.value('noproxy'),
    proxyUser: o.value('proxy-user'),
    proxyTunnel: o.has('proxytunnel'),
    iface: o.value('interface'),
    localPort: o.has('local-port') ? Number.parseInt(o.value('local-port') as string, 10) : undefined,
    unixSocket: o.value('unix-socket'),
    compressed: o.has('compressed'),
    maxTime: maxTime as number,
    connectTimeout: Math.min(connectTimeout as number, 300e9),
    verbose: o.has('verbose'),
    dumpHeader: o.value('dump-header'),
  };
}

/** The file -O writes to. */
function remoteName(url: string): string {
  const u = parseUrl(url);
  const path = 'code' in u ? '' : u.target.replace(/\?.*$/s, '');
  return path.slice(path.lastIndexOf('/') + 1);
}

const TRANSIENT = [408, 429, 500, 502, 503, 504];

/** One URL with its retries. @returns the exit code */
async function transferUrl(
  ctx: Context,
  o: Options,
  url: string,
  path: string | undefined,
  idle: Idle,
): Promise<number> {
  const { sys } = ctx;
  const t = await transferOf(ctx, o, url);
  if ('text' in t) {
    await ctx.err(t.text);
    return t.code;
  }
  if (t.dumpHeader !== undefined && t.dumpHeader !== '-' && !t.dumpHeader.startsWith('/dev/'))
    sys.writeFile(t.dumpHeader, new Uint8Array(0));
  const silent = o.has('silent') || o.has('no-progress-meter');
  const toTerminal = (path === undefined || path === '-') && sys.isatty(1);
  const retries = Number(o.value('retry') ?? 0);
  const format = await formatOf(ctx, o);
  for (let attempt = 0; ; attempt++) {
    const r = report(url, path ?? '');
    const meter = new Meter(sys, !silent && !toTerminal);
    const output = new Output(ctx, path, t.include, t.dumpHeader);
    const job = new Job(sys, t, r, meter, output, idle);
    const failure = await job.run();
    r.total = sys.now() - job.start;
    await meter.end(failure ? 1 : 3);
    await output.finish(!failure);
    const refused = failure?.code === CURLE.COULDNT_CONNECT && o.has('retry-connrefused');
    const transient = failure
      ? refused ||
        o.has('retry-all-errors') ||
        failure.code === CURLE.OPERATION_TIMEDOUT ||
        failure.code === CURLE.COULDNT_RESOLVE_HOST
      : TRANSIENT.includes(r.httpCode);
    if (transient && attempt < retries) {
      const wait = o.has('retry-delay') ? Number(o.value('retry-delay')) : Math.min(600, 2 ** attempt);
      if (!o.has('silent') || o.has('show-error')) {
        const left = retries - attempt;
        const why = failure ? (refused ? 'connection refused' : 'timeout') : 'HTTP error';
        const inSeconds = `${wait} second${wait === 1 ? '' : 's'}`;
        await ctx.err(
          `Warning: Problem: ${why}. Will retry in ${inSeconds}. ${left} retr${left === 1 ? 'y' : 'ies'} left.\n`,
        );
      }
      await sleepFully(sys, wait * 1e9);
      continue;
    }
    r.exitcode = failure?.code ?? 0;
    r.errormsg = failure?.message;
    if (failure && (!o.has('silent') || o.has('show-error')))
      await ctx.err(`curl: (${failure.code}) ${failure.message}\n`);
    if (format !== undefined) {
      const w = writeOut(format, r);
      await ctx.out(w.out);
      await ctx.err(w.err);
    }
    return r.exitcode;
  }
}

function optionError(e: OptionError): string {
  const text = e.kind === 'missing' ? 'requires parameter' : e.kind === 'ambiguous' ? 'is ambiguous' : 'is unknown';
  return `curl: option ${e.option}: ${text}\n${HINT}`;
}

async function run(ctx: Context): Promise<number> {
  const table = [...OPTIONS, { name: 'help', short: 'h', help: 'get help for commands' }];
  const parsed = getopt('curl', ctx.args, table);
  if ('error' in parsed) {
    await ctx.err(optionError(parsed));
    return CURLE.FAILED_INIT;
  }
  const o = parsed.options;
  if (o.has('help')) {
    await ctx.out(helpText({ ...spec, options: table }));
    return 0;
  }
  if (o.has('version')) {
    await ctx.out('curl 8.22.0 (x86_64-pc-linux-gnu) libcurl/8.22.0\nProtocols: http\nFeatures: IPv6 UnixSockets\n');
    return 0;
  }
  const urls = [...o.values('url'), ...parsed.operands];
  if (urls.length === 0) {
    await ctx.err(`curl: (2) no URL specified\n${HINT}`);
    return CURLE.FAILED_INIT;
  }
  const outputs = o.list.filter((x) => x.name === 'output' || x.name === 'remote-name');
  const idle: Idle = { fd: undefined, key: '' };
  let code = 0;
  for (let i = 0; i < urls.length; i++) {
    const url = urls[i] as string;
    const out = outputs[i];
    const path = out?.name === 'output' ? out.value : out ? remoteName(url) : undefined;
    if (path === '') {
      await ctx.err('curl: (23) Failed to extract a filename to use for storage\n');
      code = CURLE.WRITE_ERROR;
      continue;
    }
    const c = await transferUrl(ctx, o, url, path, idle);
    if (c !== 0) code = c;
  }
  if (idle.fd !== undefined) ctx.sys.close(idle.fd);
  return code;
}

/** The `curl` command. */
export const spec = defineProgram({
  name: 'curl',
  path: '/usr/bin/curl',
  summary: 'Transfer a URL',
  synopsis: ['[options...] <url>'],
  order: 'own',
  options: OPTIONS,
  run,
});
