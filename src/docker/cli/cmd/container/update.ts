import { Failure, failed } from '../../failure.ts';
import { ramInBytes } from '../../flags/values.ts';
import { restartPolicy } from '../../opts/container.ts';
import { memorySwap } from '../../opts/validators.ts';
import { atLeast, command, flag } from '../../spec.ts';
import { forEach } from './each.ts';

/** `docker update` */
export const update = command({
  path: ['update'],
  aliases: ['container update', 'update'],
  use: '[OPTIONS] CONTAINER [CONTAINER...]',
  short: 'Change limits and restart policy of containers',
  args: atLeast(1),
  flags: [
    flag('blkio-weight', 'uint16', 'Block I/O weight, 10 to 1000, 0 for none (default 0)'),
    flag('cpu-period', 'int', 'Period of the CPU quota'),
    flag('cpu-quota', 'int', 'CPU quota in one period'),
    flag('cpu-rt-period', 'int', 'Real-time period in microseconds'),
    flag('cpu-rt-runtime', 'int', 'Real-time run time in microseconds'),
    flag('cpuset-cpus', 'string', 'CPUs it may run on (0-3, 0,1)'),
    flag('cpuset-mems', 'string', 'Memory nodes it may use (0-3, 0,1)'),
    flag('cpu-shares', 'int', 'Relative CPU weight', { short: 'c' }),
    flag('memory', 'bytes', 'Limit of memory', { short: 'm' }),
    flag('kernel-memory', 'bytes', 'Limit of kernel memory (deprecated)', { hidden: true }),
    flag('memory-reservation', 'bytes', 'Soft limit of memory'),
    flag('memory-swap', 'bytes', 'Limit of memory and swap together, -1 for none', { check: memorySwap(ramInBytes) }),
    flag('pids-limit', 'int', 'Limit of processes, -1 for none'),
    flag('restart', 'string', 'What to do when the container exits'),
    flag('cpus', 'decimal', 'Number of CPUs'),
  ],
  names: ['container'],
  run: async (ctx, o, args) => {
    if (!update.flags.some((f) => o.changed(f.name)))
      return new Failure('you must provide one or more flags when using this command');
    const policy = restartPolicy(o.string('restart'));
    if ('error' in policy) return new Failure(policy.error);
    const n = (name: string): number => o.int(name);
    const body = {
      CpuShares: n('cpu-shares'),
      Memory: n('memory'),
      NanoCpus: n('cpus'),
      CgroupParent: '',
      BlkioWeight: n('blkio-weight'),
      BlkioWeightDevice: null,
      BlkioDeviceReadBps: null,
      BlkioDeviceWriteBps: null,
      BlkioDeviceReadIOps: null,
      BlkioDeviceWriteIOps: null,
      CpuPeriod: n('cpu-period'),
      CpuQuota: n('cpu-quota'),
      CpuRealtimePeriod: n('cpu-rt-period'),
      CpuRealtimeRuntime: n('cpu-rt-runtime'),
      CpusetCpus: o.string('cpuset-cpus'),
      CpusetMems: o.string('cpuset-mems'),
      Devices: null,
      DeviceCgroupRules: null,
      DeviceRequests: null,
      MemoryReservation: n('memory-reservation'),
      MemorySwap: n('memory-swap'),
      MemorySwappiness: null,
      OomKillDisable: null,
      PidsLimit: o.changed('pids-limit') ? n('pids-limit') : null,
      Ulimits: null,
      CpuCount: 0,
      CpuPercent: 0,
      IOMaximumIOps: 0,
      IOMaximumBandwidth: 0,
      RestartPolicy: policy.value,
    };
    const warnings: string[] = [];
    const code = await forEach(ctx, args, async (name) => {
      const got = await ctx.client.post<{ Warnings: string[] | null }>(`/containers/${name}/update`, { body });
      if (!failed(got)) warnings.push(...(got.Warnings ?? []));
      return got;
    });
    if (warnings.length > 0) await ctx.out(`${warnings.join('\n')}\n`);
    return code;
  },
});
