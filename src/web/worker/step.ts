/** One event of a lab whose time stands still. */
import { type Happening, stepToNext } from '../../lab/log/happen.ts';
import type { TimeFace } from './api.ts';
import type { Play } from './play.ts';

export function stepOnce(play: Play): ReturnType<TimeFace['step']> {
  play.speed = 0;
  return play.between(async () => {
    const heard: Happening[] = [];
    play.terminals.listen(heard);
    const happened = await stepToNext(play.sitting, () => heard.splice(0));
    play.terminals.listen(null);
    return { time: play.sitting.now, happened };
  });
}
