import { hash } from '../standin/tones.ts';

/** Topics by the words that name them, the first that matches; each with answers of one to three sentences. */
const TOPICS: readonly (readonly [RegExp, readonly string[]])[] = [
  [
    /\b(bil|baki|bayar)\b/,
    [
      'Bil anda bulan ini berjumlah tujuh puluh lapan ringgit. Tarikh akhir bayaran ialah dua puluh lima hari bulan.',
      'Baiklah, saya semak sekejap. Akaun anda tiada tunggakan buat masa ini.',
      'Bayaran terakhir kami terima pada hari Isnin, sebanyak lima puluh ringgit. Ada apa-apa lagi yang boleh saya bantu?',
    ],
  ],
  [
    /\b(saya|tak|boleh|nak|tunggu)\b/,
    [
      'Boleh, saya bantu. Pelan yang lebih murah bermula pada tiga puluh lima ringgit sebulan, dan penukaran berlaku serta-merta.',
      'Maaf atas kesulitan itu. Talian di kawasan anda sedang dibaiki dan dijangka pulih petang ini.',
      'Baik, permintaan anda sudah direkodkan. Anda akan terima mesej pengesahan sebentar lagi.',
      'Tentu boleh. Sila sahkan nombor telefon anda dahulu, kemudian saya teruskan.',
    ],
  ],
  [
    /\b(bill|charged|payment|paid|invoice|refund|price|cheapest|credit)\b/,
    [
      'Your bill for this month is seventy-eight ringgit. It is due on the twenty-fifth, and nothing is overdue.',
      'I can see two charges on the fifth of the month. One of them is a deposit, and it will be returned within three days.',
      'The payment of fifty ringgit arrived on Monday, so your account is settled. Is there anything else I can help you with?',
      'Sure, I have sent the invoice to your email address.',
    ],
  ],
  [
    /\b(internet|slow|router|modem|line|fibre|cable|connection|data)\b/,
    [
      'Sorry about the trouble. There is an outage in your area, and our team expects to have it fixed by six this evening.',
      'Please switch the modem off, wait for ten seconds, and switch it on again. The light should turn green after a minute.',
      'You have twelve gigabytes left until the end of the month. I can add five more for ten ringgit if you like.',
      'A technician can come tomorrow between nine and eleven. Shall I book that for you?',
    ],
  ],
  [
    /\b(roaming|thailand|singapore|indonesia|plan|contract|upgrade)\b/,
    [
      'Roaming costs fifteen ringgit a day in that country, with two gigabytes included. I can switch it on from today.',
      'Your contract runs until the end of May. After that it goes on month by month, and you can change it whenever you want.',
      'The family plan has four lines and unlimited calls for one hundred and twenty ringgit. Would you like to hear what else is in it?',
      'Of course. The new plan starts tomorrow, and the price changes with your next bill.',
    ],
  ],
  [
    /\b(phone|number|sim|card|lost|block)\b/,
    [
      'All right, the number is blocked now, and nobody can use it. You can pick up a new SIM card at any of our shops.',
      'Thank you, I have found your account. How can I help you with it today?',
      'Yes, you can keep your number. Moving it takes about two working days.',
    ],
  ],
  [
    /.*/,
    [
      'Sure, I can help you with that. Could you tell me the phone number of the account, please?',
      'Of course. The nearest shop is in the city centre, and it opens at ten every day.',
      'I understand, and I am sorry for the trouble. Let me note that down and have a colleague call you back today.',
      'Yes, no problem at all. It takes me just a moment.',
    ],
  ],
];
/** Many, so that half a sentence seldom gets the answer to the whole one. */
const SHORT_ANSWERS = [
  'Sure, let me have a look.',
  'Of course, one moment.',
  'I can see it here.',
  'All right, that is done.',
  'No problem, I can do that.',
  'Let me check that for you.',
  'Thank you, I have noted it.',
  'That takes about two days.',
  'Your account is up to date.',
  'I will send it by email.',
  'Yes, that is possible.',
  'It costs ten ringgit a month.',
  'A colleague will call you back.',
  'Please hold the line.',
  'The new price starts in June.',
  'We are working on it now.',
  'Everything looks fine from here.',
  'You can do that in the app.',
  'Baik, sekejap ya.',
  'Boleh, saya semak dulu.',
  'Permintaan anda sudah direkodkan.',
  'Terima kasih, saya catat.',
  'Harganya tiga puluh ringgit.',
  'Talian anda akan pulih petang ini.',
];

/** How much the simulated model says. */
export type AnswerLength = 'usual' | 'short' | 'long';

/**
 * What the simulated model answers to a caller's words: always the same to the same words, mostly another one to
 * others, so that it can be told from an answer which question it was given.
 */
export function answerTo(said: string, length: AnswerLength): string {
  const text = said.toLowerCase();
  const answers = TOPICS.find(([words]) => words.test(text))?.[1] ?? [];
  if (length === 'short') return pick(SHORT_ANSWERS, text);
  if (length === 'usual') return pick(answers, text);
  return [pick(answers, text), ...answers.filter((answer) => answer !== pick(answers, text))].join(' ');
}

const pick = (answers: readonly string[], text: string): string => answers[hash(text) % answers.length] ?? '';
