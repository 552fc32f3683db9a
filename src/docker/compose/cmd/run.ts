/** `docker compose run`. @see docker/compose cmd/compose/run.go, pkg/compose/run.go */
import { start as dockerStart } from '../../cli/cmd/container/start.ts';
import { Failure, failed } from '../../cli/failure.ts';
import { flag } from '../../cli/spec.ts';
import { docker } from '../docker.ts';
import { runOneOff } from '../oneoff.ts';
import { composeCommand } from '../spec.ts';

/** `docker compose run` */
export const run = composeCommand({
  name: 'run',
  use: '[OPTIONS] SERVICE [COMMAND] [ARGS...]',
  short: 'Run a command in a new container of a service',
  args: { min: 1, max: Number.POSITIVE_INFINITY },
  stopAtFirst: true,
  flags: [
    flag('build', 'bool', 'Build the image first'),
    flag('cap-add', 'list', 'Add a capability'),
    flag('cap-drop', 'list', 'Take a capability away'),
    flag('detach', 'bool', 'Leave it running and print its id', { short: 'd' }),
    flag('entrypoint', 'string', "In place of the image's entrypoint"),
    flag('env', 'stringArray', 'Set environment variables', { short: 'e' }),
    flag('env-from-file', 'stringArray', 'Read environment variables from a file'),
    flag('interactive', 'bool', 'Keep standard input open', { short: 'i', default: 'true' }),
    flag('label', 'stringArray', 'Set a label', { short: 'l' }),
    flag('name', 'string', 'Name of the container'),
    flag('no-TTY', 'bool', 'No terminal, though there is one', { short: 'T' }),
    flag('no-deps', 'bool', 'Leave services alone that this one depends on'),
    flag('publish', 'stringArray', 'Publish a port', { short: 'p' }),
    flag('pull', 'string', 'When to pull ("always"|"missing"|"never")', { default: 'policy' }),
    flag('quiet', 'bool', 'Say nothing', { short: 'q' }),
    flag('quiet-build', 'bool', 'Build without showing progress'),
    flag('quiet-pull', 'bool', 'Pull without showing progress'),
    flag('remove-orphans', 'bool', 'Remove containers of services that the file does not have'),
    flag('rm', 'bool', 'Remove the container when it ends'),
    flag('service-ports', 'bool', "Publish the service's ports", { short: 'P' }),
    flag('use-aliases', 'bool', "Give it the service's names in its networks"),
    flag('user', 'string', 'User to run as', { short: 'u' }),
    flag('volume', 'stringArray', 'Mount a volume', { short: 'v' }),
    flag('workdir', 'string', 'Working directory inside the container', { short: 'w' }),
    flag('tty', 'bool', 'Give it a terminal', { short: 't', default: 'true', hidden: true }),
  ],
  run: async (c, o, [service = '', ...command]) => {
    if (o.list('publish').length > 0 && o.bool('service-ports'))
      return new Failure('--service-ports and --publish are incompatible');
    const made = await runOneOff(c, o, service, command);
    if (failed(made)) return made;
    if (o.bool('detach')) {
      const started = await c.ctx.client.call('POST', `/containers/${made.id}/start`);
      if (failed(started)) return started;
      await c.ctx.out(`${made.id}\n`);
      return 0;
    }
    const words = ['--attach', ...(made.interactive ? ['--interactive'] : [])];
    return docker(c, dockerStart, [...words, made.id]);
  },
});
