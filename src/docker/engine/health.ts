/**
 * Health checks: a command that is run in the container again and again.
 * @see moby daemon/health.go
 */
import { SECOND } from '../../base/clock.ts';
import { rfc3339Nano } from '../time.ts';
import type { Container, Health, Running } from './container.ts';
import type { Daemon } from './daemon.ts';
import { probeExec } from './exec.ts';

/** What Config.Healthcheck says; 0 and absent mean the default. Times in ns. */
interface HealthConfig {
  readonly Test?: readonly string[] | null;
  readonly Interval?: number;
  readonly Timeout?: number;
  readonly StartPeriod?: number;
  readonly StartInterval?: number;
  readonly Retries?: number;
}

const INTERVAL = 30 * SECOND;
const TIMEOUT = 30 * SECOND;
const START_INTERVAL = 5 * SECOND;
const RETRIES = 3;
/** Results and bytes of output that are kept. */
const KEPT = 5;
const MAX_OUTPUT = 4096;

/** The command of a check; undefined when there is none. */
function commandOf({ Test }: HealthConfig): string[] | undefined {
  const [kind, ...rest] = Test ?? [];
  if (kind === 'CMD-SHELL') return ['/bin/sh', '-c', rest[0] ?? ''];
  return kind === 'CMD' && rest.length > 0 ? rest : undefined;
}

/** Begins to check a container that has just started; what was found before is still told. */
export function watchHealth(daemon: Daemon, c: Container): void {
  const command = commandOf((c.config.Healthcheck ?? {}) as HealthConfig);
  c.health = command && { Status: 'starting', FailingStreak: 0, Log: c.health?.Log ?? [] };
  resumeHealth(daemon, c);
}

/** Begins, or begins again after a pause. */
export function resumeHealth(daemon: Daemon, c: Container): void {
  const config = (c.config.Healthcheck ?? {}) as HealthConfig;
  const command = commandOf(config);
  const { running: run, health } = c;
  if (!command || !run || !health) return;
  const watch = { config, command, run, health };
  c.watch = watch;
  void monitor(daemon, c, watch);
}

/** No longer checks: who is not looked at is not healthy. @see moby container/health.go: CloseMonitorChannel */
export function haltHealth(c: Container): void {
  if (!c.watch) return;
  c.watch = undefined;
  if (c.health) c.health.Status = 'unhealthy';
}

interface Watch {
  readonly config: HealthConfig;
  readonly command: readonly string[];
  readonly run: Running;
  readonly health: Health;
}

async function monitor(daemon: Daemon, c: Container, watch: Watch): Promise<void> {
  const { config, health } = watch;
  const startPeriod = BigInt(config.StartPeriod || 0);
  const starting = (): boolean => health.Status === 'starting' && daemon.now() - (c.startedAt ?? 0n) < startPeriod;
  for (;;) {
    await daemon.sleep(starting() ? config.StartInterval || START_INTERVAL : config.Interval || INTERVAL);
    if (c.watch !== watch) return;
    await check(daemon, c, watch, starting());
    if (c.watch !== watch) return;
  }
}

/** @param starting whether a failure does not count yet */
async function check(daemon: Daemon, c: Container, watch: Watch, starting: boolean): Promise<void> {
  const { config, command, health } = watch;
  const start = rfc3339Nano(daemon.now());
  const timeout = config.Timeout || TIMEOUT;
  const probe = probeExec(daemon, c, command, MAX_OUTPUT);
  const ended = await Promise.race([probe.ended, daemon.sleep(timeout).then(() => undefined)]);
  if (ended === undefined || c.watch !== watch) probe.kill();
  if (c.watch !== watch) return;
  const result = ended ?? { code: -1, output: `Health check exceeded timeout (${timeout / SECOND}s)` };
  health.Log.push({ Start: start, End: rfc3339Nano(daemon.now()), ExitCode: result.code, Output: result.output });
  if (health.Log.length > KEPT) health.Log.shift();
  const before = health.Status;
  if (result.code === 0) {
    health.FailingStreak = 0;
    health.Status = 'healthy';
  } else if (!starting) {
    health.FailingStreak++;
    if (health.FailingStreak >= (config.Retries || RETRIES)) health.Status = 'unhealthy';
  }
  if (health.Status !== before) daemon.containerEvent(c, `health_status: ${health.Status}`);
}
