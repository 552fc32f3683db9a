/**
 * Instructions as they are meant: from a line's words to a command with its settings, and the errors of those that mean nothing.
 * @see moby/buildkit frontend/dockerfile/instructions/parse.go, commands.go
 */
import { BuildFault, located, type Range } from './fault.ts';
import { type FlagKind, type FlagValues, parseFlags } from './flags.ts';
import { contentOf, type Heredoc, maybeAnnounced } from './heredoc.ts';
import { LINES } from './lines.ts';
import { parseMount } from './mount.ts';
import type { Node } from './parser.ts';
import { suggestion } from './suggest.ts';

/** A name and its value; `spaced`: written without `=`. */
export interface Pair {
  readonly key: string;
  readonly value: string;
  readonly spaced: boolean;
}

/** A name of ARG, and its default. */
export interface Arg {
  readonly key: string;
  readonly value: string | undefined;
}

/** A file that the Dockerfile itself holds. */
interface Inline {
  readonly name: string;
  readonly content: string;
  readonly expand: boolean;
}

interface Common {
  /** As it is written: `RUN`, `run`. */
  readonly word: string;
  /** The instruction on one line. */
  readonly code: string;
  readonly at: Range;
  readonly comments: readonly string[];
  readonly heredocs: readonly Heredoc[];
}

/** FROM. */
export interface From extends Common {
  readonly name: 'FROM';
  readonly base: string;
  /** Lower case; '' without AS. */
  readonly stage: string;
  readonly platform: string;
  /** Words after FROM as they are written. */
  readonly args: readonly string[];
}

/** COPY or ADD: what goes where. */
export interface Files extends Common {
  readonly name: 'COPY' | 'ADD';
  readonly sources: readonly string[];
  readonly inline: readonly Inline[];
  readonly dest: string;
  readonly flags: FlagValues;
}

/** A command line: in the shell form, or as a list. */
export interface Line extends Common {
  readonly name: 'RUN' | 'CMD' | 'ENTRYPOINT';
  readonly line: readonly string[];
  readonly isShell: boolean;
  readonly flags: FlagValues;
}

/** Names with values. */
export interface Pairs extends Common {
  readonly name: 'ENV' | 'LABEL';
  readonly pairs: readonly Pair[];
}

/** ARG. */
export interface Args extends Common {
  readonly name: 'ARG';
  readonly list: readonly Arg[];
}

/** One word. */
export interface Word extends Common {
  readonly name: 'MAINTAINER' | 'ONBUILD' | 'STOPSIGNAL' | 'USER' | 'WORKDIR';
  readonly value: string;
}

/** Several words. */
export interface Words extends Common {
  readonly name: 'EXPOSE' | 'SHELL' | 'VOLUME';
  readonly list: readonly string[];
}

/** How it is found out whether a container is well; times in nanoseconds. */
export interface Health {
  readonly Test: readonly string[];
  readonly Interval?: number;
  readonly Timeout?: number;
  readonly StartPeriod?: number;
  readonly StartInterval?: number;
  readonly Retries?: number;
}

/** HEALTHCHECK. */
export interface Healthcheck extends Common {
  readonly name: 'HEALTHCHECK';
  readonly health: Health;
}

/** What a stage consists of. */
export type Command = Args | Files | Healthcheck | Line | Pairs | Word | Words;
/** What a Dockerfile consists of. */
export type Instruction = Command | From;

/** FROM, and all up to the next. */
export interface Stage {
  readonly from: From;
  readonly commands: readonly Command[];
}

const COPY_FLAGS: Readonly<Record<string, FlagKind>> = {
  chown: 'string',
  from: 'string',
  chmod: 'string',
  link: 'bool',
  exclude: 'strings',
};
const ADD_FLAGS: Readonly<Record<string, FlagKind>> = {
  chown: 'string',
  chmod: 'string',
  link: 'bool',
  'keep-git-dir': 'bool',
  checksum: 'string',
  unpack: 'bool',
  exclude: 'strings',
};
const RUN_FLAGS: Readonly<Record<string, FlagKind>> = { mount: 'strings', network: 'string' };
const HEALTH_FLAGS: Readonly<Record<string, FlagKind>> = {
  interval: 'string',
  timeout: 'string',
  'start-period': 'string',
  'start-interval': 'string',
  retries: 'string',
};
/** What the frontend of `docker/dockerfile:labs` has beyond. */
const LABS: Readonly<Record<string, Readonly<Record<string, FlagKind>>>> = {
  COPY: { parents: 'bool' },
  RUN: { security: 'string', device: 'strings' },
};

const atLeastOne = (name: string): BuildFault => new BuildFault(`${name} requires at least one argument`);
const exactlyOne = (name: string): BuildFault => new BuildFault(`${name} requires exactly one argument`);

/** What more than the stable syntax is known. */
export interface Dialect {
  /** Flags of the labs channel are known. */
  readonly labs?: boolean;
}

/** One instruction. @throws BuildFault */
export function instruction(node: Node, dialect: Dialect = {}): Instruction {
  const name = node.word.toUpperCase();
  const common: Common = {
    word: node.word,
    code: node.original.trim(),
    at: node.at,
    comments: node.comments,
    heredocs: node.heredocs,
  };
  const { args } = node;
  const flagsOf = (known: Readonly<Record<string, FlagKind>>): FlagValues =>
    parseFlags(node.flags, dialect.labs ? { ...known, ...LABS[name] } : known);
  const noFlags = (): FlagValues => flagsOf({});
  switch (name) {
    case 'FROM':
      return from(common, args, flagsOf);
    case 'ADD':
    case 'COPY':
      return files(common, name, args, node.heredocs, flagsOf);
    case 'RUN':
    case 'CMD':
    case 'ENTRYPOINT':
      return {
        ...common,
        name,
        line: args,
        isShell: !node.json,
        flags: name === 'RUN' ? runFlags(flagsOf) : noFlags(),
      };
    case 'ENV':
    case 'LABEL':
      noFlags();
      return { ...common, name, pairs: pairsOf(name, args) };
    case 'ARG':
      return { ...common, name, list: argsOf(args) };
    case 'MAINTAINER':
    case 'STOPSIGNAL':
    case 'USER':
    case 'WORKDIR':
      if (args.length !== 1) throw exactlyOne(name);
      if (name !== 'STOPSIGNAL') noFlags();
      return { ...common, name, value: args[0] as string };
    case 'ONBUILD':
      noFlags();
      return { ...common, name, value: trigger(node) };
    case 'EXPOSE':
    case 'VOLUME':
    case 'SHELL':
      return { ...common, name, list: listOf(name, node, noFlags) };
    case 'HEALTHCHECK':
      return { ...common, name, health: health(node, flagsOf) };
    default:
      throw new BuildFault(
        `unknown instruction: ${node.word}${suggestion(node.word, [...Object.keys(LINES), 'ONBUILD'], false)}`,
      );
  }
}

/** Mounts and networks are looked at early; what has variables comes later. */
function runFlags(flagsOf: FlagsOf): FlagValues {
  const flags = flagsOf(RUN_FLAGS);
  const network = flags.string('network') || 'default';
  if (!['default', 'none', 'host'].includes(network))
    throw new BuildFault(`invalid network mode ${JSON.stringify(network)}`);
  for (const text of flags.list('mount')) if (!text.includes('$')) parseMount(text, (w) => w);
  return flags;
}

type FlagsOf = (known: Readonly<Record<string, FlagKind>>) => FlagValues;

function from(common: Common, args: readonly string[], flagsOf: FlagsOf): From {
  let stage = '';
  if (args.length === 3 && args[1]?.toLowerCase() === 'as') {
    stage = (args[2] as string).toLowerCase();
    if (!/^[a-z][a-z0-9\-_.]*$/.test(stage))
      throw new BuildFault(
        `invalid name for build stage: ${JSON.stringify(args[2])}, name can't start with a number or contain symbols`,
      );
  } else if (args.length !== 1) throw new BuildFault('FROM requires either one or three arguments');
  const flags = flagsOf({ platform: 'string' });
  return { ...common, name: 'FROM', base: args[0] as string, stage, platform: flags.string('platform'), args };
}

function files(
  common: Common,
  name: 'ADD' | 'COPY',
  args: readonly string[],
  heredocs: readonly Heredoc[],
  flagsOf: FlagsOf,
): Files {
  if (args.length < 2)
    throw new BuildFault(
      `${name} requires at least two arguments, but only one was provided. Destination could not be determined`,
    );
  const flags = flagsOf(name === 'ADD' ? ADD_FLAGS : COPY_FLAGS);
  const dest = args.at(-1) as string;
  if (maybeAnnounced(dest)) throw new BuildFault(`${name} cannot accept a heredoc as a destination`);
  const byName = new Map(heredocs.map((h) => [h.name, h]));
  const inline: Inline[] = [];
  const sources: string[] = [];
  for (const source of args.slice(0, -1)) {
    const announced = maybeAnnounced(source);
    if (!announced) {
      sources.push(source);
      continue;
    }
    const content = byName.get(announced.name)?.content ?? '';
    inline.push({ name: announced.name, content: contentOf({ ...announced, content }), expand: announced.expand });
  }
  return { ...common, name, sources, inline, dest, flags };
}

function pairsOf(name: string, args: readonly string[]): Pair[] {
  if (args.length === 0) throw atLeastOne(name);
  const out: Pair[] = [];
  for (let i = 0; i < args.length; i += 3) {
    if (args[i] === '') throw new BuildFault(`${name} names can not be blank`);
    out.push({ key: args[i] as string, value: args[i + 1] as string, spaced: args[i + 2] === '' });
  }
  return out;
}

function argsOf(args: readonly string[]): Arg[] {
  if (args.length === 0) throw atLeastOne('ARG');
  return args.map((text) => {
    const eq = text.indexOf('=');
    if (eq === 0) throw new BuildFault('ARG names can not be blank');
    return eq < 0 ? { key: text, value: undefined } : { key: text.slice(0, eq), value: text.slice(eq + 1) };
  });
}

function trigger({ args, original, heredocs }: Node): string {
  if (args.length === 0) throw atLeastOne('ONBUILD');
  const name = (args[0] as string).trim().toUpperCase();
  if (name === 'ONBUILD') throw new BuildFault("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
  if (name === 'MAINTAINER' || name === 'FROM') throw new BuildFault(`${name} isn't allowed as an ONBUILD trigger`);
  return original.replace(/^\s*ONBUILD\s*/i, '') + heredocs.map((h) => `\n${h.content}${h.name}`).join('');
}

function listOf(name: string, { args, json }: Node, noFlags: () => void): readonly string[] {
  if (name === 'SHELL') {
    noFlags();
    if (args.length === 0) throw atLeastOne('SHELL');
    if (!json) throw new BuildFault('SHELL requires the arguments to be in JSON form');
    return args;
  }
  if (args.length === 0) throw atLeastOne(name);
  noFlags();
  if (name === 'EXPOSE') return [...args].sort();
  return args.map((v) => {
    const volume = v.trim();
    if (volume === '') throw new BuildFault('VOLUME specified can not be an empty string');
    return volume;
  });
}

const NS: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 6e10, h: 3.6e12 };

/** Nanoseconds of a Go duration. */
function duration(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)/g)];
  if (text !== '0' && (parts.length === 0 || parts.map((p) => p[0]).join('') !== text.replace(/^[-+]/, '')))
    throw new BuildFault(
      /^[-+]?[\d.]+$/.test(text)
        ? `time: missing unit in duration ${JSON.stringify(text)}`
        : `time: invalid duration ${JSON.stringify(text)}`,
    );
  const sum = parts.reduce((n, p) => n + Number(p[1]) * (NS[p[2] as string] as number), 0);
  return text.startsWith('-') ? -sum : sum;
}

function health(node: Node, flagsOf: FlagsOf): Health {
  if (node.args.length === 0) throw atLeastOne('HEALTHCHECK');
  const type = (node.args[0] as string).toUpperCase();
  const args = node.args.slice(1);
  if (type === 'NONE') {
    if (args.length !== 0) throw new BuildFault('HEALTHCHECK NONE takes no arguments');
    return { Test: ['NONE'] };
  }
  const flags = flagsOf(HEALTH_FLAGS);
  if (type !== 'CMD') throw new BuildFault(`Unknown type ${JSON.stringify(type)} in HEALTHCHECK (try CMD)`);
  if (args.length === 0) throw new BuildFault('Missing command after HEALTHCHECK CMD');
  const time = (name: string): number => {
    if (flags.string(name) === '') return 0;
    const ns = duration(flags.string(name));
    if (ns !== 0 && ns < 1e6) throw new BuildFault(`Interval ${JSON.stringify(name)} cannot be less than 1ms`);
    return ns;
  };
  const text = flags.string('retries');
  if (text !== '' && !/^[-+]?\d+$/.test(text))
    throw new BuildFault(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  const retries = Number(text);
  if (retries < 0) throw new BuildFault(`--retries cannot be negative (${retries})`);
  const settings = {
    Interval: time('interval'),
    Timeout: time('timeout'),
    StartPeriod: time('start-period'),
    StartInterval: time('start-interval'),
    Retries: retries,
  };
  return {
    Test: [node.json ? 'CMD' : 'CMD-SHELL', ...args],
    ...Object.fromEntries(Object.entries(settings).filter(([, v]) => v !== 0)),
  };
}

/** Stages and the ARGs before the first. @throws BuildFault with the lines at fault */
export function stagesOf(
  nodes: readonly Node[],
  dialect: Dialect = {},
): { readonly stages: readonly Stage[]; readonly meta: readonly Args[] } {
  const stages: { from: From; commands: Command[] }[] = [];
  const meta: Args[] = [];
  for (const node of nodes) {
    const made = located(node.at, () => parsed(node, dialect));
    if (made.name === 'FROM') stages.push({ from: made, commands: [] });
    else if (stages.length > 0) stages.at(-1)?.commands.push(made);
    else if (made.name === 'ARG') meta.push(made);
    else throw new BuildFault('no build stage in current context', node.at);
  }
  return { stages, meta };
}

function parsed(node: Node, dialect: Dialect): Instruction {
  try {
    return instruction(node, dialect);
  } catch (e) {
    if (e instanceof BuildFault) e.message = `dockerfile parse error on line ${node.at.start}: ${e.message}`;
    throw e;
  }
}
