/** One thing to notice in what the caller said, and what to say to it; `{1}` is the first capture, reflected. */
export interface Rule {
  pattern: RegExp;
  answers: readonly [string, ...string[]];
}

/** Words of one language: its rules in order of preference, its pronouns turned round, its stock sentences. */
export interface Phrasebook {
  /** Words that give the language away. */
  spotted: RegExp;
  notice: string;
  greeting: string;
  stillThere: string;
  goodbye: string;
  rules: readonly Rule[];
  reflections: Readonly<Record<string, string>>;
}

export const english: Phrasebook = {
  spotted: /./,
  notice: 'I am a stand-in model with no understanding, here to test the line.',
  greeting: 'Hello, and welcome. What would you like to talk about?',
  stillThere: 'Are you still there?',
  goodbye: 'Thank you for calling. Goodbye!',
  rules: [
    { pattern: /\b(?:bye|goodbye|hang up)\b/i, answers: ['Thank you for talking to me. Goodbye!'] },
    { pattern: /\b(?:thanks|thank you)\b/i, answers: ['You are welcome. What else is on your mind?'] },
    {
      pattern: /\bI (?:need|want|would like) (?:to )?(.+)/i,
      answers: ['Why do you want to {1}?', 'What would it mean to you to {1}?'],
    },
    {
      pattern: /\bI(?: am|'m) (.+)/i,
      answers: ['How long have you been {1}?', 'How do you feel about being {1}?'],
    },
    { pattern: /\bI (?:can't|cannot|can not) (.+)/i, answers: ['What keeps you from being able to {1}?'] },
    { pattern: /\bI feel (.+)/i, answers: ['Do you often feel {1}?', 'When do you feel {1}?'] },
    { pattern: /\bI (?:think|believe) (.+)/i, answers: ['Are you sure that {1}?'] },
    { pattern: /\bmy (.+)/i, answers: ['Tell me more about your {1}.', 'Since when does your {1}?'] },
    { pattern: /\bare you (.+)/i, answers: ['Would it help you if I were {1}?', 'What if I were not {1}?'] },
    { pattern: /\b(?:can|could|will|would) you (.+)/i, answers: ['What would change if I could {1}?'] },
    { pattern: /\bbecause (.+)/i, answers: ['Is that the only reason?'] },
    { pattern: /^(?:yes|yeah|sure|ok(?:ay)?)\b/i, answers: ['I see. Can you say a little more?'] },
    { pattern: /^(?:no|nope)\b/i, answers: ['Why not?'] },
    {
      pattern: /^(?:hello|hi|hey|good (?:morning|afternoon|evening))\b/i,
      answers: ['Hello! How are you today?'],
    },
    {
      pattern: /^(?:what|who|when|where|why|how)\b/i,
      answers: ['What do you think yourself?', 'Why do you ask?', 'What made you think of that?'],
    },
    { pattern: /.*/, answers: ['Please tell me more.', 'Go on, I am listening.', 'And how does that feel?'] },
  ],
  reflections: {
    i: 'you',
    me: 'you',
    my: 'your',
    mine: 'yours',
    am: 'are',
    "i'm": 'you are',
    myself: 'yourself',
    you: 'I',
    your: 'my',
    yours: 'mine',
    yourself: 'myself',
  },
};

export const malay: Phrasebook = {
  spotted:
    /\b(?:saya|aku|awak|anda|nak|mahu|tak|tidak|apa|boleh|terima kasih|selamat|bahasa|melayu|malay)\b/i,
  notice: 'Saya model stand-in tanpa kefahaman, hanya untuk menguji talian.',
  greeting: 'Selamat datang. Apa yang awak mahu bualkan?',
  stillThere: 'Awak masih di sana?',
  goodbye: 'Terima kasih kerana menelefon. Selamat tinggal!',
  rules: [
    { pattern: /\bselamat tinggal\b/i, answers: ['Terima kasih kerana berbual. Selamat tinggal!'] },
    { pattern: /\bterima kasih\b/i, answers: ['Sama-sama. Ada apa-apa lagi?'] },
    { pattern: /\bapa khabar\b/i, answers: ['Khabar baik. Awak pula bagaimana?'] },
    { pattern: /\b(?:saya|aku) (?:nak|mahu|perlu|hendak) (.+)/i, answers: ['Kenapa awak mahu {1}?'] },
    { pattern: /\b(?:saya|aku) (?:tak|tidak) (.+)/i, answers: ['Kenapa awak tidak {1}?'] },
    { pattern: /\b(?:saya|aku) (?:rasa|fikir) (.+)/i, answers: ['Awak pasti {1}?'] },
    { pattern: /\bboleh (.+)/i, answers: ['Apa akan berubah jika {1}?'] },
    { pattern: /^(?:hai|helo|selamat)\b/i, answers: ['Helo! Apa khabar hari ini?'] },
    { pattern: /.*/, answers: ['Ceritakan lagi.', 'Teruskan, saya mendengar.', 'Bagaimana perasaan awak?'] },
  ],
  reflections: { saya: 'awak', aku: 'awak', awak: 'saya', anda: 'saya' },
};
