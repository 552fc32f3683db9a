/**
 * What a name stands for at a place, without asking anybody: its hosts file, then what the server of its resolv.conf would
 * say.
 */
import { formatIp, type IpAddr, parseIp } from '../../base/ip.ts';
import type { Backend } from '../../docker/libnetwork/resolver/answer.ts';
import { isErr } from '../../linux/kernel/errno.ts';
import type { FileSystem } from '../../linux/kernel/machine.ts';
import { candidates, parseHosts, parseResolvConf } from '../../linux/programs/resolve.ts';
import { ROUTER } from '../outside.ts';

const RESOLVER = '127.0.0.11';

/** A place that names are looked up from. */
export interface Asker {
  readonly fs: FileSystem;
  /** The engine's resolver, when the place has one. */
  readonly resolver: Backend | undefined;
}

/** @param zone names that the router's DNS server knows @returns undefined: the name is not known */
export function lookUp(name: string, { fs, resolver }: Asker, zone: ReadonlyMap<string, string>): IpAddr | undefined {
  const literal = parseIp(name);
  if (literal) return literal;
  const lower = name.toLowerCase().replace(/\.$/, '');
  const listed = parseHosts(textOf(fs, '/etc/hosts')).filter((h) => h.names.some((n) => n.toLowerCase() === lower));
  const [first] = [...listed.filter((h) => h.ip.v === 4), ...listed];
  if (first) return first.ip;
  const conf = parseResolvConf(textOf(fs, '/etc/resolv.conf'));
  for (const candidate of candidates(name, conf))
    for (const server of conf.nameservers) {
      const ip = formatIp(server) === RESOLVER ? engine(candidate, resolver, zone) : beyond(candidate, server, zone);
      if (ip) return ip;
    }
  return undefined;
}

function textOf(fs: FileSystem, path: string): string {
  const bytes = fs.readFile(path);
  return isErr(bytes) ? '' : new TextDecoder().decode(bytes);
}

/** What the engine's resolver says, or those it asks. @see ../../docker/libnetwork/resolver/answer.ts: answer */
function engine(name: string, resolver: Backend | undefined, zone: ReadonlyMap<string, string>): IpAddr | undefined {
  if (!resolver) return undefined;
  const known = resolver.resolveName(name, 4) ?? resolver.resolveName(name, 6);
  if (known !== undefined) return known === 'miss' ? undefined : known[0];
  if ((resolver.ndotsSet && !name.includes('.')) || !resolver.external) return undefined;
  for (const server of resolver.servers) {
    const ip = beyond(name, server.ip, zone);
    if (ip) return ip;
  }
  return undefined;
}

/** What a server outside says: the router's is the only one there is. */
function beyond(name: string, server: IpAddr, zone: ReadonlyMap<string, string>): IpAddr | undefined {
  return formatIp(server) === ROUTER ? parseIp(zone.get(name.toLowerCase().replace(/\.$/, '')) ?? '') : undefined;
}
