/**
 * Names as the containers of a sandbox see them: names, aliases and short ids of the endpoints of its networks, with or
 * without the network's name behind a dot, and the sandbox's own links.
 * @see moby daemon/libnetwork/sandbox.go: ResolveName, ResolveIP; network.go: ResolveName, ResolveIP
 */
import { type IpAddr, sameIp } from '../../../base/ip.ts';
import type { Endpoint } from '../endpoint.ts';
import type { Network } from '../network.ts';

/** What a name stands for: addresses, or `miss`: it is known, but has none of this family. */
export type Addresses = readonly IpAddr[] | 'miss' | undefined;

/** The addresses of a name in one network. */
function inNetwork(network: Network, name: string, version: 4 | 6): Addresses {
  const wanted = name.toLowerCase();
  const found = [...network.endpoints.values()].filter(
    (e) => e.joined && e.dnsNames.some((n) => n.toLowerCase() === wanted),
  );
  const out: IpAddr[] = [];
  for (const e of found) {
    const ip = (version === 4 ? e.iface.ipv4 : e.iface.ipv6)?.addr;
    if (ip && !out.some((o) => sameIp(o, ip))) out.push(ip);
  }
  if (out.length > 0) return out;
  const served = network.serviceNames.get(wanted);
  if (served) return version === 4 ? served : 'miss';
  return version === 6 && found.length > 0 && !network.info.enableIPv6 ? 'miss' : undefined;
}

/** One way to read a name: as an alias (a link) of the sandbox, or as the name of an endpoint. */
function among(
  endpoints: readonly Endpoint[],
  name: string,
  network: string,
  alias: boolean,
  version: 4 | 6,
): Addresses {
  let miss: Addresses;
  for (const e of endpoints) {
    if (network !== '' && network !== e.network.name) continue;
    const linked = e.links.get(name);
    if ((linked !== undefined) !== alias) continue;
    const got = inNetwork(e.network, linked ?? name, version);
    if (got !== undefined && got !== 'miss') return got;
    miss ??= got;
  }
  return miss;
}

/** @param name with or without a dot at its end */
export function resolveName(endpoints: readonly Endpoint[], name: string, version: 4 | 6): Addresses {
  const bare = name.endsWith('.') ? name.slice(0, -1) : name;
  const readings: [string, string][] = [[bare, '']];
  for (let dot = bare.lastIndexOf('.'); dot > 0; dot = bare.lastIndexOf('.', dot - 1))
    readings.push([bare.slice(0, dot), bare.slice(dot + 1)]);
  for (const [request, network] of readings)
    for (const alias of [true, false]) {
      const got = among(endpoints, request, network, alias, version);
      if (got !== undefined) return got;
    }
  return undefined;
}

/** `web.appnet`, when an endpoint of one of the sandbox's networks has the address. */
export function resolveIp(endpoints: readonly Endpoint[], ip: IpAddr): string | undefined {
  for (const { network } of endpoints)
    for (const e of network.endpoints.values()) {
      const own = (ip.v === 4 ? e.iface.ipv4 : e.iface.ipv6)?.addr;
      if (e.joined && own && sameIp(own, ip) && e.dnsNames[0] !== undefined) return `${e.dnsNames[0]}.${network.name}`;
    }
  return undefined;
}
