/** Whatever an archive is compressed with. @see moby pkg/archive/compression: DecompressStream */
import { bunzip2, isBzip2 } from './bunzip2.ts';
import { gunzip, isGzip } from './inflate.ts';
import { isXz, unxz } from './unxz.ts';

/** The bytes, plain: gzip, bzip2 and xz are known by their beginning. @returns undefined when they are broken */
export function decompress(bytes: Uint8Array): Uint8Array | undefined {
  if (isGzip(bytes)) return gunzip(bytes);
  if (isBzip2(bytes)) return bunzip2(bytes);
  return isXz(bytes) ? unxz(bytes) : bytes;
}
