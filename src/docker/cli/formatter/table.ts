/**
 * Lists: default table, `table TEMPLATE`, `TEMPLATE`, `json`.
 * @see docker/cli cli/command/formatter/formatter.go
 */
import { tabwrite } from '../../../base/tabwriter.ts';
import { Failure } from '../failure.ts';
import { execTemplate } from '../template/exec.ts';
import { FUNCTION_NAMES, FUNCTIONS, HEADER_FUNCTIONS } from '../template/funcs.ts';
import { parseTemplate, type Template } from '../template/parse.ts';
import { goJson } from '../template/print.ts';
import {
  bool,
  type GoFunc,
  type GoObject,
  type GoValue,
  goFunc,
  mapOf,
  ptrTo,
  STRING,
  STRING_MAP,
  str,
} from '../template/value.ts';

/** One kind of list. */
export interface Listing<T> {
  /** Go type of a row, `formatter.ContainerContext`: errors name it. */
  readonly type: string;
  /** Column titles by method name. */
  readonly headers: Readonly<Record<string, string>>;
  /** A row's values by method name. */
  columns(row: T): Readonly<Record<string, Column>>;
  /** One of them, where there are many rows and most columns are not shown. */
  column?(row: T, name: string): Column | undefined;
}

/** A plain text, a truth, nothing (null in JSON), or a method with arguments (not in JSON). */
export type Column = string | boolean | null | GoFunc;

/** A pointer to nothing: `<nil>`, and null in JSON. */
const NOTHING: GoValue = { t: ptrTo(STRING), v: null };
const asValue = (c: Exclude<Column, GoFunc>): GoValue =>
  c === null ? NOTHING : typeof c === 'boolean' ? bool(c) : str(c);

/** A row as a template sees it. @param used told the methods that are called */
export function rowValue<T>(listing: Listing<T>, row: T, used?: Set<string>): GoValue {
  let all: Readonly<Record<string, Column>> | undefined;
  const columns = (): Readonly<Record<string, Column>> => {
    all ??= listing.columns(row);
    return all;
  };
  const one = (name: string): Column | undefined => (Object.hasOwn(columns(), name) ? columns()[name] : undefined);
  const method = (name: string): GoFunc | undefined => {
    const c = listing.column ? listing.column(row, name) : one(name);
    used?.add(name);
    return c === undefined || typeof c === 'function' ? c : () => asValue(c);
  };
  const json = (): string => {
    for (const name of Object.keys(columns())) used?.add(name);
    const plain = Object.entries(columns()).filter(
      (e): e is [string, Exclude<Column, GoFunc>] => typeof e[1] !== 'function',
    );
    const map = new Map(plain.map(([k, v]) => [k, asValue(v)]));
    return goJson({ t: mapOf({ k: 'any', name: 'interface {}' }), v: map }, true);
  };
  const object: GoObject = { method, json };
  return { t: { k: 'object', name: listing.type }, v: object };
}

/** Does the format use a column? Asked before fetching what is expensive. */
export function usesColumn(format: string, name: string): boolean {
  return new RegExp(`\\.${name}\\b`).test(format);
}

/** `\t` and `\n` written out become the characters. */
const written = (format: string): string => format.replaceAll('\\t', '\t').replaceAll('\\n', '\n');

/** In the header, `.Label "com.example.some-thing"` is `some thing`. @see formatter/custom.go: SubHeaderContext.Label */
const HEADER_METHODS: Readonly<Record<string, GoFunc>> = {
  Label: (name) => str(String(name?.v).split('.').pop()?.replace(/[-_]/g, ' ') ?? ''),
};

/** `.Label NAME` of a row. */
export function labelMethod(labels: Readonly<Record<string, string>> | null | undefined): GoFunc {
  return goFunc(1, 1, ['string'], (name) => str(labels?.[String(name?.v)] ?? ''));
}

/** Tries a template on one row: the columns that it uses, or what is wrong with it. */
export function tryTemplate<T>(listing: Listing<T>, row: T, format: string): Failure | ReadonlySet<string> {
  const template = parseTemplate('', format, FUNCTION_NAMES);
  if (typeof template === 'string') return new Failure(`failed to parse template: ${template}`);
  const used = new Set<string>();
  const { error } = execTemplate(template, rowValue(listing, row, used), { functions: FUNCTIONS });
  return error ? new Failure(`failed to execute template: ${error}`) : used;
}

function header<T>(template: Template, listing: Listing<T>): string {
  const map = new Map(Object.entries(listing.headers).map(([k, v]) => [k, str(v)]));
  return execTemplate(template, { t: STRING_MAP, v: map, methods: HEADER_METHODS }, { functions: HEADER_FUNCTIONS })
    .text;
}

/**
 * Lays out rows.
 * @param format '' or `table` for the default columns
 * @param columns the default table's template, without the word `table`
 * @param raw the template that the word `raw` stands for
 */
export function renderList<T>(
  listing: Listing<T>,
  rows: readonly T[],
  format: string,
  columns: string,
  raw = 'raw',
): { text: string; failure?: Failure } {
  let source = format === '' || format === 'table' ? `table ${columns}` : format;
  if (source === 'json') source = '{{json .}}';
  if (source === 'raw') source = raw;
  const table = source.startsWith('table');
  source = written((table ? source.slice('table'.length) : source).replace(/^ +| +$/g, ''));
  const template = parseTemplate('', source, FUNCTION_NAMES);
  if (typeof template === 'string') return { text: '', failure: new Failure(`template parsing error: ${template}`) };
  let body = '';
  for (const row of rows) {
    const { text, error } = execTemplate(template, rowValue(listing, row), { functions: FUNCTIONS });
    if (error) return { text: '', failure: new Failure(`template parsing error: ${error}`) };
    body += `${text}\n`;
  }
  return { text: table ? tabwrite(`${header(template, listing)}\n${body}`) : body };
}
