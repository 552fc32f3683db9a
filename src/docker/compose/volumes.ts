/** The volumes of a project in the engine. @see docker/compose pkg/compose/create.go: ensureVolume; down.go: removeVolume */
import { DaemonError, Failure, failed } from '../cli/failure.ts';
import { goQuote } from '../cli/flags/gostrconv.ts';
import type { Compose } from './compose.ts';
import { COMPOSE_VERSION, CONFIG_HASH, PROJECT, VERSION, VOLUME } from './labels.ts';
import { volumeHash } from './model/hash.ts';
import type { Project, VolumeConfig } from './model/project.ts';

interface Volume {
  readonly Name: string;
  readonly Labels: Record<string, string> | null;
}

const missing = (f: unknown): boolean => f instanceof DaemonError && f.status === 404;

/** Makes those that are missing. @param clear removes the containers of services, since a volume must be made anew */
export async function ensureVolumes(
  c: Compose,
  project: Project,
  yes: boolean,
  clear: (services: readonly string[]) => Promise<Failure | undefined>,
): Promise<Readonly<Record<string, string>> | Failure> {
  const out: Record<string, string> = {};
  for (const [key, v] of Object.entries(project.volumes)) {
    const name = await ensure(c, project, key, v, yes, clear);
    if (failed(name)) return name;
    out[key] = name;
  }
  return out;
}

async function ensure(
  c: Compose,
  project: Project,
  key: string,
  v: VolumeConfig,
  yes: boolean,
  clear: (services: readonly string[]) => Promise<Failure | undefined>,
): Promise<string | Failure> {
  const there = await c.ctx.client.get<Volume>(`/volumes/${v.name}`);
  if (failed(there)) {
    if (!missing(there)) return there;
    if (v.external) return new Failure(`external volume ${goQuote(v.name)} not found`);
    return createVolume(c, project, key, v);
  }
  if (v.external) return v.name;
  const owner = there.Labels?.[PROJECT];
  const hint = 'Use `external: true` to use an existing volume';
  if (owner === undefined)
    await c.warn(`volume ${goQuote(v.name)} already exists but was not created by Docker Compose. ${hint}`);
  else if (owner !== project.name)
    await c.warn(
      `volume ${goQuote(v.name)} already exists but was created for project ${goQuote(owner)} (expected ${goQuote(project.name)}). ${hint}`,
    );
  const hash = there.Labels?.[CONFIG_HASH];
  if (hash === undefined || hash === volumeHash(v)) return there.Name;
  const question = `Volume ${goQuote(v.name)} exists but doesn't match configuration in compose file. Recreate (data will be lost)?`;
  if (!yes && !(await c.ctx.confirm(question))) return there.Name;
  const users = Object.values(project.services).filter((s) => s.volumes?.some((x) => x.source === key));
  const cleared = await clear(users.map((s) => s.name));
  if (cleared) return cleared;
  const gone = await c.ctx.client.call('DELETE', `/volumes/${v.name}`, { query: { force: '1' } });
  return failed(gone) ? gone : createVolume(c, project, key, v);
}

async function createVolume(c: Compose, project: Project, key: string, v: VolumeConfig): Promise<string | Failure> {
  const id = `Volume ${goQuote(v.name)}`;
  c.progress.event({ id, status: 'working', statusText: 'Creating' });
  const made = await c.ctx.client.post<Volume>('/volumes/create', {
    body: {
      Name: v.name,
      Driver: v.driver ?? '',
      DriverOpts: v.driver_opts ?? null,
      Labels: {
        ...v.labels,
        [VOLUME]: key,
        [PROJECT]: project.name,
        [VERSION]: COMPOSE_VERSION,
        [CONFIG_HASH]: volumeHash(v),
      },
    },
  });
  if (failed(made)) {
    c.progress.event({ id, status: 'error', statusText: 'Error' });
    return made;
  }
  c.progress.event({ id, status: 'done', statusText: 'Created' });
  return v.name;
}

/** Removes a volume or an image, unless somebody uses it. */
export async function removeThing(c: Compose, kind: 'Volume' | 'Image', name: string): Promise<Failure | undefined> {
  const id = `${kind} ${name}`;
  c.progress.event({ id, status: 'working', statusText: 'Removing' });
  const path = kind === 'Volume' ? `/volumes/${name}` : `/images/${name}`;
  const gone = await c.ctx.client.call('DELETE', path, kind === 'Volume' ? { query: { force: '1' } } : {});
  if (!failed(gone)) c.progress.event({ id, status: 'done', statusText: 'Removed' });
  else if (gone instanceof DaemonError && gone.status === 409)
    c.progress.event({ id, status: 'warning', statusText: 'Resource is still in use' });
  else if (missing(gone)) c.progress.event({ id, status: 'done', statusText: 'Warning: No resource found to remove' });
  else return gone;
  return undefined;
}
