/**
 * A project made from what the engine has of it, when there is no file to read.
 * @see docker/compose pkg/compose/compose.go: projectFromName, actualNetworks, actualVolumes
 */
import type { ContainerSummary, NetworkInspect } from '../api/types.ts';
import { filterQuery } from '../cli/client.ts';
import { Failure, failed } from '../cli/failure.ts';
import { goQuote } from '../cli/flags/gostrconv.ts';
import type { Compose } from './compose.ts';
import { isOneOff, label, serviceOf } from './containers.ts';
import { dependencies, reach } from './graph.ts';
import { DEPENDENCIES, NETWORK, PROJECT, VOLUME } from './labels.ts';
import type { NetworkConfig, Project, ServiceConfig, ServiceDependency, VolumeConfig } from './model/project.ts';

/** `db:service_healthy:false,cache:…` */
function dependsOn(text: string): Record<string, ServiceDependency> {
  const out: Record<string, ServiceDependency> = {};
  for (const part of text.split(',').filter((p) => p !== '')) {
    const [name = '', condition = 'service_started', restart = 'true'] = part.split(':');
    out[name] = { condition: condition as ServiceDependency['condition'], restart: restart === 'true', required: true };
  }
  return out;
}

/** A project of which nothing is known. */
const emptyProject = (name: string): Project => ({
  name,
  workingDir: '',
  services: {},
  disabledServices: {},
  networks: {},
  volumes: {},
  secrets: {},
  configs: {},
  models: {},
  extensions: {},
  composeFiles: [],
  environment: {},
  profiles: [],
});

/** The services that containers stand for. @param wanted those asked for, and what they depend on */
export function recalledServices(
  list: readonly ContainerSummary[],
  name: string,
  wanted: readonly string[] = [],
): Project | Failure {
  const services: Record<string, ServiceConfig> = {};
  for (const c of list) {
    const key = serviceOf(c);
    const old = services[key];
    const depends_on = dependsOn(c.Labels[DEPENDENCIES] ?? '');
    services[key] = old
      ? { ...old, scale: (old.scale ?? 0) + 1 }
      : { name: key, image: c.Image, labels: c.Labels, depends_on, scale: 1 };
  }
  const project = { ...emptyProject(name), services };
  for (const w of wanted) if (!services[w]) return new Failure(`no such service: ${goQuote(w)}: not found`);
  return wanted.length === 0 ? project : withServices(project, wanted);
}

/** Only those services and what they depend on. */
export function withServices(project: Project, wanted: readonly string[]): Project {
  return only(project, reach(dependencies(project), wanted));
}

/** Only those services; the others count as turned off. */
export function only(project: Project, kept: ReadonlySet<string>): Project {
  const entries = Object.entries(project.services);
  return {
    ...project,
    services: Object.fromEntries(entries.filter(([n]) => kept.has(n))),
    disabledServices: { ...project.disabledServices, ...Object.fromEntries(entries.filter(([n]) => !kept.has(n))) },
  };
}

/** With the networks and volumes that carry the project's label. */
export async function recalledProject(
  c: Compose,
  list: readonly ContainerSummary[],
  name: string,
): Promise<Project | Failure> {
  const own = list.filter((x) => !isOneOff(x));
  const project = recalledServices(own, name);
  if (failed(project)) return project;
  const filters = filterQuery([label(PROJECT, name)]);
  const volumes = await c.ctx.client.get<{
    Volumes: { Name: string; Driver: string; Labels: Record<string, string> }[] | null;
  }>('/volumes', { filters });
  if (failed(volumes)) return volumes;
  const networks = await c.ctx.client.get<NetworkInspect[]>('/networks', { filters });
  if (failed(networks)) return networks;
  const byKey = <T>(rows: readonly [string, T][]): Record<string, T> => Object.fromEntries(rows);
  return {
    ...project,
    volumes: byKey<VolumeConfig>(
      (volumes.Volumes ?? []).map((v) => [v.Labels[VOLUME] ?? v.Name, { name: v.Name, driver: v.Driver }]),
    ),
    networks: byKey<NetworkConfig>(
      networks.map((n) => [n.Labels?.[NETWORK] ?? n.Name, { name: n.Name, driver: n.Driver }]),
    ),
  };
}

/** What is said of a service that the project does not have. */
export const noService = (name: string): Failure => new Failure(`no such service: ${name}`);
