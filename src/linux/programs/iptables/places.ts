/** Interfaces, addresses and ports of a rule. @see iptables iptables/xshared.c, libxtables/xtables.c: ipparse_hostnetworkmask */
import { type IpAddr, network, type Prefix, parseIp, parseIp4 } from '../../../base/ip.ts';
import type { PortRange } from '../../kernel/netadmin.ts';
import { maskBits } from './print.ts';
import { portNumber, UsageError } from './values.ts';

/** What -i and -o name. */
export function ifaceName(name: string): string {
  if (name === '') throw new UsageError('Empty interface is likely to be undesired');
  if (name.length > 15) throw new UsageError(`interface name \`${name}' must be shorter than 16 characters`);
  return name;
}

/** What -s and -d name. @param resolve looks a host name up in the hosts file */
export function addressOf(text: string, family: 4 | 6, resolve: (name: string) => IpAddr | undefined): Prefix {
  const slash = text.indexOf('/');
  const host = slash < 0 ? text : text.slice(0, slash);
  const mask = slash < 0 ? undefined : text.slice(slash + 1);
  const padded =
    family === 4 && /^\d+(\.\d+){0,2}$/.test(host) && mask !== undefined
      ? host + '.0'.repeat(3 - host.split('.').length + 1)
      : host;
  const addr = parseIp(padded) ?? resolve(host);
  if (!addr || addr.v !== family) throw new UsageError(`host/network \`${host}' not found`);
  const all = family === 4 ? 32 : 128;
  if (mask === undefined) return { addr, bits: all };
  const dotted = family === 4 ? parseIp4(mask) : undefined;
  const bits = dotted === undefined ? Number(mask) : maskBits(dotted);
  if (bits === undefined || !Number.isInteger(bits) || bits < 0 || bits > all || mask === '')
    throw new UsageError(`invalid mask \`${mask}' specified`);
  return network({ addr, bits });
}

/** `80`, `80:90`, `:90`. */
export function portRange(text: string): PortRange {
  const [a, b] = text.split(':') as [string, string?];
  if (b === undefined) {
    const n = portNumber(a);
    return { from: n, to: n };
  }
  const range = { from: a === '' ? 0 : portNumber(a), to: b === '' ? 65535 : portNumber(b) };
  if (range.from > range.to) throw new UsageError('invalid portrange (min > max)');
  return range;
}
