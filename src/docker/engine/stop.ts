/** stop, kill, restart, pause, unpause. @see moby daemon/{stop,kill,restart,pause}.go */
import { SECOND } from '../../base/clock.ts';
import { SIGNALS, signalNumber } from '../../linux/kernel/signal.ts';
import type { Failure } from '../errdefs.ts';
import type { Container } from './container.ts';
import { COST, type Daemon } from './daemon.ts';
import { errors } from './errors.ts';
import { haltHealth, resumeHealth } from './health.ts';
import { startContainer } from './start.ts';

const DEFAULT_TIMEOUT = 10;

/** Waits for the end of the present run, at most `seconds` (negative: for ever). @returns whether it ended */
async function ended(daemon: Daemon, c: Container, seconds: number): Promise<boolean> {
  if (!c.isRunning) return true;
  const done = c.wait('not-running').then(() => true);
  if (seconds < 0) return done;
  return Promise.race([done, daemon.sleep(seconds * SECOND).then(() => !c.isRunning)]);
}

/** POST /containers/{id}/stop */
export async function stopContainer(
  daemon: Daemon,
  c: Container,
  options: { timeout?: number; signal?: string },
): Promise<Failure | undefined> {
  if (!c.isRunning) return errors.alreadyStopped;
  const signal = signalNumber(options.signal || c.config.StopSignal || 'SIGTERM');
  if (!signal) return errors.badSignal(options.signal ?? '');
  c.hasBeenManuallyStopped = true;
  if (c.status === 'restarting') {
    c.status = 'exited';
    c.notify(false);
    daemon.containerEvent(c, 'stop');
    return undefined;
  }
  send(daemon, c, signal);
  const timeout = options.timeout ?? c.config.StopTimeout ?? DEFAULT_TIMEOUT;
  if (!(await ended(daemon, c, timeout === 0 ? 0.1 : timeout))) {
    send(daemon, c, SIGNALS.SIGKILL);
    await ended(daemon, c, -1);
  }
  daemon.containerEvent(c, 'stop');
  return undefined;
}

/** {@link stopContainer} as a request of its own. @param name as the client called it */
export async function stopNamed(
  daemon: Daemon,
  name: string,
  c: Container,
  options: { timeout?: number; signal?: string },
): Promise<Failure | undefined> {
  const failure = await stopContainer(daemon, c, options);
  return failure && failure.kind !== 'notModified' ? errors.cannotStop(name, failure) : failure;
}

/** @param stops that it is meant to end: a paused one runs on to take it. @see moby daemon/kill.go: killWithSignal */
function send(daemon: Daemon, c: Container, signal: number, stops = true): void {
  const run = c.running;
  if (!run) return;
  daemon.kernel.kill(run.process.pid, signal);
  if (stops && c.status === 'paused') {
    daemon.kernel.freeze(run.pidns, false);
    c.status = 'running';
  }
  daemon.containerEvent(c, 'kill', { signal: String(signal) });
}

/** POST /containers/{id}/kill */
export async function killContainer(
  daemon: Daemon,
  name: string,
  c: Container,
  text: string,
): Promise<Failure | undefined> {
  const signal = text === '' ? SIGNALS.SIGKILL : signalNumber(text);
  if (/^-?\d+$/.test(text) && Number(text) !== 0 && signal === undefined)
    return errors.cannotKill(name, errors.unsupportedSignal(text));
  if (signal === undefined || signal === 0) return errors.cannotKill(name, errors.badSignal(text));
  if (!c.isRunning) return errors.cannotKill(name, errors.notRunning(c.id));
  const fatal = signal === SIGNALS.SIGKILL;
  const own = c.config.StopSignal;
  const stops = fatal || !own || signal === signalNumber(own);
  if (stops) c.hasBeenManuallyStopped = true;
  send(daemon, c, signal, stops);
  if (fatal) await ended(daemon, c, -1);
  return undefined;
}

/** POST /containers/{id}/restart. @param name as the client called it */
export async function restartContainer(
  daemon: Daemon,
  name: string,
  c: Container,
  options: { timeout?: number; signal?: string },
): Promise<Failure | undefined> {
  if (c.isRunning) {
    // what is to go when it ends stays this time
    const { AutoRemove } = c.hostConfig;
    c.hostConfig.AutoRemove = false;
    const failure = await stopContainer(daemon, c, options);
    c.hostConfig.AutoRemove = AutoRemove;
    if (failure) return failure.wrap(`Cannot restart container ${name}`);
  }
  const failure = await startContainer(daemon, c);
  if (failure) return failure.wrap(`Cannot restart container ${name}`);
  daemon.containerEvent(c, 'restart');
  return undefined;
}

/** Why a container cannot be paused, before and after somebody else had the time to do something to it. */
function pauseFault(c: Container): Failure | undefined {
  if (c.status === 'restarting') return errors.restarting(c.id);
  if (!c.running) return errors.notRunning(c.id);
  return c.status === 'paused' ? errors.alreadyPaused(c.id) : undefined;
}

/** POST /containers/{id}/pause */
export async function pauseContainer(daemon: Daemon, c: Container): Promise<Failure | undefined> {
  const early = pauseFault(c);
  if (early) return early;
  await daemon.sleep(COST.request);
  const late = pauseFault(c);
  if (late || !c.running) return late;
  daemon.kernel.freeze(c.running.pidns, true);
  c.status = 'paused';
  haltHealth(c);
  daemon.containerEvent(c, 'pause');
  return undefined;
}

/** POST /containers/{id}/unpause */
export async function unpauseContainer(daemon: Daemon, c: Container): Promise<Failure | undefined> {
  if (!c.running || c.status !== 'paused') return errors.notPaused(c.id);
  daemon.kernel.freeze(c.running.pidns, false);
  c.status = 'running';
  resumeHealth(daemon, c);
  daemon.containerEvent(c, 'unpause');
  return undefined;
}
