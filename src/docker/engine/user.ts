/** `--user`: who a process of a container is. @see moby/sys/user: GetExecUser, GetAdditionalGroups */
import { text } from '../../base/http.ts';
import { isErr } from '../../linux/kernel/errno.ts';
import type { FileSystem } from '../../linux/kernel/machine.ts';
import type { Failure } from '../errdefs.ts';
import { errors } from './errors.ts';

export interface User {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups. */
  readonly groups: readonly number[];
  readonly home: string;
}

const isNumber = (s: string): boolean => /^-?\d+$/.test(s);

/** @param spec `name`, `uid`, with `:group` @param more groups by name or number (`--group-add`) */
export function lookupUser(fs: FileSystem, spec: string, more: readonly string[] | null = null): User | Failure {
  const passwd = rows(fs, '/etc/passwd');
  const group = rows(fs, '/etc/group');
  const [name = '', asked = ''] = spec.split(':');
  const wantedGroup = asked || undefined;
  const wanted = name === '' ? '0' : name;
  const uid = isNumber(wanted) ? Number(wanted) : undefined;
  const row = passwd.find((r) => (uid === undefined ? r[0] === wanted : Number(r[2]) === uid));
  if (!row && !isNumber(wanted)) return errors.noUser(wanted);
  const gidOf = (g: string): number | undefined => {
    const found = group.find((r) => r[0] === g || r[2] === g);
    return found ? Number(found[2]) : isNumber(g) ? Number(g) : undefined;
  };
  const gid = wantedGroup === undefined ? Number(row?.[3] ?? 0) : gidOf(wantedGroup);
  for (const id of [row ? '0' : wanted, wantedGroup ?? '0'])
    if (isNumber(id) && (Number(id) < 0 || Number(id) > 0x7fffffff)) return errors.idRange;
  if (gid === undefined) return errors.noGroup(wantedGroup as string);
  // those of which the file says that the user is in, unless a group was asked for
  const own =
    wantedGroup === undefined && row ? group.filter((r) => (r[3] ?? '').split(',').includes(row[0] as string)) : [];
  const groups = new Set(own.map((r) => Number(r[2])));
  for (const g of more ?? []) {
    const number = gidOf(g);
    if (number === undefined) return errors.noGroups(g);
    groups.add(number);
  }
  return { uid: row ? Number(row[2]) : Number(wanted), gid, groups: [...groups], home: row?.[5] || '/' };
}

type Rows = readonly (readonly string[])[];

/** What was read last of a file: an image's containers have the same text. */
const last = new Map<string, { readonly content: string; readonly rows: Rows }>();

function rows(fs: FileSystem, file: string): Rows {
  const bytes = fs.readFile(file);
  if (isErr(bytes)) return [];
  const content = text(bytes);
  const known = last.get(file);
  if (known?.content === content) return known.rows;
  const made = content.split('\n').map((line) => line.split(':'));
  last.set(file, { content, rows: made });
  return made;
}
