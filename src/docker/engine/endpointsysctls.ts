/**
 * `--sysctl net.X.Y.ethN.Z=V`: a setting of an interface cannot be made before there is one. Clients of API 1.46 and older
 * have theirs moved to the endpoint of the container's own network; later ones are told to say it there.
 * @see moby api/server/router/container/container_routes.go: handleSysctlBC, epConfigForNetMode
 */
import type { CreateBody, EndpointSettings } from '../api/types.ts';
import { Failure } from '../errdefs.ts';
import { compareVersions } from './apiversion.ts';
import { SYSCTLS } from './endpoints.ts';

/** The last version of the API whose clients may not know of settings of endpoints. */
const LAST = '1.46';

const fail = (text: string): Failure => new Failure('system', text);

/** Changes the body. @returns warnings, or why it cannot be */
export function moveSysctls(body: CreateBody, version: string): string[] | Failure {
  const host = body.HostConfig as { NetworkMode?: string; Sysctls?: Record<string, string> | null } | undefined;
  const sysctls = host?.Sysctls ?? {};
  const mode = host?.NetworkMode || 'default';
  const names = Object.keys(sysctls).filter((name) => /^net\.[^.]*\.[^.]*\.eth[^.]*\./.test(name));
  const [first] = names;
  if (first === undefined || mode === 'host' || mode.startsWith('container:')) return [];
  if (compareVersions(version, LAST) > 0)
    return fail(
      `interface specific sysctl setting ${JSON.stringify(first)} must be supplied using driver option '${SYSCTLS}'`,
    );
  const endpoint = endpointOf(body, mode === 'default' ? 'bridge' : mode);
  if (!endpoint)
    return fail(
      `unable to find a network for sysctl ${first}: HostConfig.NetworkMode must match the identity of a network in NetworkSettings.Networks`,
    );
  const other = names.find((name) => name.split('.')[3] !== 'eth0');
  if (other !== undefined)
    return fail(
      `unable to determine network endpoint for sysctl ${other}, use driver option '${SYSCTLS}' to set per-interface sysctls`,
    );
  const moved = names.map((name) => `${name.replace('.eth0.', '.IFNAME.')}=${sysctls[name]}`).join(',');
  const own = endpoint.DriverOpts?.[SYSCTLS];
  endpoint.DriverOpts = { ...endpoint.DriverOpts, [SYSCTLS]: own === undefined ? moved : `${moved},${own}` };
  for (const name of names) delete sysctls[name];
  return [`Migrated sysctl ${JSON.stringify(names.join(','))} to DriverOpts{"${SYSCTLS}":${JSON.stringify(moved)}}.`];
}

/** The settings of the network that NetworkMode names, new ones if there are none of any. */
function endpointOf(body: CreateBody, name: string): Partial<EndpointSettings> | undefined {
  const networking = body.NetworkingConfig ?? {};
  body.NetworkingConfig = networking;
  const all = networking.EndpointsConfig ?? {};
  networking.EndpointsConfig = all;
  if (Object.keys(all).length === 0) all[name] = {};
  return all[name] ?? undefined;
}
