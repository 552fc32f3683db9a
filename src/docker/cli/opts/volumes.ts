/** `-v` and `--mount` as the API takes them. @see docker/cli internal/volumespec, opts/mount.go */
import type { Parsed } from '../flags/gostrconv.ts';
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
    const parts = value.split(':');
    if (parts.length === 1) {
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
  const mount: Record<string, unknown> = { Type: 'volume' };
  const volume: Record<string, unknown> = {};
  const bind: Record<string, unknown> = {};
  const tmpfs: Record<string, unknown> = {};
  for (const field of value.split(',')) {
    const at = field.indexOf('=');
    const key = (at < 0 ? field : field.slice(0, at)).trim().toLowerCase();
    const v = at < 0 ? 'true' : field.slice(at + 1);
    if (key === 'type') mount.Type = v.toLowerCase();
    else if (key === 'source' || key === 'src') mount.Source = v;
    else if (key === 'target' || key === 'dst' || key === 'destination') mount.Target = v;
    else if (key === 'readonly' || key === 'ro') mount.ReadOnly = v === 'true' || v === '1' ? true : undefined;
    else if (key === 'consistency') mount.Consistency = v;
    else if (key === 'bind-propagation') bind.Propagation = v;
    else if (key === 'volume-nocopy') volume.NoCopy = v === 'true' || v === '1';
    else if (key === 'volume-subpath') volume.Subpath = v;
    else if (key === 'volume-driver') volume.DriverConfig = { Name: v };
    else if (key === 'tmpfs-size') {
      const size = ramInBytes(v);
      if ('value' in size) tmpfs.SizeBytes = size.value;
    } else if (key === 'tmpfs-mode') tmpfs.Mode = Number.parseInt(v, 8);
  }
  const { Type, Source, Target, ReadOnly, Consistency } = mount;
  const some = (o: Record<string, unknown>): Record<string, unknown> | undefined =>
    Object.keys(o).length > 0 ? o : undefined;
  return {
    Type,
    Source,
    Target,
    ReadOnly,
    Consistency,
    BindOptions: some(bind),
    VolumeOptions: some(volume),
    TmpfsOptions: some(tmpfs),
  };
}
