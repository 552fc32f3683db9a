/** The sitting's log on its way out of the page (a link, a file, the browser's storage) and in. */
import type { LessonPlan } from '../../course/schema.ts';
import { type Packed, pack, unpack } from '../../lab/log/pack.ts';
import { printOf } from '../../lab/log/print.ts';
import type { Play } from './play.ts';

const through = (bytes: Uint8Array, stream: GenericTransformStream): Promise<Uint8Array> =>
  new Response(new Blob([bytes as BlobPart]).stream().pipeThrough(stream)).bytes();

/** Lesson, seed and log, compressed. */
export async function packLog(play: Play, plan: LessonPlan): Promise<Uint8Array> {
  const { id: lesson, version } = plan;
  const { seed } = play.lab.options;
  const bytes = await play.between(async () => {
    const log = await play.sitting.rest();
    return pack({ lesson, version, seed, print: printOf(play.lab.view()), log });
  });
  return through(bytes, new CompressionStream('deflate-raw'));
}

/** @throws Error when these bytes are not a packed log of this lesson */
export async function unpackLog(bytes: Uint8Array, plan: LessonPlan): Promise<Packed> {
  const packed = unpack(await through(bytes, new DecompressionStream('deflate-raw')));
  if (packed.lesson !== plan.id) throw new RangeError(`a log of lesson ${packed.lesson}`);
  return packed;
}
