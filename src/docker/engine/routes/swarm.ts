/**
 * Routes below /swarm and /nodes.
 * @see moby api/server/router/swarm/cluster_routes.go
 */
import type { InitRequest, JoinRequest, NodeSpec, SwarmSpec } from '../../api/swarm.ts';
import { Failure } from '../../errdefs.ts';
import { removeNode, updateNode } from '../../swarm/nodes.ts';
import { readJson } from '../body.ts';
import { INIT, JOIN, NODE_SPEC, SWARM_SPEC, UNLOCK } from '../decode/swarm.ts';
import { Filters, parseBool } from '../filters.ts';
import { empty, json } from '../reply.ts';
import { flag, type Handler, type Route } from '../router.ts';
import { joinSwarm } from '../swarm/join.ts';
import { initSwarm, leaveSwarm, unlockSwarm } from '../swarm/start.ts';
import { managed, route, versionOf } from './managed.ts';

const init: Handler = async ({ daemon, request }) => {
  const body = await readJson<InitRequest>(request, INIT);
  if (body instanceof Failure) return body;
  const id = await initSwarm(daemon, body);
  return id instanceof Failure ? id : json(daemon, 200, id);
};

const join: Handler = async ({ daemon, request }) => {
  const body = await readJson<JoinRequest>(request, JOIN);
  if (body instanceof Failure) return body;
  return (await joinSwarm(daemon, body)) ?? empty(daemon, 200);
};

const leave: Handler = async ({ daemon, query }) =>
  (await leaveSwarm(daemon, flag(query, 'force'))) ?? empty(daemon, 200);

const unlock: Handler = async ({ daemon, request }) => {
  const body = await readJson<{ UnlockKey?: string }>(request, UNLOCK);
  if (body instanceof Failure) return body;
  return unlockSwarm(daemon, body.UnlockKey ?? '') ?? empty(daemon, 200);
};

const ROTATIONS = ['rotateWorkerToken', 'rotateManagerToken', 'rotateManagerUnlockKey'] as const;

const update = managed(async (manager, call) => {
  const body = await readJson<Partial<SwarmSpec>>(call.request, SWARM_SPEC);
  if (body instanceof Failure) return body;
  const version = versionOf(call, 'swarm');
  if (version instanceof Failure) return version;
  const turns: boolean[] = [];
  for (const name of ROTATIONS) {
    const text = call.query.get(name) || 'false';
    const on = parseBool(text);
    if (on === undefined) return new Failure('invalid', `invalid value for ${name}: ${text}`);
    turns.push(on);
  }
  const [worker = false, manager_ = false, unlockKey = false] = turns;
  return manager.update(version, body, { worker, manager: manager_, unlockKey }) ?? empty(call.daemon, 200);
});

const NODE_FILTERS = ['id', 'label', 'membership', 'name', 'node.label', 'role'];

const nodes = managed((manager, { daemon, query }) => {
  const f = Filters.parse(query.get('filters'), NODE_FILTERS);
  if (f instanceof Failure) return f;
  for (const role of f.get('role'))
    if (!['worker', 'manager'].includes(role.toLowerCase()))
      return new Failure('system', `Invalid role filter: '${role}'`);
  for (const m of f.get('membership'))
    if (!['pending', 'accepted'].includes(m.toLowerCase()))
      return new Failure('system', `Invalid membership filter: '${m}'`);
  const found = manager.store.nodes
    .sorted()
    .filter(
      (n) =>
        f.begins('id', n.ID) &&
        f.begins('name', n.Description.Hostname) &&
        f.folded('role', n.Spec.Role) &&
        f.folded('membership', 'accepted') &&
        f.labels(n.Description.Engine.Labels ?? {}) &&
        f.labels(n.Spec.Labels, 'node.label'),
    );
  return json(daemon, 200, found);
});

const node = managed((manager, { daemon, params }) => {
  const found = manager.store.nodes.find(params.id as string);
  return found instanceof Failure ? found : json(daemon, 200, found);
});

const nodeUpdate = managed(async (manager, call) => {
  const body = await readJson<Partial<NodeSpec>>(call.request, NODE_SPEC);
  if (body instanceof Failure) return body;
  const version = versionOf(call, 'node');
  if (version instanceof Failure) return version;
  return updateNode(manager.store, call.params.id as string, version, body) ?? empty(call.daemon, 200);
});

const nodeRemove = managed((manager, { daemon, params, query }) => {
  const gone = removeNode(manager.store, params.id as string, flag(query, 'force'));
  return gone instanceof Failure ? gone : empty(daemon, 200);
});

export const swarmRoutes: readonly Route[] = [
  route(
    'GET',
    '/swarm',
    managed((manager, { daemon }) => json(daemon, 200, manager.cluster)),
  ),
  route(
    'GET',
    '/swarm/unlockkey',
    managed((manager, { daemon }) => json(daemon, 200, { UnlockKey: manager.unlockKey })),
  ),
  route('POST', '/swarm/init', init),
  route('POST', '/swarm/join', join),
  route('POST', '/swarm/update', update),
  route('POST', '/swarm/unlock', unlock),
  route('POST', '/swarm/leave', leave),
  route('GET', '/nodes', nodes),
  route('GET', '/nodes/{id}', node),
  route('DELETE', '/nodes/{id}', nodeRemove),
  route('POST', '/nodes/{id}/update', nodeUpdate),
];
