import { isWav } from './wav.ts';

/** What an answer holds: `wav`, bare samples, text (an error, a page), or something named that cannot be played. */
export type AudioKind = 'wav' | 'raw' | 'text' | { unplayable: string };

/** So many bytes decide the kind; fewer only at the end of the answer. */
export const SNIFF_BYTES = 16;

/** How raw samples are laid out, as far as the Content-Type says. */
export interface RawFormat {
  sampleRate?: number;
  channels?: number;
}

const MAGIC: readonly (readonly [RegExp, string])[] = [
  [/^OggS/, 'Ogg (Opus or Vorbis)'],
  [/^fLaC/, 'FLAC'],
  [/^ID3/, 'MP3'],
  [/^.E\xdf\xa3/s, 'WebM'],
  [/^.{4}ftyp/s, 'MP4 (AAC)'],
  [/^(RIFX|FORM|caff)/, 'big-endian WAV, AIFF or CAF'],
];
// Frame syncs of MP3 and of AAC (ADTS) are also samples of loud PCM: they only count where nothing says PCM.
const FRAME_SYNC = /^\xff[\xfb\xf3\xf2\xfa\xf1\xf9]/;
const COMPRESSED = /^audio\/(mpeg|mp3|ogg|opus|flac|aac|mp4|webm|basic|x?-?mulaw|x-?alaw|pcmu|pcma)\b/;
const BARE = /^audio\/(pcm|l16|raw|x-raw)\b/;
const TEXTUAL = /^(text\/|application\/(json|problem\+json|xml|xhtml))/;

/**
 * Bytes count more than the Content-Type, which servers get wrong (WAV as `audio/mpeg`, bare samples as
 * `audio/wav`, anything as `text/html`). What nothing speaks against is raw PCM, as was asked for.
 */
export function audioKind(head: Uint8Array, contentType: string | null): AudioKind {
  const type = (contentType ?? '').trim().toLowerCase();
  const begin = String.fromCharCode(...head.subarray(0, SNIFF_BYTES));
  if (isWav(head)) return 'wav';
  const magic = MAGIC.find(([pattern]) => pattern.test(begin));
  if (magic !== undefined) return { unplayable: magic[1] };
  if (isText(begin) && (TEXTUAL.test(type) || /^\s*[{<[]|^(data|event|error):? /i.test(begin))) return 'text';
  if (COMPRESSED.test(type)) return { unplayable: type };
  if (FRAME_SYNC.test(begin) && !BARE.test(type)) return { unplayable: 'MP3 or AAC' };
  return 'raw';
}

/** `audio/pcm;rate=16000;channels=2`, `audio/L16; rate=24000`. */
export function rawFormat(contentType: string | null): RawFormat {
  const number = (name: string) => {
    const found = new RegExp(`;\\s*${name}\\s*=\\s*"?(\\d+)`, 'i').exec(contentType ?? '')?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const sampleRate = number('rate') ?? number('sample[-_]?rate');
  const channels = number('channels');
  return { ...(sampleRate && { sampleRate }), ...(channels && { channels }) };
}

function isText(begin: string): boolean {
  return /^[\t\n\r\x20-\x7e\x80-\xff]+$/.test(begin) && !/[\x80-\xff]{4}/.test(begin);
}
