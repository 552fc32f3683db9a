/**
 * `ss`: sockets of the network namespace, in iproute2's columns.
 *
 * Limits: -m adds nothing; -e shows inode and uid.
 * @see iproute2 misc/ss.c: render, column widths in passes
 */
import { formatIp } from '../../base/ip.ts';
import { ENOENT, isErr } from '../kernel/errno.ts';
import type { SocketInfo } from '../kernel/netadmin.ts';
import { serviceName } from './services.ts';
import { type Context, defineProgram } from './spec.ts';
import { type Condition, parseFilter } from './ss-filter.ts';
import { tcpInfoText, tcpTimerText } from './ss-info.ts';
import { screenOf } from './stdio.ts';

/** A column: how it is aligned and what is printed before it. */
interface Field {
  readonly header: string;
  readonly align: 'left' | 'right' | 'centre';
  readonly ldelim: string;
  shown: boolean;
}

const STATES: Readonly<Record<string, readonly string[]>> = {
  all: [
    'ESTAB',
    'SYN-SENT',
    'SYN-RECV',
    'FIN-WAIT-1',
    'FIN-WAIT-2',
    'TIME-WAIT',
    'UNCONN',
    'CLOSE-WAIT',
    'LAST-ACK',
    'LISTEN',
    'CLOSING',
  ],
  connected: [
    'ESTAB',
    'SYN-SENT',
    'SYN-RECV',
    'FIN-WAIT-1',
    'FIN-WAIT-2',
    'TIME-WAIT',
    'CLOSE-WAIT',
    'LAST-ACK',
    'CLOSING',
  ],
  synchronized: ['ESTAB', 'SYN-RECV', 'FIN-WAIT-1', 'FIN-WAIT-2', 'TIME-WAIT', 'CLOSE-WAIT', 'LAST-ACK', 'CLOSING'],
  bucket: ['SYN-RECV', 'TIME-WAIT'],
  big: ['ESTAB', 'SYN-SENT', 'FIN-WAIT-1', 'FIN-WAIT-2', 'UNCONN', 'CLOSE-WAIT', 'LAST-ACK', 'LISTEN', 'CLOSING'],
  established: ['ESTAB'],
  'syn-sent': ['SYN-SENT'],
  'syn-recv': ['SYN-RECV'],
  'fin-wait-1': ['FIN-WAIT-1'],
  'fin-wait-2': ['FIN-WAIT-2'],
  'time-wait': ['TIME-WAIT'],
  closed: ['UNCONN'],
  unconnected: ['UNCONN'],
  'close-wait': ['CLOSE-WAIT'],
  'last-ack': ['LAST-ACK'],
  listening: ['LISTEN'],
  listen: ['LISTEN'],
  closing: ['CLOSING'],
};

/** The address as ss prints it: `*` for a dual-stack wildcard, brackets for IPv6, `%eth0` when bound. */
function addressText(s: SocketInfo, end: SocketInfo['local'], peer: boolean): string {
  if (s.netid === 'unix') return end.path === undefined || end.path === '' ? '*' : end.path;
  if (s.netid === 'packet') return '*';
  const zone = !peer && s.ifname !== undefined ? `%${s.ifname}` : '';
  const ip = end.ip;
  if (!ip) return `*${zone}`;
  if (ip.v === 6 && ip.value === 0n && s.v6only !== true && (s.netid === 'tcp' || s.netid === 'udp')) return `*${zone}`;
  return ip.v === 6 ? `[${formatIp(ip)}]${zone}` : `${formatIp(ip)}${zone}`;
}

function portText(s: SocketInfo, end: SocketInfo['local'], numeric: boolean): string {
  if (s.netid === 'unix') return String(end === s.local ? s.inode : end.port);
  if (end.port === 0) return '*';
  return numeric ? String(end.port) : (serviceName(end.port, s.netid === 'udp' ? 'udp' : 'tcp') ?? String(end.port));
}

interface View {
  readonly numeric: boolean;
  readonly processes: boolean;
  readonly extended: boolean;
  readonly headers: boolean;
  readonly netid: boolean;
  readonly state: boolean;
  readonly timers: boolean;
  readonly info: boolean;
  readonly oneline: boolean;
}

function fields(v: View): Field[] {
  return [
    { header: 'Netid', align: 'left', ldelim: '', shown: v.netid },
    { header: 'State', align: 'left', ldelim: ' ', shown: v.state },
    { header: 'Recv-Q', align: 'left', ldelim: ' ', shown: true },
    { header: 'Send-Q', align: 'left', ldelim: ' ', shown: true },
    { header: 'Local Address:', align: 'right', ldelim: ' ', shown: true },
    { header: 'Port', align: 'left', ldelim: '', shown: true },
    { header: 'Peer Address:', align: 'right', ldelim: ' ', shown: true },
    { header: 'Port', align: 'left', ldelim: '', shown: true },
    { header: 'Process', align: 'left', ldelim: '', shown: v.processes },
    { header: '', align: 'left', ldelim: '', shown: true },
  ];
}

function cellsOf(s: SocketInfo, v: View): string[] {
  const users = s.users.map((u) => `("${u.comm}",pid=${u.pid},fd=${u.fd})`).join(',');
  const extended = v.extended ? ` ${s.uid > 0 ? `uid:${s.uid} ` : ''}ino:${s.inode} sk:${s.inode.toString(16)}` : '';
  const t = v.timers || v.info ? s.info?.() : undefined;
  const shown = v.info && t && s.state !== 'TIME-WAIT' && s.state !== 'SYN-RECV';
  const inside = shown ? `${v.oneline ? '' : '\n\t'}${tcpInfoText(t, s.state, v.numeric)}` : '';
  return [
    s.netid === 'unix' ? 'u_str' : s.netid === 'packet' ? 'p_raw' : s.netid,
    s.state,
    String(s.recvQ).padEnd(6),
    String(s.sendQ).padEnd(6),
    `${addressText(s, s.local, false)}${s.netid === 'unix' ? ' ' : ':'}`,
    portText(s, s.local, v.numeric),
    `${addressText(s, s.peer, true)}${s.netid === 'unix' ? ' ' : ':'}`,
    portText(s, s.peer, v.numeric),
    v.processes && users !== '' ? ` users:(${users})` : '',
    `${v.timers && t ? tcpTimerText(t) : ''}${extended}${inside}`,
  ];
}

/** Columns that are never padded: what follows the peer's port. */
const UNPADDED = 8;

/**
 * Pads cells into columns as wide as their widest cell; on a terminal the room left over is shared out, from the last
 * column of a line backwards. Trailing blanks of the peer's port stay, as ss leaves them.
 * @see iproute2 misc/ss.c: render_calc_width
 */
function renderColumns(columns: readonly Field[], rows: readonly string[][], screen: number | undefined): string {
  const shown = columns.map((c, i) => ({ c, i })).filter(({ c }) => c.shown);
  const longest = shown.map(({ i }) => Math.max(0, ...rows.map((r) => r[i]?.length ?? 0)));
  const width = longest.map((w, k) => (w > 0 ? w + (k > 0 ? (shown[k]?.c.ldelim.length ?? 0) : 0) : 0));
  if (screen !== undefined) spreadOut(width, screen);
  const lines = rows.map((r) =>
    shown
      .map(({ c, i }, k) => {
        const cell = r[i] ?? '';
        const delim = k > 0 ? c.ldelim : '';
        if (i >= UNPADDED) return cell;
        const room = (width[k] as number) - delim.length;
        return delim + (c.align === 'right' ? cell.padStart(room) : cell.padEnd(room));
      })
      .join(''),
  );
  return lines.map((l) => `${l}\n`).join('');
}

function spreadOut(width: number[], screen: number): void {
  let eol = -1;
  let len = 0;
  let count = 0;
  for (let k = 0; k < width.length; k++) {
    if (width[k] === 0) continue;
    count++;
    len += width[k] as number;
    const last = width.slice(k + 1).every((w) => w === 0);
    if (!last && len < screen) continue;
    let at = k;
    if (len > screen && count > 1) {
      len -= width[k] as number;
      count--;
      at = k - 1;
    }
    const pad = Math.max(0, screen - len);
    const spacing = Math.floor(pad / count);
    let rem = pad % count;
    for (let t = at; t > eol; t--) {
      if (width[t] === 0) continue;
      width[t] = (width[t] as number) + spacing + (rem > 0 ? 1 : 0);
      if (rem > 0) rem--;
    }
    eol = at;
    len = 0;
    count = 0;
    k = at;
  }
}

function selected(ctx: Context, filter: Condition, states: readonly string[] | undefined): SocketInfo[] {
  const o = ctx.options;
  const kinds: string[] = [];
  if (o.has('tcp')) kinds.push('tcp');
  if (o.has('udp')) kinds.push('udp');
  if (o.has('raw')) kinds.push('raw', 'icmp');
  if (o.has('unix') || o.value('family') === 'unix') kinds.push('unix');
  if (o.has('packet') || o.value('family') === 'link') kinds.push('packet');
  const v4 = o.has('ipv4') || o.value('family') === 'inet';
  const v6 = o.has('ipv6') || o.value('family') === 'inet6';
  const order = ['unix', 'packet', 'raw', 'icmp', 'udp', 'tcp'];
  const wanted = (s: SocketInfo): boolean => {
    if (kinds.length > 0 ? !kinds.includes(s.netid) : (v4 || v6) && (s.netid === 'unix' || s.netid === 'packet'))
      return false;
    if ((v4 || v6) && s.family !== (v4 ? 4 : 6)) return v4 && v6;
    if (states) return states.includes(s.state);
    if (o.has('listening')) return s.state === 'LISTEN' || s.state === 'UNCONN';
    if (o.has('all')) return true;
    // SS_CONN: neither listening nor unconnected, nor the two short-lived kinds the kernel keeps apart
    return !['LISTEN', 'UNCONN', 'TIME-WAIT', 'SYN-RECV'].includes(s.state);
  };
  return ctx.sys.net
    .sockets()
    .filter((s) => wanted(s) && filter(s))
    .map((s, i) => ({ s, i }))
    .sort((a, b) => order.indexOf(a.s.netid) - order.indexOf(b.s.netid) || a.s.family - b.s.family || a.i - b.i)
    .map((x) => x.s);
}

async function summary(ctx: Context): Promise<number> {
  const all = ctx.sys.net.sockets();
  const count = (k: string, v?: number): number =>
    all.filter((s) => s.netid === k && (v === undefined || s.family === v)).length;
  const tcp = all.filter((s) => s.netid === 'tcp');
  const in_ = (st: string): number => tcp.filter((s) => s.state === st).length;
  const row = (name: string, v4: number, v6: number): string =>
    `${name}\t  ${String(v4 + v6).padEnd(9)} ${String(v4).padEnd(9)} ${String(v6).padEnd(9)}\n`;
  const live = (v: number): number => tcp.filter((s) => s.family === v && s.state !== 'TIME-WAIT').length;
  await ctx.out(
    `Total: ${all.length}\nTCP:   ${tcp.length} (estab ${in_('ESTAB')}, closed ${in_('TIME-WAIT')}, orphaned 0, timewait ${in_('TIME-WAIT')})\n\nTransport Total     IP        IPv6\n` +
      row('RAW', count('raw', 4) + count('icmp', 4), count('raw', 6) + count('icmp', 6)) +
      row('UDP', count('udp', 4), count('udp', 6)) +
      row('TCP', live(4), live(6)) +
      row('INET', count('raw', 4) + count('udp', 4) + live(4), count('raw', 6) + count('udp', 6) + live(6)) +
      row('FRAG', 0, 0) +
      '\n',
  );
  return 0;
}

/**
 * `-N`: enters a named network namespace by running the command again, there. @see iproute2 lib/namespace.c: netns_switch
 * @returns undefined when this process is in it already
 */
async function enter(ctx: Context, name: string): Promise<number | undefined> {
  const { sys } = ctx;
  const netns = `/run/netns/${name}`;
  const key = sys.netnsOf?.(netns);
  if (key === undefined || isErr(key)) {
    await ctx.err(`Cannot open network namespace "${name}": ${(key ?? ENOENT).text}\n`);
    return 255;
  }
  if (key === sys.netnsOf?.('/proc/self/ns/net')) return undefined;
  const e = await sys.exec('/usr/bin/ss', ['ss', ...ctx.args], undefined, { netns });
  return ctx.fail(e.text, 255);
}

async function run(ctx: Context): Promise<number> {
  const o = ctx.options;
  if (o.has('version')) {
    await ctx.out(`${spec.version}\n`);
    return 0;
  }
  const net = o.value('net');
  const failed = net === undefined ? undefined : await enter(ctx, net);
  if (failed !== undefined) return failed;
  if (o.has('summary')) return summary(ctx);
  const words = [...ctx.operands];
  let states: string[] | undefined;
  while (words[0] === 'state' || words[0] === 'exclude') {
    const [verb, name] = words.splice(0, 2);
    const set = STATES[name ?? ''];
    if (!set) {
      await ctx.err(`ss: wrong state name: ${name}\n`);
      return 255;
    }
    const before: readonly string[] = states ?? (verb === 'exclude' ? (STATES.all as string[]) : []);
    states = verb === 'exclude' ? before.filter((s) => !set.includes(s)) : [...before, ...set];
  }
  const filter = parseFilter(words);
  if (!filter) {
    await ctx.err('ss: bison bellows (while parsing filter): "syntax error!" Sorry.\n');
    return 255;
  }
  const rows = selected(ctx, filter, states);
  const kinds = ['tcp', 'udp', 'raw', 'unix', 'packet'].filter((k) => o.has(k));
  const view: View = {
    numeric: o.has('numeric'),
    processes: o.has('processes'),
    extended: o.has('extended'),
    headers: !o.has('no-header'),
    // sockets of UNIX and of packets come in several kinds each
    netid: kinds.length !== 1 || o.has('unix') || o.has('packet'),
    state: states === undefined || states.length !== 1,
    timers: o.has('options'),
    info: o.has('info'),
    oneline: o.has('oneline'),
  };
  const columns = fields(view);
  const table = rows.map((s) => cellsOf(s, view));
  if (view.headers) table.unshift(columns.map((c) => c.header));
  await ctx.out(renderColumns(columns, table, screenOf(ctx.sys, 1)?.cols));
  return 0;
}

/** The `ss` command. */
export const spec = defineProgram({
  name: 'ss',
  path: '/usr/bin/ss',
  summary: 'Investigate sockets',
  synopsis: ['[ OPTIONS ]', '[ OPTIONS ] [ FILTER ]'],
  usageError: 'usage',
  usageExit: 255,
  version: 'ss utility, iproute2-6.18.0',
  options: [
    { name: 'numeric', short: 'n', help: "don't resolve service names" },
    { name: 'resolve', short: 'r', help: 'resolve host names' },
    { name: 'all', short: 'a', help: 'display all sockets' },
    { name: 'listening', short: 'l', help: 'display listening sockets' },
    { name: 'options', short: 'o', help: 'show timer information' },
    { name: 'extended', short: 'e', help: 'show detailed socket information' },
    { name: 'memory', short: 'm', help: 'show socket memory usage' },
    { name: 'processes', short: 'p', help: 'show process using socket' },
    { name: 'info', short: 'i', help: 'show internal TCP information' },
    { name: 'summary', short: 's', help: 'show socket usage summary' },
    { name: 'ipv4', short: '4', help: 'display only IP version 4 sockets' },
    { name: 'ipv6', short: '6', help: 'display only IP version 6 sockets' },
    { name: 'packet', short: '0', help: 'display PACKET sockets' },
    { name: 'tcp', short: 't', help: 'display only TCP sockets' },
    { name: 'udp', short: 'u', help: 'display only UDP sockets' },
    { name: 'raw', short: 'w', help: 'display only RAW sockets' },
    { name: 'unix', short: 'x', help: 'display only Unix domain sockets' },
    { name: 'family', short: 'f', arg: 'required', metavar: 'FAMILY', help: 'display sockets of type FAMILY' },
    { name: 'no-header', short: 'H', help: 'suppress header line' },
    { name: 'net', short: 'N', arg: 'required', metavar: 'NSNAME', help: 'switch to the specified network namespace' },
    { name: 'version', short: 'V', help: 'show the version' },
    { name: 'oneline', short: 'O', help: "socket's data printed on a single line" },
  ],
  run,
});
