/**
 * Digests of the archives of the images' layers, by a key of what these hold: too dear to work out at each start.
 * Written by `DRYDOCK_UPDATE=1 npx vitest run test/docker/images/digests.test.ts`.
 */
export const DIGESTS: Readonly<Record<string, string>> = {
  '53b9d1aeff55': 'f7a2363e638398b4546e84101e18a935a188a529da0c57184d85911fca5ef19e',
  '0b4090d537ab': 'eb71d713cebaf332a76c567752fb68be6848d27291251ece30e2e65d0f272319',
  '86e01fecdd0e': 'c1ce8fa140f2e0a7cf0f304d190a262b712ff6a7af6f4261b86f8dadf8411681',
  a699b4039095: '2f3ec096bcf6ae7b86e9e37b03231b8371135047f5756321c4b026f76bba468b',
  d101463fea2d: 'f924e0deacb3125808dd9e9892115549ca84129f92a28cdaad8692a386c5a545',
  e07fb64a2864: '046137724da2a89c5ec430af1903b1cdcd72ee3193c4aa2798268a2d18b8c9cc',
  '8927b60f36d5': '8d96bd7727c5999c6f6f4838a466687075a3eb8ff760700dd2175541c44ddc9e',
};
