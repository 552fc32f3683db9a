/**
 * `lsof`: open files of processes; with -i sockets of the network.
 *
 * Limits: columns of regular files show no device and node.
 * @see lsof(8) OUTPUT
 */
import { formatIp } from '../../base/ip.ts';
import { isErr } from '../kernel/errno.ts';
import { serviceName } from './services.ts';
import { type Context, defineProgram } from './spec.ts';

interface Row {
  readonly command: string;
  readonly pid: number;
  readonly user: string;
  readonly fd: string;
  readonly type: string;
  readonly size: string;
  readonly node: string;
  readonly name: string;
}

async function run(ctx: Context): Promise<number> {
  const { sys, options: o } = ctx;
  const network = o.has('internet');
  const filter = o.value('internet') ?? '';
  const numericHosts = o.has('numeric-hosts');
  const numericPorts = o.has('numeric-ports');
  const pids = new Set(
    (o.value('pid') ?? '')
      .split(',')
      .filter((p) => p !== '')
      .map(Number),
  );
  const names = ctx.operands;
  const sockets = new Map(sys.net.sockets().map((s) => [s.inode, s]));
  const port = (n: number, proto: 'tcp' | 'udp'): string =>
    n === 0 ? '*' : numericPorts ? String(n) : (serviceName(n, proto) ?? String(n));
  const rows: Row[] = [];
  for (const p of sys.processes()) {
    if (pids.size > 0 && !pids.has(p.pid)) continue;
    if (o.has('command') && !p.comm.startsWith(o.value('command') ?? '')) continue;
    for (const fd of sys.fds(p.pid)) {
      const target = sys.readlink(`/proc/${p.pid}/fd/${fd}`);
      if (isErr(target)) continue;
      const inode = /^socket:\[(\d+)\]$/.exec(target);
      const s = inode ? sockets.get(Number(inode[1])) : undefined;
      const base = { command: p.comm.slice(0, 9), pid: p.pid, user: p.uid === 0 ? 'root' : String(p.uid) };
      if (s && (s.netid === 'tcp' || s.netid === 'udp')) {
        const proto = s.netid;
        const host = (ip: typeof s.local.ip): string => {
          const text = ip ? formatIp(ip) : '*';
          return text === '0.0.0.0' || text === '::'
            ? '*'
            : ip?.v === 6
              ? `[${text}]`
              : !numericHosts && text === '127.0.0.1'
                ? 'localhost'
                : text;
        };
        const local = `${host(s.local.ip)}:${port(s.local.port, proto)}`;
        const remote = s.peer.port ? `->${host(s.peer.ip)}:${port(s.peer.port, proto)}` : '';
        const state = proto === 'tcp' ? ` (${s.state.replace('ESTAB', 'ESTABLISHED').replaceAll('-', '_')})` : '';
        const fits = matches(filter, proto, s.family, s.local.port, s.peer.port);
        if (network && !fits) continue;
        if (o.has('state') && !state.includes((o.value('state') ?? '').replace(/^TCP:/i, '').toUpperCase())) continue;
        rows.push({
          ...base,
          fd: `${fd}u`,
          type: s.family === 6 ? 'IPv6' : 'IPv4',
          size: '0t0',
          node: proto.toUpperCase(),
          name: `${local}${remote}${state}`,
        });
      } else if (!network && (names.length === 0 || names.includes(target))) {
        const st = sys.stat(target);
        const type = inode
          ? 'unix'
          : target.startsWith('pipe')
            ? 'FIFO'
            : isErr(st)
              ? 'REG'
              : (({ char: 'CHR', dir: 'DIR', file: 'REG' } as Record<string, string>)[st.kind] ?? 'REG');
        rows.push({
          ...base,
          fd: `${fd}${fd === 0 ? 'r' : 'u'}`,
          type,
          size: isErr(st) ? '0t0' : String(st.size),
          node: isErr(st) ? '' : String(st.ino),
          name: target,
        });
      }
    }
  }
  if (o.has('terse')) {
    await ctx.out([...new Set(rows.map((r) => r.pid))].map((p) => `${p}\n`).join(''));
    return rows.length > 0 ? 0 : 1;
  }
  if (rows.length === 0) return 1;
  const w = {
    pid: Math.max(5, ...rows.map((r) => String(r.pid).length)),
    user: Math.max(4, ...rows.map((r) => r.user.length)),
    size: Math.max(8, ...rows.map((r) => r.size.length)),
    node: Math.max(4, ...rows.map((r) => r.node.length)),
  };
  const line = (r: Omit<Row, 'pid'> & { pid: string | number }, device: string): string =>
    `${r.command.padEnd(9)} ${String(r.pid).padStart(w.pid)} ${r.user.padStart(w.user)} ${r.fd.padStart(4)}${/[a-zA-Z]$/.test(r.fd) && r.fd !== 'FD' ? '  ' : '   '} ${r.type.padStart(4)} ${device.padStart(6)} ${r.size.padStart(w.size)} ${r.node.padStart(w.node)} ${r.name}\n`;
  const head = line(
    {
      command: 'COMMAND',
      pid: 'PID',
      user: 'USER',
      fd: 'FD',
      type: 'TYPE',
      size: 'SIZE/OFF',
      node: 'NODE',
      name: 'NAME',
    },
    'DEVICE',
  );
  await ctx.out(head + rows.map((r) => line(r, r.node === 'TCP' || r.node === 'UDP' ? '0' : '0,1')).join(''));
  return 0;
}

/** `4`, `6`, `TCP`, `:80`, `TCP:80`, `tcp@host:80` */
function matches(filter: string, proto: string, family: number, local: number, remote: number): boolean {
  const m = /^([46])?(tcp|udp)?(?:@[^:]*)?(?::([\w,-]+))?$/i.exec(filter);
  if (!m) return true;
  if (m[1] && Number(m[1]) !== family) return false;
  if (m[2] && m[2].toLowerCase() !== proto) return false;
  if (!m[3]) return true;
  return m[3].split(',').some((p) => {
    const [from = 0, to = from] = p.split('-').map(Number);
    return [local, remote].some((n) => n >= from && n <= to);
  });
}

/** The `lsof` command. */
export const spec = defineProgram({
  name: 'lsof',
  path: '/usr/bin/lsof',
  summary: 'List open files',
  synopsis: ['[-i [46][protocol][@host][:port]] [-p PID] [-nPt] [NAME...]'],
  options: [
    { name: 'internet', short: 'i', shortOnly: true, arg: 'optional', metavar: 'ADDR', help: 'sockets of the network' },
    { name: 'numeric-hosts', short: 'n', shortOnly: true, help: 'no host names' },
    { name: 'numeric-ports', short: 'P', shortOnly: true, help: 'no port names' },
    { name: 'pid', short: 'p', shortOnly: true, arg: 'required', metavar: 'PIDS', help: 'of these processes' },
    {
      name: 'command',
      short: 'c',
      shortOnly: true,
      arg: 'required',
      metavar: 'NAME',
      help: 'of commands that begin so',
    },
    { name: 'state', short: 's', shortOnly: true, arg: 'required', metavar: 'P:S', help: 'sockets in this state' },
    { name: 'terse', short: 't', shortOnly: true, help: 'process ids only' },
    { name: 'and', short: 'a', shortOnly: true, help: 'all conditions together' },
  ],
  rewrite: (args) =>
    args.flatMap((a, i) =>
      /^[46]?(tcp|udp)?(@|:\S+|$)/i.test(a) && /^-[nPat]*i$/.test(args[i - 1] ?? '')
        ? []
        : /^-[nPat]*i$/.test(a) && /^(:|[46]|tcp|udp|@)/i.test(args[i + 1] ?? '')
          ? [`${a}${args[i + 1]}`]
          : [a],
    ),
  run,
});
