/** NetAdmin of one namespace: the table of its operations. */
import type { NetAdmin, SocketInfo } from '../netadmin.ts';
import { addAddr, delAddr } from './addrs.ts';
import { deleteConns, listConns } from './conntrack.ts';
import { addSimple, addVeth, delLink, linkOf, moveLink, setLink } from './links.ts';
import { announce, delNeigh, flushNeigh, listFdb, listNeighs, setNeigh } from './neighs.ts';
import { Ruleset } from './netfilter.ts';
import type { Netns } from './netns.ts';
import { addRoute, delRoute, listRoutes, lookupRoute } from './routes.ts';
import { listSockets } from './sockinfo.ts';
import type { NetWorld } from './world.ts';

/** The rules of a namespace, made when first needed. */
function rules(world: NetWorld, ns: Netns): Ruleset {
  ns.rules ??= new Ruleset(world, ns);
  return ns.rules;
}

/** @param unix unix sockets of the machine, which ss lists too */
export function netAdmin(world: NetWorld, ns: Netns, unix: () => SocketInfo[] = () => []): NetAdmin {
  const w = world;
  return {
    links: () => ns.devices.map((d) => linkOf(w, d)),
    link(nameOrIndex) {
      const d = ns.find(nameOrIndex);
      return d && linkOf(w, d);
    },
    addBridge: (name, options) => addSimple(w, ns, 'bridge', name, options),
    addDummy: (name, options) => addSimple(w, ns, 'dummy', name, options),
    addNic: (name, options) => addSimple(w, ns, 'nic', name, options),
    addVeth: (name, peer, options) => addVeth(w, ns, name, peer, options),
    delLink: (name) => delLink(w, ns, name),
    setLink: (name, change) => setLink(w, ns, name, change),
    moveLink: (name, to) => moveLink(w, ns, name, w.get(to)),
    addrs: () => [...ns.addrs],
    addAddr: (ifname, prefix, options) => addAddr(w, ns, ifname, prefix, options),
    delAddr: (ifname, prefix) => delAddr(w, ns, ifname, prefix),
    routes: (family, table) => listRoutes(w, ns, family, table),
    addRoute: (route) => addRoute(w, ns, route),
    delRoute: (route) => delRoute(w, ns, route),
    lookupRoute: (dst, from, ifname) => lookupRoute(w, ns, dst, from, ifname),
    neighs: () => listNeighs(w, ns),
    setNeigh: (ifname, ip, mac, permanent) => setNeigh(w, ns, ifname, ip, mac, permanent),
    delNeigh: (ifname, ip) => delNeigh(w, ns, ifname, ip),
    flushNeigh: (ifname) => flushNeigh(w, ns, ifname),
    announce: (ifname, ip) => announce(w, ns, ifname, ip),
    fdb: (bridge) => listFdb(w, ns, bridge),
    nfTables: (family) => rules(w, ns).tables(family),
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
    nfZero: (family, table, chain) => rules(w, ns).zero(family, table, chain),
    conntrack: () => listConns(w, ns),
    conntrackDelete: (match) => deleteConns(w, ns, match),
    sockets: () => [...listSockets(w, ns, w.holders), ...unix()],
  };
}
