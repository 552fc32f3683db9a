import { base64 } from '../../../../base/base64.ts';
import { isErr } from '../../../../linux/kernel/errno.ts';
import type { PayloadSpec } from '../../../api/swarm.ts';
import { readStdin } from '../../archive/write.ts';
import type { Ctx } from '../../context.ts';
import { Failure, failed } from '../../failure.ts';
import { between, type CommandSpec, command, exactly, flag } from '../../spec.ts';

export type Kind = 'secret' | 'config';

/** @see docker/cli cli/command/secret/create.go: readSecretData */
async function contentOf(ctx: Ctx, path: string): Promise<Uint8Array | Failure> {
  if (path === '') return new Failure('secret file is required');
  const from = path === '-' ? 'STDIN' : path;
  const data = path === '-' ? await readStdin(ctx) : ctx.sys.readFile(path);
  if (isErr(data)) return new Failure(`error reading from ${from}: open ${path}: ${data.text.toLowerCase()}`);
  return data.length === 0 ? new Failure(`error reading from ${from}: data is empty`) : data;
}

/** `docker secret create`, `docker config create` */
export const payloadCreate = (kind: Kind): CommandSpec =>
  command({
    path: [kind, 'create'],
    use: kind === 'secret' ? '[OPTIONS] SECRET [file|-]' : '[OPTIONS] CONFIG file|-',
    short: kind === 'secret' ? 'Make a secret of a file or of STDIN' : 'Make a config of a file or of STDIN',
    args: kind === 'secret' ? between(1, 2) : exactly(2),
    flags: [
      ...(kind === 'secret' ? [flag('driver', 'string', 'Where the secret is kept', { short: 'd' })] : []),
      flag('label', 'list', 'Labels', { short: 'l' }),
      flag('template-driver', 'string', 'What fills in templates'),
    ],
    run: async (ctx, o, [Name = '', path = '']) => {
      const driver = kind === 'secret' ? o.string('driver') : '';
      if (driver !== '' && path !== '') return new Failure('when using secret driver secret data must be empty');
      const data = driver === '' ? await contentOf(ctx, path) : new Uint8Array();
      if (failed(data))
        return kind === 'config' ? new Failure(`Error reading content from "${path}": ${data.message}`) : data;
      const template = o.string('template-driver');
      const body: PayloadSpec = {
        Name,
        Labels: o.map('label'),
        ...(data.length > 0 ? { Data: base64(data) } : {}),
        ...(driver ? { Driver: { Name: driver } } : {}),
        ...(template ? { Templating: { Name: template } } : {}),
      };
      const made = await ctx.client.post<{ ID: string }>(`/${kind}s/create`, { body });
      if (failed(made)) return made;
      await ctx.out(`${made.ID}\n`);
      return 0;
    },
  });
