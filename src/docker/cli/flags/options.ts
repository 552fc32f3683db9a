/** The values of a command's flags after parsing, by flag name. */
import type { FlagSpec } from '../spec.ts';
import { parseDuration, parseInt64 } from './gostrconv.ts';

const REPEATED = new Set([
  'list',
  'strings',
  'stringArray',
  'stringToString',
  'map',
  'filter',
  'mount',
  'network',
  'ulimit',
  'gpu-request',
  'port',
  'secret',
  'config',
  'pref',
  'external-ca',
  'ipNetSlice',
]);

/** A flag of this type collects its values. */
export const repeats = (spec: FlagSpec): boolean => REPEATED.has(spec.type);

/** A table of flags by name and by short name. */
export interface FlagIndex {
  readonly byName: ReadonlyMap<string, FlagSpec>;
  readonly byShort: ReadonlyMap<string, FlagSpec>;
}

const indexes = new WeakMap<readonly FlagSpec[], FlagIndex>();

/** The index of a command's table; it is made once. */
export function flagIndex(specs: readonly FlagSpec[]): FlagIndex {
  let index = indexes.get(specs);
  if (!index) {
    index = {
      byName: new Map(specs.map((s) => [s.name, s])),
      byShort: new Map(specs.flatMap((s) => (s.short ? [[s.short, s] as const] : []))),
    };
    indexes.set(specs, index);
  }
  return index;
}

/** What was given on the command line, over the defaults of the spec table. */
export class Options {
  readonly #given = new Map<string, string[]>();

  constructor(readonly index: FlagIndex) {}

  /** Stores a value that has been checked; a flag that does not repeat keeps the last one. */
  put(spec: FlagSpec, value: string): void {
    const name = spec.alias ?? spec.name;
    const old = this.#given.get(name);
    if (old && repeats(spec)) old.push(value);
    else this.#given.set(name, [value]);
  }

  /** Was given, whatever its value (pflag's Changed). */
  changed(name: string): boolean {
    return this.#given.has(name);
  }

  /** Last value, or the default, or ''. */
  string(name: string): string {
    const given = this.#given.get(name);
    if (given) return given[given.length - 1] as string;
    return this.index.byName.get(name)?.default ?? '';
  }

  bool(name: string): boolean {
    return this.string(name) === 'true';
  }

  /** 0 when absent. */
  int(name: string): number {
    const text = this.string(name);
    const parsed = text === '' ? { value: 0 } : parseInt64(text);
    return 'value' in parsed ? parsed.value : 0;
  }

  /** Nanoseconds; 0 when absent. */
  duration(name: string): number {
    const text = this.string(name);
    const parsed = text === '' ? { value: 0 } : parseDuration(text);
    return 'value' in parsed ? parsed.value : 0;
  }

  /** All values in the order given. */
  list(name: string): readonly string[] {
    return this.#given.get(name) ?? [];
  }

  /** `k=v` values as a map; the last of a key wins. */
  map(name: string): Record<string, string> {
    const out: Record<string, string> = {};
    for (const item of this.list(name)) {
      const at = item.indexOf('=');
      out[at < 0 ? item : item.slice(0, at)] = at < 0 ? '' : item.slice(at + 1);
    }
    return out;
  }
}
