/**
 * `ip monitor`: what changes in the namespace, as it changes.
 * Limits: no netconf, prefix, multicast routes, next hops, statistics and namespace ids: the words are taken and nothing is
 * told; no -j; nothing is read from a file.
 * @see iproute2 ip/ipmonitor.c
 */
import type { NetEvent } from '../../kernel/netadmin.ts';
import { monitor, Names, stamp } from '../netmonitor.ts';
import { addrText } from './addr.ts';
import { IpError, matches } from './args.ts';
import type { IpEnv } from './env.ts';
import { hardwareLines, headLine } from './linkfmt.ts';
import { neighText } from './neigh.ts';
import { routeLines } from './route.ts';
import { ruleText } from './rule.ts';
import { deviceArg } from './show.ts';

type Group = NetEvent['group'];

/** Words, in the order in which abbreviations are looked for; those without a group have no events here. */
const OBJECTS: readonly (readonly [word: string, group?: Group])[] = [
  ['link', 'link'],
  ['address', 'address'],
  ['route', 'route'],
  ['mroute'],
  ['maddress'],
  ['prefix'],
  ['neigh', 'neigh'],
  ['netconf'],
  ['rule', 'rule'],
  ['nsid'],
  ['nexthop'],
  ['stats'],
];
const ALL: readonly Group[] = ['link', 'address', 'route', 'neigh', 'rule'];
const LABELS: Readonly<Partial<Record<Group, string>>> = {
  link: '[LINK]',
  address: '[ADDR]',
  route: '[ROUTE]',
  neigh: '[NEIGH]',
  rule: '[RULE]',
};

const USAGE = `Usage: ip monitor [ all | OBJECTS ] [ label ] [ all-nsid ] [ dev DEVICE ]
OBJECTS :=  address | link | maddress | mroute | neigh | netconf |
            nexthop | nsid | prefix | route | rule | stats
`;

interface Asked {
  readonly groups: ReadonlySet<Group>;
  readonly labels: boolean;
  readonly dev?: number;
}

function readWords(env: IpEnv): Asked | undefined {
  const groups = new Set<Group>();
  let [labels, some] = [false, false];
  let dev: number | undefined;
  for (let word = env.words.take(); word !== undefined; word = env.words.take()) {
    const w = word;
    const object = OBJECTS.find(([name]) => matches(w, name));
    if (w === 'help') return undefined;
    if (w === 'dev') dev = deviceArg(env, env.words.need()).ifindex;
    else if (w === 'label') labels = true;
    else if (w === 'all') labels = true;
    else if (w === 'all-nsid') continue;
    else if (!object) throw new IpError(`Argument "${w}" is unknown, try "ip monitor help".`, 255);
    else {
      some = true;
      if (object[1]) groups.add(object[1]);
    }
  }
  return { groups: some ? groups : new Set(ALL), labels, ...(dev !== undefined && { dev }) };
}

/** The device that an event is about, and its family; 0: of none. */
function about(e: NetEvent): { ifindex: number; family: 0 | 4 | 6 } {
  if (e.group === 'link') return { ifindex: e.link.ifindex, family: 0 };
  if (e.group === 'address') return { ifindex: e.addr.ifindex, family: e.addr.prefix.addr.v };
  if (e.group === 'neigh') return { ifindex: e.neigh.ifindex, family: e.neigh.ip.v };
  if (e.group === 'route') return { ifindex: e.route.ifindex ?? 0, family: e.route.family };
  return { ifindex: 0, family: e.group === 'rule' ? e.rule.family : 0 };
}

function lines(env: IpEnv, e: NetEvent): string[] {
  if (e.group === 'link') return [headLine(env, e.link, false, false), ...hardwareLines(env, e.link, false)];
  if (e.group === 'address') return addrText(env, e.addr);
  if (e.group === 'neigh') return [neighText(env, e.neigh)];
  if (e.group === 'route') return routeLines(env, e.route);
  return e.group === 'rule' ? [ruleText(env, e.rule, env.net.policyRules(e.rule.family))] : [];
}

export async function ipMonitor(env: IpEnv): Promise<number> {
  const asked = readWords(env);
  if (!asked) {
    await env.ctx.err(USAGE);
    return 255;
  }
  const { sys } = env.ctx;
  const names = new Names(env.net);
  const shown = { ...env, net: names.net };
  const began = sys.realtime() - BigInt(Math.floor(sys.now()));
  const e = await monitor(env.ctx, names, async (event) => {
    const { ifindex, family } = about(event);
    if (!asked.groups.has(event.group) || (asked.dev !== undefined && ifindex !== asked.dev)) return;
    if (env.family !== 0 && family !== 0 && family !== env.family) return;
    const label = asked.labels ? LABELS[event.group] : '';
    const text = lines(shown, event).join(env.oneline ? '\\' : '\n');
    await env.ctx.out(`${stamp(env.stamps, event.time, began)}${label}${event.gone ? 'Deleted ' : ''}${text}\n`);
  });
  throw new IpError(`Cannot open netlink socket: ${e.text}`, 1);
}
