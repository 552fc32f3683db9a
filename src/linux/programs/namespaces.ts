/** `lsns` and `unshare`: namespaces, listed and made. @see util-linux sys-utils/lsns.c, unshare.c */
import { isErr } from '../kernel/errno.ts';
import { findProgram, runChild } from './exec.ts';
import { type Context, defineProgram } from './spec.ts';

const TYPES = ['time', 'cgroup', 'ipc', 'mnt', 'net', 'pid', 'user', 'uts'];

interface Row {
  readonly ns: string;
  readonly type: string;
  readonly pids: number[];
  user: string;
  command: string;
}

async function lsns(ctx: Context): Promise<number> {
  const { sys, options: o } = ctx;
  const wanted = o.list.filter((x) => x.name === 'type').map((x) => x.value);
  const unknown = wanted.find((t) => !TYPES.includes(t));
  if (unknown !== undefined) return ctx.fail(`unknown namespace type: ${unknown}`);
  const rows = new Map<string, Row>();
  for (const p of sys.processes()) {
    if (o.has('task') && p.pid !== Number(o.value('task'))) continue;
    for (const type of TYPES) {
      if (wanted.length > 0 && !wanted.includes(type)) continue;
      const link = sys.readlink(`/proc/${p.pid}/ns/${type}`);
      const ns = isErr(link) ? undefined : /\[(\d+)\]/.exec(link)?.[1];
      if (ns === undefined) continue;
      const row = rows.get(`${type} ${ns}`) ?? {
        ns,
        type,
        pids: [],
        user: p.uid === 0 ? 'root' : String(p.uid),
        command: p.argv.join(' ') || p.comm,
      };
      row.pids.push(p.pid);
      rows.set(`${type} ${ns}`, row);
    }
  }
  const list = [...rows.values()].sort((a, b) => Number(a.ns) - Number(b.ns));
  const w = (f: (r: Row) => string, least: number): number => Math.max(least, ...list.map((r) => f(r).length));
  const ns = w((r) => r.ns, 2);
  const type = w((r) => r.type, 4);
  const count = w((r) => String(r.pids.length), 6);
  const pid = w((r) => String(r.pids[0]), 3);
  const user = w((r) => r.user, 4);
  const line = (a: string, b: string, c: string, d: string, e: string, f: string): string =>
    `${a.padStart(ns)} ${b.padEnd(type)} ${c.padStart(count)} ${d.padStart(pid)} ${e.padEnd(user)} ${f}`.trimEnd();
  const head = o.has('noheadings') ? '' : `${line('NS', 'TYPE', 'NPROCS', 'PID', 'USER', 'COMMAND')}\n`;
  await ctx.out(
    head +
      list
        .map((r) => `${line(r.ns, r.type, String(r.pids.length), String(Math.min(...r.pids)), r.user, r.command)}\n`)
        .join(''),
  );
  return 0;
}

/** The `lsns` command. */
export const lsnsSpec = defineProgram({
  name: 'lsns',
  path: '/usr/bin/lsns',
  summary: 'List system namespaces',
  synopsis: ['[options] [<namespace>]'],
  version: 'lsns from util-linux 2.41.2',
  options: [
    {
      name: 'type',
      short: 't',
      arg: 'required',
      metavar: 'TYPE',
      help: 'namespace type (mnt, net, ipc, user, pid, uts, cgroup, time)',
    },
    { name: 'task', short: 'p', arg: 'required', metavar: 'PID', help: 'print process namespaces' },
    { name: 'noheadings', short: 'n', help: "don't print headings" },
    { name: 'list', short: 'l', help: 'use list format output' },
  ],
  run: lsns,
});

async function unshare(ctx: Context): Promise<number> {
  const { sys, options: o } = ctx;
  const argv = ctx.operands.length > 0 ? [...ctx.operands] : [sys.env.SHELL ?? '/bin/sh'];
  for (const other of ['mount', 'uts', 'ipc', 'pid', 'user', 'cgroup'])
    if (o.has(other)) return ctx.fail(`unshare failed: this laboratory makes network namespaces only, not ${other}`);
  const program = findProgram(sys, argv[0] as string);
  if (isErr(program)) {
    await ctx.fail(`failed to execute ${argv[0]}: ${program.text}`);
    return program.name === 'ENOENT' ? 127 : 126;
  }
  if (!o.has('net')) return (await sys.exec(program, argv)).code;
  const path = `/run/netns/.unshare-${sys.pid}`;
  sys.mkdir('/run/netns', 0o755);
  const made = sys.netnsAdd?.(path);
  if (made === undefined || isErr(made)) return ctx.fail(`unshare failed: ${made?.text ?? 'Operation not permitted'}`);
  const code = await runChild(sys, program, { argv, netns: path });
  sys.netnsDel?.(path);
  return isErr(code) ? 126 : code;
}

/** The `unshare` command. */
export const unshareSpec = defineProgram({
  name: 'unshare',
  path: '/usr/bin/unshare',
  summary: 'Run a program with some namespaces unshared from the parent',
  synopsis: ['[options] [<program> [<argument>...]]'],
  version: 'unshare from util-linux 2.41.2',
  order: 'posix',
  options: [
    { name: 'net', short: 'n', help: 'unshare network namespace' },
    { name: 'mount', short: 'm', help: 'unshare mounts namespace' },
    { name: 'uts', short: 'u', help: 'unshare UTS namespace' },
    { name: 'ipc', short: 'i', help: 'unshare System V IPC namespace' },
    { name: 'pid', short: 'p', help: 'unshare pid namespace' },
    { name: 'user', short: 'U', help: 'unshare user namespace' },
    { name: 'cgroup', short: 'C', help: 'unshare cgroup namespace' },
    { name: 'fork', short: 'f', help: 'fork before launching <program>' },
    { name: 'map-root-user', short: 'r', help: 'map current user to root' },
  ],
  run: unshare,
});
