/**
 * What inspect commands print: JSON, or a template over the typed object and, failing that, over the raw JSON.
 * @see docker/cli cli/command/inspect/inspector.go
 */
import type { Ctx } from './context.ts';
import { Failure, failed } from './failure.ts';
import { goIndent } from './gojson.ts';
import { execTemplate } from './template/exec.ts';
import { FUNCTION_NAMES, FUNCTIONS } from './template/funcs.ts';
import { parseTemplate, type Template } from './template/parse.ts';
import { decode, fromJson, type GoType } from './template/value.ts';

/** One object: its JSON text as it came, and its Go type. */
export interface Found {
  readonly raw: string;
  readonly type: GoType;
  /** A template is for the type only. */
  readonly typedOnly?: boolean;
}

function templated(template: Template, found: Found): { text: string } | { error: string } {
  const data = JSON.parse(found.raw) as unknown;
  const typed = execTemplate(template, decode(data, found.type), { functions: FUNCTIONS });
  if (typed.error === undefined) return { text: `${typed.text}\n` };
  if (found.typedOnly) return { error: `template parsing error: ${typed.error}` };
  const raw = execTemplate(template, fromJson(data), { functions: FUNCTIONS, missingKeyError: true });
  return raw.error === undefined ? { text: `${raw.text}\n` } : { error: `template parsing error: ${raw.error}` };
}

/** Fetches and prints every reference; failures are told at the end. */
export async function inspectAll(
  ctx: Ctx,
  references: readonly string[],
  format: string,
  fetch: (reference: string) => Promise<Found | Failure>,
): Promise<number | Failure> {
  const custom = format !== '' && format !== 'json';
  const template = custom ? parseTemplate('', format, FUNCTION_NAMES) : undefined;
  if (typeof template === 'string') return new Failure(`template parsing error: ${template}`, 64);
  const errors: string[] = [];
  const raws: string[] = [];
  let text = '';
  for (const reference of references) {
    const found = await fetch(reference);
    if (failed(found)) {
      errors.push(found.message);
      continue;
    }
    if (!template) {
      raws.push(found.raw.trim());
      continue;
    }
    const done = templated(template, found);
    if ('error' in done) errors.push(done.error);
    else text += done.text;
  }
  if (template) await ctx.out(text === '' ? '\n' : text);
  else if (raws.length === 0) await ctx.out('[]\n');
  else await ctx.out(format === 'json' ? `[${raws.join(',')}]\n` : `${goIndent(`[${raws.join(',')}]`)}\n`);
  return errors.length > 0 ? new Failure(errors.join('\n')) : 0;
}
