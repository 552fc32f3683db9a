/**
 * The directives of /etc/docker/daemon.json: their names and what kind of value each takes.
 * @see moby daemon/config/config.go, config_linux.go; cmd/dockerd/config.go
 */

/** Go's type of a directive. */
export type Kind = 'bool' | 'int' | 'string' | 'list' | 'map';

const of = (kind: Kind, names: string): [string, Kind][] => names.split(' ').map((name) => [name, kind]);

/** Every directive that dockerd knows; what has no meaning in a lab is taken and does nothing. */
export const DIRECTIVES: ReadonlyMap<string, Kind> = new Map([
  ...of('bool', 'debug experimental icc init ip-forward ip-forward-no-drop ip-masq iptables ip6tables ipv6'),
  ...of('bool', 'live-restore no-new-privileges raw-logs selinux-enabled tls tlsverify userland-proxy validate'),
  ...of('bool', 'allow-direct-routing'),
  ...of('int', 'mtu max-concurrent-downloads max-concurrent-uploads max-download-attempts network-diagnostic-port'),
  ...of('int', 'shutdown-timeout oom-score-adjust cpu-rt-period cpu-rt-runtime network-control-plane-mtu'),
  ...of('string', 'bip bip6 bridge cgroup-parent containerd containerd-namespace containerd-plugins-namespace'),
  ...of('string', 'data-root default-cgroupns-mode default-gateway default-gateway-v6 default-ipc-mode'),
  ...of('string', 'default-runtime default-shm-size exec-root firewall-backend fixed-cidr fixed-cidr-v6 group'),
  ...of('string', 'http-proxy https-proxy no-proxy init-path ip log-driver log-format log-level metrics-addr pidfile'),
  ...of('string', 'seccomp-profile storage-driver swarm-default-advertise-addr tlscacert tlscert tlskey'),
  ...of('string', 'userland-proxy-path userns-remap host-gateway-ip'),
  ...of('list', 'authorization-plugins cdi-spec-dirs default-address-pools dns dns-opts dns-search exec-opts hosts'),
  ...of('list', 'host-gateway-ips insecure-registries labels node-generic-resources registry-mirrors storage-opts'),
  ...of('map', 'builder default-network-opts default-ulimits features log-opts proxies runtimes'),
]);

/** Directives whose value is a map as it is; of another map the keys count, as if they stood by themselves. */
const WHOLE = new Set([...DIRECTIVES].flatMap(([name, kind]) => (kind === 'map' ? [name] : [])));

/** Names that are set. @see moby daemon/config/config.go: configValuesSet */
export function namesSet(file: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(file).flatMap(([name, value]) =>
    kindOf(value) === 'object' && !WHOLE.has(name) ? Object.keys(value as object) : [name],
  );
}

/** What Go's decoder calls a value. */
export function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  return typeof value;
}

const GO_TYPES = { bool: 'bool', int: 'int', string: 'string', list: '[]string', map: 'map[string]string' };
const JSON_KINDS = { bool: 'bool', int: 'number', string: 'string', list: 'array', map: 'object' };

/** Why a value is not of its directive's kind, in the words of Go's decoder. */
export function mismatch(name: string, value: unknown): string | undefined {
  const kind = DIRECTIVES.get(name);
  if (kind === undefined || value === null) return undefined;
  const at = `into Go struct field Config.${name} of type ${GO_TYPES[kind]}`;
  if (kindOf(value) !== JSON_KINDS[kind]) return `json: cannot unmarshal ${kindOf(value)} ${at}`;
  if (kind === 'int' && !Number.isInteger(value)) return `json: cannot unmarshal number ${String(value)} ${at}`;
  return undefined;
}
