/** `docker compose exec` and `attach`: docker's own, for a container of a service. @see docker/compose pkg/compose/exec.go, attach_service.go */
import { attach as dockerAttach } from '../../cli/cmd/container/attach.ts';
import { exec as dockerExec } from '../../cli/cmd/container/exec.ts';
import { failed } from '../../cli/failure.ts';
import { atLeast, exactly, flag } from '../../cli/spec.ts';
import { oneContainer } from '../containers.ts';
import { docker } from '../docker.ts';
import { composeCommand } from '../spec.ts';

/** `--index` */
export const INDEX = flag('index', 'int', 'Number of the container, if the service has several');

/** `docker compose exec` */
export const exec = composeCommand({
  name: 'exec',
  use: '[OPTIONS] SERVICE COMMAND [ARGS...]',
  short: 'Run a command in a running container',
  args: atLeast(2),
  stopAtFirst: true,
  flags: [
    flag('detach', 'bool', 'Leave it running in the background', { short: 'd' }),
    flag('env', 'stringArray', 'Set environment variables', { short: 'e' }),
    INDEX,
    flag('no-tty', 'bool', 'No terminal, though there is one', { short: 'T' }),
    flag('no-TTY', 'bool', 'Old name of --no-tty', { hidden: true, alias: 'no-tty' }),
    flag('privileged', 'bool', 'Run with all privileges'),
    flag('user', 'string', 'User to run as', { short: 'u' }),
    flag('workdir', 'string', 'Working directory inside the container', { short: 'w' }),
    flag('interactive', 'bool', 'Keep standard input open', { short: 'i', default: 'true', hidden: true }),
    flag('tty', 'bool', 'Give it a terminal', { short: 't', default: 'true', hidden: true }),
  ],
  run: async (c, o, [service = '', ...command]) => {
    const name = await c.projectName();
    if (failed(name)) return name;
    const found = await oneContainer(c, name, service, { index: o.int('index'), oneOff: 'include' });
    if (failed(found)) return found;
    const terminal = !o.changed('no-tty') ? c.ctx.sys.isatty(1) : !o.bool('no-tty');
    const words: string[] = [];
    if (o.bool('detach')) words.push('--detach');
    if (terminal && !o.bool('detach')) words.push('--tty');
    if (o.bool('interactive') && !o.bool('detach')) words.push('--interactive');
    if (o.bool('privileged')) words.push('--privileged');
    for (const e of o.list('env')) words.push(`--env=${e}`);
    for (const f of ['user', 'workdir'] as const) if (o.string(f) !== '') words.push(`--${f}=${o.string(f)}`);
    return docker(c, dockerExec, [...words, found.Id, ...command]);
  },
});

/** `docker compose attach` */
export const attach = composeCommand({
  name: 'attach',
  use: '[OPTIONS] SERVICE',
  short: "Connect this terminal to a service's running container",
  args: exactly(1),
  flags: [
    flag('detach-keys', 'string', 'Keys that detach from the container'),
    INDEX,
    flag('no-stdin', 'bool', 'Leave standard input alone'),
    flag('sig-proxy', 'bool', 'Pass signals on to the process', { default: 'true' }),
  ],
  run: async (c, o, [service = '']) => {
    const name = await c.projectName();
    if (failed(name)) return name;
    const found = await oneContainer(c, name, service, { index: o.int('index') });
    if (failed(found)) return found;
    const words = [`--detach-keys=${o.string('detach-keys')}`, `--sig-proxy=${o.bool('sig-proxy')}`];
    if (o.bool('no-stdin')) words.push('--no-stdin');
    return docker(c, dockerAttach, [...words, found.Id]);
  },
});
