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

/** `--mount type=bind,source=…,target=…,readonly`. The value was checked before. */
export function parseMount(value: string): Record<string, unknown> {
  const given = new Map<string, string>();
  const maps = { 'volume-label': {}, 'volume-opt': {} } as Record<string, Record<string, string>>;
  const record = parseRecord(value);
  for (const field of 'value' in record ? record.value : []) {
    const at = field.indexOf('=');
    const key = (at < 0 ? field : field.slice(0, at)).trim().toLowerCase();
    const v = at < 0 ? 'true' : field.slice(at + 1);
    const map = maps[key];
    const [name = '', ...rest] = v.split('=');
    if (map) map[name] = rest.join('=');
    else given.set(SHORT[key] ?? key, v);
  }
  const on = (key: string): true | undefined => {
    const v = parseBool(given.get(key) ?? 'false');
    return ('value' in v && v.value) || undefined;
  };
  return {
    Type: given.get('type')?.toLowerCase() ?? 'volume',
    Source: given.get('source'),
    Target: given.get('target'),
    ReadOnly: on('readonly'),
    Consistency: given.get('consistency'),
    BindOptions: some({
      Propagation: given.get('bind-propagation'),
      NonRecursive: on('bind-nonrecursive') ?? (given.get('bind-recursive') === 'disabled' || undefined),
      ReadOnlyNonRecursive: given.get('bind-recursive') === 'writable' || undefined,
      ReadOnlyForceRecursive: given.get('bind-recursive') === 'readonly' || undefined,
    }),
    VolumeOptions: some({
      NoCopy: on('volume-nocopy'),
      Labels: some(maps['volume-label'] ?? {}),
      Subpath: given.get('volume-subpath'),
      DriverConfig: some({ Name: given.get('volume-driver'), Options: some(maps['volume-opt'] ?? {}) }),
    }),
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
