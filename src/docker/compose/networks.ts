/** The networks of a project in the engine. @see docker/compose pkg/compose/create.go: ensureNetwork; down.go: removeNetwork */
import type { NetworkInspect } from '../api/types.ts';
import { filterQuery } from '../cli/client.ts';
import { DaemonError, Failure, failed } from '../cli/failure.ts';
import { goQuote } from '../cli/flags/gostrconv.ts';
import type { Compose } from './compose.ts';
import { containersOf, label, nameOf, serviceOf } from './containers.ts';
import { endpoint } from './create/endpoints.ts';
import { bodyOfNetwork } from './create/network.ts';
import { CONFIG_HASH, NETWORK, PROJECT } from './labels.ts';
import { networkHash } from './model/hash.ts';
import type { NetworkConfig, Project } from './model/project.ts';

/** Ids by key; what only other nodes of a swarm know is `swarm`. */
export type NetworkIds = Readonly<Record<string, string>>;

/** Makes those that are missing. @param stop stops the services that use one of these, since it must be made anew */
export async function ensureNetworks(
  c: Compose,
  project: Project,
  stop: (services: readonly string[]) => Promise<Failure | undefined>,
): Promise<NetworkIds | Failure> {
  const out: Record<string, string> = {};
  for (const key of new Set([...(project.networkOrder ?? []), ...Object.keys(project.networks)])) {
    const n = project.networks[key];
    if (!n) continue;
    const id = n.external ? await external(c, n) : await resolveOrCreate(c, project, key, n, stop);
    if (failed(id)) return id;
    out[key] = id;
  }
  return out;
}

const named = (c: Compose, name: string): Promise<NetworkInspect[] | Failure> =>
  c.ctx.client.get<NetworkInspect[]>('/networks', { filters: filterQuery([`name=${name}`]) });

const inspect = (c: Compose, name: string): Promise<NetworkInspect | Failure> =>
  c.ctx.client.get<NetworkInspect>(`/networks/${name}`);

async function external(c: Compose, n: NetworkConfig): Promise<string | Failure> {
  const listed = await named(c, n.name);
  if (failed(listed)) return listed;
  let found = listed.filter((x) => x.Name === n.name || x.Id === n.name);
  if (listed.length === 0) {
    const byId = await inspect(c, n.name);
    if (failed(byId) && !(byId instanceof DaemonError && byId.status === 404)) return byId;
    found = failed(byId) ? [] : [byId];
  }
  if (found.length > 1)
    return new Failure(
      `multiple networks with name ${goQuote(n.name)} were found. Use network ID as \`name\` to avoid ambiguity`,
    );
  const [one] = found;
  if (one) return one.Id;
  const info = await c.ctx.client.get<{ Swarm: { LocalNodeState: string } }>('/info');
  if (failed(info)) return info;
  if (info.Swarm.LocalNodeState === 'active') return 'swarm';
  return new Failure(`network ${n.name} declared as external, but could not be found`);
}

async function resolveOrCreate(
  c: Compose,
  project: Project,
  key: string,
  n: NetworkConfig,
  stop: (services: readonly string[]) => Promise<Failure | undefined>,
): Promise<string | Failure> {
  const there = await inspect(c, n.name);
  if (!failed(there) && (there.Name === n.name || there.Id === n.name)) {
    const owner = there.Labels?.[PROJECT];
    const foreign = 'Set `external: true` to use an existing network';
    if (owner === undefined)
      await c.warn(`a network with name ${n.name} exists but was not created by compose.\n${foreign}`);
    else if (owner !== project.name)
      await c.warn(
        `a network with name ${n.name} exists but was not created for project ${goQuote(project.name)}.\n${foreign}`,
      );
    const own = there.Labels?.[NETWORK] ?? '';
    if (own !== key)
      return new Failure(
        `network ${n.name} was found but has incorrect label ${NETWORK} set to ${goQuote(own)} (expected: ${goQuote(key)})`,
      );
    const hash = there.Labels?.[CONFIG_HASH] ?? '';
    if (hash === '' || hash === networkHash(n)) return there.Id;
    return renewed(c, project, key, n, stop);
  }
  return createNetwork(c, project, key, n);
}

/** A network that is to be another one: its containers stop, leave it, and join what takes its place. */
async function renewed(
  c: Compose,
  project: Project,
  key: string,
  n: NetworkConfig,
  stop: (services: readonly string[]) => Promise<Failure | undefined>,
): Promise<string | Failure> {
  const users = Object.values(project.services).filter((s) => key in (s.networks ?? {}));
  const stopped = await stop(users.map((s) => s.name));
  if (stopped) return stopped;
  const list = users.length > 0 ? await containersOf(c, project.name, { services: users.map((s) => s.name) }) : [];
  if (failed(list)) return list;
  const mine = list.filter((x) => n.name in x.NetworkSettings.Networks);
  const { client } = c.ctx;
  for (const x of mine) {
    const body = { Container: x.Id, Force: true };
    const off = await client.call('POST', `/networks/${n.name}/disconnect`, { body });
    if (failed(off)) return off;
  }
  const gone = await client.call('DELETE', `/networks/${n.name}`);
  if (failed(gone)) return gone;
  c.progress.event({ id: `Network ${n.name}`, status: 'done', statusText: 'Removed' });
  const id = await createNetwork(c, project, key, n);
  if (failed(id)) return id;
  for (const x of mine) {
    const s = project.services[serviceOf(x)];
    if (!s) continue;
    const EndpointConfig = endpoint(s, key, { container: nameOf(x), links: [], aliases: true });
    const on = await client.call('POST', `/networks/${id}/connect`, { body: { Container: x.Id, EndpointConfig } });
    if (failed(on)) return on;
  }
  return id;
}

async function createNetwork(c: Compose, project: Project, key: string, n: NetworkConfig): Promise<string | Failure> {
  const id = `Network ${n.name}`;
  c.progress.event({ id, status: 'working', statusText: 'Creating' });
  const made = await c.ctx.client.post<{ Id: string }>('/networks/create', { body: bodyOfNetwork(project, key, n) });
  if (failed(made)) {
    c.progress.event({ id, status: 'error', statusText: 'Error' });
    return new Failure(`failed to create network ${n.name}: ${made.message}`);
  }
  c.progress.event({ id, status: 'done', statusText: 'Created' });
  return made.Id;
}

/** Removes a network of the project, unless somebody else uses it. */
export async function removeNetwork(
  c: Compose,
  project: string,
  key: string,
  name: string,
): Promise<Failure | undefined> {
  const listed = await c.ctx.client.get<NetworkInspect[]>('/networks', {
    filters: filterQuery([label(PROJECT, project), label(NETWORK, key)]),
  });
  if (failed(listed)) return new Failure(`failed to list networks: ${listed.message}`);
  if (listed.length === 0) return undefined;
  const id = `Network ${name}`;
  const say = (status: 'working' | 'done' | 'warning' | 'error', statusText: string): void =>
    c.progress.event({ id, status, statusText });
  say('working', 'Removing');
  let found = 0;
  for (const n of listed.filter((x) => x.Name === name)) {
    const there = await inspect(c, n.Id);
    if (failed(there)) {
      if (!(there instanceof DaemonError && there.status === 404)) return there;
      say('warning', 'No resource found to remove');
      return undefined;
    }
    if (Object.keys(there.Containers ?? {}).length > 0) {
      say('warning', 'Resource is still in use');
      found++;
      continue;
    }
    const gone = await c.ctx.client.call('DELETE', `/networks/${n.Id}`);
    if (failed(gone)) {
      if (gone instanceof DaemonError && gone.status === 404) continue;
      say('error', 'Error');
      return new Failure(`failed to remove network ${name}: ${gone.message}`);
    }
    say('done', 'Removed');
    found++;
  }
  if (found === 0) say('warning', 'No resource found to remove');
  return undefined;
}
