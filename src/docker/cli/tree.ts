/** All commands, and how words lead to them. */
import { ARCHIVE_COMMANDS } from './cmd/archives.ts';
import { build } from './cmd/build/build.ts';
import { BUILDX_COMMANDS } from './cmd/buildx/index.ts';
import { CONTAINER_COMMANDS } from './cmd/container/index.ts';
import { CONTEXT_COMMANDS } from './cmd/context/index.ts';
import { IMAGE_COMMANDS } from './cmd/image/index.ts';
import { NETWORK_COMMANDS } from './cmd/network/index.ts';
import { NODE_COMMANDS } from './cmd/node/index.ts';
import { OTHER_COMMANDS, OTHER_GROUPS } from './cmd/others.ts';
import { PAYLOAD_COMMANDS } from './cmd/payload/index.ts';
import { SERVICE_COMMANDS } from './cmd/service/index.ts';
import { STACK_COMMANDS } from './cmd/stack/index.ts';
import { SWARM_COMMANDS } from './cmd/swarm/index.ts';
import { SYSTEM_COMMANDS } from './cmd/system/index.ts';
import { VOLUME_COMMANDS } from './cmd/volume/index.ts';
import type { CommandSpec, GroupSpec } from './spec.ts';

/** Every subcommand. */
export const COMMANDS: readonly CommandSpec[] = Object.freeze([
  ...CONTAINER_COMMANDS,
  ...IMAGE_COMMANDS,
  ...NETWORK_COMMANDS,
  ...VOLUME_COMMANDS,
  ...SYSTEM_COMMANDS,
  ...NODE_COMMANDS,
  ...SERVICE_COMMANDS,
  ...PAYLOAD_COMMANDS,
  ...STACK_COMMANDS,
  ...SWARM_COMMANDS,
  ...CONTEXT_COMMANDS,
  ...ARCHIVE_COMMANDS,
  build,
  ...BUILDX_COMMANDS,
  ...OTHER_COMMANDS,
]);

export const GROUPS: readonly GroupSpec[] = Object.freeze([
  { path: ['container'], short: 'Manage containers' },
  { path: ['image'], short: 'Manage images' },
  { path: ['network'], short: 'Manage networks' },
  { path: ['system'], short: 'Manage Docker' },
  { path: ['volume'], use: 'COMMAND', short: 'Manage volumes' },
  ...OTHER_GROUPS,
]);

const byPath = new Map<string, CommandSpec>();
for (const c of COMMANDS) {
  byPath.set(c.path.join(' '), c);
  for (const alias of c.aliases ?? []) byPath.set(alias, c);
}
const groups = new Map(GROUPS.map((g) => [g.path.join(' '), g]));

/** The command that exactly these words name. */
export function findCommand(words: readonly string[]): CommandSpec | undefined {
  return byPath.get(words.join(' '));
}

/** The group that exactly these words name. */
export function findGroup(words: readonly string[]): GroupSpec | undefined {
  return groups.get(words.join(' '));
}

/** One line about a command or group; '' when there is none. */
export function shortOf(words: readonly string[]): string {
  return findCommand(words)?.short ?? findGroup(words)?.short ?? '';
}

/** What an engine says of itself: headers of its answer to /_ping. */
export type Ping = Readonly<Record<string, string>>;

/** Help leaves it out, since this engine would refuse it. An engine that says nothing is taken to have all. @see docker/cli cmd/docker/docker.go: hideUnsupportedFeatures */
export function isHidden({ swarm, experimental }: CommandSpec | GroupSpec, ping: Ping): boolean {
  if (experimental && ping['docker-experimental'] === 'false') return true;
  const status = ping.swarm;
  if (swarm === undefined || status === undefined) return false;
  return swarm === 'manager' ? !status.endsWith('/manager') : !status.startsWith('active');
}

/** Names (no aliases) and short texts of what is directly below a group, sorted. */
export function childrenOf(path: readonly string[], ping: Ping = {}): (readonly [string, string])[] {
  const out = new Map<string, string>();
  const prefix = [...path, ''].join(' ');
  const seen = new Set<CommandSpec>();
  for (const [words, spec] of byPath) {
    if (!words.startsWith(prefix) || words.slice(prefix.length).includes(' ') || seen.has(spec)) continue;
    seen.add(spec);
    if (isHidden(spec, ping)) continue;
    out.set(words.slice(prefix.length), spec.short);
  }
  for (const g of GROUPS)
    if (g.path.length === path.length + 1 && g.path.join(' ').startsWith(prefix))
      out.set(g.path.at(-1) as string, g.short);
  return [...out].sort(([a], [b]) => (a < b ? -1 : 1));
}
