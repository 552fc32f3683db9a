/** Answers of `--check` and `--call`. @see moby/buildkit frontend/subrequests/{lint,outline,targets} */
import { base64 } from '../../../../base/base64.ts';
import { utf8 } from '../../../../base/http.ts';
import { tabwrite } from '../../../../base/tabwriter.ts';
import type { Ctx } from '../../context.ts';
import { Failure } from '../../failure.ts';
import { excerpt } from './display.ts';

interface Place {
  readonly ranges: readonly { readonly start: { readonly line: number }; readonly end: { readonly line: number } }[];
}

interface Answer {
  readonly warnings?: readonly {
    readonly ruleName: string;
    readonly url: string;
    readonly detail: string;
    readonly location: Place;
  }[];
  readonly sources: readonly { readonly filename: string; readonly data: string }[];
  readonly buildError?: { readonly message: string; readonly location: Place };
  readonly targets?: readonly { readonly name?: string; readonly default?: boolean; readonly description: string }[];
  readonly name?: string;
  readonly description?: string;
  readonly args?: readonly { readonly name: string; readonly description: string; readonly value?: string }[];
  readonly secrets?: readonly { readonly name: string; readonly required?: boolean }[];
}

/** tabwriter.NewWriter(w, 0, 0, 4, ' ', 0) */
const COLUMNS = { minWidth: 0, tabWidth: 0, padding: 4, padChar: ' ' } as const;

const shown = (a: Answer, { ranges }: Place): string => {
  const [source] = a.sources;
  return source
    ? excerpt(
        source,
        ranges.map((r) => ({ start: r.start.line, end: r.end.line })),
      )
    : '';
};

/** @param call `check`, `check,format=json` … @returns the exit code */
export async function printAnswer(ctx: Ctx, call: string, format: string, a: Answer): Promise<number | Failure> {
  if (format === 'json') {
    const sources = a.sources.map((s) => ({ ...s, data: base64(utf8(s.data)) }));
    await ctx.out(
      `${JSON.stringify({ ...a, sources: call === 'check' ? sources : sources.map((s) => s.data) }, undefined, 2)}\n`,
    );
    return call === 'check' && ((a.warnings?.length ?? 0) > 0 || a.buildError) ? 1 : 0;
  }
  if (call === 'targets') return targets(ctx, a);
  if (call === 'outline') return outline(ctx, a);
  const warnings = [...(a.warnings ?? [])].sort(
    (x, y) => (x.location.ranges[0]?.start.line ?? 0) - (y.location.ranges[0]?.start.line ?? 0),
  );
  if (warnings.length > 0)
    await ctx.out(
      `Check complete, ${warnings.length === 1 ? '1 warning has' : `${warnings.length} warnings have`} been found!\n`,
    );
  for (const w of warnings)
    await ctx.out(`\nWARNING: ${w.ruleName}${w.url === '' ? '' : ` - ${w.url}`}\n${w.detail}\n${shown(a, w.location)}`);
  if (a.buildError) {
    if (warnings.length > 0) await ctx.out('\n');
    return new Failure(`ERROR: ${a.buildError.message}\n${shown(a, a.buildError.location)}`);
  }
  if (warnings.length === 0) await ctx.out('Check complete, no warnings found.\n');
  return warnings.length > 0 ? 1 : 0;
}

async function targets(ctx: Ctx, a: Answer): Promise<number> {
  const rows = (a.targets ?? []).map((t) => {
    const name = t.name ?? (t.default ? '(default)' : '');
    return `${name}${t.default && t.name ? ' (default)' : ''}\t${t.description}\n`;
  });
  await ctx.out(tabwrite(`TARGET\tDESCRIPTION\n${rows.filter((r) => !r.startsWith('\t')).join('')}`, COLUMNS));
  return 0;
}

async function outline(ctx: Ctx, a: Answer): Promise<number> {
  const table = (text: string): string => tabwrite(text, COLUMNS);
  if (a.name) await ctx.out(table(`TARGET:\t${a.name}\n`));
  if (a.description) await ctx.out(table(`DESCRIPTION:\t${a.description}\n`));
  if (a.args?.length)
    await ctx.out(
      `\n${table(`BUILD ARG\tVALUE\tDESCRIPTION\n${a.args.map((x) => `${x.name}\t${x.value ?? ''}\t${x.description}\n`).join('')}`)}`,
    );
  if (a.secrets?.length)
    await ctx.out(
      `\n${table(`SECRET\tREQUIRED\n${a.secrets.map((x) => `${x.name}\t${x.required ? 'true' : ''}\n`).join('')}`)}`,
    );
  return 0;
}
