/**
 * Digests of the archives of the images' layers, by a key of what these hold: too dear to work out at each start.
 * Written by `DRYDOCK_UPDATE=1 npx vitest run test/docker/images/digests.test.ts`.
 */
export const DIGESTS: Readonly<Record<string, string>> = {
  '53b9d1aeff55': 'f7a2363e638398b4546e84101e18a935a188a529da0c57184d85911fca5ef19e',
  c543104b2d1c: 'ec42504f8b7bc8ce3335eced406250f4da16fec6e068251c41fa0992a4350446',
  '7d342eb3324b': '3c72813ec26599b7936965ab918ecac7138aa9224e5bb343c14585b8d67b58e0',
  '13894c6bdc16': 'f19fd6aef61c50dbfff534ac0d4283239e437cdebf4fe0b31372919b033fa6de',
  e0002a23f03f: '48aafed385bbd236af78c78061051cf07e187195a9242500305cd6c005532c4a',
  e07fb64a2864: '046137724da2a89c5ec430af1903b1cdcd72ee3193c4aa2798268a2d18b8c9cc',
  '8927b60f36d5': '8d96bd7727c5999c6f6f4838a466687075a3eb8ff760700dd2175541c44ddc9e',
};
