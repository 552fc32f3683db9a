/** `volume`: volumes of a machine's engine, and where they are mounted. */
import * as v from 'valibot';
import type { Evidence } from '../evidence.ts';
import { about, machine, range, text } from './fields.ts';
import { inRange, machineOf } from './look.ts';

export const volume = v.strictObject({
  machine,
  name: v.optional(text),
  driver: v.optional(text),
  container: about(v.optional(text), 'Mounted in this container …'),
  destination: about(v.optional(text), '… at this path.'),
  count: about(v.optional(range), 'How many such; one or more when absent.'),
});
export type VolumeCheck = v.InferOutput<typeof volume>;

interface ToldVolumes {
  readonly Volumes?: readonly { readonly Name: string; readonly Driver: string }[] | null;
}
interface ToldContainer {
  readonly Mounts?: readonly { readonly Type: string; readonly Name?: string; readonly Destination: string }[];
}

export async function judgeVolume(want: VolumeCheck, evidence: Evidence): Promise<boolean> {
  const told = (await evidence.engine(want.machine, '/volumes')) as ToldVolumes | undefined;
  let found = (told?.Volumes ?? []).filter(
    (o) => (want.name === undefined || o.Name === want.name) && (want.driver === undefined || o.Driver === want.driver),
  );
  if (want.container !== undefined || want.destination !== undefined) {
    const mounted = await mounts(want, evidence);
    found = found.filter((o) => mounted.has(o.Name));
  }
  return inRange(found.length, want.count);
}

/** Names of the volumes that are mounted where the check says. */
async function mounts(want: VolumeCheck, evidence: Evidence): Promise<Set<string>> {
  const names = new Set<string>();
  for (const c of machineOf(evidence.view, want.machine)?.containers ?? []) {
    if (want.container !== undefined && c.name !== want.container) continue;
    const told = (await evidence.engine(want.machine, `/containers/${c.id}/json`)) as ToldContainer | undefined;
    for (const m of told?.Mounts ?? [])
      if (m.Type === 'volume' && m.Name && (want.destination === undefined || m.Destination === want.destination))
        names.add(m.Name);
  }
  return names;
}
