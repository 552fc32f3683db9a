/** Nodes as lists and pages show them. @see docker/cli cli/command/node/formatter.go */
import type { Node, SwarmInfo, TLSInfo } from '../../../api/swarm.ts';
import type { Column, Listing } from '../../formatter/table.ts';
import { timeString } from '../../formatter/time.ts';
import { bytesSize } from '../../formatter/units.ts';

/** As docker's PrettyPrint: in lower case but for the first letter. */
export const pretty = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1).toLowerCase()}`;

export const NODE_TABLE =
  '{{.ID}} {{if .Self}}*{{else}} {{ end }}\\t{{.Hostname}}\\t{{.Status}}\\t{{.Availability}}\\t{{.ManagerStatus}}\\t{{.EngineVersion}}';

const sameTls = (a: TLSInfo, b: TLSInfo): boolean =>
  a.TrustRoot === b.TrustRoot && a.CertIssuerPublicKey === b.CertIssuerPublicKey;

export function nodeListing(info: SwarmInfo): Listing<Node> {
  return {
    type: 'node.nodeContext',
    headers: {
      ID: 'ID',
      Self: '',
      Hostname: 'HOSTNAME',
      Status: 'STATUS',
      Availability: 'AVAILABILITY',
      ManagerStatus: 'MANAGER STATUS',
      EngineVersion: 'ENGINE VERSION',
      TLSStatus: 'TLS STATUS',
    },
    columns: (n): Record<string, Column> => ({
      Availability: pretty(n.Spec.Availability),
      EngineVersion: n.Description.Engine.EngineVersion,
      Hostname: n.Description.Hostname,
      ID: n.ID,
      ManagerStatus: n.ManagerStatus ? pretty(n.ManagerStatus.Leader ? 'leader' : n.ManagerStatus.Reachability) : '',
      Self: n.ID === info.NodeID,
      Status: pretty(n.Status.State),
      TLSStatus: !info.Cluster
        ? 'Unknown'
        : sameTls(n.Description.TLSInfo, info.Cluster.TLSInfo)
          ? 'Ready'
          : 'Needs Rotation',
    }),
  };
}

/** `docker node inspect --pretty` of one node. */
export function nodePage(n: Node): string {
  const { Description: d, ManagerStatus: m } = n;
  const labels = Object.entries(n.Spec.Labels ?? {}).map(([k, v]) => ` - ${k}${v === '' ? '' : `=${v}`}`);
  const own = Object.entries(d.Engine.Labels ?? {}).map(([k, v]) => ` - ${k}${v === '' ? '' : `=${v}`}`);
  const plugins = new Map<string, string[]>();
  for (const { Type, Name } of d.Engine.Plugins) plugins.set(Type, [...(plugins.get(Type) ?? []), Name]);
  const lines = [
    `ID:\t\t\t${n.ID}`,
    ...(n.Spec.Name ? [`Name:\t\t\t${n.Spec.Name}`] : []),
    ...(labels.length > 0 ? ['Labels:', ...labels] : []),
    `Hostname:              \t${d.Hostname}`,
    `Joined at:             \t${pretty(timeString(n.CreatedAt))}`,
    'Status:',
    ` State:\t\t\t${pretty(n.Status.State)}`,
    ...(n.Status.Message ? [` Message:              \t${pretty(n.Status.Message)}`] : []),
    ` Availability:         \t${pretty(n.Spec.Availability)}`,
    ...(n.Status.Addr ? [` Address:\t\t${n.Status.Addr}`] : []),
    ...(m
      ? [
          'Manager Status:',
          ` Address:\t\t${m.Addr}`,
          ` Raft Status:\t\t${pretty(m.Reachability)}`,
          ` Leader:\t\t${m.Leader ? 'Yes' : 'No'}`,
        ]
      : []),
    'Platform:',
    ` Operating System:\t${d.Platform.OS}`,
    ` Architecture:\t\t${d.Platform.Architecture}`,
    'Resources:',
    ` CPUs:\t\t\t${Math.trunc(d.Resources.NanoCPUs / 1e9)}`,
    ` Memory:\t\t${d.Resources.MemoryBytes === 0 ? '' : bytesSize(d.Resources.MemoryBytes)}`,
    ...(plugins.size > 0 ? ['Plugins:'] : []),
    ...[...plugins].sort(([a], [b]) => (a < b ? -1 : 1)).map(([type, names]) => ` ${type}:\t\t${names.join(', ')}`),
    `Engine Version:\t\t${d.Engine.EngineVersion}`,
    ...(own.length > 0 ? ['Engine Labels:', ...own] : []),
    'TLS Info:',
    ' TrustRoot:',
    d.TLSInfo.TrustRoot,
    ` Issuer Subject:\t${d.TLSInfo.CertIssuerSubject}`,
    ` Issuer Public Key:\t${d.TLSInfo.CertIssuerPublicKey}`,
  ];
  return `${lines.join('\n')}\n`;
}
