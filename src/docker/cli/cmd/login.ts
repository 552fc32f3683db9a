/** docker login and logout. @see docker/cli cli/command/registry/{login,logout}.go */
import { readStdin } from '../archive/write.ts';
import type { Ctx } from '../context.ts';
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

const esc = (codes: readonly number[], s: string): string => `${codes.map((c) => `\x1b[${c}m`).join('')}${s}\x1b[0m`;
const underline = (s: string): string => esc([4], s);
/** What stands before a note, and how wide it is. */
const NOTE = esc([1], `${esc([106, 30], 'i')} ${esc([96], 'Info → ')}`);
const NOTE_WIDTH = 9;

/** A note on a terminal. @see docker/cli internal/tui/note.go: PrintNote */
const note = (lines: readonly string[]): string =>
  `\n${lines.map((l, i) => `${i === 0 ? NOTE : ' '.repeat(NOTE_WIDTH)}${esc([3], l)}\n`).join('')}`;

const REGISTER =
  "Log in with your Docker ID or email address to push and pull images from Docker Hub. If you don't have a Docker ID, head over to https://hub.docker.com/ to create one.\n";

/** Asks for what is missing. @see docker/cli cli/command/registry.go: PromptUserForCredentials */
async function askFor(
  ctx: Ctx,
  server: string,
  given: string,
  secret: string,
): Promise<{ username: string; password: string } | Failure> {
  if (!ctx.sys.isatty(0)) return new Failure('Error: Cannot perform an interactive login from a non TTY device');
  // Without a name Docker Hub is first asked for a code to be typed into a browser; it is not there to give one.
  if (server === HUB && given === '' && secret === '')
    await ctx.err('Failed to start web-based login - falling back to command line login...\n\n');
  if (server === HUB && given === '') await ctx.out(REGISTER);
  const username = given !== '' ? given : await ctx.ask('Username: ');
  if (username === '') return new Failure('error: username is required');
  if (secret !== '') return { username, password: secret };
  if (server === HUB)
    await ctx.err(
      note([
        'A Personal Access Token (PAT) can be used instead.',
        `To create a PAT, visit ${underline('https://app.docker.com/settings')}`,
        '',
        '',
      ]),
    );
  const password = await ctx.ask('Password: ', true);
  await ctx.out('\n');
  return password === '' ? new Failure('error: password is required') : { username, password };
}

/**
 * `docker login`
 * Limits: nobody has an account in this laboratory, and no credentials are kept.
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
      if (o.bool('password-stdin'))
        return new Failure('conflicting options: cannot specify both --password and --password-stdin');
      await ctx.err('WARNING! Using --password via the CLI is insecure. Use --password-stdin.\n');
    }
    if (o.bool('password-stdin')) {
      if (username === '') return new Failure('Must provide --username with --password-stdin');
      password = new TextDecoder().decode(await readStdin(ctx)).replace(/\r?\n$/, '');
    }
    const address = serverOf(server);
    const asked =
      username === '' || password === '' ? await askFor(ctx, address, username, password) : { username, password };
    if (failed(asked)) return asked;
    const body = { ...asked, serveraddress: address };
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
