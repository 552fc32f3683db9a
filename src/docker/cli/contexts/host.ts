/**
 * Addresses of daemons: what -H and DOCKER_HOST may say, and what a client can be made of.
 * @see docker/cli opts/hosts.go: ParseHost, ParseTCPAddr; moby client/client.go: ParseHostURL
 */
import { DEFAULT_HOST } from '../version.ts';

type Parsed = { readonly value: string } | { readonly error: string };
const no = (error: string): Parsed => ({ error });

const DEFAULT_TCP_PORT = '2375';

/** What is before and after `://`; no protocol where there is none. */
function cut(address: string): readonly [proto: string | undefined, rest: string] {
  const at = address.indexOf('://');
  return at < 0 ? [undefined, address] : [address.slice(0, at), address.slice(at + 3)];
}

/** The address that one of -H stands for. @param tls a bare address means TLS's port then */
export function parseHost(given: string, tls = false): Parsed {
  const trimmed = given.trim();
  if (trimmed === '') return { value: DEFAULT_HOST };
  const [proto = 'tcp', rest] = cut(trimmed);
  switch (proto) {
    case 'tcp':
      return tcpAddress(rest, tls ? '2376' : DEFAULT_TCP_PORT);
    case 'unix':
      if (rest.includes('://')) return no(`invalid bind address (${rest}): proto is unix`);
      return { value: rest === '' ? DEFAULT_HOST : `unix://${rest}` };
    case 'npipe':
    case 'fd':
    case 'ssh':
      return { value: trimmed };
    default:
      return no(`invalid bind address format: ${trimmed}`);
  }
}

/** `HOST[:PORT][/PATH]` with what is missing put in. */
function tcpAddress(given: string, port: string): Parsed {
  if (given === '') return { value: `tcp://localhost:${port}` };
  const slash = given.indexOf('/');
  const authority = slash < 0 ? given : given.slice(0, slash);
  const path = slash < 0 ? '' : given.slice(slash);
  if (/^\[[^\]]*\]$/.test(authority)) return no(`invalid bind address format: ${given}`);
  const colons = authority.split(':').length - 1;
  if (colons > 1 && !authority.startsWith('[') && /^[0-9a-fA-F:.]+$/.test(authority))
    return { value: `tcp://[${authority}]:${port}${path}` };
  const bad = portFault(`tcp://${given}`);
  if (bad !== undefined) return no(bad);
  const at = authority.lastIndexOf(':');
  const host = at < 0 ? authority : authority.slice(0, at);
  const named = at < 0 ? '' : authority.slice(at + 1);
  return { value: `tcp://${host || 'localhost'}:${named || port}${path}` };
}

/** What Go's url.Parse says of a port that is no number. */
export function portFault(url: string): string | undefined {
  const [proto, rest] = cut(url);
  if (proto === undefined) return undefined;
  const authority = rest.split('/')[0] as string;
  const at = authority.indexOf(':', authority.startsWith('[') ? authority.indexOf(']') : 0);
  if (at < 0 || /^:\d*$/.test(authority.slice(at))) return undefined;
  const tail = authority.startsWith('[') ? authority.slice(at) : authority.slice(authority.lastIndexOf(':'));
  return /^:\d*$/.test(tail) ? undefined : `parse "${url}": invalid port "${tail}" after host`;
}

/** Why no client can be made of an address. */
export function clientFault(host: string): string | undefined {
  const [proto, rest] = cut(host);
  return proto === undefined || proto === '' || rest === '' ? `unable to parse docker host \`${host}\`` : undefined;
}
