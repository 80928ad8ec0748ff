import { getSettings, getWorkers } from '../api.js';
import { byId } from '../dom.js';
import { problemOf } from '../problem.js';
import { Listening } from './listening.js';
import { WorkersView } from './workers-view.js';

const REFRESH_MS = 2000;

const form = byId('credential-form', HTMLFormElement);
const credential = byId('credential', HTMLInputElement);
const problem = byId('problem', HTMLParagraphElement);
const summary = byId('summary', HTMLParagraphElement);
const view = new WorkersView(byId('workers', HTMLElement), new Listening(() => credential.value));
let timer = 0;
/** @type {import('../api.js').Settings | undefined} */
let settings;

form.addEventListener('submit', (event) => {
  event.preventDefault();
  sessionStorage.setItem('operator', credential.value);
  void refresh();
});
document.addEventListener('visibilitychange', () => {
  if (!document.hidden) void refresh();
});
credential.value = sessionStorage.getItem('operator') ?? '';
void refresh();

/** Asks again as long as somebody looks, and the credential is right. */
async function refresh() {
  clearTimeout(timer);
  const goesOn = await ask();
  clearTimeout(timer);
  if (goesOn && !document.hidden) timer = window.setTimeout(refresh, REFRESH_MS);
}

/** Whether to ask again. */
async function ask() {
  try {
    settings ??= await getSettings();
    form.hidden = settings.credential === 'none';
    if (!form.hidden && !credential.value) {
      summary.textContent = 'An operator’s token shows what runs.';
      return false;
    }
    const { workers } = await getWorkers(credential.value);
    view.show(workers);
    const calls = workers.reduce((sum, { status }) => sum + (status?.calls.length ?? 0), 0);
    summary.textContent = `${counted(calls, 'call')} on ${counted(workers.length, 'worker')}`;
    problem.hidden = true;
    return true;
  } catch (error) {
    const { code, title, detail, hint } = problemOf(error);
    problem.textContent = [title, detail, hint].filter(Boolean).join(' ');
    problem.hidden = false;
    summary.textContent = 'Not up to date';
    return code !== 'credential' && code !== 'not-allowed';
  }
}

/**
 * @param {number} count
 * @param {string} what
 */
const counted = (count, what) => `${count} ${what}${count === 1 ? '' : 's'}`;
