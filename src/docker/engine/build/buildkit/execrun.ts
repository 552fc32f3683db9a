/** RUN done: a process in a sandbox that is no container of the engine's. @see moby/buildkit solver/llbsolver/ops/exec.go, executor/runcexecutor */
import { utf8 } from '../../../../base/http.ts';
import { isErr } from '../../../../linux/kernel/errno.ts';
import type { FileSystem } from '../../../../linux/kernel/machine.ts';
import type { CreateBody, HostConfig } from '../../../api/types.ts';
import { Failure } from '../../../errdefs.ts';
import { NO_CONFIG } from '../../../images/spec.ts';
import type { Image, ImageLayer } from '../../../images/store.ts';
import { epochOf, virtualOf } from '../../archive/container.ts';
import { pack } from '../../archive/pack.ts';
import { unpack } from '../../archive/unpack.ts';
import { layerFrom } from '../../commit.ts';
import type { Container } from '../../container.ts';
import { createContainer } from '../../create.ts';
import type { Daemon } from '../../daemon.ts';
import { clean } from '../../path.ts';
import { removeContainer } from '../../remove.ts';
import { removeAll } from '../../removeall.ts';
import { startContainer } from '../../start.ts';
import { STDERR } from '../../stdcopy.ts';
import { killContainer } from '../../stop.ts';
import { BuildFault } from '../syntax/fault.ts';
import type { RunMount } from '../syntax/mount.ts';
import { cacheOf, idOf } from './cache.ts';
import type { Step } from './progress.ts';
import type { BuildKitOptions, RunPlan } from './state.ts';

const ROOT = '/var/lib/docker/buildkit';

interface Mounted {
  readonly target: string;
  readonly source: string;
  readonly readOnly: boolean;
  /** It goes when the step is over. */
  readonly isTemporary: boolean;
}

/** What a step's mounts are made from. */
interface MountFiles {
  /** The files of a stage, or of the context. */
  files(index: number): FileSystem;
}

/** Runs the command to its end, or until the client goes. @returns what it wrote @throws BuildFault when it fails */
export async function runCommand(
  daemon: Daemon,
  plan: RunPlan,
  layers: readonly ImageLayer[],
  options: BuildKitOptions,
  step: Step,
  given: MountFiles,
): Promise<ImageLayer> {
  const image = daemon.images.add({
    layers,
    config: NO_CONFIG,
    created: daemon.now(),
    comment: `step ${step.digest}`,
    history: [],
  });
  const mounts = new Mounts(daemon, plan, options, given);
  try {
    return await inSandbox(daemon, plan, image, options, step, mounts);
  } finally {
    daemon.images.remove(image.id);
    mounts.remove();
  }
}

async function inSandbox(
  daemon: Daemon,
  plan: RunPlan,
  image: Image,
  options: BuildKitOptions,
  step: Step,
  mounts: Mounts,
): Promise<ImageLayer> {
  mounts.make();
  let c: Container | undefined;
  const failed = (why: string): BuildFault =>
    new BuildFault(`process ${JSON.stringify(plan.args.join(' '))} did not complete successfully: ${why}`);
  const body = { ...bodyOf(plan, image, options), HostConfig: hostOf(plan, options, mounts) };
  const made = await createContainer(daemon, '', body as CreateBody, (hidden) => {
    c = hidden;
  });
  if (made instanceof Failure) throw failed(made.message);
  const container = c as unknown as Container;
  try {
    for (const [name, value] of Object.entries(mounts.env)) (container.config.Env ?? []).push(`${name}=${value}`);
    container.whenStreams((streams) => {
      streams.add((stream, bytes) => step.log(stream === STDERR ? 2 : 1, bytes));
    });
    const ended = container.wait('over');
    const failure = await startContainer(daemon, container);
    if (failure) {
      const reason = /runc create failed: (.*)$/s.exec(failure.message)?.[1];
      if (reason === undefined) throw failed(failure.message);
      step.log(2, utf8(`runc run failed: ${reason}\n`));
      throw failed('exit code: 1');
    }
    void options.gone?.then(() => killContainer(daemon, container.id, container, ''));
    const code = await ended;
    if (code !== 0) throw Object.assign(failed(`exit code: ${code}`), { code });
    mounts.takeStubs(container);
    return layerFrom(daemon, container.id, container.rootfs);
  } finally {
    await removeContainer(daemon, container, true);
  }
}

function bodyOf(plan: RunPlan, image: Image, options: BuildKitOptions): Partial<CreateBody> {
  return {
    Image: image.id,
    Entrypoint: [...plan.args],
    Cmd: [],
    Env: Object.entries(plan.env).map(([k, v]) => `${k}=${v}`),
    WorkingDir: plan.cwd,
    User: plan.user,
    Hostname: plan.network === 'host' || options.hostConfig.NetworkMode === 'host' ? '' : 'buildkitsandbox',
  } as Partial<CreateBody>;
}

function hostOf(plan: RunPlan, options: BuildKitOptions, mounts: Mounts): Partial<HostConfig> {
  const own = options.hostConfig;
  const mode = plan.network === 'default' ? own.NetworkMode || 'default' : plan.network;
  return {
    NetworkMode: mode,
    ExtraHosts: own.ExtraHosts ?? [],
    ...(own.ShmSize ? { ShmSize: own.ShmSize } : {}),
    ...(own.Ulimits ? { Ulimits: own.Ulimits } : {}),
    Binds: mounts.list.map((m) => `${m.source}:${m.target}${m.readOnly ? ':ro' : ''}`),
    Tmpfs: mounts.tmpfs,
  } as Partial<HostConfig>;
}

/** What is mounted for one step: everything lies in directories of the machine's while it runs. */
class Mounts {
  readonly list: Mounted[] = [];
  readonly tmpfs: Record<string, string> = {};
  /** Variables that hold secrets. */
  readonly env: Record<string, string> = {};
  readonly #fs: FileSystem;
  #count = 0;

  constructor(
    readonly daemon: Daemon,
    readonly plan: RunPlan,
    readonly options: BuildKitOptions,
    readonly given: MountFiles,
  ) {
    this.#fs = daemon.kernel.root.fs;
  }

  make(): void {
    for (const [i, { mount }] of this.plan.mounts.entries()) this.#one(mount, i);
    const { script } = this.plan;
    if (!script) return;
    const dir = this.#temporary();
    this.#fs.writeFile(`${dir}/${script.name}`, utf8(script.content), { mode: 0o755 });
    this.list.push({ target: '/dev/pipes', source: dir, readOnly: true, isTemporary: true });
  }

  #temporary(): string {
    const dir = `${ROOT}/tmp/${idOf(`${this.daemon.now()} ${this.plan.name} ${++this.#count}`)}`;
    this.#fs.mkdir(dir, 0o700, true);
    return dir;
  }

  #one(mount: RunMount, index: number): void {
    switch (mount.type) {
      case 'tmpfs':
        this.tmpfs[mount.target] = mount.size > 0 ? `size=${mount.size}` : '';
        return;
      case 'secret':
        this.#secret(mount);
        return;
      case 'ssh':
        if (mount.required)
          throw new BuildFault(
            `ssh forward requested but no SSH key ${mount.id || 'default'} forwarded from the client`,
          );
        return;
      case 'cache':
        this.#cache(mount, index);
        return;
      default:
        this.#bind(mount, index);
    }
  }

  #secret(mount: RunMount): void {
    const id = mount.id || mount.source || (mount.target.split('/').pop() as string);
    const value = this.options.secrets.get(id);
    if (!value) {
      if (mount.required) throw new BuildFault(`secret ${id}: not found`);
      return;
    }
    if (mount.env !== undefined) this.env[mount.env || id] = new TextDecoder().decode(value);
    if (mount.env !== undefined && mount.target === '') return;
    const dir = this.#temporary();
    const file = `${dir}/secret`;
    this.#fs.writeFile(file, value, { mode: mount.mode ?? 0o400 });
    this.#fs.chown(file, mount.uid ?? 0, mount.gid ?? 0);
    this.list.push({ target: mount.target || `/run/secrets/${id}`, source: file, readOnly: true, isTemporary: true });
  }

  /** A directory that stays from build to build. */
  #cache(mount: RunMount, index: number): void {
    const id = mount.id || clean(mount.target);
    const from = this.plan.mounts[index]?.from;
    const cache = cacheOf(this.daemon);
    const key = `cachemount ${id}`;
    let record = cache.get(key);
    if (record) cache.touch(record);
    else {
      const dir = `${ROOT}/cache/${idOf(key)}`;
      this.#fs.mkdir(dir, mount.mode ?? 0o755, true);
      this.#fs.chown(dir, mount.uid ?? 0, mount.gid ?? 0);
      if (from) this.#fill(dir, index, mount.source || '/');
      const description = `cached mount ${mount.target} from exec ${this.plan.args.join(' ')}`;
      record = cache.add(key, { type: 'exec.cachemount', description, layer: undefined, parents: [], dir });
    }
    this.list.push({
      target: mount.target,
      source: record.dir as string,
      readOnly: mount.readOnly,
      isTemporary: false,
    });
  }

  #fill(dir: string, index: number, path: string): void {
    const files = this.given.files(index);
    const at = files.resolve(clean(`/${path}`), true);
    const stat = isErr(at) ? at : files.stat(at, true);
    if (isErr(at) || isErr(stat))
      throw new BuildFault(
        `failed to compute cache key: failed to calculate checksum of ref ${idOf(dir)}: ${JSON.stringify(path)}: not found`,
      );
    unpack(this.#fs, dir, [...pack(files, at, stat.kind === 'dir' ? '' : 'file', epochOf(this.daemon))], {
      noOverwriteDirNonDir: false,
      virtual: virtualOf(this.daemon),
    });
  }

  #bind(mount: RunMount, index: number): void {
    const dir = this.#temporary();
    this.#fs.chmod(dir, 0o755);
    this.#fill(dir, index, mount.source || '/');
    const files = this.given.files(index);
    const stat = files.stat(clean(`/${mount.source}`), true);
    const isFile = !isErr(stat) && stat.kind !== 'dir';
    this.list.push({
      target: mount.target,
      source: isFile ? `${dir}/file` : dir,
      readOnly: mount.readOnly,
      isTemporary: true,
    });
  }

  /** Places to mount on that were made for it are not part of the layer. */
  takeStubs(c: Container): void {
    const before = this.daemon.kernel.overlay((c.image?.layers ?? []).map((l) => l.layer));
    for (const target of [...this.list.map((m) => m.target), ...Object.keys(this.tmpfs)])
      for (let at = target; at !== '' && isErr(before.stat(at, false)); at = at.slice(0, at.lastIndexOf('/'))) {
        const stat = c.rootfs.stat(at, false);
        if (isErr(stat)) continue;
        const gone = stat.kind === 'dir' ? c.rootfs.rmdir(at) : stat.size === 0 ? c.rootfs.unlink(at) : 0;
        if (isErr(gone)) break;
      }
  }

  remove(): void {
    for (const m of this.list) if (m.isTemporary) removeAll(this.#fs, m.source.replace(/\/(?:secret|file)$/, ''));
  }
}
