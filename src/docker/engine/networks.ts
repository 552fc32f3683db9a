/** Networks over the API: create, list, inspect, prune. @see moby daemon/network.go, api/types/network/ipam.go */
import {
  contains,
  formatIp,
  formatMac,
  formatPrefix,
  network as masked,
  overlaps,
  type Prefix,
  parseIp,
  parsePrefix,
} from '../../base/ip.ts';
import type { IpamConfig, NetworkInspect } from '../api/types.ts';
import { Failure } from '../errdefs.ts';
import type { NewNetwork } from '../libnetwork/controller.ts';
import type { Endpoint } from '../libnetwork/endpoint.ts';
import type { IpamSpec, Network } from '../libnetwork/network.ts';
import { rfc3339Nano } from '../time.ts';
import { COST, type Daemon } from './daemon.ts';
import { errors, joined } from './errors.ts';
import { type Filters, parseBool } from './filters.ts';
import type { Pruning } from './prune.ts';
import { sorted } from './sorted.ts';

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

/** POST /networks/create. @see moby daemon/network.go: createNetwork, libnetwork/controller.go: NewNetwork */
export async function createNetwork(
  daemon: Daemon,
  body: NetworkCreateBody,
): Promise<{ Id: string; Warning: string } | Failure> {
  const name = body.Name ?? '';
  if (PREDEFINED.includes(name)) return errors.networkPredefined(name);
  if (body.Driver === 'overlay' || (body.Scope === 'swarm' && daemon.swarm)) return ofSwarm(daemon, body);
  const enableIPv4 = family(body.EnableIPv4, body.Options, 'enable_ipv4', true);
  if (enableIPv4 instanceof Failure) return enableIPv4;
  const enableIPv6 = family(body.EnableIPv6, body.Options, 'enable_ipv6', false);
  if (enableIPv6 instanceof Failure) return enableIPv6;
  const bad = validateIpam(body.IPAM?.Config ?? [], enableIPv6) ?? checkName(daemon, name);
  if (bad) return bad;
  const wanted: NewNetwork = {
    name,
    driver: body.ConfigOnly ? 'null' : body.Driver || 'bridge',
    scope: body.ConfigOnly ? 'local' : body.Scope || 'local',
    enableIPv4,
    enableIPv6,
    internal: body.Internal ?? false,
    attachable: body.Attachable ?? false,
    ingress: body.Ingress ?? false,
    configOnly: body.ConfigOnly ?? false,
    configFrom: body.ConfigFrom?.Network ?? '',
    ipamDriver: body.IPAM?.Driver || 'default',
    ipamOptions: body.IPAM?.Options ?? null,
    options: ownOptions(body),
    labels: body.Labels ?? {},
    ipam: (body.IPAM?.Config ?? []).map(toSpec),
  };
  const asked = validate(wanted, body.Scope ?? '') ?? configured(daemon, wanted);
  if (asked instanceof Failure) return asked;
  const network = { ...asked, options: { ...daemon.config['default-network-opts'][asked.driver], ...asked.options } };
  if (wanted.scope === 'swarm') return errors.scopeSwarm;
  if (wanted.ingress) return errors.ingressScope;
  await daemon.sleep(COST.bridge);
  const taken = checkName(daemon, name);
  if (taken) return taken;
  const made = daemon.controller.newNetwork(network);
  if (made instanceof Failure) return made;
  daemon.networkEvent(made, 'create');
  return { Id: made.id, Warning: '' };
}

/** A network that a manager is to make. */
async function ofSwarm(daemon: Daemon, body: NetworkCreateBody): Promise<{ Id: string; Warning: string } | Failure> {
  const manager = daemon.swarm?.control();
  if (!manager || manager instanceof Failure) return errors.noSwarmManager;
  const bad = validateIpam(body.IPAM?.Config ?? [], body.EnableIPv6 ?? false) ?? checkName(daemon, body.Name ?? '');
  if (bad) return bad;
  const { createClusterNetwork } = await daemon.kernel.world.hold(import('./swarm/networks.ts'));
  await daemon.sleep(COST.bridge);
  return createClusterNetwork(manager, body);
}

function checkName(daemon: Daemon, name: string): Failure | undefined {
  if (name.trim() === '') return errors.networkName;
  return daemon.controller.byName(name) ? errors.networkExists(name) : undefined;
}

/** Whether a family is on: the field, then the option of that name, then the fallback. */
function family(
  field: boolean | null | undefined,
  options: NetworkCreateBody['Options'],
  name: string,
  fallback: boolean,
): boolean | Failure {
  const key = `com.docker.network.${name}`;
  const text = options?.[key];
  if (field !== null && field !== undefined) return field;
  if (text === undefined) return fallback;
  const value = parseBool(text);
  return value ?? new Failure('invalid', `driver-opt ${JSON.stringify(key)} is not a valid bool`);
}

/** Options without those that a field of the request says, too. */
function ownOptions({ Options, EnableIPv4, EnableIPv6 }: NetworkCreateBody): Record<string, string> {
  const out = { ...Options };
  for (const [field, name] of [
    [EnableIPv4, 'enable_ipv4'],
    [EnableIPv6, 'enable_ipv6'],
  ] as const)
    if (field !== null && field !== undefined) delete out[`com.docker.network.${name}`];
  return out;
}

/** What cannot be together. @see moby libnetwork/network.go: validateConfiguration */
function validate(n: NewNetwork, scope: string): Failure | undefined {
  if (n.configOnly && (n.ingress || n.internal || n.attachable || scope !== '')) return errors.configOnlyFields;
  if (n.configFrom === '') return undefined;
  if (n.configOnly) return errors.configOnlyFrom;
  const own =
    n.ipamDriver !== 'default' ||
    !n.enableIPv4 ||
    n.enableIPv6 ||
    Object.keys(n.labels).length > 0 ||
    Object.keys(n.ipamOptions ?? {}).length > 0 ||
    n.ipam.length > 0;
  if (own) return errors.configFromWithSettings;
  return Object.keys(n.options).length > 0 ? errors.configFromWithOptions : undefined;
}

/** With what its configuration network says. */
function configured(daemon: Daemon, n: NewNetwork): NewNetwork | Failure {
  if (n.configFrom === '') return n;
  const from = daemon.controller.byName(n.configFrom);
  if (!from?.info.configOnly) return errors.noConfigNetwork(n.configFrom);
  const { enableIPv4, enableIPv6, labels, ipamDriver, ipamOptions, ipam, options } = from.info;
  return { ...n, enableIPv4, enableIPv6, labels, ipamDriver, ipamOptions, ipam, options };
}

const toSpec = (c: IpamConfig): IpamSpec => ({
  ...(c.Subnet ? { subnet: c.Subnet } : {}),
  ...(c.IPRange ? { ipRange: c.IPRange } : {}),
  ...(c.Gateway ? { gateway: c.Gateway } : {}),
  ...(c.AuxiliaryAddresses ? { aux: c.AuxiliaryAddresses } : {}),
});

/** @see moby api/types/network/ipam.go: ValidateIPAM */
function validateIpam(configs: readonly IpamConfig[], enableIPv6: boolean): Failure | undefined {
  const found = configs.flatMap((c) => subnetErrors(c, enableIPv6));
  return found.length === 0 ? undefined : new Failure('invalid', `invalid network config:\n${joined(found)}`);
}

function subnetErrors(c: IpamConfig, enableIPv6: boolean): string[] {
  const { Subnet = '', IPRange = '', Gateway = '' } = c;
  const subnet = parsePrefix(Subnet);
  if (!subnet) return [`invalid subnet ${Subnet}: invalid CIDR block notation`];
  if (subnet.addr.v === 6 && !enableIPv6) return [];
  const out: string[] = [];
  if (!isMasked(subnet)) out.push(`invalid subnet ${Subnet}: it should be ${formatPrefix(masked(subnet))}`);
  out.push(...rangeErrors(IPRange, subnet));
  const gateway = addressError(Gateway, subnet);
  if (gateway) out.push(`invalid gateway ${Gateway}: ${gateway}`);
  for (const [name, aux] of Object.entries(c.AuxiliaryAddresses ?? {})) {
    const why = addressError(aux, subnet);
    if (why) out.push(`invalid auxiliary address ${name}: ${why}`);
  }
  return out;
}

const isMasked = (p: Prefix): boolean => formatPrefix(masked(p)) === formatPrefix(p);

function rangeErrors(text: string, subnet: Prefix): string[] {
  if (text === '') return [];
  const range = parsePrefix(text);
  const at = `invalid ip-range ${text}`;
  if (!range) return [`${at}: invalid CIDR block notation`];
  if (range.addr.v !== subnet.addr.v) return [`${at}: parent subnet is an IPv${subnet.addr.v} block`];
  const out: string[] = [];
  const parent = formatPrefix(subnet);
  if (range.bits < subnet.bits) out.push(`${at}: CIDR block is bigger than its parent subnet ${parent}`);
  if (!isMasked(range)) out.push(`${at}: it should be ${formatPrefix(masked(range))}`);
  if (!overlaps(subnet, range)) out.push(`${at}: parent subnet ${parent} doesn't contain ip-range`);
  return out;
}

function addressError(text: string, subnet: Prefix): string | undefined {
  if (text === '') return undefined;
  const ip = parseIp(text);
  if (!ip) return 'invalid address';
  if (ip.v !== subnet.addr.v) return `parent subnet is an IPv${subnet.addr.v} block`;
  return contains(subnet, ip) ? undefined : `parent subnet ${formatPrefix(subnet)} doesn't contain this address`;
}

export function removeNetwork(daemon: Daemon, n: Network): Failure | undefined {
  if (PREDEFINED.includes(n.name)) return errors.networkCannotRemove(n.name);
  const failure = daemon.controller.deleteNetwork(n);
  if (!failure) daemon.networkEvent(n, 'destroy');
  return failure;
}

/** GET /networks. The order is that in which they were made; those of the swarm that are not here come last. */
export function listNetworks(daemon: Daemon, f: Filters): NetworkInspect[] | Failure {
  const bad = f.check(NETWORK_FILTERS);
  if (bad) return bad;
  const dangling = f.bool('dangling');
  if (dangling instanceof Failure) return dangling;
  for (const type of f.get('type'))
    if (type !== 'custom' && type !== 'builtin') return new Failure('invalid', `invalid filter: 'type'='${type}'`);
  const local = [...daemon.controller.networks.values()].map((n) => inspectNetwork(daemon, n, false));
  const used = (id: string): boolean => (daemon.controller.networks.get(id)?.endpoints.size ?? 0) > 0;
  return [...local, ...(daemon.swarm?.elsewhere() ?? [])].filter((n) => {
    const builtin = PREDEFINED.includes(n.Name);
    return (
      f.match('name', n.Name) &&
      f.match('id', n.Id) &&
      f.exact('driver', n.Driver) &&
      f.exact('scope', n.Scope) &&
      f.labels(n.Labels) &&
      f.exact('type', builtin ? 'builtin' : 'custom') &&
      (dangling === undefined || dangling === (!builtin && !used(n.Id)))
    );
  });
}

/** POST /networks/prune */
export function pruneNetworks(daemon: Daemon, pruning: Pruning): { NetworksDeleted: string[] | null } {
  const gone: string[] = [];
  for (const n of [...daemon.controller.networks.values()]) {
    if (PREDEFINED.includes(n.name) || n.endpoints.size > 0 || n.info.scope === 'swarm') continue;
    if (!pruning.labels(n.info.labels) || !pruning.old(n.info.created)) continue;
    if (daemon.controller.deleteNetwork(n)) continue;
    daemon.networkEvent(n, 'destroy');
    gone.push(n.name);
  }
  return { NetworksDeleted: gone.length > 0 ? gone : null };
}

/**
 * Subnets as a user gave them, those of families that are off among them; then those that the engine chose.
 * @see moby daemon/network.go: buildIPAMResources
 */
function ipamConfig(n: Network): IpamConfig[] | null {
  const given = n.info.ipam.map(
    (s): IpamConfig => ({
      Subnet: s.subnet ?? '',
      ...(s.ipRange ? { IPRange: s.ipRange } : {}),
      ...(s.gateway ? { Gateway: s.gateway } : {}),
      ...(s.aux && Object.keys(s.aux).length > 0 ? { AuxiliaryAddresses: sorted(s.aux) } : {}),
    }),
  );
  const six = (c: IpamConfig): boolean => c.Subnet?.includes(':') ?? false;
  const chosen = n.pools
    .filter((p) => p.spec.subnet === undefined)
    .map((p) => ({
      Subnet: formatPrefix(p.pool.subnet),
      ...(p.gateway ? { Gateway: formatIp(p.gateway) } : {}),
    }));
  const all = [...given.filter((c) => !six(c)), ...given.filter(six), ...chosen];
  return all.length > 0 ? all : null;
}

const endpointRow = (Name: string, e: Endpoint): NonNullable<NetworkInspect['Containers']>[string] => ({
  Name,
  EndpointID: e.id,
  MacAddress: e.iface.mac !== undefined && e.joined?.ifname ? formatMac(e.iface.mac) : '',
  IPv4Address: e.iface.ipv4 ? formatPrefix(e.iface.ipv4) : '',
  IPv6Address: e.iface.ipv6 ? formatPrefix(e.iface.ipv6) : '',
});

/** GET /networks/{id}. @param withContainers false in lists @param verbose services of a swarm, too */
export function inspectNetwork(daemon: Daemon, n: Network, withContainers = true, verbose = false): NetworkInspect {
  const { info } = n;
  const containers: NonNullable<NetworkInspect['Containers']> = {};
  if (withContainers)
    for (const c of daemon.containers.values())
      for (const a of c.attachments.values()) {
        const e = a.endpoint;
        if (!e || e.network !== n) continue;
        containers[c.id] = endpointRow(c.name, e);
      }
  if (withContainers)
    for (const e of n.endpoints.values())
      if (e.joined && !containers[e.holder]) containers[e.holder] = endpointRow(e.name, e);
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
    ...(withContainers ? daemon.swarm?.peersOf(n) : {}),
    ...(verbose ? daemon.swarm?.servicesOf(n) : {}),
  };
}
