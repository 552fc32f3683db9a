/**
 * The core's linear memory seen from TypeScript: the scratch area through which names, addresses, records and payloads
 * cross, and typed views that follow the memory when it grows.
 */
import { CROSS_ADDR, CROSS_DATA, CROSS_SCOPE } from '../../../wasm/abi.ts';
import type { Addr16 } from './core.ts';
import type { Wasm } from './wasm.ts';

export class Memory {
  readonly #memory: WebAssembly.Memory;
  readonly #at: number;
  /** Bytes that can cross in one call. */
  readonly room: number;
  #view: DataView;
  #bytes: Uint8Array;

  constructor(wasm: Wasm) {
    this.#memory = wasm.memory;
    this.#at = wasm.scratch();
    this.room = wasm.scratchSize() - CROSS_DATA;
    this.#view = new DataView(this.#memory.buffer);
    this.#bytes = new Uint8Array(this.#memory.buffer);
  }

  /** A view of all memory; valid until the next call that may grow it. */
  get view(): DataView {
    if (this.#view.buffer !== this.#memory.buffer) this.#view = new DataView(this.#memory.buffer);
    return this.#view;
  }

  get bytes(): Uint8Array {
    if (this.#bytes.buffer !== this.#memory.buffer) this.#bytes = new Uint8Array(this.#memory.buffer);
    return this.#bytes;
  }

  /** Address of the area for one address. */
  get addr(): number {
    return this.#at + CROSS_ADDR;
  }

  /** Address of the area for bytes. */
  get data(): number {
    return this.#at + CROSS_DATA;
  }

  /** Puts an address where calls look for it, and the device it is given for. @returns where */
  putAddr(ip: Addr16, scope = 0): number {
    this.bytes.set(ip, this.addr);
    this.view.setUint32(this.addr + CROSS_SCOPE, scope, true);
    return this.addr;
  }

  /** Puts a device name (15 bytes and a zero) at `slot` of the data area. @returns where */
  putName(name: string, slot = 0): number {
    const at = this.data + slot * 16;
    const bytes = this.bytes;
    bytes.fill(0, at, at + 16);
    for (let i = 0; i < Math.min(name.length, 15); i++) bytes[at + i] = name.charCodeAt(i);
    return at;
  }

  /** A copy of 16 bytes. */
  addrAt(at: number): Addr16 {
    return this.bytes.slice(at, at + 16);
  }
}
