/**
 * Packages as bytes: a `.deb` (ar of control and data archives) and an `.apk` (one archive with .PKGINFO first).
 * @see deb(5), ar(5); apk-package(5)
 */
import { join } from '../../base/bytes.ts';
import { utf8 } from '../../base/http.ts';
import { rootEntry, type TarEntry, writeTar } from '../../base/tar.ts';
import { binary } from '../../linux/kernel/fs/layer.ts';
import type { Package, PackageFile } from './spec.ts';

/** Files, with the directories on the way to them. */
function* entries(p: Package, prefix: string): Generator<TarEntry> {
  const made = new Set<string>();
  const common = { uid: 0, gid: 0, mtime: 0n };
  for (const f of p.files) {
    const parts = f.path.split('/');
    for (let i = 1; i < parts.length; i++) {
      const dir = parts.slice(0, i).join('/');
      if (made.has(dir)) continue;
      made.add(dir);
      yield { ...common, name: `${prefix}${dir}/`, kind: 'dir', mode: 0o755, target: '', bytes: new Uint8Array(0) };
    }
    yield { ...common, ...content(f, p.binary), name: prefix + f.path };
  }
}

function content(f: PackageFile, size: number): Pick<TarEntry, 'kind' | 'mode' | 'target' | 'bytes'> {
  if (f.link !== undefined) return { kind: 'symlink', mode: 0o777, target: f.link, bytes: new Uint8Array(0) };
  if (f.program !== undefined) return { kind: 'file', mode: 0o755, target: '', bytes: binary(f.program, size).bytes() };
  return { kind: 'file', mode: 0o644, target: '', bytes: utf8(f.text ?? '') };
}

/** The control file of a package. */
export const controlOf = (p: Package): string =>
  `Package: ${p.name}\nVersion: ${p.version}\nArchitecture: amd64\nMaintainer: Debian <packages@lists.debian.org>\n` +
  `Installed-Size: ${p.installed}\n${p.depends.length > 0 ? `Depends: ${p.depends.join(', ')}\n` : ''}` +
  `Section: net\nPriority: optional\nDescription: ${p.summary}\n`;

function member(name: string, bytes: Uint8Array): Uint8Array[] {
  const head = `${name.padEnd(16)}${'0'.padEnd(12)}${'0'.padEnd(6)}${'0'.padEnd(6)}${'100644'.padEnd(8)}${String(bytes.length).padEnd(10)}\`\n`;
  return [utf8(head), bytes, ...(bytes.length % 2 === 1 ? [utf8('\n')] : [])];
}

const textEntry = (name: string, s: string): TarEntry => rootEntry(name, utf8(s));

/** An archive of one text. */
export const tarOf = (name: string, s: string): Uint8Array => join(writeTar([textEntry(name, s)]));

export function debOf(p: Package): Uint8Array {
  const control = join(writeTar([textEntry('./control', controlOf(p))]));
  const data = join(writeTar(entries(p, './')));
  return join([
    utf8('!<arch>\n'),
    ...member('debian-binary', utf8('2.0\n')),
    ...member('control.tar', control),
    ...member('data.tar', data),
  ]);
}

export function apkOf(p: Package): Uint8Array {
  const depends = p.depends.map((d) => `depend = ${d}\n`).join('');
  const info = `pkgname = ${p.name}\npkgver = ${p.version}\npkgdesc = ${p.summary}\nsize = ${p.installed * 1024}\narch = x86_64\n${depends}`;
  return join(writeTar([textEntry('.PKGINFO', info), ...entries(p, '')]));
}
