/**
 * `sudo` as root has it: nothing to ask, the command runs in sudo's own process.
 *
 * Limits: -u only checks that the user exists and sets the environment; policies, -l and -e are not there.
 * @see sudo(8)
 */
import { isErr } from '../kernel/errno.ts';
import { findProgram } from './exec.ts';
import { type Context, defineProgram } from './spec.ts';
import { readText } from './stdio.ts';

const SECURE_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const BUILTINS = new Set(
  '. : alias bg cd eval exec exit export fg hash jobs read set source type ulimit umask wait'.split(' '),
);
const USAGE = `usage: sudo -h | -K | -k | -V
usage: sudo -v [-ABkNnS] [-g group] [-h host] [-p prompt] [-u user]
usage: sudo [-ABbEHkNnPS] [-D directory] [-g group] [-u user] [VAR=value] [-i | -s] [command [arg ...]]
`;

interface Call {
  user: string;
  shell: boolean;
  login: boolean;
  keep: boolean;
  dir: string | undefined;
  rest: readonly string[];
}

/** The options; the exit code when they say all there is to do. */
async function options(ctx: Context): Promise<Call | number> {
  const call: Call = { user: 'root', shell: false, login: false, keep: false, dir: undefined, rest: [] };
  const args = [...ctx.args];
  while (args[0]?.startsWith('-')) {
    const a = args.shift() as string;
    if (a === '--') break;
    if (a === '-u' || a === '--user') call.user = args.shift() ?? '';
    else if (a.startsWith('--user=')) call.user = a.slice(7);
    else if (a === '-D' || a === '--chdir') call.dir = args.shift();
    else if (a === '-g' || a === '-p' || a === '-h') args.shift();
    else if (a === '-V' || a === '--version') {
      await ctx.out('Sudo version 1.9.17p2\n');
      return 0;
    } else if (/^-[vkK]$/.test(a)) {
      if (args.length === 0) return 0;
    } else if (/^-[AbEHnPSis]+$/.test(a)) {
      call.shell ||= a.includes('s');
      call.login ||= a.includes('i');
      call.keep ||= a.includes('E');
    } else if (a === '--login') call.login = true;
    else if (a === '--shell') call.shell = true;
    else if (a === '--preserve-env') call.keep = true;
    else {
      await ctx.err(`${ctx.name}: invalid option -- '${a.replace(/^-+/, '')}'\n${USAGE}`);
      return 1;
    }
  }
  call.rest = args;
  return call;
}

function environment(ctx: Context, call: Call, home: string, set: readonly string[]): Record<string, string> {
  const old = ctx.sys.env;
  const env: Record<string, string> = call.keep ? { ...old } : {};
  for (const name of ['TERM', 'COLORTERM', 'LANG', 'DISPLAY', 'LS_COLORS', 'PATH'])
    if (old[name] !== undefined) env[name] = old[name];
  Object.assign(env, {
    HOME: home,
    LOGNAME: call.user,
    USER: call.user,
    SHELL: '/bin/bash',
    PATH: SECURE_PATH,
    SUDO_USER: old.USER ?? 'root',
    SUDO_UID: '0',
    SUDO_GID: '0',
  });
  for (const s of set) env[s.slice(0, s.indexOf('='))] = s.slice(s.indexOf('=') + 1);
  return env;
}

async function run(ctx: Context): Promise<number> {
  const { sys } = ctx;
  const call = await options(ctx);
  if (typeof call === 'number') return call;
  const set = [];
  const words = [...call.rest];
  while (/^[A-Za-z_]\w*=/.test(words[0] ?? '')) set.push(words.shift() as string);
  if (words.length === 0 && !call.shell && !call.login) {
    await ctx.err(USAGE);
    return 1;
  }
  const passwd = readText(sys, '/etc/passwd');
  const entry = (isErr(passwd) ? '' : passwd)
    .split('\n')
    .find((l) => l.startsWith(`${call.user}:`))
    ?.split(':');
  if (!entry) {
    await ctx.fail(`unknown user ${call.user}`);
    return ctx.fail('error initializing audit plugin sudoers_audit');
  }
  const home = entry[5] ?? '/';
  const dir = call.login ? home : call.dir;
  if (dir !== undefined && sys.chdir(dir) !== 0) return ctx.fail(`unable to change directory to ${dir}`);
  const shell = call.login ? '-bash' : 'bash';
  const argv = call.shell || call.login ? (words.length > 0 ? [shell, '-c', words.join(' ')] : [shell]) : words;
  const name = argv === words ? (words[0] as string) : '/bin/bash';
  const path = findProgram(sys, name, SECURE_PATH);
  const error = isErr(path) ? path : await sys.exec(path, argv, environment(ctx, call, home, set));
  if (error.name !== 'ENOENT') return ctx.fail(`unable to execute ${name}: ${error.text}`);
  await ctx.fail(`${name}: command not found`);
  if (BUILTINS.has(name)) {
    await ctx.fail(`"${name}" is a shell built-in command, it cannot be run directly.`);
    await ctx.fail('the -s option may be used to run a privileged shell.');
    await ctx.fail('the -D option may be used to run a command in a specific directory.');
  }
  return 1;
}

/** The `sudo` command. */
export const spec = defineProgram({
  name: 'sudo',
  path: '/usr/bin/sudo',
  summary: 'Run a command as another user',
  order: 'own',
  options: [],
  run,
});
