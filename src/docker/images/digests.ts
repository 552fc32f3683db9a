/**
 * Digests of the archives of the images' layers, by a key of what these hold: too dear to work out at each start.
 * Written by `DRYDOCK_UPDATE=1 npx vitest run test/docker/images/digests.test.ts`.
 */
export const DIGESTS: Readonly<Record<string, string>> = {
  d946a459aa3d: '2b182ff260fbdf73cab4113b8a11ba0bffd78e9f42542fbcf4e775d617ef7828',
  db518b4ccd88: '6cf82c2ea91a66d3f76489e8bbbdaa4e90eb43ac5d0b2a2624d4f2ad43541268',
  '690a4afeabf1': '5e73630433a4bf6ee97ae84ac9cf591a62181eb631fe3d69e9dd62e04d307a2b',
  '9386042964cf': '0fb49d8eb68ac1bd8d1434c7bc483d33a2ef2632d2511b014b667fd7514b15a5',
  '18887aa49786': '7c2e02d925e7e57f36af55e11b700374dac4603eedc8fa397ea68f8fda911a83',
  e07fb64a2864: '046137724da2a89c5ec430af1903b1cdcd72ee3193c4aa2798268a2d18b8c9cc',
  '8927b60f36d5': '8d96bd7727c5999c6f6f4838a466687075a3eb8ff760700dd2175541c44ddc9e',
};
