/** The containers of a build's steps. @see moby builder/dockerfile/containerbackend.go */
import { text } from '../../../base/http.ts';
import { Failure } from '../../errdefs.ts';
import type { ImageConfig } from '../../images/spec.ts';
import type { Image, ImageLayer } from '../../images/store.ts';
import { layerFrom } from '../commit.ts';
import type { Container } from '../container.ts';
import { createContainer } from '../create.ts';
import type { Daemon } from '../daemon.ts';
import { line } from '../progress.ts';
import { removeContainer } from '../remove.ts';
import { OutputQueue } from '../session.ts';
import { startContainer } from '../start.ts';
import { STDERR } from '../stdcopy.ts';
import { killContainer } from '../stop.ts';
import type { BuildOptions } from './build.ts';
import { BuildFault } from './syntax/fault.ts';

/** Errors stand out. @see moby pkg/streamformatter: stderrWriter */
const red = (bytes: Uint8Array): string => `\x1b[91m${text(bytes)}\x1b[0m`;

async function make(
  daemon: Daemon,
  options: BuildOptions,
  image: Image,
  body: { Cmd: readonly string[]; Env?: readonly string[] },
): Promise<Container> {
  const made = await createContainer(daemon, '', {
    Image: image.id,
    // RUN [] does what the image does
    ...(body.Cmd.length > 0 ? { Entrypoint: [''], Cmd: [...body.Cmd] } : {}),
    ...(body.Env ? { Env: [...body.Env] } : {}),
    HostConfig: options.hostConfig,
  });
  if (made instanceof Failure) throw new BuildFault(made.message);
  const c = daemon.container(made.Id);
  if (c instanceof Failure) throw new BuildFault(c.message);
  return c;
}

async function* removed(daemon: Daemon, options: BuildOptions, c: Container): AsyncGenerator<Uint8Array> {
  if (!options.remove) return;
  await removeContainer(daemon, c, true);
  yield line({ stream: ` ---> Removed intermediate container ${c.shortId}\n` });
}

/** An instruction that only changes the config has a container too, which never runs. */
export async function* metadataStep(
  daemon: Daemon,
  options: BuildOptions,
  image: Image | undefined,
): AsyncGenerator<Uint8Array> {
  if (!image) return;
  const c = await make(daemon, options, image, { Cmd: ['/bin/sh', '-c', '#(nop)'] });
  yield line({ stream: ` ---> Running in ${c.shortId}\n` });
  yield* removed(daemon, options, c);
}

/** Runs a command to its end. @throws BuildFault when it fails */
export async function* runStep(
  daemon: Daemon,
  options: BuildOptions,
  image: Image,
  config: ImageConfig,
  argv: readonly string[],
  env: readonly string[],
): AsyncGenerator<Uint8Array, { readonly layer: ImageLayer | undefined }> {
  const c = await make(daemon, options, image, { Cmd: argv, Env: [...(config.Env ?? []), ...env] });
  yield line({ stream: ` ---> Running in ${c.shortId}\n` });
  const queue = new OutputQueue();
  c.whenStreams((streams) => {
    streams.add((stream, bytes) => queue.push(line({ stream: stream === STDERR ? red(bytes) : text(bytes) })));
  });
  const ended = c.wait('over');
  const failure = await startContainer(daemon, c);
  if (failure) throw new BuildFault(failure.message);
  let gone = false;
  void options.gone?.then(() => {
    gone = true;
    queue.end();
  });
  void ended.then(() => queue.end());
  yield* queue.body();
  if (gone) {
    await killContainer(daemon, c.id, c, '');
    await removeContainer(daemon, c, true);
    throw new BuildFault('context canceled');
  }
  const code = await ended;
  if (code !== 0) {
    if (options.forceRemove) yield* removed(daemon, { ...options, remove: true }, c);
    throw new BuildFault(`The command '${argv.join(' ')}' returned a non-zero code: ${code}`, undefined, code);
  }
  const layer = layerFrom(daemon, c.id, c.rootfs);
  yield* removed(daemon, options, c);
  return { layer };
}
