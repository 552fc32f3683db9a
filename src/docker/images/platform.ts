/** `--platform`: OS, architecture, variant. @see containerd/platforms: Parse, database.go */
import { Failure } from '../errdefs.ts';

const SYSTEMS = new Set(
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

/** @returns the text as it came, or what is wrong with it */
export function parsePlatform(text: string): string | Failure {
  if (text === '') return text;
  const bad = (why: string): Failure => new Failure('invalid', `${JSON.stringify(text)}: ${why}: invalid argument`);
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
  return parts.length <= 3 ? text : bad('cannot parse platform specifier');
}

/** What is wrong when an image (all are for linux/amd64) is asked for by platform. @see moby daemon/images/image.go: GetImage */
export function platformMismatch(image: string, platform: string): Failure | undefined {
  const [first = '', second = ''] = platform.split('/');
  const os = SYSTEMS.has(first) ? first : 'linux';
  const architecture = SYSTEMS.has(first) ? second || 'amd64' : first || 'amd64';
  if (os === 'linux' && ['amd64', 'x86_64', 'x86-64'].includes(architecture)) return undefined;
  return new Failure(
    'notFound',
    `image with reference ${image} was found but does not match the specified platform: ` +
      `wanted ${os}/${architecture}, actual: linux/amd64`,
  );
}
