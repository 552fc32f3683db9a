import type { Ctx } from '../../context.ts';
import { type ContextMeta, DEFAULT_CONTEXT, DEFAULT_DESCRIPTION } from '../../contexts/store.ts';
import { failed } from '../../failure.ts';
import { type Column, type Listing, renderList } from '../../formatter/table.ts';
import { ellipsis } from '../../formatter/units.ts';
import { command, flag, NONE } from '../../spec.ts';
import { FORMAT_HELP } from '../format.ts';
import { natural } from '../natural.ts';

interface Row {
  readonly name: string;
  readonly current: boolean;
  readonly description: string;
  readonly host: string;
  readonly error: string;
}

/** Characters of an error that a list shows. */
const ERROR_WIDTH = 45;

const LISTING: Listing<Row> = {
  type: 'formatter.clientContextContext',
  headers: { Name: 'NAME', Description: 'DESCRIPTION', DockerEndpoint: 'DOCKER ENDPOINT', Error: 'ERROR' },
  columns: (r): Record<string, Column> => ({
    Current: r.current,
    Description: r.description,
    DockerEndpoint: r.host,
    Error: ellipsis(r.error, ERROR_WIDTH),
    Name: r.name,
  }),
};

const rowOf = (ctx: Ctx, meta: ContextMeta): Row => ({
  name: meta.Name,
  current: meta.Name === ctx.contexts.current,
  description: meta.Name === DEFAULT_CONTEXT ? DEFAULT_DESCRIPTION : (meta.Metadata.Description ?? ''),
  host: meta.Endpoints.docker?.Host ?? '',
  error: meta.Endpoints.docker ? '' : `cannot find docker endpoint in context ${JSON.stringify(meta.Name)}`,
});

/** `docker context ls`. @see docker/cli cli/command/context/list.go */
export const contextLs = command({
  path: ['context', 'ls'],
  aliases: ['context ls', 'context list'],
  use: '[OPTIONS]',
  short: 'List contexts',
  args: NONE,
  flags: [flag('format', 'string', FORMAT_HELP), flag('quiet', 'bool', 'Print names only', { short: 'q' })],
  run: async (ctx, o) => {
    const { contexts } = ctx;
    const list = contexts.list();
    if (failed(list)) return list;
    const rows = list.map((m) => rowOf(ctx, m));
    if (!rows.some((r) => r.current)) {
      const missing = contexts.get(contexts.current);
      const error = failed(missing) ? missing.message : '';
      rows.push({ name: contexts.current, current: true, description: '', host: '', error });
    }
    rows.sort((a, b) => natural(a.name, b.name));
    const format = o.bool('quiet') ? '{{.Name}}' : o.string('format');
    const { text, failure } = renderList(
      LISTING,
      rows,
      format,
      '{{.Name}}{{if .Current}} *{{end}}\\t{{.Description}}\\t{{.DockerEndpoint}}\\t{{.Error}}',
    );
    await ctx.out(text);
    if (failure) return failure;
    if (ctx.sys.env.DOCKER_HOST)
      await ctx.err(
        'Warning: DOCKER_HOST environment variable overrides the active context. To use a context, either set the global --context flag, or unset DOCKER_HOST environment variable.\n',
      );
    return 0;
  },
});
