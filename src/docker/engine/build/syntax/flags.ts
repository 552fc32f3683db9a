/** Flags of instructions. @see moby/buildkit frontend/dockerfile/instructions/bflag.go */
import { BuildFault } from './fault.ts';
import { suggestion } from './suggest.ts';

/** What a flag takes; `strings`: it may be given more than once. */
export type FlagKind = 'string' | 'bool' | 'strings';

/** Values of flags by name; what was not given is absent. */
export class FlagValues {
  readonly #values = new Map<string, string[]>();

  add(name: string, value: string): void {
    this.#values.set(name, [...(this.#values.get(name) ?? []), value]);
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  string(name: string): string {
    return this.#values.get(name)?.at(-1) ?? '';
  }

  bool(name: string): boolean {
    return this.string(name) === 'true';
  }

  list(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }
}

/** @param given `--from=x` … @throws BuildFault */
export function parseFlags(given: readonly string[], known: Readonly<Record<string, FlagKind>>): FlagValues {
  const out = new FlagValues();
  for (const text of given) {
    const eq = text.indexOf('=');
    const flag = eq < 0 ? text : text.slice(0, eq);
    const name = flag.slice(2);
    const kind = known[name];
    if (!kind) throw new BuildFault(`unknown flag: ${flag}${suggestion(name, Object.keys(known), true)}`);
    if (out.has(name) && kind !== 'strings') throw new BuildFault(`duplicate flag specified: ${flag}`);
    const value = eq < 0 ? '' : text.slice(eq + 1);
    if (kind !== 'bool') {
      if (eq < 0) throw new BuildFault(`missing a value on flag: ${flag}`);
      out.add(name, value);
      continue;
    }
    if (eq >= 0 && value === '') throw new BuildFault(`missing a value on flag: ${flag}`);
    const low = value.toLowerCase() || 'true';
    if (low !== 'true' && low !== 'false')
      throw new BuildFault(`expecting boolean value for flag ${flag}, not: ${value}`);
    out.add(name, low);
  }
  return out;
}
