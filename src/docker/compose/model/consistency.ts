/** What a project may not say though each of its parts is well made. @see compose-spec/compose-go loader/validate.go */
import { Failure } from '../../cli/failure.ts';
import { goQuote } from '../../cli/flags/gostrconv.ts';
import type { Project, ServiceConfig } from './project.ts';
import { sortedKeys } from './tree.ts';

const INVALID = 'invalid compose project';

function invalid(text: string): Failure {
  return new Failure(`${text}: ${INVALID}`);
}

function checkBuild(p: Project, s: ServiceConfig): Failure | undefined {
  const { build } = s;
  const name = goQuote(s.name);
  if (!build) return undefined;
  if (build.dockerfile_inline && build.dockerfile)
    return invalid(`service ${name} declares mutualy exclusive dockerfile and dockerfile_inline`);
  for (const [add, context] of Object.entries(build.additional_contexts ?? {})) {
    if (!context.startsWith('service:')) continue;
    const target = context.slice('service:'.length);
    const other = p.services[target];
    const what = !other ? 'unknown' : !other.build ? 'non-buildable' : undefined;
    if (what)
      return new Failure(`service ${name} declares ${what} service ${goQuote(target)} as additional contexts ${add}`);
  }
  if (build.platforms?.length && s.platform && !build.platforms.includes(s.platform))
    return invalid(`service.build.platforms MUST include service.platform ${goQuote(s.platform)}`);
  return undefined;
}

function checkReferences(p: Project, s: ServiceConfig): Failure | undefined {
  const undefinedThing = (what: string, name: string): Failure =>
    invalid(`service ${goQuote(s.name)} refers to undefined ${what} ${name}`);
  if (s.network_mode && s.networks && Object.keys(s.networks).length > 0)
    return invalid(`service ${s.name} declares mutually exclusive \`network_mode\` and \`networks\``);
  for (const n of sortedKeys(s.networks ?? {})) if (!p.networks[n]) return undefinedThing('network', n);
  const [first] = s.healthcheck?.test ?? [];
  if (first !== undefined && !['CMD', 'CMD-SHELL', 'NONE'].includes(first))
    return new Failure('healthcheck.test must start either by "CMD", "CMD-SHELL" or "NONE"');
  for (const d of sortedKeys(s.depends_on ?? {})) {
    if (p.services[d] || (p.disabledServices[d] && !s.depends_on?.[d]?.required)) continue;
    return invalid(`service ${goQuote(s.name)} depends on undefined service ${goQuote(d)}`);
  }
  if (s.network_mode?.startsWith('service:')) {
    const name = s.network_mode.slice('service:'.length);
    if (!p.services[name]) return new Failure(`service ${goQuote(name)} not found for network_mode 'service:${name}'`);
  }
  for (const v of s.volumes ?? [])
    if (v.type === 'volume' && v.source && !p.volumes[v.source]) return undefinedThing('volume', v.source);
  for (const x of s.build?.secrets ?? []) if (!p.secrets[x.source]) return undefinedThing('build secret', x.source);
  for (const x of s.configs ?? []) if (!p.configs[x.source]) return undefinedThing('config', x.source);
  for (const x of sortedKeys(s.models ?? {})) if (!p.models[x]) return undefinedThing('model', x);
  for (const x of s.secrets ?? []) if (!p.secrets[x.source]) return undefinedThing('secret', x.source);
  return undefined;
}

function checkNumbers(s: ServiceConfig): Failure | undefined {
  const { deploy } = s;
  const distinct = (a: string, b: string): Failure =>
    invalid(`services.${s.name}: can't set distinct values on '${a}' and 'deploy.${b}'`);
  if (s.scale !== undefined && deploy) {
    if (deploy.replicas !== undefined && deploy.replicas !== s.scale) return distinct('scale', 'replicas');
    deploy.replicas = s.scale;
  }
  const limits = deploy?.resources?.limits;
  const reserved = deploy?.resources?.reservations;
  const differ = (a: unknown, b: unknown): boolean => Boolean(a) && a !== (b ?? 0) && a !== '0';
  if (limits && differ(s.cpus, limits.cpus)) return distinct('cpus', 'resources.limits.cpus');
  if (limits && differ(s.mem_limit, limits.memory)) return distinct('mem_limit', 'resources.limits.memory');
  if (reserved && differ(s.mem_reservation, reserved.memory))
    return distinct('mem_reservation', 'resources.reservations.memory');
  if (limits && differ(s.pids_limit, limits.pids)) return distinct('pids_limit', 'resources.limits.pids');
  const scale = s.scale ?? deploy?.replicas ?? 1;
  if (scale > 1 && s.container_name) {
    const attr = s.scale === undefined ? 'deploy.replicas' : 'scale';
    // the real one has the two words the wrong way round
    return invalid(`services.${attr}: can't set container_name and ${s.name} as container name must be unique`);
  }
  return undefined;
}

function checkWatch(s: ServiceConfig): Failure | undefined {
  const watch = s.develop?.watch as { target?: string; action?: string }[] | undefined;
  for (const { target, action = '' } of watch ?? [])
    if (!target && !['rebuild', 'restart'].includes(action))
      return invalid(`services.${s.name}.develop.watch: target is required for non-rebuild actions`);
  return undefined;
}

/** @returns what is wrong first */
export function checkConsistency(p: Project): Failure | undefined {
  for (const name of sortedKeys(p.services)) {
    const s = p.services[name] as ServiceConfig;
    if (!s.build && !s.image && !s.provider)
      return invalid(`service ${goQuote(name)} has neither an image nor a build context specified`);
    const bad = checkBuild(p, s) ?? checkReferences(p, s) ?? checkNumbers(s) ?? checkWatch(s);
    if (bad) return bad;
  }
  for (const name of sortedKeys(p.secrets)) {
    const x = p.secrets[name];
    if (x && !x.external && !x.file && !x.environment)
      return invalid(`secret ${goQuote(name)} must declare either \`file\` or \`environment\``);
  }
  return checkCycle(p);
}

/** Dependencies that come back to where they began. @see graph/cycle.go */
function checkCycle(p: Project): Failure | undefined {
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): Failure | undefined => {
    if (done.has(name)) return undefined;
    const at = path.indexOf(name);
    if (at >= 0) return new Failure(`dependency cycle detected: ${[...path.slice(at), name].join(' -> ')}`);
    for (const d of sortedKeys(p.services[name]?.depends_on ?? {})) {
      const bad = p.services[d] ? visit(d, [...path, name]) : undefined;
      if (bad) return bad;
    }
    done.add(name);
    return undefined;
  };
  for (const name of sortedKeys(p.services)) {
    const bad = visit(name, []);
    if (bad) return bad;
  }
  return undefined;
}
