import { type IpAddr, type Prefix, parseIp, parsePrefix } from '../../../../base/ip.ts';
import type { IpamConfig } from '../../../api/types.ts';
import { Failure, failed } from '../../failure.ts';
import type { Parsed } from '../../flags/gostrconv.ts';
import type { Options } from '../../flags/options.ts';
import { sortedMap } from '../../gojson.ts';
import { label } from '../../opts/validators.ts';
import { command, exactly, flag } from '../../spec.ts';

const width = (a: IpAddr): number => (a.v === 4 ? 32 : 128);
const masked = (a: IpAddr, bits: number): bigint => BigInt(a.value) >> BigInt(width(a) - bits);
const contains = (p: Prefix, a: IpAddr): boolean => p.addr.v === a.v && masked(p.addr, p.bits) === masked(a, p.bits);

/** Does the subnet hold this address or prefix? @see docker/cli cli/command/network/create.go: subnetMatches */
function matches(subnet: string, data: string): Parsed<boolean> {
  const s = parsePrefix(subnet);
  if (!s) return { error: `invalid CIDR address: ${subnet}` };
  if (!data.includes('/')) {
    const ip = parseIp(data);
    return { value: ip !== undefined && contains(s, ip) };
  }
  const d = parsePrefix(data);
  if (!d) return { error: `invalid CIDR address: ${data}` };
  return { value: contains(s, d.addr) };
}

interface Building {
  Subnet: string;
  IPRange?: string;
  Gateway?: string;
  AuxiliaryAddresses?: Record<string, string>;
}

/** Whether one of them holds the other. */
function overlap(a: string, b: string): boolean {
  const holds = (subnet: string, data: string): boolean => {
    const m = matches(subnet, data);
    return 'value' in m && m.value;
  };
  return holds(a, b) || holds(b, a);
}

/** Puts what belongs to a subnet there. @param put says what is wrong with it */
type Put = (b: Building) => string | undefined;
function place(all: readonly Building[], value: string, what: string, put: Put): string | undefined {
  if (what === 'range' && !parsePrefix(value)) return `invalid CIDR address: ${value}`;
  for (const b of all) {
    const ok = matches(b.Subnet, value);
    if ('error' in ok) return what === 'range' ? ok.error : undefined;
    if (ok.value) return put(b);
  }
  return `no matching subnet for ${what} ${value}`;
}

const setRange =
  (r: string): Put =>
  (b) => {
    if (b.IPRange) return `cannot configure multiple ranges (${r}, ${b.IPRange}) on the same subnet (${b.Subnet})`;
    b.IPRange = r;
    return undefined;
  };

const setGateway =
  (g: string): Put =>
  (b) => {
    if (b.Gateway) return `cannot configure multiple gateways (${g}, ${b.Gateway}) for the same subnet (${b.Subnet})`;
    b.Gateway = g;
    return undefined;
  };

const setAuxiliary =
  (name: string, address: string): Put =>
  (b) => {
    b.AuxiliaryAddresses = { ...b.AuxiliaryAddresses, [name]: address };
    return undefined;
  };

/** Puts gateways, ranges and auxiliary addresses to their subnets. @see create.go: createIPAMConfig */
function ipamConfig(o: Options): Parsed<IpamConfig[]> {
  const subnets = o.list('subnet');
  const ranges = o.list('ip-range');
  const gateways = o.list('gateway');
  if (subnets.length < ranges.length || subnets.length < gateways.length)
    return { error: 'every ip-range or gateway must have a corresponding subnet' };
  const made: Building[] = [];
  for (const Subnet of subnets) {
    if (made.some((b) => overlap(Subnet, b.Subnet)))
      return { error: 'multiple overlapping subnet configuration is not supported' };
    made.push({ Subnet });
  }
  const auxiliary = Object.entries(sortedMap(o.map('aux-address')));
  const puts = [
    ...ranges.map((r) => () => place(made, r, 'range', setRange(r))),
    ...gateways.map((g) => () => place(made, g, 'gateway', setGateway(g))),
    ...auxiliary.map(
      ([name, a]) =>
        () =>
          place(made, a, 'aux-address', setAuxiliary(name, a)),
    ),
  ];
  for (const each of puts) {
    const error = each();
    if (error) return { error };
  }
  return {
    value: made.map(({ Subnet, IPRange, Gateway, AuxiliaryAddresses }) => ({
      Subnet,
      IPRange,
      Gateway,
      AuxiliaryAddresses,
    })),
  };
}

/** `docker network create` */
export const networkCreate = command({
  path: ['network', 'create'],
  use: '[OPTIONS] NETWORK',
  short: 'Make a network',
  args: exactly(1),
  flags: [
    flag('driver', 'string', 'Driver that manages it', { short: 'd', default: 'bridge' }),
    flag('opt', 'map', 'Options of the driver', { short: 'o' }),
    flag('label', 'list', 'Labels for the network', { check: label }),
    flag('internal', 'bool', 'No way out of it'),
    flag('ipv4', 'bool', 'Give IPv4 addresses', { default: 'true' }),
    flag('ipv6', 'bool', 'Give IPv6 addresses'),
    flag('attachable', 'bool', 'Let single containers attach by hand'),
    flag('ingress', 'bool', 'Make the routing mesh of a swarm'),
    flag('scope', 'string', 'How far it reaches'),
    flag('config-from', 'string', 'Network to take the configuration from', { names: 'network' }),
    flag('config-only', 'bool', 'Make only a configuration'),
    flag('ipam-driver', 'string', 'Driver that manages addresses', { default: 'default' }),
    flag('subnet', 'strings', 'Subnet, as 10.1.0.0/16'),
    flag('ip-range', 'strings', 'Part of the subnet that addresses come from'),
    flag('gateway', 'strings', 'Gateway of the subnet'),
    flag('aux-address', 'map', 'Addresses that the driver uses itself'),
    flag('ipam-opt', 'map', 'Options of the driver that manages addresses'),
  ],
  run: async (ctx, o, args) => {
    const config = ipamConfig(o);
    if ('error' in config) return new Failure(config.error);
    const from = o.string('config-from');
    const labels: Record<string, string> = {};
    for (const l of o.list('label'))
      labels[l.split('=')[0] as string] = l.includes('=') ? l.slice(l.indexOf('=') + 1) : '';
    const made = await ctx.client.post<{ Id: string; Warning?: string }>('/networks/create', {
      body: {
        Driver: o.string('driver'),
        Scope: o.string('scope'),
        EnableIPv4: o.changed('ipv4') ? o.bool('ipv4') : undefined,
        EnableIPv6: o.changed('ipv6') ? o.bool('ipv6') : undefined,
        IPAM: { Driver: o.string('ipam-driver'), Options: sortedMap(o.map('ipam-opt')), Config: config.value },
        Internal: o.bool('internal'),
        Attachable: o.bool('attachable'),
        Ingress: o.bool('ingress'),
        ConfigOnly: o.bool('config-only'),
        ConfigFrom: from === '' ? null : { Network: from },
        Options: sortedMap(o.map('opt')),
        Labels: sortedMap(labels),
        Name: args[0],
      },
    });
    if (failed(made)) return made;
    if (made.Warning) await ctx.err(`WARNING: ${made.Warning}\n`);
    await ctx.out(`${made.Id}\n`);
    return 0;
  },
});
