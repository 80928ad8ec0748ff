import { AppError } from '../../errors.ts';

/** The tokens of a Whisper model, and which ones it may write. */
export interface Vocabulary {
  /** How an answer begins: in the language of a code such as `en`, where the model knows several. */
  prompt(language: string | undefined): number[];
  /** Tokens of languages, for a model that knows several and was told none. */
  languages: readonly number[];
  /** Begins every answer. */
  start: number;
  end: number;
  /** What a control token is called, such as `en`. */
  nameOf(token: number): string;
  /** Never written: sounds, times, other control tokens. */
  suppressed: readonly number[];
  /** Nor as the first. */
  suppressedFirst: readonly number[];
  text(tokens: readonly number[]): string;
}

/** What the models' `config.json` of CTranslate2 says of them. */
export interface Config {
  lang_ids?: readonly number[];
  suppress_ids: readonly number[];
  suppress_ids_begin: readonly number[];
}

/** @param words - the tokens by their number, as byte-level BPE writes them */
export function createVocabulary(words: readonly string[], config: Config): Vocabulary {
  const numbers = new Map(words.map((word, number) => [word, number]));
  const control = (name: string) => {
    const found = numbers.get(`<|${name}|>`);
    if (found === undefined) throw new AppError(`the vocabulary has no <|${name}|>`);
    return found;
  };
  const end = control('endoftext');
  const plain = control('notimestamps');
  // One language has no tokens for them: what its file calls so are others.
  const several = words[end - 1] === '';
  const byteOf = bytesByCharacter();
  const start = control('startoftranscript');
  return {
    start,
    end,
    nameOf: (token) => (words[token] ?? '').slice(2, -2),
    languages: several ? (config.lang_ids ?? []) : [],
    suppressed: [
      ...config.suppress_ids,
      ...Array.from({ length: words.length - end - 1 }, (_, at) => end + 1 + at),
    ],
    suppressedFirst: config.suppress_ids_begin,
    prompt(language) {
      const told = several ? [control(language ?? 'en'), control('transcribe')] : [];
      return [start, ...told, plain];
    },
    text(tokens) {
      const characters = [
        ...tokens
          .filter((token) => token < end)
          .map((token) => words[token] ?? '')
          .join(''),
      ];
      return Buffer.from(characters.flatMap((character) => byteOf.get(character) ?? []))
        .toString('utf8')
        .trim();
    },
  };
}

/** Byte-level BPE writes each byte as a character that can be seen: `bytes_to_unicode` in GPT-2's encoder.py. */
function bytesByCharacter(): ReadonlyMap<string, number> {
  const bytes = Array.from({ length: 256 }, (_, byte) => byte);
  const seen = (byte: number) => (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
  const hidden = bytes.filter((byte) => !seen(byte));
  const character = (byte: number) => String.fromCodePoint(seen(byte) ? byte : 256 + hidden.indexOf(byte));
  return new Map(bytes.map((byte) => [character(byte), byte]));
}
