/** A project as it is printed: keys in the order of their types, what is empty left out. @see compose-spec/compose-go types/project.go: MarshalYAML, MarshalJSON */
import { Ordered, type Printable } from './print.ts';
import type { Mapping, Project, Value } from './project.ts';
import { type Field, SHAPES } from './shapes.ts';
import { isMapping, sortedKeys } from './tree.ts';

type Form = 'yaml' | 'json';

/** What Go calls empty. */
function isEmpty(v: Value | undefined): boolean {
  if (v === undefined || v === null || v === false || v === '' || v === 0 || v === '0') return true;
  if (Array.isArray(v)) return v.length === 0;
  return isMapping(v) && Object.keys(v).length === 0;
}

/** A size or a duration that is zero is one in words. */
const isZero = (v: Value | undefined, kind: string): boolean =>
  isEmpty(v) ? v !== '0' || kind === 'bytes' : kind === 'dur' && v === '0s';

function ofKind(v: Value, kind: string, form: Form): Printable {
  if (v === null) return null;
  if (kind.startsWith('[]')) return (v as Value[]).map((x) => ofKind(x, kind.slice(2), form));
  if (kind.startsWith('{}'))
    return Object.fromEntries(Object.entries(v as Mapping).map(([k, x]) => [k, ofKind(x, kind.slice(2), form)]));
  if (kind === 'EnvFile' && isMapping(v) && v.required && !v.format) return v.path as string;
  const shape = SHAPES[kind];
  if (shape && isMapping(v)) return ofShape(v, shape, form);
  if (kind === 'ulimit' && isMapping(v))
    return new Ordered([
      ['soft', v.soft as number],
      ['hard', v.hard as number],
    ]);
  return v as Printable;
}

/** A struct of Go: zero values go, unless the field says otherwise. */
function ofShape(v: Mapping, shape: readonly Field[], form: Form): Ordered {
  const out: [string, Printable][] = [];
  for (const { key, kind, pointer, always, json } of shape) {
    const value = v[key];
    const forced = always || (json && form === 'json');
    if (!forced && (value === undefined || value === null)) continue;
    if (!forced && !pointer && isHollow(value as Value, kind)) continue;
    out.push([key, value === undefined ? initial(kind) : ofKind(value, kind, form)]);
  }
  if (form === 'yaml') for (const k of sortedKeys(v)) if (k.startsWith('x-')) out.push([k, v[k] as Printable]);
  return new Ordered(out);
}

/** Structs that hold nothing but zeros are zero. A command that is an empty list is told from none. */
function isHollow(v: Value, kind: string): boolean {
  const shape = SHAPES[kind];
  if (!shape || !isMapping(v)) return isZero(v, kind) && kind !== 'cmd';
  return Object.keys(v).every((k) => {
    const field = shape.find((f) => f.key === k);
    return field !== undefined && !field.pointer && isHollow(v[k] as Value, field.kind);
  });
}

/** What stands for a field that JSON prints always. */
function initial(kind: string): Printable {
  if (SHAPES[kind]) return {};
  if (kind === 'i' || kind === 'bytes') return 0;
  return kind === 's' ? '' : kind === 'b' ? false : null;
}

/** What came from variables is nobody's business. */
function withoutContent(objects: Mapping, hidden: (o: Mapping) => boolean): Mapping {
  return Object.fromEntries(
    Object.entries(objects).map(([k, o]) => {
      const { content, ...rest } = o as Mapping;
      return [k, hidden(rest) ? rest : o] as const;
    }),
  ) as Mapping;
}

/** The whole. */
export function projectTree(p: Project, form: Form): Printable {
  const all: Mapping = { name: p.name };
  for (const key of ['services', 'networks', 'volumes', 'secrets', 'configs', 'models'] as const)
    all[key] = p[key] as unknown as Mapping;
  all.secrets = withoutContent(all.secrets as Mapping, () => true);
  all.configs = withoutContent(all.configs as Mapping, (c) => Boolean(c.environment));
  const tree = ofShape(all, SHAPES.Project as Field[], form);
  const extra = sortedKeys(p.extensions).map((k) => [k, p.extensions[k] as Printable] as const);
  const entries = [...tree.entries, ...extra];
  if (form === 'yaml') return new Ordered(entries);
  return Object.fromEntries(entries.filter(([k]) => k !== 'models'));
}

/** A part of a project as JSON. @param shape its name in SHAPES */
export function shapeTree(v: Mapping, shape: string): Printable {
  return ofShape(v, SHAPES[shape] as Field[], 'json');
}
