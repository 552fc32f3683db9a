/**
 * Starts a managed plugin's program and looks whether it answers.
 * Limits: no program of this laboratory listens on a unix socket, so that one which starts is not reached, and is stopped.
 * @see moby plugin/manager_linux.go: enable, pluginPostStart, shutdownPlugin; plugin/v2/plugin_linux.go: InitSpec
 */
import { SECOND } from '../../base/clock.ts';
import { isErr } from '../../linux/kernel/errno.ts';
import type { Process } from '../../linux/kernel/machine.ts';
import { SIGNALS } from '../../linux/kernel/signal.ts';
import { Failure } from '../errdefs.ts';
import { COST, type Daemon } from './daemon.ts';
import { override, PATH } from './environment.ts';
import { errors } from './errors.ts';
import type { Plugin } from './plugins.ts';
import { privilegesOf } from './process.ts';
import { execError } from './start.ts';

/** Where plugins' sockets are: on the machine in a directory for each, and inside as this one. */
const SOCKETS = '/run/docker/plugins';

const DIALS = 4;
const system = (text: string): Failure => new Failure('system', text);

/** POST /plugins/{name}/enable */
export async function enablePlugin(daemon: Daemon, plugin: Plugin): Promise<Failure> {
  const { kernel } = daemon;
  const dir = `${SOCKETS}/${plugin.Id}`;
  kernel.root.fs.mkdir(dir, 0o700, true);
  const netns = plugin.Config.Network.Type === 'host' ? kernel.hostNetns : kernel.netnsAdd();
  const leave = (): void => {
    if (netns !== kernel.hostNetns) kernel.netnsDel(netns);
    kernel.root.fs.rmdir(dir);
  };
  await daemon.sleep(COST.task);
  const pidns = kernel.pidnsAdd();
  const mounts = kernel.mounts(kernel.overlay([plugin.layer]), { pidns, netns, readOnlySys: true });
  mounts.fs.mkdir(SOCKETS, 0o755, true);
  mounts.bind(SOCKETS, kernel.root.fs, dir, { source: 'tmpfs' });
  const [program = ''] = plugin.Config.Entrypoint ?? [];
  const process = kernel.spawn({
    argv: [program, ...(plugin.Config.Entrypoint ?? []).slice(1), ...plugin.Settings.Args],
    env: override({}, [PATH, ...plugin.Settings.Env]),
    cwd: plugin.Config.WorkDir || '/',
    ...privilegesOf(plugin.Config.Linux.Capabilities),
    root: mounts,
    netns,
    pidns,
    search: true,
    onExit: leave,
  });
  if (!isErr(process)) return unreached(daemon, process, `${dir}/${plugin.Config.Interface.Socket}`);
  leave();
  return system(errors.task('create', execError(mounts.fs, program, process).text).message);
}

/** Asks for its socket a few times; then the program is told to end, and after ten seconds made to. */
async function unreached(daemon: Daemon, process: Process, socket: string): Promise<Failure> {
  const { kernel } = daemon;
  await daemon.sleep(0.5 * SECOND);
  let why = '';
  for (let i = 0; i < DIALS; i++) {
    const there = kernel.root.fs.stat(socket, true);
    why = isErr(there) ? there.text.toLowerCase() : 'connection refused';
    await daemon.sleep(3 * SECOND);
  }
  if (process.alive) {
    kernel.kill(process.pid, SIGNALS.SIGTERM);
    await Promise.race([process.exited, daemon.sleep(10 * SECOND)]);
    if (process.alive) kernel.kill(process.pid, SIGNALS.SIGKILL);
    await process.exited;
  }
  return system(`dial unix ${socket}: connect: ${why}`);
}
