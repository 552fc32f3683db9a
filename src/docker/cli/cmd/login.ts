/** docker login and logout. @see docker/cli cli/command/registry/{login,logout}.go */
import { readStdin } from '../archive/write.ts';
import { Failure, failed } from '../failure.ts';
import { between, command, flag } from '../spec.ts';

/** What stands for Docker Hub where a registry is asked for. */
const HUB = 'https://index.docker.io/v1/';

/** The server as credentials are kept by: a host, or {@link HUB}. */
function serverOf(given: string | undefined): string {
  const host = (given ?? '').replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  return host === '' || host === 'docker.io' || host === 'index.docker.io' || host === 'registry-1.docker.io'
    ? HUB
    : host;
}

/**
 * `docker login`
 * Limits: names and passwords are not asked for at a terminal; nobody has an account in this laboratory.
 */
export const login = command({
  path: ['login'],
  use: '[OPTIONS] [SERVER]',
  short: 'Log in to a registry',
  args: between(0, 1),
  flags: [
    flag('password', 'string', 'Password or access token', { short: 'p' }),
    flag('password-stdin', 'bool', 'Read the password from standard input'),
    flag('username', 'string', 'Name of the account', { short: 'u' }),
  ],
  run: async (ctx, o, [server]) => {
    let password = o.string('password');
    const username = o.string('username');
    if (o.changed('password')) {
      await ctx.err('WARNING! Using --password via the CLI is insecure. Use --password-stdin.\n');
      if (o.bool('password-stdin')) return new Failure('--password and --password-stdin are mutually exclusive');
    }
    if (o.bool('password-stdin')) {
      if (username === '') return new Failure('Must provide --username with --password-stdin');
      password = new TextDecoder().decode(await readStdin(ctx)).replace(/\r?\n$/, '');
    }
    if (username === '' || password === '')
      return new Failure(
        ctx.sys.isatty(0)
          ? 'give --username, and --password or --password-stdin: this laboratory does not ask for them'
          : 'Error: Cannot perform an interactive login from a non TTY device',
      );
    const body = { username, password, serveraddress: serverOf(server) };
    const got = await ctx.client.call('POST', '/auth', { body });
    if (failed(got)) return got;
    await ctx.out('Login Succeeded\n');
    return 0;
  },
});

/** `docker logout` */
export const logout = command({
  path: ['logout'],
  use: '[SERVER]',
  short: 'Log out of a registry',
  args: between(0, 1),
  flags: [],
  run: async (ctx, _o, [server]) => {
    await ctx.out(`Removing login credentials for ${serverOf(server)}\n`);
    return 0;
  },
});
