import { type Column, type Listing, renderList } from '../formatter/table.ts';
import { command, flag, NONE } from '../spec.ts';
import { FORMAT_HELP } from './format.ts';

interface Row {
  readonly host: string;
}

const LISTING: Listing<Row> = {
  type: 'formatter.clientContextContext',
  headers: { Name: 'NAME', Description: 'DESCRIPTION', DockerEndpoint: 'DOCKER ENDPOINT', Error: 'ERROR' },
  columns: ({ host }): Record<string, Column> => ({
    Current: true,
    Description: 'Current DOCKER_HOST based configuration',
    DockerEndpoint: host,
    Error: '',
    Name: 'default',
  }),
};

/** `docker context ls`. Limits: there is one context, `default`. */
export const contextLs = command({
  path: ['context', 'ls'],
  aliases: ['context ls', 'context list'],
  use: '[OPTIONS]',
  short: 'List contexts',
  args: NONE,
  flags: [flag('format', 'string', FORMAT_HELP), flag('quiet', 'bool', 'Print names only', { short: 'q' })],
  run: async (ctx, o) => {
    const format = o.bool('quiet') ? '{{.Name}}' : o.string('format');
    const { text, failure } = renderList(
      LISTING,
      [{ host: ctx.client.host }],
      format,
      '{{.Name}}{{if .Current}} *{{end}}\\t{{.Description}}\\t{{.DockerEndpoint}}\\t{{.Error}}',
    );
    await ctx.out(text);
    return failure ?? 0;
  },
});

/** `docker context show` */
export const contextShow = command({
  path: ['context', 'show'],
  use: '',
  short: 'Print the name of the context in use',
  args: NONE,
  flags: [],
  run: async (ctx) => {
    await ctx.out('default\n');
    return 0;
  },
});
