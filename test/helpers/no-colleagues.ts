import type { Colleagues } from '../../src/call/host.ts';

const refuse = () => Promise.reject(new Error('nobody is called in here'));

/** For calls whose prompt puts nobody through to a colleague. */
export const NO_COLLEAGUES: Colleagues = {
  call: refuse,
  setHeard: refuse,
  setKeys: refuse,
  putOut: refuse,
  endWithOne() {},
};
