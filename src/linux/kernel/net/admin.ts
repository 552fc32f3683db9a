/** NetAdmin of one namespace: the table of its operations. */
import type { Counters } from '../../core/core.ts';
import { EOPNOTSUPP, type Errno } from '../errno.ts';
import type { LinkKind, NetAdmin, SocketInfo } from '../netadmin.ts';
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

/** The rules of a namespace, made when first needed. */
function rules(world: NetWorld, ns: Netns): Ruleset {
  ns.rules ??= new Ruleset(world, ns);
  return ns.rules;
}

/** What is counted, with the two settings that RFC 4293 puts beside it: whether it forwards (1, else 2), the TTL. */
function counters(world: NetWorld, ns: Netns): Counters {
  const all = world.core.snmp(ns.core);
  const setting = (name: string): number => Number(getSysctl(world, ns, name));
  const forwards = setting('net.ipv4.conf.all.forwarding') === 1 ? 1 : 2;
  return { ...all, Ip: { Forwarding: forwards, DefaultTTL: setting('net.ipv4.ip_default_ttl'), ...all.Ip } };
}

/** @param unix unix sockets of the machine, which ss lists too */
export function netAdmin(world: NetWorld, ns: Netns, unix: () => SocketInfo[] = () => []): NetAdmin {
  const w = world;
  const missing = (kind: LinkKind): Errno | undefined =>
    w.without.includes(kind) ? EOPNOTSUPP.says('Unknown device type') : undefined;
  return {
    links: () => ns.devices.map((d) => linkOf(w, d)),
    link(nameOrIndex) {
      const d = ns.find(nameOrIndex);
      return d && linkOf(w, d);
    },
    addBridge: (name, options) => addSimple(w, ns, 'bridge', name, options),
    addDummy: (name, options) => missing('dummy') ?? addSimple(w, ns, 'dummy', name, options),
    addNic: (name, options) => addSimple(w, ns, 'nic', name, options),
    addVeth: (name, peer, options) => addVeth(w, ns, name, peer, options),
    addVxlan: (name, settings, options) => addVxlan(w, ns, name, settings, options),
    addUpper: (name, lower, settings, options) =>
      missing(settings.kind) ?? addUpper(w, ns, name, lower, settings, options),
    delLink: (name) => delLink(w, ns, name),
    setLink: (name, change) => setLink(w, ns, name, change),
    moveLink: (name, to) => moveLink(w, ns, name, w.get(to)),
    addrs: () => listAddrs(w, ns),
    addAddr: (ifname, prefix, options) => addAddr(w, ns, ifname, prefix, options),
    delAddr: (ifname, prefix) => delAddr(w, ns, ifname, prefix),
    routes: (family, table) => listRoutes(w, ns, family, table),
    addRoute: (route, how) => addRoute(w, ns, route, how),
    delRoute: (route) => delRoute(w, ns, route),
    lookupRoute: (dst, from, ifname) =>
      lookupRoute(w, ns, { dst, ...(from && { from }), ...(ifname && { oif: ifname }) }),
    routeGet: (query) => lookupRoute(w, ns, query),
    routeTables: (family) => routeTables(ns, family),
    policyRules: (family) => ns.policy.filter((r) => r.family === family),
    addPolicyRule: (rule) => addPolicyRule(w, ns, rule),
    delPolicyRule: (rule) => delPolicyRule(w, ns, rule),
    neighs: () => listNeighs(w, ns),
    setNeigh: (ifname, ip, mac, permanent) => setNeigh(w, ns, ifname, ip, mac, permanent),
    delNeigh: (ifname, ip) => delNeigh(w, ns, ifname, ip),
    flushNeigh: (ifname) => flushNeigh(w, ns, ifname),
    groups: () => listGroups(w, ns),
    proxies: () => listProxies(w, ns),
    addProxy: (ifname, ip) => addProxy(w, ns, ifname, ip),
    delProxy: (ifname, ip) => delProxy(w, ns, ifname, ip),
    announce: (ifname, ip) => announce(w, ns, ifname, ip),
    fdb: (bridge) => listFdb(w, ns, bridge),
    setFdb: (change, how) => setFdb(w, ns, change, how),
    delFdb: (change) => delFdb(w, ns, change),
    qdiscs: (ifname) => listQdiscs(w, ns, ifname),
    setQdisc: (request) => setQdisc(w, ns, request),
    delQdisc: (ifname, parent, handle) => delQdisc(w, ns, ifname, parent, handle),
    nfTables: (family) => rules(w, ns).tables(family),
    nfRuleset: () => rules(w, ns).ruleset(),
    nfChains: (family, table) => rules(w, ns).chains(family, table),
    nfNewChain: (family, table, chain) => rules(w, ns).newChain(family, table, chain),
    nfDelChain: (family, table, chain) => rules(w, ns).delChain(family, table, chain),
    nfRenameChain: (family, table, chain, to) => rules(w, ns).renameChain(family, table, chain, to),
    nfPolicy: (family, table, chain, policy) => rules(w, ns).policy(family, table, chain, policy),
    nfInsert: (family, table, chain, rule, index) => rules(w, ns).insert(family, table, chain, rule, index),
    nfReplace: (family, table, chain, index, rule) => rules(w, ns).replace(family, table, chain, index, rule),
    nfDelete: (family, table, chain, index) => rules(w, ns).delete(family, table, chain, index),
    nfFind: (family, table, chain, rule) => rules(w, ns).find(family, table, chain, rule),
    nfFlush: (family, table, chain) => rules(w, ns).flush(family, table, chain),
    nfZero: (family, table, chain, index) => rules(w, ns).zero(family, table, chain, index),
    nfCount: (family, table, chain, index, packets, bytes) =>
      rules(w, ns).count(family, table, chain, index, packets, bytes),
    recentTables: () => rules(w, ns).recentTables(),
    recentEntries: (table) => rules(w, ns).recentEntries(table),
    recentSet: (table, how, ip) => rules(w, ns).recentSet(table, how, ip),
    conntrack: () => listConns(w, ns),
    conntrackMark: (match, mark, user) => markConns(w, ns, match, mark, user),
    conntrackStats: () => connStats(w, ns),
    conntrackDelete: (match, user) => deleteConns(w, ns, match, user),
    sockets: () => [...listSockets(w, ns, w.holders), ...unix()],
    counters: () => counters(w, ns),
    fragments: (family) => w.core.fragments(ns.core, family),
    ...ipvsAdmin(w, ns),
  };
}
