/**
 * Port texts of the API: `80/tcp`, `8000-8010`, and the requests for libnetwork that a container's config means.
 * @see docker/go-connections nat/nat.go, moby daemon/network.go: buildPortsRelatedCreateEndpointOptions
 */
import { parseIp } from '../../base/ip.ts';
import type { PortBinding as ApiBinding, HostConfig, Port, PortMap } from '../api/types.ts';
import type { Failure } from '../errdefs.ts';
import type { PortBinding, PortRequest } from '../libnetwork/driver.ts';
import type { Proto } from '../libnetwork/portallocator.ts';
import { errors } from './errors.ts';

export interface PortKey {
  readonly port: number;
  readonly proto: Proto;
}

/** `80/tcp` or `80`. */
export function parsePortKey(key: string): PortKey | undefined {
  const [number = '', proto = 'tcp'] = key.split('/');
  const range = parseRange(number);
  if (!range || (proto !== 'tcp' && proto !== 'udp' && proto !== 'sctp')) return undefined;
  return { port: range[0], proto };
}

/** `80`, `80-90`; empty is 0, 0 (any). */
export function parseRange(text: string): [number, number] | undefined {
  if (text === '') return [0, 0];
  const m = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  if (!m) return undefined;
  const start = Number(m[1]);
  const end = Number(m[2] ?? m[1]);
  return end > 65535 || start > end ? undefined : [start, end];
}

/** Order of ports: number, then protocol. */
export function comparePorts(a: PortKey, b: PortKey): number {
  return a.port - b.port || (a.proto < b.proto ? -1 : a.proto > b.proto ? 1 : 0);
}

/** Checks bindings when a container is created. */
export function checkBindings(bindings: PortMap): Failure | undefined {
  for (const [key, list] of Object.entries(bindings)) {
    if (!parsePortKey(key)) return errors.badPort(key);
    for (const b of list ?? []) {
      if (!parseRange(b.HostPort ?? '')) return errors.badPort(b.HostPort);
      if (b.HostIp && !parseIp(b.HostIp)) return errors.badHostIp(b.HostIp);
    }
  }
  return undefined;
}

/** Exposed ports in order. A binding of a port that is not exposed means nothing. */
export function exposedPorts(exposed: Readonly<Record<string, unknown>> | undefined): PortKey[] {
  const out = new Map<string, PortKey>();
  for (const key of Object.keys(exposed ?? {})) {
    const p = parsePortKey(key);
    if (p) out.set(`${p.port}/${p.proto}`, p);
  }
  return [...out.values()].sort(comparePorts);
}

/** What is to be published when the container starts. */
export function portRequests(
  exposed: Readonly<Record<string, unknown>> | undefined,
  host: Pick<HostConfig, 'PortBindings' | 'PublishAllPorts'>,
): PortRequest[] {
  const out: PortRequest[] = [];
  for (const { port, proto } of exposedPorts(exposed)) {
    const bindings = host.PortBindings[`${port}/${proto}`] ?? [];
    for (const b of bindings) out.push(request(port, proto, b));
    if (bindings.length === 0 && host.PublishAllPorts) out.push({ proto, port, hostPort: 0, hostPortEnd: 0 });
  }
  return out;
}

function request(port: number, proto: Proto, b: ApiBinding): PortRequest {
  const [hostPort, hostPortEnd] = parseRange(b.HostPort ?? '') ?? [0, 0];
  const hostIp = b.HostIp ? parseIp(b.HostIp) : undefined;
  return { proto, port, ...(hostIp ? { hostIp } : {}), hostPort, hostPortEnd };
}

/** inspect's NetworkSettings.Ports. @param show text of an address */
export function portMap(
  ports: readonly PortKey[],
  bindings: readonly PortBinding[],
  show: (b: PortBinding) => string,
): PortMap {
  const entries = ports.map((p): [string, ApiBinding[] | null] => {
    const mine = bindings.filter((b) => b.port === p.port && b.proto === p.proto);
    const list = mine.map((b) => ({ HostIp: show(b), HostPort: b.hostPort === 0 ? '' : String(b.hostPort) }));
    return [`${p.port}/${p.proto}`, list.length > 0 ? list : null];
  });
  return Object.fromEntries(entries.sort((a, b) => (a[0] < b[0] ? -1 : 1)));
}

/** The Ports of a row of the container list. */
export function portRows(map: PortMap): Port[] {
  const out: Port[] = [];
  for (const [key, list] of Object.entries(map)) {
    const { port, proto } = parsePortKey(key) as PortKey;
    if (!list) out.push({ PrivatePort: port, Type: proto });
    for (const b of list ?? []) {
      const open = b.HostPort === '' ? {} : { PublicPort: Number(b.HostPort) };
      out.push({ IP: b.HostIp, PrivatePort: port, ...open, Type: proto });
    }
  }
  return out;
}

/** Whether `80`, `80/udp` or `80-90/tcp` of a filter covers a port. */
export function portFilter(text: string): ((p: PortKey) => boolean) | undefined {
  const [number = '', proto = 'tcp'] = text.split('/');
  const range = parseRange(number);
  if (!range || number === '') return undefined;
  return (p) => p.proto === proto && p.port >= range[0] && p.port <= range[1];
}
