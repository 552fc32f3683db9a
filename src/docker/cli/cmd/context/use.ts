import { DEFAULT_CONTEXT, nameFailure } from '../../contexts/store.ts';
import { failed } from '../../failure.ts';
import { goQuote } from '../../flags/gostrconv.ts';
import { command, exactly, NONE } from '../../spec.ts';

/** `docker context use`. @see docker/cli cli/command/context/use.go */
export const contextUse = command({
  path: ['context', 'use'],
  use: 'CONTEXT',
  short: 'Use a context from now on',
  args: { ...exactly(1), plain: true },
  flags: [],
  run: async (ctx, _o, [name = '']) => {
    const own = name !== DEFAULT_CONTEXT;
    if (own) {
      const bad = nameFailure(name);
      if (bad) return bad;
      const meta = ctx.contexts.get(name);
      if (failed(meta)) return meta;
    }
    const { config } = ctx.contexts;
    const value = own ? name : '';
    const failure = config.string('currentContext') === value ? undefined : config.set('currentContext', value);
    if (failure) return failure;
    await ctx.out(`${name}\n`);
    await ctx.err(`Current context is now ${goQuote(name)}\n`);
    if (own && ctx.sys.env.DOCKER_HOST)
      await ctx.err(
        `Warning: DOCKER_HOST environment variable overrides the active context. To use ${goQuote(name)}, either set the global --context flag, or unset DOCKER_HOST environment variable.\n`,
      );
    return 0;
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
    await ctx.out(`${ctx.contexts.current}\n`);
    return 0;
  },
});
