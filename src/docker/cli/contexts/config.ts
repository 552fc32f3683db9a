/**
 * The command's own settings: ~/.docker/config.json, of which the command writes back what it knows.
 * @see docker/cli cli/config/configfile/file.go: ConfigFile
 */
import { text, utf8 } from '../../../base/http.ts';
import { jsonFault } from '../../../base/jsonfault.ts';
import { isErr } from '../../../linux/kernel/errno.ts';
import type { Sys } from '../../../linux/kernel/sys.ts';
import { Failure } from '../failure.ts';
import { goIndent, goMarshal } from '../gojson.ts';
import { makeDirs } from './files.ts';

/** Fields of the file in their order; others are lost when it is written. */
const FIELDS =
  'auths HttpHeaders psFormat imagesFormat networksFormat pluginsFormat volumesFormat statsFormat detachKeys credsStore credHelpers serviceInspectFormat servicesFormat tasksFormat secretFormat configFormat nodesFormat pruneFilters proxies currentContext cliPluginsExtraDirs plugins aliases features'.split(
    ' ',
  );

/** Go's omitempty. */
const empty = (x: unknown): boolean =>
  x === undefined || x === null || x === '' || (typeof x === 'object' && Object.keys(x).length === 0);

export class ConfigFile {
  readonly path: string;
  #values: Record<string, unknown> = {};
  /** What is wrong with the file, for stderr; '' when nothing is. */
  readonly warning: string;

  constructor(
    readonly sys: Sys,
    readonly dir: string,
  ) {
    this.path = `${dir}/config.json`;
    const data = sys.readFile(this.path);
    const fault = isErr(data) ? undefined : this.#parse(text(data));
    this.warning = fault === undefined ? '' : `WARNING: Error parsing config file (${this.path}): ${fault}\n`;
  }

  #parse(source: string): string | undefined {
    const fault = jsonFault(source);
    if (fault !== undefined) return fault;
    const values: unknown = JSON.parse(source);
    if (typeof values === 'object' && values !== null) this.#values = values as Record<string, unknown>;
    return undefined;
  }

  /** A setting that is a text; '' when it is not set. */
  string(name: string): string {
    const value = this.#values[name];
    return typeof value === 'string' ? value : '';
  }

  /** A setting that is a map of texts or of maps. */
  map<T>(name: string): Readonly<Record<string, T>> {
    const value = this.#values[name];
    return typeof value === 'object' && value !== null ? (value as Record<string, T>) : {};
  }

  /** Changes a setting and writes the file; '' removes it. */
  set(name: string, value: string): Failure | undefined {
    this.#values[name] = value;
    const kept = FIELDS.flatMap((f) => (empty(this.#values[f]) ? [] : [[f, this.#values[f]] as const]));
    const json = goIndent(goMarshal({ auths: {}, ...Object.fromEntries(kept) }), '\t');
    makeDirs(this.sys, this.dir, 0o700);
    const written = this.sys.writeFile(this.path, utf8(json), 0o600);
    return isErr(written) ? new Failure(`open ${this.path}: ${written.text.toLowerCase()}`) : undefined;
  }
}
