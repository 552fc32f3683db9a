/** A network of the project as the body of a create request. @see docker/compose pkg/compose/create.go: resolveOrCreateNetwork */

import { COMPOSE_VERSION, CONFIG_HASH, NETWORK, PROJECT, VERSION } from '../labels.ts';
import { networkHash } from '../model/hash.ts';
import type { NetworkConfig, Project } from '../model/project.ts';

/** @param key its name in the files */
export function bodyOfNetwork(project: Project, key: string, n: NetworkConfig): unknown {
  const pools = n.ipam?.config ?? [];
  const ipam = n.ipam?.driver || pools.length > 0;
  return {
    Name: n.name,
    Driver: n.driver ?? '',
    Scope: '',
    EnableIPv4: n.enable_ipv4,
    EnableIPv6: n.enable_ipv6,
    IPAM: ipam
      ? {
          Driver: n.ipam?.driver ?? '',
          Options: null,
          Config: pools.map((p) => ({
            Subnet: p.subnet,
            IPRange: p.ip_range,
            Gateway: p.gateway,
            AuxiliaryAddresses: p.aux_addresses,
          })),
        }
      : undefined,
    Internal: n.internal === true,
    Attachable: n.attachable === true,
    Ingress: false,
    ConfigOnly: false,
    ConfigFrom: null,
    Options: n.driver_opts ?? null,
    Labels: {
      ...n.labels,
      [NETWORK]: key,
      [PROJECT]: project.name,
      [VERSION]: COMPOSE_VERSION,
      [CONFIG_HASH]: networkHash(n),
    },
  };
}
