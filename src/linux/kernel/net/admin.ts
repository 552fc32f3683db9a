/** NetAdmin of one namespace: the table of its operations. */
import type { Counters } from '../../core/core.ts';
import { EOPNOTSUPP, type Errno } from '../errno.ts';
import type { IpvsAdmin } from '../ipvs.ts';
import type { LinkKind, NetAdmin, RuleAdmin, SocketInfo } from '../netadmin.ts';
import { addAddr, delAddr, listAddrs } from './addrs.ts';
import { connStats, deleteConns, listConns, markConns } from './conntrack.ts';
import { delFdb, listFdb, setFdb } from './fdbs.ts';
import { listGroups } from './groups.ts';
import { ipvsAdmin } from './ipvs.ts';
import { addUpper, addVxlan } from './linkkinds.ts';
import { addSimple, addVeth, delLink, linkOf, moveLink, setLink } from './links.ts';
import { addProxy, announce, delNeigh, delProxy, flushNeigh, listNeighs, listProxies, setNeigh } from './neighs.ts';
import { Ruleset } from './netfilter.ts';
import type { Netns } from './netns.ts';
import { addPolicyRule, delPolicyRule } from './policy.ts';
import { delQdisc, listQdiscs, setQdisc } from './qdiscs.ts';
import { addRoute, delRoute, listRoutes, lookupRoute, routeTables } from './routes.ts';
import { listSockets } from './sockinfo.ts';
import { getSysctl } from './sysctls.ts';
import type { NetWorld } from './world.ts';

/** What the operations work on; they are put into its prototype, of every namespace the same ones. */
class Scope {
  private vsOf: IpvsAdmin | undefined;

  constructor(
    readonly world: NetWorld,
    readonly ns: Netns,
    readonly unix: () => SocketInfo[],
  ) {}

  /** The rules of the namespace, made when first needed. */
  get rules(): Ruleset {
    this.ns.rules ??= new Ruleset(this.world, this.ns);
    return this.ns.rules;
  }

  get vs(): IpvsAdmin {
    this.vsOf ??= ipvsAdmin(this.world, this.ns);
    return this.vsOf;
  }

  missing(kind: LinkKind): Errno | undefined {
    return this.world.without.includes(kind) ? EOPNOTSUPP.says('Unknown device type') : undefined;
  }
}

/** What is counted, with the two settings that RFC 4293 puts beside it: whether it forwards (1, else 2), the TTL. */
function counters(world: NetWorld, ns: Netns): Counters {
  const all = world.core.snmp(ns.core);
  const setting = (name: string): number => Number(getSysctl(world, ns, name));
  const forwards = setting('net.ipv4.conf.all.forwarding') === 1 ? 1 : 2;
  return { ...all, Ip: { Forwarding: forwards, DefaultTTL: setting('net.ipv4.ip_default_ttl'), ...all.Ip } };
}

/** What works on a world and a namespace, as it is. */
type Plain = {
  [K in keyof NetAdmin]?: (world: NetWorld, ns: Netns, ...args: Parameters<NetAdmin[K]>) => ReturnType<NetAdmin[K]>;
};

const PLAIN = {
  addVeth,
  addVxlan,
  delLink,
  setLink,
  addrs: listAddrs,
  addAddr,
  delAddr,
  routes: listRoutes,
  addRoute,
  delRoute,
  routeGet: lookupRoute,
  addPolicyRule,
  delPolicyRule,
  neighs: listNeighs,
  setNeigh,
  delNeigh,
  flushNeigh,
  groups: listGroups,
  proxies: listProxies,
  addProxy,
  delProxy,
  announce,
  fdb: listFdb,
  setFdb,
  delFdb,
  qdiscs: listQdiscs,
  setQdisc,
  delQdisc,
  conntrack: listConns,
  conntrackMark: markConns,
  conntrackStats: connStats,
  conntrackDelete: deleteConns,
  counters,
} satisfies Plain;

/** Operations on the rules, by their name there. */
const RULES = {
  nfTables: 'tables',
  nfRuleset: 'ruleset',
  nfChains: 'chains',
  nfNewChain: 'newChain',
  nfDelChain: 'delChain',
  nfRenameChain: 'renameChain',
  nfPolicy: 'policy',
  nfInsert: 'insert',
  nfReplace: 'replace',
  nfDelete: 'delete',
  nfFind: 'find',
  nfFlush: 'flush',
  nfClear: 'clear',
  nfZero: 'zero',
  nfCount: 'count',
  recentTables: 'recentTables',
  recentEntries: 'recentEntries',
  recentSet: 'recentSet',
} satisfies { [K in keyof RuleAdmin]?: keyof Ruleset };

const IPVS = [
  'ipvs',
  'ipvsService',
  'ipvsServiceDelete',
  'ipvsServer',
  'ipvsServerDelete',
  'ipvsFlush',
  'ipvsZero',
  'ipvsConnections',
  'ipvsTimeouts',
  'ipvsSetTimeouts',
] as const satisfies readonly (keyof IpvsAdmin)[];

type Rest = Omit<NetAdmin, keyof typeof PLAIN | keyof typeof RULES | (typeof IPVS)[number]>;

const OWN: Rest & ThisType<Scope> = {
  links() {
    return this.ns.devices.map((d) => linkOf(this.world, d));
  },
  link(nameOrIndex) {
    const d = this.ns.find(nameOrIndex);
    return d && linkOf(this.world, d);
  },
  addBridge(name, options) {
    return addSimple(this.world, this.ns, 'bridge', name, options);
  },
  addDummy(name, options) {
    return this.missing('dummy') ?? addSimple(this.world, this.ns, 'dummy', name, options);
  },
  addNic(name, options) {
    return addSimple(this.world, this.ns, 'nic', name, options);
  },
  addUpper(name, lower, settings, options) {
    return this.missing(settings.kind) ?? addUpper(this.world, this.ns, name, lower, settings, options);
  },
  moveLink(name, to) {
    return moveLink(this.world, this.ns, name, this.world.get(to));
  },
  lookupRoute(dst, from, ifname) {
    return lookupRoute(this.world, this.ns, { dst, ...(from && { from }), ...(ifname && { oif: ifname }) });
  },
  routeTables(family) {
    return routeTables(this.ns, family);
  },
  policyRules(family) {
    return this.ns.policy.filter((r) => r.family === family);
  },
  sockets() {
    return [...listSockets(this.world, this.ns, this.world.holders), ...this.unix()];
  },
  fragments(family) {
    return this.world.core.fragments(this.ns.core, family);
  },
};

type Work = (...args: unknown[]) => unknown;
const add = (name: string, work: (this: Scope, ...args: unknown[]) => unknown): void => {
  (Scope.prototype as unknown as Record<string, Work>)[name] = work;
};
Object.assign(Scope.prototype, OWN);
for (const [name, work] of Object.entries(PLAIN as unknown as Record<string, Work>))
  add(name, function (...args) {
    return work(this.world, this.ns, ...args);
  });
for (const [name, there] of Object.entries(RULES))
  add(name, function (...args) {
    return (this.rules[there as keyof Ruleset] as Work).apply(this.rules, args);
  });
for (const name of IPVS)
  add(name, function (...args) {
    return (this.vs[name] as Work)(...args);
  });

/** @param unix unix sockets of the machine, which ss lists too */
export function netAdmin(world: NetWorld, ns: Netns, unix: () => SocketInfo[] = () => []): NetAdmin {
  return new Scope(world, ns, unix) as Scope & NetAdmin;
}
