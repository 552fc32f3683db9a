/**
 * `#/try`: the preview of a lesson that an address brings. `?lesson=` has its files packed (and `from=` where they came from), `?url=` names a
 * folder: one of this site is read, one of another site is brought by the document that may (bring.html).
 */
import { draft } from './draft.svelte.ts';
import { unpackFiles } from './packed.ts';

/** Makes it the draft, which says what is wrong where it is no lesson. */
export async function tryLesson(fragment: string): Promise<void> {
  const query = new URLSearchParams(fragment.replace(/^[^?]*\?/, ''));
  const packed = query.get('lesson');
  const url = query.get('url');
  draft.lead = packed === null && url === null ? 'nothing' : 'unsound';
  if (draft.lead === 'nothing') return;
  const sound =
    packed === null
      ? await draft.fetch(url ?? '')
      : await draft.take('linked', query.get('from') ?? '', (await unpackFiles(packed)) ?? {});
  if (sound) draft.lead = undefined;
}
