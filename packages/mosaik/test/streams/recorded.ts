/** The events so far, in order: the array grows until the iterator ends. */
export function recorded<E>(events: AsyncIterable<E>): readonly E[] {
  const list: E[] = [];
  void (async () => {
    for await (const event of events) list.push(event);
  })();
  return list;
}
