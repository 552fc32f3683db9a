/**
 * Long options by their beginnings: `-j DNAT --to`, `-m multiport --dport`. What was named goes before what a protocol
 * brings along by itself.
 * @see getopt_long(3); iptables xshared.c: command_default
 */
import { EXTENSIONS } from './ext/index.ts';
import { FIELD_OPTIONS } from './fields.ts';
import { LACKING_MATCHES, LACKING_TARGETS } from './lacking.ts';
import { PORT_MODULES } from './names.ts';
import { TARGET_OPTIONS } from './target-options.ts';
import { LONG } from './words.ts';

/** The one of a list that is a name or, alone, begins with it. */
function one(name: string, among: readonly string[]): string | undefined {
  if (among.includes(name)) return name;
  const found = new Set(among.filter((n) => n.startsWith(name)));
  return found.size === 1 ? [...found][0] : undefined;
}

/**
 * The whole name of an option of a match or target; the name itself when it is the beginning of none, or of several.
 * @param modules matches that were named; @param lacking those, and targets, that the kernel has not; @param proto of -p
 */
export function wholeName(
  name: string,
  modules: readonly string[],
  lacking: readonly string[],
  target: string | undefined,
  proto: number,
): string {
  const loaded = [
    ...modules.flatMap((m) => [...(FIELD_OPTIONS[m] ?? []), ...Object.keys(EXTENSIONS.get(m)?.options ?? {})]),
    ...lacking.flatMap((x) => Object.keys(LACKING_MATCHES.get(x) ?? LACKING_TARGETS.get(x) ?? {})),
    ...(TARGET_OPTIONS[target ?? ''] ?? []),
  ];
  const implied = PORT_MODULES[proto] ?? (proto === 1 ? 'icmp' : proto === 58 ? 'icmp6' : '');
  // iptables' own options are begun with, too
  return (
    one(name, [...loaded, ...Object.keys(LONG)]) ?? one(name, loaded) ?? one(name, FIELD_OPTIONS[implied] ?? []) ?? name
  );
}
