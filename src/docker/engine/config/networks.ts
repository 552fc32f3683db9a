/** The networks that are there from the start, and what all follow. @see moby daemon/daemon_unix.go: initBridgeDriver; networkPlatformOptions */
import { parsePrefix } from '../../../base/ip.ts';
import { type NewNetwork, plainNetwork } from '../../libnetwork/controller.ts';
import { LOCAL_POOLS, type PoolBase, uniqueLocal } from '../../libnetwork/ipam/pools.ts';
import type { Settings } from '../../libnetwork/settings.ts';
import type { Config } from './config.ts';

/** What all networks follow. @param globalId of the host's unique local addresses, 40 bits */
export function settings(c: Config, globalId: bigint): Settings {
  return {
    pools: addressPools(c, uniqueLocal(globalId)),
    firewall: { 4: c.iptables, 6: c.ip6tables },
    forward: c['ip-forward'],
    dropForward: !c['ip-forward-no-drop'],
    userlandProxy: c['userland-proxy'],
    direct: c['allow-direct-routing'] ?? false,
  };
}

/** `host`, `none`. */
export function plainNetworks(): NewNetwork[] {
  return [plainNetwork('host', 'host', {}), plainNetwork('none', 'null', {})];
}

/** The network `bridge`, with subnets of IPAM's choice. */
export const defaultBridge = (c: Config): NewNetwork => ({
  ...plainNetwork('bridge', 'bridge', bridgeOptions(c)),
  enableIPv6: c.ipv6,
});

const bridgeOptions = (c: Config): Record<string, string> => ({
  'com.docker.network.bridge.default_bridge': 'true',
  'com.docker.network.bridge.enable_icc': String(c.icc),
  'com.docker.network.bridge.enable_ip_masquerade': String(c['ip-masq'] && c.iptables),
  'com.docker.network.bridge.host_binding_ipv4': c.ip,
  'com.docker.network.bridge.name': c.bridge || 'docker0',
  'com.docker.network.driver.mtu': String(c.mtu === 0 ? 1500 : c.mtu),
});

/** Bases of the subnets that networks get. @param unique of the host's own IPv6 addresses, when none is given */
function addressPools(c: Config, unique: PoolBase): PoolBase[] {
  const own = c['default-address-pools'].flatMap(({ base = '', size = 0 }): PoolBase[] => {
    const prefix = parsePrefix(base);
    return prefix ? [{ base: prefix, size }] : [];
  });
  const pools = own.length > 0 ? own : [...LOCAL_POOLS];
  return pools.some((p) => p.base.addr.v === 6) ? pools : [...pools, unique];
}
