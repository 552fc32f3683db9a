/**
 * The networks that are there from the start, and what the configuration says of docker0.
 * @see moby daemon/daemon_unix.go: initBridgeDriver, getDefaultBridgeIPAMConf, selectBIP; driverOptions
 */
import { contains, formatIp, formatPrefix, network as masked, type Prefix, parsePrefix } from '../../../base/ip.ts';
import type { Kernel } from '../../../linux/kernel/machine.ts';
import { Failure } from '../../errdefs.ts';
import { type Controller, type NewNetwork, plainNetwork } from '../../libnetwork/controller.ts';
import { uniqueLocal } from '../../libnetwork/ipam/pools.ts';
import type { IpamSpec } from '../../libnetwork/network.ts';
import type { Settings } from '../../libnetwork/settings.ts';
import { addressPools, type Config } from './config.ts';

const BRIDGE = 'docker0';

/** What all networks follow. @param globalId of the host's unique local addresses, 40 bits */
export function settings(c: Config, globalId: bigint): Settings {
  return {
    pools: addressPools(c, uniqueLocal(globalId)),
    firewall: { 4: c.iptables, 6: c.iptables && c.ip6tables },
    forward: c['ip-forward'],
    dropForward: !c['ip-forward-no-drop'],
    userlandProxy: c['userland-proxy'],
  };
}

/** `host`, `none`. */
export function plainNetworks(): NewNetwork[] {
  return [plainNetwork('host', 'host', {}), plainNetwork('none', 'null', {})];
}

/**
 * Makes the network `bridge` anew: also one that has not changed has another id after the engine's start. One that
 * containers are on stays as it is.
 */
export function initBridge(kernel: Kernel, controller: Controller, c: Config): Failure | undefined {
  const old = controller.byName('bridge');
  if (old && old.endpoints.size > 0) return undefined;
  if (old) controller.deleteNetwork(old);
  if (c.bridge === 'none') {
    kernel.net(kernel.hostNetns).delLink(BRIDGE);
    return undefined;
  }
  const fail = (why: string): Failure =>
    new Failure(
      'system',
      `failed to start daemon: Error initializing network controller: error creating default "bridge" network: ${why}`,
    );
  const four = ipamOf(kernel, c, 4);
  const six = c.ipv6 ? ipamOf(kernel, c, 6) : undefined;
  if (typeof four === 'string') return fail(four);
  if (typeof six === 'string') return fail(six);
  const made = controller.newNetwork({
    ...plainNetwork('bridge', 'bridge', bridgeOptions(c)),
    enableIPv6: c.ipv6,
    ipam: [four, ...(six ? [six] : [])].filter((s) => s.subnet !== undefined),
  });
  return made instanceof Failure ? fail(made.message) : undefined;
}

const bridgeOptions = (c: Config): Record<string, string> => ({
  'com.docker.network.bridge.default_bridge': 'true',
  'com.docker.network.bridge.enable_icc': String(c.icc),
  'com.docker.network.bridge.enable_ip_masquerade': String(c['ip-masq']),
  'com.docker.network.bridge.host_binding_ipv4': c.ip,
  'com.docker.network.bridge.name': BRIDGE,
  'com.docker.network.driver.mtu': String(c.mtu === 0 ? 1500 : c.mtu),
});

/** @returns what is asked of IPAM (no subnet: any), or why the configuration is wrong */
function ipamOf(kernel: Kernel, c: Config, version: 4 | 6): IpamSpec | string {
  const bip = version === 4 ? c.bip : c.bip6;
  const fixed = version === 4 ? c['fixed-cidr'] : c['fixed-cidr-v6'];
  const gateway = version === 4 ? c['default-gateway'] : c['default-gateway-v6'];
  const range = parsePrefix(fixed);
  const asked = parsePrefix(bip);
  const suffix = version === 4 ? '' : '-v6';
  if (fixed !== '' && !range) return `parse --fixed-cidr${suffix} failed: invalid CIDR address: ${fixed}`;
  if (bip !== '' && !asked) return `parse --bip${version === 4 ? '' : '6'} failed: invalid CIDR address: ${bip}`;
  const own = asked ?? presentAddress(kernel, version, range && masked(range));
  const subnet = own ? masked(own) : range && masked(range);
  return {
    ...(subnet ? { subnet: formatPrefix(subnet) } : {}),
    ...(range ? { ipRange: formatPrefix(masked(range)) } : {}),
    ...(own ? { gateway: formatIp(own.addr) } : {}),
    ...(gateway === '' ? {} : { aux: { [`DefaultGatewayIPv${version}`]: gateway } }),
  };
}

/** The address that docker0 has, unless the range that is asked for lies elsewhere. */
function presentAddress(kernel: Kernel, version: 4 | 6, range: Prefix | undefined): Prefix | undefined {
  const linkLocal = parsePrefix('fe80::/64') as Prefix;
  const present = kernel
    .net(kernel.hostNetns)
    .addrs()
    .filter((a) => a.label === BRIDGE && a.prefix.addr.v === version)
    .map((a) => a.prefix)
    .filter((p) => version === 4 || !contains(linkLocal, p.addr));
  if (!range) return present[0];
  const own = present.find((p) => contains(p, range.addr)) ?? present[0];
  if (!own || !contains(own, range.addr)) return undefined;
  return range.bits < own.bits ? { addr: own.addr, bits: range.bits } : own;
}
