import { describe } from 'vitest';

// Most of a call is sound that is played: calls to different workers run at once, those to one follow each other unless they say
// otherwise. What takes longest comes first.
// One alone: `npm run test:behaviours -- -t faults`.
describe.concurrent('hang', async () => {
  await import('./calls/hang.ts');
});
describe.concurrent('silence', async () => {
  await import('./calls/silence.ts');
});
describe.concurrent('answers', async () => {
  await import('./calls/answers.ts');
});
describe.concurrent('slow', async () => {
  await import('./calls/slow.ts');
});
describe.concurrent('transcripts', async () => {
  await import('./calls/transcripts.ts');
});
describe.concurrent('chat', async () => {
  await import('./calls/chat.ts');
});
describe.concurrent('modes', async () => {
  await import('./calls/modes.ts');
});
describe.concurrent('no-connection', async () => {
  await import('./calls/no-connection.ts');
});
describe.concurrent('faults', async () => {
  await import('./calls/faults.ts');
});
