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

/** Begins to check a container that has just started. */
export function watchHealth(daemon: Daemon, c: Container): void {
  const config = (c.config.Healthcheck ?? {}) as HealthConfig;
  const command = commandOf(config);
  const run = c.running;
  c.health = command ? { Status: 'starting', FailingStreak: 0, Log: [] } : undefined;
  if (command && run && c.health) void monitor(daemon, c, { config, command, run, health: c.health });
}

interface Watch {
  readonly config: HealthConfig;
  readonly command: readonly string[];
  readonly run: Running;
  readonly health: Health;
}

async function monitor(daemon: Daemon, c: Container, watch: Watch): Promise<void> {
  const { config, run, health } = watch;
  const startPeriod = config.StartPeriod || 0;
  const begun = daemon.kernel.world.clock.now;
  const starting = (): boolean => health.Status === 'starting' && daemon.kernel.world.clock.now - begun < startPeriod;
  for (;;) {
    const fast = starting() ? config.StartInterval || START_INTERVAL : Number.POSITIVE_INFINITY;
    await daemon.sleep(Math.min(config.Interval || INTERVAL, fast));
    if (c.running !== run) return;
    if (c.status === 'paused') continue;
    await check(daemon, c, watch, starting);
    if (c.running !== run) return;
  }
}

async function check(daemon: Daemon, c: Container, watch: Watch, starting: () => boolean): Promise<void> {
  const { config, command, run, health } = watch;
  const start = rfc3339Nano(daemon.now());
  const timeout = config.Timeout || TIMEOUT;
  const probe = probeExec(daemon, c, command, MAX_OUTPUT);
  const ended = await Promise.race([probe.ended, daemon.sleep(timeout).then(() => undefined)]);
  if (c.running !== run) return;
  if (ended === undefined) probe.kill();
  const result = ended ?? { code: -1, output: `Health check exceeded timeout (${timeout / SECOND}s)` };
  health.Log.push({ Start: start, End: rfc3339Nano(daemon.now()), ExitCode: result.code, Output: result.output });
  if (health.Log.length > KEPT) health.Log.shift();
  const before = health.Status;
  if (result.code === 0) {
    health.FailingStreak = 0;
    health.Status = 'healthy';
  } else if (!starting()) {
    health.FailingStreak++;
    if (health.FailingStreak >= (config.Retries || RETRIES)) health.Status = 'unhealthy';
  }
  if (health.Status !== before) daemon.containerEvent(c, `health_status: ${health.Status}`);
}
