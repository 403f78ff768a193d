/** What Node's `Buffer` has below its surface; it takes every `Uint8Array`. */
interface NativeText {
  /** The text of bytes; what is not UTF-8 becomes U+FFFD. */
  utf8Slice(this: Uint8Array, start: number, end: number): string;
  /** Writes as many characters as fit into `bytesMax`, lone surrogates as U+FFFD. @returns how many bytes that took */
  utf8Write(this: Uint8Array, text: string, start: number, bytesMax: number): number;
}

/** On short text twice as fast as `TextEncoder` and `TextDecoder`; undefined where there is no `Buffer`. */
export const nativeText: Readonly<NativeText> | undefined = nativeOf(
  (globalThis as { Buffer?: { prototype: Partial<NativeText> } }).Buffer?.prototype,
);

function nativeOf({ utf8Slice, utf8Write }: Partial<NativeText> = {}): NativeText | undefined {
  if (utf8Slice === undefined || utf8Write === undefined) return undefined;
  return { utf8Slice, utf8Write };
}
