/**
 * The shape of a docker subcommand: one frozen record from which parsing, help, usage errors and completion come.
 * @see docker/cli cli/command (cobra.Command), cli/required.go
 */
import type { Ctx } from './context.ts';
import type { Failure } from './failure.ts';
import type { Options } from './flags/options.ts';

/** The word help shows after a flag's name, which also chooses how its value is read. */
export type FlagType =
  | 'bool'
  | 'string'
  | 'int'
  | 'uint'
  | 'uint16'
  | 'duration'
  | 'bytes'
  | 'decimal'
  | 'float'
  | 'list'
  | 'strings'
  | 'stringArray'
  | 'stringToString'
  | 'map'
  | 'filter'
  | 'mount'
  | 'network'
  | 'ulimit'
  | 'gpu-request'
  | 'command'
  | 'port'
  | 'secret'
  | 'config'
  | 'credential-spec'
  | 'external-ca'
  | 'ipNetSlice'
  | 'node-addr'
  | 'pref'
  | 'signal';

export interface FlagSpec {
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  readonly type: FlagType;
  /** Initial value, as help shows it; absent is the type's zero value. */
  readonly default?: string;
  readonly help: string;
  /** Accepted, but not in help (old names). */
  readonly hidden?: boolean;
  /** Only an engine with experimental features has it. */
  readonly experimental?: boolean;
  /** What to do instead: told when it is used. */
  readonly deprecated?: string;
  /** The flag that this old name stands for. */
  readonly alias?: string;
  /** Turns a value into its stored form or tells what is wrong with it. */
  readonly check?: (value: string) => { readonly value: string } | { readonly error: string };
  /** What the value names, for completion. */
  readonly names?: Names;
}

/** What an argument or a flag's value names; completion asks the daemon for these. */
export type Names = 'container' | 'running' | 'stopped' | 'image' | 'network' | 'volume' | 'file';

/** How many arguments: both ends included; `max` Infinity when any number. */
export interface Arity {
  readonly min: number;
  readonly max: number;
  /** Refused in the words of the library that reads command lines, without usage. */
  readonly plain?: true;
}
export const NONE: Arity = { min: 0, max: 0 };
export const ANY: Arity = { min: 0, max: Number.POSITIVE_INFINITY };
export const exactly = (n: number): Arity => ({ min: n, max: n });
export const atLeast = (n: number): Arity => ({ min: n, max: Number.POSITIVE_INFINITY });
export const between = (min: number, max: number): Arity => ({ min, max });

/** What an engine must be. */
export type SwarmPart = 'active' | 'manager';

export interface CommandSpec {
  /** Words after `docker`, the way it is shown first: `['network', 'ls']`. */
  readonly path: readonly string[];
  /** Other paths to the same command, in the order help lists them: `['container ls', …, 'ps']`. */
  readonly aliases?: readonly string[];
  /** Words after the path in a usage line: `[OPTIONS] NETWORK`. */
  readonly use: string;
  readonly short: string;
  /** More paragraphs for help. */
  readonly long?: string;
  readonly args: Arity;
  /** Only an engine with experimental features has it: refused before anything is read. */
  readonly experimental?: boolean;
  /** Which engines have it in their help: managers of a swarm, or all of its nodes. */
  readonly swarm?: SwarmPart;
  /** It belongs to the plugin buildx, which says `ERROR: ` and its own name; with `DOCKER_BUILDKIT=0` only when it is called by that. */
  readonly buildx?: true;
  /** Stop at the first word that is not a flag: what follows belongs to the container. */
  readonly stopAtFirst?: boolean;
  readonly flags: readonly FlagSpec[];
  /** What each argument names; the last one repeats. */
  readonly names?: readonly (Names | undefined)[];
  /** Absent: the command is known (help, usage errors), and says that this build does not have it. */
  readonly run?: (ctx: Ctx, options: Options, args: readonly string[]) => Promise<number | Failure>;
}

/** A group: `docker network`. */
export interface GroupSpec {
  readonly path: readonly string[];
  /** Words after the path in the usage line of an error. */
  readonly use?: string;
  readonly short: string;
  readonly swarm?: SwarmPart;
  readonly experimental?: boolean;
}

/** A flag in few words. */
export function flag(
  name: string,
  type: FlagType,
  help: string,
  more: Omit<Partial<FlagSpec>, 'name' | 'type' | 'help'> = {},
): FlagSpec {
  return Object.freeze({ name, type, help, ...more });
}

/** Freezes a command's spec. */
export function command(spec: CommandSpec): CommandSpec {
  Object.freeze(spec.flags);
  return Object.freeze(spec);
}
