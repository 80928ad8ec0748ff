import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { PersonaError } from '../errors.ts';
import { type FrontMatter, parseFrontMatter, splitFrontMatter } from './front-matter.ts';
import { type Parts, resolveParts } from './partials.ts';
import type { Persona } from './persona.ts';

const FILE_NAME = /^[A-Za-z][\w-]{0,63}\.md$/;

const SPOKEN = {
  en: {
    goodbye: 'Thank you for calling. Goodbye.',
    stillThere: 'Are you still there?',
    unheard: 'I cannot hear you: your microphone is off. You can also write to me.',
    apology: 'Sorry, I am having trouble answering right now. Please try again in a moment.',
    fillers: ['One moment, please.', 'Just a second.', 'Bear with me, please.'],
    resumed: 'Sorry, I was cut off. I am back now.',
    here: 'I am here.',
    transferring: 'I am putting you through now. One moment, please.',
    transferFailed: 'Sorry, I could not put you through. I am still here: what can I do for you?',
    transferWaiting: 'They have answered. I am telling them what it is about.',
    transferAccept: 'Press 1 to take this call. To refuse it, hang up.',
    transferStay: 'Stay on the line to take this call. To refuse it, hang up.',
  },
  ms: {
    goodbye: 'Terima kasih kerana menghubungi kami. Selamat tinggal.',
    stillThere: 'Helo, anda masih di talian?',
    unheard: 'Saya tidak dapat mendengar anda: mikrofon anda tertutup. Anda juga boleh menulis kepada saya.',
    apology: 'Maaf, saya menghadapi masalah untuk menjawab sekarang. Sila cuba sebentar lagi.',
    fillers: ['Sebentar, ya.', 'Tunggu sekejap.', 'Mohon tunggu sebentar.'],
    resumed: 'Maaf, talian saya terputus tadi. Saya sudah kembali.',
    here: 'Saya di sini.',
    transferring: 'Saya sambungkan anda sekarang. Sila tunggu sebentar.',
    transferFailed:
      'Maaf, panggilan anda tidak dapat disambungkan. Saya masih di sini: apa yang boleh saya bantu?',
    transferWaiting: 'Mereka sudah menjawab. Saya sedang terangkan perkara ini kepada mereka.',
    transferAccept: 'Tekan 1 untuk menerima panggilan ini. Untuk menolak, letakkan telefon.',
    transferStay: 'Kekal di talian untuk menerima panggilan ini. Untuk menolak, letakkan telefon.',
  },
};

/** A persona, and the one text that makes it: reading that text again gives the same persona. */
export interface ReadPersona {
  persona: Persona;
  /** The file with its parts in place. */
  text: string;
}

/**
 * Makes a persona of a prompt file.
 *
 * @throws PersonaError with the line of the fault, in this file or in one of its parts.
 */
export function readPersona(file: string, content: string, parts: Parts): ReadPersona {
  const fileName = basename(file);
  if (!FILE_NAME.test(fileName)) {
    throw new PersonaError(file, 1, 'a prompt file is named with letters, digits, "-" and "_" only', {
      hint: 'rename it; the name without ".md" is what PROMPT and the dispatch metadata say',
    });
  }
  const { head, body } = splitFrontMatter(file, content);
  const name = fileName.slice(0, -'.md'.length);
  const matter = parseFrontMatter(head, name);
  const known = new Set(Object.keys(matter.variables));
  resolveParts(head, undefined, known);
  const instructions = resolveParts(body, parts, known).trim();
  if (!instructions) throw new PersonaError(file, body.firstLine, 'no instructions below the front matter');

  const text = `---\n${head.text}\n---\n${instructions}\n`;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 12);
  return {
    persona: { ...choices(matter), name, description: matter.description ?? name, instructions, hash, file },
    text,
  };
}

function choices(
  matter: FrontMatter,
): Omit<Persona, 'name' | 'description' | 'instructions' | 'hash' | 'file'> {
  const { language, voice, greeting, temperature, max_tokens: maxTokens } = matter;
  const spoken = /^ms\b/i.test(language ?? '') ? SPOKEN.ms : SPOKEN.en;
  return {
    ...(language !== undefined && { language }),
    ...(voice !== undefined && { voice }),
    ...(greeting !== undefined && { greeting: typeof greeting === 'string' ? { text: greeting } : greeting }),
    ...(temperature !== undefined && { temperature }),
    ...(maxTokens !== undefined && { maxTokens }),
    ...(matter.extra_body !== undefined && { extraBody: matter.extra_body }),
    allowInterruptions: matter.allow_interruptions,
    goodbye: matter.goodbye ?? spoken.goodbye,
    stillThere: matter.still_there ?? spoken.stillThere,
    unheard: matter.unheard ?? spoken.unheard,
    apology: matter.apology ?? spoken.apology,
    fillers: matter.fillers ?? spoken.fillers,
    resumed: matter.resumed ?? spoken.resumed,
    here: matter.here ?? spoken.here,
    transferring: matter.transferring ?? spoken.transferring,
    transferFailed: matter.transfer_failed ?? spoken.transferFailed,
    transferWaiting: matter.transfer_waiting ?? spoken.transferWaiting,
    transferAccept: matter.transfer_accept ?? spoken.transferAccept,
    transferStay: matter.transfer_stay ?? spoken.transferStay,
    ...(matter.actions !== undefined && { actions: matter.actions }),
    ...((matter.dtmf ?? matter.questions) !== undefined && {
      keypad: { menu: matter.dtmf ?? {}, questions: matter.questions ?? {} },
    }),
    ...(matter.recording !== undefined && { recording: matter.recording }),
    ...(matter.recording_notice !== undefined && { recordingNotice: matter.recording_notice }),
    ...(matter.listening_notice !== undefined && { listeningNotice: matter.listening_notice }),
    onFailure: matter.on_failure,
    variables: matter.variables,
  };
}
