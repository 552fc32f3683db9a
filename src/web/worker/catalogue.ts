/** What a lab has to play with: commands of its machines, images that can be run. */
import type { Lab } from '../../lab/lab.ts';
import { installedPrograms } from '../../lab/programs.ts';

export interface Catalogue {
  readonly machines: readonly string[];
  /** Names of what is in a machine's PATH, sorted. */
  readonly commands: readonly string[];
  /** Repositories that can be run or pulled, sorted. */
  readonly images: readonly string[];
}

export async function catalogueOf(lab: Lab): Promise<Catalogue> {
  const { hubRepositories } = await import('../../docker/images/hub/hub.ts');
  const names = installedPrograms().flatMap(({ paths }) => paths.map((p) => p.slice(p.lastIndexOf('/') + 1)));
  return {
    machines: lab.machines.map((m) => m.name),
    commands: [...new Set(names)].sort(),
    images: hubRepositories(),
  };
}
