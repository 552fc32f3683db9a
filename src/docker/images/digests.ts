/**
 * Digests of the archives of the images' layers, by a key of what these hold: too dear to work out at each start.
 * Written by `DRYDOCK_UPDATE=1 npx vitest run test/docker/images/digests.test.ts`.
 */
export const DIGESTS: Readonly<Record<string, string>> = {
  d946a459aa3d: '2b182ff260fbdf73cab4113b8a11ba0bffd78e9f42542fbcf4e775d617ef7828',
  dbd1bcf9ec36: 'b064fefebfcda39e3af8029bcd310a162fe05e171164c498804844ab8eb123bb',
  a16c2b288dc2: '63fa41731a660e661049015d99c5ec74007dda542b2bc559884ebe5247380a42',
  '96c5cfbd6135': 'e30742ec5c8a27882fdef596336db5222e46a6152f6036334316c5a09b91551d',
  '8b9a250d1d1e': 'bfc5665b0610cc114b0f3f763e51499ebe85aece53ad342068b6e3b0d1fe06aa',
  '87607544cbf6': 'f1be66f428c8100339e2ed79204854e943b7d7b18a1a43d43784c4ca32fb4f5a',
  e07fb64a2864: '046137724da2a89c5ec430af1903b1cdcd72ee3193c4aa2798268a2d18b8c9cc',
  '8927b60f36d5': '8d96bd7727c5999c6f6f4838a466687075a3eb8ff760700dd2175541c44ddc9e',
};
