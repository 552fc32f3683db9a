/** One package, and the line of text that it is written down as. */

/** A file of a package: an executable by its program, a link, or text. */
export interface PackageFile {
  /** Without leading slash. */
  readonly path: string;
  readonly program?: string;
  readonly link?: string;
  readonly text?: string;
}

export interface Package {
  readonly name: string;
  readonly version: string;
  readonly depends: readonly string[];
  /** KiB on disk. */
  readonly installed: number;
  readonly summary: string;
  readonly files: readonly PackageFile[];
  /** Bytes of each executable. */
  readonly binary: number;
}

/**
 * `name version kB summary | dependencies | files`: a file is `usr/bin/ping=ping` (program), `usr/bin/ping6->ping`
 * (link), or a path of a library.
 */
export function packagesOf(text: string): Package[] {
  return text
    .split('\n')
    .filter((l) => l.trim() !== '')
    .map((l) => {
      const [head = '', depends = '', files = ''] = l.split('|').map((part) => part.trim());
      const [name = '', version = '', size = '0', ...summary] = head.split(' ');
      const list = files.split(' ').filter((f) => f !== '');
      const programs = Math.max(1, list.filter((f) => f.includes('=')).length);
      const installed = Number(size);
      return {
        name,
        version,
        depends: depends.split(' ').filter((d) => d !== ''),
        installed,
        summary: summary.join(' '),
        files: list.map(fileOf),
        binary: Math.min(120_000, Math.floor((installed * 1024 * 0.35) / programs)),
      };
    });
}

function fileOf(s: string): PackageFile {
  const arrow = s.indexOf('->');
  if (arrow > 0) return { path: s.slice(0, arrow), link: s.slice(arrow + 2) };
  const eq = s.indexOf('=');
  return eq > 0 ? { path: s.slice(0, eq), program: s.slice(eq + 1) } : { path: s, text: '' };
}
