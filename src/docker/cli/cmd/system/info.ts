import type { ClusterInfo, SwarmInfo } from '../../../api/swarm.ts';
import type { Ctx } from '../../context.ts';
import { Failure, failed } from '../../failure.ts';
import { humanDuration } from '../../formatter/time.ts';
import { bytesSize } from '../../formatter/units.ts';
import { INFO } from '../../gotypes/info.ts';
import { type Described, describedPlugins } from '../../plugins.ts';
import { command, flag, NONE } from '../../spec.ts';
import { execTemplate } from '../../template/exec.ts';
import { FUNCTION_NAMES, FUNCTIONS } from '../../template/funcs.ts';
import { parseTemplate } from '../../template/parse.ts';
import { goJson } from '../../template/print.ts';
import { decode } from '../../template/value.ts';
import { CLIENT_VERSION } from '../../version.ts';
import { INSPECT_FORMAT_HELP } from '../format.ts';
import { identity } from './identity.ts';

interface Info {
  ID: string;
  Name: string;
  Containers: number;
  ContainersRunning: number;
  ContainersPaused: number;
  ContainersStopped: number;
  Images: number;
  Driver: string;
  DriverStatus: [string, string][] | null;
  Plugins: { Volume: string[]; Network: string[]; Authorization: string[] | null; Log: string[] };
  LoggingDriver: string;
  CgroupDriver: string;
  CgroupVersion: string;
  KernelVersion: string;
  OperatingSystem: string;
  OSType: string;
  Architecture: string;
  NCPU: number;
  MemTotal: number;
  DockerRootDir: string;
  Debug: boolean;
  ExperimentalBuild: boolean;
  ServerVersion: string;
  Runtimes: Record<string, unknown>;
  DefaultRuntime: string;
  Swarm: SwarmInfo;
  LiveRestoreEnabled: boolean;
  InitBinary: string;
  ContainerdCommit: { ID: string };
  RuncCommit: { ID: string };
  InitCommit: { ID: string };
  SecurityOptions: string[] | null;
  CDISpecDirs?: string[] | null;
  Labels: string[] | null;
  RegistryConfig: { InsecureRegistryCIDRs: string[]; IndexConfigs?: Record<string, { Secure: boolean; Name: string }> };
  Warnings: string[] | null;
}

function swarmLines(s: SwarmInfo): string[] {
  if (s.LocalNodeState === 'inactive' || s.LocalNodeState === 'locked') return [];
  const out = [`  NodeID: ${s.NodeID}`, ...(s.Error === '' ? [] : [`  Error: ${s.Error}`])];
  out.push(`  Is Manager: ${s.ControlAvailable}`);
  if (s.ControlAvailable && s.Cluster && s.Error === '') out.push(...clusterLines(s, s.Cluster));
  out.push(`  Node Address: ${s.NodeAddr}`);
  const managers = (s.RemoteManagers ?? []).map((m) => m.Addr).sort();
  if (managers.length > 0) out.push('  Manager Addresses:', ...managers.map((m) => `   ${m}`));
  return out;
}

/** @see docker/cli cli/command/system/info.go: printSwarmInfo */
function clusterLines(s: SwarmInfo, c: ClusterInfo): string[] {
  const { Spec: spec } = c;
  const pools = c.DefaultAddrPool
    ? [`  Default Address Pool: ${c.DefaultAddrPool.map((p) => `${p}  `).join('')}`, `  SubnetSize: ${c.SubnetSize}`]
    : [];
  return [
    `  ClusterID: ${c.ID}`,
    `  Managers: ${s.Managers ?? 0}`,
    `  Nodes: ${s.Nodes ?? 0}`,
    ...pools,
    ...(c.DataPathPort > 0 ? [`  Data Path Port: ${c.DataPathPort}`] : []),
    '  Orchestration:',
    `   Task History Retention Limit: ${spec.Orchestration.TaskHistoryRetentionLimit ?? 0}`,
    '  Raft:',
    `   Snapshot Interval: ${spec.Raft.SnapshotInterval ?? 0}`,
    ...(spec.Raft.KeepOldSnapshots === undefined
      ? []
      : [`   Number of Old Snapshots to Retain: ${spec.Raft.KeepOldSnapshots}`]),
    `   Heartbeat Tick: ${spec.Raft.HeartbeatTick}`,
    `   Election Tick: ${spec.Raft.ElectionTick}`,
    '  Dispatcher:',
    `   Heartbeat Period: ${humanDuration((spec.Dispatcher.HeartbeatPeriod ?? 0) / 1e9)}`,
    '  CA Configuration:',
    `   Expiry Duration: ${humanDuration((spec.CAConfig.NodeCertExpiry ?? 0) / 1e9)}`,
    `   Force Rotate: ${spec.CAConfig.ForceRotate ?? 0}`,
    ...(spec.CAConfig.ExternalCAs?.length
      ? ['   External CAs:', ...spec.CAConfig.ExternalCAs.map((e) => `     ${e.Protocol}: ${e.URL}`)]
      : []),
    `  Autolock Managers: ${spec.EncryptionConfig.AutoLockManagers}`,
    `  Root Rotation In Progress: ${c.RootRotationInProgress}`,
  ];
}

function security(options: readonly string[]): string[] {
  const out = [' Security Options:'];
  for (const option of options) {
    const pairs = option.split(',').map((p) => p.split('='));
    for (const [k, v] of pairs)
      out.push(k === 'name' ? `  ${v}` : `   ${(k ?? '')[0]?.toUpperCase()}${k?.slice(1)}: ${v}`);
  }
  return out;
}

function serverLines(i: Info): string[] {
  const list = (names: readonly string[]): string => names.join(' ');
  return [
    `Server:`,
    ` Containers: ${i.Containers}`,
    `  Running: ${i.ContainersRunning}`,
    `  Paused: ${i.ContainersPaused}`,
    `  Stopped: ${i.ContainersStopped}`,
    ` Images: ${i.Images}`,
    ` Server Version: ${i.ServerVersion}`,
    ` Storage Driver: ${i.Driver}`,
    ...(i.DriverStatus ?? []).map(([k, v]) => `  ${k}: ${v}`),
    ` Logging Driver: ${i.LoggingDriver}`,
    ` Cgroup Driver: ${i.CgroupDriver}`,
    ` Cgroup Version: ${i.CgroupVersion}`,
    ' Plugins:',
    `  Volume: ${list(i.Plugins.Volume)}`,
    `  Network: ${list(i.Plugins.Network)}`,
    ...(i.Plugins.Authorization?.length ? [`  Authorization: ${list(i.Plugins.Authorization)}`] : []),
    `  Log: ${list(i.Plugins.Log)}`,
    ...(i.CDISpecDirs?.length ? [' CDI spec directories:', ...i.CDISpecDirs.map((d) => `  ${d}`)] : []),
    ` Swarm: ${i.Swarm.LocalNodeState}`,
    ...swarmLines(i.Swarm),
    ` Runtimes: ${list(Object.keys(i.Runtimes ?? {}).sort())}`,
    ` Default Runtime: ${i.DefaultRuntime}`,
    ` Init Binary: ${i.InitBinary}`,
    ` containerd version: ${i.ContainerdCommit.ID}`,
    ` runc version: ${i.RuncCommit.ID}`,
    ` init version: ${i.InitCommit.ID}`,
    ...(i.SecurityOptions?.length ? security(i.SecurityOptions) : []),
    ` Kernel Version: ${i.KernelVersion}`,
    ` Operating System: ${i.OperatingSystem}`,
    ` OSType: ${i.OSType}`,
    ` Architecture: ${i.Architecture}`,
    ` CPUs: ${i.NCPU}`,
    ` Total Memory: ${bytesSize(i.MemTotal)}`,
    ` Name: ${i.Name}`,
    ` ID: ${i.ID}`,
    ` Docker Root Dir: ${i.DockerRootDir}`,
    ` Debug Mode: ${i.Debug}`,
    ...(i.Labels?.length ? [' Labels:', ...i.Labels.map((l) => `  ${l}`)] : []),
    ` Experimental: ${i.ExperimentalBuild}`,
    ' Insecure Registries:',
    ...(i.RegistryConfig?.InsecureRegistryCIDRs ?? []).map((c) => `  ${c}`),
    ` Live Restore Enabled: ${i.LiveRestoreEnabled}`,
    '',
    '',
  ];
}

/** What the command says of itself. */
const clientInfo = (ctx: Ctx, plugins: readonly Described[]) => ({
  Debug: ctx.contexts.global.bool('debug'),
  ...identity(ctx),
  Plugins: plugins,
  Warnings: null,
});

const pluginLines = (plugins: readonly Described[]): string =>
  plugins.length === 0
    ? ''
    : ` Plugins:\n${plugins
        .map(
          (p) =>
            `  ${p.Name}: ${p.ShortDescription} (${p.Vendor})\n    Version:  ${p.Version}\n    Path:     ${p.Path}\n`,
        )
        .join('')}`;

/** `docker info` */
export const info = command({
  path: ['info'],
  aliases: ['system info', 'info'],
  use: '[OPTIONS]',
  short: 'Show the state of the engine',
  args: NONE,
  flags: [flag('format', 'string', INSPECT_FORMAT_HELP, { short: 'f' })],
  run: async (ctx, o) => {
    const format = o.string('format');
    const { host } = ctx.client;
    if (failed(host)) return host;
    const plugins = await describedPlugins(ctx.sys);
    const raw = await ctx.client.getRaw('/info');
    if (format !== '') {
      const data = failed(raw) ? {} : (JSON.parse(raw) as Record<string, unknown>);
      const typed = decode({ ...data, ClientInfo: clientInfo(ctx, plugins) }, INFO);
      if (format === 'json') {
        await ctx.out(`${goJson(typed, true)}\n`);
        return failed(raw) ? raw : 0;
      }
      const template = parseTemplate('', format, FUNCTION_NAMES);
      if (typeof template === 'string') return new Failure(`template parsing error: ${template}`, 64);
      const { text, error } = execTemplate(template, typed, { functions: FUNCTIONS });
      await ctx.out(`${text}\n`);
      if (error) return new Failure(error);
      return failed(raw) ? raw : 0;
    }
    const debug = ctx.contexts.global.bool('debug');
    await ctx.out(
      `Client:\n Version:    ${CLIENT_VERSION}\n Context:    ${ctx.contexts.current}\n Debug Mode: ${debug}\n${pluginLines(plugins)}\n`,
    );
    if (failed(raw)) {
      await ctx.out('Server:\n');
      return new Failure(`${raw.message}`);
    }
    const answer = JSON.parse(raw) as Info;
    await ctx.out(serverLines(answer).join('\n'));
    for (const w of answer.Warnings ?? []) await ctx.err(`${w}\n`);
    return 0;
  },
});
