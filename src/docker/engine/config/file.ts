/**
 * /etc/docker/daemon.json: read, parsed, and checked with what the command line says.
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
import { verifyLog } from '../logdrivers.ts';
import { type Config, DEFAULTS, hostGateways, UNIT_FLAGS } from './config.ts';
import { DIRECTIVES, mismatch, namesSet } from './directives.ts';

/** Where it is read from. */
export const CONFIG_FILE = '/etc/docker/daemon.json';

/** Those that a running engine takes over. @see moby daemon/reload.go */
const RELOADABLE = ['debug', 'labels', 'live-restore', 'insecure-registries', 'registry-mirrors'] as const;

const refuse = (why: string): Failure =>
  new Failure('system', `unable to configure the Docker daemon with file ${CONFIG_FILE}: ${why}`);

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

const failed = (why: string): Failure => new Failure('system', `failed to start daemon: ${why}`);

/** What stops the engine only once it begins. @see moby daemon/daemon.go: NewDaemon; daemon_unix.go: verifyDaemonSettings */
export function checkStart(c: Config): Failure | undefined {
  const log = verifyLog({ Type: c['log-driver'], Config: { ...c['log-opts'] } });
  if (log) return failed(`failed to set log opts: ${log.message}`);
  if (!['', 'none'].includes(c.bridge) && c.bip !== '')
    return failed('You specified -b & --bip, mutually exclusive options. Please specify only one');
  const off = c.iptables ? !c.ip6tables && c.ipv6 && 'ip6tables' : 'iptables';
  if (!c.icc && off)
    return failed(
      `You specified --${off}=false with --icc=false. ICC=false uses ${off} to function. Please set --icc or --${off} to true`,
    );
  if (c['firewall-backend'] === 'nftables') return failed('nftables is not supported by this laboratory');
  return undefined;
}

/** The running configuration with what may change in it. */
export function reloaded(now: Config, file: Config): Config {
  return { ...now, ...Object.fromEntries(RELOADABLE.map((name) => [name, file[name]])) };
}
