/** Fields that several checks share. */
import * as v from 'valibot';

/** A schema with words for authors: editors show them beside the field, by way of the JSON Schema. */
export const about = <S extends v.GenericSchema>(schema: S, words: string): S =>
  v.pipe(schema, v.description(words)) as unknown as S;

/** An id: small letters, digits, dashes. */
export const id = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]*$/));
export const port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65535));
export const machine = v.optional(id, 'node1');
export const text = v.pipe(v.string(), v.minLength(1));
export const transport = v.picklist(['tcp', 'udp']);

/** A number, or bounds that include their ends. */
export const range = v.union([
  v.number(),
  v.strictObject({ min: v.optional(v.number()), max: v.optional(v.number()) }),
]);
export type Range = v.InferOutput<typeof range>;
