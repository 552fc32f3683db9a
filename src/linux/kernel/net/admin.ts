/** NetAdmin of one namespace: the table of its operations. */
import type { Counters } from '../../core/core.ts';
import { EOPNOTSUPP, type Errno } from '../errno.ts';
import type { IpvsAdmin } from '../ipvs.ts';
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

/** What the operations work on. */
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

/** The operations, of every namespace the same ones. */
const OPERATIONS: NetAdmin & ThisType<Scope & NetAdmin> = {
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
  addVeth(name, peer, options) {
    return addVeth(this.world, this.ns, name, peer, options);
  },
  addVxlan(name, settings, options) {
    return addVxlan(this.world, this.ns, name, settings, options);
  },
  addUpper(name, lower, settings, options) {
    return this.missing(settings.kind) ?? addUpper(this.world, this.ns, name, lower, settings, options);
  },
  delLink(name) {
    return delLink(this.world, this.ns, name);
  },
  setLink(name, change) {
    return setLink(this.world, this.ns, name, change);
  },
  moveLink(name, to) {
    return moveLink(this.world, this.ns, name, this.world.get(to));
  },
  addrs() {
    return listAddrs(this.world, this.ns);
  },
  addAddr(ifname, prefix, options) {
    return addAddr(this.world, this.ns, ifname, prefix, options);
  },
  delAddr(ifname, prefix) {
    return delAddr(this.world, this.ns, ifname, prefix);
  },
  routes(family, table) {
    return listRoutes(this.world, this.ns, family, table);
  },
  addRoute(route, how) {
    return addRoute(this.world, this.ns, route, how);
  },
  delRoute(route) {
    return delRoute(this.world, this.ns, route);
  },
  lookupRoute(dst, from, ifname) {
    return lookupRoute(this.world, this.ns, { dst, ...(from && { from }), ...(ifname && { oif: ifname }) });
  },
  routeGet(query) {
    return lookupRoute(this.world, this.ns, query);
  },
  routeTables(family) {
    return routeTables(this.ns, family);
  },
  policyRules(family) {
    return this.ns.policy.filter((r) => r.family === family);
  },
  addPolicyRule(rule) {
    return addPolicyRule(this.world, this.ns, rule);
  },
  delPolicyRule(rule) {
    return delPolicyRule(this.world, this.ns, rule);
  },
  neighs() {
    return listNeighs(this.world, this.ns);
  },
  setNeigh(ifname, ip, mac, permanent) {
    return setNeigh(this.world, this.ns, ifname, ip, mac, permanent);
  },
  delNeigh(ifname, ip) {
    return delNeigh(this.world, this.ns, ifname, ip);
  },
  flushNeigh(ifname) {
    return flushNeigh(this.world, this.ns, ifname);
  },
  groups() {
    return listGroups(this.world, this.ns);
  },
  proxies() {
    return listProxies(this.world, this.ns);
  },
  addProxy(ifname, ip) {
    return addProxy(this.world, this.ns, ifname, ip);
  },
  delProxy(ifname, ip) {
    return delProxy(this.world, this.ns, ifname, ip);
  },
  announce(ifname, ip) {
    return announce(this.world, this.ns, ifname, ip);
  },
  fdb(bridge) {
    return listFdb(this.world, this.ns, bridge);
  },
  setFdb(change, how) {
    return setFdb(this.world, this.ns, change, how);
  },
  delFdb(change) {
    return delFdb(this.world, this.ns, change);
  },
  qdiscs(ifname) {
    return listQdiscs(this.world, this.ns, ifname);
  },
  setQdisc(request) {
    return setQdisc(this.world, this.ns, request);
  },
  delQdisc(ifname, parent, handle) {
    return delQdisc(this.world, this.ns, ifname, parent, handle);
  },
  nfTables(family) {
    return this.rules.tables(family);
  },
  nfRuleset() {
    return this.rules.ruleset();
  },
  nfChains(family, table) {
    return this.rules.chains(family, table);
  },
  nfNewChain(family, table, chain) {
    return this.rules.newChain(family, table, chain);
  },
  nfDelChain(family, table, chain) {
    return this.rules.delChain(family, table, chain);
  },
  nfRenameChain(family, table, chain, to) {
    return this.rules.renameChain(family, table, chain, to);
  },
  nfPolicy(family, table, chain, policy) {
    return this.rules.policy(family, table, chain, policy);
  },
  nfInsert(family, table, chain, rule, index) {
    return this.rules.insert(family, table, chain, rule, index);
  },
  nfReplace(family, table, chain, index, rule) {
    return this.rules.replace(family, table, chain, index, rule);
  },
  nfDelete(family, table, chain, index) {
    return this.rules.delete(family, table, chain, index);
  },
  nfFind(family, table, chain, rule) {
    return this.rules.find(family, table, chain, rule);
  },
  nfFlush(family, table, chain) {
    return this.rules.flush(family, table, chain);
  },
  nfZero(family, table, chain, index) {
    return this.rules.zero(family, table, chain, index);
  },
  nfCount(family, table, chain, index, packets, bytes) {
    return this.rules.count(family, table, chain, index, packets, bytes);
  },
  recentTables() {
    return this.rules.recentTables();
  },
  recentEntries(table) {
    return this.rules.recentEntries(table);
  },
  recentSet(table, how, ip) {
    return this.rules.recentSet(table, how, ip);
  },
  conntrack() {
    return listConns(this.world, this.ns);
  },
  conntrackMark(match, mark, user) {
    return markConns(this.world, this.ns, match, mark, user);
  },
  conntrackStats() {
    return connStats(this.world, this.ns);
  },
  conntrackDelete(match, user) {
    return deleteConns(this.world, this.ns, match, user);
  },
  sockets() {
    return [...listSockets(this.world, this.ns, this.world.holders), ...this.unix()];
  },
  counters() {
    return counters(this.world, this.ns);
  },
  fragments(family) {
    return this.world.core.fragments(this.ns.core, family);
  },
  ipvs() {
    return this.vs.ipvs();
  },
  ipvsService(service, edit) {
    return this.vs.ipvsService(service, edit);
  },
  ipvsServiceDelete(key) {
    return this.vs.ipvsServiceDelete(key);
  },
  ipvsServer(key, server, edit) {
    return this.vs.ipvsServer(key, server, edit);
  },
  ipvsServerDelete(key, addr, port) {
    return this.vs.ipvsServerDelete(key, addr, port);
  },
  ipvsFlush() {
    return this.vs.ipvsFlush();
  },
  ipvsZero(key) {
    return this.vs.ipvsZero(key);
  },
  ipvsConnections() {
    return this.vs.ipvsConnections();
  },
  ipvsTimeouts() {
    return this.vs.ipvsTimeouts();
  },
  ipvsSetTimeouts(t) {
    return this.vs.ipvsSetTimeouts(t);
  },
};

class Admin extends Scope {}
Object.assign(Admin.prototype, OPERATIONS);

/** @param unix unix sockets of the machine, which ss lists too */
export function netAdmin(world: NetWorld, ns: Netns, unix: () => SocketInfo[] = () => []): NetAdmin {
  return new Admin(world, ns, unix) as Scope as Scope & NetAdmin;
}
