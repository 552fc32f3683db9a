/**
 * GET /containers/{id}/stats.
 *
 * Limits: memory is the sum of its processes' resident sizes, block I/O is empty, one CPU's time is split evenly.
 * @see moby daemon/stats_unix.go, api/types/container/stats.go
 */
import { rfc3339Nano, ZERO_TIME } from '../time.ts';
import type { Container } from './container.ts';
import type { Daemon } from './daemon.ts';

export const MEMORY = 25276026880;
const CPUS = 2;

interface Cpu {
  readonly usage: number;
  readonly system: number;
}

function cpuOf(daemon: Daemon, c: Container): Cpu {
  const used = daemon.kernel.processes(c.running?.pidns).reduce((sum, p) => sum + p.info.cpu, 0);
  return { usage: c.running ? Math.floor(used) : 0, system: Math.floor(daemon.kernel.world.clock.now) * CPUS };
}

const THROTTLING = { periods: 0, throttled_periods: 0, throttled_time: 0 };

function cpuStats(cpu: Cpu | undefined): Record<string, unknown> {
  if (!cpu)
    return {
      cpu_usage: { total_usage: 0, usage_in_kernelmode: 0, usage_in_usermode: 0 },
      throttling_data: THROTTLING,
    };
  const half = Math.floor(cpu.usage / 2);
  return {
    cpu_usage: {
      total_usage: cpu.usage,
      percpu_usage: [half, cpu.usage - half],
      usage_in_kernelmode: half,
      usage_in_usermode: cpu.usage - half,
    },
    system_cpu_usage: cpu.system,
    online_cpus: CPUS,
    throttling_data: THROTTLING,
  };
}

/** One sample. @param before the sample before it */
export function statsSample(
  daemon: Daemon,
  c: Container,
  before?: { cpu: Cpu; read: bigint },
): Record<string, unknown> {
  const run = c.running;
  const none = { num_procs: 0, storage_stats: {} };
  if (!run)
    return {
      name: `/${c.name}`,
      id: c.id,
      read: ZERO_TIME,
      preread: ZERO_TIME,
      pids_stats: {},
      blkio_stats: blkio(null),
      ...none,
      cpu_stats: cpuStats(undefined),
      precpu_stats: cpuStats(undefined),
      memory_stats: {},
    };
  const processes = daemon.kernel.processes(run.pidns);
  const memory = processes.reduce((sum, p) => sum + p.info.rss * 1024, 0);
  return {
    name: `/${c.name}`,
    id: c.id,
    read: rfc3339Nano(daemon.now()),
    preread: before ? rfc3339Nano(before.read) : ZERO_TIME,
    pids_stats: { current: processes.length },
    blkio_stats: blkio([]),
    ...none,
    cpu_stats: cpuStats(cpuOf(daemon, c)),
    precpu_stats: cpuStats(before?.cpu),
    memory_stats: { usage: memory, max_usage: memory, stats: { cache: 0, total_inactive_file: 0 }, limit: MEMORY },
    networks: interfaces(daemon, c),
  };
}

function blkio(list: [] | null): Record<string, unknown> {
  return {
    io_service_bytes_recursive: list,
    io_serviced_recursive: list,
    io_queue_recursive: list,
    io_service_time_recursive: list,
    io_wait_time_recursive: list,
    io_merged_recursive: list,
    io_time_recursive: list,
    sectors_recursive: list,
  };
}

function interfaces(daemon: Daemon, c: Container): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  if (!c.sandbox || c.sandbox.host) return out;
  for (const link of daemon.kernel.net(c.sandbox.netns).links()) {
    if (link.kind === 'loopback') continue;
    out[link.name] = {
      rx_bytes: link.stats.rxBytes,
      rx_packets: link.stats.rxPackets,
      rx_errors: 0,
      rx_dropped: link.stats.rxDropped,
      tx_bytes: link.stats.txBytes,
      tx_packets: link.stats.txPackets,
      tx_errors: 0,
      tx_dropped: link.stats.txDropped,
    };
  }
  return out;
}

/** A sample a second; with `oneShot` one at once, else a first one to compare with is taken before. */
export async function* statsStream(
  daemon: Daemon,
  c: Container,
  options: { stream: boolean; oneShot: boolean },
  gone: Promise<void> | undefined,
): AsyncGenerator<Uint8Array> {
  const line = (v: unknown): Uint8Array => new TextEncoder().encode(`${JSON.stringify(v)}\n`);
  if (options.oneShot) {
    yield line(statsSample(daemon, c));
    return;
  }
  let left = false;
  void gone?.then(() => {
    left = true;
  });
  let before = c.running ? { cpu: cpuOf(daemon, c), read: daemon.now() } : undefined;
  do {
    if (c.running) await daemon.sleep(1e9);
    yield line(statsSample(daemon, c, before));
    before = c.running ? { cpu: cpuOf(daemon, c), read: daemon.now() } : undefined;
    if (!c.running) await daemon.sleep(1e9);
  } while (options.stream && !left && daemon.containers.has(c.id));
}
