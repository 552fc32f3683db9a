export const VS_STOLEN: u32 = 0xffffffff;
export function vsHook(hook: u32, pkt: u32, indev: u32, outdev: u32): u32 {
  return 0;
}
