/** Rates and weights of devices, and GPUs, as flags have them. @see docker/cli opts/{weightdevice,throttledevice,gpus}.go */
import { parseInt64, parseUint } from '../flags/gostrconv.ts';
import { ramInBytes } from '../flags/values.ts';

type Checked = { readonly value: string } | { readonly error: string };

/** `/dev/sda:100` in two; undefined when it is none. */
function split(s: string): { path: string; number: string } | { error: string } {
  const at = s.indexOf(':');
  if (at <= 0) return { error: `bad format: ${s}` };
  if (!s.startsWith('/dev/')) return { error: `bad format for device path: ${s}` };
  return { path: s.slice(0, at), number: s.slice(at + 1) };
}

/** `--blkio-weight-device` */
export function weightDevice(s: string): Checked {
  const parts = split(s);
  if ('error' in parts) return parts;
  const n = parseUint(parts.number, 10, 16);
  const fits = 'value' in n && (n.value === 0 || (n.value >= 10 && n.value <= 1000));
  return fits ? { value: s } : { error: `invalid weight for device: ${s}` };
}

/** `--device-read-bps` and its like: a size, or a plain number of operations. */
export function rateDevice(unit: 'bytes' | 'operations'): (s: string) => Checked {
  return (s) => {
    const parts = split(s);
    if ('error' in parts) return parts;
    const n = unit === 'bytes' ? ramInBytes(parts.number) : parseUint(parts.number);
    if ('value' in n && n.value >= 0) return { value: s };
    return {
      error: `invalid rate for device: ${s}. The correct format is <device-path>:<number>${unit === 'bytes' ? '[<unit>]' : ''}. Number must be a positive integer${unit === 'bytes' ? '. Unit is optional and can be kb, mb, or gb' : ''}`,
    };
  };
}

/** What was checked, as the API takes it. */
export const deviceNumbers = (values: readonly string[], key: 'Weight' | 'Rate'): Record<string, unknown>[] =>
  values.map((s) => {
    const at = s.indexOf(':');
    const n = ramInBytes(s.slice(at + 1));
    return { Path: s.slice(0, at), [key]: 'value' in n ? n.value : 0 };
  });

const GPU_KEYS = ['driver', 'count', 'device', 'capabilities', 'options'];

/** `--gpus` */
export function gpuRequest(s: string): Checked {
  const seen = new Set<string>();
  for (const [key, value, field] of gpuFields(s)) {
    if (seen.has(key)) return { error: `gpu request key '${key}' can be specified only once` };
    seen.add(key);
    if (!GPU_KEYS.includes(key)) return { error: `unexpected key '${key}' in '${field}'` };
    if (key === 'count' && value !== 'all' && 'error' in parseInt64(value, 10, 64, 'Atoi'))
      return { error: `invalid count (${value}): value must be either "all" or an integer: invalid syntax` };
  }
  return { value: s };
}

/** `all`, `2`, `"device=0,1",driver=nvidia`: keys, values, and what was written. */
function gpuFields(s: string): [key: string, value: string, field: string][] {
  return (s.match(/("[^"]*"|[^,])+/g) ?? []).map((quoted) => {
    const field = quoted.replaceAll('"', '');
    const at = field.indexOf('=');
    return at < 0 ? ['count', field, field] : [field.slice(0, at), field.slice(at + 1), field];
  });
}

/** What was checked, as the API takes it. */
export function deviceRequests(values: readonly string[]): Record<string, unknown>[] {
  return values.map((s) => {
    const given = new Map(gpuFields(s).map(([key, value]) => [key, value]));
    const count = given.get('count');
    const devices = given.get('device')?.split(',') ?? null;
    const options = (given.get('options') ?? '').split(',').filter((o) => o !== '');
    return {
      Driver: given.get('driver') ?? '',
      Count: count === 'all' ? -1 : Number(count ?? (devices ? 0 : 1)),
      DeviceIDs: devices,
      Capabilities: [[...(given.get('capabilities')?.split(',') ?? []), 'gpu']],
      Options: Object.fromEntries(options.map((o) => [o.split('=')[0], o.split('=').slice(1).join('=')])),
    };
  });
}
