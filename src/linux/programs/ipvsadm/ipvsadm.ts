/** `ipvsadm`: services and servers of IPVS. @see ipvsadm 1.31: ipvsadm.c, libipvs/libipvs.c: ipvs_strerror */
import { type IpAddr, parseIp, parseIp4 } from '../../../base/ip.ts';
import { type Errno, isErr } from '../../kernel/errno.ts';
import {
  VS_SCHEDULERS,
  type VsKey,
  type VsMethod,
  type VsScheduler,
  type VsServerSpec,
  type VsService,
} from '../../kernel/ipvs.ts';
import { getopt, type Options } from '../getopt.ts';
import { servicePort } from '../services.ts';
import { type Context, defineProgram, flag, type OptionSpec, valued } from '../spec.ts';
import { readAll, STDIN } from '../stdio.ts';
import { connectionsText, type ListStyle, listText, saveText, sorted } from './print.ts';

/** Wrong words; exit code 2. */
class Wrong extends Error {}

/** What the kernel said no to; exit code 255. */
class Refused extends Error {}

const COMMANDS = [
  'add-service',
  'edit-service',
  'delete-service',
  'clear',
  'restore',
  'save',
  'add-server',
  'edit-server',
  'delete-server',
  'list',
  'zero',
  'set',
] as const;
type Command = (typeof COMMANDS)[number];

/** Texts of errno for each command. */
const MESSAGES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'add-service': { EEXIST: 'Service already exists', ENOENT: 'Scheduler or persistence engine not found' },
  'edit-service': { ESRCH: 'No such service', ENOENT: 'Scheduler or persistence engine not found' },
  'delete-service': { ESRCH: 'No such service' },
  zero: { ESRCH: 'No such service' },
  'add-server': { ESRCH: 'Service not defined', EEXIST: 'Destination already exists' },
  'edit-server': { ESRCH: 'Service not defined', ENOENT: 'No such destination' },
  'delete-server': { ESRCH: 'Service not defined', ENOENT: 'No such destination' },
};

function check(command: Command, e: Errno | 0): void {
  if (isErr(e)) throw new Refused(MESSAGES[command]?.[e.name] ?? e.text);
}

/** `ADDRESS[:PORT]` */
function endOf(text: string, what: string): { addr: IpAddr; port: number } {
  const at = text.lastIndexOf(':');
  const addr = parseIp(at < 0 ? text : text.slice(0, at));
  const p = at < 0 ? '0' : text.slice(at + 1);
  const port = /^\d+$/.test(p) ? Number(p) : servicePort(p);
  if (!addr || port === undefined || port > 65535) throw new Wrong(`illegal ${what} address[:port] specified`);
  return { addr, port };
}

function keyOf(o: Options): VsKey {
  const kind = o.last('tcp-service', 'udp-service', 'fwmark-service');
  if (kind === undefined) throw new Wrong('No virtual service specified');
  const text = o.value(kind) ?? '';
  if (kind !== 'fwmark-service') return { proto: kind === 'tcp-service' ? 6 : 17, ...endOf(text, 'virtual server') };
  const fwmark = Number(text);
  if (!(fwmark > 0) || !Number.isInteger(fwmark)) throw new Wrong('illegal firewall mark specified');
  return { fwmark };
}

function numberOf(o: Options, name: string, fallback: number, lo: number, hi: number, message: string): number {
  if (!o.has(name)) return fallback;
  const n = Number(o.value(name));
  if (o.value(name) === '' || !Number.isInteger(n) || n < lo || n > hi) throw new Wrong(message);
  return n;
}

function setService(ctx: Context, command: 'add-service' | 'edit-service', o: Options): void {
  const key = keyOf(o);
  const scheduler = o.value('scheduler') ?? 'wlc';
  const persistent = o.has('persistent')
    ? o.value('persistent') === ''
      ? 300
      : numberOf(o, 'persistent', 300, 1, 31 * 86400, 'illegal timeout for persistent service')
    : 0;
  if (!('fwmark' in key) && key.port === 0 && persistent === 0)
    throw new Wrong('Zero port specified for non-persistent service');
  if (!(VS_SCHEDULERS as readonly string[]).includes(scheduler))
    throw new Refused('Scheduler or persistence engine not found');
  const mask = o.value('netmask');
  const bits = mask === undefined ? 32 : maskBits(mask);
  const spec = { key, scheduler: scheduler as VsScheduler, persistent, netmask: bits };
  check(command, ctx.sys.net.ipvsService(spec, command === 'edit-service'));
}

function maskBits(text: string): number {
  const mask = parseIp4(text);
  for (let bits = 0; bits <= 32; bits++) if ((bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0) === mask) return bits;
  throw new Wrong('invalid netmask specified');
}

function setServer(ctx: Context, command: 'add-server' | 'edit-server', o: Options): void {
  const key = keyOf(o);
  if (!o.has('real-server')) throw new Wrong('No real server specified');
  const end = endOf(o.value('real-server') ?? '', 'real server');
  const how = o.last('masquerading', 'gatewaying', 'ipip');
  const method: VsMethod = how === 'masquerading' ? 'Masq' : how === 'ipip' ? 'Tunnel' : 'Route';
  const own = 'fwmark' in key ? end.port : end.port || key.port;
  const server: VsServerSpec = {
    addr: end.addr,
    port: method === 'Masq' ? own : 'fwmark' in key ? 0 : key.port,
    weight: numberOf(o, 'weight', 1, 0, 2 ** 31 - 1, 'illegal weight specified'),
    method,
    upper: numberOf(o, 'u-threshold', 0, 0, 2 ** 31 - 1, 'illegal u-threshold specified'),
    lower: numberOf(o, 'l-threshold', 0, 0, 2 ** 31 - 1, 'illegal l-threshold specified'),
  };
  check(command, ctx.sys.net.ipvsServer(key, server, command === 'edit-server'));
}

function deleteServer(ctx: Context, o: Options): void {
  const key = keyOf(o);
  const end = endOf(o.value('real-server') ?? '', 'real server');
  const port = end.port || ('fwmark' in key ? 0 : key.port);
  check('delete-server', ctx.sys.net.ipvsServerDelete(key, end.addr, port));
}

function listing(ctx: Context, o: Options): string {
  const { net } = ctx.sys;
  const numeric = o.has('numeric');
  if (o.has('connection')) return connectionsText(net.ipvsConnections(), numeric);
  if (o.has('timeout')) {
    const t = net.ipvsTimeouts();
    return `Timeout (tcp tcpfin udp): ${t.tcp} ${t.tcpfin} ${t.udp}\n`;
  }
  const what: ListStyle['what'] = o.has('stats')
    ? 'stats'
    : o.has('rate')
      ? 'rate'
      : o.has('thresholds')
        ? 'thresholds'
        : o.has('persistent-conn')
          ? 'persistent'
          : 'plain';
  const all = o.has('nosort') ? net.ipvs() : sorted(net.ipvs());
  let services: VsService[] = [...all];
  if (o.last('tcp-service', 'udp-service', 'fwmark-service') !== undefined) {
    const wanted = JSON.stringify(keyOf(o));
    services = services.filter((s) => JSON.stringify(s.key) === wanted);
    if (services.length === 0) throw new Refused('No such service');
  }
  return listText(services, { what, numeric, exact: o.has('exact') });
}

/** Carries one command out. @returns what it prints */
async function carryOut(ctx: Context, o: Options, operands: readonly string[]): Promise<string> {
  const given = COMMANDS.filter((c) => o.has(c));
  if (given.length > 1) throw new Wrong('multiple commands specified');
  const command = given[0] ?? 'list';
  const { net } = ctx.sys;
  switch (command) {
    case 'add-service':
    case 'edit-service':
      setService(ctx, command, o);
      return '';
    case 'delete-service':
      check(command, net.ipvsServiceDelete(keyOf(o)));
      return '';
    case 'add-server':
    case 'edit-server':
      setServer(ctx, command, o);
      return '';
    case 'delete-server':
      deleteServer(ctx, o);
      return '';
    case 'clear':
      net.ipvsFlush();
      return '';
    case 'zero': {
      const one = o.last('tcp-service', 'udp-service', 'fwmark-service') !== undefined;
      check(command, net.ipvsZero(one ? keyOf(o) : undefined));
      return '';
    }
    case 'set': {
      const [tcp, tcpfin, udp] = [o.value('set') ?? '', ...operands].map(Number);
      if (operands.length !== 2 || ![tcp, tcpfin, udp].every((n) => Number.isInteger(n) && (n as number) >= 0))
        throw new Wrong('illegal timeout specified');
      net.ipvsSetTimeouts({ tcp: tcp as number, tcpfin: tcpfin as number, udp: udp as number });
      return '';
    }
    case 'save':
      return saveText(sorted(net.ipvs()), o.has('numeric'));
    case 'restore':
      return restore(ctx);
    default:
      return listing(ctx, o);
  }
}

/** `-p 360` is one option with its word, `-p` alone another. */
function joinPersistent(args: readonly string[]): string[] {
  const out: string[] = [];
  for (const a of args) {
    const last = out.at(-1);
    if ((last === '-p' || last === '--persistent') && Number(a) > 0) out[out.length - 1] = `--persistent=${a}`;
    else out.push(a);
  }
  return out;
}

async function restore(ctx: Context): Promise<string> {
  const bytes = await readAll(ctx.sys, STDIN);
  if (isErr(bytes)) return '';
  for (const line of new TextDecoder().decode(bytes).split('\n')) {
    const words = line.split(' ').filter((w) => w !== '');
    if (words.length === 0 || words[0]?.startsWith('#')) continue;
    const parsed = getopt(ctx.name, joinPersistent(words), OPTIONS);
    if ('error' in parsed) throw new Wrong(parsed.error);
    if (!parsed.options.has('restore')) await carryOut(ctx, parsed.options, parsed.operands);
  }
  return '';
}

async function run(ctx: Context): Promise<number> {
  if (ctx.sys.getuid() !== 0) {
    await ctx.err("Can't initialize ipvs: Permission denied (you must be root)\n");
    return 255;
  }
  try {
    await ctx.out(await carryOut(ctx, ctx.options, ctx.operands));
    return 0;
  } catch (e) {
    if (!(e instanceof Wrong) && !(e instanceof Refused)) throw e;
    await ctx.err(`${e.message}\n`);
    return e instanceof Wrong ? 2 : 255;
  }
}

const OPTIONS: readonly OptionSpec[] = [
  flag('add-service', 'A', 'add a virtual service'),
  flag('edit-service', 'E', 'change a virtual service'),
  flag('delete-service', 'D', 'delete a virtual service'),
  flag('clear', 'C', 'delete all'),
  flag('restore', 'R', 'read rules from standard input'),
  flag('save', 'S', 'write rules to standard output'),
  flag('add-server', 'a', 'add a real server'),
  flag('edit-server', 'e', 'change a real server'),
  flag('delete-server', 'd', 'delete a real server'),
  flag('list', 'L', 'list the table'),
  flag('list', 'l', 'list the table'),
  flag('zero', 'Z', 'zero the counters'),
  valued('set', undefined, 'TCP', 'set the timeouts: tcp tcpfin udp'),
  valued('tcp-service', 't', 'ADDRESS:PORT', 'a TCP service'),
  valued('udp-service', 'u', 'ADDRESS:PORT', 'a UDP service'),
  valued('fwmark-service', 'f', 'MARK', 'the packets of a mark'),
  {
    name: 'scheduler',
    short: 's',
    arg: 'required',
    metavar: 'NAME',
    help: 'how servers are chosen',
    values: [...VS_SCHEDULERS],
  },
  { name: 'persistent', short: 'p', arg: 'optional', metavar: 'SECONDS', help: 'keep clients with their servers' },
  valued('netmask', 'M', 'MASK', 'what is one client'),
  valued('real-server', 'r', 'ADDRESS[:PORT]', 'a real server'),
  flag('gatewaying', 'g', 'direct routing (the default)'),
  flag('ipip', 'i', 'tunnelling'),
  flag('masquerading', 'm', 'masquerading (NAT)'),
  valued('weight', 'w', 'N', 'how much a server takes'),
  valued('u-threshold', 'x', 'N', 'connections a server may have at most'),
  valued('l-threshold', 'y', 'N', 'connections below which it takes more again'),
  flag('connection', 'c', 'list the connections'),
  flag('timeout', undefined, 'list the timeouts'),
  flag('stats', undefined, 'list the counters'),
  flag('rate', undefined, 'list the rates'),
  flag('exact', undefined, 'whole numbers'),
  flag('thresholds', undefined, 'list the thresholds'),
  flag('persistent-conn', undefined, 'list persistent connections'),
  flag('nosort', undefined, 'do not sort'),
  flag('sort', undefined, 'sort (the default)'),
  flag('numeric', 'n', 'numbers, not names'),
];

/** The `ipvsadm` command. */
export const spec = defineProgram({
  name: 'ipvsadm',
  path: '/usr/sbin/ipvsadm',
  summary: 'Administer virtual servers',
  synopsis: ['COMMAND [protocol] service-address [scheduling-method] [persistence options]'],
  options: OPTIONS,
  rewrite: joinPersistent,
  usageExit: 2,
  run,
});
