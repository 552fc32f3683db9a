/**
 * `who`, `w`, `users`: who is at the terminals. A login is a session that has a terminal.
 * Limits: no utmp: where somebody comes from and how long a terminal is idle is not known.
 * @see coreutils src/who.c, src/users.c; procps src/w.c
 */
import { civil, two } from '../../base/civil.ts';
import { isErr } from '../kernel/errno.ts';
import type { ProcInfo, Sys } from '../kernel/sys.ts';
import { commandLine, userNames } from './proc.ts';
import { defineProgram } from './spec.ts';
import { uptimeLine } from './status.ts';

interface Login {
  readonly user: string;
  readonly tty: string;
  readonly leader: ProcInfo;
}

function logins(sys: Sys): Login[] {
  const names = userNames(sys);
  return sys
    .processes()
    .filter((p) => p.tty !== undefined && p.sid === p.pid)
    .map((leader) => ({ user: names.get(leader.uid) ?? String(leader.uid), tty: leader.tty as string, leader }))
    .sort((a, b) => a.tty.localeCompare(b.tty));
}

/** When a process began. */
const began = (sys: Sys, p: ProcInfo): ReturnType<typeof civil> =>
  civil(sys.realtime() - BigInt(Math.floor(sys.now() - p.start)));

/** The `who` command. */
export const whoSpec = defineProgram({
  name: 'who',
  path: '/usr/bin/who',
  summary: 'Print who is currently logged in',
  synopsis: ['[OPTION]... [ FILE | ARG1 ARG2 ]'],
  options: [
    { name: 'heading', short: 'H', help: 'print line of column headings' },
    { name: 'count', short: 'q', help: 'all login names and number of users logged on' },
    { name: 'm', short: 'm', shortOnly: true, help: 'only hostname and user associated with stdin' },
  ],
  async run(ctx) {
    const { sys, options: o } = ctx;
    const own = sys.processes().find((p) => p.pid === sys.pid)?.tty;
    const only = o.has('m') || ctx.operands.length === 2;
    const list = logins(sys).filter((l) => !only || l.tty === own);
    if (o.has('count')) {
      await ctx.out(`${list.map((l) => l.user).join(' ')}\n# users=${list.length}\n`);
      return 0;
    }
    if (o.has('heading')) await ctx.out(`${'NAME'.padEnd(8)} ${'LINE'.padEnd(12)} ${'TIME'.padEnd(16)} COMMENT\n`);
    await ctx.out(
      list
        .map((l) => {
          const c = began(sys, l.leader);
          return `${l.user.padEnd(8)} ${l.tty.padEnd(12)} ${c.year}-${two(c.month)}-${two(c.day)} ${two(c.hour)}:${two(c.minute)}\n`;
        })
        .join(''),
    );
    return 0;
  },
});

/** The `users` command. */
export const usersSpec = defineProgram({
  name: 'users',
  path: '/usr/bin/users',
  summary: 'Print the user names of users currently logged in',
  options: [],
  async run(ctx) {
    const names = logins(ctx.sys).map((l) => l.user);
    if (names.length > 0) await ctx.out(`${names.sort().join(' ')}\n`);
    return 0;
  },
});

/** The `w` command. */
export const wSpec = defineProgram({
  name: 'w',
  path: '/usr/bin/w',
  summary: 'Show who is logged on and what they are doing',
  synopsis: ['[options] [user]'],
  options: [
    { name: 'no-header', short: 'h', help: 'do not print header' },
    { name: 'short', short: 's', help: 'short format' },
  ],
  async run(ctx) {
    const { sys } = ctx;
    const all = sys.processes();
    if (!ctx.options.has('no-header'))
      await ctx.out(`${uptimeLine(ctx)}USER     TTY       LOGIN@   IDLE   JCPU   PCPU  WHAT\n`);
    const seconds = (ns: number): string => `${(ns / 1e9).toFixed(2)}s`.padStart(6);
    for (const l of logins(sys)) {
      if (ctx.operands[0] !== undefined && l.user !== ctx.operands[0]) continue;
      const c = began(sys, l.leader);
      const here = all.filter((p) => p.tty === l.tty);
      const front = here.filter((p) => p.foreground).at(-1) ?? l.leader;
      const used = here.reduce((n, p) => n + p.cpu, 0);
      await ctx.out(
        `${l.user.padEnd(8)} ${l.tty.padEnd(8)} ${two(c.hour)}:${two(c.minute)}   ${'?'.padStart(6)} ${seconds(used)} ${seconds(front.cpu)}  ${commandLine(front)}\n`,
      );
    }
    return 0;
  },
});

/** Whether a user is known, and the words of the entry in /etc/passwd. */
export function accountOf(sys: Sys, user: string): string[] | undefined {
  const bytes = sys.readFile('/etc/passwd');
  const text = isErr(bytes) ? '' : new TextDecoder().decode(bytes);
  return text
    .split('\n')
    .map((l) => l.split(':'))
    .find((w) => w[0] === user && w.length >= 7);
}
