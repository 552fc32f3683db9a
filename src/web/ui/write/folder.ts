/** A lesson's files from where its author has them: a folder on this computer, or an address of this site. */
import type { LessonFiles } from '../../worker/api.ts';

/** The files of a lesson; one that is not there is absent. */
export type Found = Partial<LessonFiles>;
export const NAMES = ['lesson.yaml', 'en.md', 'zh.md'] as const satisfies readonly (keyof LessonFiles)[];

/** Time between two looks at a folder that is watched, ms. */
const LOOK_EVERY = 1000;

type Picker = (options: { id: string; mode: 'read' }) => Promise<FileSystemDirectoryHandle>;

/** The browser's dialog for a folder that can be read again and again, where it has one. */
export const picker = (): Picker | undefined =>
  (window as unknown as { showDirectoryPicker?: Picker }).showDirectoryPicker?.bind(window);

/** What a file input gave: files of one folder, those of folders in it left out. */
export async function chosen(list: Iterable<File>): Promise<{ name: string; files: Found }> {
  const files = [...list];
  const depth = (f: File) => f.webkitRelativePath.split('/').length;
  const mine = files.filter((f) => f.name === 'lesson.yaml').sort((a, b) => depth(a) - depth(b))[0];
  const dir = (f: File | undefined) => f?.webkitRelativePath.replace(/[^/]*$/, '') ?? '';
  const found: Found = {};
  for (const name of NAMES) {
    const file = files.find((f) => f.name === name && (!mine || dir(f) === dir(mine)));
    if (file) Object.assign(found, { [name]: await file.text() });
  }
  return { name: dir(mine ?? files[0]).replace(/\/$/, ''), files: found };
}

/** A handle's files with a stamp that is another one when one of them has been saved. */
async function read(dir: FileSystemDirectoryHandle): Promise<{ stamp: string; files: () => Promise<Found> }> {
  const there = new Map<string, File>();
  for (const name of NAMES) {
    try {
      there.set(name, await (await dir.getFileHandle(name)).getFile());
    } catch (error) {
      if ((error as Error).name !== 'NotFoundError') throw error;
    }
  }
  return {
    stamp: [...there].map(([name, f]) => `${name} ${f.lastModified} ${f.size}`).join('\n'),
    files: async () =>
      Object.fromEntries(await Promise.all([...there].map(async ([name, f]) => [name, await f.text()] as const))),
  };
}

/**
 * Looks at a folder each second and tells what is in it, at first and whenever a file has been saved. A look in the
 * middle of a save finds nothing that can be read, and is taken again.
 * @returns ends it
 */
export function watch(dir: FileSystemDirectoryHandle, tell: (files: Found) => void): () => void {
  let over = false;
  let last: string | undefined;
  const look = async (): Promise<void> => {
    try {
      const { stamp, files } = await read(dir);
      if (stamp !== last) {
        const found = await files();
        if (over) return;
        last = stamp;
        tell(found);
      }
    } catch (error) {
      console.info(error);
    }
    if (!over) setTimeout(look, LOOK_EVERY);
  };
  void look();
  return () => {
    over = true;
  };
}

/** Where GitHub has the files of a folder that it shows at an address; any other address as it is. */
export function rawAddress(address: URL): URL {
  const [, repository, path] = /^\/([^/]+\/[^/]+)\/(?:tree|blob)\/(.+)$/.exec(address.pathname) ?? [];
  if (address.hostname !== 'github.com' || repository === undefined) return address;
  return new URL(`https://raw.githubusercontent.com/${repository}/${path}`);
}

/** The files in the folder at an address. @throws TypeError where it may not be read */
export async function fetched(address: URL): Promise<Found> {
  const base = new URL(address);
  base.pathname = base.pathname.replace(/\/?(lesson\.yaml)?$/, '/');
  const found: Found = {};
  for (const name of NAMES) {
    const answer = await fetch(new URL(name, base), { cache: 'no-store' });
    // A server for pages answers with one where there is no file.
    const page = answer.headers.get('content-type')?.includes('text/html');
    if (answer.ok && !page) Object.assign(found, { [name]: await answer.text() });
  }
  return found;
}
