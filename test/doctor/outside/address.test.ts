import { expect, test } from 'vitest';
import { parsePageAddress } from '../../../src/doctor/outside/address.ts';
import { AppError } from '../../../src/errors.ts';

test.each([
  ['https://voice.example.com', 'https://voice.example.com/'],
  ['https://voice.example.com/index.html', 'https://voice.example.com/'],
  ['https://voice.example.com:8443/voice', 'https://voice.example.com:8443/voice/'],
  ['https://voice.example.com/voice/', 'https://voice.example.com/voice/'],
  ['http://127.0.0.1:8080', 'http://127.0.0.1:8080/'],
  ['http://localhost:8080/', 'http://localhost:8080/'],
])('%s is the page at %s', (text, page) => {
  expect(parsePageAddress(text).href).toBe(page);
});

test.each([
  ['voice.example.com', '--page https://voice.example.com'],
  ['http://voice.example.com/voice', '--page https://voice.example.com/voice'],
  ['wss://livekit.example.com', 'the page'],
  ['htps://voice.example.com', '--page https://voice.example.com'],
  ['https://', '--page https://<host of the page>'],
  ['https://me:secret@voice.example.com', 'WEB_TOKEN'],
  ['https://voice.example.com/?token=secret', 'WEB_TOKEN'],
])('%s is refused with one line that says what to give', (text, fix) => {
  const thrown = (() => {
    try {
      return parsePageAddress(text);
    } catch (error) {
      return error;
    }
  })();
  expect(thrown).toBeInstanceOf(AppError);
  const { message, hint } = thrown as AppError;
  expect(hint).toContain(fix);
  expect(`${message} ${hint}`).not.toMatch(/\n|secret/);
});
