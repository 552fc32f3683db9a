/**
 * What services ask for that is no container of theirs: the engine's own socket, models, providers.
 * Limits: neither models nor providers: they are refused, whether or not there is a program for them.
 * @see docker/compose pkg/compose/{apiSocket,model,plugins}.go
 */
import { isErr } from '../../linux/kernel/errno.ts';
import { Failure, failed } from '../cli/failure.ts';
import { goQuote } from '../cli/flags/gostrconv.ts';
import { goIndent, goMarshal } from '../cli/gojson.ts';
import { findPlugin } from '../cli/plugins.ts';
import type { Compose } from './compose.ts';
import type { Project, ServiceConfig } from './model/project.ts';

const SOCKET_CONFIG = '#apisocket';
const CONFIG_DIR = '/run/secrets/docker';
const UNIX = 'unix://';

/** `use_api_socket`: the socket and the client's credentials. As in the real one, all services get them when one asks. */
export function withApiSocket(c: Compose, project: Project): Project | Failure {
  if (!Object.values(project.services).some((s) => s.use_api_socket)) return project;
  const { contexts } = c.ctx;
  const host = contexts.host();
  if (failed(host)) return host;
  if (!host.startsWith(UNIX))
    return new Failure(`use_api_socket can only be used with unix sockets: docker endpoint ${host} is incompatible`);
  const content = goIndent(goMarshal({ auths: contexts.config.map('auths') }), '\t');
  const services = Object.entries(project.services).map(([name, s]): [string, ServiceConfig] => [
    name,
    {
      ...s,
      volumes: [
        ...(s.volumes ?? []),
        { type: 'bind', source: host.slice(UNIX.length), target: '/var/run/docker.sock' },
      ],
      environment: { DOCKER_CONFIG: CONFIG_DIR, ...s.environment },
      configs: [...(s.configs ?? []), { source: SOCKET_CONFIG, target: `${CONFIG_DIR}/config.json` }],
    },
  ]);
  return {
    ...project,
    services: Object.fromEntries(services),
    configs: { ...project.configs, [SOCKET_CONFIG]: { name: '', content } },
  };
}

/** Why a project that needs models cannot be made. */
export function modelFault(c: Compose, project: Project): Failure | undefined {
  if (Object.keys(project.models).length === 0) return undefined;
  return new Failure(
    findPlugin(c.ctx.sys, 'model')
      ? "docker compose: 'models' is not part of this laboratory"
      : "'models' support requires Docker Model plugin",
  );
}

/** Why a service that another program provides cannot be made. */
export function providerFault(c: Compose, service: ServiceConfig): Failure | undefined {
  if (!service.provider) return undefined;
  const { sys } = c.ctx;
  const type = String(service.provider.type);
  if (type === 'compose') return new Failure("'compose' is not a valid provider type");
  const onPath = (sys.env.PATH ?? '').split(':').some((dir) => !isErr(sys.stat(`${dir}/${type}`)));
  return new Failure(
    onPath || findPlugin(sys, type)
      ? "docker compose: 'provider' is not part of this laboratory"
      : `exec: ${goQuote(type)}: executable file not found in $PATH`,
  );
}
