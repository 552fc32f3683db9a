import type { Ctx } from '../../context.ts';
import { DEFAULT_CONTEXT } from '../../contexts/store.ts';
import { Failure } from '../../failure.ts';
import { goQuote } from '../../flags/gostrconv.ts';
import { atLeast, command, flag } from '../../spec.ts';

function remove(ctx: Ctx, name: string, force: boolean): Failure | undefined {
  if (name === DEFAULT_CONTEXT) return new Failure('context "default" cannot be removed');
  const { store, config, current } = ctx.contexts;
  if (name === current) {
    if (!force) return new Failure(`context ${goQuote(name)} is in use, set -f flag to force remove`);
    const failure = config.set('currentContext', '');
    if (failure) return failure;
  }
  if (!force && !store.exists(name)) return new Failure(`context ${goQuote(name)} does not exist`);
  store.remove(name);
  return undefined;
}

/** `docker context rm`. @see docker/cli cli/command/context/remove.go */
export const contextRm = command({
  path: ['context', 'rm'],
  aliases: ['context rm', 'context remove'],
  use: 'CONTEXT [CONTEXT...]',
  short: 'Remove contexts',
  args: atLeast(1),
  flags: [flag('force', 'bool', 'Remove the one in use too', { short: 'f' })],
  run: async (ctx, o, names) => {
    const errors: string[] = [];
    for (const name of names) {
      const failure = remove(ctx, name, o.bool('force'));
      if (failure) errors.push(failure.message);
      else await ctx.out(`${name}\n`);
    }
    return errors.length > 0 ? new Failure(errors.join('\n')) : 0;
  },
});
