/** Volumes of a service in their short form: `[SOURCE:]TARGET[:OPTIONS]`. @see compose-spec/compose-go format/volume.go */
import { Failure } from '../../cli/failure.ts';
import type { Mapping } from './project.ts';

interface Volume extends Mapping {
  type: string;
  target: string;
}

const PROPAGATIONS = ['rprivate', 'private', 'rshared', 'shared', 'rslave', 'slave'];

const isDrive = (s: string): boolean => /^\p{L}$/u.test(s);

/** Parts between colons; those within `${…}` and of a drive letter do not part. */
function sections(spec: string): string[] {
  const out: string[] = [];
  let part = '';
  let depth = 0;
  for (let i = 0; i < spec.length; i++) {
    const c = spec[i] as string;
    if (c === '$' && spec[i + 1] === '{') depth++;
    else if (c === '}' && depth > 0) depth--;
    if (c === ':' && depth === 0 && !isDrive(part)) {
      out.push(part);
      part = '';
    } else part += c;
  }
  out.push(part);
  return out;
}

function isFilePath(source: string): boolean {
  return /^[./~]/.test(source) || source.startsWith('\\\\') || (isDrive(source[0] ?? '') && source[1] === ':');
}

function options(v: Mapping, text: string): void {
  for (const option of text.split(',')) {
    if (option === 'ro') v.read_only = true;
    else if (option === 'rw') delete v.read_only;
    else if (option === 'nocopy') v.volume = { nocopy: true };
    else if (PROPAGATIONS.includes(option)) v.bind = { ...(v.bind as Mapping), propagation: option };
    else if (option === 'z' || option === 'Z') v.bind = { ...(v.bind as Mapping), selinux: option };
  }
}

/** The long form of a short one. */
export function parseVolume(spec: string): Volume | Failure {
  if (spec === '') return new Failure('invalid empty volume spec');
  if (spec.length <= 2) return { type: 'volume', target: spec };
  const parts = sections(spec);
  const bad = (why: string): Failure => new Failure(`invalid spec: ${spec}: ${why}`);
  const v: Mapping = {};
  for (const [i, part] of parts.entries()) {
    const last = i === parts.length - 1;
    if (part === '') return bad('empty section between colons');
    if (v.source === undefined && last) v.target = part;
    else if (v.source === undefined) v.source = part;
    else if (v.target === undefined) v.target = part;
    else if (!last) return bad('too many colons');
    else options(v, part);
  }
  if (isFilePath(String(v.source ?? ''))) {
    v.type = 'bind';
    v.bind = { ...(v.bind as Mapping), create_host_path: true };
  } else {
    v.type = 'volume';
    v.volume ??= {};
  }
  return v as Volume;
}
