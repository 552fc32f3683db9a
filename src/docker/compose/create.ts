/**
 * Everything that a project needs to start: images, networks, volumes, containers.
 * @see docker/compose pkg/compose/create.go: create
 */
import { type Failure, failed } from '../cli/failure.ts';
import { modelFault, withApiSocket } from './beyond.ts';
import type { Compose } from './compose.ts';
import { containersOf, nameOf, orphansOf } from './containers.ts';
import { Convergence, type Recreate } from './converge.ts';
import { all } from './graph.ts';
import { type EnsureOptions, ensureImages } from './images.ts';
import type { Project } from './model/project.ts';
import { ensureNetworks } from './networks.ts';
import { removeAll, stop } from './stop.ts';
import { ensureVolumes } from './volumes.ts';

/** What `up`, `create`, `run` and `scale` ask for. */
export interface CreateOptions {
  readonly images: EnsureOptions;
  /** Services asked for; empty: all. */
  readonly services: readonly string[];
  readonly removeOrphans?: boolean;
  readonly ignoreOrphans?: boolean;
  readonly recreate: Recreate;
  readonly recreateDependencies: Recreate;
  readonly inherit: boolean;
  readonly timeout?: number;
  /** Every question is answered with yes. */
  readonly yes?: boolean;
}

/** Without any flag. */
export const PLAIN_CREATE: CreateOptions = {
  images: { build: 'missing' },
  services: [],
  recreate: 'diverged',
  recreateDependencies: 'diverged',
  inherit: true,
};

/** @returns the containers' state, for those who go on from here */
export async function create(c: Compose, given: Project, o: CreateOptions): Promise<Convergence | Failure> {
  const project = withApiSocket(c, given);
  if (failed(project)) return project;
  const services = o.services.length > 0 ? o.services : Object.keys(project.services);
  const images = await ensureImages(c, project, o.images);
  if (failed(images)) return images;
  const modelless = modelFault(c, project);
  if (modelless) return modelless;
  const halt = (names: readonly string[]): Promise<Failure | undefined> =>
    stop(c, project.name, { services: names, project });
  const networks = await ensureNetworks(c, project, halt);
  if (failed(networks)) return networks;
  const volumes = await ensureVolumes(c, project, o.yes === true, async (names) => {
    const list = await containersOf(c, project.name, { services: names });
    if (failed(list)) return list;
    return (await halt(names)) ?? all(list.map((x) => c.ctx.client.call('DELETE', `/containers/${x.Id}`)));
  });
  if (failed(volumes)) return volumes;
  const state = await containersOf(c, project.name, { oneOff: 'include' });
  if (failed(state)) return state;
  const orphans = orphansOf(state, project);
  if (orphans.length > 0 && !o.ignoreOrphans) {
    const gone = o.removeOrphans
      ? await removeAll(c, orphans, undefined, false)
      : await warnOfOrphans(c, orphans.map(nameOf));
    if (gone) return gone;
  }
  const convergence = new Convergence(c, project, state, images, networks, volumes);
  const bad = await convergence.apply({ ...o, services });
  return bad ?? convergence;
}

async function warnOfOrphans(c: Compose, names: readonly string[]): Promise<undefined> {
  await c.warn(
    `Found orphan containers ([${names.join(' ')}]) for this project. If you removed or renamed this service in your compose file, you can run this command with the --remove-orphans flag to clean it up.`,
  );
}
