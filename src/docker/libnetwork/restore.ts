/**
 * What the controller does with what is there when the engine starts again: the firewall's chains are emptied and made
 * anew, networks get their rules in the order in which their store has them, by id.
 * @see moby libnetwork/drivers/bridge/bridge_store.go: populateNetworks, populateEndpoints; internal/iptabler: removeIPChains
 */
import type { NetAdmin, NfFamily } from '../../linux/kernel/netadmin.ts';
import type { Controller } from './controller.ts';
import type { BridgeNetwork } from './drivers/bridge/bridge.ts';
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
  for (const network of networks)
    for (const [, { mappings }] of [...network.endpoints].sort(([a], [b]) => (a < b ? -1 : 1)))
      for (const m of mappings) restore(net, portRules(network.config, m.binding), settings.firewall);
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
