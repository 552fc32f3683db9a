/** Commands on stacks. What reads compose files is loaded when it is used. */

import { failed } from '../../failure.ts';
import { type CommandSpec, command, exactly, flag, NONE } from '../../spec.ts';
import { stackLs, stackPs, stackServices } from './lists.ts';
import { stackRm } from './rm.ts';
import { stackNameFault } from './shared.ts';

const FILES = flag('compose-file', 'strings', 'A compose file, or "-" for standard input', { short: 'c' });

const stackDeploy = command({
  path: ['stack', 'deploy'],
  aliases: ['stack deploy', 'stack up'],
  use: '[OPTIONS] STACK',
  short: 'Deploy a stack or change it',
  args: exactly(1),
  swarm: 'manager',
  flags: [
    FILES,
    flag('detach', 'bool', 'Do not wait until the services run', { short: 'd', default: 'true' }),
    flag('prune', 'bool', 'Remove services that the file has no longer'),
    flag('quiet', 'bool', 'Say nothing of the progress', { short: 'q' }),
    flag('resolve-image', 'string', 'When to ask the registry for digests ("always", "changed", "never")', {
      default: 'always',
    }),
    flag('with-registry-auth', 'bool', 'Give the nodes what the registry wants to know'),
  ],
  run: async (ctx, o, [stack = '']) => {
    const bad = stackNameFault(stack);
    if (bad) return bad;
    const { deploy } = await ctx.sys.load(() => import('../../compose/deploy.ts'));
    return deploy(ctx, o, stack);
  },
});

const stackConfig = command({
  path: ['stack', 'config'],
  use: '[OPTIONS]',
  short: 'Print the final configuration after merging',
  args: NONE,
  flags: [FILES, flag('skip-interpolation', 'bool', 'Leave variables as they stand')],
  run: async (ctx, o) => {
    const { loadConfig } = await ctx.sys.load(() => import('../../compose/load.ts'));
    const config = await loadConfig(ctx, o.list('compose-file'), !o.bool('skip-interpolation'));
    if (failed(config)) return config;
    const { emit } = await ctx.sys.load(() => import('../../compose/emit.ts'));
    await ctx.out(await emit(ctx, config));
    return 0;
  },
});

/** The subcommands of this folder. */
export const STACK_COMMANDS: readonly CommandSpec[] = [
  stackConfig,
  stackDeploy,
  stackLs,
  stackPs,
  stackRm,
  stackServices,
];
