/** The containers of a project, as the engine lists them. @see docker/compose pkg/compose/containers.go */
import type { ContainerSummary } from '../api/types.ts';
import { filterQuery } from '../cli/client.ts';
import { Failure, failed } from '../cli/failure.ts';
import { goQuote } from '../cli/flags/gostrconv.ts';
import type { Compose } from './compose.ts';
import { CONFIG_HASH, NUMBER, ONE_OFF, PROJECT, SERVICE } from './labels.ts';
import type { Project } from './model/project.ts';

/** Containers of `run`: with the others, without them, or they alone. */
type OneOff = 'include' | 'exclude' | 'only';

interface Which {
  readonly oneOff?: OneOff;
  /** Stopped ones too. */
  readonly all?: boolean;
  /** Of these services; empty: of all. */
  readonly services?: readonly string[];
  readonly index?: number;
}

/** A filter. */
export const label = (name: string, value?: string): string =>
  value === undefined ? `label=${name}` : `label=${name}=${value}`;

/** @returns what the project has, the newest first */
export async function containersOf(c: Compose, project: string, which: Which): Promise<ContainerSummary[] | Failure> {
  const { oneOff = 'exclude', all = true, services = [], index = 0 } = which;
  const filters = [label(PROJECT, project), label(CONFIG_HASH)];
  if (services.length === 1) filters.push(label(SERVICE, services[0]));
  if (oneOff !== 'include') filters.push(label(ONE_OFF, oneOff === 'only' ? 'True' : 'False'));
  if (index > 0) filters.push(label(NUMBER, String(index)));
  const got = await c.ctx.client.get<ContainerSummary[]>('/containers/json', {
    all: all ? '1' : undefined,
    filters: filterQuery(filters),
  });
  if (failed(got)) return got;
  return services.length > 1 ? got.filter((x) => services.includes(serviceOf(x))) : got;
}

/** The service that a container belongs to. */
export const serviceOf = (c: ContainerSummary): string => c.Labels[SERVICE] ?? '';
/** Its number among those of the service; NaN for one of `run`. */
export const numberOf = (c: ContainerSummary): number => Number.parseInt(c.Labels[NUMBER] ?? '', 10);
/** It is one of `run`. */
export const isOneOff = (c: ContainerSummary): boolean => c.Labels[ONE_OFF] === 'True';

/** Its name, not those that links gave it. */
export function nameOf(c: ContainerSummary): string {
  const own = c.Names.find((n) => n.lastIndexOf('/') === 0) ?? c.Names[0];
  return own?.slice(1) ?? c.Id.slice(0, 12);
}

/** Name that progress and errors use. */
export const progressName = (c: ContainerSummary): string => `Container ${nameOf(c)}`;

/** `web-1` of `shop-web-1`; a name of its own stays as it is. */
export function shortName(c: ContainerSummary, separator: string): string {
  const name = nameOf(c);
  const project = c.Labels[PROJECT] ?? '';
  const usual = [project, c.Labels[SERVICE] ?? '', c.Labels[NUMBER] ?? ''].join(separator);
  return name === usual ? name.slice(project.length + 1) : name;
}

/** Sorted. */
export const byName = (list: readonly ContainerSummary[]): ContainerSummary[] =>
  [...list].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));

/** Containers that no service of the file stands for; what `run` left behind counts when it is over. */
export function orphansOf(list: readonly ContainerSummary[], project: Project): ContainerSummary[] {
  const known = new Set([...Object.keys(project.services), ...Object.keys(project.disabledServices)]);
  return list.filter((c) => (isOneOff(c) ? c.State === 'exited' || c.State === 'dead' : !known.has(serviceOf(c))));
}

/** One running container of a service, or the one of that number. @see containers.go: getSpecifiedContainer */
export async function oneContainer(
  c: Compose,
  project: string,
  service: string,
  { index = 0, all = false, oneOff = 'exclude' as OneOff } = {},
): Promise<ContainerSummary | Failure> {
  const list = await containersOf(c, project, { oneOff, all, services: [service], index });
  if (failed(list)) return list;
  const order = (x: ContainerSummary): number => (isOneOff(x) ? Number.MAX_SAFE_INTEGER : numberOf(x) || 0);
  const [first] = [...list].sort((a, b) => order(a) - order(b));
  if (first) return first;
  const which = index > 0 ? ` container #${index}` : '';
  return new Failure(`service ${goQuote(service)} is not running${which}`);
}
