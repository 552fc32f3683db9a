/**
 * What the controller does with what is there when the engine starts again: the firewall's chains are emptied and made
 * anew, networks get their rules in the order in which their store has them, by id.
 * @see moby libnetwork/drivers/bridge/bridge_store.go: populateNetworks, populateEndpoints; internal/iptabler: removeIPChains
 */
import { isErr } from '../../linux/kernel/errno.ts';
import type { NetAdmin, NfFamily } from '../../linux/kernel/netadmin.ts';
import type { Controller } from './controller.ts';
import type { BridgeNetwork } from './drivers/bridge/bridge.ts';
import { holder, type Mapping, type PortEnv } from './drivers/bridge/portmapping.ts';
import {
  baseRules,
  FILTER_CHAINS,
  networkRules,
  portRules,
  remove,
  restore,
  setupBase,
} from './drivers/bridge/rules.ts';
import type { Settings } from './settings.ts';

/** Follows other settings from now on. */
export function restoreController(controller: Controller, settings: Settings): void {
  const { kernel, bridges } = controller;
  controller.settings = settings;
  controller.ipam.defaults = settings.pools;
  const net = kernel.net(kernel.hostNetns);
  for (const family of [4, 6] as const) if (settings.firewall[family]) removeChains(net, family);
  setupBase(net, settings);
  const networks = [...bridges.networks.values()].sort(byId);
  for (const network of networks) {
    network.config = { ...network.config, hairpin: !settings.userlandProxy };
    bridges.route(network);
    restoreNetwork(net, network, settings);
  }
  controller.ports.clear();
  for (const network of networks)
    for (const [, endpoint] of [...network.endpoints].sort(([a], [b]) => (a < b ? -1 : 1)))
      endpoint.mappings = endpoint.mappings.map((m) => {
        restore(net, portRules(network.config, m.binding), settings.firewall);
        return held(bridges.env, m);
      });
}

/** Holds a port of a container that has gone on. */
function held(env: PortEnv, { binding }: Mapping): Mapping {
  const { hostIp, hostPort, proto } = binding;
  if (hostPort === 0) return { binding };
  const proxy = holder(env, binding);
  env.allocator.request([hostIp], proto, hostPort, hostPort);
  if (!isErr(proxy.bind())) proxy.serve();
  return { binding, proxy };
}

/** The engine ends while containers go on: its proxies end with it, rules stay. */
export function suspendController({ bridges }: Controller): void {
  for (const { endpoints } of bridges.networks.values())
    for (const endpoint of endpoints.values()) {
      for (const { proxy } of endpoint.mappings) proxy?.stop();
      endpoint.mappings = endpoint.mappings.map(({ binding }) => ({ binding }));
    }
}

const byId = (a: BridgeNetwork, b: BridgeNetwork): number => (a.id < b.id ? -1 : 1);

/** What an engine with proxies has and one without has not goes, or the other way round. */
function restoreNetwork(net: NetAdmin, { config, subnets }: BridgeNetwork, { firewall }: Settings): void {
  for (const subnet of subnets) {
    const wanted = networkRules(config, subnet);
    const known = new Set(wanted.map((r) => JSON.stringify(r, plain)));
    const other = networkRules({ ...config, hairpin: !config.hairpin }, subnet);
    remove(
      net,
      other.filter((r) => !known.has(JSON.stringify(r, plain))),
      firewall,
    );
    restore(net, wanted, firewall);
  }
}

const plain = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);

/** A chain that others still jump to is emptied only. */
function removeChains(net: NetAdmin, family: NfFamily): void {
  const jumps = [true, false].flatMap((proxies) => baseRules(family, proxies));
  remove(net, jumps, { 4: true, 6: true });
  const chains = [['nat', 'DOCKER'] as const, ...FILTER_CHAINS.map((chain) => ['filter', chain] as const)];
  for (const [table, chain] of chains) {
    net.nfFlush(family, table, chain);
    net.nfDelChain(family, table, chain);
  }
}
