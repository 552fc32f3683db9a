/** The integers that the core's compilers share, for the kernel above it. */
export * from '../../../wasm/abi.ts';
