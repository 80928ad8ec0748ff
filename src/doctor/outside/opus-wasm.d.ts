declare module '@evan/opus/wasm/index.js' {
  export { Decoder, Encoder } from '@evan/opus';
}
