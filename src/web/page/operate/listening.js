import { requestListening } from '../api.js';
import { make } from '../dom.js';
import { loadLiveKit } from '../livekit.js';
import { problemOf } from '../problem.js';

/** Plays both sides of one call at a time to an operator, whom nobody in its room sees. */
export class Listening {
  #credential;
  /** By call. @type {Map<string, HTMLElement>} */ #controls = new Map();
  /** @type {{id: string, stop: () => void} | undefined} */ #now;

  /** @param {() => string} credential the operator's token */
  constructor(credential) {
    this.#credential = credential;
  }

  /**
   * Begins and ends it, and says why it did not begin; the same element each time.
   *
   * @param {string} id the call's
   */
  controlOf(id) {
    const known = this.#controls.get(id);
    if (known) return known;
    const button = make('button', { type: 'button', 'data-testid': 'listen' }, 'Listen');
    const problem = make('small', { role: 'status' });
    button.addEventListener('click', () => {
      if (this.#now?.id === id) this.#now.stop();
      else void this.#begin(id, button, problem);
    });
    const control = make('div', { class: 'listening' }, button, problem);
    this.#controls.set(id, control);
    return control;
  }

  /**
   * A call is over.
   *
   * @param {string} id
   */
  forget(id) {
    if (this.#now?.id === id) this.#now.stop();
    this.#controls.delete(id);
  }

  /**
   * @param {string} id
   * @param {HTMLElement} button
   * @param {HTMLElement} problem
   */
  async #begin(id, button, problem) {
    this.#now?.stop();
    const ended = new AbortController();
    const stop = (why = '') => {
      if (ended.signal.aborted) return;
      ended.abort();
      if (this.#now === now) this.#now = undefined;
      button.textContent = 'Listen';
      problem.textContent = why;
    };
    const now = { id, stop: () => stop() };
    this.#now = now;
    button.textContent = 'Connecting';
    problem.textContent = '';
    try {
      await this.#join(id, ended.signal, () => stop());
      if (!ended.signal.aborted) button.textContent = 'Stop';
    } catch (error) {
      const { title, detail } = problemOf(error);
      stop([title, detail].filter(Boolean).join(' '));
    }
  }

  /**
   * @param {string} id
   * @param {AbortSignal} signal ends it
   * @param {() => void} onOver the agent has left, or LiveKit has put the listener out
   */
  async #join(id, signal, onOver) {
    const [{ Room, RoomEvent }, { url, token, ice }] = await Promise.all([
      loadLiveKit(),
      requestListening(this.#credential(), id),
    ]);
    if (signal.aborted) return;
    const room = new Room();
    const sounds = make('div', { hidden: '' });
    document.body.append(sounds);
    signal.addEventListener('abort', () => {
      sounds.remove();
      void room.disconnect();
    });
    room.on(RoomEvent.Disconnected, onOver);
    room.on(RoomEvent.ParticipantDisconnected, ({ isAgent }) => isAgent && onOver());
    room.on(RoomEvent.TrackSubscribed, (track) => track.kind === 'audio' && sounds.append(track.attach()));
    room.on(RoomEvent.TrackUnsubscribed, (track) => {
      for (const element of track.detach()) element.remove();
    });
    /** @type {RTCConfiguration} */
    const rtcConfig = ice.transport === 'relay' ? { iceTransportPolicy: 'relay' } : {};
    await room.connect(url, token, { rtcConfig });
    await room.startAudio();
  }
}
