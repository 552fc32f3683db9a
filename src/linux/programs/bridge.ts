/** `bridge`: ports of bridges and their forwarding database. @see iproute2 bridge/link.c, bridge/fdb.c */
import { formatMac, linkLocal } from '../../base/ip.ts';
import { isErr } from '../kernel/errno.ts';
import type { FdbEntry, Link } from '../kernel/netadmin.ts';
import { matches } from './ip/args.ts';
import { linkFlags } from './ip/linkfmt.ts';
import { type Context, defineProgram } from './spec.ts';

async function showLinks(ctx: Context, words: readonly string[], details: boolean): Promise<number> {
  const { net } = ctx.sys;
  const dev = words[0] === 'dev' ? words[1] : undefined;
  if (dev !== undefined && !net.link(dev)) {
    await ctx.err(`Cannot find bridge device "${dev}"\n`);
    return 1;
  }
  let out = '';
  for (const l of net.links()) {
    if (l.master === undefined || (dev !== undefined && l.name !== dev)) continue;
    // bridge looks the peer's number up in its own namespace, whatever namespace the peer is in
    const peer = l.peerIfindex === undefined ? '' : `@${net.link(l.peerIfindex)?.name ?? `if${l.peerIfindex}`}`;
    out += `${l.ifindex}: ${l.name}${peer}: <${linkFlags(l, false).join(',')}> mtu ${l.mtu} master ${net.link(l.master)?.name ?? `if${l.master}`} state ${l.up && l.carrier ? 'forwarding' : 'disabled'} priority 32 cost 2 \n`;
    if (details) {
      const on = (b: boolean | undefined): string => (b ? 'on' : 'off');
      out += `    hairpin ${on(l.port?.hairpin)} guard off root_block off fastleave off learning ${on(l.port?.learning ?? true)} flood on mcast_flood on bcast_flood on mcast_router 1 mcast_to_unicast off neigh_suppress off neigh_vlan_suppress off vlan_tunnel off isolated ${on(l.port?.isolated)} locked off mab off \n`;
    }
  }
  await ctx.out(out);
  return 0;
}

async function setLink(ctx: Context, words: readonly string[]): Promise<number> {
  const at = words.indexOf('dev');
  const dev = at < 0 ? words[0] : words[at + 1];
  if (dev === undefined || !ctx.sys.net.link(dev)) {
    await ctx.err(`Cannot find device "${dev ?? ''}"\n`);
    return 1;
  }
  const change: { hairpin?: boolean; isolated?: boolean } = {};
  for (let i = 0; i < words.length; i++) {
    const v = words[i + 1] === 'on';
    if (words[i] === 'hairpin') change.hairpin = v;
    if (words[i] === 'isolated') change.isolated = v;
  }
  const e = ctx.sys.net.setLink(dev, change);
  if (!isErr(e)) return 0;
  await ctx.err(`RTNETLINK answers: ${e.text}\n`);
  return 2;
}

/** Multicast addresses a device listens to, as the kernel keeps them in its own list. */
function listening(l: Link, hasV6: boolean): string[] {
  if (l.kind === 'loopback' || !l.up) return [];
  const solicited = `33:33:ff:${formatMac(Number(linkLocal(l.mac) & 0xffffffn)).slice(9)}`;
  if (l.kind === 'bridge')
    return [
      '33:33:00:00:00:01',
      '01:00:5e:00:00:6a',
      '33:33:00:00:00:6a',
      '01:00:5e:00:00:01',
      ...(hasV6 ? [solicited] : []),
    ];
  return ['33:33:00:00:00:01', '01:00:5e:00:00:01', ...(hasV6 ? [solicited] : [])];
}

async function showFdb(ctx: Context, words: readonly string[]): Promise<number> {
  const { net } = ctx.sys;
  let br: string | undefined;
  let dev: string | undefined;
  for (let i = 0; i < words.length; i++) {
    const w = words[i] as string;
    if (w === 'br' || w === 'brport' || w === 'dev' || w === 'state') {
      if (w === 'br') br = words[++i];
      else if (w !== 'state') dev = words[++i];
      else i++;
    }
  }
  for (const [what, name] of [
    ['bridge', br],
    ['device', dev],
  ] as const)
    if (name !== undefined && !net.link(name)) {
      await ctx.err(what === 'bridge' ? `Cannot find bridge device "${name}"\n` : `Cannot find device "${name}"\n`);
      return 1;
    }
  const bridge = br === undefined ? undefined : net.link(br)?.ifindex;
  const all = net.fdb();
  let out = '';
  for (const l of net.links()) {
    if (dev !== undefined && l.name !== dev) continue;
    if (bridge !== undefined && l.ifindex !== bridge && l.master !== bridge) continue;
    const hasV6 = net.addrs().some((a) => a.ifindex === l.ifindex && a.prefix.addr.v === 6);
    const own = listening(l, hasV6).map((m) => `${m} dev ${l.name} self permanent\n`);
    const learned = all.filter((e) => e.ifindex === l.ifindex).map((e) => entry(ctx, e, l));
    // of a bridge its own list comes first, of a port what was learned
    out += (l.kind === 'bridge' ? [...own, ...learned] : [...learned, ...own]).join('');
  }
  await ctx.out(out);
  return 0;
}

function entry(ctx: Context, e: FdbEntry, l: Link): string {
  const master = e.master ?? (l.kind === 'bridge' ? l.ifindex : l.master);
  const name = master === undefined ? '' : `master ${ctx.sys.net.link(master)?.name} `;
  return `${formatMac(e.mac)} dev ${l.name} ${name}${e.permanent ? 'permanent' : ''}\n`;
}

async function run(ctx: Context): Promise<number> {
  const args = ctx.args.filter((a) => !a.startsWith('-'));
  const details = ctx.args.some((a) => a.startsWith('-d'));
  const object = args[0];
  if (object === undefined) {
    await ctx.err('Usage: bridge [ OPTIONS ] OBJECT { COMMAND | help }\nwhere  OBJECT := { link | fdb }\n');
    return 255;
  }
  const verb = args[1] ?? 'show';
  const rest = args.slice(2);
  if (matches(object, 'link')) {
    if (matches(verb, 'set')) return setLink(ctx, rest);
    if (matches(verb, 'show') || matches(verb, 'lst') || matches(verb, 'list')) return showLinks(ctx, rest, details);
  } else if (matches(object, 'fdb')) {
    if (matches(verb, 'show') || matches(verb, 'lst') || matches(verb, 'list')) return showFdb(ctx, rest);
  } else {
    await ctx.err(`Object "${object}" is unknown, try "bridge help".\n`);
    return 255;
  }
  await ctx.err(`Command "${verb}" is unknown, try "bridge ${object} help".\n`);
  return 255;
}

/** The `bridge` command. */
export const spec = defineProgram({
  name: 'bridge',
  path: '/usr/sbin/bridge',
  summary: 'show and change bridge ports and forwarding entries',
  order: 'own',
  words: ['link', 'fdb'],
  options: [{ name: 'details', short: 'd', shortOnly: true, help: 'more details' }],
  run,
});
