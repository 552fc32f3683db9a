/**
 * The hash of what a service, a network or a volume is to be: by it compose knows that it has changed.
 * It is that of the JSON of compose-go's structs, so keys stand in the order of their fields.
 * @see docker/compose pkg/compose/hash.go, compose-spec/compose-go types/types.go
 */
import { goMarshal, sortedMap } from '../cli/gojson.ts';
import { sha256 } from '../images/digest.ts';
import type { NetworkConfig, ServiceConfig, VolumeConfig } from './model/project.ts';

const SERVICE_KEYS =
  'annotations attach develop blkio_config cap_add cap_drop cgroup_parent cgroup cpu_count cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpus cpuset cpu_shares command configs container_name credential_spec deploy device_cgroup_rules devices dns dns_opt dns_search dockerfile domainname entrypoint provider environment env_file expose extends external_links extra_hosts group_add gpus hostname healthcheck image init ipc isolation labels label_file links logging log_driver log_opt mem_limit mem_reservation memswap_limit mem_swappiness mac_address models net network_mode networks oom_kill_disable oom_score_adj pid pids_limit platform ports privileged read_only restart runtime secrets security_opt shm_size stdin_open stop_grace_period stop_signal storage_opt sysctls tmpfs tty ulimits use_api_socket user userns_mode uts volume_driver volumes volumes_from working_dir post_start pre_stop'.split(
    ' ',
  );

/** Members that are maps in Go: their keys are sorted. */
const MAPS = new Set('annotations environment labels networks storage_opt sysctls ulimits log_opt models'.split(' '));

const empty = (v: unknown): boolean =>
  v === undefined ||
  v === null ||
  v === false ||
  v === '' ||
  v === 0 ||
  (typeof v === 'object' && Object.keys(v).length === 0);

const hashed = (o: unknown): string => sha256(goMarshal(o));

/** @see hash.go: ServiceHash */
export function serviceHash(service: ServiceConfig): string {
  const given = service as unknown as Record<string, unknown>;
  const out: Record<string, unknown> = {};
  for (const key of SERVICE_KEYS) {
    const v = given[key];
    if (key === 'command' || key === 'entrypoint') out[key] = v ?? null;
    else if (empty(v) && !(key === 'networks' && v)) continue;
    else if (key === 'deploy') out[key] = { ...(v as object), replicas: undefined };
    else out[key] = MAPS.has(key) ? sortedMap(v as Record<string, unknown>) : v;
  }
  for (const key of Object.keys(given)
    .filter((k) => k.startsWith('x-'))
    .sort())
    out[key] = given[key];
  return hashed(out);
}

/** @see hash.go: NetworkHash */
export const networkHash = (n: NetworkConfig): string =>
  hashed({
    name: n.name,
    driver: n.driver,
    driver_opts: n.driver_opts,
    ipam: n.ipam ?? {},
    external: n.external || undefined,
    internal: n.internal || undefined,
    attachable: n.attachable || undefined,
    labels: n.labels,
    enable_ipv4: n.enable_ipv4,
    enable_ipv6: n.enable_ipv6,
  });

/** @see hash.go: VolumeHash */
export const volumeHash = (v: VolumeConfig): string =>
  hashed({
    name: v.name,
    driver: v.driver || 'local',
    driver_opts: v.driver_opts,
    external: v.external || undefined,
    labels: v.labels,
  });
