/**
 * What nodes and managers tell each other: JSON, one message a line.
 * Limits: in the place of swarmkit's calls over TLS and of the gossip of networks, whose tables managers pass on here.
 * @see swarmkit api/{ca,dispatcher,resource}.proto, moby daemon/libnetwork/networkdb
 */
import type {
  ClusterNetwork,
  NodeDescription,
  Payload,
  Service,
  ServicePort,
  Task,
  TaskStatus,
  TLSInfo,
} from '../api/swarm.ts';
import type { FailureKind } from '../errdefs.ts';
import type { Attached } from './attachments.ts';

/** An endpoint of a node in a network of the swarm. */
export interface EndpointRecord {
  readonly network: string;
  readonly ip: string;
  readonly mac: number;
  /** The node's address for VXLAN. */
  readonly vtep: string;
  /** Names it is known by. */
  readonly names: readonly string[];
  readonly id: string;
  /** Of the container that has it, and of the service whose task that is; '' for others. */
  readonly name: string;
  readonly service: string;
}

/** A node that is on networks of the swarm. */
export interface PeerRecord {
  readonly name: string;
  readonly ip: string;
  readonly networks: readonly string[];
}

/** A service on one of its networks, and its tasks that run. */
export interface ServiceRecord {
  readonly network: string;
  readonly id: string;
  readonly name: string;
  /** What else it is called there. */
  readonly aliases: readonly string[];
  /** Its virtual address; '' when its name stands for its tasks. */
  readonly vip: string;
  /** What the routing mesh publishes of it; on the ingress network only. */
  readonly ports: readonly ServicePort[];
  readonly ips: readonly string[];
}

/** What all nodes know of all. */
export interface Table {
  readonly records: readonly EndpointRecord[];
  readonly peers: readonly PeerRecord[];
  readonly services: readonly ServiceRecord[];
}

/** What a node is on. */
export interface Presence {
  readonly peer: PeerRecord;
  readonly records: readonly EndpointRecord[];
}

export interface Refusal {
  readonly kind: FailureKind;
  readonly message: string;
}

/** Which lines of a task's log are asked for; times in nanoseconds since 1970. */
export interface LogRequest {
  readonly task: string;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly follow: boolean;
  readonly tail?: number;
  readonly since?: string;
  readonly until?: string;
}

export type FromNode =
  | {
      readonly t: 'join';
      readonly token: string;
      readonly availability: string;
      /** Where it says that it is; '' for where it calls from. */
      readonly address: string;
      readonly description: NodeDescription;
    }
  /** It was a node before. */
  | { readonly t: 'session'; readonly node: string }
  | { readonly t: 'status'; readonly task: string; readonly status: TaskStatus }
  | {
      readonly t: 'attach';
      readonly seq: number;
      readonly container: string;
      readonly network: string;
      readonly address: string;
    }
  /** A container has left one network, or ('') all. */
  | { readonly t: 'detach'; readonly container: string; readonly network: string }
  /** Nothing of it is on a network any more. */
  | { readonly t: 'left'; readonly network: string }
  | { readonly t: 'presence'; readonly presence: Presence }
  /** A line of a log that was asked for. */
  | {
      readonly t: 'line';
      readonly seq: number;
      readonly stream: number;
      readonly time: string;
      /** Base64. */
      readonly bytes: string;
    }
  /** There are no more of them. */
  | { readonly t: 'log-end'; readonly seq: number }
  | { readonly t: 'beat' };

export type FromManager =
  | { readonly t: 'ca'; readonly info: TLSInfo; readonly digest: string }
  | { readonly t: 'refused'; readonly why: Refusal }
  | {
      readonly t: 'joined';
      readonly node: string;
      readonly manager: { readonly NodeID: string; readonly Addr: string };
      readonly dataPathPort: number;
      readonly ingress: { readonly network: ClusterNetwork; readonly address: string } | undefined;
    }
  | {
      readonly t: 'attached';
      readonly seq: number;
      /** With the node's own address there. */
      readonly got: { readonly attached: Attached; readonly address: string } | Refusal;
    }
  | {
      readonly t: 'work';
      readonly tasks: readonly Task[];
      readonly services: readonly Service[];
      /** That the tasks refer to. */
      readonly secrets: readonly Payload[];
      readonly configs: readonly Payload[];
      /** The node's own addresses, by network. */
      readonly addresses: Readonly<Record<string, string>>;
    }
  | { readonly t: 'log'; readonly seq: number; readonly request: LogRequest }
  /** Nobody reads that log any more. */
  | { readonly t: 'log-stop'; readonly seq: number }
  | { readonly t: 'table'; readonly table: Table };
