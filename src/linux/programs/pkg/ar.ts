/** A `.deb`: an ar archive with control and data archives inside. @see deb(5) */
import { text } from '../../../base/http.ts';
import { gunzip, isGzip } from '../../../base/inflate.ts';
import { readTar, type TarEntry } from '../../../base/tar.ts';

export interface Deb {
  /** The control file. */
  readonly control: string;
  readonly data: readonly TarEntry[];
}

/** @returns undefined when the bytes are none */
export function openDeb(bytes: Uint8Array): Deb | undefined {
  if (text(bytes.subarray(0, 8)) !== '!<arch>\n') return undefined;
  let control: string | undefined;
  let data: TarEntry[] | undefined;
  for (let at = 8; at + 60 <= bytes.length; ) {
    const head = text(bytes.subarray(at, at + 60));
    const size = Number(head.slice(48, 58).trim());
    if (!Number.isInteger(size)) return undefined;
    const name = head.slice(0, 16).trim();
    const body = bytes.subarray(at + 60, at + 60 + size);
    if (name.startsWith('control.tar')) {
      const file = archive(body)?.find((e) => /^(\.\/)?control$/.test(e.name));
      control = file && text(file.bytes);
    } else if (name.startsWith('data.tar')) data = archive(body);
    at += 60 + size + (size % 2);
  }
  return control === undefined || !data ? undefined : { control, data };
}

/** Entries of a tar archive, packed or not. */
export function archive(bytes: Uint8Array): TarEntry[] | undefined {
  const plain = isGzip(bytes) ? gunzip(bytes) : bytes;
  const got = plain && readTar(plain);
  return typeof got === 'string' ? undefined : got;
}
