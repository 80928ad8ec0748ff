import { beforeEach, expect, test } from 'vitest';
import { type Apology, createApology } from '../../src/call/apology.ts';

let now: number;
let said: number;
let apology: Apology;

beforeEach(() => {
  now = 0;
  said = 0;
  apology = createApology(
    () => {
      said += 1;
    },
    () => now,
  );
});

test('an apology is said at once when no turn is open', () => {
  apology.ask();
  expect(said).toBe(1);
});

test('one for an answer that was begun early waits for the end of the turn', () => {
  apology.turnOpened();
  apology.ask();
  expect(said).toBe(0);
  apology.turnTaken();
  expect(said).toBe(1);
});

test('a burst of failures gets one apology, a later one its own', () => {
  apology.ask();
  now = 1000;
  apology.ask();
  expect(said).toBe(1);
  now = 9000;
  apology.ask();
  expect(said).toBe(2);
});

test('a turn without a failure gets none', () => {
  apology.turnOpened();
  apology.turnTaken();
  expect(said).toBe(0);
});
