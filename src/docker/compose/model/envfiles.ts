/** What services get from `env_file` and `label_file`. @see compose-spec/compose-go types/project.go: WithServicesEnvironmentResolved */
import { Failure, failed } from '../../cli/failure.ts';
import { goQuote } from '../../cli/flags/gostrconv.ts';
import { parseDotenv } from './dotenv.ts';
import { exists } from './files.ts';
import type { Project, ServiceConfig } from './project.ts';
import type { Session } from './session.ts';
import { sortedKeys } from './tree.ts';

type Strings = Record<string, string>;
type Environment = Record<string, string | null>;

/** Lines as `docker run --env-file` reads them. @see docker/cli pkg/kvfile */
function raw(text: string, out: Strings, look: (name: string) => string | undefined): Failure | undefined {
  for (const line of text
    .replace(/^\ufeff/, '')
    .split('\n')
    .map((l) => l.trimStart())) {
    if (line === '' || line.startsWith('#')) continue;
    const at = line.indexOf('=');
    const key = at < 0 ? line : line.slice(0, at);
    if (key === '') return new Failure(`no variable name on line '${line}'`);
    if (/[ \t]/.test(key)) return new Failure(`variable '${key}' contains whitespaces`);
    const value = at < 0 ? look(key) : line.slice(at + 1);
    if (value !== undefined) out[key] = value;
  }
  return undefined;
}

function environmentOf(s: Session, p: Project, service: ServiceConfig): Environment | Failure {
  const own: Environment = {};
  for (const [k, v] of Object.entries(service.environment ?? {})) own[k] = v ?? p.environment[k] ?? null;
  const found: Strings = {};
  for (const [k, v] of Object.entries(own)) if (v !== null) found[k] = v;
  const look = (k: string): string | undefined => p.environment[k] ?? own[k] ?? undefined;
  for (const { path, required, format } of service.env_file ?? []) {
    if (!exists(s.ctx, path)) {
      if (!required) continue;
      return new Failure(`env file ${path} not found: stat ${path}: no such file or directory`);
    }
    const text = s.read(path);
    if (failed(text)) return text;
    if (format !== undefined && format !== '' && format !== 'raw')
      return new Failure(`unsupported env_file format ${goQuote(format)}`);
    const bad = format === 'raw' ? raw(text, found, look) : parseDotenv(text, found, look, s.warn);
    if (bad) return new Failure(`failed to read ${path}: ${bad.message}`);
  }
  const all: Environment = { ...found, ...own };
  return Object.fromEntries(sortedKeys(all).map((k) => [k, all[k] as string | null]));
}

function labelsOf(s: Session, service: ServiceConfig): Strings | Failure {
  const out: Strings = {};
  for (const path of service.label_file ?? []) {
    if (!exists(s.ctx, path))
      return new Failure(`label file ${path} not found: stat ${path}: no such file or directory`);
    const text = s.read(path);
    if (failed(text)) return text;
    const bad = parseDotenv(text, out, (k) => out[k], s.warn);
    if (bad) return new Failure(`failed to read ${path}: ${bad.message}`);
  }
  return { ...out, ...service.labels };
}

/** Each service made anew. */
function withServices(p: Project, make: (s: ServiceConfig) => ServiceConfig | Failure): Project | Failure {
  const services: Record<string, ServiceConfig> = {};
  for (const [name, old] of Object.entries(p.services)) {
    const made = make(old);
    if (failed(made)) return made;
    services[name] = made;
  }
  return { ...p, services };
}

/** The project with environments as containers will have them, and without the files. */
export function withEnvironments(s: Session, p: Project): Project | Failure {
  return withServices(p, (old) => {
    const environment = environmentOf(s, p, old);
    if (failed(environment)) return environment;
    const { env_file, ...service } = old;
    if (Object.keys(environment).length > 0) service.environment = environment;
    return service as ServiceConfig;
  });
}

/** The same for labels. */
export function withLabels(s: Session, p: Project): Project | Failure {
  return withServices(p, (old) => {
    const labels = labelsOf(s, old);
    if (failed(labels)) return labels;
    const { label_file, ...service } = old;
    if (Object.keys(labels).length > 0) service.labels = labels;
    return service as ServiceConfig;
  });
}
