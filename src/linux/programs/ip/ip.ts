/**
 * `ip`: links, addresses, routes, neighbours, rules and namespaces of the network.
 * @see iproute2 ip/ip.c; the busybox applet has its own texts
 */
import { isErr } from '../../kernel/errno.ts';
import { BUSYBOX_BANNER, type Context, defineProgram } from '../spec.ts';
import { readAll } from '../stdio.ts';
import { ipAddr } from './addr.ts';
import { abbreviated, IpError, matches, Words } from './args.ts';
import { EMPTY_OBJECTS, ipEmpty } from './empty.ts';
import type { IpEnv } from './env.ts';
import { ipLink } from './link.ts';
import { ipMaddr } from './maddr.ts';
import { ipMonitor } from './monitor.ts';
import { ipNeigh } from './neigh.ts';
import { ipNetconf } from './netconf.ts';
import { ipNetns } from './netns.ts';
import { ipRoute } from './route.ts';
import { ipRule } from './rule.ts';
import { ipToken } from './token.ts';

const OBJECTS: Readonly<Record<string, (env: IpEnv) => Promise<number>>> = {
  address: ipAddr,
  route: ipRoute,
  rule: ipRule,
  neighbor: ipNeigh,
  neighbour: ipNeigh,
  link: ipLink,
  maddress: ipMaddr,
  monitor: ipMonitor,
  netconf: ipNetconf,
  netns: ipNetns,
  token: ipToken,
};

const USAGE = `Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }
where  OBJECT := { address | link | maddress | monitor | neigh | netns | route | rule }
       OPTIONS := { -V[ersion] | -s[tatistics] | -d[etails] | -f[amily] { inet | inet6 } | -4 | -6 |
                    -br[ief] | -j[son] | -p[retty] | -o[neline] | -n[etns] NAME | -c[olor] | -t[imestamp] | -ts[hort] }
`;

/** The applet knows fewer options and objects, and answers all else with this. @see busybox networking/ip.c */
const BUSYBOX_OPTIONS = ['-oneline', '-family', '-4', '-6', '-0'];
const BUSYBOX_OBJECTS = ['address', 'route', 'link', 'tunnel', 'neighbor', 'neighbour', 'rule'];
const BUSYBOX_USAGE = `${BUSYBOX_BANNER}

Usage: ip [OPTIONS] address|route|link|tunnel|neigh|rule [ARGS]

OPTIONS := -f[amily] inet|inet6|link | -o[neline]
`;

type Mutable = { -readonly [K in keyof IpEnv]: IpEnv[K] };

/** Reads the options before the object. @returns the environment, or a message */
function readOptions(ctx: Context): Mutable | { text: string; code: number } {
  const env: Mutable = {
    ctx,
    net: ctx.sys.net,
    words: new Words([]),
    family: 0,
    oneline: false,
    brief: false,
    details: false,
    stats: 0,
    json: false,
    pretty: false,
    busybox: ctx.flavour === 'busybox',
    stamps: 'none',
  };
  let i = 0;
  for (; i < ctx.args.length; i++) {
    let opt = ctx.args[i] as string;
    if (!opt.startsWith('-') || opt === '-' || opt === '--') break;
    if (opt.startsWith('--')) opt = opt.slice(1);
    if (env.busybox && !BUSYBOX_OPTIONS.some((o) => matches(opt, o))) return { text: BUSYBOX_USAGE, code: 1 };
    if (opt === '-4') env.family = 4;
    else if (opt === '-6') env.family = 6;
    else if (opt === '-0' || opt === '-a' || opt === '-all') continue;
    else if (matches(opt, '-family')) {
      const f = ctx.args[++i];
      if (f !== 'inet' && f !== 'inet6')
        return { text: `Error: argument "${f ?? ''}" is wrong: invalid protocol family\n`, code: 255 };
      env.family = f === 'inet' ? 4 : 6;
    } else if (matches(opt, '-stats') || matches(opt, '-statistics')) env.stats++;
    else if (matches(opt, '-details')) env.details = true;
    else if (matches(opt, '-oneline')) env.oneline = true;
    else if (matches(opt, '-brief')) env.brief = true;
    else if (matches(opt, '-json')) env.json = true;
    else if (matches(opt, '-pretty')) env.pretty = true;
    else if (matches(opt, '-netns')) i++;
    else if (opt.startsWith('-c') && matches(opt.replace(/=.*/, ''), '-color')) continue;
    else if (matches(opt, '-timestamp')) env.stamps = 'long';
    else if (matches(opt, '-tshort')) env.stamps = 'short';
    else if (matches(opt, '-resolve') || opt === '-N') continue;
    else if (matches(opt, '-human')) env.human = 1000;
    else if (opt === '-iec') env.human = 1024;
    else if (matches(opt, '-Version')) return { text: 'ip utility, iproute2-6.18.0, libbpf 1.6.2\n', code: 0 };
    else if (matches(opt, '-help')) return { text: USAGE, code: 255 };
    else return { text: `Option "${opt}" is unknown, try "ip -help".\n`, code: 255 };
  }
  env.words = new Words(ctx.args.slice(i));
  return env;
}

/** `ip -n NAME …` is `ip netns exec NAME ip …`. */
function inNetns(args: readonly string[]): string[] | undefined {
  for (let i = 0; i < args.length && (args[i] as string).startsWith('-'); i++) {
    const opt = args[i] as string;
    if (matches(opt.replace(/^--/, '-'), '-family')) i++;
    else if (opt === '-n' || opt === '-netns' || opt === '--netns')
      return ['netns', 'exec', args[i + 1] ?? '', 'ip', ...args.slice(0, i), ...args.slice(i + 2)];
  }
  return undefined;
}

/** `ip -b FILE`: a command a line; -force goes on after a failure. @see iproute2 lib/utils.c: do_batch */
async function batch(ctx: Context, file: string, options: readonly string[]): Promise<number> {
  const bytes = file === '-' ? await readAll(ctx.sys, 0) : ctx.sys.readFile(file);
  if (isErr(bytes)) {
    await ctx.err(`Cannot open file "${file}" for reading: ${bytes.text}\n`);
    return 1;
  }
  const force = options.some((o) => matches(o, '-force') && o.length > 2);
  const kept = options.filter((o) => !(matches(o, '-force') && o.length > 2));
  let exit = 0;
  for (const [k, line] of new TextDecoder().decode(bytes).split('\n').entries()) {
    const words = line.replace(/#.*/, '').trim().split(/\s+/);
    if (words[0] === '' || words[0] === undefined) continue;
    if ((await run({ ...ctx, args: [...kept, ...words] })) === 0) continue;
    await ctx.err(`Command failed ${file}:${k + 1}\n`);
    exit = 1;
    if (!force) break;
  }
  return exit;
}

async function run(ctx: Context): Promise<number> {
  const at =
    ctx.flavour === 'busybox' ? -1 : ctx.args.findIndex((w) => !w.startsWith('-') || /^--?b(a|at|atc|atch)?$/.test(w));
  if (at >= 0 && (ctx.args[at] as string).startsWith('-'))
    return batch(ctx, ctx.args[at + 1] ?? '-', [...ctx.args.slice(0, at), ...ctx.args.slice(at + 2)]);
  const moved = ctx.flavour === 'busybox' ? undefined : inNetns(ctx.args);
  const env = readOptions(moved ? { ...ctx, args: moved } : ctx);
  if ('text' in env) {
    await (env.code === 0 ? ctx.out(env.text) : ctx.err(env.text));
    return env.code;
  }
  const object = env.words.take();
  if (env.busybox && (object === undefined || abbreviated(object, BUSYBOX_OBJECTS) === undefined)) {
    await ctx.err(BUSYBOX_USAGE);
    return 1;
  }
  if (env.busybox && matches(object as string, 'tunnel')) return 0;
  if (object === undefined || object === 'help') {
    await ctx.err(USAGE);
    return 255;
  }
  const name = abbreviated(object, [
    'address',
    'route',
    'rule',
    'neighbor',
    'neighbour',
    'link',
    'maddress',
    'monitor',
    'netns',
    'netconf',
    ...EMPTY_OBJECTS,
    'token',
  ]);
  if (name === undefined) {
    await ctx.err(`Object "${object}" is unknown, try "ip help".\n`);
    return 1;
  }
  try {
    return await (OBJECTS[name] ?? ((e: IpEnv) => ipEmpty(e, name)))(env);
  } catch (e) {
    if (!(e instanceof IpError)) throw e;
    await ctx.err(`${env.busybox && e.message.startsWith('RTNETLINK') ? 'ip: ' : ''}${e.message}\n`);
    return env.busybox && e.code !== 0 ? (e.code === 255 ? 1 : e.code) : e.code;
  }
}

/** Words and options for completion; the grammar is the program's own. */
export const spec = defineProgram({
  name: 'ip',
  path: '/usr/sbin/ip',
  summary: 'show and change routing, network devices and addresses',
  order: 'own',
  words: ['address', 'link', 'monitor', 'neigh', 'netns', 'route', 'rule'],
  options: [
    { name: '4', short: '4', shortOnly: true, help: 'IPv4 only' },
    { name: '6', short: '6', shortOnly: true, help: 'IPv6 only' },
    { name: 'brief', help: 'one short line each' },
    { name: 'details', short: 'd', help: 'more details' },
    { name: 'json', short: 'j', help: 'JSON' },
    { name: 'oneline', short: 'o', help: 'one line each' },
    { name: 'pretty', short: 'p', help: 'JSON with indentation' },
    { name: 'stats', short: 's', help: 'counters' },
  ],
  run,
});
