/**
 * Making the containers of a service.
 * @see docker/compose pkg/compose/convergence.go: createContainer, recreateContainer, createMobyContainer, getLinks
 */
import type { ContainerInspect, ContainerSummary, CreateAnswer } from '../../api/types.ts';
import { Failure, failed } from '../../cli/failure.ts';
import { atoi } from '../../cli/flags/gostrconv.ts';
import type { Compose } from '../compose.ts';
import { containersOf, nameOf, progressName } from '../containers.ts';
import type { Images } from '../images.ts';
import { NUMBER, ONE_OFF, REPLACE } from '../labels.ts';
import type { Project, ServiceConfig } from '../model/project.ts';
import { say, seconds } from '../stop.ts';
import { bodyOf, type How, imageOf } from './body.ts';
import { injectFiles } from './inject.ts';

/** What a container is made of. */
interface Making {
  readonly project: Project;
  readonly service: ServiceConfig;
  readonly images: Images;
}

/** `shop-web-1`, or the name that the file gives. */
const containerName = (c: Compose, project: Project, s: ServiceConfig, number: number): string =>
  s.container_name || [project.name, s.name, String(number)].join(c.separator);

/** @param more what is special of a container of `run` */
export async function createContainer(
  c: Compose,
  making: Making,
  number: number,
  more: Partial<How> = {},
): Promise<ContainerSummary | Failure> {
  const name = containerName(c, making.project, making.service, number);
  c.progress.event({ id: `Container ${name}`, status: 'working', statusText: 'Creating' });
  const made = await make(c, making, name, number, more);
  if (failed(made)) {
    c.progress.event({ id: `Container ${name}`, status: 'error', statusText: made.message });
    return made;
  }
  c.progress.event({ id: `Container ${name}`, status: 'done', statusText: 'Created' });
  return made;
}

/** A new one in place of an old one, under the same name. */
export async function recreateContainer(
  c: Compose,
  making: Making,
  old: ContainerSummary,
  o: { readonly inherit: boolean; readonly timeout?: number },
): Promise<ContainerSummary | Failure> {
  const { client } = c.ctx;
  say(c, old, 'working', 'Recreate');
  const parsed = atoi(old.Labels[NUMBER] ?? '');
  if ('error' in parsed) return new Failure(parsed.error);
  const number = parsed.value;
  const name = containerName(c, making.project, making.service, number);
  const made = await make(c, making, `${old.Id.slice(0, 12)}_${name}`, number, {
    old: o.inherit ? old : undefined,
    labels: { [REPLACE]: old.Id },
  });
  const query = { t: seconds(o.timeout) };
  const bad = failed(made)
    ? made
    : await first([
        () => client.call('POST', `/containers/${old.Id}/stop`, { query }),
        () => client.call('DELETE', `/containers/${old.Id}`),
        () => client.call('POST', `/containers/${made.Id}/rename`, { query: { name } }),
      ]);
  if (bad) {
    c.progress.event({ id: progressName(old), status: 'error', statusText: bad.message });
    return bad;
  }
  say(c, old, 'done', 'Recreated');
  return { ...(made as ContainerSummary), Names: [`/${name}`] };
}

/** One after the other, until one fails. */
async function first(steps: readonly (() => Promise<unknown>)[]): Promise<Failure | undefined> {
  for (const step of steps) {
    const got = await step();
    if (failed(got)) return got;
  }
  return undefined;
}

async function make(
  c: Compose,
  { project, service, images }: Making,
  name: string,
  number: number,
  more: Partial<How>,
): Promise<ContainerSummary | Failure> {
  const { client } = c.ctx;
  const image = images.get(imageOf(c, project, service));
  const links = await linksOf(c, project, service, number, more.labels?.[ONE_OFF] === 'True');
  if (failed(links)) return links;
  const body = await bodyOf(c, project, service, {
    number,
    name: containerName(c, project, service, number),
    links,
    aliases: true,
    digest: image?.Id,
    volumes: new Set(Object.keys(image?.Config?.Volumes ?? {})),
    ...more,
  });
  if (failed(body)) return body;
  const platform = service.platform || project.environment.DOCKER_DEFAULT_PLATFORM || undefined;
  const made = await client.post<CreateAnswer>('/containers/create', { query: { name, platform }, body });
  if (failed(made)) return made;
  for (const text of made.Warnings ?? []) c.progress.event({ id: service.name, status: 'warning', text });
  const info = await client.get<ContainerInspect>(`/containers/${made.Id}/json`);
  if (failed(info)) return info;
  const injected = await injectFiles(c, project, service, made.Id);
  return injected ?? summary(info);
}

/** What is known of it without asking for the list. */
const summary = (info: ContainerInspect): ContainerSummary => ({
  Id: info.Id,
  Names: [info.Name],
  Image: info.Config.Image,
  ImageID: info.Image,
  Command: '',
  Created: 0,
  Ports: [],
  Labels: info.Config.Labels ?? {},
  State: 'created',
  Status: '',
  HostConfig: { NetworkMode: info.HostConfig.NetworkMode },
  NetworkSettings: { Networks: info.NetworkSettings.Networks },
  Mounts: [],
});

/** `NAME:ALIAS`, for links to services, to what runs of the service itself, and to containers of others. */
async function linksOf(
  c: Compose,
  project: Project,
  s: ServiceConfig,
  number: number,
  oneOff: boolean,
): Promise<string[] | Failure> {
  const out: string[] = [];
  const join = (...parts: readonly string[]): string => parts.join(c.separator);
  for (const link of s.links ?? []) {
    const [name = '', alias = name] = link.split(':');
    const list = await containersOf(c, project.name, { services: [name] });
    if (failed(list)) return list;
    for (const x of list)
      for (const as of [alias, join(name, String(number)), join(project.name, name, String(number))])
        out.push(`${nameOf(x)}:${as}`);
  }
  if (oneOff && s.labels?.[ONE_OFF] === 'True') {
    const list = await containersOf(c, project.name, { services: [s.name] });
    if (failed(list)) return list;
    for (const x of list) out.push(`${nameOf(x)}:${s.name}`);
  }
  for (const link of s.external_links ?? []) {
    const [name = '', alias = name] = link.split(':');
    out.push(`${name}:${alias}`);
  }
  return out;
}
