/** Removal, renaming and pruning of containers. @see moby daemon/{delete,rename,prune}.go */
import { SIGNALS } from '../../linux/kernel/signal.ts';
import type { Failure } from '../errdefs.ts';
import type { Container, MountPoint } from './container.ts';
import { COST, type Daemon } from './daemon.ts';
import { errors } from './errors.ts';
import { containerDir, unlinkHosts } from './files.ts';
import { validName } from './names.ts';

/** What DELETE /containers/{id} asks for. */
interface Removal {
  readonly force: boolean;
  readonly volumes: boolean;
  /** Only the link that `name` is. */
  readonly link?: boolean;
}

/** DELETE /containers/{id}: after a start that is under way. @param name as the client called it */
export function deleteContainer(
  daemon: Daemon,
  name: string,
  c: Container,
  options: Removal,
): Promise<Failure | undefined> {
  if (options.link) return Promise.resolve(removeLink(daemon, name, c));
  return c.locked(() => deleteLocked(daemon, name, c, options));
}

/** `docker rm --link PARENT/ALIAS` @see moby daemon/delete.go: rmLink */
function removeLink(daemon: Daemon, name: string, child: Container): Failure | undefined {
  const full = name.startsWith('/') ? name : `/${name}`;
  const parentName = full.slice(0, full.lastIndexOf('/'));
  if (parentName === '') return errors.linkOwnName;
  const parent = daemon.containerByName(parentName);
  if (!parent) return errors.linkNoParent(parentName, full);
  daemon.links.unlink(full, parent);
  unlinkHosts(daemon.kernel, parent, child, full);
  return undefined;
}

async function deleteLocked(
  daemon: Daemon,
  name: string,
  c: Container,
  options: Removal,
): Promise<Failure | undefined> {
  if (c.isRunning) {
    if (!options.force) return errors.removeRunning(name, c.status);
    c.hasBeenManuallyStopped = true;
    const run = c.running;
    if (run) {
      if (c.status === 'paused') daemon.kernel.freeze(run.pidns, false);
      daemon.kernel.kill(run.process.pid, SIGNALS.SIGKILL);
      daemon.containerEvent(c, 'kill', { signal: String(SIGNALS.SIGKILL) });
      await c.wait('not-running');
    } else c.status = 'exited';
    if (c.hostConfig.AutoRemove) {
      if (daemon.containers.has(c.id)) await c.wait('removed');
      return undefined;
    }
  }
  await daemon.sleep(COST.remove);
  await removeContainer(daemon, c, options.volumes);
  return undefined;
}

/** A volume without a name of its own that no other container has. @see moby daemon/mounts.go: removeMountPoints */
function isOnlyFor(daemon: Daemon, { type, name }: MountPoint): boolean {
  if (type !== 'volume' || !daemon.volumes.get(name)?.anonymous) return false;
  return ![...daemon.containers.values()].some((c) => c.mounts.some((m) => m.type === 'volume' && m.name === name));
}

/** Takes away the volumes that were made for a container alone. */
export function dropVolumes(daemon: Daemon, c: Container): void {
  for (const m of c.mounts) if (isOnlyFor(daemon, m)) daemon.volumes.remove(m.name);
}

/** Takes a container that does not run out of the books. */
export async function removeContainer(daemon: Daemon, c: Container, volumes = c.hostConfig.AutoRemove): Promise<void> {
  if (!daemon.forget(c)) return;
  c.status = 'removing';
  daemon.links.delete(c);
  for (const [id, exec] of daemon.execs) if (exec.container === c) daemon.execs.delete(id);
  const dir = containerDir(c.id);
  for (const file of ['hosts', 'hostname', 'resolv.conf']) daemon.kernel.root.fs.unlink(`${dir}/${file}`);
  daemon.kernel.root.fs.rmdir(dir);
  if (volumes) dropVolumes(daemon, c);
  daemon.containerEvent(c, 'destroy');
  c.notify(true);
}

/** POST /containers/{id}/rename */
export function renameContainer(daemon: Daemon, c: Container, to: string): Failure | undefined {
  const bare = to.startsWith('/') ? to.slice(1) : to;
  if (bare === '') return errors.renameEmpty;
  if (bare === c.name) return errors.renameSame;
  const other = daemon.containerByName(bare);
  const refused = validName(bare) ? other && errors.nameTaken(bare, other.id) : errors.badName(`/${bare}`);
  if (refused) return refused.wrap('Error when allocating new name');
  const old = c.name;
  daemon.links.rename(c, old, bare);
  daemon.rename(c, bare);
  for (const a of c.attachments.values())
    if (a.endpoint) a.endpoint.dnsNames = a.endpoint.dnsNames.map((n) => (n === old ? bare : n));
  daemon.containerEvent(c, 'rename', { oldName: `/${old}` });
  return undefined;
}
