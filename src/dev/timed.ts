const REPORT_EVERY_MS = 1000;

/** Runs a long step and tells about once a second how long it has taken: `Building livekit-server … 12 s`. */
export async function timed<T>(
  text: string,
  onProgress: (text: string) => void,
  run: () => Promise<T>,
): Promise<T> {
  const startedMs = performance.now();
  const report = () => onProgress(`${text} … ${Math.round((performance.now() - startedMs) / 1000)} s`);
  report();
  const timer = setInterval(report, REPORT_EVERY_MS);
  try {
    return await run();
  } finally {
    clearInterval(timer);
  }
}
