/**
 * What a router advertisement gives a host: a default route, the routes of prefixes on the link, and addresses made of
 * prefixes and the MAC address (EUI-64); how long each is good.
 * Limits: no more specific routes, no temporary and no stable-privacy addresses; of several routers the first is used,
 * whatever they say they are worth.
 * @see Linux net/ipv6/ndisc.c: ndisc_router_discovery; addrconf.c: addrconf_prefix_rcv, addrconf_verify_rtnl; RFC 4862 §5.5
 */
import { formatPrefix, type IpAddr, ip6, linkLocal, type Prefix, sameIp } from '../../../base/ip.ts';
import type { CoreRouterAdvert } from '../../core/core.ts';
import type { Addr, Route } from '../netadmin.ts';
import { fromAddr16, toAddr16 } from './addr16.ts';
import { addAddr, delAddr } from './addrs.ts';
import { setting6 } from './ipv6.ts';
import type { Device, Netns } from './netns.ts';
import { dropRoutes, expireRoute, pushRoute } from './routes.ts';
import type { NetWorld } from './world.ts';

const SECOND = 1e9;
const FOREVER = 0xffffffff;
const PREFIX_OPTION = 3;
const MTU_OPTION = 5;
/** Bits of a prefix: it is on the link; addresses may be made of it. */
const ON_LINK = 0x80;
const AUTONOMOUS = 0x40;
/** An address loses no more than what exceeds this by an advertisement, s. @see RFC 4862 §5.5.3 e */
const TWO_HOURS = 7200;
/** How often expired routes are cleared away, ns. @see net.ipv6.route.gc_interval */
const GC_INTERVAL = 30 * SECOND;
/** net.ipv6.conf.*.max_addresses */
const MAX_ADDRESSES = 16;
const PREFERENCE = ['medium', 'high', 'medium', 'low'] as const;
const DEFAULT_METRIC = 1024;

/** Acts on an advertisement that a device has taken. */
export function routerAdvertised(world: NetWorld, { dev, from, message }: CoreRouterAdvert): void {
  const d = world.devices.get(dev);
  if (!d) return;
  const v = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const hops = v.getUint8(4);
  if (hops !== 0) d.ns.sysctls.set(`net.ipv6.conf.${d.name}.hop_limit`, String(hops));
  const options = optionsOf(v);
  const told = options.find((o) => o.getUint8(0) === MTU_OPTION && o.byteLength === 8)?.getUint32(4) ?? 0;
  const mtu = told >= 1280 && told <= d.mtu ? told : undefined;
  if (mtu !== undefined) d.ns.sysctls.set(`net.ipv6.conf.${d.name}.mtu`, String(mtu));
  if (setting6(d, 'accept_ra_defrtr') !== '0')
    defaultRouter(world, d, fromAddr16(from), {
      lifetime: v.getUint16(6),
      pref: PREFERENCE[(v.getUint8(5) >> 3) & 3] as (typeof PREFERENCE)[number],
      ...(hops !== 0 && { hoplimit: hops }),
      ...(mtu !== undefined && { mtu }),
    });
  if (setting6(d, 'accept_ra_pinfo') === '0') return;
  for (const o of options) if (o.getUint8(0) === PREFIX_OPTION && o.byteLength >= 32) prefix(world, d, o);
}

/** The options of an advertisement; the core has seen that they are well-formed. */
function optionsOf(v: DataView): DataView[] {
  const out: DataView[] = [];
  for (let at = 16; at + 8 <= v.byteLength; ) {
    const size = v.getUint8(at + 1) * 8;
    if (size === 0 || at + size > v.byteLength) break;
    out.push(new DataView(v.buffer, v.byteOffset + at, size));
    at += size;
  }
  return out;
}

interface Router {
  /** s; 0: no router for what is elsewhere. */
  readonly lifetime: number;
  readonly pref: NonNullable<Route['pref']>;
  readonly hoplimit?: number;
  readonly mtu?: number;
}

function defaultRouter(world: NetWorld, d: Device, via: IpAddr, r: Router): void {
  const old = d.ns.routes.of(d.ifindex).find((x) => x.proto === 'ra' && x.via !== undefined && sameIp(x.via, via));
  if (old) dropRoutes(world, d, (x) => x === old);
  if (r.lifetime === 0) return;
  const keep = { ...(old?.hoplimit && { hoplimit: old.hoplimit }), ...(old?.mtu && { mtu: old.mtu }) };
  const { lifetime, ...now } = r;
  install(world, d, {
    family: 6,
    type: 'unicast',
    via,
    ifindex: d.ifindex,
    scope: 'global',
    proto: 'ra',
    metric: DEFAULT_METRIC,
    table: 254,
    ...keep,
    ...now,
    expires: world.clock.now + lifetime * SECOND,
  });
}

function install(world: NetWorld, d: Device, r: Route): void {
  pushRoute(world, d.ns, r, true);
  if (r.expires === undefined) return;
  world.clock.at(r.expires, () => expireRoute(world, d.ns, r));
  collectLater(world, d.ns);
}

/** Namespaces that will be looked through for expired routes. */
const collecting = new WeakSet<Netns>();

/** Expired routes are listed until somebody clears them away. @see Linux ip6_fib.c: fib6_run_gc */
function collectLater(world: NetWorld, ns: Netns): void {
  if (collecting.has(ns)) return;
  collecting.add(ns);
  world.clock.after(GC_INTERVAL, () => {
    collecting.delete(ns);
    const gone = (r: Route): boolean => r.expires !== undefined && r.expires <= world.clock.now;
    for (const d of ns.devices) dropRoutes(world, d, gone);
    if (ns.routes.all.some((r) => r.expires !== undefined)) collectLater(world, ns);
  });
}

const isGroupOrLocal = (value: bigint): boolean => value >> 120n === 0xffn || value >> 118n === 0x3fan;

function prefix(world: NetWorld, d: Device, o: DataView): void {
  const [bits, flags] = [o.getUint8(2), o.getUint8(3)];
  const [valid, preferred] = [o.getUint32(4), o.getUint32(8)];
  const value = (o.getBigUint64(16) << 64n) | o.getBigUint64(24);
  if (bits > 128 || preferred > valid || isGroupOrLocal(value)) return;
  const rest = BigInt(128 - bits);
  const net: Prefix = { addr: ip6((value >> rest) << rest), bits };
  if (flags & ON_LINK) onLink(world, d, net, valid);
  if (flags & AUTONOMOUS && setting6(d, 'autoconf') !== '0' && bits === 64)
    autoconfigure(world, d, net, valid, preferred);
}

function onLink(world: NetWorld, d: Device, net: Prefix, valid: number): void {
  const text = formatPrefix(net);
  const old = d.ns.routes
    .of(d.ifindex)
    .find(
      (r) => r.table === 254 && r.proto === 'kernel' && !r.via && r.dst !== undefined && formatPrefix(r.dst) === text,
    );
  // That of an address which somebody has set is not an advertisement's to change.
  if (old && !old.advertised) return;
  if (old) dropRoutes(world, d, (r) => r === old);
  if (valid === 0) return;
  install(world, d, {
    family: 6,
    type: 'unicast',
    dst: net,
    ifindex: d.ifindex,
    scope: 'global',
    proto: 'kernel',
    metric: 256,
    table: 254,
    advertised: true,
    ...(valid !== FOREVER && { expires: world.clock.now + valid * SECOND }),
  });
}

function autoconfigure(world: NetWorld, d: Device, net: Prefix, valid: number, preferred: number): void {
  const own: Prefix = {
    addr: ip6((net.addr.value as bigint) | (linkLocal(d.mac) & 0xffffffffffffffffn)),
    bits: 64,
  };
  const here = d.ns.addrs.of(d.ifindex);
  const old = here.find((a) => sameIp(a.prefix.addr, own.addr));
  const { now } = world.clock;
  const until = (seconds: number): number => (seconds === FOREVER ? Number.POSITIVE_INFINITY : now + seconds * SECOND);
  if (!old) {
    if (valid === 0 || here.filter((a) => a.prefix.addr.v === 6).length >= MAX_ADDRESSES) return;
    const good = { valid: until(valid), preferred: until(preferred) };
    if (addAddr(world, d.ns, d.name, own, { proto: 'kernel_ra', noprefixroute: true, good }) === 0)
      age(world, d, own, good);
    return;
  }
  if (!old.good) return;
  const left = (old.good.valid - now) / SECOND;
  old.good.valid = until(Math.max(valid, Math.min(left, TWO_HOURS)));
  old.good.preferred = until(preferred);
  age(world, d, own, old.good);
}

/** Sees to it that an address is deprecated and goes in time. */
function age(world: NetWorld, d: Device, own: Prefix, good: NonNullable<Addr['good']>): void {
  const { now } = world.clock;
  const current = (): boolean => d.ns.addrs.of(d.ifindex).some((a) => a.good === good);
  if (!current()) return;
  const deprecated = good.preferred <= now;
  world.core.addr6Deprecate(d.dev, toAddr16(own.addr), deprecated ? 1 : 0);
  if (good.valid <= now) delAddr(world, d.ns, d.name, own);
  else {
    const next = deprecated ? good.valid : good.preferred;
    if (Number.isFinite(next)) world.clock.at(next, () => age(world, d, own, good));
  }
}

/** A device became a router's: others are no routers to it any more, unless it is told to listen all the same. */
export function forgetRouters(world: NetWorld, ns: Netns): void {
  for (const d of ns.devices)
    if (setting6(d, 'accept_ra') !== '2') dropRoutes(world, d, (r) => r.family === 6 && r.proto === 'ra');
}
