/**
 * WebRTC and Opus in plain JavaScript and WebAssembly, so that one file serves every machine. `npm run build` puts both into
 * this module: they are in no `node_modules` of an installed program. It is loaded when media is tried.
 */
export { Decoder, Encoder } from '@evan/opus/wasm/index.js';
export {
  MediaStreamTrack,
  type RTCDataChannel,
  RTCPeerConnection,
  RTCRtpCodecParameters,
  RtpHeader,
  RtpPacket,
} from 'werift';
