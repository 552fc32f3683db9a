/**
 * Publishes an endpoint's ports: a host port from the allocator, a bound socket, iptables rules, a proxy.
 * @see moby daemon/libnetwork/drivers/bridge/port_mapping_linux.go: addPortMappings
 */
import { formatIp, type IpAddr, ip4, ip6 } from '../../../../base/ip.ts';
import { type Errno, isErr } from '../../../../linux/kernel/errno.ts';
import type { DaemonSys, Kernel } from '../../../../linux/kernel/machine.ts';
import { Failure } from '../../../errdefs.ts';
import type { GatewayFor, PortBinding, PortRequest } from '../../driver.ts';
import type { PortAllocator } from '../../portallocator.ts';
import type { Settings } from '../../settings.ts';
import { goText } from '../device.ts';
import type { BridgeConfig } from './config.ts';
import { HeldPort, PortProxy } from './proxy.ts';
import { PROTO, portRules, program, remove } from './rules.ts';

/** How often another port is tried when the one that was chosen cannot be bound. */
const ATTEMPTS = 10;

export interface PortEnv {
  readonly kernel: Kernel;
  readonly allocator: PortAllocator;
  /** dockerd itself, the parent of the proxies. */
  readonly daemon: DaemonSys;
  readonly settings: Settings;
}

/** A published port with what stands behind it. */
export interface Mapping {
  readonly binding: PortBinding;
  /** None when the container is reached directly. */
  readonly proxy?: PortProxy | HeldPort;
}

/**
 * Requests of one container port and host port range are given the same host port on all their addresses.
 * @param gateway what the endpoint is the way out of @param had for what it has mappings already
 */
export function addPortMappings(
  env: PortEnv,
  config: BridgeConfig,
  containerIps: readonly IpAddr[],
  requests: readonly PortRequest[],
  gateway: GatewayFor,
  had: GatewayFor,
): Mapping[] | Failure {
  const mappings: Mapping[] = [];
  const undo = (failure: Failure): Failure => {
    releaseMappings(env, config, mappings);
    return failure;
  };
  const { bound, direct } = groups(requests, config, containerIps, gateway, had);
  for (const group of bound) {
    const got = bindGroup(env, group);
    if (got instanceof Failure) return undo(got);
    mappings.push(...got);
  }
  mappings.push(...direct);
  const net = env.kernel.net(env.kernel.hostNetns);
  for (const m of mappings) {
    const failure = program(net, portRules(config, m.binding), env.settings.firewall);
    if (failure) return undo(failure);
  }
  for (const m of mappings) {
    const serving = m.proxy?.serve();
    if (isErr(serving)) return undo(new Failure('system', `${unserved(m.binding)}: ${goText(serving)}`));
  }
  return mappings;
}

/** Sockets are bound side by side, but only one of an address and port can listen. A proxy of sctp has its own. */
const unserved = ({ proto, hostIp, hostPort: port }: PortBinding): string =>
  proto === 'sctp'
    ? `error starting userland proxy: failed to listen on ${hostPort(hostIp, port)}`
    : 'failed to listen on TCP socket';

export function releaseMappings(env: PortEnv, config: BridgeConfig, mappings: readonly Mapping[]): void {
  const net = env.kernel.net(env.kernel.hostNetns);
  for (const m of mappings) {
    m.proxy?.stop();
    remove(net, portRules(config, m.binding), env.settings.firewall);
    if (m.binding.hostPort) env.allocator.release([m.binding.hostIp], m.binding.proto, m.binding.hostPort);
  }
}

/** A host address and the container's that stands behind it. */
interface Side {
  readonly hostIp: IpAddr;
  readonly containerIp: IpAddr;
}

interface Group {
  readonly request: PortRequest;
  readonly sides: Side[];
}

/** Where containers are routed to, nothing of the host is bound. */
function groups(
  requests: readonly PortRequest[],
  config: BridgeConfig,
  containerIps: readonly IpAddr[],
  gateway: GatewayFor,
  had: GatewayFor,
): { bound: Group[]; direct: Mapping[] } {
  const out = new Map<string, Group>();
  const direct: Mapping[] = [];
  for (const r of [...requests].sort(compare)) {
    const key = `${r.proto} ${r.port} ${r.hostPort} ${r.hostPortEnd}`;
    for (const family of [4, 6] as const) {
      const side = (family === 4 ? had.ipv4 : had.ipv6) ? undefined : sideOf(r, config, containerIps, gateway, family);
      if (!side) continue;
      if (config.gatewayMode[family] === 'routed') {
        const hostIp = family === 4 ? ip4(0) : ip6(0n);
        direct.push({ binding: { proto: r.proto, port: r.port, ...side, hostIp, hostPort: 0 } });
        continue;
      }
      const group = out.get(key) ?? { request: r, sides: [] };
      out.set(key, group);
      group.sides.push(side);
    }
  }
  return { bound: [...out.values()], direct };
}

/**
 * The sides of one family, if there are any. What stands behind a host address is the container's of the same family;
 * behind an IPv6 one the IPv4 address, when it has no other (the proxy passes between them).
 * @see moby drivers/bridge/port_mapping_linux.go: configurePortBindingIPv4, configurePortBindingIPv6
 */
function sideOf(
  r: PortRequest,
  config: BridgeConfig,
  containerIps: readonly IpAddr[],
  gateway: GatewayFor,
  family: 4 | 6,
): Side | undefined {
  if (!(family === 4 ? gateway.ipv4 : gateway.ipv6)) return undefined;
  const own = containerIps.find((c) => c.v === family);
  const containerIp = own ?? (family === 6 && gateway.ipv4 && !config.hairpin ? containerIps[0] : undefined);
  const wanted = r.hostIp ?? config.defaultBinding;
  if (!containerIp || (wanted && wanted.v !== family)) return undefined;
  return { hostIp: wanted ?? (family === 4 ? ip4(0) : ip6(0n)), containerIp };
}

/** A port that may be one of several. */
const isRange = (r: PortRequest): boolean => r.hostPort === 0 || r.hostPort !== r.hostPortEnd;

/**
 * Exact host ports come before ranges, in which they may lie; then by container port, protocol and host port, so that
 * requests that differ in the host's address only are neighbours.
 * @see moby drivers/bridge/port_mapping_linux.go: cmpPortBinding
 */
function compare(a: PortRequest, b: PortRequest): number {
  return (
    Number(isRange(a)) - Number(isRange(b)) ||
    a.port - b.port ||
    PROTO[a.proto] - PROTO[b.proto] ||
    a.hostPort - b.hostPort ||
    a.hostPortEnd - b.hostPortEnd ||
    compareIps(a.hostIp, b.hostIp)
  );
}

/** No address, then IPv4, then IPv6; by value. */
function compareIps(a: IpAddr | undefined, b: IpAddr | undefined): number {
  const [av, bv] = [a?.v ?? 0, b?.v ?? 0];
  if (!a || !b || av !== bv) return av - bv;
  return a.value < b.value ? -1 : Number(a.value > b.value);
}

/** What holds a host port: a proxy, or the engine itself. */
export const holder = (env: PortEnv, binding: PortBinding): PortProxy | HeldPort =>
  env.settings.userlandProxy
    ? new PortProxy(env.kernel, binding, env.daemon.pid)
    : new HeldPort(env.daemon.sys, binding);

/** Binds a port on every host address of a group. */
function bindGroup(env: PortEnv, group: Group): Mapping[] | Failure {
  const { proto, port, hostPort: start, hostPortEnd: end } = group.request;
  const ips = group.sides.map((s) => s.hostIp);
  const single = start !== 0 && start === end;
  for (let attempt = 1; ; attempt++) {
    const chosen = env.allocator.request(ips, proto, start, end);
    if (chosen instanceof Failure) return chosen;
    const bound: { binding: PortBinding; proxy: PortProxy | HeldPort }[] = [];
    let error: Errno | 0 = 0;
    let at = group.sides[0] as Side;
    for (const side of group.sides) {
      const binding = { proto, port, ...side, hostPort: chosen };
      const proxy = holder(env, binding);
      bound.push({ binding, proxy });
      error = proxy.bind();
      at = side;
      if (isErr(error)) break;
    }
    if (!isErr(error)) return bound;
    for (const m of bound) m.proxy.stop();
    env.allocator.release(ips, proto, chosen);
    if (!single && attempt < ATTEMPTS) continue;
    const host = at.hostIp.v === 4 ? formatIp(at.hostIp) : `[${formatIp(at.hostIp)}]`;
    const asked = start === 0 ? '' : start === end ? String(start) : `${start}-${end}`;
    const inside = at.containerIp.v === 4 ? formatIp(at.containerIp) : `[${formatIp(at.containerIp)}]`;
    const where = `${host}:${asked}:${inside}:${port}/${proto}`;
    const tried = start === end ? '' : ` ${chosen}`;
    return new Failure('system', `failed to bind host port${tried} for ${where}: ${goText(error)}`);
  }
}

const hostPort = (ip: IpAddr, port: number): string =>
  ip.v === 4 ? `${formatIp(ip)}:${port}` : `[${formatIp(ip)}]:${port}`;
