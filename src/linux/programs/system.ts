/**
 * Small tools about the machine and the user: hostname, uname, whoami, id, env, uptime, free, sysctl, dmesg, mount,
 * getent.
 * @see coreutils, hostname(1), procps, util-linux, glibc nss/getent.c
 */
import { formatIp, parseIp } from '../../base/ip.ts';
import { isErr } from '../kernel/errno.ts';
import { findProgram } from './exec.ts';
import { groupNames, meminfo, userNames, utc } from './proc.ts';
import { getaddrinfo, getnameinfo } from './resolve.ts';
import { type Context, defineProgram, type OptionSpec, type ProgramSpec } from './spec.ts';
import { readText } from './stdio.ts';

const flag = (name: string, short: string, help: string): OptionSpec => ({ name, short, help });
const two = (n: number): string => String(n).padStart(2, '0');

async function hostname(ctx: Context): Promise<number> {
  const { sys, options: o } = ctx;
  const name = sys.gethostname();
  const set = ctx.operands[0];
  if (set !== undefined) {
    const e = sys.sethostname(set);
    if (!isErr(e)) return 0;
    return ctx.fail(ctx.flavour === 'busybox' ? `sethostname: ${e.text}` : 'you must be root to change the host name');
  }
  if (o.has('all-ip-addresses')) {
    const links = sys.net.links();
    const list = sys.net
      .addrs()
      .filter((a) => a.scope === 'global' && links.some((l) => l.ifindex === a.ifindex && l.up));
    await ctx.out(`${list.map((a) => `${formatIp(a.prefix.addr)} `).join('')}\n`);
    return 0;
  }
  if (o.has('short')) await ctx.out(`${name.replace(/\..*/, '')}\n`);
  else if (o.has('ip-address') || o.has('fqdn') || o.has('domain')) {
    const r = await getaddrinfo(sys, name);
    if (typeof r === 'string')
      return ctx.fail(ctx.flavour === 'busybox' ? `${name}: Unknown host` : 'Name or service not known');
    const v4 = r.addrs.filter((a) => a.v === 4);
    if (o.has('ip-address')) await ctx.out(`${(v4.length > 0 ? v4 : r.addrs).map(formatIp).join(' ')}\n`);
    else if (o.has('fqdn')) await ctx.out(`${r.canonical}\n`);
    else await ctx.out(`${r.canonical.includes('.') ? r.canonical.replace(/^[^.]*\./, '') : ''}\n`);
  } else await ctx.out(`${name}\n`);
  return 0;
}

export const hostnameSpec = defineProgram({
  name: 'hostname',
  path: '/usr/bin/hostname',
  summary: 'Show or set the system host name',
  synopsis: ['[-fisdI]', 'HOSTNAME'],
  options: [
    flag('fqdn', 'f', 'long host name'),
    flag('ip-address', 'i', 'addresses of the host name'),
    flag('short', 's', 'short host name'),
    flag('domain', 'd', 'DNS domain name'),
    flag('all-ip-addresses', 'I', 'all addresses of the host'),
  ],
  run: hostname,
});

async function uname(ctx: Context): Promise<number> {
  const u = ctx.sys.uname();
  const o = ctx.options;
  const all = o.has('all');
  const parts: string[] = [];
  if (all || o.has('kernel-name') || o.list.length === 0) parts.push(u.sysname);
  if (all || o.has('nodename')) parts.push(u.nodename);
  if (all || o.has('kernel-release')) parts.push(u.release);
  if (all || o.has('kernel-version')) parts.push(u.version);
  if (all || o.has('machine')) parts.push(u.machine);
  if (o.has('processor') || o.has('hardware-platform')) parts.push('unknown');
  if (all || o.has('operating-system')) parts.push('GNU/Linux');
  await ctx.out(`${parts.join(' ')}\n`);
  return 0;
}

export const unameSpec = defineProgram({
  name: 'uname',
  path: '/usr/bin/uname',
  summary: 'Print system information',
  options: [
    flag('all', 'a', 'everything'),
    flag('kernel-name', 's', 'kernel name'),
    flag('nodename', 'n', 'host name'),
    flag('kernel-release', 'r', 'kernel release'),
    flag('kernel-version', 'v', 'kernel version'),
    flag('machine', 'm', 'machine'),
    flag('processor', 'p', 'processor'),
    flag('hardware-platform', 'i', 'platform'),
    flag('operating-system', 'o', 'operating system'),
  ],
  run: uname,
});

export const whoamiSpec = defineProgram({
  name: 'whoami',
  path: '/usr/bin/whoami',
  summary: 'Print the effective user name',
  options: [],
  async run(ctx) {
    const uid = ctx.sys.getuid();
    const name = userNames(ctx.sys).get(uid);
    if (name === undefined) return ctx.fail(`cannot find name for user ID ${uid}`);
    await ctx.out(`${name}\n`);
    return 0;
  },
});

function account(ctx: Context, who: string | undefined): { uid: number; gid: number } | undefined {
  const text = readText(ctx.sys, '/etc/passwd');
  const rows = (isErr(text) ? '' : text).split('\n').map((l) => l.split(':'));
  const row =
    who === undefined
      ? rows.find((r) => Number(r[2]) === ctx.sys.getuid() && r.length > 3)
      : rows.find((r) => r[0] === who || r[2] === who);
  if (row) return { uid: Number(row[2]), gid: Number(row[3]) };
  return who === undefined ? { uid: ctx.sys.getuid(), gid: ctx.sys.getuid() } : undefined;
}

export const idSpec = defineProgram({
  name: 'id',
  path: '/usr/bin/id',
  summary: 'Print user and group ids',
  synopsis: ['[OPTION]... [USER]'],
  options: [
    flag('user', 'u', 'only the user id'),
    flag('group', 'g', 'only the group id'),
    flag('groups', 'G', 'all group ids'),
    flag('name', 'n', 'names instead of numbers'),
  ],
  async run(ctx) {
    const a = account(ctx, ctx.operands[0]);
    if (!a)
      return ctx.fail(
        ctx.flavour === 'busybox' ? `unknown user ${ctx.operands[0]}` : `'${ctx.operands[0]}': no such user`,
      );
    const o = ctx.options;
    const user = userNames(ctx.sys).get(a.uid);
    const group = groupNames(ctx.sys).get(a.gid);
    const show = (id: number, name: string | undefined): string => (o.has('name') ? (name ?? String(id)) : String(id));
    const full = (id: number, name: string | undefined): string => (name === undefined ? String(id) : `${id}(${name})`);
    if (o.has('user')) await ctx.out(`${show(a.uid, user)}\n`);
    else if (o.has('group') || o.has('groups')) await ctx.out(`${show(a.gid, group)}\n`);
    else await ctx.out(`uid=${full(a.uid, user)} gid=${full(a.gid, group)} groups=${full(a.gid, group)}\n`);
    return 0;
  },
});

async function env(ctx: Context): Promise<number> {
  const { sys, options: o } = ctx;
  const vars: Record<string, string> = o.has('ignore-environment') || ctx.args[0] === '-' ? {} : { ...sys.env };
  for (const name of o.values('unset')) delete vars[name];
  const words = ctx.operands.filter((w, i) => !(i === 0 && w === '-'));
  let i = 0;
  for (; i < words.length; i++) {
    const m = /^([^=]+)=(.*)$/s.exec(words[i] as string);
    if (!m) break;
    vars[m[1] as string] = m[2] as string;
  }
  const argv = words.slice(i);
  if (argv.length === 0) {
    const end = o.has('null') ? '\0' : '\n';
    await ctx.out(
      Object.entries(vars)
        .map(([k, v]) => `${k}=${v}${end}`)
        .join(''),
    );
    return 0;
  }
  const dir = o.value('chdir');
  if (dir !== undefined) {
    const e = sys.chdir(dir);
    if (isErr(e)) return ctx.fail(`cannot change directory to '${dir}': ${e.text}`, 125);
  }
  const path = findProgram(sys, argv[0] as string, vars.PATH);
  const e = isErr(path) ? path : await sys.exec(path, argv, vars);
  await ctx.err(
    ctx.flavour === 'busybox' ? `env: can't execute '${argv[0]}': ${e.text}\n` : `env: '${argv[0]}': ${e.text}\n`,
  );
  return e.name === 'ENOENT' ? 127 : 126;
}

export const envSpec = defineProgram({
  name: 'env',
  path: '/usr/bin/env',
  summary: 'Set variables in the environment and run a command',
  synopsis: ['[OPTION]... [-] [NAME=VALUE]... [COMMAND [ARG]...]'],
  order: 'posix',
  usageExit: 125,
  options: [
    flag('ignore-environment', 'i', 'start with an empty environment'),
    flag('null', '0', 'end lines with NUL'),
    { name: 'unset', short: 'u', arg: 'required', metavar: 'NAME', help: 'remove a variable' },
    { name: 'chdir', short: 'C', arg: 'required', metavar: 'DIR', help: 'change directory' },
  ],
  run: env,
});

/** Seconds since the machine booted. */
function uptimeSeconds(ctx: Context): number {
  const text = readText(ctx.sys, '/proc/uptime');
  return isErr(text) ? ctx.sys.now() / 1e9 : Number(text.split(' ')[0]);
}

export const uptimeSpec = defineProgram({
  name: 'uptime',
  path: '/usr/bin/uptime',
  summary: 'Tell how long the system has been running',
  options: [flag('pretty', 'p', 'show it in words'), flag('since', 's', 'when it booted')],
  async run(ctx) {
    const up = Math.floor(uptimeSeconds(ctx));
    const days = Math.floor(up / 86400);
    const hours = Math.floor(up / 3600) % 24;
    const minutes = Math.floor(up / 60) % 60;
    const now = utc(ctx.sys.realtime());
    if (ctx.options.has('pretty')) {
      const parts = [
        [days, 'day'],
        [hours, 'hour'],
        [minutes, 'minute'],
      ] as const;
      const words = parts
        .filter(([n, w]) => n > 0 || (w === 'minute' && up < 60))
        .map(([n, w]) => `${n} ${w}${n === 1 ? '' : 's'}`);
      await ctx.out(`up ${words.join(', ')}\n`);
      return 0;
    }
    if (ctx.options.has('since')) {
      const t = utc(ctx.sys.realtime() - BigInt(up) * 1_000_000_000n);
      await ctx.out(`${t.year}-${two(t.month)}-${two(t.day)} ${two(t.hour)}:${two(t.minute)}:${two(t.second)}\n`);
      return 0;
    }
    const load = readText(ctx.sys, '/proc/loadavg');
    const span = `${days > 0 ? `${days} day${days === 1 ? '' : 's'}, ` : ''}${hours > 0 ? `${String(hours).padStart(2)}:${two(minutes)}` : `${minutes} min`}`;
    const users = ctx.sys.processes().filter((p) => p.tty !== undefined && p.sid === p.pid).length;
    await ctx.out(
      ` ${two(now.hour)}:${two(now.minute)}:${two(now.second)} up ${span},  ${users} user${users === 1 ? '' : 's'},  load average: ${(isErr(load) ? '0.00 0.00 0.00' : load).split(' ').slice(0, 3).join(', ')}\n`,
    );
    return 0;
  },
});

export const freeSpec = defineProgram({
  name: 'free',
  path: '/usr/bin/free',
  summary: 'Display amount of free and used memory',
  options: [
    flag('bytes', 'b', 'in bytes'),
    flag('kibi', 'k', 'in KiB'),
    flag('mebi', 'm', 'in MiB'),
    flag('gibi', 'g', 'in GiB'),
    flag('human', 'h', 'readable units'),
  ],
  async run(ctx) {
    const m = meminfo(ctx.sys);
    const o = ctx.options;
    const show = (kb: number): string => {
      if (o.has('human')) {
        for (const [unit, size] of [
          ['Gi', 1048576],
          ['Mi', 1024],
        ] as const)
          if (kb >= size)
            return kb / size >= 10 ? `${Math.round(kb / size)}${unit}` : `${(kb / size).toFixed(1)}${unit}`;
        return kb === 0 ? '0B' : `${kb}Ki`;
      }
      return String(
        Math.floor(o.has('bytes') ? kb * 1024 : o.has('mebi') ? kb / 1024 : o.has('gibi') ? kb / 1048576 : kb),
      );
    };
    const row = (title: string, values: readonly number[]): string =>
      `${title.padEnd(8)}${values.map((v) => show(v).padStart(12)).join('')}\n`;
    const used = m('MemTotal') - m('MemAvailable');
    await ctx.out(
      `${' '.repeat(8)}${['total', 'used', 'free', 'shared', 'buff/cache', 'available'].map((h) => h.padStart(12)).join('')}\n` +
        row('Mem:', [m('MemTotal'), used, m('MemFree'), m('Shmem'), m('Buffers') + m('Cached'), m('MemAvailable')]) +
        row('Swap:', [m('SwapTotal'), m('SwapTotal') - m('SwapFree'), m('SwapFree')]),
    );
    return 0;
  },
});

async function sysctl(ctx: Context): Promise<number> {
  const { sys, options: o } = ctx;
  let code = 0;
  if (o.has('all')) {
    const names: string[] = [];
    const walk = (dir: string): void => {
      const list = sys.readdir(dir);
      if (isErr(list)) return;
      for (const e of list) {
        if (e.name === '.' || e.name === '..') continue;
        if (e.kind === 'dir') walk(`${dir}/${e.name}`);
        else
          names.push(
            `${dir}/${e.name}`
              .slice('/proc/sys/'.length)
              .replaceAll('.', '\0')
              .replaceAll('/', '.')
              .replaceAll('\0', '/'),
          );
      }
    };
    walk('/proc/sys');
    for (const n of names.sort()) {
      const v = sys.sysctl(n);
      if (!isErr(v)) await ctx.out(`${n} = ${v.trim()}\n`);
    }
    return 0;
  }
  for (const word of ctx.operands) {
    const eq = word.indexOf('=');
    const name = (eq < 0 ? word : word.slice(0, eq)).trim().replaceAll('/', '.');
    if (eq >= 0 || o.has('write')) {
      const value = word.slice(eq + 1).trim();
      const e = eq < 0 ? undefined : sys.setSysctl(name, value);
      if (e === undefined) code = await ctx.fail(`"${word}" must be of the form name=value`);
      else if (isErr(e)) code = await complain(ctx, name, e, 'setting');
      else if (!o.has('quiet')) await ctx.out(o.has('values') ? `${value}\n` : `${name} = ${value}\n`);
      continue;
    }
    const v = sys.sysctl(name);
    if (isErr(v)) code = await complain(ctx, name, v, 'reading');
    else await ctx.out(o.has('values') ? `${v.trim()}\n` : `${name} = ${v.trim()}\n`);
  }
  return code;
}

async function complain(ctx: Context, name: string, e: { name: string; text: string }, what: string): Promise<number> {
  if (e.name === 'ENOENT') {
    if (ctx.options.has('ignore')) return 0;
    await ctx.err(
      ctx.flavour === 'busybox'
        ? `sysctl: error: '${name}' is an unknown key\n`
        : `sysctl: cannot stat /proc/sys/${name.replaceAll('.', '/')}: ${e.text}\n`,
    );
    return ctx.flavour === 'busybox' ? 1 : 255;
  }
  await ctx.err(
    ctx.flavour === 'busybox'
      ? `sysctl: error ${what} key '${name}': ${e.text}\n`
      : e.name === 'EACCES' || e.name === 'EPERM'
        ? `sysctl: permission denied on key "${name}"\n`
        : `sysctl: ${what} key "${name}": ${e.text}\n`,
  );
  return ctx.flavour === 'busybox' ? 1 : 255;
}

export const sysctlSpec = defineProgram({
  name: 'sysctl',
  path: '/usr/sbin/sysctl',
  summary: 'Show and change kernel parameters',
  synopsis: ['[options] [variable[=value] ...]'],
  options: [
    flag('all', 'a', 'all variables'),
    flag('write', 'w', 'write values'),
    flag('values', 'n', 'values without names'),
    flag('ignore', 'e', 'ignore unknown variables'),
    flag('quiet', 'q', 'do not echo what is set'),
  ],
  run: sysctl,
});

export const dmesgSpec = defineProgram({
  name: 'dmesg',
  path: '/usr/bin/dmesg',
  summary: "Print the kernel's log",
  options: [
    flag('ctime', 'T', 'human-readable times'),
    flag('follow', 'w', 'wait for new messages'),
    flag('level', 'l', 'ignored'),
  ],
  async run(ctx) {
    const fd = ctx.sys.open('/dev/kmsg', { read: true });
    const text = isErr(fd) ? readText(ctx.sys, '/proc/kmsg') : undefined;
    if (isErr(fd) && (text === undefined || isErr(text))) return ctx.fail(`read kernel buffer failed: ${fd.text}`);
    if (typeof text === 'string') {
      await ctx.out(text);
      return 0;
    }
    if (isErr(fd)) return 1;
    ctx.sys.setNonBlocking(fd, !ctx.options.has('follow'));
    for (;;) {
      const b = await ctx.sys.read(fd);
      if (isErr(b) || b.length === 0) return 0;
      await ctx.sys.write(1, b);
    }
  },
});

export const mountSpec = defineProgram({
  name: 'mount',
  path: '/usr/bin/mount',
  summary: 'Show mounted file systems',
  options: [
    { name: 'types', short: 't', arg: 'required', metavar: 'TYPE', help: 'only this type' },
    flag('list', 'l', 'list'),
  ],
  async run(ctx) {
    if (ctx.operands.length > 0)
      return ctx.fail(
        `${ctx.operands.at(-1)}: ${ctx.sys.getuid() === 0 ? 'permission denied' : 'must be superuser to use mount'}.`,
        32,
      );
    const type = ctx.options.value('types');
    const rows = ctx.sys.mounts().filter((m) => type === undefined || m.type === type);
    await ctx.out(rows.map((m) => `${m.source} on ${m.target} type ${m.type} (${m.options})\n`).join(''));
    return 0;
  },
});

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

export const getentSpec = defineProgram({
  name: 'getent',
  path: '/usr/bin/getent',
  summary: 'Get entries from administrative databases',
  synopsis: ['DATABASE [key ...]'],
  options: [],
  run: getent,
});

/** All of them, for the registry. */
export const SYSTEM_SPECS: readonly ProgramSpec[] = [
  hostnameSpec,
  unameSpec,
  whoamiSpec,
  idSpec,
  envSpec,
  uptimeSpec,
  freeSpec,
  sysctlSpec,
  dmesgSpec,
  mountSpec,
  getentSpec,
];
