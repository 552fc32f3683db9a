import { Failure, failed } from '../../failure.ts';
import { command, exactly } from '../../spec.ts';

const KINDS = ['C', 'A', 'D'];

/** `docker diff` */
export const diff = command({
  path: ['diff'],
  aliases: ['container diff', 'diff'],
  use: 'CONTAINER',
  short: "Show what changed in a container's file system",
  args: exactly(1),
  flags: [],
  names: ['container'],
  run: async (ctx, _o, args) => {
    if (args[0] === '') return new Failure('Container name cannot be empty');
    const got = await ctx.client.get<{ Path: string; Kind: number }[] | null>(`/containers/${args[0]}/changes`);
    if (failed(got)) return got;
    for (const c of got ?? []) await ctx.out(`${KINDS[c.Kind] ?? '?'} ${c.Path}\n`);
    return 0;
  },
});
