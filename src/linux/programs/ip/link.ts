/**
 * `ip link`: show, add, set, delete.
 * @see iproute2 ip/iplink.c
 */
import { formatMac, parseMac } from '../../../base/ip.ts';
import { isErr } from '../../kernel/errno.ts';
import { garbage, IpError, matches, number, rtnetlink, Words, wrong } from './args.ts';
import { type IpEnv, printEntries, printJson } from './env.ts';
import { hardwareLines, headLine, linkFlags, linkJson, linkName, operState, statsLines } from './linkfmt.ts';
import { netnsArg } from './netns.ts';
import { deviceArg, readFilter, selectLinks, subcommand } from './show.ts';

export async function ipLink(env: IpEnv): Promise<number> {
  const names = ['add', 'set', 'change', 'delete', 'show', 'lst', 'list', 'help'];
  switch (subcommand(env, 'link', names, 'show')) {
    case 'add':
      return add(env);
    case 'set':
    case 'change':
      return set(env);
    case 'delete':
      return del(env);
    case 'help':
      await env.ctx.err(
        'Usage: ip link add [name] NAME type { bridge | dummy | veth }\n       ip link set DEVICE { up | down | mtu | address | name | master | nomaster | netns }\n       ip link delete DEVICE\n       ip link show [ DEVICE ] [ up ] [ master DEVICE ] [ type TYPE ]\n',
      );
      return 255;
    default:
      return show(env);
  }
}

async function show(env: IpEnv): Promise<number> {
  const links = selectLinks(env, readFilter(env));
  if (env.json) {
    await printJson(
      env,
      links.map((l) => linkJson(env, l)),
    );
    return 0;
  }
  if (env.brief) {
    await env.ctx.out(
      links
        .map((l) => {
          const { name, lowerDown } = linkName(env, l);
          return `${name.padEnd(16)} ${operState(l).padEnd(14)} ${formatMac(l.mac)} <${linkFlags(l, lowerDown).join(',')}> \n`;
        })
        .join(''),
    );
    return 0;
  }
  await printEntries(
    env,
    links.map((l) => [headLine(env, l, true), ...hardwareLines(env, l, true), ...(env.stats > 0 ? statsLines(l) : [])]),
  );
  return 0;
}

function macArg(text: string): number {
  const mac = parseMac(text);
  if (mac === undefined) throw new IpError(`"${text}" is invalid lladdr.`, 255);
  return mac;
}

function nameArg(name: string): string {
  if (name === '' || name.length > 15 || /[/\s]/.test(name) || name === '.' || name === '..')
    throw wrong('"name" not a valid ifname', name);
  return name;
}

/** `[name] NAME [address MAC] [mtu N] [up]` of a new device or of its peer. */
interface NewLink {
  name?: string;
  mac?: number;
  mtu?: number;
  netns?: number;
  up?: boolean;
  type?: string;
}

function readNew(w: Words, env: IpEnv): NewLink {
  const o: NewLink = {};
  for (let word = w.peek(); word !== undefined && word !== 'peer'; word = w.peek()) {
    w.take();
    if (word === 'name') o.name = nameArg(w.need());
    else if (matches(word, 'address')) o.mac = macArg(w.need());
    else if (word === 'mtu') o.mtu = number(w.need(), 'mtu');
    else if (word === 'netns') o.netns = netnsArg(env, w.need());
    else if (word === 'up') o.up = true;
    else if (word === 'down') o.up = false;
    else if (word === 'txqueuelen' || word === 'txqlen' || word === 'numtxqueues' || word === 'numrxqueues') w.need();
    else if (word === 'link' || word === 'group') w.need();
    else if (matches(word, 'type')) {
      o.type = w.need();
      // options of the type that Linux has and this kernel does not model take a value each
      while (w.peek() !== undefined && w.peek() !== 'peer') {
        w.take();
        w.take();
      }
    } else {
      if (word === 'dev') word = w.need();
      if (o.name !== undefined) throw garbage('name', word);
      o.name = nameArg(word);
    }
  }
  return o;
}

async function add(env: IpEnv): Promise<number> {
  const w = env.words;
  const o = readNew(w, env);
  if (o.type === undefined) throw new IpError('Not enough information: "type" argument is required', 255);
  let made: number | { readonly text: string } = 0;
  if (o.type === 'veth') {
    const peer: NewLink = w.take() === 'peer' ? readNew(new Words(w.rest()), env) : {};
    const name = o.name ?? freeName(env, 'veth', []);
    const peerName = peer.name ?? freeName(env, 'veth', [name]);
    const answer = env.net.addVeth(
      name,
      { name: peerName, netns: peer.netns, mac: peer.mac },
      { mac: o.mac, mtu: o.mtu },
    );
    if (isErr(answer)) throw rtnetlink(answer);
    if (o.netns !== undefined) env.net.moveLink(name, o.netns);
    if (o.up) env.net.setLink(name, { up: true });
    return 0;
  }
  if (o.type === 'bridge') made = env.net.addBridge(o.name ?? freeName(env, 'bridge', []), { mac: o.mac, mtu: o.mtu });
  else if (o.type === 'dummy')
    made = env.net.addDummy(o.name ?? freeName(env, 'dummy', []), { mac: o.mac, mtu: o.mtu });
  else throw new IpError('Error: Unknown device type.', 2);
  if (isErr(made)) throw rtnetlink(made);
  if (o.up && o.name !== undefined) env.net.setLink(o.name, { up: true });
  return 0;
}

/** The kernel's `veth%d`. */
function freeName(env: IpEnv, stem: string, taken: readonly string[]): string {
  for (let i = 0; ; i++) if (!env.net.link(`${stem}${i}`) && !taken.includes(`${stem}${i}`)) return `${stem}${i}`;
}

async function del(env: IpEnv): Promise<number> {
  let word = env.words.need();
  if (word === 'dev') word = env.words.need();
  deviceArg(env, word);
  const e = env.net.delLink(word);
  if (isErr(e)) throw rtnetlink(e);
  return 0;
}

async function set(env: IpEnv): Promise<number> {
  const w = env.words;
  let dev: string | undefined;
  const change: Parameters<typeof env.net.setLink>[1] = {};
  let netns: number | undefined;
  for (let word = w.take(); word !== undefined; word = w.take()) {
    if (word === 'up' || word === 'down') change.up = word === 'up';
    else if (word === 'mtu') change.mtu = number(w.need(), 'mtu');
    else if (matches(word, 'address')) change.mac = macArg(w.need());
    else if (word === 'name') change.name = nameArg(w.need());
    else if (word === 'master') change.master = deviceArg(env, w.need()).name;
    else if (word === 'nomaster') change.master = null;
    else if (word === 'netns') netns = netnsArg(env, w.need());
    else if (matches(word, 'promisc')) change.promisc = onOff('promisc', w.need());
    else if (word === 'txqueuelen' || word === 'txqlen' || word === 'qlen')
      change.txqlen = number(w.need(), 'txqueuelen');
    else if (word === 'type') {
      w.need();
      readPort(w, change);
    } else if (
      word === 'arp' ||
      word === 'multicast' ||
      word === 'allmulticast' ||
      word === 'alias' ||
      word === 'group'
    )
      w.need();
    else {
      if (word === 'dev') word = w.need();
      if (dev !== undefined) throw garbage('dev', word);
      dev = word;
    }
  }
  if (dev === undefined) throw new IpError('Not enough of information: "dev" argument is required.', 255);
  deviceArg(env, dev);
  if (netns !== undefined) {
    const e = env.net.moveLink(dev, netns);
    if (isErr(e)) throw rtnetlink(e);
    return 0;
  }
  const e = env.net.setLink(dev, change);
  if (isErr(e)) throw rtnetlink(e);
  return 0;
}

function onOff(name: string, value: string): boolean {
  if (value !== 'on' && value !== 'off')
    throw new IpError(`Error: argument of "${name}" must be one of "on" or "off", not "${value}"`, 255);
  return value === 'on';
}

/** `type bridge_slave hairpin on isolated off` */
function readPort(w: Words, change: { hairpin?: boolean; isolated?: boolean }): void {
  for (let word = w.take(); word !== undefined; word = w.take()) {
    if (word === 'hairpin') change.hairpin = onOff('hairpin', w.need());
    else if (word === 'isolated') change.isolated = onOff('isolated', w.need());
    else w.take();
  }
}
