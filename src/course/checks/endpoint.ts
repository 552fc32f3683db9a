/** `endpoint`: a running container is on a network, with this address, alias or link. One that is only created is to be on it. */
import * as v from 'valibot';
import type { Evidence } from '../evidence.ts';
import { about, machine, range, text } from './fields.ts';
import { inRange, machineOf } from './look.ts';

export const endpoint = v.strictObject({
  machine,
  container: v.optional(text),
  network: v.optional(text),
  ip: v.optional(text),
  ipv6: v.optional(text),
  mac: v.optional(text),
  gateway: v.optional(text),
  alias: about(v.optional(text), "A name by which the network's resolver knows it: its own, an alias, its short id."),
  link: about(v.optional(text), '`container:alias`, as given with `--link`.'),
  count: about(v.optional(range), 'How many such; one or more when absent.'),
});
export type EndpointCheck = v.InferOutput<typeof endpoint>;

/** What the Engine API tells of an endpoint. */
interface Told {
  /** Empty while the container does not run. */
  readonly EndpointID: string;
  readonly IPAddress: string;
  readonly GlobalIPv6Address: string;
  readonly MacAddress: string;
  readonly Gateway: string;
  readonly Aliases: readonly string[] | null;
  readonly DNSNames: readonly string[] | null;
  readonly Links: readonly string[] | null;
}
interface ToldContainer {
  readonly HostConfig?: { readonly Links?: readonly string[] | null };
  readonly NetworkSettings?: { readonly Networks?: Readonly<Record<string, Told>> };
}

export async function judgeEndpoint(want: EndpointCheck, evidence: Evidence): Promise<boolean> {
  const containers = machineOf(evidence.view, want.machine)?.containers ?? [];
  let found = 0;
  for (const c of containers) {
    if (want.container !== undefined && c.name !== want.container) continue;
    const told = (await evidence.engine(want.machine, `/containers/${c.id}/json`)) as ToldContainer | undefined;
    for (const [network, e] of Object.entries(told?.NetworkSettings?.Networks ?? {}))
      if ((want.network === undefined || want.network === network) && has(e, told, want)) found++;
  }
  return inRange(found, want.count);
}

function has(e: Told, of: ToldContainer | undefined, want: EndpointCheck): boolean {
  const same = (asked: string | undefined, have: string): boolean => asked === undefined || asked === have;
  return (
    e.EndpointID !== '' &&
    same(want.ip, e.IPAddress) &&
    same(want.ipv6, e.GlobalIPv6Address) &&
    same(want.mac, e.MacAddress) &&
    same(want.gateway, e.Gateway) &&
    (want.alias === undefined || [...(e.Aliases ?? []), ...(e.DNSNames ?? [])].includes(want.alias)) &&
    (want.link === undefined || [...(e.Links ?? []), ...links(of)].includes(want.link))
  );
}

/** Links of the default network stand with the container: `/db:/web/db`. */
const links = (of: ToldContainer | undefined): string[] =>
  (of?.HostConfig?.Links ?? []).map((l) => {
    const [target = '', alias = ''] = l.split(':');
    return `${target.replace(/^\//, '')}:${alias.split('/').at(-1)}`;
  });
