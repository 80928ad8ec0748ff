/** Fields of a request body. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** `over` laid over `base`: objects are merged, all else is replaced. */
export function merged(base: JsonObject, over: JsonObject = {}): Record<string, unknown> {
  const result: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = result[key];
    result[key] = isObject(value) && isObject(below) ? merged(below, value) : value;
  }
  return result;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
