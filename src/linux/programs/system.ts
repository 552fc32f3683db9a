/** Small tools about the user and the machine's names: hostname, uname, whoami, id, env. @see coreutils, hostname(1) */
import { formatIp } from '../../base/ip.ts';
import { isErr } from '../kernel/errno.ts';
import { findProgram } from './exec.ts';
import { groupNames, userNames } from './proc.ts';
import { getaddrinfo } from './resolve.ts';
import { type Context, defineProgram, flag } from './spec.ts';
import { readText } from './stdio.ts';

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

/** The `hostname` command. */
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

/** The applet of the same name. */
export const hostnameApplet = defineProgram({
  ...hostnameSpec,
  synopsis: ['[-sidf] [HOSTNAME | -F FILE]'],
  options: hostnameSpec.options.filter((o) => o.name !== 'all-ip-addresses'),
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

/** The `uname` command. */
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

/** The `whoami` command. */
export const whoamiSpec = defineProgram({
  name: 'whoami',
  path: '/usr/bin/whoami',
  summary: 'Print the effective user name',
  options: [],
  async run(ctx) {
    const uid = ctx.sys.getuid();
    const name = userNames(ctx.sys).get(uid);
    if (name === undefined)
      return ctx.fail(ctx.flavour === 'busybox' ? `unknown uid ${uid}` : `cannot find name for user ID ${uid}`);
    await ctx.out(`${name}\n`);
    return 0;
  },
});

/** Who a user is, or this process: its group comes first among its groups. */
function account(ctx: Context, who: string | undefined): { uid: number; groups: number[] } | undefined {
  const { sys } = ctx;
  if (who === undefined) return { uid: sys.getuid(), groups: [...new Set([sys.getgid(), ...sys.getgroups()])] };
  const rows = (file: string): string[][] => {
    const text = readText(sys, file);
    return (isErr(text) ? '' : text).split('\n').map((l) => l.split(':'));
  };
  const row = rows('/etc/passwd').find((r) => r[0] === who || r[2] === who);
  if (!row) return undefined;
  const more = rows('/etc/group').filter((r) => (r[3] ?? '').split(',').includes(row[0] as string));
  return { uid: Number(row[2]), groups: [...new Set([Number(row[3]), ...more.map((r) => Number(r[2]))])] };
}

/** The `id` command. */
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
    const names = groupNames(ctx.sys);
    const gid = a.groups[0] as number;
    const show = (id: number, name: string | undefined): string => (o.has('name') ? (name ?? String(id)) : String(id));
    const full = (id: number, name: string | undefined): string => (name === undefined ? String(id) : `${id}(${name})`);
    if (o.has('user')) await ctx.out(`${show(a.uid, user)}\n`);
    else if (o.has('group')) await ctx.out(`${show(gid, names.get(gid))}\n`);
    else if (o.has('groups')) await ctx.out(`${a.groups.map((g) => show(g, names.get(g))).join(' ')}\n`);
    else
      await ctx.out(
        `uid=${full(a.uid, user)} gid=${full(gid, names.get(gid))} groups=${a.groups.map((g) => full(g, names.get(g))).join(',')}\n`,
      );
    return 0;
  },
});

/** The `groups` command. @see coreutils src/groups.c */
export const groupsSpec = defineProgram({
  name: 'groups',
  path: '/usr/bin/groups',
  summary: 'Print the groups of each USER, or of this process',
  synopsis: ['[OPTION]... [USERNAME]...'],
  version: 'groups (GNU coreutils) 9.7',
  options: [],
  async run(ctx) {
    const names = groupNames(ctx.sys);
    let exit = 0;
    for (const user of ctx.operands.length > 0 ? ctx.operands : [undefined]) {
      const a = account(ctx, user);
      if (a) {
        const list = a.groups.map((g) => names.get(g) ?? String(g)).join(' ');
        await ctx.out(`${user === undefined ? '' : `${user} : `}${list}\n`);
      } else exit = await ctx.fail(`'${user}': no such user`);
    }
    return exit;
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

/** The `env` command. */
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
