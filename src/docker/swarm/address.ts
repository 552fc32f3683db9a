/**
 * Which address a node listens on and which it tells others.
 * @see moby daemon/cluster/listen_addr.go, listen_addr_linux.go
 */
import { contains, formatIp, type IpAddr, type Prefix, parseIp, sameIp } from '../../base/ip.ts';
import type { Link, NetAdmin } from '../../linux/kernel/netadmin.ts';
import { Failure } from '../errdefs.ts';

export const DEFAULT_PORT = 2377;

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

const config = (text: string): Failure => new Failure('invalid', text);
const NO_ADDRESS = config("could not find the system's IP address");
const BAD_LISTEN = config('listen address must be an IP address or network interface (with optional port number)');
const BAD_ADVERTISE = config(
  'advertise address must be a non-zero IP address or network interface (with optional port number)',
);
const BAD_DATA_PATH = config(
  'data path address must be a non-zero IP address or network interface (without a port number)',
);
const MUST_LISTEN = config(
  'must specify a listening address because the address to advertise is not recognized as a system address, ' +
    "and a system's IP address to use could not be uniquely identified",
);

/** `192.168.56.11:2377`, `[::1]:2377`, `eth0`, with this port when it names none. */
export function splitHostPort(text: string, port = DEFAULT_PORT): HostPort | undefined {
  const bare = text.replace(/^tcp:\/\//, '');
  const six = parseIp(bare);
  if (six?.v === 6) return { host: bare, port };
  const found = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d*))?$/.exec(bare);
  if (!found) return undefined;
  const digits = found[3] ?? '';
  const given = digits === '' ? port : Number(digits);
  return given > 65535 ? undefined : { host: found[1] ?? found[2] ?? '', port: given };
}

export const joinHostPort = ({ host, port }: HostPort): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

/** What an interface's name stands for: its one IPv4 address, else its one IPv6 address; undefined: no such interface. */
function ofInterface(net: NetAdmin, name: string): IpAddr | Failure | undefined {
  const link = net.link(name);
  if (!link) return undefined;
  const all = net.addrs().filter((a) => a.ifindex === link.ifindex);
  for (const v of [4, 6] as const) {
    const [first, second] = all.filter((a) => a.prefix.addr.v === v).map((a) => formatIp(a.prefix.addr));
    if (second !== undefined)
      return config(`interface ${name} has more than one IPv${v} address (${first} and ${second})`);
  }
  const address = (all.find((a) => a.prefix.addr.v === 4) ?? all[0])?.prefix.addr;
  return address ?? config(`interface ${name} has no usable IPv4 or IPv6 address`);
}

export function resolveListen(net: NetAdmin, asked: HostPort): HostPort | Failure {
  const device = ofInterface(net, asked.host);
  if (device instanceof Failure) return device;
  if (device) return { host: formatIp(device), port: asked.port };
  return parseIp(asked.host) ? asked : BAD_LISTEN;
}

/** @param mine subnets of the engine's own networks, which are no addresses of the machine's */
export function resolveAdvertise(
  net: NetAdmin,
  asked: string,
  port: number,
  mine: readonly Prefix[],
): HostPort | Failure {
  if (asked === '') {
    const system = systemAddress(net, mine);
    return system instanceof Failure ? system : { host: formatIp(system), port };
  }
  const { host, port: given } = splitHostPort(asked, port) ?? { host: asked, port };
  const device = ofInterface(net, host);
  if (device instanceof Failure) return device;
  if (device) return { host: formatIp(device), port: given };
  return isSpecified(host) ? { host, port: given } : BAD_ADVERTISE;
}

/** @returns '' when none was asked for */
export function resolveDataPath(net: NetAdmin, asked: string): string | Failure {
  if (asked === '') return '';
  const device = ofInterface(net, asked);
  if (device instanceof Failure) return device;
  if (device) return formatIp(device);
  return isSpecified(asked) ? asked : BAD_DATA_PATH;
}

function isSpecified(host: string): boolean {
  const ip = parseIp(host);
  return ip !== undefined && BigInt(ip.value) !== 0n;
}

/** The machine's own one among the addresses to use as local one: what is advertised, when the machine has it. */
export function localAddress(
  net: NetAdmin,
  listen: HostPort,
  advertise: HostPort,
  mine: readonly Prefix[],
): string | Failure {
  if (isSpecified(listen.host)) return listen.host;
  const told = parseIp(advertise.host);
  if (told && net.addrs().some((a) => sameIp(a.prefix.addr, told))) return formatIp(told);
  const system = systemAddress(net, mine);
  return system instanceof Failure ? MUST_LISTEN : formatIp(system);
}

/**
 * The only address of the machine's interfaces that are up: of its cards, or where it has none (as in a container) of
 * all that the engine did not make; loopback and link-local addresses do not count. With one of each family on an
 * interface, that of IPv4.
 */
function systemAddress(net: NetAdmin, mine: readonly Prefix[]): IpAddr | Failure {
  const all = net.links().filter((l) => l.up && l.kind !== 'loopback');
  const usable = (l: Link): IpAddr[] =>
    net
      .addrs()
      .filter((a) => a.ifindex === l.ifindex && a.scope === 'global')
      .map((a) => a.prefix.addr);
  const cards = all.filter((l) => l.kind === 'nic' && usable(l).length > 0);
  const others = all.filter((l) => !usable(l).some((ip) => mine.some((p) => contains(p, ip))));
  let found: { ip: IpAddr; name: string } | undefined;
  for (const link of cards.length > 0 ? cards : others) {
    const ip = oneOf(usable(link), link.name);
    if (ip instanceof Failure) return ip;
    if (ip && found) return many(`different interfaces (${at(found)} and ${at({ ip, name: link.name })})`);
    if (ip) found = { ip, name: link.name };
  }
  return found?.ip ?? NO_ADDRESS;
}

const at = ({ ip, name }: { ip: IpAddr; name: string }): string => `${formatIp(ip)} on ${name}`;

const many = (where: string): Failure =>
  config(`could not choose an IP address to advertise since this system has multiple addresses on ${where}`);

function oneOf(addresses: readonly IpAddr[], name: string): IpAddr | Failure | undefined {
  for (const v of [4, 6] as const) {
    const [first, second] = addresses.filter((ip) => ip.v === v).map(formatIp);
    if (second !== undefined) return many(`interface ${name} (${first} and ${second})`);
  }
  return addresses.find((a) => a.v === 4) ?? addresses[0];
}
