/** Which services and other things of a project are meant. @see compose-spec/compose-go types/project.go */

import { pathMatch as globs } from '../../../base/pathmatch.ts';
import { Failure } from '../../cli/failure.ts';
import type { Project, ServiceConfig } from './project.ts';
import { sortedKeys } from './tree.ts';

type Services = Record<string, ServiceConfig>;

/** Whether a service is on when profiles are. */
function hasProfile(s: ServiceConfig, profiles: readonly string[]): boolean {
  const own = s.profiles ?? [];
  return own.length === 0 || profiles.some((p) => p === '*' || own.includes(p));
}

/** The project with these profiles on, and no others. */
export function withProfiles(p: Project, profiles: readonly string[]): Project {
  const all: Services = { ...p.services, ...p.disabledServices };
  const services: Services = {};
  const disabledServices: Services = {};
  for (const k of sortedKeys(all)) {
    const s = all[k] as ServiceConfig;
    (hasProfile(s, profiles) ? services : disabledServices)[k] = s;
  }
  return { ...p, services, disabledServices, profiles };
}

/** Turns on the profiles of services that are asked for by name. */
export function withServicesEnabled(p: Project, names: readonly string[]): Project {
  const off = names.filter((n) => !p.services[n]).flatMap((n) => p.disabledServices[n]?.profiles ?? []);
  return names.length === 0 ? p : withProfiles(p, [...p.profiles, ...off]);
}

/** The named services (patterns too) and all that they depend on. */
function closure(
  p: Project,
  names: readonly string[],
  seen: Set<string>,
  required: (name: string) => boolean,
): Failure | undefined {
  for (const name of names) {
    const found = sortedKeys(p.services).filter((k) => k === name || globs(name, k));
    if (found.length === 0 && required(name)) return new Failure(`no such service: ${name}`);
    for (const k of found) {
      if (seen.has(k)) continue;
      seen.add(k);
      const needs = p.services[k]?.depends_on ?? {};
      const bad = closure(p, sortedKeys(needs), seen, (d) => needs[d]?.required ?? true);
      if (bad) return bad;
    }
  }
  return undefined;
}

/** Only the named services and what they depend on; all when none is named. */
export function withSelectedServices(p: Project, names: readonly string[]): Project | Failure {
  if (names.length === 0) return p;
  const kept = new Set<string>();
  const bad = closure(p, names, kept, () => true);
  if (bad) return bad;
  const services: Services = {};
  const disabledServices: Services = { ...p.disabledServices };
  for (const k of sortedKeys(p.services)) {
    const s = { ...(p.services[k] as ServiceConfig) };
    if (!kept.has(k)) {
      disabledServices[k] = s;
      continue;
    }
    if (s.depends_on) {
      const needs = Object.entries(s.depends_on).filter(([d]) => kept.has(d));
      if (needs.length > 0) s.depends_on = Object.fromEntries(needs);
      else delete s.depends_on;
    }
    services[k] = s;
  }
  return { ...p, services, disabledServices };
}

/** Without networks, volumes, secrets, configs and models that no service which is on uses. */
export function withoutUnnecessaryResources(p: Project): Project {
  const used = { networks: new Set<string>(), volumes: new Set<string>(), secrets: new Set<string>() };
  const configs = new Set<string>();
  const models = new Set<string>();
  for (const s of Object.values(p.services)) {
    for (const k of Object.keys(s.networks ?? {})) used.networks.add(k);
    for (const v of s.volumes ?? []) if (v.type === 'volume' && v.source) used.volumes.add(v.source);
    for (const x of [...(s.secrets ?? []), ...(s.build?.secrets ?? [])]) used.secrets.add(x.source);
    for (const x of s.configs ?? []) configs.add(x.source);
    for (const k of Object.keys(s.models ?? {})) models.add(k);
  }
  const only = <T>(all: Record<string, T>, keep: ReadonlySet<string>): Record<string, T> =>
    Object.fromEntries(Object.entries(all).filter(([k]) => keep.has(k)));
  return {
    ...p,
    networks: only(p.networks, used.networks),
    volumes: only(p.volumes, used.volumes),
    secrets: only(p.secrets, used.secrets),
    configs: only(p.configs, configs),
    models: only(p.models, models),
  };
}
