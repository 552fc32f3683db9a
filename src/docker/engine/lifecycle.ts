/**
 * The engine's stop, start and reload by its service manager: containers stop with it unless live-restore says otherwise, and
 * those whose restart policy asks for it come back.
 * @see moby daemon/daemon.go: Shutdown, restore; cmd/dockerd/daemon.go
 */
import { Failure } from '../errdefs.ts';
import { restoreController, suspendController } from '../libnetwork/restore.ts';
import { initBridge } from './config/bridge.ts';
import { type Config, DEFAULTS, UNIT_FLAGS } from './config/config.ts';
import { CONFIG_FILE, checkStart, readConfig, reloaded } from './config/file.ts';
import { settings } from './config/networks.ts';
import type { Container } from './container.ts';
import type { Daemon } from './daemon.ts';
import { type Engine, swarmOf } from './dockerd.ts';
import { openHosts } from './hosts.ts';
import { startContainer } from './start.ts';
import { stopContainer } from './stop.ts';

/** Seconds that the containers have before they are killed. */
const PATIENCE = 15;

/** Stops all containers, as a shutdown does: what was running may come back. */
async function stopAll(daemon: Daemon): Promise<void> {
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
async function startWanted(daemon: Daemon): Promise<void> {
  for (const c of daemon.containers.values()) if (comesBack(c)) await startContainer(daemon, c);
}

/** SIGTERM. */
export async function down(e: Engine): Promise<void> {
  if (!e.isUp) return;
  e.isUp = false;
  e.say('info', "Processing signal 'terminated'");
  e.close();
  if (!e.daemon.config['live-restore']) await stopAll(e.daemon);
  suspend(e.daemon);
  if (e.daemon.swarm) (await swarmOf(e.daemon)).suspendSwarm(e.daemon);
  e.say('info', 'Daemon shutdown complete');
  e.process.end(0);
}

/** What of the engine is in containers that go on ends with it. */
function suspend(daemon: Daemon): void {
  daemon.pid = 0;
  for (const c of daemon.containers.values()) c.sandbox?.restart(false);
  suspendController(daemon.controller);
}

/** It was told to end, or killed, but not by its service manager, which is told. */
export async function ended(e: Engine, signal?: number): Promise<void> {
  if (!e.isUp) return;
  if (signal === undefined) await down(e);
  else {
    e.isUp = false;
    e.close();
    suspend(e.daemon);
    if (e.daemon.swarm) (await swarmOf(e.daemon)).suspendSwarm(e.daemon);
  }
  e.options.ended?.(signal);
}

/** Containers that a killed one has left are stopped, unless live-restore is set. @param args its command line, when it is not the usual one @returns whether it runs */
export async function up(e: Engine, args?: readonly string[]): Promise<boolean> {
  if (e.isUp) return true;
  const { daemon } = e;
  e.process = daemon.kernel.daemon(['dockerd', ...(args ?? [])], { parent: 1 });
  daemon.controller.daemon = e.process;
  daemon.pid = e.process.pid;
  e.heed();
  if (!daemon.config['live-restore']) await stopAll(daemon);
  const bad = (await command(e, args)) ?? configure(e);
  if (bad) return give(e, bad.message);
  for (const c of daemon.containers.values()) c.sandbox?.restart(true);
  e.say('info', 'Starting up');
  const opened = await openHosts(daemon, e.process.sys, daemon.config, e.served, e.say);
  if (typeof opened === 'string') return give(e, opened);
  e.close = () => {
    for (const o of opened) o.close();
  };
  e.isUp = true;
  if (daemon.swarm) (await swarmOf(daemon)).resumeSwarm(daemon);
  await startWanted(daemon);
  e.ready(opened.map((o) => o.shown));
  return true;
}

/** It cannot run, and says why. */
function give(e: Engine, why: string): false {
  e.options.log?.(why, e.process.pid);
  suspend(e.daemon);
  e.process.end(1);
  return false;
}

/** Reads the command line. */
async function command(e: Engine, args: readonly string[] | undefined): Promise<Failure | undefined> {
  e.flags = UNIT_FLAGS;
  if (!args) return undefined;
  const { parseCommand } = await e.daemon.kernel.world.hold(import('./config/command.ts'));
  const flags = parseCommand(args);
  if (typeof flags === 'string') return new Failure('invalid', flags);
  e.flags = flags;
  return undefined;
}

/** Takes over the configuration as it is now; the networks follow it. @returns what is wrong with it, in one line */
function configure({ daemon, flags, globalId }: Engine): Failure | undefined {
  const next = readConfig(daemon.kernel, flags);
  if (next instanceof Failure) return next;
  const bad = checkStart(next);
  if (bad) return bad;
  restoreController(daemon.controller, settings(next, globalId));
  daemon.config = next;
  return initBridge(daemon.kernel, daemon.controller, next);
}

/** SIGHUP. */
export function reload({ daemon, flags, say }: Engine): void {
  say('info', 'Got signal to reload configuration, reloading from', ` config-file=${CONFIG_FILE}`);
  const file = readConfig(daemon.kernel, flags);
  if (file instanceof Failure) {
    say('error', file.message);
    return;
  }
  daemon.config = reloaded(daemon.config, file);
  daemon.emit('daemon', 'reload', daemon.id, reloadAttributes(daemon));
  say('info', `Reloaded configuration: ${JSON.stringify(shown(daemon.config))}`);
}

/** What it says of its configuration: what differs from the defaults. */
function shown(config: Config): Record<string, unknown> {
  const set = Object.entries(config).filter(
    ([k, v]) => JSON.stringify(v) !== JSON.stringify(DEFAULTS[k as keyof Config]),
  );
  return Object.fromEntries(set);
}

/** @see moby daemon/reload.go: Reload */
function reloadAttributes({ config, kernel }: Daemon): Record<string, string> {
  return {
    debug: String(config.debug),
    'insecure-registries': JSON.stringify(config['insecure-registries']),
    labels: JSON.stringify(config.labels),
    'live-restore': String(config['live-restore']),
    name: kernel.uts.hostname,
    'registry-mirrors': JSON.stringify(config['registry-mirrors']),
  };
}
