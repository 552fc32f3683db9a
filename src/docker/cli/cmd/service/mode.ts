/** How many tasks a service has. */
import type { ServiceSpec } from '../../../api/swarm.ts';
import { Failure } from '../../failure.ts';

/**
 * @param replicas that were asked for
 * @param concurrent tasks of a job at once
 * @param but what is added where the mode is none
 * @see docker/cli cli/command/service/opts.go: ToServiceMode, cli/compose/convert/service.go: convertDeployMode
 */
export function serviceMode(
  mode: string,
  replicas: number | undefined,
  concurrent = replicas,
  but = '',
): ServiceSpec['Mode'] | Failure {
  const global = mode === 'global' || mode === 'global-job';
  if (global && replicas !== undefined)
    return new Failure('replicas can only be used with replicated or replicated-job mode');
  switch (mode) {
    case 'global':
      return { Global: {} };
    case 'global-job':
      return { GlobalJob: {} };
    case 'replicated':
      return { Replicated: { Replicas: replicas ?? 1 } };
    case 'replicated-job':
      return {
        ReplicatedJob: {
          ...(concurrent === undefined ? {} : { MaxConcurrent: concurrent }),
          ...(replicas === undefined ? {} : { TotalCompletions: replicas }),
        },
      };
    default:
      return new Failure(`Unknown mode: ${mode}${but}`);
  }
}
