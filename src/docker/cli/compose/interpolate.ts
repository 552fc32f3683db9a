/** Variables in the values of a compose file. @see docker/cli cli/compose/{interpolation,template} */
import { Failure, failed } from '../failure.ts';
import type { Value } from './schema.ts';
import { isMapping } from './schema.ts';

/** `$$`, `$NAME`, `${NAME}` with what follows the name, or a `$` that begins none of these. */
const VARIABLE = /\$(?:(\$)|([_a-z][_a-z0-9]*)|\{([_a-z][_a-z0-9]*)(?:(:?[-?])([^}]*))?\}|)/gi;

type Look = (name: string) => string | undefined;

/** @returns the text, or what stands in the error's quotes */
function substitute(text: string, look: Look): string | { readonly bad: string } {
  let bad: string | undefined;
  const out = text.replace(
    VARIABLE,
    (all, dollar?: string, plain?: string, braced?: string, sign?: string, rest = '') => {
      if (dollar) return '$';
      const name = plain ?? braced;
      if (name === undefined) {
        bad ??= text;
        return all;
      }
      const value = look(name);
      const missing = value === undefined || (sign?.startsWith(':') && value === '');
      if (!missing) return value as string;
      if (sign?.endsWith('?')) bad ??= `required variable ${name} is missing a value: ${rest}`;
      return sign?.endsWith('-') ? rest : '';
    },
  );
  return bad === undefined ? out : { bad };
}

/** Puts variables' values in place, in all strings below. @param path of the value, for errors */
export function interpolate(v: Value, look: Look, path: string): Value | Failure {
  if (typeof v === 'string') {
    const got = substitute(v, look);
    if (typeof got === 'string') return got;
    return new Failure(
      `invalid interpolation format for ${path}: ${JSON.stringify(got.bad)}; you may need to escape any $ with another $`,
    );
  }
  if (Array.isArray(v)) {
    const out: Value[] = [];
    for (const [i, x] of v.entries()) {
      const got = interpolate(x, look, `${path}.[${i}]`);
      if (failed(got)) return got;
      out.push(got);
    }
    return out;
  }
  if (!isMapping(v)) return v;
  const out: Record<string, Value> = {};
  for (const [key, x] of Object.entries(v)) {
    const got = interpolate(x, look, `${path}.${key}`);
    if (failed(got)) return got;
    out[key] = got;
  }
  return out;
}
