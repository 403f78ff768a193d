/** Where inside a value one is. */
export class Path {
  static readonly root = new Path(undefined, "");

  private constructor(
    private readonly parent: Path | undefined,
    private readonly segment: string | number,
  ) {}

  at(segment: string | number): Path {
    return new Path(this, segment);
  }

  toString(): string {
    if (this.parent === undefined) return "";
    const before = this.parent.toString();
    if (typeof this.segment === "number") return `${before}[${this.segment}]`;
    return before === "" ? this.segment : `${before}.${this.segment}`;
  }
}
