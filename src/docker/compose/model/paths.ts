/** Relative paths made absolute. @see compose-spec/compose-go paths/ */
import { Failure } from '../../cli/failure.ts';
import { joined } from './files.ts';
import type { Mapping, Value } from './project.ts';
import { goType, isMapping, type Rewrite, Rules, rewrite } from './tree.ts';

/** What paths are relative to. */
export interface Base {
  readonly dir: string;
  readonly home: string;
}

/** `~` and `~/…` */
function expandUser(path: string, home: string): string {
  return path === '~' || path.startsWith('~/') ? joined(home, path.slice(1)) : path;
}

const REMOTE = /^(?:github\.com\/|git@)/;

function rules({ dir, home }: Base): Rules<Rewrite> {
  const text = (v: string): string => {
    const path = expandUser(v, home);
    return path === '' || path.startsWith('/') ? path : joined(dir, path);
  };
  const abs: Rewrite = (v) => {
    if (Array.isArray(v)) return v.map((x) => (typeof x === 'string' ? text(x) : x));
    return typeof v === 'string' ? text(v) : new Failure(`unexpected type ${goType(v)}`);
  };
  const context: Rewrite = (v, path, again) => {
    if (typeof v !== 'string') return abs(v, path, again);
    return v.includes('://') || v.startsWith('service:') || REMOTE.test(v) ? v : text(v);
  };
  const mount: Rewrite = (v) => {
    if (!isMapping(v) || v.type !== 'bind') return v;
    if (typeof v.source !== 'string')
      return new Failure('invalid mount config for type "bind": field Source must not be empty');
    v.source = text(v.source);
    return v;
  };
  const driverOpts: Rewrite = (v) => {
    const opts = isMapping(v) && v.driver === 'local' ? v.driver_opts : undefined;
    if (isMapping(opts) && opts.o === 'bind' && typeof opts.device === 'string') opts.device = text(opts.device);
    return v;
  };
  return new Rules<Rewrite>({
    'services.*.build.context': context,
    'services.*.build.additional_contexts.*': context,
    'services.*.build.ssh.*': (v, path, again) => (v === null ? null : abs(v, path, again)),
    'services.*.env_file.*.path': abs,
    'services.*.label_file.*': abs,
    'services.*.extends.file': abs,
    'services.*.develop.watch.*.path': abs,
    'services.*.volumes.*': mount,
    'configs.*.file': abs,
    'secrets.*.file': abs,
    'include.path': abs,
    'include.project_directory': abs,
    'include.env_file': abs,
    'volumes.*': driverOpts,
  });
}

/** Changes the model. */
export function resolvePaths(model: Mapping, base: Base): Value | Failure {
  return rewrite(model, [], rules(base));
}
