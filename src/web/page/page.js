import { getPrompts, getSettings } from './api.js';
import { CheckView } from './check/view.js';
import { byId } from './dom.js';
import { loadLiveKit } from './livekit.js';
import { listMicrophones, openMicrophone } from './microphone.js';
import { keepPathChoice, keptPathChoice, pathChoiceOf } from './path-choice.js';
import { Phone } from './phone.js';
import { insecureProblem, ProblemError, problemOf, textOf } from './problem.js';
import { ProblemView } from './problem-view.js';
import { copyReport, factsOfCall } from './report.js';
import { keptResume } from './resume.js';

/**
 * @import { LocalAudioTrack } from 'livekit-client'
 * @import { Problem } from './problem.js'
 */

// Start reading here: the controls. `phone.js` places a call and shows it, `call.js` talks to LiveKit, `listening.js` hears
// both sides; `*-problem.js` say what went wrong.

const call = byId('call', HTMLButtonElement);
const mute = byId('mute', HTMLButtonElement);
const check = byId('check', HTMLButtonElement);
const microphone = byId('microphone', HTMLSelectElement);
const credential = byId('credential', HTMLInputElement);
const prompt = byId('prompt', HTMLSelectElement);
const pathChoice = byId('path-choice', HTMLSelectElement);
const message = byId('message', HTMLInputElement);

const problems = new ProblemView(act);
const phone = new Phone(problems, closeMicrophone);
/** The microphone, while it is open. @type {LocalAudioTrack | undefined} */
let track;
/** Whom calls are for, as the server of the page says. */
let agentName = '';
/** Of the last call, for the next try. */
let withMicrophone = true;

const connectionCheck = new CheckView({
  choices: () => ({ credential: credential.value, prompt: prompt.value, mayRun: !phone.isInCall }),
  copy: copyReport,
});

Object.defineProperty(window, 'voiceAgentPage', {
  value: Object.freeze({
    get room() {
      return phone.call?.room;
    },
    facts: () => factsOfCall(phone, problems.shown),
    checked: () => connectionCheck.facts(),
  }),
});

/** @param {NonNullable<Problem['action']>} action */
async function act(action) {
  if (action === 'start-audio') return phone.call?.room.startAudio().catch(() => {});
  if (phone.isInCall) await phone.hangUp();
  if (action === 'without-microphone') withMicrophone = false;
  await place();
}

/** @param {import('./resume.js').Kept} [kept] of the call that this tab was in before it was reloaded */
async function place(kept) {
  if (isCredentialWanted() && !credential.value) {
    const hint = 'Enter it as access token; then call again.';
    problems.show({ code: 'credential', title: 'This server wants a credential.', hint, level: 'notice' });
    return credential.focus();
  }
  setMuted(false);
  setChecking(false);
  await phone.start({
    agentName,
    credential: credential.value,
    prompt: kept?.prompt ?? prompt.value,
    isReturn: kept !== undefined,
    path: pathChoiceOf(pathChoice.value),
    microphone: async () => (withMicrophone ? openTrack() : undefined),
  });
}

async function openTrack() {
  const insecure = insecureProblem(location, isSecureContext && 'mediaDevices' in navigator);
  if (insecure) throw new ProblemError(insecure);
  if (track) return track;
  const opened = await openMicrophone(await loadLiveKit(), microphone.value);
  // Another device, or a new connection, comes with another stream.
  opened.on('restarted', () => phone.listening.toCaller(opened.mediaStreamTrack));
  track = opened;
  await listMicrophones(microphone);
  return opened;
}

function closeMicrophone() {
  track?.stop();
  track = undefined;
  setChecking(false);
}

const isCredentialWanted = () => !byId('credential-field', HTMLElement).hidden;

/** @param {boolean} is */
function setChecking(is) {
  check.setAttribute('aria-pressed', String(is));
  check.textContent = is ? 'Stop' : 'Check';
}

/** @param {boolean} is */
function setMuted(is) {
  mute.setAttribute('aria-pressed', String(is));
  mute.textContent = is ? 'Unmute' : 'Mute';
}

call.addEventListener('click', ({ detail }) => {
  if (detail > 1) return; // the second click of a double click would hang up
  if (phone.isInCall) return phone.hangUp();
  withMicrophone = true;
  return place();
});

mute.addEventListener('click', async () => {
  const isMuted = mute.getAttribute('aria-pressed') !== 'true';
  setMuted(isMuted);
  await phone.mute(isMuted);
});

check.addEventListener('click', async () => {
  if (phone.isInCall) return;
  if (track) {
    phone.listening.stop();
    return closeMicrophone();
  }
  try {
    phone.listening.start();
    const { mediaStreamTrack } = await openTrack();
    phone.listening.toCaller(mediaStreamTrack);
    setChecking(true);
    problems.hide();
  } catch (error) {
    problems.show(problemOf(error));
  }
});

microphone.addEventListener('change', async () => {
  try {
    await track?.setDeviceId(microphone.value ? { exact: microphone.value } : 'default');
  } catch (error) {
    problems.show(problemOf(error));
  }
});
navigator.mediaDevices?.addEventListener('devicechange', () => listMicrophones(microphone));

byId('message-form', HTMLFormElement).addEventListener('submit', async (event) => {
  event.preventDefault();
  const text = message.value.trim();
  if (!text) return;
  message.value = '';
  try {
    await phone.say(text);
  } catch (error) {
    message.value ||= text;
    const title = 'The message was not sent.';
    const hint = 'It is still in the text field: try again.';
    problems.show({ code: 'not-sent', title, detail: textOf(error), hint, level: 'notice' });
  }
});

byId('report', HTMLButtonElement).addEventListener('click', async () => {
  const isCopied = await copyReport(factsOfCall(phone, problems.shown));
  byId('announce', HTMLParagraphElement).textContent = isCopied ? 'Report copied.' : '';
  byId('report', HTMLButtonElement).textContent = isCopied ? 'Copied' : 'Copy report';
  setTimeout(() => {
    byId('report', HTMLButtonElement).textContent = 'Copy report';
  }, 2000);
});

credential.addEventListener('change', () => {
  sessionStorage.setItem('credential', credential.value);
  showPrompts().then(
    () => problems.hide('credential', 'not-allowed'),
    (error) => problems.show(problemOf(error)),
  );
});

prompt.addEventListener('change', describePrompt);
pathChoice.addEventListener('change', () => keepPathChoice(pathChoiceOf(pathChoice.value)));

function describePrompt() {
  byId('prompt-description', HTMLElement).textContent = prompt.selectedOptions[0]?.dataset.description ?? '';
}

async function showPrompts() {
  const { default: configured, prompts } = await getPrompts(credential.value);
  const options = prompts.map(({ name, description }) => {
    const option = new Option(name === configured ? `${name} (as configured)` : name, name);
    option.dataset.description = description;
    option.selected = name === configured;
    return option;
  });
  prompt.replaceChildren(...options);
  describePrompt();
}

async function begin() {
  if (location.hash === '#check') connectionCheck.open();
  // On a small screen the details would push the conversation away.
  if (matchMedia('(max-width: 760px)').matches) {
    for (const panel of document.querySelectorAll('.evidence details, .line details + details')) {
      panel.removeAttribute('open');
    }
  }
  const settings = await getSettings();
  agentName = settings.agentName;
  byId('agent-name', HTMLElement).textContent = agentName || 'any agent';
  byId('livekit-url', HTMLElement).textContent = settings.livekitUrl;
  byId('credential-field', HTMLElement).hidden = settings.credential !== 'wanted';
  pathChoice.value = keptPathChoice();
  credential.value = sessionStorage.getItem('credential') ?? '';
  phone.status.set('idle');
  const insecure = insecureProblem(location, isSecureContext && 'mediaDevices' in navigator);
  if (insecure) problems.show(insecure);
  await listMicrophones(microphone);
  if (settings.credential === 'none' || credential.value) await showPrompts();
  else if (settings.credential === 'not-configured') await showPrompts(); // fails, and says what to set
  await loadLiveKit(); // early, so that the first call does not wait for it
  const kept = keptResume(Date.now());
  if (!kept) return;
  withMicrophone = kept.microphone;
  await place(kept);
}

begin().catch((error) => {
  if (phone.status.state === 'loading') phone.status.set('failed');
  problems.show(problemOf(error));
});
