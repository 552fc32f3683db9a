/**
 * What the engine was told on its command line and in /etc/docker/daemon.json.
 *
 * Limits: nftables is not there.
 * @see moby daemon/config/config.go: MergeDaemonConfigurations, getConflictFreeConfiguration, Validate
 */
import { text } from '../../../base/http.ts';
import { parseIp, parsePrefix } from '../../../base/ip.ts';
import { jsonFault } from '../../../base/jsonfault.ts';
import { isErr } from '../../../linux/kernel/errno.ts';
import type { Kernel } from '../../../linux/kernel/machine.ts';
import { Failure } from '../../errdefs.ts';
import { LOCAL_POOLS, type PoolBase } from '../../libnetwork/ipam/pools.ts';
import { verifyLog } from '../logdrivers.ts';
import { DIRECTIVES, mismatch, namesSet } from './directives.ts';

/** Where it is read from. */
export const CONFIG_FILE = '/etc/docker/daemon.json';

/** Directives with a meaning here, by their names; those not set have dockerd's defaults. */
export interface Config {
  readonly debug: boolean;
  /** Where it listens; its usual socket when there are none. */
  readonly hosts: readonly string[];
  readonly tls?: boolean;
  readonly tlsverify?: boolean;
  readonly tlscert: string;
  readonly tlskey: string;
  readonly icc: boolean;
  readonly 'ip-forward': boolean;
  readonly 'ip-forward-no-drop': boolean;
  readonly 'ip-masq': boolean;
  readonly iptables: boolean;
  readonly ip6tables: boolean;
  readonly ipv6: boolean;
  readonly 'live-restore': boolean;
  readonly 'userland-proxy': boolean;
  /** Bytes; 0: the default. */
  readonly mtu: number;
  /** `none`: no docker0. */
  readonly bridge: string;
  readonly bip: string;
  readonly bip6: string;
  readonly 'fixed-cidr': string;
  readonly 'fixed-cidr-v6': string;
  readonly 'default-gateway': string;
  readonly 'default-gateway-v6': string;
  readonly ip: string;
  readonly 'firewall-backend': string;
  readonly 'log-driver': string;
  readonly 'log-opts': Readonly<Record<string, string>>;
  readonly labels: readonly string[];
  readonly dns: readonly string[];
  readonly 'dns-search': readonly string[];
  readonly 'dns-opts': readonly string[];
  readonly 'insecure-registries': readonly string[];
  readonly 'registry-mirrors': readonly string[];
  readonly 'default-address-pools': readonly { readonly base?: string; readonly size?: number }[];
  /** By driver. */
  /** By resource. */
  readonly 'default-ulimits': Readonly<
    Record<string, { readonly Name?: string; readonly Soft: number; readonly Hard: number }>
  >;
  /** What `host-gateway` stands for; the default bridge's own addresses when there are none. */
  readonly 'host-gateway-ip': string;
  readonly 'host-gateway-ips': readonly string[];
  readonly 'default-network-opts': Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** With no file. */
export const DEFAULTS: Config = {
  debug: false,
  hosts: ['fd://'],
  tlscert: '/root/.docker/cert.pem',
  tlskey: '/root/.docker/key.pem',
  icc: true,
  'ip-forward': true,
  'ip-forward-no-drop': false,
  'ip-masq': true,
  iptables: true,
  ip6tables: true,
  ipv6: false,
  'live-restore': false,
  'userland-proxy': true,
  mtu: 0,
  bridge: '',
  bip: '',
  bip6: '',
  'fixed-cidr': '',
  'fixed-cidr-v6': '',
  'default-gateway': '',
  'default-gateway-v6': '',
  ip: '0.0.0.0',
  'firewall-backend': '',
  'log-driver': 'json-file',
  'log-opts': {},
  labels: [],
  dns: [],
  'dns-search': [],
  'dns-opts': [],
  'insecure-registries': [],
  'registry-mirrors': [],
  'default-address-pools': [],
  'default-ulimits': {},
  'host-gateway-ip': '',
  'host-gateway-ips': [],
  'default-network-opts': {},
};

/** Those that a running engine takes over. @see moby daemon/reload.go */
const RELOADABLE = ['debug', 'labels', 'live-restore', 'insecure-registries', 'registry-mirrors'] as const;

const refuse = (why: string): Failure =>
  new Failure('system', `unable to configure the Docker daemon with file ${CONFIG_FILE}: ${why}`);

/** What the engine's unit has on its command line. */
export const UNIT_FLAGS: Readonly<Record<string, unknown>> = { hosts: ['fd://'] };

/** Reads the file of a machine; the defaults when there is none. @param flags of the command line, by directive */
export function readConfig(kernel: Kernel, flags = UNIT_FLAGS): Config | Failure {
  const bytes = kernel.root.fs.readFile(CONFIG_FILE);
  const config = parseConfig(isErr(bytes) ? '' : text(bytes), flags);
  return typeof config === 'string' ? refuse(config) : config;
}

/** @returns the configuration, or why the text is none */
export function parseConfig(source: string, flags = UNIT_FLAGS): Config | string {
  const trimmed = source.trim() || '{}';
  const fault = jsonFault(trimmed, true);
  if (fault !== undefined) return fault;
  const file: unknown = JSON.parse(trimmed);
  if (typeof file !== 'object' || file === null || Array.isArray(file))
    return `json: cannot unmarshal ${Array.isArray(file) ? 'array' : typeof file} into Go value of type map[string]interface {}`;
  const given = file as Record<string, unknown>;
  const unknown = namesSet(given).filter((name) => !DIRECTIVES.has(name));
  if (unknown.length > 0) return `the following directives don't match any configuration option: ${unknown.join(', ')}`;
  const twice = namesSet(given).filter((name) => flags[name] !== undefined);
  const both = twice.map((name) => `${name}: (from flag: ${shown(flags[name])}, from file: ${shown(given[name])})`);
  if (both.length > 0)
    return `the following directives are specified both as a flag and in the configuration file: ${both.join(', ')}`;
  for (const [name, value] of Object.entries(given)) {
    const why = mismatch(name, value);
    if (why !== undefined) return why;
  }
  const set = Object.entries(given).filter(([, v]) => v !== null);
  const config: Config = { ...DEFAULTS, hosts: [], ...flags, ...Object.fromEntries(set) };
  const invalid = validate(config);
  return invalid === undefined
    ? config
    : `merged configuration validation from file and command line flags failed: ${invalid}`;
}

/** A value as Go prints it. */
const shown = (v: unknown): string => (Array.isArray(v) ? `[${v.join(' ')}]` : String(v));

/** @see moby daemon/config/config.go: Validate */
function validate(c: Config): string | undefined {
  const label = c.labels.find((l) => !l.includes('='));
  if (label !== undefined) return `bad attribute format: ${label}`;
  const server = c.dns.find((s) => !parseIp(s));
  if (server !== undefined) return `IP address is not correctly formatted: ${server}`;
  const gateways = hostGateways(c);
  const wrong = gateways.find((g) => !parseIp(g));
  if (wrong !== undefined) return `ParseAddr(${JSON.stringify(wrong)}): unable to parse IP`;
  for (const v of [4, 6] as const)
    if (gateways.filter((g) => parseIp(g)?.v === v).length > 1)
      return `only one IPv${v} host gateway IP address can be specified`;
  if (c.mtu < 0) return `invalid default MTU: ${c.mtu}`;
  if (!['', 'iptables', 'nftables'].includes(c['firewall-backend']))
    return `invalid firewall-backend "${c['firewall-backend']}"`;
  for (const mirror of c['registry-mirrors'])
    if (!/^https?:\/\//.test(mirror))
      return `invalid mirror: no scheme specified for "${mirror}": must use either 'https://' or 'http://'`;
  for (const { base = '', size = 0 } of c['default-address-pools']) {
    const prefix = parsePrefix(base);
    if (!prefix) return `invalid CIDR address: ${base}`;
    if (size < prefix.bits)
      return `invalid default address pool: size ${size} is smaller than the base's ${prefix.bits}`;
  }
  return undefined;
}

/** Addresses that `host-gateway` is told to stand for. */
export function hostGateways(c: Config): readonly string[] {
  const old = c['host-gateway-ip'];
  return old === '' ? c['host-gateway-ips'] : [...c['host-gateway-ips'], old];
}

/** What stops the engine only once it begins. @see moby daemon/daemon.go: NewDaemon */
export function checkStart(c: Config): Failure | undefined {
  const log = verifyLog({ Type: c['log-driver'], Config: { ...c['log-opts'] } });
  if (log) return new Failure('system', `failed to start daemon: failed to set log opts: ${log.message}`);
  if (c['firewall-backend'] === 'nftables')
    return new Failure('system', 'failed to start daemon: nftables is not supported by this laboratory');
  return undefined;
}

/** The running configuration with what may change in it. */
export function reloaded(now: Config, file: Config): Config {
  return { ...now, ...Object.fromEntries(RELOADABLE.map((name) => [name, file[name]])) };
}

/** Bases of the subnets that networks get. @param unique of the host's own IPv6 addresses, when none is given */
export function addressPools(c: Config, unique: PoolBase): PoolBase[] {
  const own = c['default-address-pools'].flatMap(({ base = '', size = 0 }): PoolBase[] => {
    const prefix = parsePrefix(base);
    return prefix ? [{ base: prefix, size }] : [];
  });
  const pools = own.length > 0 ? own : [...LOCAL_POOLS];
  return pools.some((p) => p.base.addr.v === 6) ? pools : [...pools, unique];
}
