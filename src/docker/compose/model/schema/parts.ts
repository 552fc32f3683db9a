/** Words that the schema is written in, and what several of its parts share. @see compose-spec/compose-spec schema/compose-spec.json */
import type { Schema, Type } from './check.ts';

type Properties = Readonly<Record<string, Schema>>;

/** A value of one of some types. */
export const is = (...types: Type[]): Schema => ({ types });
/** Exactly one of some schemas. */
export const one = (...oneOf: Schema[]): Schema => ({ oneOf });
/** A list. @param unique no two items are equal */
export const list = (items: Schema, unique = false): Schema => ({ types: ['array'], items, unique });
/** One of some words. */
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

/** The same schema under each of some keys, which are parted by white space. */
export const each = (keys: string, schema: Schema): Record<string, Schema> =>
  Object.fromEntries(keys.split(/\s+/).map((k) => [k, schema]));

/** Nothing but a text: `5` has to be quoted. */
export const TEXT = is('string');
/** Yes or no, or a variable that will say it. */
export const TRUTH = is('boolean', 'string');
/** A number, or its text. */
export const NUMBER = is('number', 'string');
/** A whole number, or its text. */
export const WHOLE = is('integer', 'string');
/** Texts, none of them twice. */
export const TEXTS = list(TEXT, true);
/** One text, or a list of them. */
export const TEXT_OR_TEXTS = one(TEXT, TEXTS);
/** Values by key, or `key=value` items. */
export const PAIRS = one(
  { types: ['object'], patterns: [[/.+/, is('string', 'number', 'boolean', 'null')]], closed: true },
  TEXTS,
);
/** Addresses by name, or `name=address` items. */
export const HOSTS = one(
  { types: ['object'], patterns: [[/.+/, one(TEXT, list(TEXT))]], closed: true },
  list(TEXT, true),
);
/** Words, or a text that is parted into them. */
export const COMMAND = one(is('null'), TEXT, list(TEXT));
/** Limits of the kernel by name. */
export const ULIMITS: Schema = {
  types: ['object'],
  patterns: [[/^[a-z]+$/, one(WHOLE, mapping({ hard: WHOLE, soft: WHOLE }, { required: ['soft', 'hard'] }))]],
};
/** Configs or secrets that are given to a service. */
export const FILES = list(one(TEXT, mapping({ ...each('source target uid gid', TEXT), mode: NUMBER })));
/** A command at some point of a container's life. */
export const HOOK = mapping(
  { command: COMMAND, user: TEXT, privileged: TRUTH, working_dir: TEXT, environment: PAIRS },
  { required: ['command'] },
);
