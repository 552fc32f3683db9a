/**
 * The default bridge of an engine that starts again: its device, and what the configuration says of its addresses.
 * @see moby daemon/daemon_unix.go: configureNetworking, getDefaultBridgeIPAMConf, selectBIP
 */
import { contains, formatIp, formatPrefix, network as masked, type Prefix, parsePrefix } from '../../../base/ip.ts';
import type { Kernel } from '../../../linux/kernel/machine.ts';
import { Failure } from '../../errdefs.ts';
import type { Controller } from '../../libnetwork/controller.ts';
import type { IpamSpec } from '../../libnetwork/network.ts';
import type { Config } from './config.ts';
import { defaultBridge } from './networks.ts';

const BRIDGE = 'docker0';
const LINK_LOCAL = parsePrefix('fe80::/64') as Prefix;

/**
 * Makes the network `bridge` anew: also one that has not changed has another id after the engine's start. One that
 * containers are on stays as it is.
 */
export function initBridge(kernel: Kernel, controller: Controller, c: Config): Failure | undefined {
  const old = controller.byName('bridge');
  if (old && old.endpoints.size > 0) return undefined;
  if (old) controller.deleteNetwork(old);
  const net = kernel.net(kernel.hostNetns);
  const otherPools = old && c['default-address-pools'].length > 0 && !c['live-restore'];
  if (c.bridge === 'none' || otherPools) net.delLink(BRIDGE);
  if (c.bridge === 'none') return undefined;
  const fail = (why: string): Failure =>
    new Failure('system', `failed to start daemon: Error initializing network controller: ${why}`);
  const creating = (why: string): Failure => fail(`error creating default "bridge" network: ${why}`);
  const four = ipamOf(kernel, c, 4);
  if (typeof four === 'string') return fail(four);
  const six = c.ipv6 ? ipamOf(kernel, c, 6) : {};
  if (typeof six === 'string') return fail(six);
  if (c.bridge !== '' && c.bridge !== BRIDGE && !net.link(c.bridge))
    return creating(`bridge device with non default name ${c.bridge} must be created manually`);
  const made = controller.newNetwork({
    ...defaultBridge(c),
    ipam: [four, six].filter((s) => s.subnet !== undefined),
  });
  return made instanceof Failure ? creating(made.message) : undefined;
}

/** @returns what is asked of IPAM (no subnet: any), or why the configuration is wrong */
function ipamOf(kernel: Kernel, c: Config, version: 4 | 6): IpamSpec | string {
  const [bipName, cidrName] = version === 4 ? (['bip', 'fixed-cidr'] as const) : (['bip6', 'fixed-cidr-v6'] as const);
  const gateway = version === 4 ? c['default-gateway'] : c['default-gateway-v6'];
  const [bip, fixed] = [c[bipName], c[cidrName]];
  const [range, asked] = [parsePrefix(fixed), parsePrefix(bip)];
  if (fixed !== '' && !range) return `parse ${cidrName} failed: invalid CIDR address: ${fixed}`;
  if (bip !== '' && !asked) return `parse ${bipName} failed: invalid CIDR address: ${bip}`;
  const own = asked ?? presentAddress(kernel, c.bridge, version, range);
  const outside = c.bridge !== '' && own && range && (!contains(own, range.addr) || range.bits < own.bits);
  if (outside && version === 6)
    return `${cidrName}=${fixed} is outside any subnet implied by addresses on the user-managed default bridge`;
  const subnet = own ?? range;
  return {
    ...(subnet ? { subnet: formatPrefix(masked(subnet)) } : {}),
    ...(range && !outside ? { ipRange: formatPrefix(masked(range)) } : {}),
    ...(own ? { gateway: formatIp(own.addr) } : {}),
    ...(gateway === '' ? {} : { aux: { [`DefaultGatewayIPv${version}`]: gateway } }),
  };
}

/**
 * An address that the bridge has: one whose subnet holds the range that is asked for, else one within the range, else the
 * first. Of docker0 one that does not fit is not taken, and one whose subnet is too small gets a larger one.
 * @param managed the user's own bridge; '': docker0
 */
function presentAddress(kernel: Kernel, managed: string, version: 4 | 6, range?: Prefix): Prefix | undefined {
  const keepLocal = version === 4 || (range && contains(LINK_LOCAL, range.addr));
  const present = kernel
    .net(kernel.hostNetns)
    .addrs()
    .filter((a) => a.label === (managed || BRIDGE) && a.prefix.addr.v === version)
    .map((a) => a.prefix)
    .filter((p) => keepLocal || !contains(LINK_LOCAL, p.addr));
  if (!range) return present[0];
  const own =
    present.find((p) => contains(p, range.addr)) ?? present.find((p) => contains(range, p.addr)) ?? present[0];
  if (!own || managed !== '') return own;
  if (!contains(own, range.addr)) return undefined;
  return range.bits < own.bits ? { addr: own.addr, bits: range.bits } : own;
}
