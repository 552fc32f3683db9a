import { DOCKER_TABLE, tabwrite } from '../../../../base/tabwriter.ts';
import { failed } from '../../failure.ts';
import { atLeast, command } from '../../spec.ts';

/** `docker top` */
export const top = command({
  path: ['top'],
  aliases: ['container top', 'top'],
  use: 'CONTAINER [ps OPTIONS]',
  short: 'Show the processes of a container',
  args: atLeast(1),
  stopAtFirst: true,
  flags: [],
  names: ['running'],
  run: async (ctx, _o, args) => {
    const [name, ...options] = args;
    const got = await ctx.client.get<{ Titles: string[]; Processes: string[][] }>(`/containers/${name}/top`, {
      ps_args: options.length > 0 ? options.join(' ') : undefined,
    });
    if (failed(got)) return got;
    const rows = [got.Titles, ...(got.Processes ?? [])].map((r) => `${r.join('\t')}\n`).join('');
    await ctx.out(tabwrite(rows, { ...DOCKER_TABLE, minWidth: 20 }));
    return 0;
  },
});
