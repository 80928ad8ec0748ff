/**
 * What Whisper writes over silence and noise: the closings and credits of the subtitles it was trained on (openai/whisper
 * discussions 679 and 928; Vexa-ai/vexa issue 155 collects them by language).
 */

/** Words of each phrase that nobody says to an agent on the phone, however clearly it was heard; more closing words may follow. */
const CLOSINGS = phrases(`
  thanks for watching | thank you for watching | thank you very much for watching | thank you so much for watching
  thanks for listening to this video | please subscribe to my channel | please subscribe to our channel | like and subscribe
  please like and subscribe | don't forget to like | don't forget to subscribe | remember to like and subscribe
  see you in the next video | see you in my next video | see you next video | i'll see you in the next video | i'll see you in the next one
  terima kasih kerana menonton | terima kasih kerana telah menonton | terima kasih karena menonton | terima kasih karena telah menonton
  terima kasih telah menonton | terima kasih sudah menonton | terima kasih banyak telah menonton | terima kasih atas tontonan
  jangan lupa like | jangan lupa subscribe | jangan lupa untuk like | jangan lupa untuk subscribe | jangan lupa langgan
  sampai jumpa di video | jumpa lagi di video | sampai bertemu di video | jumpa di video
  subtitles by the amara org community | sarikata oleh komuniti amara org | sari kata oleh komuniti amara org
  ご視聴ありがとうございました | 시청해주셔서 감사합니다 | 시청해 주셔서 감사합니다 | 谢谢观看 | 謝謝觀看 | 感谢观看 | 请不吝点赞 订阅 转发 打赏支持明镜与点点栏目
  untertitelung des zdf | untertitel im auftrag des zdf | спасибо за просмотр | abone olmayı unutmayın
`);
/** What follows in a closing, and in nothing that a caller wants. */
const CLOSING_WORDS = new Set(
  `and the this that these my our your all a to in on for of until till with more video videos channel episode next one time
  see you i'll we'll again later soon bye please don't forget remember like share comment subscribe click button bell below
  everyone guys everybody friends so very much hope enjoyed it have great good nice day
  di yang video ini kami saya anda semua dan seterusnya berikutnya selanjutnya akan datang lain lagi like share komen comment
  subscribe langgan channel saluran ya untuk jumpa sampai sekian 2017 2018 2019 2020 2021`.split(/\s+/),
);
/** In every language the credit names it. */
const CREDIT = /\bamara org\b/;

/** What callers say too: kept unless the sound was quiet or the recogniser doubts it. */
const DOUBTFUL = phrases(`
  thank you | thank you very much | thank you so much | thanks | thanks for listening | thank you for listening | thank you bye
  you | bye | bye bye | goodbye | please subscribe | the end | music | music playing | applause
  silence | blank audio | no speech | inaudible | foreign | see you | see you next time | see you later
  subtitles by | captions by | transcribed by | translated by | transcription by castingwords | subtitle oleh | sari kata oleh
  terima kasih | terima kasih banyak | sekian terima kasih | sila langgan | sampai jumpa | sampai jumpa lagi | jumpa lagi | selamat tinggal
  selamat menonton | 字幕 | ありがとうございました | おやすみなさい | 谢谢 | 謝謝 | 감사합니다
`);

/** A closing ends a text like this. A full stop in a name (`amara.org`) ends none. */
const SENTENCE_END = /(?<![.!?…])[.!?…]+(?=\s|$)|[。！？]+/gu;

/**
 * A transcript without the closings of videos at its ends; the empty string when it is nothing else. Linear.
 *
 * @param isDoubted - the sound was quiet, or the recogniser doubts that it heard speech: a text of nothing but phrases
 * that silence is often taken for («Thank you.») is empty then, too.
 */
export function withoutStockPhrases(text: string, isDoubted: boolean): string {
  const sentences = sentencesOf(text);
  if (isDoubted && sentences.every((one) => isClosing(one) || DOUBTFUL.has(plain(one)))) return '';
  let first = 0;
  let end = sentences.length;
  while (first < end && isClosing(sentences[first] ?? '')) first += 1;
  while (end > first && isClosing(sentences[end - 1] ?? '')) end -= 1;
  return sentences.slice(first, end).join('').trim();
}

/** The text in pieces that each end a sentence; together they are the text. */
function sentencesOf(text: string): string[] {
  const sentences: string[] = [];
  let start = 0;
  for (const { index, 0: mark } of text.matchAll(SENTENCE_END)) {
    sentences.push(text.slice(start, index + mark.length));
    start = index + mark.length;
  }
  if (plain(text.slice(start)) !== '') sentences.push(text.slice(start));
  return sentences;
}

function isClosing(sentence: string): boolean {
  const said = plain(sentence);
  if (CLOSINGS.has(said) || CREDIT.test(said)) return said !== '';
  const words = said.split(' ');
  let rest = words.length;
  while (rest > 0 && CLOSING_WORDS.has(words[rest - 1] ?? '')) rest -= 1;
  for (let length = Math.max(1, rest); length < Math.min(words.length, LONGEST_CLOSING); length++) {
    if (CLOSINGS.has(words.slice(0, length).join(' '))) return true;
  }
  return false;
}

const LONGEST_CLOSING = Math.max(...[...CLOSINGS].map((closing) => closing.split(' ').length)) + 1;

function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/’/g, "'")
    .replace(/[^\p{L}\p{N}\p{M}']+/gu, ' ')
    .trim();
}

function phrases(list: string): ReadonlySet<string> {
  return new Set(list.split(/[|\n]/).map(plain).filter(Boolean));
}
