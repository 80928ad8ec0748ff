import { expect, test } from 'vitest';
import { excerpt, RefusedError } from '../../src/openai/fault.ts';

const target = { endpoint: 'tts' as const, url: 'http://h/v1/audio/speech', secrets: ['Hi, "Ali"!\nBye'] };

test.each([
  ['{"error":{"message":"no such voice","code":1}}', 'no such voice'],
  ['{"error":"no such voice"}', 'no such voice'],
  ['{"object":"error","message":"no such voice"}', 'no such voice'],
  ['{"detail":"Not Found"}', 'Not Found'],
  [
    '{"detail":[{"loc":["body","voice"],"msg":"Field required","input":{"input":"private"}}]}',
    'body.voice: Field required',
  ],
  ['<html><head><title>502 Bad\n Gateway</title></head><body>x</body></html>', '502 Bad Gateway'],
  ['<p>some <b>thing</b></p>', 'some thing'],
  [
    JSON.stringify({
      error: {
        message: `\n----\nWhile executing CallExpression at line 85, column 32 in source:\n${'{{ x }}'.repeat(40)}\nError: Jinja Exception: System role not supported`,
      },
    }),
    'Jinja Exception: System role not supported',
  ],
  ['  two\n lines ', 'two lines'],
  ['', ''],
  ['null', 'null'],
])('of %s, %j is quoted', (body, said) => {
  expect(excerpt(body, target)).toBe(said);
});

test('an excerpt is bounded', () => {
  expect(excerpt('x'.repeat(1000), target)).toBe(`${'x'.repeat(200)}…`);
});

test('private text is left out, as it is and as JSON writes it', () => {
  expect(excerpt('cannot say Hi, "Ali"!\nBye', target)).toBe('cannot say …');
  expect(excerpt(JSON.stringify({ odd: target.secrets[0] }), target)).toBe('{"odd":"…"}');
});

test('what looks like a key is left out', () => {
  expect(excerpt('Incorrect API key provided: sk-abc**xyz', target)).toBe('Incorrect API key provided: sk-…');
  expect(excerpt('header was "Bearer abc"', target)).toBe('header was "Bearer …"');
});

test('a refusal’s reason has no word of the request, and stands apart from its message', () => {
  const refused = new RefusedError(
    { ...target, secrets: ['', 'Call Aisyah about 8801'] },
    400,
    new Headers(),
    '{"detail":[{"loc":["body","input"],"msg":"cannot say Aisyah","input":"Call Aisyah about 8801"}]}',
  );
  expect(refused.reason).toBe('body.input: cannot say …');
  expect(refused.message).toContain('body.input: cannot say …');
});

test('of a long body only the beginning is looked at', () => {
  const body = `${'<title '.repeat(1000)}>late</title>`;
  expect(excerpt(body, target)).not.toContain('late');
});
