import type { Language } from '../sentences.ts';
import type { Side } from '../split.ts';

type Lines = Readonly<Record<Side, Partial<Record<Language, readonly string[]>>>>;

/** What is said to listen, without a wish to speak. The language that no list is of is Spanish to tune on and Italian held out. */
export const LISTENING: Lines = {
  tune: {
    en: [
      'Yeah.',
      'Mm-hm.',
      'Okay.',
      'Right.',
      'I see.',
      'Sure.',
      'Uh-huh.',
      'Yes, yes.',
      'Oh, okay.',
      'Got it.',
    ],
    ms: ['Ya.', 'Haah.', 'Betul.', 'Okey.', 'Baik.', 'Faham.', 'Ya, betul.', 'Oh.'],
    es: ['Sí.', 'Vale.', 'Claro.', 'Ajá.', 'Ya.', 'Bueno.', 'Sí, sí.', 'De acuerdo.', 'Entiendo.'],
  },
  'held out': {
    en: [
      'Yep.',
      'Mm.',
      'Alright.',
      'True.',
      'Oh, I see.',
      'Great.',
      'Hm.',
      'Yeah, sure.',
      'Fair enough.',
      'Makes sense.',
    ],
    ms: ['Yelah.', 'Aah.', 'Okey, okey.', 'Faham, faham.', 'Ooh.', 'Ya lah.', 'Mm, betul.'],
    it: ['Sì.', 'Certo.', 'Va bene.', 'Capito.', 'Ah.', 'Giusto.', 'Sì, sì.', 'Perfetto.', "D'accordo."],
  },
};

/** What is said to speak, short; others are whole sentences of that side. */
export const STOPPING: Lines = {
  tune: {
    en: ['Stop.', 'No, wait.', 'Hold on.', 'No.', 'Excuse me.', 'What?', 'Wrong.'],
    ms: ['Tunggu.', 'Bukan.', 'Sekejap.', 'Berhenti.', 'Apa?'],
    es: ['Espera.', 'No.', 'Basta.', 'Perdón.', '¿Cómo?'],
  },
  'held out': {
    en: ['Wait.', 'No, no.', "That's not it.", 'Pardon?', 'Sorry, who?', 'Hang on.'],
    ms: ['Nanti dulu.', 'Tak.', 'Jap.', 'Salah.', 'Siapa?'],
    it: ['Aspetti.', 'No.', 'Fermati.', 'Scusi.', 'Come?'],
  },
};

/** As transcribers write laughter; a third of the time nothing. */
export const LAUGHTER: Readonly<Record<Side, readonly string[]>> = {
  tune: ['ha ha ha', 'ha ha', 'he he he', 'haha'],
  'held out': ['hah hah hah', 'ha ha ha ha', 'hee hee', 'heh heh'],
};

/** A television, or somebody else in the room. */
export const BESIDE: Readonly<Record<Side, readonly string[]>> = {
  tune: [
    'The harbour was quiet that morning, and the boats lay still while the men talked about the weather.',
    'Later tonight there will be rain in the north, and a strong wind along the coast until Sunday.',
    'Have you fed the cat yet? I left the bowl on the kitchen table.',
    'And now to sport, where the home team lost again after a very long second half.',
  ],
  'held out': [
    'Nobody had seen the ferry since Tuesday, and some thought it would not come back before winter.',
    'Tell your sister that dinner is nearly ready, and bring the chairs in from the garden.',
    'The minister said that talks would go on for as long as they were needed, and left by train.',
    'Traffic is slow on the ring road this evening, so leave early if you can.',
  ],
};
