/** Keys of services that a swarm does nothing with. @see docker/cli cli/compose/types/types.go: UnsupportedProperties, DeprecatedProperties */
import type { Mapping } from './schema.ts';

const UNSUPPORTED = new Set(
  'build cgroupns_mode cgroup_parent devices domainname external_links ipc links mac_address network_mode pid privileged restart security_opt shm_size userns_mode'.split(
    ' ',
  ),
);
const DEPRECATED: Readonly<Record<string, string>> = {
  container_name: 'Setting the container name is not supported.',
  expose:
    "Exposing ports is unnecessary - services on the same network can access each other's containers on any port.",
};

/** What is said of them before anything is done. */
export function unsupportedNotes(services: readonly Mapping[]): string {
  const used = [...new Set(services.flatMap((s) => Object.keys(s)))].sort();
  const ignored = used.filter((k) => UNSUPPORTED.has(k));
  const old = used.filter((k) => k in DEPRECATED).map((k) => `${k}: ${DEPRECATED[k]}`);
  return (
    (ignored.length > 0 ? `Ignoring unsupported options: ${ignored.join(', ')}\n\n` : '') +
    (old.length > 0 ? `Ignoring deprecated options:\n\n${old.join('\n\n')}\n\n` : '')
  );
}
