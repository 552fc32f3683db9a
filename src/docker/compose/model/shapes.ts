/**
 * What the parts of a project are made of: their keys in the order they are printed, and the kinds of their values.
 * A shape is written as `key:kind` words. Kinds: `s` text, `b` truth, `i` whole number, `f` number, `dur` duration, `bytes` size,
 * `mode` of a file, `strs` texts, `list` texts or one text, `nums` texts or numbers, `map` texts by key, `env` texts or nothing
 * by key, `cmd` words, `test` of a health check, `hosts`, `ssh`, `count` of devices, `ulimit`, `any`; `[]x` a list, `{}x` a mapping
 * of shapes. After a kind `?` says that a zero is told from nothing, `!` that the key is always printed, `=` that JSON prints it always.
 * @see compose-spec/compose-go types/types.go
 */

/** A key of a shape. */
export interface Field {
  readonly key: string;
  readonly kind: string;
  /** Zero values are printed when they were given. */
  readonly pointer: boolean;
  /** Printed in YAML though it be zero. */
  readonly always: boolean;
  /** Printed in JSON though it be empty. */
  readonly json: boolean;
}

const TEXTS: Readonly<Record<string, string>> = {
  Project: `name:s services:{}Service! networks:{}Network volumes:{}Volume secrets:{}FileObject configs:{}FileObject
    models:{}Model`,
  Service: `profiles:strs annotations:map attach:b? build:Build? develop:Develop? blkio_config:Blkio? cap_add:strs cap_drop:strs
    cgroup_parent:s cgroup:s cpu_count:i cpu_percent:f cpu_period:i cpu_quota:i cpu_rt_period:i cpu_rt_runtime:i cpus:f cpuset:s
    cpu_shares:i command:cmd= configs:[]FileReference container_name:s credential_spec:CredentialSpec? depends_on:{}Dependency
    deploy:Deploy? device_cgroup_rules:strs devices:[]Device dns:list dns_opt:strs dns_search:list dockerfile:s domainname:s
    entrypoint:cmd= provider:Provider? environment:env env_file:[]EnvFile expose:nums extends:Extends? external_links:strs
    extra_hosts:hosts group_add:strs gpus:[]DeviceRequest hostname:s healthcheck:HealthCheck? image:s init:b? ipc:s isolation:s
    labels:map label_file:list links:strs logging:Logging? log_driver:s log_opt:map mem_limit:bytes mem_reservation:bytes
    memswap_limit:bytes mem_swappiness:bytes mac_address:s models:{}ServiceModel net:s network_mode:s networks:{}ServiceNetwork
    oom_kill_disable:b oom_score_adj:i pid:s pids_limit:i platform:s ports:[]Port privileged:b pull_policy:s read_only:b restart:s
    runtime:s scale:i? secrets:[]FileReference security_opt:strs shm_size:bytes stdin_open:b stop_grace_period:dur? stop_signal:s
    storage_opt:map sysctls:map tmpfs:list tty:b ulimits:{}ulimit use_api_socket:b user:s userns_mode:s uts:s volume_driver:s
    volumes:[]VolumeMount volumes_from:strs working_dir:s post_start:[]Hook pre_stop:[]Hook`,
  Build: `context:s dockerfile:s dockerfile_inline:s entitlements:strs args:env provenance:s sbom:s ssh:ssh labels:map
    cache_from:list cache_to:list no_cache:b no_cache_filter:list additional_contexts:map pull:b extra_hosts:hosts isolation:s
    network:s target:s secrets:[]FileReference shm_size:bytes tags:list ulimits:{}ulimit platforms:list privileged:b`,
  Develop: 'watch:[]Trigger',
  Trigger: 'path:s! action:s! target:s exec:Hook= include:strs ignore:strs initial_sync:b',
  Blkio: `weight:i weight_device:[]Weight device_read_bps:[]Throttle device_read_iops:[]Throttle device_write_bps:[]Throttle
    device_write_iops:[]Throttle`,
  Weight: 'path:s! weight:i!',
  Throttle: 'path:s! rate:bytes!',
  FileReference: 'source:s target:s uid:s gid:s mode:mode?',
  CredentialSpec: 'config:s file:s registry:s',
  Dependency: 'condition:s restart:b required:b!',
  Deploy: `mode:s replicas:i? labels:map update_config:Update? rollback_config:Update? resources:Resources= restart_policy:Restart?
    placement:Placement= endpoint_mode:s`,
  Update: 'parallelism:i? delay:dur failure_action:s monitor:dur max_failure_ratio:f order:s',
  Resources: 'limits:Resource? reservations:Resource?',
  Resource: 'cpus:f memory:bytes pids:i devices:[]DeviceRequest generic_resources:[]Generic',
  Generic: 'discrete_resource_spec:Discrete?',
  Discrete: 'kind:s! value:i!',
  Restart: 'condition:s delay:dur? max_attempts:i? window:dur?',
  Placement: 'constraints:strs preferences:[]Preference max_replicas_per_node:i',
  Preference: 'spread:s',
  Device: 'source:s target:s permissions:s',
  DeviceRequest: 'capabilities:strs driver:s count:count device_ids:strs options:map',
  Provider: 'type:s options:multi',
  EnvFile: 'path:s required:b! format:s',
  Extends: 'file:s service:s',
  HealthCheck: 'test:test timeout:dur? interval:dur? retries:i? start_period:dur? start_interval:dur? disable:b',
  Logging: 'driver:s options:map',
  ServiceModel: 'endpoint_var:s model_var:s',
  ServiceNetwork: `aliases:strs driver_opts:map gw_priority:i interface_name:s ipv4_address:s ipv6_address:s link_local_ips:strs
    mac_address:s priority:i`,
  Port: 'name:s mode:s host_ip:s target:i published:s protocol:s app_protocol:s',
  VolumeMount: `type:s source:s target:s read_only:b consistency:s bind:MountBind? volume:MountVolume? tmpfs:MountTmpfs?
    image:MountImage?`,
  MountBind: 'selinux:s propagation:s create_host_path:b recursive:s',
  MountVolume: 'labels:map nocopy:b subpath:s',
  MountTmpfs: 'size:bytes mode:i',
  MountImage: 'subpath:s',
  Hook: 'command:cmd= user:s privileged:b working_dir:s environment:env',
  Network: `name:s driver:s driver_opts:map ipam:Ipam= external:b internal:b attachable:b labels:map enable_ipv4:b?
    enable_ipv6:b?`,
  Ipam: 'driver:s config:[]Pool options:map',
  Pool: 'subnet:s gateway:s ip_range:s aux_addresses:map',
  Volume: 'name:s driver:s driver_opts:map external:b labels:map',
  FileObject: `name:s file:s environment:s content:s external:b labels:map driver:s driver_opts:map template_driver:s`,
  Model: 'name:s model:s context_size:i runtime_flags:strs',
};

/** All shapes by name. */
export const SHAPES: Readonly<Record<string, readonly Field[]>> = Object.fromEntries(
  Object.entries(TEXTS).map(([name, text]) => [name, text.split(/\s+/).map(fieldOf)]),
);

function fieldOf(word: string): Field {
  const [, key, kind, mark] = /^(\w+):([^?!=]+)([?!=]?)$/.exec(word) as unknown as [string, string, string, string];
  return { key, kind, pointer: mark === '?', always: mark === '!', json: mark === '=' };
}
