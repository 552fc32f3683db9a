/**
 * `#/try`: the preview of a lesson that an address brings. `?lesson=` has its files packed (and `from=` where they came from), `?url=` names a
 * folder: one of this site is read, one of another site is brought by the document that may (bring.html).
 */
import { draft } from './draft.svelte.ts';
import { unpackFiles } from './packed.ts';

/** @returns whether it is a lesson; when it is none, the draft says what is wrong */
export async function tryLesson(fragment: string): Promise<boolean> {
  const query = new URLSearchParams(fragment.replace(/^[^?]*\?/, ''));
  const packed = query.get('lesson');
  const url = query.get('url');
  draft.lead = packed === null && url === null ? 'nothing' : 'unsound';
  if (draft.lead === 'nothing') return false;
  const sound =
    packed === null
      ? await draft.fetch(url ?? '')
      : await draft.take('linked', query.get('from') ?? '', (await unpackFiles(packed)) ?? {});
  if (sound) draft.lead = undefined;
  return sound;
}
