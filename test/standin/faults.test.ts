import { expect, test } from 'vitest';
import { FaultPlan, faultSchema } from '../../src/standin/faults.ts';

test('a fault with `times` hits that many requests, then the next one is taken, then none', () => {
  const plan = new FaultPlan();
  plan.set('tts', [
    { status: 500, times: 2 },
    { hang: true, times: 1 },
  ]);
  const taken = [1, 2, 3, 4].map(() => plan.take('tts'));
  expect(taken.map((fault) => fault?.status ?? fault?.hang)).toEqual([500, 500, true, undefined]);
});

test('a fault without `times` stays until it is replaced', () => {
  const plan = new FaultPlan();
  plan.set('llm', [{ status: 503 }]);
  expect([plan.take('llm'), plan.take('llm')]).toEqual([{ status: 503 }, { status: 503 }]);
  plan.set('llm', []);
  expect(plan.take('llm')).toBeUndefined();
});

test('routes do not share faults', () => {
  const plan = new FaultPlan();
  plan.set('stt', [{ status: 500 }]);
  expect(plan.take('tts')).toBeUndefined();
});

test('what is pending shows how many requests are left', () => {
  const plan = new FaultPlan();
  plan.set('stt', [{ status: 500, times: 3 }]);
  plan.take('stt');
  expect(plan.pending()).toEqual({ stt: [{ status: 500, times: 2 }] });
});

test('a misspelt fault is refused instead of being harmless', () => {
  expect(faultSchema.safeParse({ cutAfterByte: 10 }).success).toBe(false);
});
