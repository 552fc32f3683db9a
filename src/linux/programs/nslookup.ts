/** `nslookup` of BIND and of busybox. @see bind9 bin/dig/nslookup.c; busybox networking/nslookup.c */

import { RCODE, RR, reverseName } from '../../base/dns.ts';
import { formatIp, type IpAddr, parseIp } from '../../base/ip.ts';
import {
  candidates,
  type Exchange,
  type ExchangeOptions,
  exchange,
  getaddrinfo,
  PMTUDISC_OMIT,
  resolvConf,
} from './resolve.ts';
import { type Context, defineProgram } from './spec.ts';

/** Asks the servers in turn. */
async function ask(
  ctx: Context,
  servers: readonly IpAddr[],
  name: string,
  types: readonly number[],
  options: ExchangeOptions = {},
): Promise<{ got: (Exchange | undefined)[]; server: IpAddr }> {
  const conf = resolvConf(ctx.sys);
  for (let i = 0; i < conf.attempts; i++)
    for (const server of servers) {
      const got = await exchange(
        ctx.sys,
        server,
        types.map((type) => ({ name, type })),
        conf.timeout * 1e9,
        options,
      );
      if (got !== 'refused' && got.some((x) => x)) return { got, server };
    }
  return { got: types.map(() => undefined), server: servers[0] as IpAddr };
}

async function busybox(
  ctx: Context,
  host: string,
  servers: readonly IpAddr[],
  type: number | undefined,
): Promise<number> {
  const conf = resolvConf(ctx.sys);
  const ip = parseIp(host);
  const names = ip
    ? [reverseName(ip)]
    : host.includes('.') || conf.search.length === 0
      ? [host]
      : candidates(host, conf);
  const types = type !== undefined ? [type] : ip ? [RR.PTR] : [RR.A, RR.AAAA];
  let asked = names[0] as string;
  let last = await ask(ctx, servers, asked, types);
  for (const name of names) {
    if (name !== asked) last = await ask(ctx, servers, name, types);
    asked = name;
    if (last.got.some((x) => x && x.message.rcode === 0)) break;
  }
  const server = formatIp(last.server);
  await ctx.out(`Server:\t\t${server}\nAddress:\t${last.server.v === 6 ? `[${server}]` : server}:53\n\n`);
  let failed = 0;
  let replies = 0;
  // the answers in the order in which they came back
  const order = last.got.map((x, i) => ({ x, i })).sort((a, b) => (a.x?.time ?? 0) - (b.x?.time ?? 0) || a.i - b.i);
  for (const { x } of order) {
    if (!x) continue;
    replies++;
    const { message: m } = x;
    if (m.rcode !== 0) {
      failed++;
      await ctx.out(`** server can't find ${asked}: ${RCODE[m.rcode] ?? m.rcode}\n\n`);
      continue;
    }
    let s = m.authoritative ? '' : 'Non-authoritative answer:\n';
    for (const r of m.answers) {
      if (r.ip) s += `Name:\t${r.name}\nAddress: ${formatIp(r.ip)}\n`;
      else if (r.type === RR.PTR) s += `${r.name}\tname = ${r.text.replace(/\.$/, '')}\n`;
      else if (r.type === RR.CNAME) s += `${r.name}\tcanonical name = ${r.text.replace(/\.$/, '')}\n`;
    }
    await ctx.out(`${s}\n`);
  }
  if (replies === 0) {
    await ctx.err(';; connection timed out; no servers could be reached\n\n');
    return 1;
  }
  return failed === replies ? 1 : 0;
}

async function bind(ctx: Context, host: string, servers: readonly IpAddr[], type: number | undefined): Promise<number> {
  const ip = parseIp(host);
  const conf = resolvConf(ctx.sys);
  const types = type !== undefined ? [type] : ip ? [RR.PTR] : [RR.A, RR.AAAA];
  let head = '';
  for (const name of ip ? [reverseName(ip)] : candidates(host, conf)) {
    let found = '';
    let rcode = -1;
    let authoritative = true;
    for (const t of types) {
      const { got, server } = await ask(ctx, servers, name, [t], { pmtudisc: PMTUDISC_OMIT });
      const x = got[0];
      if (!x) {
        await ctx.out(
          `;; communications error to ${formatIp(server)}#53: timed out\n;; no servers could be reached\n\n`,
        );
        return 1;
      }
      head = `Server:\t\t${formatIp(server)}\nAddress:\t${formatIp(server)}#53\n\n`;
      rcode = rcode === 0 ? 0 : x.message.rcode;
      authoritative &&= x.message.authoritative;
      if (x.message.rcode !== 0) break;
      for (const r of x.message.answers) {
        if (r.ip) found += `Name:\t${r.name}\nAddress: ${formatIp(r.ip)}\n`;
        else if (r.type === RR.PTR) found += `${r.name}\tname = ${r.text}\n`;
        else if (r.type === RR.CNAME) found += `${r.name}\tcanonical name = ${r.text}\n`;
        else found += `${r.name}\t${r.text}\n`;
      }
    }
    if (rcode === 3) continue;
    if (rcode !== 0) {
      await ctx.out(`${ip ? '' : head}** server can't find ${ip ? name : host}: ${RCODE[rcode] ?? rcode}\n\n`);
      return 1;
    }
    if (found === '') {
      await ctx.out(`${head}*** Can't find ${host}: No answer\n\n`);
      return 0;
    }
    await ctx.out(`${ip ? '' : head}${authoritative || ip ? '' : 'Non-authoritative answer:\n'}${found}\n`);
    return 0;
  }
  await ctx.out(`${ip ? '' : head}** server can't find ${ip ? reverseName(ip) : host}: NXDOMAIN\n\n`);
  return 1;
}

async function run(ctx: Context): Promise<number> {
  let type: number | undefined;
  const operands: string[] = [];
  for (const a of ctx.args) {
    const m = /^-(?:type|query|q|t|querytype)=(.*)$/i.exec(a);
    if (m) type = (RR as Record<string, number>)[(m[1] as string).toUpperCase()];
    else if (!a.startsWith('-')) operands.push(a);
  }
  const [host, server] = operands;
  if (host === undefined) {
    await ctx.err(
      ctx.flavour === 'busybox' ? 'Usage: nslookup HOST [DNS_SERVER]\n' : 'Usage: nslookup [-option] host [server]\n',
    );
    return 1;
  }
  let servers: readonly IpAddr[] = resolvConf(ctx.sys).nameservers;
  if (server !== undefined) {
    const r = await getaddrinfo(ctx.sys, server);
    if (typeof r === 'string') {
      await ctx.err(
        ctx.flavour === 'busybox'
          ? `nslookup: bad address '${server}'\n`
          : `nslookup: couldn't get address for '${server}': not found\n`,
      );
      return 1;
    }
    servers = r.addrs;
  }
  return ctx.flavour === 'busybox' ? busybox(ctx, host, servers, type) : bind(ctx, host, servers, type);
}

/** The `nslookup` command. */
export const spec = defineProgram({
  name: 'nslookup',
  path: '/usr/bin/nslookup',
  summary: 'Query Internet name servers',
  order: 'own',
  options: [],
  run,
});
