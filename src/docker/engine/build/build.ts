/**
 * POST /build: the classic builder. A Dockerfile's instructions one after another, each an image; RUN in a container.
 * @see moby builder/dockerfile/{builder,dispatchers,internals}.go
 */
import { text } from '../../../base/http.ts';
import type { TarEntry } from '../../../base/tar.ts';
import type { HostConfig } from '../../api/types.ts';
import { Failure } from '../../errdefs.ts';
import { familiarString, parseReference, type Reference, withDefaultTag } from '../../images/reference.ts';
import type { Daemon } from '../daemon.ts';
import { failed, line } from '../progress.ts';
import { treeOf, withoutIgnored } from './context.ts';
import { Stages } from './stages.ts';
import { BuildFault } from './syntax/fault.ts';
import { type Instruction, stagesOf } from './syntax/instructions.ts';
import { type Parsed, parse } from './syntax/parser.ts';

/** What a build is asked for by its query, and whether somebody waits for it. */
export interface BuildOptions {
  readonly dockerfile: string;
  readonly tags: readonly string[];
  readonly buildArgs: Readonly<Record<string, string | null>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly target: string;
  readonly noCache: boolean;
  /** Images of FROM lines are pulled anew. */
  readonly pull: boolean;
  readonly quiet: boolean;
  /** Containers of steps are removed when they succeed; when they fail. */
  readonly remove: boolean;
  readonly forceRemove: boolean;
  /** Images whose steps may be taken over; when there are none, all of this engine. */
  readonly cacheFrom: readonly string[];
  readonly hostConfig: Partial<HostConfig>;
  /** What the images of FROM lines are to be for, unless these say so; empty for this machine's. */
  readonly platform: string;
  /** The client has gone: what runs is ended, and nothing more begun. */
  readonly gone: Promise<void> | undefined;
}

/** Checks what can be checked before anything is sent. @returns the stream of messages */
export function startBuild(
  daemon: Daemon,
  context: readonly TarEntry[],
  options: BuildOptions,
): AsyncIterable<Uint8Array> | Failure {
  const tree = treeOf(context, true);
  const file = tree.get(options.dockerfile);
  if (!file) return new Failure('system', `Cannot locate specified Dockerfile: ${options.dockerfile}`);
  const source = text(file.bytes);
  if (source.trim() === '') return new Failure('invalid', `the Dockerfile (${options.dockerfile}) cannot be empty`);
  try {
    const parsed = parse(source);
    const { stages, meta } = stagesOf(parsed.nodes);
    if (stages.length === 0) return new Failure('invalid', 'no build stage in current context');
    const { target } = options;
    const isStage = stages.some((s, n) => s.from.stage === target.toLowerCase() || String(n) === target);
    if (target !== '' && !isStage)
      return new Failure('invalid', `target stage ${JSON.stringify(target)} could not be found`);
    const refs: Reference[] = [];
    for (const tag of options.tags) {
      const ref = parseReference(tag);
      if (ref instanceof Failure) return ref;
      refs.push(withDefaultTag(ref));
    }
    const sent = withoutIgnored(tree, options.dockerfile);
    const all: Instruction[] = [...meta, ...stages.flatMap((s) => [s.from, ...s.commands])];
    return run(daemon, new Stages(daemon, sent, options, parsed.escapeChar), all, gapsOf(parsed), refs, options);
  } catch (e) {
    if (!(e instanceof BuildFault)) throw e;
    return new Failure('invalid', e.message);
  }
}

/** What is said of empty lines inside instructions. @see moby/buildkit parser.go: PrintWarnings */
function gapsOf({ nodes, gaps }: Parsed): string {
  const lines = gaps.flatMap((g) => nodes.filter((n) => n.at.start === g.start).map((n) => n.original));
  if (lines.length === 0) return '';
  const told = lines.map((l) => `[WARNING]: Empty continuation line found in: ${l}\n`).join('');
  return `${told}[WARNING]: Empty continuation lines will become errors in a future release.\n`;
}

async function* run(
  daemon: Daemon,
  stages: Stages,
  instructions: readonly Instruction[],
  warning: string,
  refs: readonly Reference[],
  options: BuildOptions,
): AsyncGenerator<Uint8Array> {
  const { quiet } = options;
  if (warning !== '') yield line({ stream: `\x1b[91m${warning}\x1b[0m` });
  try {
    const total = instructions.length;
    for (const [n, i] of instructions.entries()) {
      if (i.name === 'FROM' && stages.reached(options.target)) break;
      const messages = [line({ stream: `Step ${n + 1}/${total} : ${i.code}` }), line({ stream: '\n' })];
      if (!quiet) yield* messages;
      for await (const message of stages.step(i)) if (!quiet) yield message;
    }
    const warned = stages.unused();
    if (warned !== '' && !quiet) yield line({ stream: warned });
    const { id } = stages.finish();
    const short = id.slice(7, 19);
    if (!quiet) yield line({ aux: { ID: id } });
    yield line({ stream: quiet ? `${id}\n` : `Successfully built ${short}\n` });
    for (const ref of refs) {
      daemon.images.tag(ref, id);
      daemon.emit('image', 'tag', id, { name: familiarString(ref) });
      if (!quiet) yield line({ stream: `Successfully tagged ${familiarString(ref)}\n` });
    }
  } catch (e) {
    if (!(e instanceof BuildFault)) throw e;
    yield failed(e.message, e.code);
  }
}
