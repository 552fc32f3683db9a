/**
 * An engine's part in a swarm: which node it is, where it listens, and, when it is a manager, what managers hold.
 * @see moby daemon/cluster/{cluster,noderunner,swarm}.go
 */
import type { Swarm, SwarmInfo } from '../../api/swarm.ts';
import type { EndpointSettings, NetworkInspect, NetworkService } from '../../api/types.ts';
import { Failure } from '../../errdefs.ts';
import { LoadBalancers } from '../../libnetwork/loadbalancer.ts';
import type { Network } from '../../libnetwork/network.ts';
import type { Sandbox } from '../../libnetwork/sandbox.ts';
import { type HostPort, joinHostPort } from '../../swarm/address.ts';
import { errors } from '../../swarm/errors.ts';
import type { Manager } from '../../swarm/manager.ts';
import { managers } from '../../swarm/nodes.ts';
import type { Table } from '../../swarm/protocol.ts';
import type { Attachment, Container } from '../container.ts';
import type { Daemon } from '../daemon.ts';
import { sorted } from '../sorted.ts';
import type { Agent } from './agent.ts';
import { attachContainer, attachOne, detachContainer } from './attach.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Ears } from './ears.ts';
import type { Executor } from './executor.ts';
import { inspectClusterNetwork } from './networks.ts';
import { apply } from './table.ts';

/** Where a node is for others. */
export interface Addresses {
  readonly listen: HostPort;
  readonly advertise: HostPort;
  /** The machine's own address, which VXLAN and gossip use. */
  readonly local: string;
  readonly dataPath: string;
}

export class Member {
  /** A manager that was locked waits for its key. */
  locked = false;
  /** Tasks that wait for the engine to start again. */
  readonly #waiting: (() => void)[] = [];
  /** The swarm's sandboxes on this machine: that of published ports, and one for each network with load balancing. */
  readonly sandboxes = new Map<string, Sandbox>();
  /** This node's address in networks of the swarm, by network. */
  readonly attachments = new Map<string, string>();
  /** Runs its tasks. */
  executor: Executor | undefined;
  /** Of a manager: its side of other nodes. */
  dispatcher: Dispatcher | undefined;
  /** Of a worker: its side of a manager, and which one that is. */
  agent: Agent | undefined;
  remote: { readonly NodeID: string; readonly Addr: string } | undefined;
  /** Spreads requests for services over their tasks. */
  readonly balancers: LoadBalancers;
  #table: Table = { records: [], peers: [], services: [] };
  /** What it undoes when it leaves. */
  readonly endings: (() => void)[] = [];

  constructor(
    readonly daemon: Daemon,
    readonly nodeId: string,
    /** Its name among those that tell each other of endpoints: 12 hexadecimal digits. */
    readonly peerName: string,
    readonly addresses: Addresses,
    readonly ears: Ears,
    /** Undefined: a worker. */
    readonly manager: Manager | undefined,
  ) {
    this.balancers = new LoadBalancers(daemon.controller);
  }

  /** What to ask about the swarm, or why this engine cannot be asked. */
  control(): Manager | Failure {
    if (this.locked) return errors.locked;
    return this.manager ?? errors.isWorker;
  }

  /** Something to wait for while the engine is down. */
  get absence(): Promise<void> | undefined {
    return this.daemon.pid === 0 ? new Promise((resolve) => this.#waiting.push(resolve)) : undefined;
  }

  /** The engine has started again. */
  wake(): void {
    for (const go of this.#waiting.splice(0)) go();
  }

  /** Puts a container that is about to start on its networks of the swarm. */
  attach(c: Container): Promise<Failure | undefined> {
    return attachContainer(this, c);
  }

  /** Something has come to a network of the swarm here, or has gone: others learn of it. */
  announce(): void {
    if (this.locked) return;
    this.dispatcher?.changed();
    this.agent?.announce();
  }

  /** Learns what others have. */
  take(table: Table): void {
    this.#table = table;
    apply(this, table);
  }

  /**
   * Lets a running container onto a network of the swarm.
   * @returns its settings there; undefined: it is no network of the swarm
   */
  async admit(
    c: Container,
    term: string,
    settings: Partial<EndpointSettings>,
  ): Promise<Partial<EndpointSettings> | Failure | undefined> {
    const attachment: Attachment = { settings, networkId: '', endpoint: undefined };
    return (await attachOne(this, c, term, attachment)) ?? attachment.settings;
  }

  /** It has stopped, or left a network. */
  detach(c: Container, network?: Network): void {
    detachContainer(this, c, network);
  }

  /** As /_ping tells it. */
  get state(): string {
    if (this.locked) return 'locked';
    return `active/${this.manager ? 'manager' : 'worker'}`;
  }

  /** Networks of the swarm that are not on this machine, as a manager knows them. @param term id, name or id's beginning */
  elsewhere(term?: string): NetworkInspect[] {
    const manager = this.locked ? undefined : this.manager;
    if (!manager) return [];
    const found = term === undefined ? manager.store.networks.sorted() : [manager.store.networks.find(term)];
    return found.flatMap((n) =>
      n instanceof Failure || this.daemon.controller.networks.has(n.ID) ? [] : [inspectClusterNetwork(n)],
    );
  }

  /** Who is on a network of the swarm. */
  peersOf(n: Network): { Peers?: { Name: string; IP: string }[] } {
    if (n.info.scope !== 'swarm') return {};
    const others = this.#table.peers.filter((p) => p.name !== this.peerName && p.networks.includes(n.id));
    const own = { Name: this.peerName, IP: this.addresses.advertise.host };
    return { Peers: [own, ...others.map((p) => ({ Name: p.name, IP: p.ip }))] };
  }

  /** Services on a network of the swarm and their endpoints, wherever they are. @see moby daemon/libnetwork/agent.go: Services */
  servicesOf(n: Network): { Services?: Record<string, NetworkService> } {
    if (n.info.scope !== 'swarm') return {};
    const out: Record<string, NetworkService> = {};
    for (const r of this.#table.records.filter((x) => x.network === n.id && x.names.length > 0)) {
      const known = this.#table.services.find((s) => s.network === n.id && s.name === r.service);
      out[r.service] ??= {
        VIP: known?.vip || '<nil>',
        Ports: (known?.ports ?? []).map((p) => `Target: ${p.TargetPort}, Publish: ${p.PublishedPort}`),
        LocalLBIndex: known ? this.balancers.index(n.id, known.id) : 0,
        Tasks: [],
      };
      const Info = { 'Host IP': r.vtep };
      out[r.service]?.Tasks.push({ Name: r.name, EndpointID: r.id, EndpointIP: r.ip, Info });
    }
    return Object.keys(out).length > 0 ? { Services: sorted(out) } : {};
  }

  info(): SwarmInfo {
    const { advertise } = this.addresses;
    const managed = this.locked ? undefined : this.manager;
    return {
      NodeID: this.locked ? '' : this.nodeId,
      NodeAddr: this.locked ? '' : advertise.host,
      LocalNodeState: this.locked ? 'locked' : 'active',
      ControlAvailable: managed !== undefined,
      Error: this.locked ? errors.locked.message : '',
      RemoteManagers: this.locked ? null : [this.remote ?? { NodeID: this.nodeId, Addr: joinHostPort(advertise) }],
      ...(managed ? clusterInfo(managed) : {}),
    };
  }
}

function clusterInfo({ store, cluster }: Manager): Partial<SwarmInfo> {
  const { JoinTokens: _, ...shown } = cluster as Swarm;
  return { Nodes: [...store.nodes.all()].length, Managers: managers(store).length, Cluster: shown };
}
