/** Addresses, routes, neighbours and forwarding tables of the core. */
import * as abi from '../../../wasm/abi.ts';
import type {
  Core,
  CoreAnswer,
  CoreFdb,
  CoreFibRule,
  CoreFlow,
  CoreNeigh,
  CoreNetEvent,
  CoreNextHop,
  CoreRoute,
  CoreRouterAdvert,
} from './core.ts';
import type { Memory } from './memory.ts';
import type { Wasm } from './wasm.ts';

type IpFace =
  | 'addrAdd'
  | 'addrDel'
  | 'addr6Add'
  | 'addr6Flags'
  | 'addr6Deprecate'
  | 'routerAdverts'
  | 'ip6DevSet'
  | 'ip6NsSet'
  | 'addrPromote'
  | 'routeAdd'
  | 'routeDel'
  | 'routeLookup'
  | 'fibRuleAdd'
  | 'fibRuleDel'
  | 'confSet'
  | 'confGet'
  | 'ip4Set'
  | 'ip4Get'
  | 'groups'
  | 'groupJoin'
  | 'groupLeave'
  | 'proxyAdd'
  | 'proxyDel'
  | 'proxies'
  | 'neighs'
  | 'netWatch'
  | 'netEvents'
  | 'neighSet'
  | 'neighDel'
  | 'announce'
  | 'fdb'
  | 'fdbSet'
  | 'fdbDel';

const DEV6_KEYS = {
  disable_ipv6: abi.IP6KEY_DISABLE,
  forwarding: abi.IP6KEY_FORWARDING,
  accept_ra: abi.IP6KEY_ACCEPT_RA,
  accept_dad: abi.IP6KEY_ACCEPT_DAD,
  dad_transmits: abi.IP6KEY_DAD_TRANSMITS,
  hop_limit: abi.IP6KEY_HOP_LIMIT,
  mtu: abi.IP6KEY_MTU,
  router_solicitations: abi.IP6KEY_RTR_SOLICITS,
  accept_redirects: abi.IP6KEY_ACCEPT_REDIRECTS,
  proxy_ndp: abi.IP6KEY_PROXY_NDP,
} as const;

const NS6_KEYS = {
  forwarding: abi.IP6KEY_FORWARDING,
  bindv6only: abi.IP6KEY_BINDV6ONLY,
  bridge_nf_call_ip6tables: abi.IP6KEY_BRIDGE_NF,
  echo_ignore_all: abi.IP6KEY_ECHO_IGNORE_ALL,
  ratelimit: abi.IP6KEY_RATELIMIT,
} as const;

/** Writes a route's record into the data area. @param hop one more next hop, instead of the first @returns where */
function putRoute(m: Memory, r: CoreRoute, hop?: CoreNextHop): number {
  const at = m.data;
  const v = m.view;
  m.bytes.fill(0, at, at + abi.ROUTE_X_SIZE);
  m.bytes.set(r.dst, at + abi.ROUTE_X_DST);
  const gw = hop ? hop.gw : r.gw;
  if (gw) m.bytes.set(gw, at + abi.ROUTE_X_GW);
  if (r.src) m.bytes.set(r.src, at + abi.ROUTE_X_SRC);
  v.setUint32(at + abi.ROUTE_X_TABLE, r.table, true);
  v.setUint32(at + abi.ROUTE_X_BITS, r.bits, true);
  v.setUint32(at + abi.ROUTE_X_DEV, hop ? hop.dev : r.dev, true);
  v.setUint32(at + abi.ROUTE_X_SCOPE, r.scope, true);
  v.setUint32(at + abi.ROUTE_X_METRIC, r.metric, true);
  v.setUint32(at + abi.ROUTE_X_TYPE, r.type, true);
  v.setUint32(at + abi.ROUTE_X_MTU, r.mtu ?? 0, true);
  const flags =
    (gw ? abi.ROUTE_HAS_GW : 0) |
    (r.src ? abi.ROUTE_HAS_SRC : 0) |
    (hop ? abi.ROUTE_MORE : 0) |
    (r.append ? abi.ROUTE_APPEND : 0);
  v.setUint32(at + abi.ROUTE_X_FLAGS, flags, true);
  v.setUint32(at + abi.ROUTE_X_WEIGHT, (hop ? hop.weight : (r.weight ?? 1)) - 1, true);
  return at;
}

function addRoute(w: Wasm, m: Memory, ns: number, r: CoreRoute): number {
  let err = w.routeAdd(ns, putRoute(m, r));
  for (const hop of r.more ?? []) if (err === 0) err = w.routeAdd(ns, putRoute(m, r, hop));
  return err;
}

/** Asks for a route; the question lies before the place of the answer. */
function lookup(w: Wasm, m: Memory, ns: number, flow: CoreFlow): CoreAnswer | number {
  const at = m.data;
  const v = m.view;
  m.bytes.set(flow.dst, at);
  if (flow.src) m.bytes.set(flow.src, at + 16);
  const f = at + 32;
  m.bytes.fill(0, f, f + abi.FLOW_X_SIZE);
  v.setUint32(f + abi.FLOW_X_IIF, flow.iif ?? 0, true);
  v.setUint32(f + abi.FLOW_X_OIF, flow.oif ?? 0, true);
  v.setUint32(f + abi.FLOW_X_MARK, flow.mark ?? 0, true);
  v.setUint32(f + abi.FLOW_X_TOS, flow.tos ?? 0, true);
  const out = f + abi.FLOW_X_SIZE;
  const err = w.routeLookup(ns, at, flow.src ? at + 16 : 0, f, out);
  if (err < 0) return err;
  const cache = m.view.getUint32(out + abi.ROUTE_X_CACHE, true);
  return {
    ...readRoute(m, out),
    redirected: (cache & abi.ROUTE_CACHE_REDIRECTED) !== 0,
    redirects: (cache & abi.ROUTE_CACHE_REDIRECT) !== 0,
    mtu: m.view.getUint32(out + abi.ROUTE_X_MTU, true),
    expires: m.view.getUint32(out + abi.ROUTE_X_EXPIRES, true),
  };
}

const ANY_PREFIX = 0xffffffff;
const maskOf = (bits: number): number => (bits === 0 ? 0 : (-1 << (32 - bits)) >>> 0);

/** Writes a policy rule's record. @returns where */
function putRule(m: Memory, r: CoreFibRule): number {
  const at = m.data;
  const v = m.view;
  m.bytes.fill(0, at, at + abi.FIB_X_SIZE);
  const put = (offset: number, value: number): void => v.setUint32(at + offset, value, true);
  const name = (offset: number, text: string): void => {
    for (let i = 0; i < Math.min(text.length, 15); i++) m.bytes[at + offset + i] = text.charCodeAt(i);
  };
  const range = (r: readonly [number, number] | undefined): number => (r ? r[0] | (r[1] << 16) : 0);
  put(abi.FIB_X_PRIORITY, r.priority);
  put(abi.FIB_X_FLAGS, (r.not ? abi.FIB_INVERT : 0) | (r.priority === 0 ? abi.FIB_PERMANENT : 0));
  put(abi.FIB_X_ACTION, r.action);
  put(abi.FIB_X_TABLE, r.table);
  put(abi.FIB_X_TARGET, r.target ?? 0);
  if (r.src) put(abi.FIB_X_SRC, r.src.addr);
  if (r.src) put(abi.FIB_X_SRC_MASK, maskOf(r.src.bits));
  if (r.dst) put(abi.FIB_X_DST, r.dst.addr);
  if (r.dst) put(abi.FIB_X_DST_MASK, maskOf(r.dst.bits));
  put(abi.FIB_X_MARK, r.mark ?? 0);
  put(abi.FIB_X_MARK_MASK, r.mark === undefined ? 0 : (r.mask ?? 0xffffffff));
  put(abi.FIB_X_TOS, r.tos ?? 0);
  name(abi.FIB_X_IIF, r.iif ?? '');
  name(abi.FIB_X_OIF, r.oif ?? '');
  put(abi.FIB_X_PROTO, r.proto ?? 0);
  put(abi.FIB_X_SPORT, range(r.sport));
  put(abi.FIB_X_DPORT, range(r.dport));
  put(abi.FIB_X_SUPPRESS, r.suppress ?? ANY_PREFIX);
  return at;
}

function readRoute(m: Memory, at: number): CoreRoute {
  const v = m.view;
  const flags = v.getUint32(at + abi.ROUTE_X_FLAGS, true);
  return {
    table: v.getUint32(at + abi.ROUTE_X_TABLE, true),
    dst: m.addrAt(at + abi.ROUTE_X_DST),
    bits: v.getUint32(at + abi.ROUTE_X_BITS, true),
    ...(flags & abi.ROUTE_HAS_GW ? { gw: m.addrAt(at + abi.ROUTE_X_GW) } : {}),
    dev: v.getUint32(at + abi.ROUTE_X_DEV, true),
    ...(flags & abi.ROUTE_HAS_SRC ? { src: m.addrAt(at + abi.ROUTE_X_SRC) } : {}),
    scope: v.getUint32(at + abi.ROUTE_X_SCOPE, true),
    metric: v.getUint32(at + abi.ROUTE_X_METRIC, true),
    type: v.getUint32(at + abi.ROUTE_X_TYPE, true),
  };
}

function readNeigh(m: Memory, at: number): CoreNeigh {
  const v = m.view;
  return {
    ip: m.addrAt(at + abi.NEIGH_X_IP),
    dev: v.getUint32(at + abi.NEIGH_X_DEV, true),
    state: v.getUint32(at + abi.NEIGH_X_STATE, true) & 0xffff,
    router: v.getUint32(at + abi.NEIGH_X_STATE, true) >= abi.NEIGH_X_ROUTER,
    mac: Number(v.getBigUint64(at + abi.NEIGH_X_MAC, true)),
  };
}

function readFdb(m: Memory, at: number): CoreFdb {
  const v = m.view;
  const flags = v.getUint32(at + abi.FDB_X_FLAGS, true);
  return {
    mac: Number(v.getBigUint64(at + abi.FDB_X_MAC, true)),
    port: v.getUint32(at + abi.FDB_X_PORT, true),
    local: (flags & abi.FDB_LOCAL) !== 0,
    permanent: (flags & abi.FDB_PERMANENT) !== 0,
    static: (flags & abi.FDB_STATIC) !== 0,
    ageNs: v.getFloat64(at + abi.FDB_X_AGE, true),
    seq: v.getUint32(at + abi.FDB_X_SEQ, true),
  };
}

function groups(w: Wasm, m: Memory, dev: number): { ip: Uint8Array; users: number }[] {
  const out: { ip: Uint8Array; users: number }[] = [];
  const four = w.groupDump(dev, m.data, Math.floor(m.room / 8));
  for (let at = m.data; at < m.data + four * 8; at += 8) {
    const ip = new Uint8Array(16);
    ip.fill(255, 10, 12);
    new DataView(ip.buffer).setUint32(12, m.view.getUint32(at, true));
    out.push({ ip, users: m.view.getUint32(at + 4, true) });
  }
  const six = w.mc6Dump(dev, m.data, Math.floor(m.room / 20));
  for (let at = m.data; at < m.data + six * 20; at += 20)
    out.push({ ip: m.addrAt(at), users: m.view.getUint32(at + 16, true) });
  return out;
}

export function ipFace(w: Wasm, m: Memory): Pick<Core, IpFace> {
  return {
    addrAdd: (dev, ip, bits, scope = 0) => w.addrAdd(dev, m.putAddr(ip), bits, scope),
    addrPromote: (dev, ip) => w.addrPromote(dev, m.putAddr(ip)),
    addrDel: (dev, ip) => w.addrDel(dev, m.putAddr(ip)),
    addr6Add: (dev, ip, bits, flags) => w.addr6Add(dev, m.putAddr(ip), bits, flags),
    addr6Flags: (dev, ip) => w.addr6Flags(dev, m.putAddr(ip)),
    addr6Deprecate: (dev, ip, on) => w.addr6Deprecate(dev, m.putAddr(ip), on),
    routerAdverts() {
      const out: CoreRouterAdvert[] = [];
      for (let at = w.raNext(); at !== 0; at = w.raNext()) {
        const length = m.view.getUint32(at + abi.RA_X_LEN, true);
        out.push({
          dev: m.view.getUint32(at + abi.RA_X_DEV, true),
          from: m.bytes.slice(at + abi.RA_X_FROM, at + abi.RA_X_FROM + 16),
          message: m.bytes.slice(at + abi.RA_X_MESSAGE, at + abi.RA_X_MESSAGE + length),
        });
      }
      return out;
    },
    ip6DevSet: (dev, key, value) => w.ip6DevSet(dev, DEV6_KEYS[key], value),
    ip6NsSet: (ns, key, value) => w.ip6NsSet(ns, NS6_KEYS[key], value),
    routeAdd: (ns, route) => addRoute(w, m, ns, route),
    routeDel: (ns, route) => w.routeDel(ns, putRoute(m, route)),
    routeLookup: (ns, flow) => lookup(w, m, ns, flow),
    fibRuleAdd: (ns, rule) => w.fibRuleAdd(ns, putRule(m, rule)),
    fibRuleDel: (ns, rule) => w.fibRuleDel(ns, putRule(m, rule)),
    confSet: (ns, dev, key, value) => w.confSet(ns, dev, key, value),
    confGet: (ns, dev, key) => w.confGet(ns, dev, key) >>> 0,
    ip4Set: (ns, key, value) => w.ip4Set(ns, key, value),
    ip4Get: (ns, key) => w.ip4Get(ns, key) >>> 0,
    groups: (dev) => groups(w, m, dev),
    groupJoin: (dev, ip) => w.groupJoin(dev, ip),
    groupLeave: (dev, ip) => w.groupLeave(dev, ip),
    proxyAdd: (dev, ip) => w.proxyAdd(dev, m.putAddr(ip)),
    proxyDel: (dev, ip) => w.proxyDel(dev, m.putAddr(ip)),
    proxies(ns) {
      const n = w.proxyDump(ns, m.data, Math.floor(m.room / 20));
      return Array.from({ length: n }, (_, i) => ({
        dev: m.view.getUint32(m.data + i * 20, true),
        ip: m.addrAt(m.data + i * 20 + 4),
      }));
    },
    neighs(ns) {
      const out: CoreNeigh[] = [];
      const n = w.neighDump(ns, m.data, Math.floor(m.room / abi.NEIGH_X_SIZE));
      for (let i = 0; i < n; i++) out.push(readNeigh(m, m.data + i * abi.NEIGH_X_SIZE));
      return out;
    },
    neighSet: (dev, ip, mac, permanent) => w.neighSet(dev, m.putAddr(ip), BigInt(mac), permanent ? 1 : 0),
    neighDel: (dev, ip) => w.neighDel(dev, m.putAddr(ip)),
    netWatch: (by) => w.netWatch(by),
    netEvents() {
      const out: CoreNetEvent[] = [];
      for (let at = w.netNext(); at !== 0; at = w.netNext()) {
        const type = m.view.getUint32(at + abi.NEV_X_TYPE, true);
        const record = at + abi.NEV_X_RECORD;
        out.push({
          ns: m.view.getUint32(at + abi.NEV_X_NS, true),
          gone: type === abi.NEV_NEIGH_GONE || type === abi.NEV_FDB_GONE,
          time: m.view.getFloat64(at + abi.NEV_X_TIME, true),
          ...(type === abi.NEV_FDB || type === abi.NEV_FDB_GONE
            ? { fdb: readFdb(m, record) }
            : { neigh: readNeigh(m, record) }),
        });
      }
      return out;
    },
    announce: (dev, ip) => w.announce(dev, m.putAddr(ip)),
    fdbSet: (port, mac, flags, how) => w.fdbSet(port, BigInt(mac), flags, how),
    fdbDel: (port, mac) => w.fdbDel(port, BigInt(mac)),
    fdb(bridge) {
      const out: CoreFdb[] = [];
      const n = w.fdbDump(bridge, m.data, Math.floor(m.room / abi.FDB_X_SIZE));
      for (let i = 0; i < n; i++) out.push(readFdb(m, m.data + i * abi.FDB_X_SIZE));
      return out;
    },
  };
}
