/** Networks over the API: create, list, inspect, prune. @see moby daemon/network.go, api/types/network/ipam.go */
import { formatIp, formatMac, formatPrefix, network as masked, parsePrefix } from '../../base/ip.ts';
import type { IpamConfig, NetworkInspect } from '../api/types.ts';
import { Failure } from '../errdefs.ts';
import type { IpamSpec, Network } from '../libnetwork/network.ts';
import { rfc3339Nano } from '../time.ts';
import { COST, type Daemon } from './daemon.ts';
import { errors } from './errors.ts';
import type { Filters } from './filters.ts';
import { sorted } from './hostconfig.ts';

const PREDEFINED = ['bridge', 'host', 'none', 'default'];
export const NETWORK_FILTERS = ['dangling', 'driver', 'id', 'label', 'name', 'scope', 'type'];

export interface NetworkCreateBody {
  readonly Name?: string;
  readonly Driver?: string;
  readonly Scope?: string;
  readonly EnableIPv4?: boolean | null;
  readonly EnableIPv6?: boolean | null;
  readonly IPAM?: { Driver?: string; Options?: Record<string, string> | null; Config?: IpamConfig[] | null } | null;
  readonly Internal?: boolean;
  readonly Attachable?: boolean;
  readonly Ingress?: boolean;
  readonly ConfigOnly?: boolean;
  readonly ConfigFrom?: { Network: string } | null;
  readonly Options?: Record<string, string> | null;
  readonly Labels?: Record<string, string> | null;
}

/** POST /networks/create */
export async function createNetwork(
  daemon: Daemon,
  body: NetworkCreateBody,
): Promise<{ Id: string; Warning: string } | Failure> {
  const name = body.Name ?? '';
  if (name === '') return errors.networkName;
  if (PREDEFINED.includes(name)) return errors.networkPredefined(name);
  if (daemon.controller.byName(name)) return errors.networkExists(name);
  if (body.Scope === 'swarm')
    return new Failure('forbidden', 'cannot create a swarm scoped network when swarm is not active');
  if (body.Driver === 'overlay') return errors.noSwarm;
  const configs = body.IPAM?.Config ?? [];
  const bad = validateIpam(configs);
  if (bad) return bad;
  const from = configFrom(daemon, body);
  if (from instanceof Failure) return from;
  const enableIPv4 = body.EnableIPv4 ?? true;
  const enableIPv6 = body.EnableIPv6 ?? false;
  if (!enableIPv4 && !enableIPv6 && !body.ConfigOnly) return errors.noFamily;
  await daemon.sleep(COST.bridge);
  if (daemon.controller.byName(name)) return errors.networkExists(name);
  const made = daemon.controller.newNetwork({
    name,
    driver: body.Driver || 'bridge',
    scope: 'local',
    enableIPv4,
    enableIPv6,
    internal: body.Internal ?? false,
    attachable: body.Attachable ?? false,
    ingress: body.Ingress ?? false,
    configOnly: body.ConfigOnly ?? false,
    configFrom: body.ConfigFrom?.Network ?? '',
    ipamDriver: body.IPAM?.Driver || 'default',
    ipamOptions: body.IPAM?.Options ?? null,
    options: body.Options ?? {},
    labels: body.Labels ?? {},
    ipam: from ? from.info.ipam : configs.map(toSpec),
  });
  if (made instanceof Failure) return made;
  daemon.networkEvent(made, 'create');
  return { Id: made.id, Warning: '' };
}

function configFrom(daemon: Daemon, body: NetworkCreateBody): Network | Failure | undefined {
  const name = body.ConfigFrom?.Network ?? '';
  if (name === '') return undefined;
  const found = daemon.controller.byName(name);
  if (!found?.info.configOnly) return errors.noConfigNetwork(name);
  if ((body.IPAM?.Config ?? []).length > 0 || Object.keys(body.Options ?? {}).length > 0)
    return errors.configFromWithSettings;
  return found;
}

const toSpec = (c: IpamConfig): IpamSpec => ({
  ...(c.Subnet ? { subnet: c.Subnet } : {}),
  ...(c.IPRange ? { ipRange: c.IPRange } : {}),
  ...(c.Gateway ? { gateway: c.Gateway } : {}),
  ...(c.AuxiliaryAddresses ? { aux: c.AuxiliaryAddresses } : {}),
});

/** @see moby api/types/network/ipam.go: ValidateIPAM */
function validateIpam(configs: readonly IpamConfig[]): Failure | undefined {
  const found: string[] = [];
  for (const { Subnet = '' } of configs) {
    const p = parsePrefix(Subnet);
    if (!p) found.push(`invalid subnet ${Subnet}: invalid CIDR block notation`);
    else if (formatPrefix(masked(p)) !== formatPrefix(p))
      found.push(`invalid subnet ${Subnet}: it should be ${formatPrefix(masked(p))}`);
  }
  if (found.length === 0) return undefined;
  const list = found.length === 1 ? (found[0] as string) : found.map((f) => `* ${f}`).join('\n');
  return new Failure('invalid', `invalid network config:\n${list}`);
}

export function removeNetwork(daemon: Daemon, n: Network): Failure | undefined {
  if (PREDEFINED.includes(n.name)) return errors.networkCannotRemove(n.name);
  const failure = daemon.controller.deleteNetwork(n);
  if (!failure) daemon.networkEvent(n, 'destroy');
  return failure;
}

/** GET /networks. The order is that in which they were made. */
export function listNetworks(daemon: Daemon, f: Filters): Network[] | Failure {
  const bad = f.check(NETWORK_FILTERS);
  if (bad) return bad;
  const dangling = f.bool('dangling');
  if (dangling instanceof Failure) return dangling;
  for (const type of f.get('type'))
    if (type !== 'custom' && type !== 'builtin') return new Failure('invalid', `invalid filter: 'type'='${type}'`);
  return [...daemon.controller.networks.values()].filter((n) => {
    const builtin = PREDEFINED.includes(n.name);
    return (
      (f.get('name').length === 0 || f.get('name').some((v) => n.name.includes(v))) &&
      (f.get('id').length === 0 || f.get('id').some((v) => n.id.includes(v))) &&
      f.exact('driver', n.info.driver) &&
      f.exact('scope', n.info.scope) &&
      f.labels(n.info.labels) &&
      f.exact('type', builtin ? 'builtin' : 'custom') &&
      (dangling === undefined || dangling === (!builtin && n.endpoints.size === 0))
    );
  });
}

/** POST /networks/prune */
export function pruneNetworks(
  daemon: Daemon,
  f: Filters,
  until: bigint | undefined,
): { NetworksDeleted: string[] | null } {
  const gone: string[] = [];
  for (const n of [...daemon.controller.networks.values()]) {
    if (PREDEFINED.includes(n.name) || n.endpoints.size > 0) continue;
    if (!f.labels(n.info.labels) || (until !== undefined && n.info.created > until)) continue;
    if (daemon.controller.deleteNetwork(n)) continue;
    daemon.networkEvent(n, 'destroy');
    gone.push(n.name);
  }
  return { NetworksDeleted: gone.length > 0 ? gone : null };
}

function ipamConfig(n: Network): IpamConfig[] | null {
  if (n.driver.type !== 'bridge') return null;
  if (n.info.configOnly)
    return n.info.ipam.map((s) => ({
      ...(s.subnet ? { Subnet: s.subnet } : {}),
      ...(s.ipRange ? { IPRange: s.ipRange } : {}),
      ...(s.gateway ? { Gateway: s.gateway } : {}),
    }));
  return n.pools.map((p) => ({
    Subnet: formatPrefix(p.pool.subnet),
    ...(p.spec.ipRange ? { IPRange: p.spec.ipRange } : {}),
    ...(p.gateway && (p.spec.gateway !== undefined || p.spec.subnet === undefined || p.spec.auto)
      ? { Gateway: formatIp(p.gateway) }
      : {}),
    ...(p.spec.aux && Object.keys(p.spec.aux).length > 0 ? { AuxiliaryAddresses: { ...p.spec.aux } } : {}),
  }));
}

/** GET /networks/{id}. @param withContainers false in lists */
export function inspectNetwork(daemon: Daemon, n: Network, withContainers = true): NetworkInspect {
  const { info } = n;
  const containers: NetworkInspect['Containers'] = {};
  if (withContainers)
    for (const c of daemon.containers.values())
      for (const a of c.attachments.values()) {
        const e = a.endpoint;
        if (!e || e.network !== n) continue;
        containers[c.id] = {
          Name: c.name,
          EndpointID: e.id,
          MacAddress: e.iface.mac !== undefined && e.joined?.ifname ? formatMac(e.iface.mac) : '',
          IPv4Address: e.iface.ipv4 ? formatPrefix(e.iface.ipv4) : '',
          IPv6Address: e.iface.ipv6 ? formatPrefix(e.iface.ipv6) : '',
        };
      }
  return {
    Name: info.name,
    Id: info.id,
    Created: rfc3339Nano(info.created),
    Scope: info.scope,
    Driver: info.driver,
    EnableIPv4: info.enableIPv4,
    EnableIPv6: info.enableIPv6,
    IPAM: {
      Driver: info.ipamDriver,
      Options: info.ipamOptions,
      Config: ipamConfig(n) as IpamConfig[],
    },
    Internal: info.internal,
    Attachable: info.attachable,
    Ingress: info.ingress,
    ConfigFrom: { Network: info.configFrom },
    ConfigOnly: info.configOnly,
    Containers: sorted(containers),
    Options: sorted(info.options),
    Labels: sorted(info.labels),
  };
}
