/** What belongs to a swarm: as long as the machine is in none, every request says so. @see moby daemon/cluster/errors.go */
import { Failure } from '../../errdefs.ts';
import { errors } from '../errors.ts';
import type { Handler, Route } from '../router.ts';

const noSwarm: Handler = () => errors.noSwarm;
const missing: Handler = () => new Failure('notImplemented', 'swarm mode is not part of this engine');

const route = (method: string, pattern: string, handler = noSwarm): Route => ({ method, pattern, handler });

/** A kind of object with list, create, inspect, remove and update. */
const objects = (kind: string, of: readonly string[]): Route[] => [
  route('GET', `/${kind}`),
  ...(of.includes('create') ? [route('POST', `/${kind}/create`)] : []),
  route('GET', `/${kind}/{id}`),
  ...(of.includes('remove') ? [route('DELETE', `/${kind}/{id}`)] : []),
  ...(of.includes('update') ? [route('POST', `/${kind}/{id}/update`)] : []),
  ...(of.includes('logs') ? [route('GET', `/${kind}/{id}/logs`)] : []),
];

export const swarmRoutes: readonly Route[] = [
  route('GET', '/swarm'),
  route('GET', '/swarm/unlockkey'),
  route('POST', '/swarm/init', missing),
  route('POST', '/swarm/join', missing),
  route('POST', '/swarm/update'),
  route('POST', '/swarm/unlock'),
  route('POST', '/swarm/leave', () => errors.notInSwarm),
  ...objects('nodes', ['remove', 'update']),
  ...objects('services', ['create', 'remove', 'update', 'logs']),
  ...objects('tasks', ['logs']),
  ...objects('secrets', ['create', 'remove', 'update']),
  ...objects('configs', ['create', 'remove', 'update']),
];
