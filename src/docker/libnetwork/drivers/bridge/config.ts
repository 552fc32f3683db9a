/** Options of a bridge network, parsed and checked. @see moby daemon/libnetwork/drivers/bridge/bridge_linux.go: fromLabels */
import {
  contains,
  formatPrefix,
  type IpAddr,
  overlaps,
  type Prefix,
  parseIp,
  parsePrefix,
} from '../../../../base/ip.ts';
import { Failure } from '../../../errdefs.ts';
import type { IpamData, NetworkOptions } from '../../driver.ts';

const PREFIX = 'com.docker.network';
const MODES = ['nat', 'nat-unprotected', 'routed', 'isolated'] as const;
const LINK_LOCAL = parsePrefix('fe80::/64') as Prefix;

/** How containers and the world outside reach each other. */
export type GatewayMode = (typeof MODES)[number];

export interface BridgeConfig {
  readonly bridgeName: string;
  readonly mtu: number;
  readonly icc: boolean;
  readonly masquerade: boolean;
  /** Address published ports bind to when they name none. */
  readonly defaultBinding: IpAddr | undefined;
  /** By IP version. */
  readonly gatewayMode: { readonly 4: GatewayMode; readonly 6: GatewayMode };
  /** Source address that is put on what leaves, by IP version; absent: that of the way out. */
  readonly hostIp: { readonly 4?: IpAddr; readonly 6?: IpAddr };
  /** Interfaces from which containers' own addresses may be reached. */
  readonly trusted: readonly string[];
  /** The bridge gets no IPv4 address. */
  readonly inhibitIPv4: boolean;
  readonly internal: boolean;
  readonly defaultBridge: boolean;
  readonly ifacePrefix: string;
  /** No proxies: what a container sends to its own published port turns round at the bridge. */
  readonly hairpin: boolean;
}

/** @see Go strconv.ParseBool */
function parseBool(s: string): boolean | undefined {
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(s)) return true;
  if (['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(s)) return false;
  return undefined;
}

/** Reads options until one is wrong. */
class Reader {
  failure: Failure | undefined;

  constructor(readonly generic: Readonly<Record<string, string>>) {}

  text(name: string): string | undefined {
    return this.generic[`${PREFIX}.${name}`];
  }

  bad(name: string, why: string): void {
    this.failure ??= new Failure('invalid', `failed to parse ${PREFIX}.${name} value: ${this.text(name)} (${why})`);
  }

  flag(name: string, fallback: boolean): boolean {
    const value = this.text(name);
    if (value === undefined) return fallback;
    const parsed = parseBool(value);
    if (parsed === undefined) this.bad(name, `strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`);
    return parsed ?? fallback;
  }

  number(name: string): number {
    const value = this.text(name) ?? '0';
    if (/^[+-]?\d+$/.test(value)) return Number(value);
    this.bad(name, `strconv.Atoi: parsing ${JSON.stringify(value)}: invalid syntax`);
    return 0;
  }

  ip(name: string): IpAddr | undefined {
    const value = this.text(name);
    const parsed = value === undefined ? undefined : parseIp(value);
    if (value !== undefined && !parsed) this.bad(name, 'nil ip');
    return parsed;
  }

  mode(name: string): GatewayMode {
    const value = this.text(name);
    const known = MODES.find((m) => m === value);
    if (value !== undefined && !known) this.bad(name, `unknown gateway mode ${value}`);
    return known ?? 'nat';
  }
}

/** @param id the network's id, of which the bridge is named unless an option names it */
export function bridgeConfig(id: string, options: NetworkOptions, hairpin = false): BridgeConfig | Failure {
  const read = new Reader(options.generic);
  const binding = read.ip('bridge.host_binding_ipv4');
  const host4 = read.ip('host_ipv4');
  const host6 = read.ip('host_ipv6');
  const config: BridgeConfig = {
    bridgeName: read.text('bridge.name') || `br-${id.slice(0, 12)}`,
    mtu: read.number('driver.mtu'),
    icc: read.flag('bridge.enable_icc', true),
    masquerade: read.flag('bridge.enable_ip_masquerade', true),
    defaultBinding: binding && !(binding.v === 4 && binding.value === 0) ? binding : undefined,
    gatewayMode: { 4: read.mode('bridge.gateway_mode_ipv4'), 6: read.mode('bridge.gateway_mode_ipv6') },
    hostIp: { ...(host4 ? { 4: host4 } : {}), ...(host6 ? { 6: host6 } : {}) },
    trusted: (read.text('bridge.trusted_host_interfaces') ?? '').split(':').filter((n) => n !== ''),
    inhibitIPv4: read.flag('bridge.inhibit_ipv4', false),
    internal: options.internal,
    defaultBridge: read.flag('bridge.default_bridge', false),
    ifacePrefix: read.text('container_iface_prefix') || 'eth',
    hairpin,
  };
  if (read.failure) return read.failure;
  if ((config.gatewayMode[4] === 'isolated' || config.gatewayMode[6] === 'isolated') && !config.internal)
    return new Failure('system', "gateway mode 'isolated' can only be used for an internal network");
  return config;
}

/** What IPAM gave must suit the options. @see moby bridge_linux.go: CreateNetwork, Validate, processIPAM */
export function checkAddresses(
  config: BridgeConfig,
  options: NetworkOptions,
  ipv4: readonly IpamData[],
  ipv6: readonly IpamData[],
): Failure | undefined {
  const invalid = (text: string): Failure => new Failure('invalid', text);
  if (!options.enableIPv4 && !options.enableIPv6) return invalid('IPv4 or IPv6 must be enabled');
  if (options.enableIPv4 && isEmpty(ipv4[0])) return invalid('ipv4 pool is empty');
  if (options.enableIPv6 && isEmpty(ipv6[0])) return invalid('ipv6 pool is empty');
  if (ipv4.length > 1 || ipv6.length > 1)
    return new Failure('forbidden', "bridge driver doesn't support multiple subnets");
  if (config.mtu < 0) return invalid(`invalid MTU number: ${config.mtu}`);
  for (const [data, key] of [
    [ipv4[0], 'DefaultGatewayIPv4'],
    [ipv6[0], 'DefaultGatewayIPv6'],
  ] as const) {
    const gateway = data?.aux?.[key];
    if (data && gateway && !contains(data.pool, gateway))
      return invalid('default gateway ip must be part of the network');
  }
  const six = options.enableIPv6 ? ipv6[0]?.pool : undefined;
  if (!six) return undefined;
  const shown = formatPrefix(ipv6[0]?.gateway ?? six);
  if ((six.addr.value as bigint) >> 120n === 0xffn) return invalid(`multicast subnet '${shown}' is not allowed`);
  if (overlaps(LINK_LOCAL, six) && formatPrefix(six) !== 'fe80::/64')
    return invalid(`'${shown}' clashes with the Link-Local prefix 'fe80::/64'`);
  return undefined;
}

/** IPAM driver `null` gives a pool that holds everything. */
const isEmpty = (data: IpamData | undefined): boolean => !data || data.pool.bits === 0;
