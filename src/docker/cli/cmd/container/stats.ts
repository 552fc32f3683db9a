import type { ContainerSummary } from '../../../api/types.ts';
import type { Ctx } from '../../context.ts';
import { Failure, failed } from '../../failure.ts';
import { type Column, type Listing, renderList } from '../../formatter/table.ts';
import { bytesSize, humanSize, truncateId } from '../../formatter/units.ts';
import { ANY, command, flag } from '../../spec.ts';
import { FORMAT_HELP } from '../format.ts';

interface Cpu {
  cpu_usage?: { total_usage?: number; percpu_usage?: number[] };
  system_cpu_usage?: number;
  online_cpus?: number;
}
interface Stats {
  /** What it was asked for by. */
  container?: string;
  id: string;
  name: string;
  pids_stats?: { current?: number };
  blkio_stats?: { io_service_bytes_recursive?: { op: string; value: number }[] | null };
  cpu_stats?: Cpu;
  precpu_stats?: Cpu;
  memory_stats?: { usage?: number; limit?: number; stats?: Record<string, number> };
  networks?: Record<string, { rx_bytes: number; tx_bytes: number }>;
}

/** @see docker/cli cli/command/container/stats_helpers.go: calculateCPUPercentUnix */
function cpuPercent(s: Stats): number {
  const now = s.cpu_stats ?? {};
  const before = s.precpu_stats ?? {};
  const delta = (now.cpu_usage?.total_usage ?? 0) - (before.cpu_usage?.total_usage ?? 0);
  const system = (now.system_cpu_usage ?? 0) - (before.system_cpu_usage ?? 0);
  const cpus = now.online_cpus || (now.cpu_usage?.percpu_usage?.length ?? 0);
  return system > 0 && delta > 0 ? (delta / system) * cpus * 100 : 0;
}

function memory(s: Stats): { used: number; limit: number } {
  const m = s.memory_stats ?? {};
  const usage = m.usage ?? 0;
  const inactive = m.stats?.total_inactive_file ?? m.stats?.inactive_file ?? 0;
  return { used: inactive < usage ? usage - inactive : usage, limit: m.limit ?? 0 };
}

function listing(trunc: boolean): Listing<Stats> {
  return {
    type: 'container.statsContext',
    headers: {
      Container: 'CONTAINER',
      ID: 'CONTAINER ID',
      Name: 'NAME',
      CPUPerc: 'CPU %',
      MemUsage: 'MEM USAGE / LIMIT',
      MemPerc: 'MEM %',
      NetIO: 'NET I/O',
      BlockIO: 'BLOCK I/O',
      PIDs: 'PIDS',
    },
    columns: (s): Record<string, Column> => {
      const { used, limit } = memory(s);
      const nets = Object.values(s.networks ?? {});
      const sum = (k: 'rx_bytes' | 'tx_bytes'): number => nets.reduce((n, i) => n + i[k], 0);
      const blk = s.blkio_stats?.io_service_bytes_recursive ?? [];
      const io = (op: string): number => blk.filter((b) => b.op.toLowerCase() === op).reduce((n, b) => n + b.value, 0);
      return {
        BlockIO: `${humanSize(io('read'), 3)} / ${humanSize(io('write'), 3)}`,
        CPUPerc: `${cpuPercent(s).toFixed(2)}%`,
        Container: s.container ?? s.id,
        ID: trunc ? truncateId(s.id) : s.id,
        MemPerc: `${(limit === 0 ? 0 : (used / limit) * 100).toFixed(2)}%`,
        MemUsage: `${bytesSize(used)} / ${bytesSize(limit)}`,
        Name: s.name.replace(/^\//, ''),
        NetIO: `${humanSize(sum('rx_bytes'), 3)} / ${humanSize(sum('tx_bytes'), 3)}`,
        PIDs: String(s.pids_stats?.current ?? 0),
      };
    },
  };
}

async function collect(ctx: Ctx, names: readonly string[]): Promise<{ rows: Stats[]; errors: string[] }> {
  const rows: Stats[] = [];
  const errors: string[] = [];
  for (const name of names) {
    const got = await ctx.client.get<Stats>(`/containers/${name}/stats`, { stream: '0' });
    if (failed(got)) errors.push(got.message);
    else rows.push({ ...got, container: name });
  }
  return { rows, errors };
}

/** `docker stats` */
export const stats = command({
  path: ['stats'],
  aliases: ['container stats', 'stats'],
  use: '[OPTIONS] [CONTAINER...]',
  short: 'Show what containers use, again and again',
  args: ANY,
  flags: [
    flag('all', 'bool', 'Show stopped ones too', { short: 'a' }),
    flag('no-stream', 'bool', 'Once is enough'),
    flag('no-trunc', 'bool', 'Show everything in full length'),
    flag('format', 'string', FORMAT_HELP),
  ],
  names: ['running'],
  run: async (ctx, o, args) => {
    for (;;) {
      let names = args;
      if (names.length === 0) {
        const list = await ctx.client.get<ContainerSummary[]>('/containers/json', {
          all: o.bool('all') ? '1' : undefined,
        });
        if (failed(list)) return list;
        names = list.map((c) => truncateId(c.Id));
      }
      const { rows, errors } = await collect(ctx, names);
      const columns =
        '{{.ID}}\\t{{.Name}}\\t{{.CPUPerc}}\\t{{.MemUsage}}\\t{{.MemPerc}}\\t{{.NetIO}}\\t{{.BlockIO}}\\t{{.PIDs}}';
      const { text, failure } = renderList(
        listing(!o.bool('no-trunc')),
        rows,
        ctx.listFormat(o, 'statsFormat'),
        columns,
      );
      if (failure) return failure;
      if (errors.length > 0) return new Failure(errors.join('\n'));
      await ctx.out(o.bool('no-stream') ? text : `\x1b[H\x1b[J${text}`);
      if (o.bool('no-stream')) return 0;
      await ctx.sys.sleep(500e6);
    }
  },
});
