/**
 * Objects of a swarm as the Engine API v1.51 shows them: field names, order and what is left out are those of moby's
 * api/types/swarm. Times are RFC 3339 with nanoseconds, durations nanoseconds.
 * @see moby api/types/swarm/{common,swarm,node,network,service,task,container,runtime}.go
 */
import type { StringMap } from './types.ts';

/** What every object has. */
export interface Meta {
  readonly ID: string;
  /** Index of the last change, over all objects of the swarm. */
  Version: { Index: number };
  CreatedAt: string;
  UpdatedAt: string;
}

export interface Annotations {
  Name?: string;
  Labels: StringMap | null;
}

export interface TLSInfo {
  readonly TrustRoot: string;
  /** Base64 of DER. */
  readonly CertIssuerSubject: string;
  readonly CertIssuerPublicKey: string;
}

export interface ExternalCA {
  Protocol: string;
  URL: string;
  Options?: StringMap;
  CACert: string;
}

export interface SwarmSpec extends Annotations {
  Orchestration: { TaskHistoryRetentionLimit?: number };
  Raft: {
    SnapshotInterval?: number;
    KeepOldSnapshots?: number;
    LogEntriesForSlowFollowers?: number;
    ElectionTick: number;
    HeartbeatTick: number;
  };
  Dispatcher: { HeartbeatPeriod?: number };
  CAConfig: {
    NodeCertExpiry?: number;
    ExternalCAs?: ExternalCA[];
    SigningCACert?: string;
    SigningCAKey?: string;
    ForceRotate?: number;
  };
  TaskDefaults: { LogDriver?: { Name?: string; Options?: StringMap } };
  EncryptionConfig: { AutoLockManagers: boolean };
}

/** A spec that says nothing. */
export const NO_SPEC: SwarmSpec = {
  Labels: null,
  Orchestration: {},
  Raft: { ElectionTick: 0, HeartbeatTick: 0 },
  Dispatcher: {},
  CAConfig: {},
  TaskDefaults: {},
  EncryptionConfig: { AutoLockManagers: false },
};

export interface ClusterInfo extends Meta {
  Spec: SwarmSpec;
  TLSInfo: TLSInfo;
  RootRotationInProgress: boolean;
  DefaultAddrPool: readonly string[] | null;
  SubnetSize: number;
  DataPathPort: number;
}

/** GET /swarm */
export interface Swarm extends ClusterInfo {
  JoinTokens: { Worker: string; Manager: string };
}

/** GET /info, Swarm */
export interface SwarmInfo {
  NodeID: string;
  NodeAddr: string;
  LocalNodeState: 'inactive' | 'pending' | 'active' | 'error' | 'locked';
  ControlAvailable: boolean;
  Error: string;
  RemoteManagers: { NodeID: string; Addr: string }[] | null;
  Nodes?: number;
  Managers?: number;
  Cluster?: ClusterInfo;
  Warnings?: string[];
}

/** POST /swarm/init */
export interface InitRequest {
  ListenAddr?: string;
  AdvertiseAddr?: string;
  DataPathAddr?: string;
  DataPathPort?: number;
  ForceNewCluster?: boolean;
  Spec?: Partial<SwarmSpec>;
  AutoLockManagers?: boolean;
  Availability?: string;
  DefaultAddrPool?: string[] | null;
  SubnetSize?: number;
}

/** POST /swarm/join */
export interface JoinRequest {
  ListenAddr?: string;
  AdvertiseAddr?: string;
  DataPathAddr?: string;
  RemoteAddrs?: string[] | null;
  JoinToken?: string;
  Availability?: string;
}

export type NodeRole = 'worker' | 'manager';
export type NodeAvailability = 'active' | 'pause' | 'drain';

export interface NodeSpec extends Annotations {
  Role: NodeRole;
  Availability: NodeAvailability;
}

export interface NodeDescription {
  Hostname: string;
  Platform: { Architecture: string; OS: string };
  Resources: { NanoCPUs: number; MemoryBytes: number };
  Engine: { EngineVersion: string; Labels?: StringMap; Plugins: readonly { Type: string; Name: string }[] };
  TLSInfo: TLSInfo;
}

/** GET /nodes/{id} */
export interface Node extends Meta {
  Spec: NodeSpec;
  Description: NodeDescription;
  Status: { State: 'unknown' | 'down' | 'ready' | 'disconnected'; Message?: string; Addr: string };
  ManagerStatus?: { Leader?: boolean; Reachability: 'unknown' | 'unreachable' | 'reachable'; Addr: string };
}

export interface SwarmIpam {
  Driver?: { Name?: string; Options?: StringMap };
  Configs?: { Subnet?: string; Range?: string; Gateway?: string }[];
}

export interface NetworkSpec extends Annotations {
  DriverConfiguration: { Name?: string; Options?: StringMap };
  IPv6Enabled?: boolean;
  Internal?: boolean;
  Attachable?: boolean;
  Ingress?: boolean;
  IPAMOptions: SwarmIpam;
  Scope: string;
}

/** A network of the swarm; without a driver's state as long as it has no addresses. */
export interface ClusterNetwork extends Meta {
  Spec: NetworkSpec;
  DriverState: { Name?: string; Options?: StringMap };
  IPAMOptions?: SwarmIpam;
}

export interface ServicePort {
  Name?: string;
  Protocol: string;
  TargetPort: number;
  PublishedPort?: number;
  PublishMode: 'ingress' | 'host';
}

export interface NetworkAttachmentConfig {
  Target: string;
  Aliases?: string[];
  DriverOpts?: StringMap;
}

/** What a secret or a config holds and is called. */
export interface PayloadSpec extends Annotations {
  /** Base64; not told of a secret. */
  Data?: string;
  /** A secret's store, when it is elsewhere. */
  Driver?: { Name?: string; Options?: StringMap };
  Templating?: { Name?: string; Options?: StringMap };
}

/** GET /secrets/{id}, GET /configs/{id} */
export interface Payload extends Meta {
  Spec: PayloadSpec;
}

/** The file that a secret or a config is in a container. */
export interface FileTarget {
  Name: string;
  UID: string;
  GID: string;
  /** Permissions, as a number. */
  Mode: number;
}

export interface SecretReference {
  File?: FileTarget;
  SecretID: string;
  SecretName: string;
}

export interface ConfigReference {
  File?: FileTarget;
  Runtime?: Record<string, never>;
  ConfigID: string;
  ConfigName: string;
}

/** The part that the lab acts on; the rest is kept and shown as it came. */
export interface ContainerSpec {
  Image: string;
  Labels?: StringMap;
  Command?: string[];
  Args?: string[];
  Hostname?: string;
  Env?: string[];
  Dir?: string;
  User?: string;
  TTY?: boolean;
  OpenStdin?: boolean;
  ReadOnly?: boolean;
  StopSignal?: string;
  StopGracePeriod?: number;
  Hosts?: string[];
  DNSConfig?: { Nameservers?: string[]; Search?: string[]; Options?: string[] };
  Mounts?: { Type?: string; Source?: string; Target?: string; ReadOnly?: boolean; [other: string]: unknown }[] | null;
  Secrets?: SecretReference[] | null;
  Configs?: ConfigReference[] | null;
  Init?: boolean;
  Isolation?: string;
  [other: string]: unknown;
}

export interface RestartPolicy {
  Condition?: 'none' | 'on-failure' | 'any';
  Delay?: number;
  MaxAttempts?: number;
  Window?: number;
}

export interface TaskSpec {
  ContainerSpec?: ContainerSpec;
  NetworkAttachmentSpec?: { ContainerID: string };
  Resources?: Record<string, unknown>;
  RestartPolicy?: RestartPolicy;
  Placement?: { Constraints?: string[]; [other: string]: unknown };
  Networks?: NetworkAttachmentConfig[];
  LogDriver?: { Name?: string; Options?: StringMap };
  ForceUpdate: number;
  Runtime?: string;
}

export interface EndpointSpec {
  Mode?: 'vip' | 'dnsrr';
  Ports?: ServicePort[];
}

export interface ServiceSpec extends Annotations {
  TaskTemplate: TaskSpec;
  Mode: { Replicated?: { Replicas?: number }; Global?: Record<string, never> };
  UpdateConfig?: Record<string, unknown>;
  RollbackConfig?: Record<string, unknown>;
  Networks?: NetworkAttachmentConfig[];
  EndpointSpec?: EndpointSpec;
}

export interface ServiceEndpoint {
  Spec: EndpointSpec;
  Ports?: ServicePort[];
  VirtualIPs?: { NetworkID: string; Addr?: string }[];
}

/** GET /services/{id} */
export interface Service extends Meta {
  Spec: ServiceSpec;
  PreviousSpec?: ServiceSpec;
  Endpoint: ServiceEndpoint;
  ServiceStatus?: { RunningTasks: number; DesiredTasks: number; CompletedTasks: number };
}

/** In the order in which a task goes through them. */
export const TASK_STATES = [
  'new',
  'allocated',
  'pending',
  'assigned',
  'accepted',
  'preparing',
  'ready',
  'starting',
  'running',
  'complete',
  'shutdown',
  'failed',
  'rejected',
  'remove',
  'orphaned',
] as const;
export type TaskState = (typeof TASK_STATES)[number];

export interface TaskStatus {
  Timestamp: string;
  State: TaskState;
  Message?: string;
  Err?: string;
  ContainerStatus?: { ContainerID: string; PID: number; ExitCode: number };
  PortStatus: { Ports?: ServicePort[] };
}

/** GET /tasks/{id} */
export interface Task extends Meta {
  Name?: string;
  Labels: StringMap | null;
  Spec: TaskSpec;
  ServiceID?: string;
  Slot?: number;
  NodeID?: string;
  Status: TaskStatus;
  DesiredState: TaskState;
  NetworksAttachments?: { Network: ClusterNetwork; Addresses: string[] }[];
  Volumes: null;
}
