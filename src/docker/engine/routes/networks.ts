/** Routes below /networks and /volumes. @see moby api/server/router/network, api/server/router/volume */
import type { EndpointSettings } from '../../api/types.ts';
import { Failure } from '../../errdefs.ts';
import { readJson } from '../body.ts';
import { connect, deleteEndpoint, disconnect } from '../connect.ts';
import { COST, type Daemon } from '../daemon.ts';
import { CONNECT, DISCONNECT, NETWORK_CREATE, VOLUME_CREATE } from '../decode/networks.ts';
import { errors } from '../errors.ts';
import { Filters } from '../filters.ts';
import {
  createNetwork,
  inspectNetwork,
  listNetworks,
  type NetworkCreateBody,
  pruneNetworks,
  removeNetwork,
} from '../networks.ts';
import { parsePruning } from '../prune.ts';
import { empty, json } from '../reply.ts';
import { flag, type Handler, type Route } from '../router.ts';
import { volumeJson } from '../volumes.ts';
import { makeVolume } from '../volumeservice.ts';

const list: Handler = ({ daemon, query }) => {
  const filters = Filters.parse(query.get('filters'));
  if (filters instanceof Failure) return filters;
  const found = listNetworks(daemon, filters);
  return found instanceof Failure ? found : json(daemon, 200, found);
};

const create: Handler = async ({ daemon, request }) => {
  const body = await readJson<NetworkCreateBody>(request, NETWORK_CREATE);
  if (body instanceof Failure) return body;
  const made = await createNetwork(daemon, body);
  return made instanceof Failure ? made : json(daemon, 201, made);
};

const inspect: Handler = ({ daemon, params, query }) => {
  const term = params.id as string;
  const n = daemon.controller.find(term);
  const scope = query.get('scope') ?? '';
  const missing = new Failure('notFound', `network ${term} not found`);
  if (!(n instanceof Failure))
    return scope === '' || scope === n.info.scope
      ? json(daemon, 200, inspectNetwork(daemon, n, true, flag(query, 'verbose')))
      : missing;
  const other = scope === 'local' ? undefined : daemon.swarm?.elsewhere(term)[0];
  return other ? json(daemon, 200, other) : n;
};

const remove: Handler = async ({ daemon, params }) => {
  const term = params.id as string;
  const n = daemon.controller.find(term);
  const ours = n instanceof Failure || n.info.scope === 'swarm' ? await removeFromSwarm(daemon, term) : undefined;
  if (ours) return ours instanceof Failure ? ours : empty(daemon, 204);
  return n instanceof Failure ? n : (removeNetwork(daemon, n) ?? empty(daemon, 204));
};

/** @returns whether it went; undefined: the swarm has no such network */
async function removeFromSwarm(daemon: Daemon, term: string): Promise<Failure | true | undefined> {
  const manager = daemon.swarm?.control();
  if (!manager || manager instanceof Failure) return manager;
  const network = manager.store.networks.find(term);
  if (network instanceof Failure) return undefined;
  const { removeClusterNetwork } = await daemon.kernel.world.hold(import('../swarm/networks.ts'));
  return removeClusterNetwork(manager, network) ?? true;
}

const prune: Handler = ({ daemon, query }) => {
  const pruning = parsePruning(daemon, query.get('filters'), ['label', 'label!', 'until']);
  if (pruning instanceof Failure) return pruning;
  const gone = pruneNetworks(daemon, pruning);
  daemon.pruned('network', 0);
  return json(daemon, 200, gone);
};

interface ConnectBody {
  readonly Container?: string;
  readonly EndpointConfig?: Partial<EndpointSettings> | null;
}

/** The container is looked for first; networks of a swarm may come to this machine by it. */
const connectTo: Handler = async ({ daemon, request, params }) => {
  const body = await readJson<ConnectBody>(request, CONNECT);
  if (body instanceof Failure) return body;
  const c = daemon.container(body.Container ?? '');
  if (c instanceof Failure) return c;
  await daemon.sleep(COST.network);
  const term = params.id as string;
  const joins = c.isRunning ? await daemon.swarm?.admit(c, term, body.EndpointConfig ?? {}) : undefined;
  if (joins instanceof Failure) return joins;
  return connect(daemon, term, c, joins ?? body.EndpointConfig ?? {}) ?? empty(daemon, 200);
};

const disconnectFrom: Handler = async ({ daemon, request, params }) => {
  const body = await readJson<{ Container?: string; Force?: boolean }>(request, DISCONNECT);
  if (body instanceof Failure) return body;
  const { Container: name = '', Force: force = false } = body;
  const term = params.id as string;
  const c = daemon.container(name);
  if (c instanceof Failure) return (force ? deleteEndpoint(daemon, term, name) : c) ?? empty(daemon, 200);
  await daemon.sleep(COST.network);
  return disconnect(daemon, term, c, force) ?? empty(daemon, 200);
};

const volumeList: Handler = ({ daemon, query }) => {
  const filters = Filters.parse(query.get('filters'));
  if (filters instanceof Failure) return filters;
  const dangling = filters.bool('dangling');
  const bad = filters.check(['dangling', 'driver', 'label', 'name']) ?? dangling;
  if (bad instanceof Failure) return bad;
  const used = new Set([...daemon.containers.values()].flatMap((c) => c.mounts.map((m) => m.name)));
  const shown = daemon.volumes
    .list()
    .filter((v) => filters.match('name', v.name) && filters.exact('driver', 'local') && filters.labels(v.labels))
    .filter((v) => dangling === undefined || used.has(v.name) !== dangling);
  return json(daemon, 200, { Volumes: shown.map(volumeJson), Warnings: null });
};

const volumeCreate: Handler = async ({ daemon, request }) => {
  const body = await readJson<{
    Name?: string;
    Driver?: string;
    Labels?: Record<string, string> | null;
    DriverOpts?: Record<string, string> | null;
  }>(request, VOLUME_CREATE);
  if (body instanceof Failure) return body;
  const made = makeVolume(daemon, body.Name || undefined, body.Driver, body.Labels ?? null, body.DriverOpts ?? null);
  return made instanceof Failure ? made : json(daemon, 201, volumeJson(made));
};

const volumeGet: Handler = ({ daemon, params }) => {
  const v = daemon.volumes.get(params.name as string);
  return v ? json(daemon, 200, volumeJson(v)) : errors.noVolume(params.name as string);
};

const volumeRemove: Handler = ({ daemon, params, query }) => {
  const name = params.name as string;
  if (!daemon.volumes.get(name)) return flag(query, 'force') ? empty(daemon, 204) : errors.noVolume(name);
  const users = [...daemon.containers.values()].filter((c) => c.mounts.some((m) => m.name === name));
  if (users.length > 0) return errors.volumeInUse(name, users.map((c) => c.id).join(', '));
  daemon.volumes.remove(name);
  return empty(daemon, 204);
};

/** Only volumes of a cluster change, and there are none. @see moby daemon/server/router/volume: putVolumesUpdate */
const volumeUpdate: Handler = ({ daemon, params }) =>
  daemon.swarm?.manager
    ? new Failure('notFound', `volume ${params.name} not found`)
    : new Failure('unavailable', 'volume update only valid for cluster volumes, but swarm is unavailable');

const volumePrune: Handler = ({ daemon, query }) => {
  const pruning = parsePruning(daemon, query.get('filters'), ['all', 'label', 'label!']);
  if (pruning instanceof Failure) return pruning;
  const all = pruning.filters.bool('all');
  if (all instanceof Failure) return all;
  const used = new Set([...daemon.containers.values()].flatMap((c) => c.mounts.map((m) => m.name)));
  const unused = daemon.volumes.list().filter((v) => !used.has(v.name) && pruning.labels(v.labels));
  const gone = unused.filter((v) => v.anonymous || all);
  for (const v of gone) daemon.volumes.remove(v.name);
  daemon.pruned('volume', 0);
  return json(daemon, 200, { VolumesDeleted: gone.length > 0 ? gone.map((v) => v.name) : null, SpaceReclaimed: 0 });
};

export const networkRoutes: readonly Route[] = [
  { method: 'GET', pattern: '/networks', handler: list },
  { method: 'POST', pattern: '/networks/create', handler: create },
  { method: 'POST', pattern: '/networks/prune', handler: prune },
  { method: 'GET', pattern: '/networks/{id*}', handler: inspect },
  { method: 'POST', pattern: '/networks/{id*}/connect', handler: connectTo },
  { method: 'POST', pattern: '/networks/{id*}/disconnect', handler: disconnectFrom },
  { method: 'DELETE', pattern: '/networks/{id*}', handler: remove },
  { method: 'GET', pattern: '/volumes', handler: volumeList },
  { method: 'POST', pattern: '/volumes/create', handler: volumeCreate },
  { method: 'POST', pattern: '/volumes/prune', handler: volumePrune },
  { method: 'GET', pattern: '/volumes/{name*}', handler: volumeGet },
  { method: 'PUT', pattern: '/volumes/{name*}', handler: volumeUpdate },
  { method: 'DELETE', pattern: '/volumes/{name*}', handler: volumeRemove },
];
