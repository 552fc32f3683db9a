/** A mirror's indices as texts. @see repository-format of Debian, apk-v2 of Alpine */
import { sha256 } from '../../docker/images/digest.ts';
import { apkOf, controlOf, debOf } from './archive.ts';
import type { Package } from './spec.ts';

/** `pool/main/i/iputils-ping/iputils-ping_20250605-1_amd64.deb`: the epoch is no part of the name. */
export function debPath(p: Package): string {
  const initial = p.name.startsWith('lib') ? p.name.slice(0, 4) : p.name.slice(0, 1);
  return `pool/main/${initial}/${p.name}/${p.name}_${p.version.replace(/^\d+:/, '')}_amd64.deb`;
}

/** The Packages file. */
export function debIndex(packages: readonly Package[]): string {
  return packages.map((p) => `${controlOf(p)}Filename: ${debPath(p)}\nSize: ${debOf(p).length}\n`).join('\n');
}

export function release(origin: string, suite: string, index: string): string {
  return (
    `Origin: ${origin}\nLabel: ${origin}\nSuite: ${suite}\nCodename: ${suite}\nDate: Sun, 22 Nov 2026 20:00:00 UTC\n` +
    `Architectures: amd64\nComponents: main\nDescription: ${origin} ${suite}\nSHA256:\n ${sha256(index)} ${index.length} main/binary-amd64/Packages\n`
  );
}

/** The lines of an APKINDEX. */
export function apkIndex(packages: readonly Package[]): string {
  return packages
    .map((p) => {
      const depends = p.depends.length > 0 ? `D:${p.depends.join(' ')}\n` : '';
      return `P:${p.name}\nV:${p.version}\nA:x86_64\nS:${apkOf(p).length}\nI:${p.installed * 1024}\nT:${p.summary}\n${depends}`;
    })
    .join('\n');
}
