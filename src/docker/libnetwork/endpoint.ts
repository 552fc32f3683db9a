/** An endpoint: one attachment of a sandbox to a network. @see moby daemon/libnetwork/endpoint.go */
import { Failure } from '../errdefs.ts';
import type { EndpointInterface, JoinInfo, PortBinding, PortRequest } from './driver.ts';
import type { Network } from './network.ts';

export class Endpoint {
  /** Set while it has joined a sandbox. */
  joined: JoinInfo | undefined;
  /** Ports that are published now. */
  bindings: PortBinding[] = [];
  /** Names and values the resolver and inspect show. */
  dnsNames: string[] = [];
  /** Aliases that only its own sandbox knows (`--link NAME:ALIAS`): alias to name. */
  readonly links = new Map<string, string>();
  gwPriority = 0;

  constructor(
    readonly id: string,
    /** The container's name. */
    readonly name: string,
    readonly network: Network,
    readonly iface: EndpointInterface,
  ) {}

  /** Publishes ports; on failure nothing stays behind. */
  publish(ports: readonly PortRequest[]): Failure | undefined {
    const got = this.network.driver.programExternalConnectivity(this.network.id, this.id, ports);
    if (got instanceof Failure)
      return got.wrap(`driver failed programming external connectivity on endpoint ${this.name} (${this.id})`);
    this.bindings = got;
    return undefined;
  }

  unpublish(): void {
    this.network.driver.revokeExternalConnectivity(this.network.id, this.id);
    this.bindings = [];
  }
}
