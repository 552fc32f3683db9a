/**
 * The schemas of lesson.yaml and course.yaml as JSON Schema, for editors. Made from the very schemas that the loader
 * uses; lessons/*.schema.json hold the result.
 * Limits: what a schema cannot say (names that must exist, texts that must fit) only the proof tells.
 * @see https://json-schema.org/draft/2020-12
 */
import type { GenericSchema } from 'valibot';
import { check, FORMS, PREDICATES } from './checks/check.ts';
import { courseSchema } from './outline.ts';
import { commands, lessonSchema } from './schema.ts';
import { value } from './values.ts';

/** A JSON Schema. */
export type Json = Readonly<Record<string, unknown>>;

/** What a valibot schema or action tells of itself, as far as it is needed. */
interface Told {
  readonly type: string;
  readonly kind: string;
  readonly pipe?: readonly Told[];
  readonly entries?: Readonly<Record<string, Told>>;
  readonly options?: readonly unknown[];
  readonly item?: Told;
  readonly value?: Told;
  readonly wrapped?: Told;
  readonly default?: unknown;
  readonly literal?: unknown;
  readonly requirement?: unknown;
  readonly description?: string;
}

const told = (schema: unknown): Told => schema as Told;

/** Parts with a name of their own: they occur often, or within themselves. */
const NAMED = new Map<Told, string>([
  [told(check), 'check'],
  [told(value), 'value'],
  [told(commands), 'commands'],
  ...Object.entries(PREDICATES).map(([name, s]) => [told(s), name] as const),
]);

/** The bodies of the named parts. */
const defs = (): Json => ({
  ...Object.fromEntries([...NAMED].map(([s, name]) => [name, s === told(check) ? {} : convertUnnamed(s)])),
  check: { oneOf: Object.values(FORMS).map((f) => convert(told(f))) },
});

export const lessonJsonSchema = (): Json => ({ ...top('A lesson', lessonSchema), $defs: defs() });

export const courseJsonSchema = (): Json => top('A course', courseSchema);

const top = (title: string, schema: GenericSchema): Json => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title,
  ...convert(told(schema)),
});

function convert(s: Told): Json {
  const name = NAMED.get(s);
  return name === undefined ? convertUnnamed(s) : { $ref: `#/$defs/${name}` };
}

function convertUnnamed(s: Told): Json {
  const [first, ...rest] = s.pipe ?? [s];
  const root = s.pipe ? convert(first as Told) : base(first as Told);
  return Object.assign({}, root, ...rest.map((a) => action(a, root.type === 'array' ? 'minItems' : 'minLength')));
}

function base(s: Told): Json {
  switch (s.type) {
    case 'strict_object':
      return object(s.entries ?? {});
    case 'union':
    case 'variant':
      return { anyOf: (s.options as readonly Told[]).map(convert) };
    case 'picklist':
      return { enum: s.options };
    case 'literal':
      return { const: s.literal };
    case 'array':
      return { type: 'array', items: convert(s.item as Told) };
    case 'record':
      return { type: 'object', additionalProperties: convert(s.value as Told) };
    case 'optional':
      return { ...convert(s.wrapped as Told), ...(s.default !== undefined && { default: s.default }) };
    case 'string':
    case 'number':
    case 'boolean':
    case 'null':
      return { type: s.type };
    default:
      throw new Error(`no JSON Schema for ${s.type}`);
  }
}

function object(entries: Readonly<Record<string, Told>>): Json {
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(entries).map(([key, s]) => [key, convert(s)])),
    required: Object.keys(entries).filter((key) => entries[key]?.type !== 'optional'),
    additionalProperties: false,
  };
}

/** What a step of a pipe asks for besides. */
function action({ type, kind, requirement, description }: Told, least: string): Json {
  if (kind === 'transformation') return {};
  switch (type) {
    case 'regex':
      return { pattern: (requirement as RegExp).source };
    case 'starts_with':
      return { pattern: `^${requirement}` };
    case 'min_value':
      return { minimum: requirement };
    case 'max_value':
      return { maximum: requirement };
    case 'min_length':
      return { [least]: requirement };
    case 'integer':
      return { type: 'integer' };
    case 'description':
      return { description };
    default:
      throw new Error(`no JSON Schema for ${type}`);
  }
}
