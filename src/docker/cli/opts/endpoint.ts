/**
 * `--network` and its companions as endpoint settings.
 * @see docker/cli cli/command/container/opts.go: parseNetworkOpts, applyContainerOptions, parseNetworkAttachmentOpt
 */
import type { EndpointSettings } from '../../api/types.ts';
import { parseRecord } from '../flags/csv.ts';
import { goQuote, type Parsed, parseInt64 } from '../flags/gostrconv.ts';
import type { Options } from '../flags/options.ts';
import { sortedMap } from '../gojson.ts';
import { isLongNetwork, validMac } from './validators.ts';

interface Attachment {
  target: string;
  aliases: string[];
  links: string[];
  ip: string;
  ip6: string;
  mac: string;
  linkLocal: string[];
  driverOpts: Record<string, string>;
  gwPriority: number;
}

const plain = (target: string): Attachment => ({
  target,
  aliases: [],
  links: [],
  ip: '',
  ip6: '',
  mac: '',
  linkLocal: [],
  driverOpts: {},
  gwPriority: 0,
});

/** Is the name of a network that somebody made (container.NetworkMode.IsUserDefined)? */
export function isUserDefined(mode: string): boolean {
  return !['default', 'bridge', 'host', 'none'].includes(mode) && !mode.startsWith('container:');
}

function attachment(value: string): Attachment {
  if (!isLongNetwork(value)) return plain(value);
  const a = plain('');
  const record = parseRecord(value);
  for (const field of 'value' in record ? record.value : []) {
    const at = field.indexOf('=');
    const key = field.slice(0, at).trim().toLowerCase();
    const v = field.slice(at + 1).trim();
    if (key === 'name') a.target = v;
    else if (key === 'alias') a.aliases.push(v);
    else if (key === 'ip') a.ip = v;
    else if (key === 'ip6') a.ip6 = v;
    else if (key === 'mac-address') a.mac = v;
    else if (key === 'link-local-ip') a.linkLocal.push(v);
    else if (key === 'driver-opt') a.driverOpts[v.slice(0, v.indexOf('=')).trim()] = v.slice(v.indexOf('=') + 1).trim();
    else if (key === 'gw-priority') {
      const n = parseInt64(v, 10);
      a.gwPriority = 'value' in n ? n.value : 0;
    }
  }
  return a;
}

/** Adds what the older flags say to the first network. @returns the conflict, if there is one */
function applyFlags(a: Attachment, o: Options): string | undefined {
  const both = (mine: boolean, given: boolean, what: string): string | undefined =>
    mine && given ? `conflicting options: cannot specify both ${what}` : undefined;
  const conflict =
    both(a.aliases.length > 0, o.list('network-alias').length > 0, '--network-alias and per-network alias') ??
    both(a.ip !== '', o.string('ip') !== '', '--ip and per-network IPv4 address') ??
    both(a.ip6 !== '', o.string('ip6') !== '', '--ip6 and per-network IPv6 address') ??
    both(a.mac !== '', o.string('mac-address') !== '', '--mac-address and per-network MAC address') ??
    both(
      a.linkLocal.length > 0,
      o.list('link-local-ip').length > 0,
      '--link-local-ip and per-network link-local IP addresses',
    );
  if (conflict) return conflict;
  if (o.list('network-alias').length > 0) a.aliases = [...o.list('network-alias')];
  if (isUserDefined(a.target) && o.list('link').length > 0) a.links = [...o.list('link')];
  if (o.string('ip') !== '') a.ip = o.string('ip');
  if (o.string('ip6') !== '') a.ip6 = o.string('ip6');
  if (o.string('mac-address') !== '') a.mac = o.string('mac-address');
  if (o.list('link-local-ip').length > 0) a.linkLocal = [...o.list('link-local-ip')];
  return undefined;
}

/** Endpoint settings as the API takes them: every field, in the order of the struct. */
export function endpointSettings(set: Partial<EndpointSettings>): EndpointSettings {
  return {
    IPAMConfig: set.IPAMConfig ?? null,
    Links: set.Links ?? null,
    Aliases: set.Aliases ?? null,
    MacAddress: set.MacAddress ?? '',
    DriverOpts: set.DriverOpts ?? null,
    GwPriority: set.GwPriority ?? 0,
    NetworkID: '',
    EndpointID: '',
    Gateway: '',
    IPAddress: '',
    IPPrefixLen: 0,
    IPv6Gateway: '',
    GlobalIPv6Address: '',
    GlobalIPv6PrefixLen: 0,
    DNSNames: null,
  };
}

function settings(a: Attachment): Parsed<EndpointSettings> {
  if (a.target.trim() === '') return { error: 'no name set for network' };
  if (!isUserDefined(a.target)) {
    if (a.aliases.length > 0) return { error: 'network-scoped aliases are only supported for user-defined networks' };
    if (a.links.length > 0) return { error: 'links are only supported for user-defined networks' };
  }
  if (a.mac !== '' && !validMac(a.mac)) return { error: `${a.mac} is not a valid mac address` };
  const ipam =
    a.ip !== '' || a.ip6 !== '' || a.linkLocal.length > 0
      ? {
          IPv4Address: a.ip || undefined,
          IPv6Address: a.ip6 || undefined,
          LinkLocalIPs: a.linkLocal.length > 0 ? a.linkLocal : undefined,
        }
      : null;
  return {
    value: endpointSettings({
      IPAMConfig: ipam,
      Links: a.links.length > 0 ? a.links : null,
      Aliases: a.aliases.length > 0 ? a.aliases : null,
      MacAddress: a.mac.trim(),
      DriverOpts: Object.keys(a.driverOpts).length > 0 ? sortedMap(a.driverOpts) : null,
      GwPriority: a.gwPriority,
    }),
  };
}

/** Settings by network, sorted by name, and the network mode of the host configuration. */
export function parseNetworks(o: Options): Parsed<{ mode: string; endpoints: Record<string, EndpointSettings> }> {
  const given = o.list('network').map(attachment);
  const list = given.length > 0 ? given : [plain('default')];
  const endpoints: Record<string, EndpointSettings> = {};
  const empty = JSON.stringify(endpointSettings({}));
  for (const [i, a] of list.entries()) {
    const conflict = i === 0 ? applyFlags(a, o) : undefined;
    if (conflict) return { error: conflict };
    const made = settings(a);
    if ('error' in made) return made;
    if (a.target in endpoints) return { error: `network ${goQuote(a.target)} is specified multiple times` };
    if (given.length === 1 && JSON.stringify(made.value) === empty) continue;
    endpoints[a.target] = made.value;
  }
  const users = given.filter((a) => isUserDefined(a.target)).length;
  if (users > 0 && users < given.length)
    return { error: 'conflicting options: cannot attach both user-defined and non-user-defined network-modes' };
  return {
    value: { mode: given.length > 0 ? (given[0] as Attachment).target : 'default', endpoints: sortedMap(endpoints) },
  };
}
