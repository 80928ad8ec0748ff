import { expect, test } from 'vitest';
import { BeepDetector } from '../../../src/phone/outbound/beep.ts';
import { judgeCallee } from '../../../src/phone/outbound/voicemail.ts';

/** People say about 2.6 words a second; recordings too. */
const talkMs = (text: string) => (text.split(/\s+/).length / 2.6) * 1000;
const judge = (text: string) => judgeCallee({ text, talkMs: talkMs(text) });

/** The first four are put together of Debian's `asterisk-core-sounds-en` (vm-theperson, vm-isunavail, vm-isonphone, vm-intro). */
const GREETINGS = [
  'The person at extension one zero one is unavailable. Please leave your message after the tone. When done, hang up, or press the pound key.',
  'The person at extension four is on the phone. Please leave your message after the tone.',
  'Please leave your message after the tone. When done, hang up, or press the pound key.',
  'The person at extension two two is unavailable.',
  'Hi, you’ve reached Lim Wei Ling. I can’t take your call right now, please leave a message and I’ll get back to you.',
  'You have reached the voicemail of Farid Rahman. Please record your message at the beep.',
  'Hello, this is Siti. I’m not available at the moment. Leave your name and number and I will call you back.',
  'The number you have dialed is not available. Please try again later.',
  'The subscriber you are calling cannot be reached at the moment. Please leave a message.',
  'Your call has been forwarded to an automatic voice message system. At the tone, please record your message.',
  'Welcome to the mailbox of plus six zero one two three four five six seven eight nine.',
  'Sorry I missed you. I am unable to take your call right now. I will call you back as soon as I can, thank you for calling.',
  'Contoh Clinic is closed. Our office hours are nine to five. Please leave a message after the beep.',
  'Nombor yang anda dail tidak dapat dihubungi buat masa ini. Sila cuba sebentar lagi.',
  'Sila tinggalkan pesanan selepas bunyi ini.',
  'Hai, saya Aminah. Saya tidak dapat menjawab panggilan sekarang, tinggalkan mesej dan saya akan telefon semula.',
  'Pelanggan yang anda hubungi tidak dapat menerima panggilan. Sila tinggalkan pesanan anda.',
  'Anda telah menghubungi peti suara. Rakamkan pesanan anda selepas nada.',
  'Anda telah menghubungi Klinik Contoh. Kami tidak dapat menjawab panggilan anda sekarang, kami akan hubungi anda semula.',
  'Ini adalah mel suara Encik Farid. Tinggalkan nama dan nombor anda.',
  'Please press one to leave a voice message, or hold the line for the operator.',
];
const PEOPLE = [
  'Hello?',
  'Hello, who is this?',
  'Yes, speaking.',
  'Good morning, Lim speaking.',
  'Hello, Contoh Clinic, how can I help you?',
  'Ya, siapa ni?',
  'Helo, assalamualaikum.',
  'Hello, boleh saya tahu siapa di sana?',
  'Hi, this is Siti.',
  'Yes, hello, can you hear me?',
  'Sorry, I am driving, can you call me back later?',
  'I am on the phone with somebody, what is it about?',
  'Hello hello, ya, cakap.',
  'Waalaikumsalam, ya saya, kenapa?',
  'Contoh Trading, good afternoon, Mei Ling speaking.',
  'Who are you looking for? He is not here, he is away until Monday.',
  'Hai, ya, Aminah sini.',
  'Sekejap, saya panggilkan dia.',
  'Yes? I am busy now.',
  'She is unavailable, do you want to talk to her husband?',
  'Hold on a second, I just have to get out of this meeting room so that I can hear you.',
];

test('of recorded greetings and people at most one in twenty is taken for the other', () => {
  const notVoicemail = GREETINGS.filter((text) => judge(text) !== 'voicemail');
  const notPerson = PEOPLE.filter((text) => judge(text) === 'voicemail');
  expect([GREETINGS.length, PEOPLE.length].every((count) => count >= 20)).toBe(true);
  expect(notVoicemail.length, notVoicemail.join('\n')).toBeLessThanOrEqual(1);
  expect(notPerson.length, notPerson.join('\n')).toBeLessThanOrEqual(1);
});

test('a tone after a long talk tells a recording whose words are in another language', () => {
  const text = '您拨打的用户暂时无法接通';
  expect(judgeCallee({ text, talkMs: 7000, hasBeep: true })).toBe('voicemail');
  expect(judgeCallee({ text, talkMs: 7000 })).not.toBe('voicemail');
  expect(judgeCallee({ text: '', talkMs: 500 })).toBe('unsure');
});

/** Mono, 16-bit, at 8 kHz. */
const sound = (ms: number, at: (seconds: number) => number) =>
  Int16Array.from({ length: ms * 8 }, (_, index) => Math.round(8000 * at(index / 8000)));
const tone = (hz: number) => (seconds: number) => Math.sin(2 * Math.PI * hz * seconds);

test('a beep is one pure tone that lasts; two tones, a sweep, harmonics and noise are none', () => {
  const hears = (samples: Int16Array) => new BeepDetector(8000).push(samples);
  for (const hz of [400, 440, 850, 1000, 1400, 2000])
    expect(hears(sound(300, tone(hz))), `${hz} Hz`).toBe(true);
  expect(hears(sound(100, tone(1000))), 'too short').toBe(false);
  expect(hears(sound(500, (at) => tone(440)(at) / 2 + tone(480)(at) / 2)), 'ringing').toBe(false);
  expect(hears(sound(500, (at) => tone(600 + 1200 * at)(at))), 'a sweep').toBe(false);
  expect(
    hears(sound(500, (at) => [1, 2, 3, 4].reduce((sum, n) => sum + tone(220 * n)(at) / (4 * n), 0))),
    'a vowel',
  ).toBe(false);
  let seed = 7;
  const noise = () => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed / 2_147_483_647 - 0.5;
  };
  expect(hears(sound(500, noise)), 'noise').toBe(false);
  const pieces = new BeepDetector(8000);
  const whole = sound(300, tone(1000));
  const heard = Array.from({ length: 30 }, (_, piece) =>
    pieces.push(whole.slice(piece * 80, piece * 80 + 80)),
  );
  expect(heard.filter(Boolean)).toHaveLength(1);
});
