/**
 * From a Dockerfile's text to stages with their steps, before anything is done.
 * @see moby/buildkit frontend/dockerfile/dockerfile2llb/convert.go: toDispatchState
 */

import { Failure } from '../../../errdefs.ts';
import { NATIVE, parsePlatform } from '../../../images/platform.ts';
import { parseReference } from '../../../images/reference.ts';
import { normalizePlatform, platformFault } from '../../../platform.ts';
import type { Tree } from '../context.ts';
import { PROXIES } from '../proxies.ts';
import { BuildFault, located, type Range } from '../syntax/fault.ts';
import { type Args, type Command, type Dialect, type From, instruction, stagesOf } from '../syntax/instructions.ts';
import type { Linter } from '../syntax/lint.ts';
import { parseMount, type RunMount } from '../syntax/mount.ts';
import { parse } from '../syntax/parser.ts';
import { lex } from '../syntax/shell.ts';
import { suggestion } from '../syntax/suggest.ts';
import { checkDefaults, checkNodes, checkPlatform, checkStages, checkUnusedArgs, globalArgs } from './check.ts';
import { Dispatcher } from './dispatch.ts';
import { namedContext } from './named.ts';
import { type Base, type BuildKitOptions, type Frontend, type Planned, StageState } from './state.ts';

/** What the frontend asks of the world. */
export interface Resolver {
  /** The image that a stage stands on. @param via the named context that it is @throws BuildFault */
  image(name: string, platform: string, via?: string): Promise<Base>;
  /** The files of a named context, without those that it ignores. */
  files(name: string, tree: Tree): Promise<Tree>;
  /** Patterns of `.dockerignore`, as a test of paths. */
  ignored(): Promise<(path: string) => boolean>;
}

const COMMON = ['alpine', 'busybox', 'centos', 'debian', 'golang', 'ubuntu', 'fedora'];

/** A Dockerfile as far as its text goes. */
export interface Draft {
  readonly states: StageState[];
  readonly target: StageState;
  readonly globals: ReadonlyMap<string, string>;
  readonly escapeChar: string;
  readonly byName: Map<string, StageState>;
  readonly meta: readonly Args[];
}

function platformArgs(options: BuildKitOptions, target: string): Map<string, string> {
  const out = new Map<string, string>();
  const put = (prefix: string, platform: string): void => {
    const [os = '', arch = '', variant = ''] = normalizePlatform(platform || NATIVE).split('/');
    const values = {
      PLATFORM: normalizePlatform(platform || NATIVE),
      OS: os,
      OSVERSION: '',
      ARCH: arch,
      VARIANT: variant,
    };
    for (const [name, value] of Object.entries(values)) out.set(`${prefix}${name}`, value);
  };
  put('BUILD', NATIVE);
  put('TARGET', options.platform);
  out.set('TARGETSTAGE', target || 'default');
  for (const [name, value] of Object.entries(options.buildArgs))
    if (out.has(name) && value !== null) out.set(name, value);
  return out;
}

/** Reads a Dockerfile. @throws BuildFault */
export function draft(source: string, options: BuildKitOptions, lint: Linter, dialect: Dialect): Draft {
  const { nodes, escapeChar, gaps } = parse(source);
  for (const at of gaps) lint.warn('NoEmptyContinuation', at, 'Empty continuation line');
  checkNodes(lint, nodes);
  const { stages, meta } = stagesOf(nodes, dialect);
  if (stages.length === 0) throw new BuildFault('dockerfile contains no stages to build');
  checkStages(lint, stages);
  const start = platformArgs(options, options.target || (stages.at(-1)?.from.stage ?? ''));
  try {
    checkDefaults(lint, stages, globalArgs(start, meta, {}, escapeChar), escapeChar);
  } catch (e) {
    if (!(e instanceof BuildFault)) throw e;
  }
  const globals = globalArgs(start, meta, options.buildArgs, escapeChar);
  const known = new Set([...meta.flatMap((m) => m.list.map((a) => a.key)), ...globals.keys()]);
  const states: StageState[] = [];
  const byName = new Map<string, StageState>();
  for (const [i, stage] of stages.entries()) {
    const state = new StageState(stage, false);
    located(stage.from.at, () => {
      const name = lex(stage.from.base, globals, { escapeChar });
      checkUnusedArgs(lint, known, name, stage.from.at);
      if (name.text === '') throw new BuildFault(`base name (${stage.from.base}) should not be blank`);
      state.baseName = name.text;
      state.platform = platformOf(stage.from, globals, known, lint, escapeChar);
    });
    state.via = namedContext(options, state.name);
    state.isReplaced = state.via !== undefined;
    if (state.name === '') state.name = `stage-${i}`;
    enter(state, states, byName);
    if (state.isReplaced) {
      state.base = undefined;
      continue;
    }
    state.total =
      (state.isScratch || state.base ? 0 : 1) +
      stage.commands.filter((c) => ['ADD', 'COPY', 'RUN', 'WORKDIR'].includes(c.name)).length;
  }
  const target = targetOf(states, byName, options.target);
  for (const state of [...states])
    for (const c of state.isReplaced ? [] : state.stage.commands)
      state.commands.push(located(c.at, () => planned(c, false, state, states, byName)));
  refuseCircles(states);
  if (states.length === 1) (states[0] as StageState).name = '';
  return { states, target, globals, escapeChar, byName, meta };
}

function platformOf(
  from: From,
  globals: ReadonlyMap<string, string>,
  known: Set<string>,
  lint: Linter,
  escapeChar: string,
): string {
  if (from.platform === '') return '';
  const done = lex(from.platform, globals, { escapeChar });
  checkUnusedArgs(lint, known, done, from.at);
  checkPlatform(lint, from, done, globals);
  const near = [...done.unmatched].map((n) => suggestion(n, globals.keys(), true)).find((s) => s !== '') ?? '';
  if (done.text === '') throw new BuildFault(`empty platform value from expression ${from.platform}${near}`);
  const fault = platformFault(done.text);
  if (fault !== undefined) throw new BuildFault(`failed to parse platform ${from.platform}: ${fault}${near}`);
  return normalizePlatform(done.text);
}

function enter(state: StageState, states: StageState[], byName: Map<string, StageState>): void {
  states.push(state);
  state.base = byName.get(state.baseName);
  if (state.stage.from.stage !== '') byName.set(state.stage.from.stage, state);
}

function targetOf(states: readonly StageState[], byName: ReadonlyMap<string, StageState>, asked: string): StageState {
  if (asked === '') return states.at(-1) as StageState;
  const found = byName.get(asked.toLowerCase()) ?? (/^\d+$/.test(asked) ? states[Number(asked)] : undefined);
  if (!found) throw new BuildFault(`target stage ${JSON.stringify(asked)} could not be found`);
  return found;
}

/** A command and the stages it takes files from; an image that it names becomes a stage of its own. */
function planned(
  command: Command,
  isTrigger: boolean,
  of: StageState,
  states: StageState[],
  byName: Map<string, StageState>,
): Planned {
  const source = (name: string): StageState => {
    if (/^[-+]?\d+$/.test(name)) {
      const found = states[Number(name)];
      if (!found || Number(name) < 0) throw new BuildFault(`invalid stage index ${Number(name)}`);
      return found;
    }
    const known = byName.get(name.toLowerCase());
    if (known) return known;
    const from: From = { ...command, name: 'FROM', base: name, stage: '', platform: '', args: [] };
    const made = new StageState({ from, commands: [] }, true);
    states.push(made);
    return made;
  };
  const mounts: RunMount[] = [];
  const sources: (StageState | undefined)[] = [];
  if (command.name === 'COPY' && command.flags.string('from') !== '') {
    const name = command.flags.string('from');
    sources.push(source(name));
  }
  if (command.name === 'RUN')
    for (const text of command.flags.list('mount')) {
      const mount = parseMount(text, (w) => w);
      mounts.push(mount);
      sources.push(mount.from === '' ? undefined : source(mount.from));
    }
  for (const s of sources) if (s) of.deps.set(s, command);
  return { command, sources, mounts, isTrigger };
}

function refuseCircles(states: readonly StageState[]): void {
  const visited = new Set<StageState>();
  const path = new Set<StageState>();
  const visit = (state: StageState, places: readonly Range[]): readonly Range[] | undefined => {
    if (visited.has(state)) return undefined;
    visited.add(state);
    path.add(state);
    for (const [dep, c] of state.deps) {
      const next = [...places, c.at];
      const circle = path.has(dep) ? next : visit(dep, next);
      if (circle) return circle;
    }
    path.delete(state);
    return undefined;
  };
  for (const state of states) {
    const circle = visit(state, []);
    if (!circle) continue;
    const fault = new BuildFault(`circular dependency detected on stage: ${state.name}`);
    fault.at = circle;
    throw fault;
  }
}

/** A stage and all that it needs, in the file's order. */
function reachable(draft: Draft, all: boolean): StageState[] {
  const found = new Set<StageState>();
  const add = (s: StageState): void => {
    if (found.has(s)) return;
    found.add(s);
    if (s.base) add(s.base);
    for (const d of s.deps.keys()) add(d);
  };
  if (all) for (const s of draft.states) add(s);
  else add(draft.target);
  return draft.states.filter((s) => found.has(s));
}

/** Looks up base images, with what their ONBUILD brings, and plans the steps. @throws BuildFault */
export async function plan(
  draft: Draft,
  options: BuildKitOptions,
  lint: Linter,
  resolver: Resolver,
  allStages = false,
): Promise<Frontend> {
  for (let isNew = true; isNew; ) {
    isNew = false;
    const wanted = reachable(draft, allStages);
    for (const state of wanted) await resolve(draft, state, options, resolver);
    for (const state of wanted) {
      if (state.isBegun) continue;
      state.begin();
      isNew = triggers(draft, state) || isNew;
    }
  }
  const ignored = await resolver.ignored();
  const proxies = Object.fromEntries(
    Object.entries(options.buildArgs).flatMap(([name, value]) =>
      PROXIES.has(name) && value !== null
        ? [[name.toUpperCase(), value] as const, [name.toLowerCase(), value] as const]
        : [],
    ),
  );
  const { states, target, globals, escapeChar } = draft;
  const front: Frontend = { options, lint, escapeChar, globals, states, target, ignored, proxies };
  for (const state of reachable(draft, allStages)) {
    if (state.isImage || state.isReplaced) {
      state.isDispatched = true;
      continue;
    }
    state.isBegun = false;
    const own = state.config.OnBuild;
    state.begin();
    if (own === null) state.config.OnBuild = null;
    new Dispatcher(front, state).run();
  }
  const { labels } = options;
  if (Object.keys(labels).length > 0) target.config.Labels = { ...target.config.Labels, ...labels };
  const violated = lint.fault();
  if (violated) throw violated;
  return front;
}

async function resolve(draft: Draft, state: StageState, options: BuildKitOptions, resolver: Resolver): Promise<void> {
  if (state.base || state.isResolved) return;
  state.isResolved = true;
  // what stands for an image has no instructions of its own
  state.isDispatched = state.isImage;
  state.via ??= namedContext(options, state.baseName);
  if (state.isScratch && !state.isReplaced) {
    state.platform ||= normalizePlatform(options.platform || NATIVE);
    return;
  }
  const { at } = state.stage.from;
  const name = state.baseName;
  try {
    const { via } = state;
    if (via && (typeof via.value !== 'string' || via.value === 'scratch')) {
      state.files = typeof via.value === 'string' ? new Map() : await resolver.files(via.name, via.value);
      state.platform ||= normalizePlatform(options.platform || NATIVE);
      return;
    }
    const asked = via ? (via.value as string) : name;
    const ref = parseReference(asked);
    if (ref instanceof Failure)
      throw new BuildFault(`failed to parse stage name ${JSON.stringify(name)}: ${ref.message}`);
    const platform = parsePlatform(state.platform || options.platform);
    if (platform instanceof Failure) throw new BuildFault(platform.message);
    state.found = await resolver.image(asked, platform, via?.name);
    state.platform = normalizePlatform(platform || NATIVE);
  } catch (e) {
    if (!(e instanceof BuildFault)) throw e;
    e.at ??= [at];
    const names = draft.states.map((s) => s.name).filter((n) => n !== '');
    const near = [...names, ...COMMON.flatMap((n) => [n, `docker.io/library${n}`, `${n}:latest`])];
    if (e.message.startsWith(`${name}: `)) e.message += suggestion(name, near, true);
    throw e;
  }
}

/** @returns whether the base image's ONBUILD needs stages that nothing else did */
function triggers(draft: Draft, state: StageState): boolean {
  const list = state.config.OnBuild ?? [];
  if (list.length === 0 || state.isImage || state.isReplaced) return false;
  state.config.OnBuild = null;
  const { at } = state.stage.from;
  const made = located(at, () =>
    list.map((text) => {
      const { nodes } = parse(text);
      if (nodes.length !== 1) throw new BuildFault('onbuild trigger should be a single expression');
      const c = instruction({ ...(nodes[0] as (typeof nodes)[number]), at });
      if (c.name === 'FROM') throw new BuildFault('*instructions.Stage is not a command type');
      return planned(c, true, state, draft.states, draft.byName);
    }),
  );
  state.commands.unshift(...made);
  state.total += made.filter((m) => ['ADD', 'COPY', 'RUN', 'WORKDIR'].includes(m.command.name)).length;
  return made.some((m) => m.sources.some((s) => s !== undefined));
}
