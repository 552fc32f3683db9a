/**
 * docker trust: no notary server is in the laboratory, so that nothing is signed.
 * Limits: keys are not made, so that nothing can be signed or revoked.
 * @see docker/cli cli/command/trust/{inspect,common}.go
 */
import { Failure } from '../failure.ts';
import { parseReference } from '../reference.ts';
import { atLeast, type CommandSpec, command, exactly, flag } from '../spec.ts';

const inspect = command({
  path: ['trust', 'inspect'],
  use: 'IMAGE[:TAG] [IMAGE[:TAG]...]',
  short: 'Show keys and signatures',
  args: atLeast(1),
  flags: [flag('pretty', 'bool', 'As a table')],
  run: async (ctx, o, images) => {
    if (!o.bool('pretty')) await ctx.out('[]\n');
    const wrong = images.map(problem);
    return new Failure(wrong.join('\n'));
  },
});

function problem(image: string): string {
  const ref = parseReference(image);
  return 'error' in ref ? ref.error : `no signatures or cannot access ${image}`;
}

export const trustCommands: readonly CommandSpec[] = Object.freeze([
  inspect,
  command({
    path: ['trust', 'revoke'],
    use: '[OPTIONS] IMAGE[:TAG]',
    short: 'Take trust from an image',
    args: exactly(1),
    flags: [flag('yes', 'bool', 'Do not ask', { short: 'y' })],
  }),
  command({
    path: ['trust', 'sign'],
    use: 'IMAGE:TAG',
    short: 'Sign an image',
    args: exactly(1),
    flags: [flag('local', 'bool', 'Sign a tag that is here')],
  }),
]);
