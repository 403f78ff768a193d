/** The time of day, in UTC, to the millisecond. */
export function clockText(at: string): string {
  return at.slice(11, 23);
}

export function nowText(): string {
  return new Date().toISOString();
}
