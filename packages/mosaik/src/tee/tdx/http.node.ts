import { ANSWER_MAX_BYTES, type HttpAnswer } from "./pccs.js";

/** How long a server may take, in ms. */
const TIMEOUT_MS = 30_000;

/** Asks for a URL; no more of the answer is read than may be used. It rejects where nobody answers in time. */
export async function httpGet(url: string, signal?: AbortSignal): Promise<HttpAnswer> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(url, { signal: signal === undefined ? timeout : AbortSignal.any([timeout, signal]) });
  const { headers } = response;
  return { status: response.status, body: await bodyOf(response), header: (name) => headers.get(name) ?? undefined };
}

async function bodyOf({ body }: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    length += chunk.length;
    // Leaving the loop ends the request; what is too long is refused by its length.
    if (length > ANSWER_MAX_BYTES) break;
  }
  return new Uint8Array(Buffer.concat(chunks));
}
