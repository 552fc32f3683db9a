/** What a model as a whole may not say. @see compose-spec/compose-go validation/ */
import { parseIp } from '../../../base/ip.ts';
import { Failure, failed } from '../../cli/failure.ts';
import { goQuote } from '../../cli/flags/gostrconv.ts';
import { isTrue } from './normalize.ts';
import type { Mapping, Value } from './project.ts';
import { goText, isMapping, type Path, type Rewrite, Rules, rewrite, sortedKeys } from './tree.ts';

function external(v: Mapping, where: string): Failure | undefined {
  if (!isTrue(v.external)) return undefined;
  const odd = sortedKeys(v).find((k) => k !== 'name' && k !== 'external' && !k.startsWith('x-'));
  return odd === undefined
    ? undefined
    : new Failure(`${where}: conflicting parameters "external" and ${goQuote(odd)} specified`);
}

const volume: Rewrite = (v, path) => {
  if (v === null) return v;
  if (!isMapping(v)) return new Failure(`expected volume, got ${String(v)}`);
  return external(v, path.join('.')) ?? v;
};

const fileObject =
  (...keys: string[]): Rewrite =>
  (v, path) => {
    const m = isMapping(v) ? v : {};
    const where = path.join('.');
    const count = keys.filter((k) => k in m).length;
    if (count > 1) return new Failure(`${where}: ${keys.join('|')} attributes are mutually exclusive`);
    if (count === 0 && !('driver' in m) && !('external' in m))
      return new Failure(`${where}: one of ${keys.join('|')} must be set`);
    return v;
  };

const watchPath: Rewrite = (v, path) => (v === '' ? new Failure(`${path.join('.')}: value can't be blank`) : v);

const deviceRequest: Rewrite = (v, path) => {
  if (!isMapping(v)) return new Failure(`${path.join('.')}: invalid type for device request`);
  return 'count' in v && 'device_ids' in v
    ? new Failure(`${path.join('.')}: "count" and "device_ids" attributes are exclusive`)
    : v;
};

const hostIp: Rewrite = (v, path) => {
  if (!isMapping(v) || v.host_ip === undefined || parseIp(goText(v.host_ip)) !== undefined) return v;
  return new Failure(`${path.join('.')}: invalid ip address: ${goText(v.host_ip)}`);
};

const CHECKS = new Rules<Rewrite>({
  'volumes.*': volume,
  'configs.*': fileObject('file', 'environment', 'content'),
  'secrets.*': fileObject('file', 'environment'),
  'services.*.ports.*': hostIp,
  'services.*.develop.watch.*.path': watchPath,
  'services.*.deploy.resources.reservations.devices.*': deviceRequest,
  'services.*.gpus.*': deviceRequest,
});

/** @returns the first fault */
export function validate(model: Value, path: Path = []): Failure | undefined {
  const got = rewrite(model, path, CHECKS);
  return failed(got) ? got : undefined;
}
