/** The files of the mirrors by path; made when they are asked for. */
import { utf8 } from '../../base/http.ts';
import { ALPINE_PACKAGES } from './alpine.ts';
import { apkOf, debOf, tarOf } from './archive.ts';
import { DEBIAN_PACKAGES } from './debian.ts';
import { apkIndex, debIndex, debPath, release } from './indices.ts';

/** @returns undefined when there is no such file */
export function find(path: string): Uint8Array | undefined {
  const deb = /^\/(debian|ubuntu|debian-security)\/(.*)$/.exec(path.replace(/\/\/+/g, '/'));
  if (deb) return debian(deb[1] as string, deb[2] as string);
  const apk = /^\/alpine\/[^/]+\/(main|community)\/x86_64\/(.*)$/.exec(path);
  return apk ? alpine(apk[1] as string, apk[2] as string) : undefined;
}

function debian(archive: string, path: string): Uint8Array | undefined {
  const dist = /^dists\/([\w-]+)\/(.*)$/.exec(path);
  if (!dist) {
    const found = DEBIAN_PACKAGES.find((p) => debPath(p) === path);
    return found && debOf(found);
  }
  const [, suite = '', file = ''] = dist;
  const empty = archive === 'debian-security' || /-(updates|security|backports)$/.test(suite);
  const index = debIndex(empty ? [] : DEBIAN_PACKAGES);
  if (file === 'InRelease') return utf8(release(archive === 'ubuntu' ? 'Ubuntu' : 'Debian', suite, index));
  if (file === 'main/binary-amd64/Packages') return utf8(index);
  return file === 'universe/binary-amd64/Packages' ? new Uint8Array(0) : undefined;
}

function alpine(repository: string, file: string): Uint8Array | undefined {
  const packages = repository === 'main' ? ALPINE_PACKAGES : [];
  if (file === 'APKINDEX.tar.gz') return tarOf('APKINDEX', apkIndex(packages));
  const found = packages.find((p) => `${p.name}-${p.version}.apk` === file);
  return found && apkOf(found);
}
