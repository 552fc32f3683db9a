/** What a schema says of a whole file. @see compose-spec/compose-spec schema/compose-spec.json */
import type { Schema } from './check.ts';
import { each, is, list, mapping, named, one, options, PAIRS, strict, TEXT, TEXT_OR_TEXTS, TRUTH } from './parts.ts';
import { SERVICE } from './service.ts';

const DRIVER_OPTS = options('string', 'number');
const EXTERNAL: Schema = { ...mapping({ name: TEXT }), types: ['boolean', 'string', 'object'] };
const OPEN_EXTERNAL: Schema = { types: ['boolean', 'string', 'object'], properties: { name: TEXT } };
const TEXT_MAP: Schema = { types: ['object'], patterns: [[/^.+$/, TEXT]], closed: true };

const maybe = (schema: Schema): Schema => ({ ...schema, types: ['object', 'null'] });

const NETWORK = maybe(
  mapping({
    ...each('name driver', TEXT),
    driver_opts: DRIVER_OPTS,
    ipam: mapping({
      driver: TEXT,
      config: list(mapping({ ...each('subnet ip_range gateway', TEXT), aux_addresses: TEXT_MAP })),
      options: TEXT_MAP,
    }),
    external: EXTERNAL,
    ...each('internal enable_ipv4 enable_ipv6 attachable', TRUTH),
    labels: PAIRS,
  }),
);

const VOLUME = maybe(
  mapping({ ...each('name driver', TEXT), driver_opts: DRIVER_OPTS, external: EXTERNAL, labels: PAIRS }),
);

const SECRET = mapping({
  ...each('name environment file driver template_driver', TEXT),
  external: OPEN_EXTERNAL,
  labels: PAIRS,
  driver_opts: DRIVER_OPTS,
});

const CONFIG = mapping({
  ...each('name content environment file template_driver', TEXT),
  external: OPEN_EXTERNAL,
  labels: PAIRS,
});

const MODEL = mapping(
  { ...each('name model', TEXT), context_size: is('integer'), runtime_flags: list(TEXT) },
  { required: ['model'] },
);

const INCLUDE = one(TEXT, strict({ ...each('path env_file', TEXT_OR_TEXTS), project_directory: TEXT }));

/** A compose file. */
export const FILE = mapping({
  ...each('version name', TEXT),
  include: list(INCLUDE),
  services: named(SERVICE),
  models: named(MODEL, false),
  networks: named(NETWORK, false),
  volumes: named(VOLUME),
  secrets: named(SECRET),
  configs: named(CONFIG),
});
