/** What a swarm makes of random bits: a certificate that others verify, ids, tokens, keys. */
import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { Rng } from '../../../src/base/rng.ts';
import { createRootCa } from '../../../src/docker/swarm/ca/root.ts';
import { digestOf, isUnlockKey, newId, newJoinToken, newUnlockKey } from '../../../src/docker/swarm/ids.ts';

const NOW = BigInt(Date.UTC(2026, 10, 23, 22, 45, 46)) * 1_000_000n;

test('the root CA signs itself, for twenty years', () => {
  for (let seed = 1; seed <= 8; seed++) {
    const { info } = createRootCa(new Rng(seed), NOW);
    const found = new X509Certificate(info.TrustRoot);
    expect(found.verify(found.publicKey)).toBe(true);
    expect(found.ca).toBe(true);
    expect(found.subject).toBe('CN=swarm-ca');
    expect([found.validFrom, found.validTo]).toEqual(['Nov 23 22:40:00 2026 GMT', 'Nov 18 22:40:00 2046 GMT']);
    const spki = found.publicKey.export({ type: 'spki', format: 'der' });
    expect(info.CertIssuerPublicKey).toBe(spki.toString('base64'));
    expect(info.CertIssuerSubject).toBe('MBMxETAPBgNVBAMTCHN3YXJtLWNh');
  }
});

test('tokens name the CA and go back to its digest', () => {
  const rng = new Rng(1);
  const { digest } = createRootCa(rng, NOW);
  for (let i = 0; i < 50; i++) {
    const token = newJoinToken(rng, digest);
    expect(token).toMatch(/^SWMTKN-1-[0-9a-z]{50}-[0-9a-z]{25}$/);
    expect(digestOf(token)).toBe(digest);
    expect(newId(rng)).toMatch(/^[0-9a-z]{25}$/);
    expect(isUnlockKey(newUnlockKey(rng))).toBe(true);
  }
  // one that a real engine made, and the digest it was refused with
  const real = 'SWMTKN-1-3pu6hszjas19xyp7ghgosyx9k8atbfcr8p2is99znpy26u2lkl-1awxwuwd3z9j1z3puu7rcgdbx';
  expect(digestOf(real)).toBe('9529c6f3c5558ac3ec02b338a52d3c5434e0835a8af6f1e124649e87afaa2fb5');
  for (const bad of ['foo', 'SWMTKN-1-a-b', real.replace('-1-', '-3-')]) expect(digestOf(bad)).toBeUndefined();
});
