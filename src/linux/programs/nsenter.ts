/** `nsenter`: runs a program in the namespaces of another process. @see util-linux sys-utils/nsenter.c */
import { ENOENT, type Errno, isErr } from '../kernel/errno.ts';
import type { Sys } from '../kernel/sys.ts';
import { DEFAULT_PATH, findProgram, runChild } from './exec.ts';
import { type Context, defineProgram } from './spec.ts';

/** Where execvp(3) looks: in the mounts that it goes to, which are not those that can be seen from here. */
function searched(sys: Sys, name: string): string[] {
  if (name.includes('/')) return [name];
  return (sys.env.PATH ?? DEFAULT_PATH).split(':').map((dir) => `${dir}/${name}`);
}

async function run(ctx: Context): Promise<number> {
  const { sys, options: o } = ctx;
  const target = o.value('target');
  const all = o.has('all');
  const pid = target === undefined ? undefined : Number(target);
  if (target !== undefined && (!Number.isInteger(pid) || target === ''))
    return ctx.fail(`failed to parse pid: '${target}'`);
  const path = (name: string, ns: string): string | undefined => {
    if (!o.has(name) && !all) return undefined;
    const file = o.value(name);
    return file ? file.replace(/^=/, '') : pid === undefined ? undefined : `/proc/${pid}/ns/${ns}`;
  };
  const wanted = ['mount', 'uts', 'ipc', 'net', 'pid', 'user', 'cgroup'].some((n) => o.has(n)) || all;
  if (wanted && pid === undefined && !o.list.some((x) => x.value !== ''))
    return ctx.fail('neither filename nor target pid supplied for ns/net');
  const netns = path('net', 'net');
  for (const p of [netns]) {
    if (p === undefined) continue;
    const st = sys.stat(p);
    if (isErr(st)) return ctx.fail(`cannot open ${p}: ${st.text}`);
  }
  const argv = ctx.operands.length > 0 ? [...ctx.operands] : [sys.env.SHELL ?? '/bin/sh'];
  const from =
    pid === undefined
      ? undefined
      : { pid, mount: o.has('mount') || all, uts: o.has('uts') || all, pidns: o.has('pid') || all };
  const spaces = { netns, namespacesOf: from };
  // a process cannot change its own PID namespace: then, and only then, there is a child
  const forks = from?.pidns === true && !o.has('no-fork');
  let code: number | Errno = ENOENT;
  for (const program of from?.mount ? searched(sys, argv[0] as string) : [findProgram(sys, argv[0] as string)]) {
    code = isErr(program)
      ? program
      : forks
        ? await runChild(sys, program, { argv, ...spaces })
        : await sys.exec(program, argv, undefined, spaces);
    if (!isErr(code) || code.name !== 'ENOENT') break;
  }
  if (isErr(code)) {
    await ctx.fail(`failed to execute ${argv[0]}: ${code.text}`);
    return code.name === 'ENOENT' ? 127 : 126;
  }
  return code;
}

const ns = (name: string, short: string) =>
  ({ name, short, arg: 'optional', metavar: 'FILE', help: `enter the ${name} namespace` }) as const;

/** The `nsenter` command. */
export const spec = defineProgram({
  name: 'nsenter',
  path: '/usr/bin/nsenter',
  summary: 'Run a program with namespaces of other processes',
  synopsis: ['[options] [<program> [<argument>...]]'],
  order: 'posix',
  version: 'nsenter from util-linux 2.41.2',
  options: [
    { name: 'all', short: 'a', help: 'enter all namespaces' },
    { name: 'target', short: 't', arg: 'required', metavar: 'PID', help: 'target process to get namespaces from' },
    ns('mount', 'm'),
    ns('uts', 'u'),
    ns('ipc', 'i'),
    ns('net', 'n'),
    ns('pid', 'p'),
    ns('cgroup', 'C'),
    ns('user', 'U'),
    { name: 'root', short: 'r', arg: 'optional', metavar: 'DIR', help: 'set the root directory' },
    { name: 'wd', short: 'w', arg: 'optional', metavar: 'DIR', help: 'set the working directory' },
    { name: 'no-fork', short: 'F', help: 'do not fork before exec' },
  ],
  run,
});
