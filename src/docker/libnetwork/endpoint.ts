/** An endpoint: one attachment of a sandbox to a network. @see moby daemon/libnetwork/endpoint.go */

import type { IpAddr } from '../../base/ip.ts';
import { Failure } from '../errdefs.ts';
import type { EndpointInterface, GatewayFor, JoinInfo, LegacyLinks, PortBinding, PortRequest } from './driver.ts';
import type { IngressPort } from './ingress.ts';
import type { Network } from './network.ts';

export class Endpoint {
  /** Set while it has joined a sandbox. */
  joined: JoinInfo | undefined;
  /** Who has it: a container's id, or the name of a sandbox of the engine's own; '' before it has joined one. */
  holder = '';
  /** Ports that are published now. */
  bindings: PortBinding[] = [];
  /** Names and values the resolver and inspect show. */
  dnsNames: string[] = [];
  /** Aliases that only its own sandbox knows (`--link NAME:ALIAS`): alias to name. */
  readonly links = new Map<string, string>();
  gwPriority = 0;
  /** What of the sandbox's ports is published by it; undefined: it is no way out. */
  gatewayFor: GatewayFor | undefined;
  /** The name its device is to have in the sandbox; else the next free one. */
  ifname: string | undefined;
  /** Settings of its device there, `net.ipv4.conf.IFNAME.log_martians` and value. */
  sysctls: readonly (readonly [string, string])[] = [];
  /** More addresses of its device. */
  linkLocal: readonly IpAddr[] = [];
  /** What the routing mesh publishes of its sandbox, on the ingress network. */
  ingressPorts: readonly IngressPort[] = [];
  /** On the default bridge. */
  legacy: LegacyLinks | undefined;

  constructor(
    readonly id: string,
    /** The container's name. */
    readonly name: string,
    readonly network: Network,
    readonly iface: EndpointInterface,
  ) {}

  /** Publishes ports for what it is the way out of; those of other families are taken back. On failure nothing new stays behind. */
  publish(ports: readonly PortRequest[], gateway: GatewayFor): Failure | undefined {
    const got = this.network.driver.programExternalConnectivity(this.network.id, this.id, ports, gateway);
    if (got instanceof Failure)
      return got.wrap(`driver failed programming external connectivity on endpoint ${this.name} (${this.id})`);
    this.bindings = got;
    this.gatewayFor = gateway.ipv4 || gateway.ipv6 ? gateway : undefined;
    return undefined;
  }

  unpublish(): void {
    this.network.driver.revokeExternalConnectivity(this.network.id, this.id);
    this.bindings = [];
    this.gatewayFor = undefined;
  }
}
