/** One line of the exposition. */
export interface ScrapedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The exposition at an address, parsed: its samples, and the kinds that its `# TYPE` lines tell. */
export async function scrape(url: string): Promise<{ samples: ScrapedSample[]; kinds: Map<string, string> }> {
  const response = await fetch(url);
  if (response.status !== 200) throw new Error(`${url}: ${response.status}`);
  return parseExposition(await response.text());
}

export function parseExposition(text: string): { samples: ScrapedSample[]; kinds: Map<string, string> } {
  const samples: ScrapedSample[] = [];
  const kinds = new Map<string, string>();
  for (const line of text.split("\n").filter((line) => line !== "")) {
    const type = /^# TYPE (\S+) (\S+)$/.exec(line);
    if (type !== null) kinds.set(type[1]!, type[2]!);
    if (line.startsWith("#")) continue;
    const [, name, inBraces, value] = /^([a-zA-Z_:][\w:]*)\{(.*)\} (\S+)$/.exec(line)!;
    const labels = [...inBraces!.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)].map(([, label, text]) => [label!, text!]);
    samples.push({ name: name!, labels: Object.fromEntries(labels) as Record<string, string>, value: Number(value) });
  }
  return { samples, kinds };
}
