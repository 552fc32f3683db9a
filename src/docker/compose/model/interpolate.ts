/** Variables in all texts of a file, and texts that stand for numbers and truths. @see compose-spec/compose-go interpolation/interpolation.go, loader/interpolate.go */
import { Failure, failed } from '../../cli/failure.ts';
import { goQuote } from '../../cli/flags/gostrconv.ts';
import type { Mapping, Value } from './project.ts';
import { type Lookup, notSet, substitute } from './template.ts';
import { ITEM, isMapping, type Path, Rules } from './tree.ts';

type Warn = (message: string) => void;
type Cast = (text: string, warn: Warn) => Value | Failure;

const syntax = (fn: string, s: string): Failure => new Failure(`strconv.${fn}: parsing ${goQuote(s)}: invalid syntax`);

const integer =
  (fn: string): Cast =>
  (s) =>
    /^[-+]?\d+$/.test(s) ? Number(s) : syntax(fn, s);
const toInt = integer('Atoi');
const toInt64 = integer('ParseInt');
const toFloat: Cast = (s) =>
  /^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?$/i.test(s) ? Number(s) : syntax('ParseFloat', s);

const toBoolean: Cast = (s, warn) => {
  const word = s.toLowerCase();
  if (word === 'true' || word === 'false') return word === 'true';
  const yes = ['y', 'yes', 'on'].includes(word);
  if (!yes && !['n', 'no', 'off'].includes(word)) return new Failure(`invalid boolean: ${s}`);
  warn(`${goQuote(s)} for boolean is not supported by YAML 1.2, please use \`${yes}\``);
  return yes;
};

const SERVICE: Readonly<Record<string, Cast>> = {
  cpu_count: toInt64,
  cpu_percent: toFloat,
  cpu_period: toInt64,
  cpu_quota: toInt64,
  cpu_rt_period: toInt64,
  cpu_rt_runtime: toInt64,
  cpus: toFloat,
  cpu_shares: toInt64,
  init: toBoolean,
  'deploy.replicas': toInt,
  'deploy.update_config.parallelism': toInt,
  'deploy.update_config.max_failure_ratio': toFloat,
  'deploy.rollback_config.parallelism': toInt,
  'deploy.rollback_config.max_failure_ratio': toFloat,
  'deploy.restart_policy.max_attempts': toInt,
  'deploy.placement.max_replicas_per_node': toInt,
  'healthcheck.retries': toInt,
  'healthcheck.disable': toBoolean,
  oom_kill_disable: toBoolean,
  oom_score_adj: toInt64,
  pids_limit: toInt64,
  'ports.[].target': toInt,
  privileged: toBoolean,
  read_only: toBoolean,
  scale: toInt,
  stdin_open: toBoolean,
  tty: toBoolean,
  'ulimits.*': toInt,
  'ulimits.*.hard': toInt,
  'ulimits.*.soft': toInt,
  'volumes.[].read_only': toBoolean,
  'volumes.[].volume.nocopy': toBoolean,
};

const CASTS = new Rules<Cast>({
  ...Object.fromEntries(Object.entries(SERVICE).map(([k, v]) => [`services.*.${k}`, v])),
  'networks.*.external': toBoolean,
  'networks.*.internal': toBoolean,
  'networks.*.attachable': toBoolean,
  'networks.*.enable_ipv4': toBoolean,
  'networks.*.enable_ipv6': toBoolean,
  'volumes.*.external': toBoolean,
  'secrets.*.external': toBoolean,
  'configs.*.external': toBoolean,
});

function fill(text: string, path: Path, look: Lookup, warn: Warn): Value | Failure {
  const where = path.join('.');
  const got = substitute(text, look, (name) => warn(notSet(name)));
  if ('invalid' in got)
    return new Failure(
      `invalid interpolation format for ${where}.\nYou may need to escape any $ with another $.\n${got.invalid}`,
    );
  if (!('text' in got)) return new Failure(`error while interpolating ${where}: ${got.missing}`);
  const cast = CASTS.find(path)?.(got.text, warn);
  if (failed(cast))
    return new Failure(`error while interpolating ${where}: failed to cast to expected type: ${cast.message}`);
  return cast ?? got.text;
}

function walk(v: Value, path: Path, look: Lookup, warn: Warn): Value | Failure {
  if (typeof v === 'string') return fill(v, path, look, warn);
  if (Array.isArray(v)) {
    const out: Value[] = [];
    for (const x of v) {
      const got = walk(x, [...path, ITEM], look, warn);
      if (failed(got)) return got;
      out.push(got);
    }
    return out;
  }
  return isMapping(v) ? interpolate(v, look, warn, path) : v;
}

/** @returns the same tree with variables' values in place */
export function interpolate(v: Mapping, look: Lookup, warn: Warn, path: Path = []): Mapping | Failure {
  const out: Mapping = {};
  for (const [key, x] of Object.entries(v)) {
    const got = walk(x, [...path, key], look, warn);
    if (failed(got)) return got;
    out[key] = got;
  }
  return out;
}
