/**
 * Publishes an endpoint's ports: a host port from the allocator, a bound socket, iptables rules, a proxy.
 * @see moby daemon/libnetwork/drivers/bridge/port_mapping_linux.go: addPortMappings
 */
import { formatIp, type IpAddr, ip4, ip6 } from '../../../../base/ip.ts';
import { type Errno, isErr } from '../../../../linux/kernel/errno.ts';
import type { Kernel, Process } from '../../../../linux/kernel/machine.ts';
import { Failure } from '../../../errdefs.ts';
import type { PortBinding, PortRequest } from '../../driver.ts';
import type { PortAllocator } from '../../portallocator.ts';
import type { BridgeConfig } from './config.ts';
import { PortProxy } from './proxy.ts';
import { portRules, program, remove } from './rules.ts';

/** How often another port is tried when something else on the host has the one that was chosen. */
const ATTEMPTS = 10;

export interface PortEnv {
  readonly kernel: Kernel;
  readonly allocator: PortAllocator;
  /** dockerd's, the parent of the proxies. */
  readonly pid: Process['pid'];
}

/** A published port with what stands behind it. */
export interface Mapping {
  readonly binding: PortBinding;
  readonly proxy: PortProxy;
}

/** Go's text of an errno: glibc's, in lower case. */
export const goText = (e: Errno): string => e.text.toLowerCase();

/** Requests of one container port and host port range are given the same host port on all their addresses. */
export function addPortMappings(
  env: PortEnv,
  config: BridgeConfig,
  containerIps: readonly IpAddr[],
  requests: readonly PortRequest[],
): Mapping[] | Failure {
  if (config.internal || config.gatewayMode === 'routed' || config.gatewayMode === 'isolated') return [];
  const mappings: Mapping[] = [];
  const undo = (failure: Failure): Failure => {
    releaseMappings(env, config, mappings);
    return failure;
  };
  for (const group of groups(requests, config)) {
    const got = bindGroup(env, containerIps, group);
    if (got instanceof Failure) return undo(got);
    mappings.push(...got);
  }
  const net = env.kernel.net(env.kernel.hostNetns);
  for (const m of mappings) program(net, portRules(config, m.binding));
  for (const m of mappings) {
    const serving = m.proxy.serve();
    if (isErr(serving)) {
      const at = hostPort(m.binding.hostIp, m.binding.hostPort);
      return undo(
        new Failure('system', `error starting userland proxy: failed to listen on ${at}: ${goText(serving)}`),
      );
    }
  }
  return mappings;
}

export function releaseMappings(env: PortEnv, config: BridgeConfig, mappings: readonly Mapping[]): void {
  const net = env.kernel.net(env.kernel.hostNetns);
  for (const m of mappings) {
    m.proxy.stop();
    remove(net, portRules(config, m.binding));
    env.allocator.release([m.binding.hostIp], m.binding.proto, m.binding.hostPort);
  }
}

interface Group {
  readonly request: PortRequest;
  readonly ips: IpAddr[];
}

/** Ports that were asked for come before those that may be any; then by container port. */
function groups(requests: readonly PortRequest[], config: BridgeConfig): Group[] {
  const out = new Map<string, Group>();
  for (const r of [...requests].sort(compare)) {
    const key = `${r.proto} ${r.port} ${r.hostPort} ${r.hostPortEnd}`;
    const ips = r.hostIp ? [r.hostIp] : config.defaultBinding ? [config.defaultBinding] : [ip4(0), ip6(0n)];
    const group = out.get(key);
    if (!group) out.set(key, { request: r, ips });
    else if (r.hostPort === 0 || !ips.every((ip) => group.ips.some((g) => formatIp(g) === formatIp(ip))))
      group.ips.push(...ips.filter((ip) => !group.ips.some((g) => formatIp(g) === formatIp(ip))));
  }
  return [...out.values()];
}

function compare(a: PortRequest, b: PortRequest): number {
  const any = Number(a.hostPort === 0) - Number(b.hostPort === 0);
  if (any !== 0) return any;
  if (a.port !== b.port) return a.port - b.port;
  if (a.proto !== b.proto) return a.proto < b.proto ? -1 : 1;
  if (a.hostPort !== b.hostPort) return a.hostPort - b.hostPort;
  return (a.hostIp?.v ?? 0) - (b.hostIp?.v ?? 0);
}

/**
 * Binds a port on every host address of a group. What stands behind an address is the container's of the same family;
 * behind an IPv6 one the IPv4 address, when it has no other (the proxy passes between them).
 */
function bindGroup(env: PortEnv, containerIps: readonly IpAddr[], group: Group): Mapping[] | Failure {
  const { proto, port, hostPort: start, hostPortEnd: end } = group.request;
  const single = start !== 0 && start === end;
  for (let attempt = 1; ; attempt++) {
    const chosen = env.allocator.request(group.ips, proto, start, end);
    if (chosen instanceof Failure) return chosen;
    const bound: Mapping[] = [];
    let error: Errno | 0 = 0;
    let at = group.ips[0] as IpAddr;
    for (const hostIp of group.ips) {
      const containerIp = containerIps.find((c) => c.v === hostIp.v) ?? (hostIp.v === 6 ? containerIps[0] : undefined);
      if (!containerIp) continue;
      const binding = { proto, port, containerIp, hostIp, hostPort: chosen };
      const proxy = new PortProxy(env.kernel, binding, env.pid);
      bound.push({ binding, proxy });
      error = proxy.bind();
      at = hostIp;
      if (isErr(error)) break;
    }
    if (!isErr(error)) return bound;
    for (const m of bound) m.proxy.stop();
    env.allocator.release(group.ips, proto, chosen);
    if (!single && error.name === 'EADDRINUSE' && attempt < ATTEMPTS) continue;
    const behind = containerIps.find((c) => c.v === at.v) ?? (containerIps[0] as IpAddr);
    const where = `${hostPort(at, chosen)}:${formatIp(behind)}:${port}/${proto}`;
    return new Failure('system', `failed to bind host port for ${where}: ${goText(error)}`);
  }
}

const hostPort = (ip: IpAddr, port: number): string =>
  ip.v === 4 ? `${formatIp(ip)}:${port}` : `[${formatIp(ip)}]:${port}`;
