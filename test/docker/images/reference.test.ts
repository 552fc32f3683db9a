import { expect, test } from 'vitest';
import { Failure } from '../../../src/docker/errdefs.ts';
import { sha256 } from '../../../src/docker/images/digest.ts';
import { familiarString, parseReference, withDefaultTag } from '../../../src/docker/images/reference.ts';

const show = (s: string): string => {
  const ref = parseReference(s);
  return ref instanceof Failure ? ref.message : `${ref.domain} ${ref.path} ${familiarString(withDefaultTag(ref))}`;
};

test('short names are normalized', () => {
  expect(show('busybox')).toBe('docker.io library/busybox busybox:latest');
  expect(show('training/webapp:2')).toBe('docker.io training/webapp training/webapp:2');
  expect(show('localhost:5000/x')).toBe('localhost:5000 x localhost:5000/x:latest');
  expect(show('docker.io/library/c1img')).toBe('docker.io library/c1img c1img:latest');
});

test('what is no reference is refused in the words of the engine', () => {
  expect(show('Busybox')).toBe('invalid reference format: repository name (library/Busybox) must be lowercase');
  expect(show('bad image')).toBe('invalid reference format');
  expect(show('')).toBe('invalid reference format');
  expect(show('a:b:c')).toBe('invalid reference format');
});

test('SHA-256 of FIPS 180-4', () => {
  expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(sha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect(sha256('a'.repeat(200))).toBe('c2a908d98f5df987ade41b5fce213067efbcc21ef2240212a41e54b5e7c28ae5');
});
