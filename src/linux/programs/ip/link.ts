/**
 * `ip link`: show, add, set, delete.
 * @see iproute2 ip/iplink.c
 */
import { formatMac, parseMac } from '../../../base/ip.ts';
import { EINVAL, type Errno, isErr } from '../../kernel/errno.ts';
import { cannotFind, garbage, IpError, matches, number, rtnetlink, Words, wrong } from './args.ts';
import { type IpEnv, printEntries, printJson } from './env.ts';
import { type KindArgs, kindArgs, onOff } from './kinds.ts';
import { hardwareLines, headLine, linkFlags, linkJson, linkName, operState, statsLines } from './linkfmt.ts';
import { netnsArg } from './netns.ts';
import { deviceArg, groupArg, readFilter, selectLinks, subcommand } from './show.ts';

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
        'Usage: ip link add [link DEVICE] [name] NAME type { bridge | bridge_slave | dummy | ipvlan | macvlan | veth | vlan | vxlan } [ ARGS ]\n       ip link set DEVICE { up | down | mtu | address | name | master | nomaster | netns | type TYPE ARGS }\n       ip link delete DEVICE\n       ip link show [ DEVICE ] [ up ] [ master DEVICE ] [ type TYPE ]\n',
      );
      return 255;
    default:
      return show(env);
  }
}

async function show(env: IpEnv): Promise<number> {
  const links = selectLinks(env, readFilter(env), 2);
  if (env.json) {
    await printJson(
      env,
      links.map((l) => linkJson(env, l, true)),
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
    links.map((l) => [
      headLine(env, l, true),
      ...hardwareLines(env, l, true),
      ...(env.stats > 0 ? statsLines(env, l) : []),
    ]),
  );
  return 0;
}

function macArg(text: string): number {
  const mac = parseMac(text);
  if (mac === undefined) throw new IpError(`"${text}" is invalid lladdr.`, 1);
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
  /** What it stands on. */
  link?: string;
  txqlen?: number;
  kind?: KindArgs;
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
    else if (word === 'txqueuelen' || word === 'txqlen') o.txqlen = number(w.need(), 'txqueuelen');
    else if (word === 'numtxqueues' || word === 'numrxqueues' || word === 'group') w.need();
    else if (word === 'link') o.link = deviceArg(env, w.need()).name;
    else if (matches(word, 'type')) {
      o.type = w.need();
      o.kind = kindArgs(env, o.type, w, true);
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
  if (o.type === undefined) throw new IpError('Not enough information: "type" argument is required', 1);
  if (o.kind?.warning !== undefined) await env.ctx.err(o.kind.warning);
  const name = o.name ?? freeName(env, o.type, []);
  const options = { mac: o.mac, mtu: o.mtu };
  const made = o.type === 'veth' ? addPair(env, name, o) : addOne(env, name, o, options);
  if (isErr(made)) throw rtnetlink(made);
  env.net.setLink(name, { txqlen: o.txqlen ?? 1000 });
  if (o.netns !== undefined) {
    const e = env.net.moveLink(name, o.netns);
    if (isErr(e)) throw rtnetlink(e);
  } else if (o.up) {
    const e = env.net.setLink(name, { up: true });
    if (isErr(e)) throw rtnetlink(e);
  }
  return 0;
}

function addPair(env: IpEnv, name: string, o: NewLink): number | Errno {
  const peer: NewLink = env.words.take() === 'peer' ? readNew(new Words(env.words.rest()), env) : {};
  const other = peer.name ?? freeName(env, 'veth', [name]);
  const made = env.net.addVeth(name, { name: other, netns: peer.netns, mac: peer.mac }, { mac: o.mac, mtu: o.mtu });
  if (!isErr(made) && peer.netns === undefined) env.net.setLink(other, { txqlen: 1000 });
  return made;
}

/** A device of any other kind. */
function addOne(env: IpEnv, name: string, o: NewLink, options: { mac?: number; mtu?: number }): number | Errno {
  const { net } = env;
  const k = o.kind;
  if (o.type === 'dummy') return net.addDummy(name, options);
  if (o.type === 'bridge') {
    const made = net.addBridge(name, options);
    if (isErr(made) || !k?.change.bridge) return made;
    return net.setLink(name, { bridge: k.change.bridge });
  }
  if (o.type === 'vxlan') return k?.vxlan ? net.addVxlan(name, k.vxlan, options) : EINVAL;
  if (!k?.upper) throw new IpError('Error: Unknown device type.', 2);
  return o.link === undefined ? EINVAL : net.addUpper(name, o.link, k.upper, options);
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
    else if (word === 'master') change.master = masterArg(env, w.need());
    else if (word === 'nomaster') change.master = null;
    else if (word === 'netns') netns = netnsArg(env, w.need());
    else if (matches(word, 'promisc')) change.promisc = onOff('promisc', w.need());
    else if (word === 'txqueuelen' || word === 'txqlen' || word === 'qlen')
      change.txqlen = number(w.need(), 'txqueuelen');
    else if (word === 'type') Object.assign(change, kindArgs(env, w.need(), w, false).change);
    else if (word === 'alias') change.alias = w.need();
    else if (word === 'group') change.group = groupArg(w.need());
    else if (word === 'arp' || word === 'multicast' || word === 'allmulticast') w.need();
    else {
      if (word === 'dev') word = w.need();
      if (dev !== undefined) throw garbage('dev', word);
      dev = word;
    }
  }
  if (dev === undefined) throw new IpError('Not enough of information: "dev" argument is required.', 255);
  if (!env.busybox || change.master !== undefined || netns !== undefined) deviceArg(env, dev);
  if (netns !== undefined) {
    const e = env.net.moveLink(dev, netns);
    if (isErr(e)) throw rtnetlink(e);
    return 0;
  }
  const e = env.net.setLink(dev, change);
  if (isErr(e)) throw refusal(env, e, change);
  return 0;
}

function masterArg(env: IpEnv, name: string): string {
  const master = env.net.link(name);
  if (!master) throw env.busybox ? cannotFind(name) : wrong('Device does not exist\n', name);
  return master.name;
}

/** The call by which busybox changes a device. @see busybox networking/libiproute/iplink.c: do_set */
function ioctlOf(e: Errno, change: { mtu?: number; up?: boolean }): string {
  if (change.mtu !== undefined) return 'SIOCSIFMTU';
  return change.up === undefined ? 'RTNETLINK answers' : e.name === 'ENODEV' ? 'SIOCGIFFLAGS' : 'SIOCSIFFLAGS';
}

/** What is said when the kernel refuses a change; busybox has no ear for more than the errno. */
function refusal(env: IpEnv, e: Errno, change: { mtu?: number; up?: boolean; master?: string | null }): IpError {
  if (!env.busybox) return rtnetlink(e);
  const call = change.master === undefined ? `ip: ${ioctlOf(e, change)}` : 'RTNETLINK answers';
  return new IpError(`${call}: ${e.text}`, 2);
}
