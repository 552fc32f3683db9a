/** How the layers and settings of a pulled image are written down. */
import type { LayerSpec } from '../../../linux/kernel/machine.ts';
import { type ImageConfig, type ImageSpec, type ImageStep, NO_CONFIG } from '../spec.ts';

const BUILDKIT = 'buildkit.dockerfile.v0';
const DAY = 86400;

/** A layer. @param size bytes, as docker counts them */
export const layer = (createdBy: string, files: LayerSpec, size: number): ImageStep => ({
  files,
  size,
  createdBy,
  comment: BUILDKIT,
});

/** An instruction that changed the config only. */
export const setting = (createdBy: string): ImageStep => ({ size: 0, createdBy, comment: BUILDKIT });

export const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** An image. @param days how long before the lab began it was made */
export function image(
  name: string,
  days: number,
  from: string | undefined,
  steps: readonly ImageStep[],
  config: Partial<ImageConfig>,
): ImageSpec {
  return {
    name,
    age: days * DAY,
    ...(from === undefined ? {} : { from }),
    steps,
    comment: BUILDKIT,
    config: { ...NO_CONFIG, Env: [PATH], WorkingDir: '/', ...config },
  };
}

export const ports = (...list: string[]): Record<string, Record<string, never>> =>
  Object.fromEntries(list.map((p) => [p, {}]));

/** Executables by name in one directory. */
export const programs = (dir: string, names: string): LayerSpec =>
  Object.fromEntries(names.split(' ').map((name) => [`${dir}/${name}`, { program: name }]));
