/**
 * The files the engine writes for a container: /etc/hosts, /etc/hostname, /etc/resolv.conf. They are written when it
 * starts; later only lines of hosts change, and resolv.conf unless somebody else has changed it.
 * @see moby daemon/libnetwork/sandbox_dns_unix.go, daemon/container_operations_unix.go: addLegacyLinks
 */
import { text, utf8 } from '../../base/http.ts';
import { type IpAddr, parseIp } from '../../base/ip.ts';
import { isErr } from '../../linux/kernel/errno.ts';
import type { Kernel } from '../../linux/kernel/machine.ts';
import type { Failure } from '../errdefs.ts';
import type { Endpoint } from '../libnetwork/endpoint.ts';
import { addHosts, buildHosts, deleteHosts, type HostsRecord, updateHosts } from '../libnetwork/etchosts.ts';
import { ResolvConf } from '../libnetwork/resolvconf.ts';
import { RESOLVER } from '../libnetwork/resolver/rules.ts';
import { hostGateways } from './config/config.ts';
import type { Container } from './container.ts';
import type { Daemon } from './daemon.ts';
import { errors } from './errors.ts';
import { aliasOf, LINKS_NETWORK } from './links.ts';

/** Where a container's files lie on the machine. */
export const containerDir = (id: string): string => `/var/lib/docker/containers/${id}`;

const fullName = (c: Container): string =>
  c.config.Domainname === '' ? c.config.Hostname : `${c.config.Hostname}.${c.config.Domainname}`;

/** `web.example.com web`, `h1.d.example h1`, or the short id. */
function ownNames(c: Container): string {
  const full = fullName(c);
  const dot = full.indexOf('.');
  return dot < 0 ? full : `${full} ${full.slice(0, dot)}`;
}

/** An endpoint's addresses under the container's own names. */
function ownRecords(c: Container, { iface }: Endpoint): HostsRecord[] {
  const hosts = ownNames(c);
  return [iface.ipv4, iface.ipv6].flatMap((a) => (a ? [{ ip: a.addr, hosts }] : []));
}

/** What `host-gateway` stands for. @see moby daemon/daemon_unix.go: setHostGatewayIP */
function gatewaysOf(daemon: Daemon): IpAddr[] {
  const told = hostGateways(daemon.config).flatMap((g) => parseIp(g) ?? []);
  return told.length > 0 ? told : (daemon.controller.byName('bridge')?.pools.flatMap((p) => p.gateway ?? []) ?? []);
}

/** `--add-host` */
function extraRecords(daemon: Daemon, c: Container): HostsRecord[] {
  return (c.hostConfig.ExtraHosts ?? []).flatMap((entry) => {
    const at = entry.search(/[:=]/);
    const value = entry.slice(at + 1).replace(/^\[|\]$/g, '');
    const ip = parseIp(value);
    const ips = value === 'host-gateway' ? gatewaysOf(daemon) : ip ? [ip] : [];
    return ips.map((each) => ({ ip: each, hosts: entry.slice(0, at) }));
  });
}

/** What a link of the default bridge adds: alias, host name and, when it is another, name. */
function linkRecords(child: Container, name: string): HostsRecord[] {
  const alias = aliasOf(name);
  const hosts = [alias, child.config.Hostname, ...(alias === child.name ? [] : [child.name])].join(' ');
  const iface = child.attachments.get(LINKS_NETWORK)?.endpoint?.iface;
  return [iface?.ipv4, iface?.ipv6].flatMap((a) => (a ? [{ ip: a.addr, hosts }] : []));
}

function hostsFile(daemon: Daemon, c: Container): string {
  const extra = extraRecords(daemon, c);
  if (c.hostConfig.NetworkMode === 'host' && extra.length === 0) return read(daemon.kernel, '/etc/hosts');
  const linked = c.attachments.has(LINKS_NETWORK)
    ? daemon.links.children(c).flatMap(({ name, child }) => linkRecords(child, name))
    : [];
  const own = (c.sandbox?.endpoints ?? []).flatMap((e) => (e === c.sandbox?.wayOut ? [] : ownRecords(c, e)));
  return buildHosts([...extra, ...linked, ...own], c.sandbox?.hasIPv6 ?? true);
}

/** Writes all three anew. */
export function writeFiles(daemon: Daemon, c: Container): void {
  const put = (name: string, content: string): void => write(daemon.kernel, `${containerDir(c.id)}/${name}`, content);
  put('hostname', `${fullName(c)}\n`);
  put('hosts', hostsFile(daemon, c));
  put('resolv.conf', setupDns(daemon, c));
}

/** A container comes to the default bridge: its children must be there, its parents learn its address. */
export function followLinks(daemon: Daemon, c: Container, endpoint: Endpoint): Failure | undefined {
  for (const { child } of daemon.links.children(c))
    if (!child.attachments.has(LINKS_NETWORK)) return errors.linkNotDefault(child.name);
  for (const { name, parent } of daemon.links.parents(c)) {
    if (!parent.sandbox) continue;
    for (const a of [endpoint.iface.ipv4, endpoint.iface.ipv6])
      if (a) editHosts(daemon.kernel, parent, (content) => updateHosts(content, a.addr, aliasOf(name)));
  }
  return undefined;
}

/** A link was taken away. */
export function unlinkHosts(kernel: Kernel, parent: Container, child: Container, name: string): void {
  if (parent.sandbox) editHosts(kernel, parent, (content) => deleteHosts(content, linkRecords(child, name)));
}

/** A network was connected. */
export function addOwnHosts(kernel: Kernel, c: Container, endpoint: Endpoint): void {
  editHosts(kernel, c, (content) => addHosts(content, ownRecords(c, endpoint)));
}

/** A network was left. */
export function removeOwnHosts(kernel: Kernel, c: Container, endpoint: Endpoint): void {
  editHosts(kernel, c, (content) => deleteHosts(content, ownRecords(c, endpoint)));
}

function editHosts(kernel: Kernel, c: Container, edit: (content: string) => string): void {
  const path = `${containerDir(c.id)}/hosts`;
  write(kernel, path, edit(read(kernel, path)));
}

/** The content of resolv.conf: what the container asks for, else the engine; tells the sandbox's resolver whom to ask. */
function setupDns({ kernel, config }: Daemon, c: Container): string {
  const own = c.hostConfig;
  const or = (mine: readonly string[] | null, all: readonly string[]): readonly string[] =>
    mine && mine.length > 0 ? mine : all;
  const servers = or(own.Dns, config.dns);
  const search = or(own.DnsSearch, config['dns-search']);
  const options = or(own.DnsOptions, config['dns-opts']);
  const conf = new ResolvConf(read(kernel, '/etc/resolv.conf')).override({ servers, search, options });
  const { sandbox } = c;
  if (!sandbox || sandbox.host) return conf.generate();
  const ndotsSet = conf.option('ndots') !== undefined;
  const ext = sandbox.hasResolver ? conf.forInternal(RESOLVER, ['ndots:0']) : [];
  if (!sandbox.hasResolver) conf.forLegacy(sandbox.endpoints.some((e) => e.network.info.enableIPv6));
  const content = conf.generate();
  sandbox.dns = { servers: ext, ndotsSet, written: content };
  return content;
}

/** Writes resolv.conf anew after a network was connected, unless it was changed by hand. */
export function updateDns(daemon: Daemon, c: Container): void {
  const { kernel } = daemon;
  const path = `${containerDir(c.id)}/resolv.conf`;
  if (c.sandbox && !c.sandbox.host && read(kernel, path) === c.sandbox.dns.written)
    write(kernel, path, setupDns(daemon, c));
}

const write = (kernel: Kernel, path: string, content: string): void => {
  kernel.root.fs.writeFile(path, utf8(content), { mode: 0o644, parents: true });
};

function read(kernel: Kernel, path: string): string {
  const bytes = kernel.root.fs.readFile(path);
  return isErr(bytes) ? '' : text(bytes);
}
