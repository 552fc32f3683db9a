/**
 * POST /build: the classic builder. A Dockerfile's instructions one after another, each an image; RUN in a container.
 * @see moby builder/dockerfile/{builder,dispatchers,internals}.go
 *
 * Limits: no BuildKit behind a session; a build that asks for it with its context in the body (`version=2`) is done by the same
 * steps, but leaves BuildKit's history and no images of steps.
 */
import { text } from '../../../base/http.ts';
import type { TarEntry } from '../../../base/tar.ts';
import type { HostConfig } from '../../api/types.ts';
import { Failure } from '../../errdefs.ts';
import { familiarString, parseReference, type Reference, withDefaultTag } from '../../images/reference.ts';
import type { Daemon } from '../daemon.ts';
import { failed, line } from '../progress.ts';
import { treeOf, withoutIgnored } from './context.ts';
import { type Dockerfile, parseDockerfile } from './dockerfile.ts';
import { BuildError, Stages } from './stages.ts';

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
  /** In BuildKit's manner: no images of steps, and its history. */
  readonly buildKit: boolean;
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
  const tree = treeOf(context);
  const file = tree.get(options.dockerfile);
  if (!file) return new Failure('system', `Cannot locate specified Dockerfile: ${options.dockerfile}`);
  const source = text(file.bytes);
  if (source.trim() === '') return new Failure('invalid', `the Dockerfile (${options.dockerfile}) cannot be empty`);
  const dockerfile = parseDockerfile(source);
  if (dockerfile instanceof Failure) return dockerfile;
  const first = dockerfile.instructions.find((i) => i.name !== 'ARG');
  if (first?.name !== 'FROM') return new Failure('invalid', 'No build stage in current context');
  const { target } = options;
  const names = dockerfile.instructions.filter((i) => i.name === 'FROM').map((i) => i.rest.split(/\s+/)[2]);
  const isStage = names.some((name, n) => name?.toLowerCase() === target.toLowerCase() || String(n) === target);
  if (target !== '' && !isStage)
    return new Failure('invalid', `target stage ${JSON.stringify(target)} could not be found`);
  const refs: Reference[] = [];
  for (const tag of options.tags) {
    const ref = parseReference(tag);
    if (ref instanceof Failure) return ref;
    refs.push(withDefaultTag(ref));
  }
  const sent = withoutIgnored(tree, options.dockerfile);
  return run(daemon, new Stages(daemon, sent, options, dockerfile.escapeChar), dockerfile, refs, options);
}

async function* run(
  daemon: Daemon,
  stages: Stages,
  dockerfile: Dockerfile,
  refs: readonly Reference[],
  options: BuildOptions,
): AsyncGenerator<Uint8Array> {
  const { quiet } = options;
  try {
    const total = dockerfile.instructions.length;
    for (const [n, i] of dockerfile.instructions.entries()) {
      if (i.name === 'FROM' && stages.reached(options.target)) break;
      const messages = [line({ stream: `Step ${n + 1}/${total} : ${i.original}` }), line({ stream: '\n' })];
      if (!quiet) yield* messages;
      for await (const message of stages.step(i)) if (!quiet) yield message;
    }
    const { id } = stages.finish();
    const short = id.slice(7, 19);
    if (!quiet) yield line({ aux: { ID: id } });
    const { buildKit } = options;
    if (!buildKit) yield line({ stream: quiet ? `${id}\n` : `Successfully built ${short}\n` });
    for (const ref of refs) {
      daemon.images.tag(ref, id);
      daemon.emit('image', 'tag', id, { name: familiarString(ref) });
      if (!quiet && !buildKit) yield line({ stream: `Successfully tagged ${familiarString(ref)}\n` });
    }
  } catch (e) {
    if (!(e instanceof BuildError)) throw e;
    stages.end();
    yield failed(e.message, e.code);
  } finally {
    stages.end();
  }
}
