/** A lesson's files in a link: JSON, deflated, in base64url. @see RFC 1951, RFC 4648 §5 */
import { decode, encode } from '../share/link.ts';
import { type Found, NAMES } from './folder.ts';

/** Bytes of files that a link may unfold to. */
const MOST = 1_000_000;

/** @returns what goes into `#/try?lesson=` */
export async function packFiles(files: Found): Promise<string> {
  const text = new Blob([JSON.stringify(files)]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  return encode(new Uint8Array(await new Response(text).arrayBuffer()));
}

/** @returns undefined when it is none, or too much */
export async function unpackFiles(packed: string): Promise<Found | undefined> {
  const bytes = decode(packed);
  if (!bytes) return undefined;
  try {
    const stream = new Blob([bytes as BlobPart]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
    const parts: Uint8Array[] = [];
    let size = 0;
    for (const reader = stream.getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.length;
      if (size > MOST) return undefined;
      parts.push(value);
    }
    const data = JSON.parse(await new Blob(parts as BlobPart[]).text()) as Record<string, unknown>;
    const texts = NAMES.filter((name) => typeof data[name] === 'string').map((name) => [name, data[name]]);
    return Object.fromEntries(texts) as Found;
  } catch {
    return undefined;
  }
}
