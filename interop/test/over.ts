/** An object with some methods replaced. The others run on the object itself: it may have private parts. */
export function over<T extends object>(plain: T, replaced: Partial<T>): T {
  return new Proxy(plain, {
    get(target, name) {
      if (name in replaced) return replaced[name as keyof T];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}
