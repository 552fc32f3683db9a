/** `bridge`: ports of bridges and their forwarding database. @see iproute2 bridge/link.c, bridge/fdb.c */

import { formatIp, formatMac, parseIp, parseMac } from '../../base/ip.ts';
import { type Errno, isErr } from '../kernel/errno.ts';
import { linkGroups } from '../kernel/linkgroups.ts';
import type { FdbChange, FdbEntry, Link, NetAdmin, PortFlags } from '../kernel/netadmin.ts';
import { getFdb } from './bridge-fdbget.ts';
import { bridgeMonitor } from './bridge-monitor.ts';
import { fdbState, fdbText, peerName, portText } from './bridge-text.ts';
import { bridgeVlan } from './bridge-vlan.ts';
import { portState } from './bridgeport.ts';
import { IpError, matches, rtnetlink, Words } from './ip/args.ts';
import { PORT_WORDS } from './ip/kinds.ts';
import { linkFlags } from './ip/linkfmt.ts';
import type { Stamps } from './netmonitor.ts';
import { type Context, defineProgram } from './spec.ts';

const on = (b: boolean | undefined): string => (b ? 'on' : 'off');

/** The line of -d. */
function portDetails(p: Link['port']): string {
  return `    hairpin ${on(p?.hairpin)} guard off root_block off fastleave off learning ${on(p?.learning)} flood ${on(p?.flood)} mcast_flood ${on(p?.mcastFlood)} bcast_flood ${on(p?.bcastFlood)} mcast_router 1 mcast_to_unicast off neigh_suppress off neigh_vlan_suppress off vlan_tunnel off isolated ${on(p?.isolated)} locked off mab off \n`;
}

/** One port for -j; `mine` has its peer's name, by the number in this namespace. */
function portJson(ctx: Context, l: Link, mine: string | undefined, details: boolean): Record<string, unknown> {
  const p = l.port;
  return {
    ifindex: l.ifindex,
    ...(mine !== undefined && { link: mine }),
    ifname: l.name,
    flags: linkFlags(l, false),
    mtu: l.mtu,
    master: ctx.sys.net.link(l.master ?? 0)?.name,
    state: portState(l),
    priority: 32,
    cost: 2,
    ...(details &&
      p && {
        hairpin: p.hairpin,
        guard: false,
        root_block: false,
        fastleave: false,
        learning: p.learning,
        flood: p.flood,
        mcast_flood: p.mcastFlood,
        bcast_flood: p.bcastFlood,
        mcast_router: 1,
        mcast_to_unicast: false,
        neigh_suppress: false,
        neigh_vlan_suppress: false,
        vlan_tunnel: false,
        isolated: p.isolated,
        locked: false,
        mab: false,
      }),
  };
}

interface Show {
  readonly details: boolean;
  readonly stats: boolean;
  readonly json: boolean;
  readonly pretty: boolean;
  readonly stamps: Stamps;
}

const jsonText = (value: unknown, how: Show): string =>
  `${how.pretty ? JSON.stringify(value, null, '    ') : JSON.stringify(value)}\n`;

async function showLinks(ctx: Context, words: readonly string[], how: Show): Promise<number> {
  const { net } = ctx.sys;
  const dev = words[0] === 'dev' ? words[1] : undefined;
  if (dev !== undefined && !net.link(dev)) {
    await ctx.err(`Cannot find bridge device "${dev}"\n`);
    return 1;
  }
  const ports = net.links().filter((l) => l.master !== undefined && (dev === undefined || l.name === dev));
  if (how.json) {
    await ctx.out(
      jsonText(
        ports.map((l) => portJson(ctx, l, peerName(net, l), how.details)),
        how,
      ),
    );
    return 0;
  }
  let out = '';
  for (const l of ports) {
    out += portText(net, l);
    if (how.details) out += portDetails(l.port);
  }
  await ctx.out(out);
  return 0;
}

const LINK_USAGE = `Usage: bridge link set dev DEV [ hairpin {on | off} ]
                               [ learning {on | off} ]
                               [ flood {on | off} ]
                               [ mcast_flood {on | off} ]
                               [ bcast_flood {on | off} ]
                               [ isolated {on | off} ]
                               [ self ] [ master ]
       bridge link show [dev DEV]
`;
/** Port attributes of Linux that change nothing here; each takes a value. */
const IDLE = [
  'guard',
  'fastleave',
  'root_block',
  'cost',
  'priority',
  'state',
  'mcast_router',
  'locked',
  'learning_sync',
];

async function setLink(ctx: Context, words: readonly string[]): Promise<number> {
  const port: { -readonly [K in keyof PortFlags]?: boolean } = {};
  let dev: string | undefined;
  for (let i = 0; i < words.length; i++) {
    const w = words[i] as string;
    const key = PORT_WORDS[w];
    const value = words[i + 1];
    if (w === 'self' || w === 'master') continue;
    i++;
    if (w === 'dev') dev = value;
    else if (key !== undefined) {
      if (value !== 'on' && value !== 'off') {
        await ctx.err(`Error: argument of "${w}" must be one of "off", "on", not "${value ?? ''}"\n`);
        return 255;
      }
      port[key] = value === 'on';
    } else if (!IDLE.includes(w)) {
      await ctx.err(LINK_USAGE);
      return 255;
    }
  }
  if (dev === undefined) {
    await ctx.err('Device is a required argument.\n');
    return 255;
  }
  if (!ctx.sys.net.link(dev)) {
    await ctx.err(`Cannot find bridge device "${dev}"\n`);
    return 255;
  }
  return answer(ctx, ctx.sys.net.setLink(dev, { port }));
}

async function answer(ctx: Context, e: Errno | 0): Promise<number> {
  if (!isErr(e)) return 0;
  await ctx.err(`${rtnetlink(e).message}\n`);
  return 255;
}

/** What one entry says. */
function fdbJson(ctx: Context, e: FdbEntry, name: string): Record<string, unknown> {
  const master = e.master === undefined ? undefined : ctx.sys.net.link(e.master)?.name;
  return {
    mac: formatMac(e.mac),
    ifname: name,
    ...(e.dst && { dst: formatIp(e.dst) }),
    ...(e.port !== undefined && { port: e.port }),
    ...(e.vni !== undefined && { vni: e.vni }),
    ...(e.via !== undefined && { viaIf: ctx.sys.net.link(e.via)?.name }),
    ...(e.linkNetnsId !== undefined && { linkNetNsId: e.linkNetnsId }),
    flags: e.self ? ['self'] : [],
    ...(master !== undefined && { master }),
    state: fdbState(e),
  };
}

/** Entries of a device's multicast list, as a dump has them. */
function listEntries(net: NetAdmin, l: Link): FdbEntry[] {
  return [...linkGroups(net, l).keys()].map((mac) => ({
    mac,
    ifindex: l.ifindex,
    local: false,
    permanent: true,
    static: true,
    age: 0,
    self: true,
  }));
}

const STATES: readonly string[] = ['permanent', 'static', 'dynamic'];

async function showFdb(ctx: Context, words: readonly string[], how: Show): Promise<number> {
  const { net } = ctx.sys;
  const named: Record<string, string | undefined> = {};
  let learned = false;
  for (let i = 0; i < words.length; i++) {
    const w = words[i] as string;
    if (w === 'br' || w === 'brport' || w === 'dev' || w === 'state') named[w === 'brport' ? 'dev' : w] = words[++i];
    else if (w === 'dynamic') learned = true;
  }
  const { br, dev } = named;
  const wanted = named.state === undefined ? undefined : STATES.find((s) => matches(named.state as string, s));
  for (const [what, name] of [
    ['bridge', br],
    ['device', dev],
  ] as const)
    if (name !== undefined && !net.link(name)) {
      await ctx.err(what === 'bridge' ? `Cannot find bridge device "${name}"\n` : `Cannot find device "${name}"\n`);
      return 255;
    }
  const bridge = br === undefined ? undefined : net.link(br)?.ifindex;
  const all = net.fdb();
  const shown: [FdbEntry, string][] = [];
  for (const l of net.links()) {
    if (dev !== undefined && l.name !== dev) continue;
    if (bridge !== undefined && l.ifindex !== bridge && l.master !== bridge) continue;
    const own = listEntries(net, l);
    const table = all.filter((e) => e.ifindex === l.ifindex);
    // of a bridge its own list comes first, of a port what was learned
    const entries = l.kind === 'bridge' ? [...own, ...table] : [...table, ...own];
    for (const e of entries) {
      if (learned && fdbState(e) === 'permanent') continue;
      if (wanted === undefined || (fdbState(e) || 'dynamic') === wanted) shown.push([e, l.name]);
    }
  }
  await ctx.out(
    how.json
      ? jsonText(
          shown.map(([e, name]) => fdbJson(ctx, e, name)),
          how,
        )
      : shown.map(([e, name]) => fdbText(net, e, dev === undefined ? name : undefined, how.stats)).join(''),
  );
  return 0;
}

const FDB_USAGE = `Usage: bridge fdb { add | append | del | replace } ADDR dev DEV
              [ self ] [ master ] [ local | static | dynamic ] [ dst IPADDR ]
              [ port PORT ] [ vni VNI ] [ via DEV ]
       bridge fdb get [ to ] ADDR { br BRDEV | dev DEV } [ master ]
       bridge fdb [ show [ br BRDEV ] [ brport DEV ] [ state STATE ] [ dynamic ] ]
`;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** A complaint about the words of `bridge fdb`. */
class Complaint extends Error {}

/** Reads the words of a change. @throws Complaint */
function readFdb(words: readonly string[]): FdbChange {
  const c: Writable<Partial<FdbChange>> = { state: 'permanent', self: false, master: false };
  const w = new Words(words);
  for (let word = w.take(); word !== undefined; word = w.take()) {
    if (word === 'dev') c.dev = w.need();
    else if (word === 'dst') c.dst = parseIp(w.need());
    else if (word === 'port') c.port = Number(w.need());
    else if (word === 'vni') c.vni = Number(w.need());
    else if (word === 'via') c.via = w.need();
    else if (word === 'self') c.self = true;
    else if (matches(word, 'master')) c.master = true;
    else if (matches(word, 'local') || matches(word, 'permanent')) c.state = 'permanent';
    else if (matches(word, 'temp') || matches(word, 'static')) c.state = 'static';
    else if (matches(word, 'dynamic')) c.state = 'dynamic';
    else if (matches(word, 'vlan') || word === 'src_vni' || word === 'nhid') w.need();
    else if (matches(word, 'use') || matches(word, 'router') || word === 'extern_learn' || word === 'sticky') continue;
    else {
      const mac = word === 'to' ? w.need() : word;
      c.mac = parseMac(mac);
      if (c.mac === undefined) throw new Complaint(`Invalid mac address ${mac}\n`);
    }
  }
  if (c.dev === undefined || c.mac === undefined) throw new Complaint('Device and address are required arguments.\n');
  if (!c.master) c.self = true;
  return c as FdbChange;
}

async function changeFdb(ctx: Context, verb: string, words: readonly string[]): Promise<number> {
  try {
    const change = readFdb(words);
    if (!ctx.sys.net.link(change.dev)) throw new Complaint(`Cannot find device "${change.dev}"\n`);
    const { net } = ctx.sys;
    return answer(ctx, verb === 'delete' ? net.delFdb(change) : net.setFdb(change, verb as 'add'));
  } catch (e) {
    if (!(e instanceof Complaint) && !(e instanceof IpError)) throw e;
    await ctx.err(e.message.endsWith('\n') ? e.message : `${e.message}\n`);
    return 255;
  }
}

/** Reads the options before the object. */
function readOptions(args: readonly string[]): { how: Show; words: readonly string[]; bad?: string } {
  const how = { details: false, stats: false, json: false, pretty: false, stamps: 'none' as Stamps };
  let i = 0;
  for (; i < args.length && (args[i] as string).startsWith('-'); i++) {
    const opt = (args[i] as string).startsWith('--') ? (args[i] as string).slice(1) : (args[i] as string);
    if (matches(opt, '-details')) how.details = true;
    else if (matches(opt, '-statistics') || matches(opt, '-stats')) how.stats = true;
    else if (matches(opt, '-json')) how.json = true;
    else if (matches(opt, '-pretty')) how.pretty = true;
    else if (matches(opt, '-timestamp')) how.stamps = 'long';
    else if (matches(opt, '-tshort')) how.stamps = 'short';
    else if (!matches(opt, '-color') && !matches(opt, '-oneline')) return { how, words: [], bad: args[i] };
  }
  return { how, words: args.slice(i) };
}

async function run(ctx: Context): Promise<number> {
  const { how, words, bad } = readOptions(ctx.args);
  if (bad !== undefined && matches(bad.replace(/^--/, '-'), '-Version')) {
    await ctx.out('bridge utility, 6.18.0\n');
    return 0;
  }
  if (bad !== undefined) {
    await ctx.err(`Option "${bad}" is unknown, try "bridge help".\n`);
    return 255;
  }
  const object = words[0];
  if (object === undefined) {
    await ctx.err(
      'Usage: bridge [ OPTIONS ] OBJECT { COMMAND | help }\nwhere  OBJECT := { link | fdb | vlan | monitor }\n',
    );
    return 255;
  }
  if (matches(object, 'monitor')) return bridgeMonitor(ctx, words.slice(1), how.stamps);
  const verb = words[1] ?? 'show';
  const rest = words.slice(2);
  const shows = ['show', 'lst', 'list'].some((v) => matches(verb, v));
  if (matches(object, 'link')) {
    if (matches(verb, 'set')) return setLink(ctx, rest);
    if (shows) return showLinks(ctx, rest, how);
  } else if (matches(object, 'fdb')) {
    const change = ['add', 'append', 'replace', 'delete'].find((v) => matches(verb, v));
    if (change !== undefined) return changeFdb(ctx, change, rest);
    if (matches(verb, 'get'))
      return getFdb(ctx, rest, (e, name) =>
        how.json ? jsonText([fdbJson(ctx, e, name)], how) : fdbText(ctx.sys.net, e, name, how.stats),
      );
    if (shows) return showFdb(ctx, rest, how);
  } else if (matches(object, 'vlan')) {
    return bridgeVlan(ctx, verb, rest, how.json);
  } else {
    await ctx.err(`Object "${object}" is unknown, try "bridge help".\n`);
    return 255;
  }
  await ctx.err(
    verb === 'help'
      ? matches(object, 'link')
        ? LINK_USAGE
        : FDB_USAGE
      : `Command "${verb}" is unknown, try "bridge ${object} help".\n`,
  );
  return 255;
}

/** The `bridge` command. */
export const spec = defineProgram({
  name: 'bridge',
  path: '/usr/sbin/bridge',
  summary: 'show and change bridge ports and forwarding entries',
  order: 'own',
  words: ['link', 'fdb', 'monitor', 'vlan'],
  options: [
    { name: 'details', short: 'd', shortOnly: true, help: 'more details' },
    { name: 'json', short: 'j', shortOnly: true, help: 'JSON' },
    { name: 'statistics', short: 's', shortOnly: true, help: 'counters' },
  ],
  run,
});
