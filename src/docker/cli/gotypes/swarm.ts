/**
 * Go types of a swarm's objects: nodes, services, tasks.
 * @see moby api/types/swarm/{common,node,service,task,container,network}.go
 */
import {
  ANY,
  BOOL,
  DURATION,
  embed,
  type GoType,
  INT,
  INT64,
  named,
  ptrTo,
  STRING,
  STRING_MAP,
  STRINGS,
  sliceOf,
  struct,
  TIME,
  UINT64,
} from '../template/value.ts';

type Row = Parameters<typeof struct>[1];

const UINT32: GoType = { k: 'uint', name: 'uint32' };
const FLOAT32: GoType = { k: 'float', name: 'float32' };
const VERSION = struct('swarm.Version', ['Index', UINT64, '', true]);
/** Embedded in every object. */
export const META: readonly Row[] = [
  ['Version', VERSION],
  ['CreatedAt', TIME, '', true],
  ['UpdatedAt', TIME, '', true],
];
/** Embedded in every spec. */
export const ANNOTATIONS: readonly Row[] = [
  ['Name', STRING, '', true],
  ['Labels', STRING_MAP],
];
const spec = (name: string, ...rows: Row[]): GoType =>
  embed(struct(name, ...ANNOTATIONS, ...rows), ['Annotations', 'Name', 'Labels']);
const object = (name: string, ...rows: Row[]): GoType =>
  embed(struct(name, ['ID', STRING], ...META, ...rows), ['Meta', 'Version', 'UpdatedAt']);
/** Rows of one type that are left out where they are empty. */
const some = (type: GoType, names: string): Row[] => names.split(' ').map((n): Row => [n, type, '', true]);

export const DRIVER = struct('swarm.Driver', ...some(STRING, 'Name'), ...some(STRING_MAP, 'Options'));
export const TLS_INFO = struct('swarm.TLSInfo', ...some(STRING, 'TrustRoot CertIssuerSubject CertIssuerPublicKey'));
const PLATFORM = struct('swarm.Platform', ...some(STRING, 'Architecture OS'));
const RESOURCES = struct('swarm.Resources', ...some(INT64, 'NanoCPUs MemoryBytes'), [
  'GenericResources',
  sliceOf(ANY),
  '',
  true,
]);

export const NODE = object(
  'swarm.Node',
  [
    'Spec',
    spec(
      'swarm.NodeSpec',
      ['Role', named('swarm.NodeRole'), '', true],
      ['Availability', named('swarm.NodeAvailability'), '', true],
    ),
  ],
  [
    'Description',
    struct(
      'swarm.NodeDescription',
      ...some(STRING, 'Hostname'),
      ['Platform', PLATFORM],
      ['Resources', RESOURCES],
      [
        'Engine',
        struct('swarm.EngineDescription', ...some(STRING, 'EngineVersion'), ...some(STRING_MAP, 'Labels'), [
          'Plugins',
          sliceOf(struct('swarm.PluginDescription', ...some(STRING, 'Type Name'))),
          '',
          true,
        ]),
      ],
      ['TLSInfo', TLS_INFO],
      ['CSIInfo', sliceOf(ANY), '', true],
    ),
  ],
  [
    'Status',
    struct('swarm.NodeStatus', ['State', named('swarm.NodeState'), '', true], ...some(STRING, 'Message Addr')),
  ],
  [
    'ManagerStatus',
    ptrTo(
      struct(
        'swarm.ManagerStatus',
        ...some(BOOL, 'Leader'),
        ['Reachability', named('swarm.Reachability'), '', true],
        ...some(STRING, 'Addr'),
      ),
    ),
    '',
    true,
  ],
);

const DNS = struct('swarm.DNSConfig', ...some(STRINGS, 'Nameservers Search Options'));
const file = (name: string): Row => [
  'File',
  ptrTo(struct(name, ['Name', STRING], ['UID', STRING], ['GID', STRING], ['Mode', { k: 'uint', name: 'os.FileMode' }])),
  '',
  true,
];
const SECRET_REFERENCE = struct(
  'swarm.SecretReference',
  file('swarm.SecretReferenceFileTarget'),
  ['SecretID', STRING],
  ['SecretName', STRING],
);
const CONFIG_REFERENCE = struct(
  'swarm.ConfigReference',
  file('swarm.ConfigReferenceFileTarget'),
  ...some(ptrTo(struct('swarm.ConfigReferenceRuntimeTarget')), 'Runtime'),
  ['ConfigID', STRING],
  ['ConfigName', STRING],
);
const CONTAINER_SPEC = struct(
  'swarm.ContainerSpec',
  ...some(STRING, 'Image'),
  ...some(STRING_MAP, 'Labels'),
  ...some(STRINGS, 'Command Args'),
  ...some(STRING, 'Hostname'),
  ...some(STRINGS, 'Env'),
  ...some(STRING, 'Dir User'),
  ...some(STRINGS, 'Groups'),
  ...some(ptrTo(ANY), 'Privileges'),
  ...some(ptrTo(BOOL), 'Init'),
  ...some(STRING, 'StopSignal'),
  ...some(BOOL, 'TTY OpenStdin ReadOnly'),
  ...some(sliceOf(ANY), 'Mounts'),
  ...some(ptrTo(DURATION), 'StopGracePeriod'),
  ...some(ptrTo(ANY), 'Healthcheck'),
  ...some(STRINGS, 'Hosts'),
  ...some(ptrTo(DNS), 'DNSConfig'),
  ...some(sliceOf(ptrTo(SECRET_REFERENCE)), 'Secrets'),
  ...some(sliceOf(ptrTo(CONFIG_REFERENCE)), 'Configs'),
  ...some(named('container.Isolation'), 'Isolation'),
  ...some(STRING_MAP, 'Sysctls'),
  ...some(STRINGS, 'CapabilityAdd CapabilityDrop'),
  ...some(sliceOf(ANY), 'Ulimits'),
  ...some(INT64, 'OomScoreAdj'),
);
const REQUIREMENTS = struct(
  'swarm.ResourceRequirements',
  ...some(ptrTo(struct('swarm.Limit', ...some(INT64, 'NanoCPUs MemoryBytes Pids'))), 'Limits'),
  ...some(ptrTo(RESOURCES), 'Reservations'),
);
const RESTART_POLICY = struct(
  'swarm.RestartPolicy',
  ...some(named('swarm.RestartPolicyCondition'), 'Condition'),
  ...some(ptrTo(DURATION), 'Delay'),
  ...some(ptrTo(UINT64), 'MaxAttempts'),
  ...some(ptrTo(DURATION), 'Window'),
);
const PLACEMENT = struct(
  'swarm.Placement',
  ...some(STRINGS, 'Constraints'),
  ...some(sliceOf(ANY), 'Preferences'),
  ...some(UINT64, 'MaxReplicas'),
  ...some(sliceOf(PLATFORM), 'Platforms'),
);
const NETWORKS = sliceOf(
  struct(
    'swarm.NetworkAttachmentConfig',
    ...some(STRING, 'Target'),
    ...some(STRINGS, 'Aliases'),
    ...some(STRING_MAP, 'DriverOpts'),
  ),
);
const TASK_SPEC = struct(
  'swarm.TaskSpec',
  ...some(ptrTo(CONTAINER_SPEC), 'ContainerSpec'),
  ...some(ptrTo(ANY), 'PluginSpec'),
  ...some(ptrTo(struct('swarm.NetworkAttachmentSpec', ['ContainerID', STRING])), 'NetworkAttachmentSpec'),
  ...some(ptrTo(REQUIREMENTS), 'Resources'),
  ...some(ptrTo(RESTART_POLICY), 'RestartPolicy'),
  ...some(ptrTo(PLACEMENT), 'Placement'),
  ...some(NETWORKS, 'Networks'),
  ...some(ptrTo(DRIVER), 'LogDriver'),
  ['ForceUpdate', UINT64],
  ...some(named('swarm.RuntimeType'), 'Runtime'),
);

const MODE = struct(
  'swarm.ServiceMode',
  ...some(ptrTo(struct('swarm.ReplicatedService', ...some(ptrTo(UINT64), 'Replicas'))), 'Replicated'),
  ...some(ptrTo(struct('swarm.GlobalService')), 'Global'),
  ...some(
    ptrTo(struct('swarm.ReplicatedJob', ...some(ptrTo(UINT64), 'MaxConcurrent TotalCompletions'))),
    'ReplicatedJob',
  ),
  ...some(ptrTo(struct('swarm.GlobalJob')), 'GlobalJob'),
);
const UPDATE_CONFIG = ptrTo(
  struct(
    'swarm.UpdateConfig',
    ['Parallelism', UINT64],
    ...some(DURATION, 'Delay'),
    ...some(STRING, 'FailureAction'),
    ...some(DURATION, 'Monitor'),
    ['MaxFailureRatio', FLOAT32],
    ['Order', STRING],
  ),
);
const PORTS = sliceOf(
  struct(
    'swarm.PortConfig',
    ...some(STRING, 'Name'),
    ...some(named('swarm.PortConfigProtocol'), 'Protocol'),
    ...some(UINT32, 'TargetPort PublishedPort'),
    ...some(named('swarm.PortConfigPublishMode'), 'PublishMode'),
  ),
);
const ENDPOINT_SPEC = struct(
  'swarm.EndpointSpec',
  ...some(named('swarm.ResolutionMode'), 'Mode'),
  ...some(PORTS, 'Ports'),
);
const SERVICE_SPEC = spec(
  'swarm.ServiceSpec',
  ['TaskTemplate', TASK_SPEC],
  ['Mode', MODE],
  ...some(UPDATE_CONFIG, 'UpdateConfig RollbackConfig'),
  ...some(NETWORKS, 'Networks'),
  ...some(ptrTo(ENDPOINT_SPEC), 'EndpointSpec'),
);
const ENDPOINT = struct(
  'swarm.Endpoint',
  ['Spec', ENDPOINT_SPEC],
  ...some(PORTS, 'Ports'),
  ...some(sliceOf(struct('swarm.EndpointVirtualIP', ...some(STRING, 'NetworkID Addr'))), 'VirtualIPs'),
);
const UPDATE_STATUS = struct(
  'swarm.UpdateStatus',
  ...some(named('swarm.UpdateState'), 'State'),
  ...some(ptrTo(TIME), 'StartedAt CompletedAt'),
  ...some(STRING, 'Message'),
);
const SERVICE_STATUS = struct(
  'swarm.ServiceStatus',
  ['RunningTasks', UINT64],
  ['DesiredTasks', UINT64],
  ['CompletedTasks', UINT64],
);

export const SERVICE = object(
  'swarm.Service',
  ['Spec', SERVICE_SPEC],
  ...some(ptrTo(SERVICE_SPEC), 'PreviousSpec'),
  ['Endpoint', ENDPOINT],
  ...some(ptrTo(UPDATE_STATUS), 'UpdateStatus'),
  ...some(ptrTo(SERVICE_STATUS), 'ServiceStatus'),
  ...some(ptrTo(struct('swarm.JobStatus', ['JobIteration', VERSION], ['LastExecution', TIME, '', true])), 'JobStatus'),
);

const IPAM = struct(
  'swarm.IPAMOptions',
  ['Driver', DRIVER],
  ...some(sliceOf(struct('swarm.IPAMConfig', ...some(STRING, 'Subnet Range Gateway'))), 'Configs'),
);
const NETWORK = object(
  'swarm.Network',
  [
    'Spec',
    spec(
      'swarm.NetworkSpec',
      ...some(ptrTo(DRIVER), 'DriverConfiguration'),
      ...some(BOOL, 'IPv6Enabled Internal Attachable Ingress'),
      ...some(ptrTo(IPAM), 'IPAMOptions'),
      ...some(ptrTo(ANY), 'ConfigFrom'),
      ...some(STRING, 'Scope'),
    ),
  ],
  ['DriverState', DRIVER],
  ...some(ptrTo(IPAM), 'IPAMOptions'),
);
const CONTAINER_STATUS = struct('swarm.ContainerStatus', ['ContainerID', STRING], ['PID', INT], ['ExitCode', INT]);
const TASK_STATUS = struct(
  'swarm.TaskStatus',
  ...some(TIME, 'Timestamp'),
  ...some(named('swarm.TaskState'), 'State'),
  ...some(STRING, 'Message Err'),
  ...some(ptrTo(CONTAINER_STATUS), 'ContainerStatus'),
  ['PortStatus', struct('swarm.PortStatus', ...some(PORTS, 'Ports'))],
);

export const TASK = embed(
  struct(
    'swarm.Task',
    ['ID', STRING],
    ...META,
    ...ANNOTATIONS,
    ['Spec', TASK_SPEC],
    ...some(STRING, 'ServiceID'),
    ...some(INT, 'Slot'),
    ...some(STRING, 'NodeID'),
    ['Status', TASK_STATUS],
    ...some(named('swarm.TaskState'), 'DesiredState'),
    ...some(
      sliceOf(struct('swarm.NetworkAttachment', ['Network', NETWORK], ...some(STRINGS, 'Addresses'))),
      'NetworksAttachments',
    ),
    ...some(sliceOf(ANY), 'GenericResources'),
    ...some(ptrTo(VERSION), 'JobIteration'),
    ['Volumes', sliceOf(ANY)],
  ),
  ['Meta', 'Version', 'UpdatedAt'],
  ['Annotations', 'Name', 'Labels'],
);
