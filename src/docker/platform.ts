/** `--platform`: OS, architecture, variant. @see containerd/platforms: Parse, database.go */

/** Operating systems by Go's names. */
export const SYSTEMS = new Set(
  'aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris windows zos'.split(
    ' ',
  ),
);
const ARCHITECTURES = new Set(
  (
    '386 amd64 amd64p32 arm armbe arm64 arm64be loong64 ppc64 ppc64le mips mipsle mips64 mips64le mips64p32 ' +
    'mips64p32le ppc riscv riscv64 s390 s390x sparc sparc64 wasm i386 x86_64 x86-64 aarch64 armhf armel'
  ).split(' '),
);

/** @returns what is wrong with a platform, or undefined */
export function platformFault(text: string): string | undefined {
  if (text === '') return undefined;
  const bad = (why: string): string => `${JSON.stringify(text)}: ${why}: invalid argument`;
  if (text.includes('*')) return bad('wildcards not yet supported');
  const parts = text.split('/');
  for (const part of parts)
    if (!/^[A-Za-z0-9_.-]+(?:\([A-Za-z0-9_.-]+\))?$/.test(part))
      return bad(
        `${JSON.stringify(part)} is an invalid component of ${JSON.stringify(text)}: platform specifier component must match "^[A-Za-z0-9_.-]+$"`,
      );
  const [first = ''] = parts.map((p) => p.toLowerCase());
  const known = SYSTEMS.has(first) || first === 'macos' || (parts.length === 1 && ARCHITECTURES.has(first));
  if (parts.length === 1 && !known) return bad('unknown operating system or architecture');
  return parts.length <= 3 ? undefined : bad('cannot parse platform specifier');
}

/** The platform that a text means, as `os/architecture[/variant]`; linux/amd64 when it is empty. @see containerd/platforms: Normalize */
export function normalizePlatform(text: string): string {
  const [first = '', ...rest] = text.toLowerCase().split('/');
  const os = first === 'macos' ? 'darwin' : first;
  const [system, named = 'amd64', variant] = SYSTEMS.has(os) ? [os, ...rest] : ['linux', first || 'amd64', ...rest];
  const [architecture, own] = ALIASES[named] ?? [named, undefined];
  const fine = variant ?? own;
  return [
    system,
    architecture,
    ...(fine === undefined || (architecture === 'arm64' && fine === 'v8') ? [] : [fine]),
  ].join('/');
}

/** Other names of architectures, and the variant that each means. */
const ALIASES: Readonly<Record<string, readonly [string, string?]>> = {
  i386: ['386'],
  x86_64: ['amd64'],
  'x86-64': ['amd64'],
  aarch64: ['arm64'],
  arm: ['arm', 'v7'],
  armhf: ['arm', 'v7'],
  armel: ['arm', 'v6'],
};
