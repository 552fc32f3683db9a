/** What a schema says of a service. @see compose-spec/compose-spec schema/compose-spec.json */
import type { Schema } from './check.ts';
import { DEPLOY, DEVELOP, GPUS, HEALTHCHECK } from './deploy.ts';
import {
  COMMAND,
  each,
  FILES,
  HOOK,
  HOSTS,
  is,
  list,
  mapping,
  NUMBER,
  named,
  one,
  options,
  PAIRS,
  some,
  strict,
  TEXT,
  TEXT_OR_TEXTS,
  TEXTS,
  TRUTH,
  ULIMITS,
  WHOLE,
} from './parts.ts';

const BUILD = one(
  TEXT,
  mapping({
    ...each('context dockerfile dockerfile_inline network target isolation', TEXT),
    ...each('entitlements cache_from cache_to tags platforms', list(TEXT)),
    ...each('args ssh labels additional_contexts', PAIRS),
    ...each('no_cache pull privileged provenance sbom', TRUTH),
    no_cache_filter: TEXT_OR_TEXTS,
    shm_size: WHOLE,
    extra_hosts: HOSTS,
    secrets: FILES,
    ulimits: ULIMITS,
  }),
);

const LIMITS = list(strict({ path: TEXT, rate: WHOLE }));
const BLKIO = strict({
  ...each('device_read_bps device_read_iops device_write_bps device_write_iops', LIMITS),
  weight: WHOLE,
  weight_device: list(strict({ path: TEXT, weight: WHOLE })),
});

const CONDITION = some('service_started', 'service_healthy', 'service_completed_successfully');
const DEPENDS_ON = one(
  TEXTS,
  named(mapping({ restart: TRUTH, required: is('boolean'), condition: CONDITION }, { required: ['condition'] })),
);

const NETWORK = mapping({
  ...each('interface_name ipv4_address ipv6_address mac_address', TEXT),
  ...each('aliases link_local_ips', TEXTS),
  driver_opts: options('string', 'number'),
  ...each('priority gw_priority', is('number')),
});

const MODELS = one(TEXTS, named(one(mapping(each('endpoint_var model_var', TEXT)), is('null')), false));

const PORT = mapping({
  ...each('name mode host_ip protocol app_protocol', TEXT),
  ...each('target published', WHOLE),
});

const BIND = mapping({
  propagation: TEXT,
  create_host_path: TRUTH,
  recursive: some('enabled', 'disabled', 'writable', 'readonly'),
  selinux: some('z', 'Z'),
});

const VOLUME = mapping(
  {
    type: some('bind', 'volume', 'tmpfs', 'cluster', 'npipe', 'image'),
    ...each('source target consistency', TEXT),
    read_only: TRUTH,
    bind: BIND,
    volume: mapping({ labels: PAIRS, nocopy: TRUTH, subpath: TEXT }),
    tmpfs: mapping({ size: one({ types: ['integer'], minimum: 0 }, TEXT), mode: NUMBER }),
    image: mapping({ subpath: TEXT }),
  },
  { required: ['type'] },
);

const ENV_FILE = one(
  TEXT,
  list(one(TEXT, strict({ path: TEXT, format: TEXT, required: TRUTH }, { required: ['path'] }))),
);

const PROVIDER_OPTION = one(is('string', 'number', 'boolean'), list(is('string', 'number', 'boolean')));
const PROVIDER = mapping(
  { type: TEXT, options: { types: ['object'], patterns: [[/^.+$/, PROVIDER_OPTION]] } },
  { required: ['type'] },
);

const PULL_POLICY: Schema = {
  types: ['string'],
  pattern: /always|never|build|if_not_present|missing|refresh|daily|weekly|every_([0-9]+[wdhms])+/,
};

const TEXT_KEYS = `cgroup_parent container_name cpuset domainname hostname image ipc isolation mac_address network_mode platform restart
  runtime stop_grace_period stop_signal user uts userns_mode working_dir pull_refresh_after`;

/** A service. */
export const SERVICE = mapping({
  ...each(TEXT_KEYS, TEXT),
  ...each('annotations environment labels sysctls', PAIRS),
  ...each('cap_add cap_drop dns_opt external_links links security_opt volumes_from', TEXTS),
  ...each('device_cgroup_rules profiles', TEXTS),
  ...each('dns dns_search tmpfs', TEXT_OR_TEXTS),
  ...each('attach init oom_kill_disable privileged read_only stdin_open tty', TRUTH),
  ...each('cpu_shares cpu_quota cpu_period cpu_rt_period cpu_rt_runtime cpus', NUMBER),
  ...each('mem_limit memswap_limit pids_limit shm_size', NUMBER),
  ...each('mem_reservation mem_swappiness scale', WHOLE),
  ...each('command entrypoint', COMMAND),
  ...each('configs secrets', FILES),
  ...each('expose group_add', list(is('string', 'number'), true)),
  ...each('post_start pre_stop', list(HOOK)),
  blkio_config: BLKIO,
  build: BUILD,
  cgroup: some('host', 'private'),
  cpu_count: one(TEXT, { types: ['integer'], minimum: 0 }),
  cpu_percent: one(TEXT, { types: ['integer'], minimum: 0, maximum: 100 }),
  credential_spec: mapping(each('config file registry', TEXT)),
  depends_on: DEPENDS_ON,
  deploy: DEPLOY,
  develop: DEVELOP,
  devices: list(one(TEXT, mapping(each('source target permissions', TEXT), { required: ['source'] }))),
  env_file: ENV_FILE,
  extends: one(TEXT, strict({ service: TEXT, file: TEXT }, { required: ['service'] })),
  extra_hosts: HOSTS,
  gpus: GPUS,
  healthcheck: HEALTHCHECK,
  label_file: one(TEXT, list(TEXT)),
  logging: mapping({ driver: TEXT, options: options('string', 'number', 'null') }),
  models: MODELS,
  networks: one(TEXTS, named(one(NETWORK, is('null')))),
  oom_score_adj: one(TEXT, { types: ['integer'], minimum: -1000, maximum: 1000 }),
  pid: is('string', 'null'),
  ports: list(one(is('number'), TEXT, PORT), true),
  provider: PROVIDER,
  pull_policy: PULL_POLICY,
  storage_opt: is('object'),
  ulimits: ULIMITS,
  use_api_socket: is('boolean'),
  volumes: list(one(TEXT, VOLUME), true),
});
