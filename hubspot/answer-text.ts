import { within } from './deadline.ts';

/** Reads at most `maxBytes`; a longer or slower body is cut off and refused. */
export async function readText(
  response: Response,
  { deadline, maxBytes }: { deadline: AbortSignal; maxBytes: number },
): Promise<string> {
  if (response.body === null) return '';
  const reader = response.body.getReader();
  const chunks: Uint8Array[] = [];
  try {
    for (let bytes = 0; ; ) {
      const { done, value } = await within(deadline, reader.read());
      if (done) return Buffer.concat(chunks).toString('utf8');
      bytes += value.byteLength;
      if (bytes > maxBytes) throw new RangeError('The body is too long');
      chunks.push(value);
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/** Null for what is not JSON: HubSpot's edge answers in HTML. */
export function parseJson(text: string | null): unknown {
  if (text === null) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
