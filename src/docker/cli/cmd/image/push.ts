import { Failure, failed } from '../../failure.ts';
import { fullName, parseReference, tagged } from '../../reference.ts';
import { command, exactly, flag } from '../../spec.ts';
import { showProgress } from '../pull.ts';

/** `docker push` */
export const push = command({
  path: ['push'],
  aliases: ['image push', 'push'],
  use: '[OPTIONS] NAME[:TAG]',
  short: 'Send an image to a registry',
  args: exactly(1),
  flags: [
    flag('all-tags', 'bool', 'Push all tags of an image', { short: 'a' }),
    flag('disable-content-trust', 'bool', 'Do not sign the image', { default: 'true' }),
    flag('platform', 'string', 'Push only this variant'),
    flag('quiet', 'bool', 'Print only what was sent', { short: 'q' }),
  ],
  names: ['image'],
  run: async (ctx, o, args) => {
    const ref = parseReference(args[0] as string);
    if ('error' in ref) return new Failure(ref.error);
    const full = tagged(ref.value);
    if (ref.value.tag === '' && !o.bool('all-tags') && !o.bool('quiet'))
      await ctx.out(`Using default tag: ${full.tag}\n`);
    const reply = await ctx.client.call('POST', `/images/${fullName(full)}/push`, {
      query: { tag: o.bool('all-tags') ? undefined : full.tag },
      headers: { 'x-registry-auth': 'e30=' },
    });
    if (failed(reply)) return reply;
    return (await showProgress(ctx, reply.values(), 1)) ?? 0;
  },
});
