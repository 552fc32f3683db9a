/**
 * Images that services need: there, pulled, or built.
 * @see docker/compose pkg/compose/build.go: ensureImagesExists; pull.go
 */
import type { Progress } from '../cli/cmd/pull.ts';
import { DaemonError, Failure, failed } from '../cli/failure.ts';
import { goQuote } from '../cli/flags/gostrconv.ts';
import { fullName, parseReference, tagged } from '../cli/reference.ts';
import { buildServices } from './build.ts';
import type { Compose } from './compose.ts';
import { imageOf } from './create/body.ts';
import { all } from './graph.ts';
import type { Project, ServiceConfig } from './model/project.ts';

/** What is asked of an image. */
interface ImageInfo {
  readonly Id: string;
  readonly Config?: { readonly Volumes?: Record<string, unknown> | null } | null;
}
/** By the name that services use. */
export type Images = Map<string, ImageInfo>;

/** Asks the engine for one. */
const inspectImage = (c: Compose, name: string): Promise<ImageInfo | Failure> =>
  c.ctx.client.get<ImageInfo>(`/images/${name}/json`);

/** Those of the project that are there. */
export async function localImages(c: Compose, project: Project): Promise<Images | Failure> {
  const out: Images = new Map();
  for (const s of Object.values(project.services)) {
    const name = imageOf(c, project, s);
    if (out.has(name)) continue;
    const got = await inspectImage(c, name);
    if (!failed(got)) out.set(name, got);
    else if (!(got instanceof DaemonError && got.status === 404)) return got;
  }
  return out;
}

/** What is done about missing images. */
export interface EnsureOptions {
  /** Build what can be built: never, when its image is missing, or anyway. */
  readonly build: 'no' | 'missing' | 'always';
  readonly quietPull?: boolean;
  readonly quietBuild?: boolean;
  /** Only these are built. */
  readonly services?: readonly string[];
}

/** Makes sure that every service has its image. */
export async function ensureImages(c: Compose, project: Project, o: EnsureOptions): Promise<Images | Failure> {
  for (const s of Object.values(project.services))
    if (!s.image && !s.build && !s.provider)
      return new Failure(`invalid service ${goQuote(s.name)}. Must specify either image or build`);
  const images = await localImages(c, project);
  if (failed(images)) return images;
  const pulled = await pullRequired(c, project, images, o.quietPull === true);
  if (pulled) return pulled;
  if (o.build === 'no') return images;
  const wanted = Object.values(project.services).filter((s) => {
    if (!s.build || (o.services && !o.services.includes(s.name))) return false;
    return o.build === 'always' || s.pull_policy === 'build' || !images.has(imageOf(c, project, s));
  });
  if (wanted.length === 0) return images;
  const built = await buildServices(c, project, wanted, { quiet: o.quietPull === true || o.quietBuild === true });
  if (built) return built;
  return localImages(c, project);
}

function needsPull(s: ServiceConfig, images: Images): boolean {
  if (!s.image || s.provider) return false;
  const policy = s.pull_policy ?? '';
  if (policy === 'always') return true;
  return ['', 'missing', 'if_not_present'].includes(policy) && !images.has(s.image);
}

const builtSomewhere = (project: Project, s: ServiceConfig): boolean =>
  s.build !== undefined || Object.values(project.services).some((x) => x.image === s.image && x.build);

async function pullRequired(
  c: Compose,
  project: Project,
  images: Images,
  quiet: boolean,
): Promise<Failure | undefined> {
  const wanted = new Map<string, ServiceConfig>();
  for (const s of Object.values(project.services))
    if (needsPull(s, images) && !wanted.has(s.image as string)) wanted.set(s.image as string, s);
  if (wanted.size === 0) return undefined;
  return c.run('Running', () =>
    all(
      [...wanted.values()].map(async (s) => {
        const got = await pullService(c, project, s, quiet);
        if (failed(got)) return builtSomewhere(project, s) ? undefined : got;
        images.set(s.image as string, got);
        return undefined;
      }),
    ),
  );
}

const DONE = ['Download complete', 'Already exists', 'Pull complete'];

/** One message of the engine as an event. @see pull.go: toPullProgressEvent */
function layerEvent(c: Compose, parent: string, m: Progress): void {
  if (!m.id || !m.progressDetail) return;
  const { current = 0, total = 0 } = m.progressDetail;
  const status = m.status ?? '';
  const done = DONE.includes(status);
  c.progress.event({
    id: m.id,
    parent,
    text: status,
    status: done ? 'done' : 'working',
    statusText: m.progress ?? '',
    current,
    total,
    percent: done ? 100 : total > 0 ? Math.floor((current * 100) / total) : 0,
  });
}

/** Pulls the image of a service. */
export async function pullService(
  c: Compose,
  project: Project,
  s: ServiceConfig,
  quiet: boolean,
): Promise<ImageInfo | Failure> {
  const say = (status: 'working' | 'done' | 'warning' | 'error', text: string, statusText?: string): void =>
    c.progress.event({ id: s.name, status, text, statusText });
  say('working', 'Pulling');
  const image = s.image as string;
  const parsed = parseReference(image);
  if ('error' in parsed) return new Failure(parsed.error);
  const ref = tagged(parsed.value);
  const reply = await c.ctx.client.call('POST', '/images/create', {
    query: {
      fromImage: fullName(ref),
      tag: ref.digest || ref.tag,
      platform: s.platform || project.environment.DOCKER_DEFAULT_PLATFORM || undefined,
    },
  });
  if (failed(reply)) {
    const reason = reply instanceof DaemonError ? reply.reason : reply.message;
    if (s.build) say('warning', 'Warning', reason);
    else say('error', 'Error', reason);
    return reply;
  }
  for await (const m of reply.values<Progress>()) {
    if (m.error || m.errorDetail) return new Failure(m.errorDetail?.message ?? m.error ?? '');
    if (!quiet) layerEvent(c, s.name, m);
  }
  say('done', 'Pulled');
  return c.dryRun ? { Id: 'dryRunId' } : inspectImage(c, image);
}
