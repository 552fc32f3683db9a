import type { Node } from '../../../api/swarm.ts';
import { Failure, failed } from '../../failure.ts';
import { inspectAll } from '../../inspector.ts';
import { atLeast, command, flag } from '../../spec.ts';
import { INSPECT_FORMAT_HELP } from '../format.ts';
import { fetchKind } from '../system/inspect.ts';
import { nodePage } from './format.ts';
import { nodeReference } from './reference.ts';

/** `docker node inspect` */
export const nodeInspect = command({
  path: ['node', 'inspect'],
  use: '[OPTIONS] self|NODE [NODE...]',
  short: 'Show everything about nodes',
  args: atLeast(1),
  flags: [flag('format', 'string', INSPECT_FORMAT_HELP, { short: 'f' }), flag('pretty', 'bool', 'Print it for people')],
  run: async (ctx, o, args) => {
    const format = o.bool('pretty') ? 'pretty' : o.string('format');
    if (format !== 'pretty')
      return inspectAll(ctx, args, format, async (term) => {
        const id = await nodeReference(ctx, term);
        return failed(id) ? id : fetchKind(ctx, 'node', id);
      });
    if (o.string('format') !== '') return new Failure('--format is incompatible with human friendly format');
    for (const term of args) {
      const id = await nodeReference(ctx, term);
      const node = failed(id) ? id : await ctx.client.get<Node>(`/nodes/${id}`);
      if (failed(node)) return node;
      await ctx.out(nodePage(node));
    }
    return 0;
  },
});
