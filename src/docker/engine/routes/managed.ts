/** What routes share that only a manager answers. */
import type { HttpResponse } from '../../../base/http.ts';
import { Failure } from '../../errdefs.ts';
import { errors } from '../../swarm/errors.ts';
import type { Manager } from '../../swarm/manager.ts';
import type { Call, Handler, Route } from '../router.ts';

type ManagerWork = (manager: Manager, call: Call) => Promise<HttpResponse | Failure> | HttpResponse | Failure;

/** Only a manager answers. */
export const managed =
  (work: ManagerWork): Handler =>
  (call) => {
    const { swarm } = call.daemon;
    const manager = swarm ? swarm.control() : errors.noManager;
    return manager instanceof Failure ? manager : work(manager, call);
  };

/** The version of an object that the one who asks has seen. @see Go strconv.ParseUint */
export function versionOf(call: Call, kind: string): number | Failure {
  const text = call.query.get('version') ?? '';
  if (/^\d+$/.test(text)) return Number(text);
  return new Failure(
    'invalid',
    `invalid ${kind} version '${text}': strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
  );
}

export const route = (method: string, pattern: string, handler: Handler): Route => ({ method, pattern, handler });
