/** Changes of nodes: `docker node update`, `promote`, `demote`. @see docker/cli cli/command/node/update.go */
import type { Node, NodeSpec } from '../../../api/swarm.ts';
import type { Ctx } from '../../context.ts';
import { Failure, failed } from '../../failure.ts';
import type { Options } from '../../flags/options.ts';
import { atLeast, type CommandSpec, command, exactly, flag } from '../../spec.ts';

/** What a node is to be; undefined: it is so already. */
type Merge = (node: Node) => Promise<NodeSpec | Failure | undefined>;

async function updateNodes(
  ctx: Ctx,
  terms: readonly string[],
  merge: Merge,
  done: (term: string) => string,
): Promise<number | Failure> {
  for (const term of terms) {
    const node = await ctx.client.get<Node>(`/nodes/${term}`);
    if (failed(node)) return node;
    const spec = await merge(node);
    if (spec === undefined) continue;
    if (failed(spec)) return spec;
    const got = await ctx.client.call('POST', `/nodes/${node.ID}/update`, {
      query: { version: String(node.Version.Index) },
      body: spec,
    });
    if (failed(got)) return got;
    await ctx.out(`${done(term)}\n`);
  }
  return 0;
}

function roleCommand(verb: string, short: string, role: NodeSpec['Role'], done: (term: string) => string): CommandSpec {
  return command({
    path: ['node', verb],
    use: 'NODE [NODE...]',
    short,
    args: atLeast(1),
    flags: [],
    run: (ctx, _o, args) =>
      updateNodes(
        ctx,
        args,
        async (node) => {
          if (node.Spec.Role !== role) return { ...node.Spec, Role: role };
          await ctx.out(`Node ${node.ID} is already a ${role}.\n`);
          return undefined;
        },
        done,
      ),
  });
}

export const nodePromote = roleCommand(
  'promote',
  'Make workers managers',
  'manager',
  (term) => `Node ${term} promoted to a manager in the swarm.`,
);
export const nodeDemote = roleCommand(
  'demote',
  'Make managers workers',
  'worker',
  (term) => `Manager ${term} demoted in the swarm.`,
);

export const nodeUpdate = command({
  path: ['node', 'update'],
  use: '[OPTIONS] NODE',
  short: 'Change a node',
  args: exactly(1),
  flags: [
    flag('availability', 'string', 'What it is ready for ("active", "pause", "drain")'),
    flag('label-add', 'list', 'Give it a label ("key=value")'),
    flag('label-rm', 'list', 'Take a label from it'),
    flag('role', 'string', 'What it is ("worker", "manager")'),
  ],
  run: (ctx, o, args) =>
    updateNodes(
      ctx,
      args,
      async (node) => merged(node.Spec, o),
      (term) => term,
    ),
});

function merged(spec: NodeSpec, o: Options): NodeSpec | Failure {
  const labels = { ...spec.Labels, ...o.map('label-add') };
  for (const key of o.list('label-rm')) {
    if (!(key in labels)) return new Failure(`key ${key} doesn't exist in node's labels`);
    delete labels[key];
  }
  return {
    ...spec,
    Labels: labels,
    ...(o.changed('role') ? { Role: o.string('role') as NodeSpec['Role'] } : {}),
    ...(o.changed('availability') ? { Availability: o.string('availability') as NodeSpec['Availability'] } : {}),
  };
}
