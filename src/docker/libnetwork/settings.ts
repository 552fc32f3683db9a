/** What the engine's configuration says of all its networks. @see moby daemon/libnetwork/config/config.go */
import { LOCAL_POOLS, type PoolBase } from './ipam/pools.ts';

export interface Settings {
  /** Subnets for networks that ask for none, in order. */
  readonly pools: readonly PoolBase[];
  /** By IP version: whether rules are written (`iptables`, `ip6tables`). */
  readonly firewall: { readonly 4: boolean; readonly 6: boolean };
  /** Makes a router of the host (`ip-forward`). */
  readonly forward: boolean;
  /** Then drops what nobody lets through (not `ip-forward-no-drop`). */
  readonly dropForward: boolean;
  /** A docker-proxy for each published port; else packets turn round at the bridge's port. */
  readonly userlandProxy: boolean;
  /** Containers' own addresses may be reached from elsewhere (`allow-direct-routing`). */
  readonly direct: boolean;
}

export const DEFAULT_SETTINGS: Settings = {
  pools: LOCAL_POOLS,
  firewall: { 4: true, 6: true },
  forward: true,
  dropForward: true,
  userlandProxy: true,
  direct: false,
};
