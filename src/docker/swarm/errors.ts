/**
 * Texts of a swarm's errors: those of the engine's own, and those that managers answer, which carry the status of
 * the call between them.
 * @see moby daemon/cluster/errors.go, swarmkit manager/controlapi; Go google.golang.org/grpc/internal/status
 */
import { Failure, type FailureKind } from '../errdefs.ts';

/** Status of a call between engine and manager, and the class the API makes of it. @see moby httpstatus/status.go */
const CODES = {
  InvalidArgument: 'invalid',
  NotFound: 'notFound',
  AlreadyExists: 'conflict',
  PermissionDenied: 'forbidden',
  FailedPrecondition: 'invalid',
  Unimplemented: 'notImplemented',
  Unavailable: 'unavailable',
  Unknown: 'system',
} as const satisfies Record<string, FailureKind>;
export type Code = keyof typeof CODES;

/** What a manager answers. */
export const rpc = (code: Code, text: string): Failure =>
  new Failure(CODES[code], `rpc error: code = ${code} desc = ${text}`);

const unavailable = (text: string): Failure => new Failure('unavailable', text);

export const errors = {
  noSwarm: unavailable('This node is not part of a swarm'),
  exists: unavailable(
    'This node is already part of a swarm. Use "docker swarm leave" to leave this swarm and join another one.',
  ),
  locked: unavailable(
    'Swarm is encrypted and needs to be unlocked before it can be used. Please use "docker swarm unlock" to unlock it.',
  ),
  leaveLocked: unavailable(
    'Swarm is encrypted and locked. Please unlock it first or use `--force` to ignore this message.',
  ),
  noManager: unavailable(
    'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.',
  ),
  isWorker: unavailable(
    "This node is not a swarm manager. Worker nodes can't be used to view or modify cluster state. " +
      'Please run this command on a manager node or promote the current node to a manager.',
  ),
  joinTimeout: unavailable(
    'Timeout was reached before node joined. The attempt to join the swarm will continue in the background. ' +
      'Use the "docker info" command to see the current swarm status of your node.',
  ),
  lastManager: unavailable(
    'You are attempting to leave the swarm on a node that is participating as a manager. ' +
      'Removing the last manager erases all current state of the swarm. Use `--force` to ignore this message.',
  ),
  leaveManager: unavailable(
    'You are attempting to leave the swarm on a node that is participating as a manager. ' +
      'The only way to restore a swarm that has lost consensus is to reinitialize it with `--force-new-cluster`. ' +
      'Use `--force` to suppress this message.',
  ),
  badKey: new Failure('unauthorized', 'swarm could not be unlocked: invalid key provided'),
  notLocked: new Failure('conflict', 'swarm is not locked'),
  name: new Failure('invalid', 'swarm spec must be named "default"'),
  noToken: rpc('InvalidArgument', 'A valid join token is necessary to join this cluster'),
  badToken: new Failure('system', 'invalid join token'),
  wrongCa: (digest: string): Failure =>
    new Failure('system', `remote CA does not match fingerprint. Expected: ${digest}`),
  sequence: rpc('Unknown', 'update out of sequence'),
  none: (kind: string, term: string): Failure => new Failure('notFound', `${kind} ${term} not found`),
  ambiguous: (kind: string, term: string, n: number): Failure =>
    new Failure('invalid', `${kind} ${term} is ambiguous (${n} matches found)`),
} as const;
