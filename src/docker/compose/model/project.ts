/**
 * A compose project as it stands once its files are read, merged, checked and made canonical. Services, networks and
 * the rest carry the keys of the compose file itself (`depends_on`, `network_mode`), always in their long forms; a key
 * that was not given, and has no default, is absent.
 * @see compose-spec/compose-go types/{project,types}.go
 */

/** What YAML holds. */
export type Value = null | boolean | number | bigint | string | Value[] | Mapping;
/** YAML's mapping; keys are texts. */
export interface Mapping {
  [key: string]: Value;
}

type Strings = Record<string, string>;
/** Keys that begin with `x-`, as they were written. */
type Extensions = { readonly [key: `x-${string}`]: Value };

/** A port of a service that is reached from outside. */
export interface ServicePortConfig extends Extensions {
  name?: string;
  mode?: string;
  host_ip?: string;
  target: number;
  /** A port or a range; absent: any. */
  published?: string;
  protocol?: string;
  app_protocol?: string;
}

/** What is mounted into a service. */
export interface ServiceVolumeConfig extends Extensions {
  type: 'bind' | 'volume' | 'tmpfs' | 'npipe' | 'cluster' | 'image';
  /** A path (absolute) of a bind; the key of a volume of the project; absent for an anonymous volume. */
  source?: string;
  target?: string;
  read_only?: boolean;
  consistency?: string;
  bind?: { selinux?: string; propagation?: string; create_host_path?: boolean; recursive?: string };
  volume?: { nocopy?: boolean; subpath?: string; labels?: Strings };
  tmpfs?: { size?: string; mode?: number };
  image?: { subpath?: string };
}

/** How a service is on a network. */
export interface ServiceNetworkConfig extends Extensions {
  aliases?: string[];
  driver_opts?: Strings;
  gw_priority?: number;
  interface_name?: string;
  ipv4_address?: string;
  ipv6_address?: string;
  link_local_ips?: string[];
  mac_address?: string;
  priority?: number;
}

/** What a service waits for in another one. */
export interface ServiceDependency extends Extensions {
  condition: 'service_started' | 'service_healthy' | 'service_completed_successfully';
  restart?: boolean;
  required: boolean;
}

/** Durations in the words of Go (`1m30s`). */
export interface HealthCheckConfig extends Extensions {
  test?: string[];
  timeout?: string;
  interval?: string;
  retries?: number;
  start_period?: string;
  start_interval?: string;
  disable?: boolean;
}

/** A config or a secret as a service sees it. */
export interface FileReferenceConfig extends Extensions {
  source: string;
  target?: string;
  uid?: string;
  gid?: string;
  /** As octal digits. */
  mode?: string;
}

/** A limit of the kernel, when its two values differ. */
export interface UlimitsConfig {
  soft: number;
  hard: number;
}

/** Devices that a driver is asked for. */
export interface DeviceRequest extends Extensions {
  capabilities?: string[];
  driver?: string;
  /** -1: all. */
  count?: number;
  device_ids?: string[];
  options?: Strings;
}

/** A device of blocks, and its share or limit; bytes in digits. */
interface BlockDevice extends Extensions {
  path: string;
  weight?: number;
  rate?: string;
}

/** Shares and limits of devices of blocks. */
export interface BlkioConfig extends Extensions {
  weight?: number;
  weight_device?: BlockDevice[];
  device_read_bps?: BlockDevice[];
  device_read_iops?: BlockDevice[];
  device_write_bps?: BlockDevice[];
  device_write_iops?: BlockDevice[];
}

/** Limits or reservations. */
export interface Resource extends Extensions {
  cpus?: number;
  /** Bytes in digits. */
  memory?: string;
  pids?: number;
  devices?: DeviceRequest[];
  generic_resources?: Mapping[];
}

/** How a swarm changes tasks. */
export interface UpdateConfig extends Extensions {
  parallelism?: number;
  delay?: string;
  failure_action?: string;
  monitor?: string;
  max_failure_ratio?: number;
  order?: string;
}

/** How many containers there are and what each may take. */
export interface DeployConfig extends Extensions {
  mode?: string;
  replicas?: number;
  labels?: Strings;
  update_config?: UpdateConfig;
  rollback_config?: UpdateConfig;
  resources?: { limits?: Resource; reservations?: Resource };
  restart_policy?: { condition?: string; delay?: string; max_attempts?: number; window?: string };
  placement?: { constraints?: string[]; preferences?: { spread?: string }[]; max_replicas_per_node?: number };
  endpoint_mode?: string;
}

/** What an image is built from. */
export interface BuildConfig extends Extensions {
  context?: string;
  dockerfile?: string;
  dockerfile_inline?: string;
  entitlements?: string[];
  args?: Record<string, string | null>;
  provenance?: string | boolean;
  sbom?: string | boolean;
  ssh?: string[];
  labels?: Strings;
  cache_from?: string[];
  cache_to?: string[];
  no_cache?: boolean;
  no_cache_filter?: string[];
  additional_contexts?: Strings;
  pull?: boolean;
  extra_hosts?: string[];
  isolation?: string;
  network?: string;
  target?: string;
  secrets?: FileReferenceConfig[];
  shm_size?: string;
  tags?: string[];
  ulimits?: Record<string, number | UlimitsConfig>;
  platforms?: string[];
  privileged?: boolean;
}

/** A command that is run in a container after it started or before it stops. */
export interface ServiceHook extends Extensions {
  command?: string[];
  user?: string;
  privileged?: boolean;
  working_dir?: string;
  environment?: Record<string, string | null>;
}

/** One service. Sizes in bytes are digits in a string, as `config` prints them. */
export interface ServiceConfig extends Extensions {
  /** Its key; not a key of the file. */
  readonly name: string;
  profiles?: string[];
  annotations?: Strings;
  attach?: boolean;
  build?: BuildConfig;
  develop?: Mapping;
  blkio_config?: BlkioConfig;
  cap_add?: string[];
  cap_drop?: string[];
  cgroup_parent?: string;
  cgroup?: string;
  cpu_count?: number;
  cpu_percent?: number;
  cpu_period?: number;
  cpu_quota?: number;
  cpu_rt_period?: number;
  cpu_rt_runtime?: number;
  cpus?: number;
  cpuset?: string;
  cpu_shares?: number;
  /** Words; absent or null: the image's; empty: none. */
  command?: string[] | null;
  configs?: FileReferenceConfig[];
  container_name?: string;
  credential_spec?: { config?: string; file?: string; registry?: string };
  depends_on?: Record<string, ServiceDependency>;
  deploy?: DeployConfig;
  device_cgroup_rules?: string[];
  devices?: { source: string; target?: string; permissions?: string }[];
  dns?: string[];
  dns_opt?: string[];
  dns_search?: string[];
  dockerfile?: string;
  domainname?: string;
  entrypoint?: string[] | null;
  /** The files of env_file included; null: a name without a value that the surroundings do not know either. */
  environment?: Record<string, string | null>;
  env_file?: { path: string; required: boolean; format?: string }[];
  expose?: string[];
  extends?: { service: string; file?: string };
  external_links?: string[];
  /** `name=address` */
  extra_hosts?: string[];
  group_add?: string[];
  gpus?: DeviceRequest[];
  hostname?: string;
  healthcheck?: HealthCheckConfig;
  image?: string;
  init?: boolean;
  ipc?: string;
  isolation?: string;
  labels?: Strings;
  label_file?: string[];
  links?: string[];
  logging?: { driver?: string; options?: Strings };
  log_driver?: string;
  log_opt?: Strings;
  mem_limit?: string;
  mem_reservation?: string;
  memswap_limit?: string;
  mem_swappiness?: string;
  mac_address?: string;
  models?: Record<string, Mapping | null>;
  net?: string;
  network_mode?: string;
  /** By key of the project's networks; null: nothing more is said. */
  networks?: Record<string, ServiceNetworkConfig | null>;
  oom_kill_disable?: boolean;
  oom_score_adj?: number;
  pid?: string;
  pids_limit?: number;
  platform?: string;
  ports?: ServicePortConfig[];
  privileged?: boolean;
  provider?: Mapping;
  pull_policy?: string;
  read_only?: boolean;
  restart?: string;
  runtime?: string;
  scale?: number;
  secrets?: FileReferenceConfig[];
  security_opt?: string[];
  shm_size?: string;
  stdin_open?: boolean;
  stop_grace_period?: string;
  stop_signal?: string;
  storage_opt?: Strings;
  sysctls?: Strings;
  tmpfs?: string[];
  tty?: boolean;
  ulimits?: Record<string, number | UlimitsConfig>;
  use_api_socket?: boolean;
  user?: string;
  userns_mode?: string;
  uts?: string;
  volume_driver?: string;
  volumes?: ServiceVolumeConfig[];
  volumes_from?: string[];
  working_dir?: string;
  post_start?: ServiceHook[];
  pre_stop?: ServiceHook[];
}

/** Addresses of a network. */
export interface IPAMPool {
  subnet?: string;
  gateway?: string;
  ip_range?: string;
  aux_addresses?: Strings;
}

/** A network, its key aside. */
export interface NetworkConfig extends Extensions {
  /** What the engine calls it. */
  name: string;
  driver?: string;
  driver_opts?: Strings;
  ipam?: { driver?: string; config?: IPAMPool[]; options?: Strings };
  external?: boolean;
  internal?: boolean;
  attachable?: boolean;
  labels?: Strings;
  enable_ipv4?: boolean;
  enable_ipv6?: boolean;
}

/** A volume, its key aside. */
export interface VolumeConfig extends Extensions {
  name: string;
  driver?: string;
  driver_opts?: Strings;
  external?: boolean;
  labels?: Strings;
}

/** A secret or a config. */
export interface FileObjectConfig extends Extensions {
  name: string;
  file?: string;
  environment?: string;
  content?: string;
  external?: boolean;
  labels?: Strings;
  driver?: string;
  driver_opts?: Strings;
  template_driver?: string;
}

/** The whole. */
export interface Project {
  readonly name: string;
  /** Absolute. */
  readonly workingDir: string;
  /** Services whose profiles are on, by name, sorted. */
  readonly services: Record<string, ServiceConfig>;
  /** Services whose profiles are off. */
  readonly disabledServices: Record<string, ServiceConfig>;
  readonly networks: Record<string, NetworkConfig>;
  /** Keys of the networks as they stand in the files: in that order they are made. */
  readonly networkOrder?: readonly string[];
  readonly volumes: Record<string, VolumeConfig>;
  readonly secrets: Record<string, FileObjectConfig>;
  readonly configs: Record<string, FileObjectConfig>;
  readonly models: Record<string, Mapping>;
  /** `x-` keys of the top level. */
  readonly extensions: Mapping;
  /** Absolute paths of the files, or `-`. */
  readonly composeFiles: readonly string[];
  /** What variables were taken from: the process and .env files. */
  readonly environment: Readonly<Strings>;
  /** Profiles that are on. */
  readonly profiles: readonly string[];
}

/** A compose command's own flags, and how far to go. Absent members are the usual. */
export interface LoadOptions {
  /** `-f`, in order; empty: COMPOSE_FILE, else the default names here and above. */
  readonly files?: readonly string[];
  /** `-p` */
  readonly projectName?: string;
  /** `--project-directory` */
  readonly projectDirectory?: string;
  /** `--env-file` */
  readonly envFiles?: readonly string[];
  /** `--profile` */
  readonly profiles?: readonly string[];
  /** The services asked for by name: they and what they depend on are kept (their profiles count as on). */
  readonly services?: readonly string[];
  /** `--all-resources`: keep networks, volumes and the rest that no service uses. */
  readonly allResources?: boolean;
  readonly noInterpolate?: boolean;
  readonly noNormalize?: boolean;
  readonly noPathResolution?: boolean;
  readonly noConsistency?: boolean;
  readonly noEnvResolution?: boolean;
}
