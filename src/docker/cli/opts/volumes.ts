/** `-v` and `--mount` as the API takes them. @see docker/cli internal/volumespec, opts/mount.go */
import { parseRecord } from '../flags/csv.ts';
import { type Parsed, parseBool } from '../flags/gostrconv.ts';
import { ramInBytes } from '../flags/values.ts';

export interface Volumes {
  readonly binds: readonly string[] | null;
  readonly anonymous: Record<string, Record<string, never>>;
}

/** Splits `-v` values into binds (with a source) and anonymous volumes (a path only). */
export function parseVolumes(values: readonly string[], cwd: string): Parsed<Volumes> {
  const binds: string[] = [];
  const anonymous: Record<string, Record<string, never>> = {};
  for (const value of values) {
    if (value === '') return { error: 'invalid empty volume spec' };
    const parts = sections(value);
    if (parts.length === 1 || value.length <= 2) {
      anonymous[value] = {};
      continue;
    }
    if (parts.some((p, i) => p === '' && i < 2))
      return { error: `invalid spec: ${value}: empty section between colons` };
    if (parts.length > 3) return { error: `invalid spec: ${value}: too many colons` };
    const source = parts[0] as string;
    const absolute = source.startsWith('.') ? normalize(`${cwd}/${source}`) : source;
    binds.push([absolute, ...parts.slice(1)].join(':'));
  }
  return { value: { binds: binds.length > 0 ? binds : null, anonymous } };
}

/** What stands between colons; one letter and a colon begin a path of Windows. */
function sections(spec: string): string[] {
  const out: string[] = [];
  let part = '';
  for (const c of spec) {
    if (c !== ':' || /^\p{L}$/u.test(part)) part += c;
    else {
      out.push(part);
      part = '';
    }
  }
  return [...out, part];
}

/** path.Clean of an absolute path. */
export function normalize(path: string): string {
  const out: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') out.pop();
    else out.push(part);
  }
  return `/${out.join('/')}`;
}

/**
 * `--mount type=bind,source=…,target=…,readonly`. The value was checked before.
 * @param cwd what a source that begins with `./` is relative to
 */
export function parseMount(value: string, cwd?: string): Record<string, unknown> {
  const given = new Map<string, string>();
  /** What the options belong to: `volume`, `bind`. */
  const options = new Set<string>();
  const maps = { 'volume-label': {}, 'volume-opt': {} } as Record<string, Record<string, string>>;
  const record = parseRecord(value);
  for (const field of 'value' in record ? record.value : []) {
    const at = field.indexOf('=');
    const key = (at < 0 ? field : field.slice(0, at)).toLowerCase();
    const v = at < 0 ? 'true' : field.slice(at + 1);
    options.add(key.split('-')[0] as string);
    const map = maps[key];
    const [name = '', ...rest] = v.split('=');
    if (!map) given.set(SHORT[key] ?? key, v);
    else if (name !== '') map[name] = rest.join('=');
    else given.set(key, '');
  }
  const source = given.get('source');
  const on = (key: string): true | undefined => {
    const v = parseBool(given.get(key) ?? 'false');
    return ('value' in v && v.value) || undefined;
  };
  return {
    Type: given.get('type')?.toLowerCase() ?? 'volume',
    Source: cwd !== undefined && /^\.(\/|$)/.test(source ?? '') ? normalize(`${cwd}/${source}`) : source,
    Target: given.get('target'),
    ReadOnly: on('readonly'),
    Consistency: given.get('consistency')?.toLowerCase(),
    BindOptions: some({
      Propagation: given.get('bind-propagation')?.toLowerCase(),
      NonRecursive: on('bind-nonrecursive') ?? (given.get('bind-recursive') === 'disabled' || undefined),
      ReadOnlyNonRecursive: given.get('bind-recursive') === 'writable' || undefined,
      ReadOnlyForceRecursive: given.get('bind-recursive') === 'readonly' || undefined,
    }),
    VolumeOptions: options.has('volume')
      ? {
          NoCopy: on('volume-nocopy'),
          Labels: some(maps['volume-label'] ?? {}),
          Subpath: given.get('volume-subpath') || undefined,
          DriverConfig: { Name: given.get('volume-driver') || undefined, Options: some(maps['volume-opt'] ?? {}) },
        }
      : undefined,
    ImageOptions: some({ Subpath: given.get('image-subpath') }),
    TmpfsOptions: some({
      SizeBytes: given.has('tmpfs-size') ? size(given.get('tmpfs-size') as string) : undefined,
      Mode: given.has('tmpfs-mode') ? Number.parseInt(given.get('tmpfs-mode') as string, 8) : undefined,
    }),
  };
}

const SHORT: Readonly<Record<string, string>> = { src: 'source', dst: 'target', destination: 'target', ro: 'readonly' };

function size(text: string): number | undefined {
  const n = ramInBytes(text);
  return 'value' in n ? n.value : undefined;
}

/** Undefined for an object that says nothing. */
const some = (o: Record<string, unknown>): Record<string, unknown> | undefined =>
  Object.values(o).some((v) => v !== undefined) ? o : undefined;
