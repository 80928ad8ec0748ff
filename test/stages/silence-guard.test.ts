import { expect, test } from 'vitest';
import type { TranscriptSegment } from '../../src/openai/transcription.ts';
import { filterTranscript, loudnessDbfs } from '../../src/stages/silence-guard.ts';
import { endlessTexts, growth } from '../helpers/linear.ts';

const SPOKEN_DBFS = -25;
const QUIET_DBFS = -48;
const SURE = { noSpeechProb: 0.02, avgLogprob: -0.3, compressionRatio: 0.9 };

const believed = (text: string, dbfs = SPOKEN_DBFS, segment?: Omit<TranscriptSegment, 'text'>) =>
  filterTranscript(segment ? { text, segments: [{ text, ...segment }] } : { text }, dbfs);

function tone(amplitude: number, samples = 16_000): Int16Array {
  return Int16Array.from({ length: samples }, (_, i) => Math.round(amplitude * Math.sin(i / 5)));
}

test.each([
  'My broadband is down.',
  'Thank you.',
  'Bye!',
  'Terima kasih',
  'I want to subscribe to the sports channel.',
  'Please subscribe me to your new plan.',
  'Thank you for watching over my account.',
  'Can you see the video on my screen?',
  'zero zero zero zero zero zero zero zero zero zero zero zero one one one',
  '0 0 0 0 0 0 0 0 0 0 0 0 1 1 1',
  'My account number is 000 000 000 000 000 000 123.',
  'kosong kosong kosong kosong kosong kosong kosong kosong kosong kosong kosong',
  'ya ya ya',
  'No no no no.',
  'no, no, no, no, no, no, no',
  'Ha ha ha!',
  'Hello? Hello? Can you hear me? Can you hear me? Can you hear me?',
  'My number is (03) 555-0199.',
  '(555) 010 4477',
  'I need my IC (identity card) back.',
  'That is bull s*** and you know it.',
  'f*** off',
  '好的，谢谢你',
])('what was said loudly and clearly is believed, word for word: %s', (text) => {
  expect(believed(text)).toEqual({ text });
  expect(believed(text, SPOKEN_DBFS, SURE)).toEqual({ text });
});

test.each([
  '[BLANK_AUDIO]',
  '[ Silence ]',
  '[Music]',
  '[MUSIC PLAYING',
  '(silence)',
  '(speaking in foreign language)',
  '(wind whooshing) [BLANK_AUDIO]',
  '♪♪',
  '♪ la la la ♪',
  '🎵',
  '.',
  '...',
  '*coughs*',
  '* DING *',
  '<|nospeech|>',
  '<|en|><|EMO_UNKNOWN|><|BGM|><|woitn|>',
  '<unk>',
  '<NOISE>',
  '【音楽】',
  '(笑)',
  '-',
  '>>',
])('a description of a sound is no turn, however loud it was: %s', (text) => {
  expect(believed(text)).toEqual({ text: '', reason: 'annotation' });
  expect(believed(text, SPOKEN_DBFS, SURE)).toEqual({ text: '', reason: 'annotation' });
});

test.each([
  ['[Music] What is my balance?', 'What is my balance?'],
  ['What is my balance? [BLANK_AUDIO]', 'What is my balance?'],
  ['What is (coughs) my balance?', 'What is my balance?'],
  ['♪ la la la ♪ What is my balance?', 'What is my balance?'],
  ['♪♪ What is my balance?', 'What is my balance?'],
  ['♪ What is my balance?', 'What is my balance?'],
  ['*sighs* What is my balance?', 'What is my balance?'],
  ['<|en|><|NEUTRAL|><|Speech|><|withitn|>What is my balance?', 'What is my balance?'],
  ['🎼😊What is my balance?', 'What is my balance?'],
  ['[00:00.000 --> 00:02.000] What is my balance?', 'What is my balance?'],
  ['>> What is my balance?', 'What is my balance?'],
  ['What is my balance? Thanks for watching!', 'What is my balance?'],
  ['Thank you for watching. What is my balance? Please subscribe to our channel.', 'What is my balance?'],
  [`What is my balance?${' Thank you.'.repeat(40)}`, 'What is my balance? Thank you.'],
  [`My line is down is down${' is down'.repeat(30)}`, 'My line is down'],
])('what surrounds real speech is taken out: %s', (heard, said) => {
  expect(believed(heard)).toEqual({ text: said });
});

test.each([
  'you '.repeat(40),
  'Thank you. '.repeat(40),
  "I'm going to go to the next one. ".repeat(12),
  'hahaha'.repeat(30),
  'a'.repeat(300),
  'ありがとう'.repeat(20),
  '0 '.repeat(200),
])('a phrase that is repeated over and over is no turn, even without segments: %s', (text) => {
  expect(believed(text)).toEqual({ text: '', reason: 'repetition' });
});

test('where the recogniser says that a text is a loop, fewer repetitions are enough; digits are none', () => {
  const loop = { ...SURE, compressionRatio: 3 };
  const text = 'we will be right back we will be right back we will be right back we will be right back';
  expect(believed(text, SPOKEN_DBFS, loop)).toEqual({ text: '', reason: 'repetition' });
  const digits = '0 0 0 0 0 0 0 0 0 0 1 1 1';
  expect(believed(digits, SPOKEN_DBFS, loop)).toEqual({ text: digits });
  expect(believed('ya ya ya', SPOKEN_DBFS, loop)).toEqual({ text: 'ya ya ya' });
});

test.each([
  'Thanks for watching!',
  'Thank you for watching!',
  'Thank you for watching and see you in the next video.',
  'Thanks for watching! Please subscribe to our channel!',
  'Subtitles by the Amara.org community',
  'Sous-titres réalisés par la communauté d’Amara.org',
  'Terima kasih kerana menonton!',
  'Terima kasih telah menonton.',
  'Terima kasih karena telah menonton video ini.',
  'Jangan lupa like, share dan subscribe ya!',
  'Sampai jumpa di video selanjutnya.',
  'ご視聴ありがとうございました',
])('the closing of a video is no turn, however loud it was: %s', (text) => {
  expect(believed(text)).toEqual({ text: '', reason: 'phrase' });
});

test.each(['Thank you.', 'you', 'Bye. Bye.', 'Terima kasih.', 'Thank you. Thanks for watching!'])(
  'what callers say too is dropped where the sound was quiet or the recogniser doubts: %s',
  (text) => {
    expect(believed(text, QUIET_DBFS).reason).toBe('phrase');
    expect(believed(text, SPOKEN_DBFS, { noSpeechProb: 0.8, avgLogprob: -0.4 }).reason).toBe('phrase');
  },
);

test('quiet words that are no stock phrase are believed', () => {
  const text = 'Thank you for fixing my line';
  expect(believed(text, QUIET_DBFS)).toEqual({ text });
});

test('a transcript of nothing but spaces is empty; words found in silence are dropped', () => {
  expect(believed('  \n').reason).toBe('empty');
  expect(believed('My broadband is down.', Number.NEGATIVE_INFINITY).reason).toBe('energy');
  expect(believed('My broadband is down.', -60).reason).toBe('energy');
});

test('the model’s own doubt drops a transcript when both of its figures agree', () => {
  const doubt = { noSpeechProb: 0.9, avgLogprob: -1.4 };
  expect(believed('hm', SPOKEN_DBFS, doubt).reason).toBe('no-speech-prob');
  expect(believed('hm', SPOKEN_DBFS, { ...doubt, avgLogprob: -0.2 })).toEqual({ text: 'hm' });
  const segments = [
    { text: 'a', ...doubt },
    { text: 'b', noSpeechProb: 0.1, avgLogprob: -0.1 },
  ];
  expect(filterTranscript({ text: 'a b', segments }, SPOKEN_DBFS)).toEqual({ text: 'a b' });
});

test('figures that a server leaves out count for nothing', () => {
  expect(believed('hello', SPOKEN_DBFS, {})).toEqual({ text: 'hello' });
});

test('a long transcript takes time in proportion to its length', () => {
  const hostile = ['(', '[', '*', '<', '♪', '<|', '[a', 'a b ', 'thank you ', '. ', '>>', '*a ', '0 '];
  for (const piece of hostile) {
    const small = cpuMs(piece.repeat(10_000 / piece.length));
    const large = cpuMs(piece.repeat(40_000 / piece.length));
    expect(large / Math.max(small, 3), piece).toBeLessThan(8);
  }
});

/** CPU time, best of five: the time that nothing else took. */
function cpuMs(text: string): number {
  const times = Array.from({ length: 5 }, () => {
    const before = process.cpuUsage();
    believed(text);
    return process.cpuUsage(before).user / 1000;
  });
  return Math.min(...times);
}

test('loudness is that of the loudest tenth of a second', () => {
  const mostlySilent = new Int16Array(32_000);
  mostlySilent.set(tone(16_384, 1600), 8000);
  expect(loudnessDbfs(mostlySilent, 16_000)).toBeCloseTo(-9, 0);
  expect(loudnessDbfs(new Int16Array(1600), 16_000)).toBe(Number.NEGATIVE_INFINITY);
  expect(loudnessDbfs(new Int16Array(0), 16_000)).toBe(Number.NEGATIVE_INFINITY);
});

test('an endless transcript is judged in time in proportion to its length', () => {
  for (const [name, text] of endlessTexts(20_000)) {
    const ratio = growth((length) => believed(`${text.slice(0, length)}a`, QUIET_DBFS), 5000);
    expect(ratio, name).toBeLessThan(8);
  }
}, 30_000);
