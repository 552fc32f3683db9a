/** `sysctl`: kernel parameters, by name and from files. @see procps src/sysctl.c, sysctl.conf(5) */
import { text as decode } from '../../base/http.ts';
import { type Errno, isErr } from '../kernel/errno.ts';
import { type Context, defineProgram, flag } from './spec.ts';
import { readAll, readText } from './stdio.ts';

async function sysctl(ctx: Context): Promise<number> {
  const { sys, options: o } = ctx;
  let code = 0;
  if (o.has('all')) return ctx.out(below(ctx, '/proc/sys')).then(() => 0);
  if (o.has('system')) return system(ctx);
  if (o.has('load')) {
    for (const path of ctx.operands.length > 0 ? ctx.operands : ['/etc/sysctl.conf'])
      code = (await load(ctx, path)) || code;
    return code;
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
    const dir = `/proc/sys/${name.replaceAll('.', '/')}`;
    const what = sys.stat(dir);
    if (!isErr(what) && what.kind === 'dir') {
      await ctx.out(below(ctx, dir));
      continue;
    }
    const v = sys.sysctl(name);
    if (isErr(v)) code = await complain(ctx, name, v, 'reading');
    else await ctx.out(o.has('values') ? `${v.trim()}\n` : `${name} = ${v.trim()}\n`);
  }
  return code;
}

/** All values below a directory of /proc/sys, a line each; what cannot be read is left out. */
function below(ctx: Context, top: string): string {
  const { sys } = ctx;
  const names: string[] = [];
  const walk = (dir: string): void => {
    const list = sys.readdir(dir);
    if (isErr(list)) return;
    for (const e of list) {
      if (e.name === '.' || e.name === '..') continue;
      const path = `${dir}/${e.name}`;
      if (e.kind === 'dir') walk(path);
      else names.push(path.slice('/proc/sys/'.length).replaceAll('.', '\0').replaceAll('/', '.').replaceAll('\0', '/'));
    }
  };
  walk(top);
  return names
    .sort()
    .map((n) => {
      const v = sys.sysctl(n);
      return isErr(v) ? '' : ctx.options.has('values') ? `${v.trim()}\n` : `${n} = ${v.trim()}\n`;
    })
    .join('');
}

/** Sets what a file says: `name = value`, a dash before it if it may fail. @see sysctl.conf(5) */
async function load(ctx: Context, path: string): Promise<number> {
  const text = path === '-' ? await readStdin(ctx) : readText(ctx.sys, path);
  if (isErr(text)) return ctx.fail(`cannot open "${path}": ${text.text}`);
  let code = 0;
  for (const [i, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#') || line.startsWith(';')) continue;
    const eq = line.indexOf('=');
    if (eq < 0) {
      if (!line.startsWith('-')) await ctx.err(`sysctl: ${path}(${i + 1}): invalid syntax, continuing...\n`);
      continue;
    }
    const quiet = line.startsWith('-');
    const name = line
      .slice(quiet ? 1 : 0, eq)
      .trim()
      .replaceAll('/', '.');
    const value = line.slice(eq + 1).trim();
    const e = ctx.sys.setSysctl(name, value);
    if (isErr(e)) code = quiet ? code : await complain(ctx, name, e, 'setting');
    else if (!ctx.options.has('quiet')) await ctx.out(`${name} = ${value}\n`);
  }
  return code;
}

async function readStdin(ctx: Context): Promise<string | Errno> {
  const bytes = await readAll(ctx.sys, 0);
  return isErr(bytes) ? bytes : decode(bytes);
}

/** Directories of settings: a file of an earlier one goes before one of the same name. */
const SETTINGS = ['/etc/sysctl.d', '/run/sysctl.d', '/usr/local/lib/sysctl.d', '/usr/lib/sysctl.d', '/lib/sysctl.d'];

async function system(ctx: Context): Promise<number> {
  const files = new Map<string, string>();
  for (const dir of SETTINGS) {
    const list = ctx.sys.readdir(dir);
    for (const e of isErr(list) ? [] : list)
      if (e.name.endsWith('.conf') && !files.has(e.name)) files.set(e.name, `${dir}/${e.name}`);
  }
  const paths = [...files.keys()].sort().map((name) => files.get(name) as string);
  if (!isErr(ctx.sys.stat('/etc/sysctl.conf'))) paths.push('/etc/sysctl.conf');
  for (const path of paths) await ctx.out(`* Applying ${path} ...\n`);
  let code = 0;
  for (const path of paths) code = (await load(ctx, path)) || code;
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
    return 1;
  }
  await ctx.err(
    ctx.flavour === 'busybox'
      ? `sysctl: error ${what} key '${name}': ${e.text}\n`
      : e.name === 'EACCES' || e.name === 'EPERM'
        ? `sysctl: permission denied on key "${name}"\n`
        : `sysctl: ${what} key "${name}": ${e.text}\n`,
  );
  return 1;
}

/** The `sysctl` command. */
export const spec = defineProgram({
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
    flag('load', 'p', 'set what files say'),
    { name: 'system', help: 'set what all files of the system say' },
  ],
  run: sysctl,
});
