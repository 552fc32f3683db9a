/** Words that the schema is written in, and what several of its parts share. @see compose-spec/compose-spec schema/compose-spec.json */
import type { Schema, Type } from './check.ts';

type Properties = Readonly<Record<string, Schema>>;

/** A value of one of some types. */
export const is = (...types: Type[]): Schema => ({ types });
export const one = (...oneOf: Schema[]): Schema => ({ oneOf });
export const list = (items: Schema, unique = false): Schema => ({ types: ['array'], items, unique });
export const some = (...values: string[]): Schema => ({ types: ['string'], enum: values });

/** A mapping with these keys, and those that begin with `x-`. */
export const mapping = (properties: Properties, more: Partial<Schema> = {}): Schema => ({
  types: ['object'],
  properties,
  patterns: [[/^x-/, {}]],
  closed: true,
  ...more,
});

/** A mapping with these keys alone. */
export const strict = (properties: Properties, more: Partial<Schema> = {}): Schema => ({
  types: ['object'],
  properties,
  closed: true,
  ...more,
});

/** A mapping whose keys are names. */
export const named = (value: Schema, closed = true): Schema => ({
  types: ['object'],
  patterns: [[/^[a-zA-Z0-9._-]+$/, value]],
  closed,
});

/** Options of a driver. */
export const options = (...types: Type[]): Schema => ({ types: ['object'], patterns: [[/^.+$/, is(...types)]] });

/** The same schema under each of some keys. */
export const each = (keys: string, schema: Schema): Record<string, Schema> =>
  Object.fromEntries(keys.split(' ').map((k) => [k, schema]));

export const TEXT = is('string');
export const TRUTH = is('boolean', 'string');
export const NUMBER = is('number', 'string');
export const WHOLE = is('integer', 'string');
export const TEXTS = list(TEXT, true);
export const TEXT_OR_TEXTS = one(TEXT, TEXTS);
export const PAIRS = one(
  { types: ['object'], patterns: [[/.+/, is('string', 'number', 'boolean', 'null')]], closed: true },
  TEXTS,
);
export const HOSTS = one(
  { types: ['object'], patterns: [[/.+/, one(TEXT, list(TEXT))]], closed: true },
  list(TEXT, true),
);
export const COMMAND = one(is('null'), TEXT, list(TEXT));
export const ULIMITS: Schema = {
  types: ['object'],
  patterns: [[/^[a-z]+$/, one(WHOLE, mapping({ hard: WHOLE, soft: WHOLE }, { required: ['soft', 'hard'] }))]],
};
export const FILES = list(one(TEXT, mapping({ ...each('source target uid gid', TEXT), mode: NUMBER })));
export const HOOK = mapping(
  { command: COMMAND, user: TEXT, privileged: TRUTH, working_dir: TEXT, environment: PAIRS },
  { required: ['command'] },
);
