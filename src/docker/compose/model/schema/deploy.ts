/** What a schema says of deployment, health checks, watching. @see compose-spec/compose-spec schema/compose-spec.json */
import type { Schema } from './check.ts';
import {
  each,
  HOOK,
  is,
  list,
  mapping,
  NUMBER,
  one,
  PAIRS,
  some,
  TEXT,
  TEXT_OR_TEXTS,
  TEXTS,
  TRUTH,
  WHOLE,
} from './parts.ts';

const UPDATE = mapping({
  parallelism: WHOLE,
  ...each('delay failure_action monitor', TEXT),
  max_failure_ratio: NUMBER,
  order: some('start-first', 'stop-first'),
});

const DEVICE = {
  capabilities: TEXTS,
  count: WHOLE,
  device_ids: TEXTS,
  driver: TEXT,
  options: PAIRS,
};

const GENERIC = list(mapping({ discrete_resource_spec: mapping({ kind: TEXT, value: NUMBER }) }));

/** `deploy` */
export const DEPLOY: Schema = {
  ...mapping({
    ...each('mode endpoint_mode', TEXT),
    replicas: WHOLE,
    labels: PAIRS,
    rollback_config: UPDATE,
    update_config: UPDATE,
    resources: mapping({
      limits: mapping({ cpus: NUMBER, memory: TEXT, pids: WHOLE }),
      reservations: mapping({
        cpus: NUMBER,
        memory: TEXT,
        generic_resources: GENERIC,
        devices: list(mapping(DEVICE, { required: ['capabilities'] })),
      }),
    }),
    restart_policy: mapping({ ...each('condition delay window', TEXT), max_attempts: WHOLE }),
    placement: mapping({
      constraints: list(TEXT),
      preferences: list(mapping({ spread: TEXT })),
      max_replicas_per_node: WHOLE,
    }),
  }),
  types: ['object', 'null'],
};

/** `gpus` */
export const GPUS = one(some('all'), list({ types: ['object'], properties: DEVICE }));

/** `healthcheck` */
export const HEALTHCHECK = mapping({
  disable: TRUTH,
  ...each('interval timeout start_period start_interval', TEXT),
  retries: NUMBER,
  test: one(TEXT, list(TEXT)),
});

/** `develop` */
export const DEVELOP: Schema = {
  ...mapping({
    watch: list(
      mapping(
        {
          ...each('ignore include', TEXT_OR_TEXTS),
          ...each('path target', TEXT),
          action: some('rebuild', 'sync', 'restart', 'sync+restart', 'sync+exec'),
          exec: HOOK,
          initial_sync: is('boolean'),
        },
        { required: ['path', 'action'] },
      ),
    ),
  }),
  types: ['object', 'null'],
};
