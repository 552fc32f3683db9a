/**
 * Names for containers that are given none: adjective_surname. The adjectives are the engine's; the surnames are
 * those of scientists and hackers.
 * @see moby pkg/namesgenerator/names-generator.go
 */
import type { Rng } from '../../base/rng.ts';

const ADJECTIVES =
  'admiring adoring affectionate agitated amazing angry awesome beautiful blissful bold boring brave busy charming ' +
  'clever compassionate competent condescending confident cool cranky crazy dazzling determined distracted dreamy ' +
  'eager ecstatic elastic elated elegant eloquent epic exciting fervent festive flamboyant focused friendly frosty ' +
  'funny gallant gifted goofy gracious great happy hardcore heuristic hopeful hungry infallible inspiring ' +
  'intelligent interesting jolly jovial keen kind laughing loving lucid magical modest musing mystifying naughty ' +
  'nervous nice nifty nostalgic objective optimistic peaceful pedantic pensive practical priceless quirky quizzical ' +
  'recursing relaxed reverent romantic sad serene sharp silly sleepy stoic strange stupefied suspicious sweet tender ' +
  'thirsty trusting unruffled upbeat vibrant vigilant vigorous wizardly wonderful xenodochial youthful zealous zen';
const SURNAMES =
  'agnesi archimedes babbage banach bardeen bartik bassi bell bhabha blackwell bohr booth borg bose brahmagupta ' +
  'brattain carson cerf chandrasekhar chatelet clarke cohen colden cori cray curie curran darwin davinci dijkstra ' +
  'easley edison einstein elion engelbart euclid euler faraday feistel fermat fermi feynman franklin gagarin galileo ' +
  'galois gates gauss germain goldberg goldwasser goodall gould haibt hamilton hawking heisenberg hellman hermann ' +
  'heyrovsky hodgkin hoover hopper hypatia jang jemison jennings jepsen johnson joliot jones kalam kapitsa kare ' +
  'keller kepler kilby kirch knuth kowalevski lalande lamarr lamport leakey leavitt lehmann lewin liskov lovelace ' +
  'lumiere mahavira maxwell mayer mccarthy mcclintock mclean mcnulty meitner mendel mendeleev mestorf minsky ' +
  'mirzakhani moore morse murdock newton nightingale nobel noether noyce panini pare pasteur payne perlman pike ' +
  'poincare poitras ptolemy raman ramanujan rhodes ride ritchie robinson roentgen rosalind saha sammet sanderson ' +
  'shannon shaw shirley shockley sinoussi snyder solomon spence stallman stonebraker sutherland swanson swartz ' +
  'swirles tesla tharp thompson torvalds tu turing varahamihira villani visvesvaraya volhard wescoff wiles williams ' +
  'wilson wing wozniak wright yalow yonath';
const LEFT = ADJECTIVES.split(' ');
const RIGHT = SURNAMES.split(' ');

/** A name that `taken` does not refuse; after some tries with a digit. */
export function generateName(rng: Rng, taken: (name: string) => boolean): string {
  for (let i = 0; ; i++) {
    const name = `${rng.pick(LEFT)}_${rng.pick(RIGHT)}${i < 6 ? '' : rng.below(10)}`;
    if (name !== 'boring_wozniak' && !taken(name)) return name;
  }
}

/** `[a-zA-Z0-9][a-zA-Z0-9_.-]+` */
export function validName(name: string): boolean {
  return /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name);
}
