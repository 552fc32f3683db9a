/** POST /commit: an image from what a container has written. @see moby daemon/commit.go, builder/dockerfile (changes) */
import type { ContainerConfig } from '../api/types.ts';
import { Failure } from '../errdefs.ts';
import { digest, sha256 } from '../images/digest.ts';
import { familiarString, parseReference, type Reference, withDefaultTag } from '../images/reference.ts';
import type { ImageConfig } from '../images/spec.ts';
import type { ImageLayer } from '../images/store.ts';
import type { Container } from './container.ts';
import { COST, type Daemon } from './daemon.ts';
import { sorted } from './hostconfig.ts';

export interface CommitOptions {
  readonly repo: string;
  readonly tag: string;
  readonly author: string;
  readonly comment: string;
  readonly changes: readonly string[];
  readonly pause: boolean;
}

export async function commitContainer(
  daemon: Daemon,
  c: Container,
  options: CommitOptions,
): Promise<{ Id: string } | Failure> {
  let ref: Reference | undefined;
  if (options.repo !== '') {
    const parsed = parseReference(`${options.repo}${options.tag === '' ? '' : `:${options.tag}`}`);
    if (parsed instanceof Failure) return parsed;
    ref = withDefaultTag(parsed);
  }
  const config = applyChanges(imageConfig(c.config), options.changes);
  if (config instanceof Failure) return config;
  const run = options.pause && c.status === 'running' ? c.running : undefined;
  if (run) daemon.kernel.freeze(run.pidns, true);
  await daemon.sleep(COST.commit);
  const size = c.rootfs.upperSize;
  const key = `${c.id} ${daemon.now()}`;
  const layer: ImageLayer = {
    layer: c.rootfs.freeze(),
    diffId: digest(`layer ${key}`),
    size,
    cacheId: sha256(`cache ${key}`),
  };
  if (run) daemon.kernel.freeze(run.pidns, false);
  const created = daemon.now();
  const image = daemon.images.add({
    layers: [...(c.image?.layers ?? []), layer],
    config,
    created,
    author: options.author,
    comment: options.comment,
    history: [
      ...(c.image?.history ?? []),
      { created, createdBy: c.argv.join(' '), comment: options.comment, size, author: options.author },
    ],
    ...(c.image ? { parent: c.image.id } : {}),
  });
  if (ref) daemon.images.tag(ref, image.id);
  daemon.emit('image', 'create', image.id, { name: image.id });
  if (ref) daemon.emit('image', 'tag', image.id, { name: familiarString(ref) });
  daemon.containerEvent(c, 'commit', {
    comment: options.comment,
    imageID: image.id,
    imageRef: ref ? familiarString(ref) : '',
  });
  return { Id: image.id };
}

/** What of a container's config an image keeps. */
function imageConfig(c: ContainerConfig): ImageConfig {
  return {
    Cmd: c.Cmd,
    Entrypoint: c.Entrypoint,
    Env: c.Env,
    ...(c.ExposedPorts ? { ExposedPorts: c.ExposedPorts } : {}),
    Labels: c.Labels,
    OnBuild: null,
    ...(c.StopSignal ? { StopSignal: c.StopSignal } : {}),
    User: c.User,
    Volumes: c.Volumes,
    WorkingDir: c.WorkingDir,
  };
}

/** `--change` instructions: CMD ENTRYPOINT ENV EXPOSE LABEL USER WORKDIR VOLUME STOPSIGNAL. */
export function applyChanges(base: ImageConfig, changes: readonly string[]): ImageConfig | Failure {
  let config = base;
  for (const line of changes.filter((l) => l.trim() !== '')) {
    const m = /^\s*([A-Za-z]+)[\s=]+(.*)$/.exec(line);
    const done = m ? change(config, (m[1] as string).toUpperCase(), m[2] as string) : undefined;
    if (!done) return new Failure('invalid', `dockerfile parse error on line 1: unknown instruction: ${line.trim()}`);
    config = done;
  }
  return config;
}

function change(c: ImageConfig, word: string, rest: string): ImageConfig | undefined {
  const list = (): string[] => {
    try {
      const parsed: unknown = JSON.parse(rest);
      if (Array.isArray(parsed)) return parsed.map(String);
    } catch {
      // the shell form
    }
    return ['/bin/sh', '-c', rest];
  };
  switch (word) {
    case 'CMD':
      return { ...c, Cmd: list() };
    case 'ENTRYPOINT':
      return { ...c, Entrypoint: list() };
    case 'ENV': {
      const entry = rest.includes('=') ? rest : rest.replace(/\s+/, '=');
      const name = entry.split('=')[0];
      return { ...c, Env: [...(c.Env ?? []).filter((e) => e.split('=')[0] !== name), entry] };
    }
    case 'EXPOSE': {
      const ports = rest
        .split(/\s+/)
        .map((p): [string, Record<string, never>] => [p.includes('/') ? p : `${p}/tcp`, {}]);
      return { ...c, ExposedPorts: sorted({ ...c.ExposedPorts, ...Object.fromEntries(ports) }) };
    }
    case 'LABEL': {
      const eq = rest.indexOf('=');
      return { ...c, Labels: sorted({ ...c.Labels, [rest.slice(0, eq)]: rest.slice(eq + 1).replace(/^"|"$/g, '') }) };
    }
    case 'USER':
      return { ...c, User: rest };
    case 'WORKDIR':
      return { ...c, WorkingDir: rest };
    case 'VOLUME':
      return { ...c, Volumes: { ...c.Volumes, [rest]: {} } };
    case 'STOPSIGNAL':
      return { ...c, StopSignal: rest };
    default:
      return undefined;
  }
}
