import { Failure } from '../../failure.ts';
import { familiarString, parseReference, tagged } from '../../reference.ts';
import { command, exactly, flag } from '../../spec.ts';
import { pullImage } from '../pull.ts';

/** `docker pull` */
export const pull = command({
  path: ['pull'],
  aliases: ['image pull', 'pull'],
  use: '[OPTIONS] NAME[:TAG|@DIGEST]',
  short: 'Get an image from a registry',
  args: exactly(1),
  flags: [
    flag('all-tags', 'bool', 'All tags of the repository', { short: 'a' }),
    flag('platform', 'string', 'Platform to ask for, where the server has several'),
    flag('quiet', 'bool', 'Print only what was got', { short: 'q' }),
    flag('disable-content-trust', 'bool', 'Do not verify the image', { default: 'true' }),
  ],
  names: ['image'],
  run: async (ctx, o, args) => {
    const ref = parseReference(args[0] as string);
    if ('error' in ref) return new Failure(ref.error);
    const all = o.bool('all-tags');
    if (all && (ref.value.tag !== '' || ref.value.digest !== ''))
      return new Failure("tag can't be used with --all-tags/-a");
    const full = tagged(ref.value);
    if (!all && ref.value.tag === '' && ref.value.digest === '' && !o.bool('quiet'))
      await ctx.out(`Using default tag: ${full.tag}\n`);
    const refused = await pullImage(ctx, ref.value, {
      platform: o.string('platform'),
      quiet: o.bool('quiet'),
      all,
      fd: 1,
    });
    if (refused) return refused;
    await ctx.out(
      `${full.domain === 'docker.io' ? `docker.io/${full.path}${full.digest ? `@${full.digest}` : `:${full.tag}`}` : familiarString(full)}\n`,
    );
    return 0;
  },
});
