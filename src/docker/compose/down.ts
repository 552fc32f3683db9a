/** Removing all that a project has. @see docker/compose pkg/compose/down.go, image_pruner.go */
import type { ImageSummary } from '../api/types.ts';
import { filterQuery } from '../cli/client.ts';
import { type Failure, failed } from '../cli/failure.ts';
import { goQuote } from '../cli/flags/gostrconv.ts';
import type { Compose } from './compose.ts';
import { containersOf, isOneOff, label, orphansOf, serviceOf } from './containers.ts';
import { imageOf } from './create/body.ts';
import { all, dependents, inReverseOrder, reach } from './graph.ts';
import { PROJECT } from './labels.ts';
import type { Project } from './model/project.ts';
import { removeNetwork } from './networks.ts';
import { noService } from './recalled.ts';
import { projectOf, removeAll } from './stop.ts';
import { removeThing } from './volumes.ts';

/** What goes besides containers and networks. */
interface DownOptions {
  readonly project?: Project;
  readonly services: readonly string[];
  readonly removeOrphans: boolean;
  readonly timeout?: number;
  /** `all`, `local` or nothing. */
  readonly images: string;
  readonly volumes: boolean;
}

/** Stops and removes, those first that depend on others. */
export async function down(c: Compose, name: string, o: DownOptions): Promise<Failure | undefined> {
  const list = await containersOf(c, name, { oneOff: o.removeOrphans ? 'include' : 'exclude' });
  if (failed(list)) return list;
  const project = await projectOf(c, name, o.project, list);
  if (failed(project)) return project;
  const unknown = o.services.find((s) => !project.services[s]);
  if (unknown !== undefined && o.project) return noService(unknown);
  const known = o.services.filter((s) => project.services[s]);
  const wanted = known.length > 0 ? reach(dependents(project), known) : new Set(Object.keys(project.services));
  const removed = await inReverseOrder(project, async (service) => {
    if (!wanted.has(service)) return undefined;
    const own = list.filter((x) => serviceOf(x) === service && (o.removeOrphans || !isOneOff(x)));
    return removeAll(c, own, o.timeout, o.volumes, project);
  });
  if (removed) return removed;
  const orphans = orphansOf(list, project).filter((x) => !isOneOff(x) || !project.services[serviceOf(x)]);
  const swept = o.removeOrphans ? await removeAll(c, orphans, o.timeout, false) : undefined;
  if (swept) return swept;
  return theRest(c, project, o, list.length > 0);
}

/** Networks, images, volumes: all at once. */
async function theRest(c: Compose, project: Project, o: DownOptions, some: boolean): Promise<Failure | undefined> {
  const tasks: (() => Promise<Failure | undefined>)[] = [];
  for (const [key, n] of Object.entries(project.networks))
    if (!n.external) tasks.push(() => removeNetwork(c, project.name, key, n.name));
  if (o.images !== '') {
    const images = await imagesToRemove(c, project, o);
    if (failed(images)) return images;
    for (const image of images) tasks.push(() => removeThing(c, 'Image', image));
  }
  if (o.volumes)
    for (const v of Object.values(project.volumes)) if (!v.external) tasks.push(() => removeThing(c, 'Volume', v.name));
  if (!some && tasks.length === 0)
    await c.ctx.err(`Warning: No resource found to remove for project ${goQuote(project.name)}.\n`);
  return all(tasks.map((t) => t()));
}

/** `local`: those that were built for the project and have no name of their own in the file. */
async function imagesToRemove(c: Compose, project: Project, o: DownOptions): Promise<string[] | Failure> {
  const out = new Set<string>();
  const all = o.images === 'all';
  const built = await c.ctx.client.get<ImageSummary[]>('/images/json', {
    filters: filterQuery([label(PROJECT, project.name), 'dangling=false']),
  });
  if (failed(built)) return built;
  const tags = new Set(built.flatMap((i) => i.RepoTags ?? []));
  for (const s of Object.values(project.services)) {
    const name = imageOf(c, project, s);
    const tag = /:[^/]+$/.test(name) ? name : `${name}:latest`;
    if (all && s.image) out.add(name);
    else if (tags.has(tag) && (all || !s.image)) out.add(tag);
  }
  return [...out];
}
