/**
 * `su`: a shell as another user, whom root need not know a password of.
 * Limits: only root may change to somebody else.
 * @see util-linux login-utils/su-common.c
 */
import { isErr } from '../kernel/errno.ts';
import { type Context, defineProgram, valued } from './spec.ts';
import { accountOf } from './who.ts';

async function run(ctx: Context): Promise<number> {
  const { sys, options: o } = ctx;
  const words = [...ctx.operands];
  const login = o.has('login') || words[0] === '-';
  if (words[0] === '-') words.shift();
  const user = words.shift() ?? 'root';
  const entry = accountOf(sys, user);
  if (!entry) return ctx.fail(`user ${user} does not exist or the user entry does not contain all the required fields`);
  const [, , uid = '0', gid = '0', , home = '/', ofUser = ''] = entry;
  if (sys.getuid() !== 0 && Number(uid) !== sys.getuid()) return ctx.fail('Authentication failure');
  const shell = o.value('shell') ?? (ofUser === '' ? '/bin/sh' : ofUser);
  const keep = o.has('preserve-environment') && !login;
  const about = { HOME: home, SHELL: shell, ...(user === 'root' && !login ? {} : { USER: user, LOGNAME: user }) };
  const base = login
    ? { TERM: sys.env.TERM ?? 'dumb', PATH: '/usr/local/bin:/usr/bin:/bin:/usr/local/games:/usr/games' }
    : sys.env;
  const env: Record<string, string> = { ...base, ...(keep ? {} : about) };
  if (login) sys.chdir(home);
  const name = shell.slice(shell.lastIndexOf('/') + 1);
  const command = o.value('command');
  const argv = [login ? `-${name}` : name, ...(command === undefined ? [] : ['-c', command]), ...words];
  const pid = sys.spawn(shell, { argv, env, uid: Number(uid), gid: Number(gid) });
  if (isErr(pid)) return ctx.fail(`failed to execute ${shell}: ${pid.text}`, pid.name === 'ENOENT' ? 127 : 126);
  for (;;) {
    const status = await sys.wait(pid);
    if (status === 0 || (isErr(status) && status.name === 'EINTR')) continue;
    if (isErr(status)) return 1;
    return status.state === 'signaled' ? 128 + status.signal : status.code;
  }
}

/** The `su` command. */
export const spec = defineProgram({
  name: 'su',
  path: '/usr/bin/su',
  summary: 'Change the effective user ID and group ID to that of <user>',
  synopsis: ['[options] [-] [<user> [<argument>...]]'],
  options: [
    valued('command', 'c', '<command>', 'pass a single command to the shell with -c'),
    { name: 'login', short: 'l', help: 'make the shell a login shell' },
    { name: 'preserve-environment', short: 'm', help: 'do not reset environment variables' },
    valued('shell', 's', '<shell>', 'run <shell> if /etc/shells allows it'),
  ],
  run,
});
