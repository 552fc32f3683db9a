/** What becomes of the target's files: an image, or files for the client. @see moby builder/builder-next/exporter/mobyexporter; buildkit exporter/{local,tar} */
import { base64 } from '../../../../base/base64.ts';
import { join } from '../../../../base/bytes.ts';
import { writeTar } from '../../../../base/tar.ts';
import { Failure } from '../../../errdefs.ts';
import { familiarString, parseReference, withDefaultTag } from '../../../images/reference.ts';
import type { HistoryEntry, Image, ImageLayer } from '../../../images/store.ts';
import { epochOf } from '../../archive/container.ts';
import { pack } from '../../archive/pack.ts';
import type { Daemon } from '../../daemon.ts';
import { BuildFault } from '../syntax/fault.ts';
import { fullText } from './images.ts';
import type { Progress, Step } from './progress.ts';
import type { Snapshot, Solver } from './solve.ts';
import type { BuildKitOptions, HistoryDraft, StageState } from './state.ts';

/** The comment of BuildKit's entries. */
const BUILDKIT_COMMENT = 'buildkit.dockerfile.v0';

/** Entries of a stage with those of its base, and times for all: those of layers, else of the layer before. @see mobyexporter/writer.go: normalizeLayersAndHistory */
function historyOf(state: StageState, solver: Solver): HistoryEntry[] {
  let root: StageState = state;
  while (root.base) root = root.base;
  const old = root.found?.image.history ?? [];
  const fresh = state.history.map((d: HistoryDraft) => {
    const record = d.step && solver.made.get(d.step);
    return { createdBy: d.createdBy, created: record?.created, size: record?.layer?.size ?? 0, empty: !record };
  });
  const all = [...old.map((h) => ({ ...h, created: h.created as bigint | undefined })), ...fresh];
  let created: bigint | undefined;
  let isMissing = false;
  for (const h of all) {
    if (h.created === undefined) isMissing = true;
    else {
      created = h.created;
      if (isMissing) break;
    }
  }
  isMissing = false;
  return all.map((h, i) => {
    if (h.created === undefined) isMissing = true;
    else if (isMissing) created = h.created;
    const time = h.created ?? created ?? 0n;
    if (i < old.length) return { ...(old[i] as HistoryEntry), created: time };
    return { createdBy: h.createdBy, created: time, comment: BUILDKIT_COMMENT, size: h.size, empty: h.empty === true };
  });
}

/** Writes the image and its names. */
export async function exportImage(
  daemon: Daemon,
  progress: Progress,
  solver: Solver,
  at: Snapshot,
  options: BuildKitOptions,
): Promise<Image> {
  const state = solver.front.target;
  return progress.step('exporting to image', async (step) => {
    const begun = daemon.now();
    await daemon.sleep(5_000_000);
    step.done('exporting layers', begun);
    const history = historyOf(state, solver);
    const image = daemon.images.add({
      layers: at.layers as ImageLayer[],
      config: { ...state.config },
      created: history.at(-1)?.created ?? 0n,
      author: state.author,
      history,
    });
    step.done(`writing image ${image.id}`);
    daemon.emit('image', 'create', image.id, { name: image.id });
    for (const tag of options.tags) name(daemon, step, image, tag);
    return image;
  });
}

function name(daemon: Daemon, step: Step, image: Image, tag: string): void {
  const ref = parseReference(tag);
  if (ref instanceof Failure) throw new BuildFault(ref.message);
  const full = withDefaultTag(ref);
  daemon.images.tag(full, image.id);
  daemon.emit('image', 'tag', image.id, { name: familiarString(full) });
  step.done(`naming to ${fullText(ref)}`);
}

/** Sends the files to the client. */
export async function exportFiles(
  daemon: Daemon,
  progress: Progress,
  at: Snapshot,
  output: Readonly<Record<string, string>>,
): Promise<void> {
  const fs = daemon.kernel.overlay(at.layers.map((l) => l.layer));
  const entries = [...pack(fs, '/', '', epochOf(daemon))];
  const size = entries.reduce((n, e) => n + e.bytes.length + e.name.length + 28, 0);
  const isLocal = output.type === 'local';
  await progress.step(`exporting to client ${isLocal ? 'directory' : 'tarball'}`, (step) => {
    if (isLocal) step.done('copying files', undefined, { current: size });
    else step.done('sending tarball');
    progress.say('moby.buildkit.export', { output, archive: base64(join([...writeTar(entries)])) });
  });
}
