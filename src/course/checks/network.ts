/** `network`: networks of a machine's engine that have all of this. */
import * as v from 'valibot';
import type { Evidence } from '../evidence.ts';
import { about, machine, range, text } from './fields.ts';
import { inRange } from './look.ts';

export const network = v.strictObject({
  machine,
  name: v.optional(text),
  driver: v.optional(text),
  subnet: v.optional(text),
  gateway: v.optional(text),
  ipRange: v.optional(text),
  internal: v.optional(v.boolean()),
  ipv6: v.optional(v.boolean()),
  attachable: v.optional(v.boolean()),
  options: about(v.optional(v.record(v.string(), v.string())), 'Driver options, as given with `-o`.'),
  labels: v.optional(v.record(v.string(), v.string())),
  aux: about(v.optional(v.record(v.string(), v.string())), 'Addresses kept for others, as given with `--aux-address`.'),
  containers: about(v.optional(range), 'How many running containers are on it.'),
  count: about(
    v.optional(range),
    'How many such networks; one or more when absent. `bridge`, `host` and `none` are networks too.',
  ),
});
export type NetworkCheck = v.InferOutput<typeof network>;

/** What the Engine API tells of a network. */
interface Told {
  readonly Id: string;
  readonly Name: string;
  readonly Driver: string;
  readonly Internal: boolean;
  readonly EnableIPv6: boolean;
  readonly Attachable: boolean;
  readonly Options: Readonly<Record<string, string>> | null;
  readonly Labels: Readonly<Record<string, string>> | null;
  readonly Containers?: Readonly<Record<string, unknown>> | null;
  readonly IPAM?: {
    readonly Config?:
      | readonly {
          readonly Subnet?: string;
          readonly Gateway?: string;
          readonly IPRange?: string;
          readonly AuxiliaryAddresses?: Readonly<Record<string, string>>;
        }[]
      | null;
  };
}

export async function judgeNetwork(want: NetworkCheck, evidence: Evidence): Promise<boolean> {
  const all = ((await evidence.engine(want.machine, '/networks')) ?? []) as readonly Told[];
  const found: Told[] = [];
  for (const n of all) if (has(n, want) && (await holds(n, want, evidence))) found.push(n);
  return inRange(found.length, want.count);
}

const same = (want: unknown, have: unknown): boolean => want === undefined || want === have;

const includes = (
  want: Readonly<Record<string, string>> | undefined,
  have: Readonly<Record<string, string>> | null | undefined,
): boolean => Object.entries(want ?? {}).every(([key, value]) => have?.[key] === value);

function has(n: Told, want: NetworkCheck): boolean {
  const pools = n.IPAM?.Config ?? [];
  return (
    same(want.name, n.Name) &&
    same(want.driver, n.Driver) &&
    same(want.internal, n.Internal) &&
    same(want.ipv6, n.EnableIPv6) &&
    same(want.attachable, n.Attachable) &&
    includes(want.options, n.Options) &&
    includes(want.labels, n.Labels) &&
    (want.subnet === undefined || pools.some((p) => p.Subnet === want.subnet)) &&
    (want.gateway === undefined || pools.some((p) => p.Gateway === want.gateway)) &&
    (want.ipRange === undefined || pools.some((p) => p.IPRange === want.ipRange)) &&
    (want.aux === undefined || pools.some((p) => includes(want.aux, p.AuxiliaryAddresses)))
  );
}

/** The list of networks does not tell who is on them. */
async function holds(n: Told, want: NetworkCheck, evidence: Evidence): Promise<boolean> {
  if (want.containers === undefined) return true;
  const told = (await evidence.engine(want.machine, `/networks/${n.Id}`)) as Told | undefined;
  return inRange(Object.keys(told?.Containers ?? {}).length, want.containers);
}
