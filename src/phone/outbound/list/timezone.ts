/** Countries with one time zone, by their code: a number there tells its time. */
const ZONES: Readonly<Record<string, string>> = {
  '60': 'Asia/Kuala_Lumpur',
  '63': 'Asia/Manila',
  '65': 'Asia/Singapore',
  '66': 'Asia/Bangkok',
  '673': 'Asia/Brunei',
  '84': 'Asia/Ho_Chi_Minh',
  '855': 'Asia/Phnom_Penh',
  '856': 'Asia/Vientiane',
  '852': 'Asia/Hong_Kong',
  '886': 'Asia/Taipei',
  '86': 'Asia/Shanghai',
  '81': 'Asia/Tokyo',
  '82': 'Asia/Seoul',
  '91': 'Asia/Kolkata',
  '44': 'Europe/London',
  '49': 'Europe/Berlin',
  '33': 'Europe/Paris',
};

/** The time zone of a full number; `undefined` where its country has several, or is not known here. */
export function timezoneOf(number: string): string | undefined {
  const digits = number.startsWith('+') ? number.slice(1) : '';
  return [3, 2].map((length) => ZONES[digits.slice(0, length)]).find((zone) => zone !== undefined);
}

export function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
