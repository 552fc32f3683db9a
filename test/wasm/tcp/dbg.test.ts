import { Conversations } from '/work/w-tcp/src/linux/core/summary-tcp.ts';import { it } from 'vitest';
import { newCore } from '/work/w-tcp/test/wasm/world.ts';
import { generator, pattern, pump, Stream, Wire } from '/work/w-tcp/test/wasm/tcp/wire.ts';
import { etherText } from '/work/w-tcp/src/linux/core/summary.ts';
it('x', async () => {
  for (const reorder of [0.02]) for (const delay of [40]) {
    const loss=0.3;
    const seed = Math.round(loss * 100) * 10_000 + Math.round(reorder * 100) * 100 + Math.round(delay);
    const w = new Wire(await newCore(seed), generator(seed));
    const k = { loss, reorder, delay, jitter: delay/10 };
    w.weather=[k,k];
    const seen=new Conversations(); const log: string[]=[]; w.fate=(dir,f)=>{ log.push(dir+' '+(w.core.now()/1e9).toFixed(3)+' '+etherText(f,f.length,{seen})); return false; };const [a,b]=w.connect();
    const up = new Stream(w.core, a, b, pattern(40000));
    const down = new Stream(w.core, b, a, pattern(20000, 99));
    try { console.log(reorder, delay, pump(w,[up,down], 1200)); }
    catch (e) { console.log(String(e));
      const i=w.core.sockInfo(a), j=w.core.sockInfo(b);
      console.log(reorder, delay, JSON.stringify([i.state,i.recvQ,i.sendQ, j.state,j.recvQ,j.sendQ]), w.core.now()/1e9, w.core.next()/1e9, w.core.sockGet(a,'error'), w.core.sockGet(b,'error'));
console.log(log.slice(-75).join('\n').replace(/IP 192.0.2.\d.\d+ > 192.0.2.\d.\d+: /g,''));}}});