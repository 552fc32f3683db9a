/** What an image is made from: data, turned into layers and an image id by {@link ../images/store.ts}. */
import type { LayerSpec } from '../../linux/kernel/machine.ts';

/** The part of an image's config that containers take over; image JSON sorts it by name. */
export interface ImageConfig {
  /** Cmd was set by BuildKit. */
  readonly ArgsEscaped?: boolean;
  readonly Cmd: string[] | null;
  readonly Entrypoint: string[] | null;
  readonly Env: string[] | null;
  readonly ExposedPorts?: Record<string, Record<string, never>>;
  readonly Healthcheck?: Readonly<Record<string, unknown>>;
  readonly Labels: Record<string, string> | null;
  readonly OnBuild: string[] | null;
  readonly Shell?: string[];
  readonly StopSignal?: string;
  readonly User: string;
  readonly Volumes: Record<string, Record<string, never>> | null;
  readonly WorkingDir: string;
}

/** One step of an image: a layer, or (without files) an instruction that changed the config only. */
export interface ImageStep {
  readonly files?: LayerSpec;
  /** Bytes of the layer as docker counts them. */
  readonly size: number;
  readonly createdBy: string;
  readonly comment: string;
}

export interface ImageSpec {
  /** Normalized without domain: `busybox`, `training/webapp`. */
  readonly name: string;
  /** Seconds before the machine's boot at which it was made. */
  readonly age: number;
  /** Image whose steps come first. */
  readonly from?: string;
  readonly steps: readonly ImageStep[];
  readonly comment: string;
  readonly config: ImageConfig;
}

export const NO_CONFIG: ImageConfig = {
  Cmd: null,
  Entrypoint: null,
  Env: null,
  Labels: null,
  OnBuild: null,
  User: '',
  Volumes: null,
  WorkingDir: '',
};
