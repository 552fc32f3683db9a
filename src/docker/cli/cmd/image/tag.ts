import { Failure, failed } from '../../failure.ts';
import { fullName, parseReference, tagged } from '../../reference.ts';
import { command, exactly } from '../../spec.ts';

/** `docker tag` */
export const tag = command({
  path: ['tag'],
  aliases: ['image tag', 'tag'],
  use: 'SOURCE_IMAGE[:TAG] TARGET_IMAGE[:TAG]',
  short: 'Give an image one more name',
  args: exactly(2),
  flags: [],
  names: ['image', 'image'],
  run: async (ctx, _o, args) => {
    const [source = '', target = ''] = args;
    const from = parseReference(source);
    if ('error' in from && !/^[a-f0-9]{64}$/.test(source))
      return new Failure(`Error parsing reference: "${source}" is not a valid repository/tag: ${from.error}`);
    const to = parseReference(target);
    if ('error' in to)
      return new Failure(`Error parsing reference: "${target}" is not a valid repository/tag: ${to.error}`);
    if (to.value.digest !== '') return new Failure('refusing to create a tag with a digest reference');
    const got = await ctx.client.call('POST', `/images/${source}/tag`, {
      query: { repo: fullName(to.value), tag: tagged(to.value).tag },
    });
    return failed(got) ? got : 0;
  },
});
