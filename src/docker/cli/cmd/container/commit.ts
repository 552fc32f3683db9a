import { Failure, failed } from '../../failure.ts';
import { emptyName } from '../../names.ts';
import { fullName, parseReference, tagged } from '../../reference.ts';
import { between, command, flag } from '../../spec.ts';

/** `docker commit` */
export const commit = command({
  path: ['commit'],
  aliases: ['container commit', 'commit'],
  use: '[OPTIONS] CONTAINER [REPOSITORY[:TAG]]',
  short: 'Make an image of what a container changed',
  args: between(1, 2),
  flags: [
    flag('author', 'string', 'Author ("John Hannibal Smith <hannibal@a-team.com>")', { short: 'a' }),
    flag('change', 'list', 'Apply a Dockerfile instruction to the image', { short: 'c' }),
    flag('message', 'string', 'Message', { short: 'm' }),
    flag('pause', 'bool', 'Pause the container meanwhile', { short: 'p', default: 'true' }),
  ],
  names: ['container'],
  run: async (ctx, o, args) => {
    const [container = '', name = ''] = args;
    if (container.trim() === '') return emptyName('container');
    let repo: string | undefined;
    let tag: string | undefined;
    if (name !== '') {
      const ref = parseReference(name);
      if ('error' in ref) return new Failure(ref.error);
      if (ref.value.digest !== '') return new Failure('refusing to create a tag with a digest reference');
      repo = fullName(ref.value);
      tag = tagged(ref.value).tag;
    }
    const made = await ctx.client.post<{ Id: string }>('/commit', {
      query: {
        author: o.string('author'),
        changes: o.list('change').length > 0 ? o.list('change') : undefined,
        comment: o.string('message'),
        container,
        pause: o.bool('pause') ? undefined : '0',
        repo: repo ?? '',
        tag: tag ?? '',
      },
    });
    if (failed(made)) return made;
    await ctx.out(`${made.Id}\n`);
    return 0;
  },
});
