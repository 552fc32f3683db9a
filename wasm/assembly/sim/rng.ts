/** The seeded generator of the core (splitmix64): same seed, same numbers. */
import { Sim } from '../mem';

/** Seeds it. */
export function rngSeed(seed: u64): void {
  const s = Sim.at();
  s.rng = seed;
  s.jitter = seed ^ 0x5851f42d4c957f2d;
  s.step = 2500;
}

/** 64 random bits. @see Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators */
export function rng64(): u64 {
  const s = Sim.at();
  s.rec = 0;
  s.rng += 0x9e3779b97f4a7c15;
  let z = s.rng;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

/** 32 random bits. */
export function rng32(): u32 {
  return (rng64() >> 32) as u32;
}

/** A number in [0, n). */
export function rngBelow(n: u32): u32 {
  return (((rng32() as u64) * (n as u64)) >> 32) as u32;
}
