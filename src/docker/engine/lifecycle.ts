/**
 * The engine's stop and start by its service manager: containers stop with it unless live-restore says otherwise, and
 * those whose restart policy asks for it come back.
 * @see moby daemon/daemon.go: Shutdown, restore; cmd/dockerd/daemon.go
 */
import type { Container } from './container.ts';
import type { Daemon } from './daemon.ts';
import { startContainer } from './start.ts';
import { stopContainer } from './stop.ts';

/** Seconds that the containers have before they are killed. */
const PATIENCE = 15;

/** Stops all containers, as a shutdown does: what was running may come back. */
export async function stopAll(daemon: Daemon): Promise<void> {
  const running = [...daemon.containers.values()].filter((c) => c.isRunning);
  await Promise.all(
    running.map(async (c) => {
      const was = c.hasBeenManuallyStopped;
      await stopContainer(daemon, c, { timeout: c.config.StopTimeout ?? PATIENCE });
      c.hasBeenManuallyStopped = was;
    }),
  );
}

function comesBack(c: Container): boolean {
  const { Name } = c.hostConfig.RestartPolicy;
  if (c.isRunning || c.status === 'created') return false;
  if (Name === 'always') return true;
  if (Name === 'unless-stopped') return !c.hasBeenManuallyStopped;
  return Name === 'on-failure' && c.exitCode !== 0 && !c.hasBeenManuallyStopped;
}

/** Starts what a restart policy wants to run. */
export async function startWanted(daemon: Daemon): Promise<void> {
  for (const c of daemon.containers.values()) if (comesBack(c)) await startContainer(daemon, c);
}
