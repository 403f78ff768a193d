/** How long something has lasted, in the two largest units: `42s`, `3m7s`, `5h12m`, `9d3h`. @param ms in ms */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${seconds % 60}s`;
  const hours = Math.floor(seconds / 3600);
  return hours < 48 ? `${hours}h${Math.floor((seconds % 3600) / 60)}m` : `${Math.floor(hours / 24)}d${hours % 24}h`;
}
