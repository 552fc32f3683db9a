/**
 * What clients of older API versions are told: fields that came later are left out, those that went are there.
 * @see moby daemon/server/router: container/inspect.go, image/image_routes.go, image/compat.go, system/system_routes.go
 */
import type { ContainerInspect, ContainerSummary } from '../../api/types.ts';
import { NO_CONFIG } from '../../images/spec.ts';
import { compareVersions } from '../apiversion.ts';
import { isUserDefined } from '../endpoints.ts';
import type { ImageRow } from '../images.ts';

type Json = Record<string, unknown>;

/** GET /containers/{id}/json: until 1.44 the short id and the host name stood among the aliases. */
export function inspectAs(told: ContainerInspect, version: string): ContainerInspect {
  if (compareVersions(version, '1.45') >= 0) return told;
  const more = [told.Id.slice(0, 12), told.Config.Hostname];
  const networks = Object.entries(told.NetworkSettings.Networks).map(([name, endpoint]) => {
    const Aliases = [...new Set([...(endpoint.Aliases ?? []), ...more])];
    return [name, isUserDefined(name) ? { ...endpoint, Aliases } : endpoint];
  });
  return { ...told, NetworkSettings: { ...told.NetworkSettings, Networks: Object.fromEntries(networks) } };
}

/** GET /containers/json */
export function listAs(rows: readonly ContainerSummary[], version: string): readonly ContainerSummary[] {
  if (compareVersions(version, '1.46') >= 0) return rows;
  return rows.map((row) => {
    const { Annotations: _, ...HostConfig } = row.HostConfig as Json;
    return { ...row, HostConfig } as ContainerSummary;
  });
}

/** Fields of a container's configuration that images had until 1.49. */
const CONTAINER_FIELDS: Json = {
  AttachStderr: false,
  AttachStdin: false,
  AttachStdout: false,
  Domainname: '',
  Hostname: '',
  Image: '',
  OpenStdin: false,
  StdinOnce: false,
  Tty: false,
};

/** GET /images/{name}/json */
export function imageAs(told: Json, version: string): Json {
  const before = (v: string): boolean => compareVersions(version, v) < 0;
  if (!before('1.50')) return told;
  const Config = { ...CONTAINER_FIELDS, ...(told.Config as Json) };
  return {
    ...told,
    Config,
    ...(before('1.45') ? { Container: '', ContainerConfig: { ...CONTAINER_FIELDS, ...NO_CONFIG } } : {}),
    ...(before('1.44') ? { VirtualSize: told.Size } : {}),
  };
}

/** GET /images/json */
export function imagesAs(rows: readonly ImageRow[], version: string): readonly object[] {
  const before = (v: string): boolean => compareVersions(version, v) < 0;
  if (!before('1.51')) return rows;
  return rows.map((row) => {
    const nameless = before('1.43') && row.RepoTags?.length === 0 && row.RepoDigests?.length === 0;
    return {
      ...row,
      Containers: -1,
      ...(nameless ? { RepoTags: ['<none>:<none>'], RepoDigests: ['<none>@<none>'] } : {}),
      ...(before('1.44') ? { VirtualSize: row.Size } : {}),
    };
  });
}

/** GET /system/df */
export function usageAs(told: Json, version: string): Json {
  const before = (v: string): boolean => compareVersions(version, v) < 0;
  const out = { ...told };
  if (before('1.44'))
    out.Images = (told.Images as { Size: number }[] | null)?.map((row) => ({ ...row, VirtualSize: row.Size })) ?? null;
  if (before('1.42')) {
    const cache = (told.BuildCache as { Size: number }[] | null) ?? [];
    const BuilderSize = cache.reduce((sum, { Size }) => sum + Size, 0);
    if (BuilderSize > 0) out.BuilderSize = BuilderSize;
  }
  return out;
}

/** GET /info */
export function infoAs(told: Json, version: string): Json {
  const before = (v: string): boolean => compareVersions(version, v) < 0;
  const out = { ...told };
  if (before('1.44'))
    out.Runtimes = Object.fromEntries(
      Object.entries(told.Runtimes as Record<string, Json>).map(([name, { status: _, ...rest }]) => [name, rest]),
    );
  if (before('1.46')) delete out.Containerd;
  if (before('1.47'))
    out.RegistryConfig = {
      AllowNondistributableArtifactsCIDRs: null,
      AllowNondistributableArtifactsHostnames: null,
      ...(told.RegistryConfig as Json),
    };
  if (before('1.49')) {
    delete out.FirewallBackend;
    for (const key of ['ContainerdCommit', 'RuncCommit', 'InitCommit']) {
      const commit = told[key] as { ID: string };
      out[key] = { ...commit, Expected: commit.ID };
    }
  }
  if (before('1.50')) Object.assign(out, { BridgeNfIptables: false, BridgeNfIp6tables: false });
  if (before('1.25')) {
    out.ExecutionDriver = '<not supported>';
    out.SecurityOptions = (told.SecurityOptions as string[]).map((o) => /name=([^,]*)/.exec(o)?.[1] ?? o);
  }
  return out;
}
