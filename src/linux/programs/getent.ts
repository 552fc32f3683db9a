/** `getent`: entries of the name service databases. @see glibc nss/getent.c */
import { formatIp, parseIp } from '../../base/ip.ts';
import { isErr } from '../kernel/errno.ts';
import { getaddrinfo, getnameinfo } from './resolve.ts';
import { type Context, defineProgram } from './spec.ts';
import { readText } from './stdio.ts';

async function getent(ctx: Context): Promise<number> {
  const [database, ...keys] = ctx.operands;
  const { sys } = ctx;
  const file = { passwd: '/etc/passwd', group: '/etc/group', hosts: '/etc/hosts', services: '/etc/services' }[
    database ?? ''
  ];
  if (database === undefined) {
    await ctx.err("getent: wrong number of arguments\nTry `getent --help' or `getent --usage' for more information.\n");
    return 1;
  }
  if (database !== 'ahosts' && database !== 'ahostsv4' && database !== 'ahostsv6' && file === undefined) {
    await ctx.err(`Unknown database: ${database}\nTry \`getent --help' or \`getent --usage' for more information.\n`);
    return 1;
  }
  if (keys.length === 0) {
    const text = readText(sys, file ?? '/etc/hosts');
    if (!isErr(text))
      await ctx.out(
        text
          .split('\n')
          .filter((l) => l.trim() !== '' && !l.startsWith('#'))
          .map((l) => `${l}\n`)
          .join(''),
      );
    return 0;
  }
  let code = 0;
  for (const key of keys) {
    const lines = await lookup(ctx, database, key);
    if (lines.length === 0) code = 2;
    await ctx.out(lines.map((l) => `${l}\n`).join(''));
  }
  return code;
}

async function lookup(ctx: Context, database: string, key: string): Promise<string[]> {
  const { sys } = ctx;
  if (database === 'passwd' || database === 'group') {
    const text = readText(sys, `/etc/${database}`);
    return isErr(text)
      ? []
      : text.split('\n').filter((l) => l.split(':')[0] === key || (l.split(':')[2] === key && key !== ''));
  }
  const ip = parseIp(key);
  if (database === 'hosts' && ip) {
    const name = await getnameinfo(sys, ip);
    return name === undefined ? [] : [`${key.padEnd(15)} ${name}`];
  }
  if (database === 'hosts') {
    // gethostbyname2: IPv6 first, then IPv4
    const six = await getaddrinfo(sys, key, 6);
    const r = typeof six === 'string' ? await getaddrinfo(sys, key, 4) : six;
    return typeof r === 'string' ? [] : r.addrs.map((a) => `${formatIp(a).padEnd(15)} ${r.canonical}`);
  }
  const r = await getaddrinfo(sys, key, database === 'ahostsv4' ? 4 : database === 'ahostsv6' ? 6 : 0);
  if (typeof r === 'string') return [];
  return r.addrs.flatMap((a, i) =>
    ['STREAM', 'DGRAM', 'RAW'].map(
      (t, j) => `${formatIp(a).padEnd(15)} ${t}${i === 0 && j === 0 ? ` ${r.canonical}` : ''}`,
    ),
  );
}

/** The `getent` command. */
export const spec = defineProgram({
  name: 'getent',
  path: '/usr/bin/getent',
  summary: 'Get entries from administrative databases',
  synopsis: ['DATABASE [key ...]'],
  options: [],
  run: getent,
});
