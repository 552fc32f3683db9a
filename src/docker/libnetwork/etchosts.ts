/**
 * The text of a container's /etc/hosts: built when it starts, then changed line by line, so that what a user has
 * added stays.
 * @see moby daemon/libnetwork/etchosts/etchosts.go
 */
import { formatIp, type IpAddr, parseIp, sameIp } from '../../base/ip.ts';

/** An address and the names behind it, separated by spaces. */
export interface HostsRecord {
  readonly ip: IpAddr;
  readonly hosts: string;
}

const DEFAULT_4 = ['127.0.0.1\tlocalhost'];
const DEFAULT_6 = [
  '::1\tlocalhost ip6-localhost ip6-loopback',
  'fe00::\tip6-localnet',
  'ff00::\tip6-mcastprefix',
  'ff02::1\tip6-allnodes',
  'ff02::2\tip6-allrouters',
];

const line = (r: HostsRecord): string => `${formatIp(r.ip)}\t${r.hosts}`;
const text = (lines: readonly string[]): string => lines.map((l) => `${l}\n`).join('');

/** @param ipv6 false when the container has no IPv6 at all: then nothing of it is in the file */
export function buildHosts(records: readonly HostsRecord[], ipv6: boolean): string {
  const kept = records.filter((r) => ipv6 || r.ip.v === 4);
  return text([...DEFAULT_4, ...(ipv6 ? DEFAULT_6 : []), ...kept.map(line)]);
}

/** Records behind what is there. */
export function addHosts(content: string, records: readonly HostsRecord[]): string {
  return content + text(records.map(line));
}

/** Takes lines out that say exactly what a record says; blank lines go too. */
export function deleteHosts(content: string, records: readonly HostsRecord[]): string {
  const gone = (l: string): boolean =>
    records.some((r) => {
      if (!l.endsWith(`\t${r.hosts}`)) return false;
      const ip = parseIp(l.slice(0, -r.hosts.length - 1).trim());
      return ip !== undefined && sameIp(ip, r.ip);
    });
  return text(content.split('\n').filter((l) => l !== '' && (l.startsWith('#') || !gone(l))));
}

/** Gives lines whose first name is `host` (or begins with it and a dot) another address. */
export function updateHosts(content: string, ip: IpAddr, host: string): string {
  return content
    .split('\n')
    .map((l) => {
      const tab = l.lastIndexOf('\t');
      const [first = ''] = l.slice(tab + 1).split(' ');
      return tab >= 0 && (first === host || first.startsWith(`${host}.`)) ? `${formatIp(ip)}${l.slice(tab)}` : l;
    })
    .join('\n');
}
