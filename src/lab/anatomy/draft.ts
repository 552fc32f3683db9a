/** A layer being read: fields are added in the order of their bytes. */
import { formatIp4, formatIp6, formatMac } from '../../base/ip.ts';
import type { Field, FieldKey, Layer, LayerName } from './layer.ts';

export class Draft {
  readonly #fields: Field[] = [];

  /** @param b the frame @param at where the layer begins @param end where what is captured of it ends */
  constructor(
    readonly b: Uint8Array,
    readonly at: number,
    readonly end: number = b.length,
  ) {}

  /** Bytes of it that are there. */
  get size(): number {
    return this.end - this.at;
  }

  u8(offset: number): number {
    return this.b[this.at + offset] ?? 0;
  }

  u16(offset: number): number {
    return this.u8(offset) * 256 + this.u8(offset + 1);
  }

  u32(offset: number): number {
    return this.u16(offset) * 65536 + this.u16(offset + 2);
  }

  mac(offset: number): string {
    return formatMac(this.u16(offset) * 2 ** 32 + this.u32(offset + 2));
  }

  ip4(offset: number): string {
    return formatIp4(this.u32(offset));
  }

  ip6(offset: number): string {
    let v = 0n;
    for (let i = 0; i < 16; i += 4) v = (v << 32n) | BigInt(this.u32(offset + i));
    return formatIp6(v);
  }

  bytes(offset: number, size: number): Uint8Array {
    return this.b.subarray(this.at + offset, Math.min(this.end, this.at + offset + size));
  }

  add(key: FieldKey, offset: number, size: number, value: string | number, right?: boolean): void {
    const from = this.at + offset;
    this.#fields.push({
      key,
      value: String(value),
      from,
      to: Math.min(this.end, from + size),
      ...(right !== undefined && { right }),
    });
  }

  /** @param size bytes of the layer itself, without what it carries */
  layer(name: LayerName, title: string, size: number): Layer {
    return { name, title, from: this.at, to: Math.min(this.end, this.at + size), fields: this.#fields };
  }
}

export const hex = (n: number, digits: number): string => `0x${n.toString(16).padStart(digits, '0')}`;

/** A number with its name when it has one: `6 (TCP)`. */
export function named(n: number, names: Readonly<Record<number, string>>, text = String(n)): string {
  const name = names[n];
  return name === undefined ? text : `${text} (${name})`;
}
