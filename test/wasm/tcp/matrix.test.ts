/** TCP delivers every byte in order, whatever the wire does: loss × reordering × delay, with fixed seeds. */
import { describe, expect, it } from 'vitest';
import { newCore } from '../world.ts';
import { generator, pattern, pump, Stream, type Weather, Wire } from './wire.ts';

async function wire(seed: number, there: Weather, back: Weather = there): Promise<Wire> {
  const w = new Wire(await newCore(seed), generator(seed));
  w.weather = [there, back];
  // A way that loses half of all questions or answers may outlast Linux's patience of 924 s.
  for (const side of [w.a, w.b]) w.core.nsSet(side.ns, 'tcp_retries2', 200);
  return w;
}

const LOSS = [0, 0.01, 0.05, 0.1, 0.2, 0.3];
const REORDER = [0, 0.02, 0.25];
const DELAY = [0.05, 5, 40];

describe('every byte arrives in order', () => {
  for (const loss of LOSS)
    it(`loss ${loss * 100} %, under ${REORDER.length} degrees of reordering and ${DELAY.length} delays`, async () => {
      for (const reorder of REORDER)
        for (const delay of DELAY) {
          const seed = Math.round(loss * 100) * 10_000 + Math.round(reorder * 100) * 100 + Math.round(delay);
          const w = await wire(seed, { loss, reorder, delay, jitter: delay / 10 });
          const [a, b] = w.connect();
          const size = loss > 0.1 ? 40_000 : 150_000;
          const up = new Stream(w.core, a, b, pattern(size));
          const down = new Stream(w.core, b, a, pattern(size / 2, 99));
          const seconds = pump(w, [up, down], 20_000);
          if (loss === 0 && reorder === 0) expect(seconds).toBeLessThan(3);
        }
    });

  it('while frames come twice and only acknowledgements are lost', async () => {
    const w = await wire(7, { duplicate: 0.3, delay: 3, jitter: 2 }, { loss: 0.4, delay: 3 });
    const [a, b] = w.connect();
    pump(w, [new Stream(w.core, a, b, pattern(200_000))]);
  });

  it('to a reader that takes 300 bytes at a time', async () => {
    const w = await wire(8, { loss: 0.02, delay: 2 });
    const [a, b] = w.connect(5000, 60, (_, server) => w.core.sockSet(server, 'rcvbuf', 2000));
    pump(w, [new Stream(w.core, a, b, pattern(60_000), 300)]);
  });

  it('through a bottleneck with a short queue', async () => {
    const w = await wire(9, { delay: 10, rate: 250_000, queue: 20_000 }, { delay: 10 });
    const [a, b] = w.connect();
    const seconds = pump(w, [new Stream(w.core, a, b, pattern(1_000_000))]);
    // 4 s at the bottleneck's rate
    expect(seconds).toBeLessThan(8);
  });
});
