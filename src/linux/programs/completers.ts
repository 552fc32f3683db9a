/**
 * What Tab offers behind the commands of the network, as Debian's bash-completion does: objects and verbs, devices,
 * namespaces, chains, sysctls; options by the option table of any program here. Only what this machine has is offered.
 * Limits: no grammar beyond the word before; options' arguments are known for few programs.
 * @see bash-completion completions-core/ip.bash, iptables.bash
 */
import { isErr } from '../kernel/errno.ts';
import { SIGNALS } from '../kernel/signal.ts';
import type { Sys } from '../kernel/sys.ts';
import { HOST_PROGRAMS } from './index.ts';
import { BUILTIN } from './iptables/kernel.ts';
import { TEXT_TOOLS } from './text/index.ts';

/** Where on the line: the words up to the cursor's. */
interface Place {
  readonly words: readonly string[];
  readonly word: string;
  readonly previous: string;
  readonly sys: Sys;
}

type Offer = readonly string[] | undefined;

const list = (text: string): readonly string[] => text.split(' ');
const devices = ({ sys }: Place): readonly string[] => sys.net.links().map((l) => l.name);

function entries(sys: Sys, dir: string): string[] {
  const found = sys.readdir(dir);
  return isErr(found) ? [] : found.map((e) => e.name).filter((n) => n !== '.' && n !== '..');
}

/** Verbs of the objects of ip that have some. */
const IP: Readonly<Record<string, readonly string[]>> = {
  address: list('add change del flush help replace show'),
  link: list('add change delete help set show'),
  maddress: list('add del help show'),
  monitor: list('address all help link neigh route rule'),
  mroute: list('help show'),
  neighbor: list('add change del flush help replace show'),
  neighbour: list('add change del flush help replace show'),
  netconf: list('help show'),
  netns: list('add attach delete exec help identify list pids'),
  nexthop: list('help list show'),
  route: list('add append change del flush get help list replace show'),
  rule: list('add del flush help list show'),
  token: list('list'),
  tunnel: list('help show'),
  tuntap: list('help show'),
  vrf: list('help show'),
  xfrm: list('policy state'),
};

const LINK_SETTINGS = list(
  'address alias allmulticast arp broadcast down dynamic master mtu multicast name netns nomaster promisc txqueuelen up',
);

function ip(p: Place): Offer {
  const rest = p.words.slice(1, -1).filter((w) => !w.startsWith('-'));
  if (p.previous === 'dev' || p.previous === 'master') return devices(p);
  if (p.previous === 'type' && rest[0]?.startsWith('l')) return list('bridge dummy ipvlan macvlan veth vlan vxlan');
  if (rest.length === 0) return p.word.startsWith('-') ? undefined : [...Object.keys(IP), 'help', 'l2tp', 'tcpmetrics'];
  const object = Object.keys(IP).find((o) => o.startsWith(rest[0] as string));
  if (!object) return [];
  if (rest.length === 1) return IP[object] ?? [];
  const verb = IP[object]?.find((v) => v.startsWith(rest[1] as string)) ?? '';
  return ipArguments(p, object, verb, rest.slice(2));
}

function ipArguments(p: Place, object: string, verb: string, rest: readonly string[]): Offer {
  if (object === 'netns')
    return /^(?:exec|delete|pids)$/.test(verb) && rest.length === 0 ? entries(p.sys, '/run/netns') : [];
  if (object === 'link' && verb === 'set')
    return rest.length === 0 || (rest.length === 1 && rest[0] === 'dev') ? devices(p) : LINK_SETTINGS;
  if (object === 'link' && /^(?:show|delete)$/.test(verb))
    return rest.length === 0 ? [...devices(p), ...(verb === 'show' ? ['dev', 'group', 'up'] : [])] : [];
  if (object === 'address' && (verb === 'show' || verb === 'flush'))
    return [...devices(p), ...list('dev dynamic label permanent primary scope secondary to type up')];
  if (object === 'address' && rest.length > 0) return list('broadcast dev label metric noprefixroute peer scope');
  if (object === 'route' && rest.length > 0) return list('dev metric proto scope src table via');
  if (object === 'route') return list('default table');
  if (object === 'neighbor' || object === 'neighbour') return list('dev lladdr nud');
  return [];
}

/** The table that -t names. */
function tableOf({ words }: Place): string {
  const at = words.findIndex((w) => w === '-t' || w === '--table');
  return (at < 0 ? undefined : words[at + 1]) ?? 'filter';
}

/** Chains of a table: those that it always has, and those that were made. */
function chains(p: Place): { builtin: readonly string[]; made: readonly string[] } {
  const table = tableOf(p);
  if (!Object.hasOwn(BUILTIN, table)) return { builtin: [], made: [] };
  const builtin = BUILTIN[table] ?? [];
  const found = p.sys.net.nfChains(p.words[0]?.startsWith('ip6') ? 6 : 4, table as 'filter').map((c) => c.name);
  return { builtin, made: found.filter((c) => !builtin.includes(c)) };
}

const BEFORE_CHAIN = new Set(
  list(
    '-A -C -D -F -I -L -P -R -S -X -Z -N -E --append --check --delete --flush --insert --list --policy --replace --list-rules --delete-chain --zero',
  ),
);

function iptables(p: Place): Offer {
  if (BEFORE_CHAIN.has(p.previous)) {
    const { builtin, made } = chains(p);
    return [...builtin, ...made];
  }
  switch (p.previous) {
    case '-t':
    case '--table':
      return Object.keys(BUILTIN);
    case '-j':
    case '--jump':
    case '-g':
    case '--goto': {
      const own = tableOf(p) === 'nat' ? 'DNAT MASQUERADE REDIRECT SNAT' : 'DROP REJECT';
      return [...list(`ACCEPT LOG MARK RETURN ${own}`), ...chains(p).made];
    }
    case '-i':
    case '-o':
    case '--in-interface':
    case '--out-interface':
      return devices(p);
    case '-p':
    case '--protocol':
      return list('all icmp sctp tcp udp');
    case '-m':
    case '--match':
      return list('addrtype comment conntrack iprange limit mac mark multiport owner state');
    case '-s':
    case '-d':
    case '--source':
    case '--destination':
      return [];
  }
  return undefined;
}

/** A program's first word is a verb; behind it stand devices. */
const verbs =
  (words: string, behind: (p: Place) => Offer = devices): ((p: Place) => Offer) =>
  (p) =>
    p.word.startsWith('-') ? undefined : p.words.slice(1, -1).every((w) => w.startsWith('-')) ? list(words) : behind(p);

const SS_STATES = list(
  'all big bucket close-wait closed closing connected established fin-wait-1 fin-wait-2 last-ack listening syn-recv syn-sent synchronized time-wait',
);

/** Names of sysctls that begin so. */
function sysctls({ sys, word }: Place): readonly string[] {
  const parts = word.split('.');
  const dir = `/proc/sys/${parts.slice(0, -1).join('/')}`;
  const head = parts
    .slice(0, -1)
    .map((x) => `${x}.`)
    .join('');
  return entries(sys, dir).map((n) => {
    const st = sys.stat(`${dir}/${n}`);
    return `${head}${n}${!isErr(st) && st.kind === 'dir' ? '.' : ''}`;
  });
}

const COMMANDS: Readonly<Record<string, (p: Place) => Offer>> = {
  ip,
  iptables,
  ip6tables: iptables,
  'iptables-translate': iptables,
  tcpdump: (p) => (p.previous === '-i' ? [...devices(p), 'any'] : p.word.startsWith('-') ? undefined : []),
  ss: (p) => (/^(?:state|exclude)$/.test(p.previous) ? SS_STATES : p.word.startsWith('-') ? undefined : []),
  brctl: verbs(
    'addbr addif delbr delif setageing setfd sethello setmaxage setpathcost setportprio show showmacs showstp stp',
  ),
  bridge: verbs('fdb link monitor vlan', (p) =>
    p.previous === 'dev' || p.previous === 'br' ? devices(p) : list('add del show'),
  ),
  tc: verbs('qdisc', (p) => (p.previous === 'dev' ? devices(p) : list('add change del replace show'))),
  nft: verbs('add delete flush insert list', () => list('chain chains rule ruleset table tables')),
  ethtool: (p) => (p.word.startsWith('-') ? undefined : devices(p)),
  ifconfig: (p) => (p.words.length === 2 ? devices(p) : list('down mtu netmask up')),
  route: verbs('add del', () => list('-host -net default dev gw metric netmask')),
  systemctl: verbs('cat is-active is-enabled list-units restart show start status stop', ({ sys }) =>
    entries(sys, '/lib/systemd/system'),
  ),
  sysctl: (p) => (p.word.startsWith('-') ? undefined : sysctls(p)),
  kill: (p) => (p.word.startsWith('-') ? Object.keys(SIGNALS).map((s) => `-${s.slice(3)}`) : []),
  ping: (p) => (p.previous === '-I' ? devices(p) : p.word.startsWith('-') ? undefined : []),
};

/** Options of a program's table that begin so. */
async function optionsOf(sys: Sys, name: string): Promise<Offer> {
  const load = HOST_PROGRAMS.find((e) => e.name === name)?.spec ?? TEXT_TOOLS.find((t) => t.name === name)?.load;
  if (!load) return undefined;
  const got = await sys.load<Awaited<ReturnType<typeof load>>>(load);
  const spec = 'spec' in got ? got.spec : got;
  const long = spec.options.filter((o) => !o.shortOnly).map((o) => `--${o.name}${o.arg === 'required' ? '=' : ''}`);
  const short = spec.options.filter((o) => o.short).map((o) => `-${o.short}`);
  return long.length > 0 ? long : short;
}

/** Whole words that may stand at a place; undefined: file names. */
export async function complete(words: readonly string[], index: number, sys: Sys): Promise<Offer> {
  const name = (words[0] ?? '').replace(/^.*\//, '');
  const place = { words, word: words[index] ?? '', previous: words[index - 1] ?? '', sys };
  const own = Object.hasOwn(COMMANDS, name) ? COMMANDS[name]?.(place) : undefined;
  if (own) return own;
  return place.word.startsWith('-') ? optionsOf(sys, name) : undefined;
}
