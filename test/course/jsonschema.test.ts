/** lessons/*.schema.json are what the loader's own schemas say. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { courseJsonSchema, type Json, lessonJsonSchema } from '../../src/course/jsonschema.ts';
import { filesOf, folders, root } from './files.ts';

const published = (name: string): unknown => JSON.parse(readFileSync(`${root}${name}.schema.json`, 'utf8'));

/** Whether a value fits, for the words of JSON Schema that are used here. */
function fits(value: unknown, schema: Json, top: Json): boolean {
  // biome-ignore lint/suspicious/noExplicitAny: a schema may say anything
  const s = schema as Record<string, any>;
  if (s.$ref)
    return fits(
      value,
      (top.$defs as Record<string, Json>)[(s.$ref as string).split('/').at(-1) as string] as Json,
      top,
    );
  if (s.anyOf && !(s.anyOf as Json[]).some((o) => fits(value, o, top))) return false;
  if (s.oneOf && (s.oneOf as Json[]).filter((o) => fits(value, o, top)).length !== 1) return false;
  if (s.enum && !(s.enum as unknown[]).includes(value)) return false;
  if ('const' in s && s.const !== value) return false;
  if (s.pattern && !new RegExp(s.pattern).test(String(value))) return false;
  if (s.type === 'array')
    return Array.isArray(value) && value.every((v) => fits(v, s.items, top)) && value.length >= (s.minItems ?? 0);
  if (s.type === 'object') {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const known = (s.properties ?? {}) as Record<string, Json>;
    if (((s.required ?? []) as string[]).some((key) => !(key in value))) return false;
    return Object.entries(value).every(([key, v]) =>
      known[key] ? fits(v, known[key], top) : s.additionalProperties && fits(v, s.additionalProperties, top),
    );
  }
  if (s.type === 'integer') return Number.isInteger(value);
  return s.type === undefined || typeof value === s.type;
}

describe('JSON Schema', () => {
  it('is published as it is (npx drydock check --schema NAME > lessons/NAME.schema.json)', () => {
    expect(published('lesson')).toEqual(lessonJsonSchema());
    expect(published('course')).toEqual(courseJsonSchema());
  });

  it('takes the lessons and refuses a field or check that is none', () => {
    const schema = lessonJsonSchema();
    for (const folder of folders) {
      const lesson = parse(filesOf(folder)['lesson.yaml']);
      expect(fits(lesson, schema, schema)).toBe(true);
      expect(fits({ ...lesson, extra: 1 }, schema, schema)).toBe(false);
      const [first, ...rest] = lesson.steps;
      expect(fits({ ...lesson, steps: [{ ...first, check: { typed: 'ls' } }, ...rest] }, schema, schema)).toBe(false);
    }
  });

  it('has words for every check and for every field of a step', () => {
    // biome-ignore lint/suspicious/noExplicitAny: a schema may say anything
    const { properties, $defs } = lessonJsonSchema() as any;
    const { id, ...fields } = properties.steps.items.properties;
    expect(id).toBeDefined();
    for (const s of [...$defs.check.oneOf, ...Object.values(fields)] as Json[])
      expect(s.description, JSON.stringify(s)).toMatch(/^[A-Z].*[.`]$/);
  });

  it('is named in every lesson', () => {
    for (const folder of folders)
      expect(filesOf(folder)['lesson.yaml']).toMatch(
        /^# yaml-language-server: \$schema=\.\.\/\.\.\/lesson\.schema\.json\n/,
      );
  });
});
