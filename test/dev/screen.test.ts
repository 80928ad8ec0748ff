import { expect, test } from 'vitest';
import { createScreen } from '../../src/dev/screen.ts';

function record(isTTY: boolean) {
  let written = '';
  const screen = createScreen({ isTTY, write: (text) => (written += text) });
  return { screen, written: () => written };
}

test('on a terminal a step rewrites its own line and makes way for text', () => {
  const { screen, written } = record(true);
  screen.progress('building … 1 s');
  screen.progress('building … 2 s');
  screen.say('built');
  screen.say('next');
  expect(written()).toBe('\r\x1b[Kbuilding … 1 s\r\x1b[Kbuilding … 2 s\r\x1b[Kbuilt\nnext\n');
});

test('in a log a step is one line, however long it takes', () => {
  const { screen, written } = record(false);
  screen.progress('building … 1 s');
  screen.progress('building … 2 s');
  screen.progress('starting …');
  screen.say('started');
  expect(written()).toBe('building … 1 s\nstarting …\nstarted\n');
});
