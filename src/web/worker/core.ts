/** The core's bytes. */
import coreUrl from '../../../dist/core.wasm?url';

export async function fetchCore(): Promise<ArrayBuffer> {
  return (await fetch(coreUrl)).arrayBuffer();
}
